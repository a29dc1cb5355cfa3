"""A p adjusted for several comparisons against the plain p of the same comparison.

No procedure makes p smaller, and Bonferroni's is a whole number of times as large, or 1. None is
more than k times as large for k comparisons, of which a ledger may have a part, so that more than
that is a remark. Tukey's and Dunnett's rest on an error of all groups, so that a smaller p than
that of the two groups alone is a remark too, and the plain one that of an error `LARGER`.
Sources: Dunn 1961, Šidák 1967, Holm 1979, Hochberg 1988.
"""

from collections.abc import Iterator
from math import ceil, comb, floor

from scipy.special import ndtr, ndtri

from trialtrace.audit.ledger.claim import FAMILIES, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import COMPATIBLE, DOUBT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import ends_of

OF_ALL_GROUPS = ("dunnett", "tukey")
BONFERRONI = "bonferroni"
LARGER = 1.25
"""How many times as large the error of all groups may be as that of two."""


@checks(
    "a p that a procedure for several comparisons adjusts against the plain p of the same "
    "comparison: not smaller, of Bonferroni's a whole number of times as large or 1; more than one "
    "time for each comparison in the ledger is a remark, as is a smaller one of Tukey's or "
    "Dunnett's",
    {"p.adjusted": "A p adjusted for several comparisons, and the plain one."},
)
def check_adjusted_tests(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        procedures = [one for one in entry.about.design or () if one in FAMILIES]
        part = entry.tested
        if len(procedures) != 1 or part is None or part.relation not in ("=", "<", "<="):
            continue
        plain = [
            claim
            for claim in ledger.comparisons.get(entry.about.cell, ())
            if claim.about.compared == entry.about.compared and claim.about.design is None
            if claim.paper == entry.paper and claim.basis is None and claim.sides == entry.sides
            if claim.tested is not None
            and claim.tested.relation == "="
            and not claim.tested.adjusted
        ]
        if len({claim.parts["p"].value for claim in plain}) == 1:
            yield _held(ledger, entry, plain[0], procedures[0])


def _held(ledger: Ledger, entry: Claim, plain: Claim, procedure: str) -> Finding:
    part, other = entry.parts["p"], plain.parts["p"]
    (low, high), (least, most) = (ends_of(component) for component in (part, other))
    text = f"{part.text} is {other.text} adjusted for several comparisons"
    agreement, k = COMPATIBLE, _comparisons(ledger, entry)
    if high < least:
        agreement = DOUBT if procedure in OF_ALL_GROUPS else INCONSISTENT
        text += ", and smaller."
    elif procedure == BONFERRONI and high < 1 and floor(high / least) < ceil(low / most):
        agreement = INCONSISTENT
        text += (
            f": {low / most:.2f} to {high / least:.2f} times as large, which is no whole number."
        )
    elif low > k * (_of_larger_error(most) if procedure in OF_ALL_GROUPS else most):
        agreement = DOUBT
        text += f", and more than {k} times as large, as many as the ledger has."
    else:
        text += ", and can be."
    return verdict("p.adjusted", entry, part, agreement, text, [plain])


def _of_larger_error(p: float) -> float:
    return 2 * float(ndtr(float(ndtri(p / 2)) / LARGER))


def _comparisons(ledger: Ledger, entry: Claim) -> int:
    """How many comparisons with a p a ledger has in one place, or of one outcome; or groups pair by
    pair."""
    every = [
        claim
        for claim in ledger.entries.values()
        if claim.tested is not None and claim.paper == entry.paper and claim.about.compared
    ]
    beside = [one for one in every if one.place == entry.place]
    alike = [one for one in every if one.about.outcome == entry.about.outcome]
    counts = [
        len({(one.about.cell, frozenset(one.about.compared)) for one in family})
        for family in (beside, alike)
    ]
    return max(*counts, comb(len(ledger.apart), 2), 2)
