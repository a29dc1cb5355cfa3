"""P-values that a correction for several comparisons makes of the one that an interval gives.

A p corrected by Bonferroni for k comparisons is k p, or 1 if that is above it, and so is each of
Holm's with a k of its own; Šidák's is 1 - (1 - p)^k. An interval beside it is seldom corrected, and
few papers say of each p that it is. Tried are k from 2 to the number of p-values in the same place
or of the same outcome, and of pairs of the groups.

Of three groups or more Tukey's, Dunnett's and Bonferroni's intervals reach m standard errors to
each side, and the p of a z is the procedure's tail of m z / 1.96: no less than the plain p of it,
and no more than k times the p that the interval gives, m being at most Bonferroni's.
Sources: Dunn 1961, Šidák 1967, Holm 1979, Tukey 1953, Dunnett 1955.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from math import comb

from scipy.special import ndtr, ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.relations.engine import Way
from trialtrace.audit.relations.ranges import Span, overlaps
from trialtrace.audit.relations.shapes import z_of
from trialtrace.audit.relations.solvers.estimates import p_of_interval
from trialtrace.audit.relations.solvers.intervals import quantile_of

MOST = 200
LEVEL = Decimal("0.05")
"""Above which p is "n.s.", where no level is said."""


def ways(ledger: Ledger, entry: Claim, p: Span, *, of_family: bool = True) -> dict[str, Way]:
    """The correction that gives a printed p, of one that is `p` by itself, as another choice.

    Without `of_family` the range of a family of three groups or more is left out: where something
    else may give the p already.
    """
    part = entry.parts["p"]
    if part.relation == "ns":
        part = replace(part, relation=">", value=LEVEL, places=2)
    if not part.value:
        return {}
    found = next(
        (words for words, span in _choices(ledger, entry, p, of_family) if overlaps(part, *span)),
        "",
    )
    return {f"by {found}": True} if found else {}


def _choices(ledger: Ledger, entry: Claim, p: Span, of_family: bool) -> Iterator[tuple[str, Span]]:
    """Words and the ends of p, for the numbers of comparisons that are told first."""
    pairs, most = comb(len(ledger.apart), 2), min(_comparisons(ledger, entry), MOST)
    family = _family(ledger, entry) if of_family else 0
    if family > 1:
        corrected = float(ndtri(1 - (1 - entry.confidence) / (2 * family))) / quantile_of(entry)
        least = 2 * float(ndtr(-corrected * z_of(p).high))
        yield f"a correction for {family} comparisons", _times(Span(least / family, p.high), family)
    for other in _of_steps(ledger, entry, p):
        for k in range(2, most + 1):
            if p.low <= (span := _times(other, k)).high:
                yield "Holm's correction, by a smaller p", span
    every = dict.fromkeys([*(k for k in (pairs, most) if k > 1), *range(2, most + 1)])
    for k in every:
        yield f"Bonferroni's correction for {k} comparisons", _times(p, k)
    for k in every:
        yield f"Šidák's correction for {k} comparisons", Span(*(1 - (1 - end) ** k for end in p))


def _times(p: Span, k: int) -> Span:
    return Span(min(k * p.low, 1.0), min(k * p.high, 1.0))


def _family(ledger: Ledger, entry: Claim) -> int:
    """How many pairs of three groups or more are compared alike, with interval and p."""
    pairs = {
        frozenset(one.about.compared)
        for one in (entry, *ledger.comparisons.get(entry.about.cell, ()))
        if (one.measure, one.about.margin) == (entry.measure, None)
        if one.tested is not None and one.has_interval and len(one.about.compared) == 2
    }
    whole = frozenset(entry.about.compared) in pairs and len(frozenset().union(*pairs)) > 2
    return len(pairs) if whole else 0


def _of_steps(ledger: Ledger, entry: Claim, p: Span) -> Iterator[Span]:
    """The p of other lines that print the same and have a smaller one of their own."""
    printed = entry.parts["p"]
    for claim in ledger.entries.values():
        part = claim.tested
        same = claim.about.outcome == entry.about.outcome or claim.place == entry.place
        if part is None or claim.name == entry.name or claim.paper != entry.paper or not same:
            continue
        if (part.relation, part.value) == (printed.relation, printed.value):
            other = p_of_interval(ledger, claim)
            if other is not None and other.low <= p.high and not overlaps(part, *other):
                yield other


def _comparisons(ledger: Ledger, entry: Claim) -> int:
    """How many p-values are printed in the place of one, or of its outcome; or pairs of groups."""
    others = [
        claim
        for claim in ledger.entries.values()
        if "p" in claim.parts and claim.paper == entry.paper
    ]
    beside = sum(claim.place == entry.place for claim in others)
    alike = sum(claim.about.outcome == entry.about.outcome for claim in others)
    return max(beside, alike, comb(len(ledger.apart), 2))
