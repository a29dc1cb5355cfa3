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
from dataclasses import replace
from decimal import Decimal
from math import comb, sqrt

from scipy.special import ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.relations.engine import Way
from trialtrace.audit.relations.ranges import Span, overlaps
from trialtrace.audit.relations.solvers import families


def ways(ledger: Ledger, entry: Claim, p: Span, plain: families.Plain) -> dict[str, Way]:
    """The correction that gives a printed p, of one that is `p` by itself, as another choice."""
    part = entry.parts["p"]
    if part.relation == "ns":
        part = replace(part, relation=">", value=LEVEL, places=2)
    if not part.value:
        return {}
    found = next(
        (words for words, *ends in _choices(ledger, entry, p, plain) if overlaps(part, *ends)), None
    )
    return {} if found is None else {f"by {found.rstrip(',')}": True}


MOST = 200


LEVEL = Decimal("0.05")
"""Above which p is "n.s.", where no level is said."""


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
