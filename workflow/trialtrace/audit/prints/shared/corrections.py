"""A p that a correction for several comparisons makes of the one that an interval gives.

A p corrected by Bonferroni for k comparisons is k p, or 1 if that is above it, and so is each of
Holm's with a k of its own; Šidák's is 1 - (1 - p)^k. Tukey's of g groups is the chance of a
studentized range of g means above √2 z, taken at infinite degrees of freedom, where p is that of
z too. An interval beside it is seldom corrected, and few papers say of each p that it is. Tried are
k from 2 to the number of p-values in the same place or of the same outcome, and of pairs of the
groups; intervals that are corrected too, and p that Holm's steps repeat, are those of `families`.
How many values within a factor of 2 some choice would give is told, as of any search.
Sources: Dunn 1961, Šidák 1967, Holm 1979, Tukey 1953.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil, comb, floor, sqrt

import numpy as np
from scipy.special import ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import ALTERNATIVE, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.relations.ranges import Span, overlaps
from trialtrace.audit.relations.solvers import families

SAYS_SOMETHING = 0.1
"""Up to this chance that a number nearby would be matched it is another choice, as in a search."""
WINDOW = 2
"""By which factor numbers nearby differ, as those of a search."""
MOST = 200
LEVEL = Decimal("0.05")
"""Above which p is "n.s.", where no level is said."""


@dataclass(frozen=True)
class Correction:
    """A choice that gives a printed p, and the share of numbers nearby that some choice gives."""

    words: str
    chance: float | None


def told(
    ledger: Ledger,
    entry: Claim,
    component: Component,
    p: Span,
    finding: Finding,
    plain: families.Plain,
) -> Finding:
    """A contradiction of a p with the p of an interval, unless a correction makes the one of it."""
    correction = _correction(ledger, entry, component, p, plain)
    if correction is None:
        return finding
    text = f"{finding.sentence.removesuffix('.')}, which {correction.words} gives"
    if correction.chance is not None:
        text += f"; a number nearby would be matched with chance {correction.chance:.2g}"
    if correction.chance is None or correction.chance > SAYS_SOMETHING:
        text = f"Not checkable: {text[0].lower()}{text[1:]}."
        return replace(finding, agreement=NOT_CHECKABLE, sentence=text, remark=True)
    detail = {**finding.detail, "alternative": correction.words}
    return replace(finding, agreement=ALTERNATIVE, sentence=f"{text}.", detail=detail)


def _correction(
    ledger: Ledger, entry: Claim, component: Component, p: Span, plain: families.Plain
) -> Correction | None:
    """The correction of a p from least to greatest that gives the printed one, if any does."""
    if component.relation == "ns":
        component = replace(component, relation=">", value=LEVEL, places=2)
    every = list(_choices(ledger, entry, p, plain))
    fit = [words for words, *ends in every if overlaps(component, *ends)]
    if not fit or not component.value:
        return None
    return Correction(fit[0], _chance(component, [Span(low, high) for _, low, high in every]))


def _choices(
    ledger: Ledger, entry: Claim, p: Span, plain: families.Plain
) -> Iterator[families.Choice]:
    """Words and the ends of p, for the numbers of comparisons that are told first."""
    yield from families.simultaneous(ledger, entry, p, plain)
    groups = len(ledger.apart)
    pairs, most = comb(groups, 2), min(comparisons(ledger, entry), MOST)
    yield from families.steps(ledger, entry, p, plain, most)
    first = [k for k in (pairs, most) if k > 1]
    for k in dict.fromkeys([*first, *range(2, most + 1)]):
        yield f"Bonferroni's correction for {k} comparisons", min(k * p[0], 1.0), min(k * p[1], 1.0)
    if groups > 2:
        low, high = (_tukey(end, groups) for end in p)
        yield f"Tukey's test of {groups} groups", low, high
    for k in dict.fromkeys([*first, *range(2, most + 1)]):
        yield f"Šidák's correction for {k} comparisons", 1 - (1 - p[0]) ** k, 1 - (1 - p[1]) ** k


def comparisons(ledger: Ledger, entry: Claim) -> int:
    """How many p-values are printed in the place of one, or of its outcome; or pairs of groups."""
    others = [
        claim
        for claim in ledger.entries.values()
        if "p" in claim.parts and claim.paper == entry.paper
    ]
    beside = sum(claim.place == entry.place for claim in others)
    alike = sum(claim.about.outcome == entry.about.outcome for claim in others)
    return max(beside, alike, comb(len(ledger.apart), 2))


def _tukey(p: float, groups: int) -> float:
    from scipy.stats import studentized_range

    z = -float(ndtri(max(p, 1e-300) / 2))
    return min(max(float(studentized_range.sf(sqrt(2) * z, groups, float("inf"))), p), 1.0)


def _chance(component: Component, spans: list[Span]) -> float | None:
    """The share of other p within a factor of `WINDOW` that a choice gives; None of a bound."""
    if component.relation != "=" or component.places <= 0:
        return None
    unit, value = 10.0**-component.places, float(component.value or 0)
    own, least = round(value / unit), ceil(value / WINDOW / unit)
    given = np.zeros(max(floor(min(value * WINDOW, 1.0) / unit) - least + 1, 0), dtype=bool)
    for low, high in spans:
        first, last = ceil(low / unit - 0.5) - least, floor(high / unit + 0.5) - least
        given[max(first, 0) : max(last + 1, 0)] = True
    others = np.delete(given, own - least)
    return float(others.mean()) if len(others) else None
