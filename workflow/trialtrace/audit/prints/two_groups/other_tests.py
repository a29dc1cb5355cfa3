"""A p beside an interval that is not the interval's: of which other test it may be."""

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import COMPATIBLE, INCONSISTENT, UNDECIDED
from trialtrace.audit.prints.paired.same_patients import of_pairs
from trialtrace.audit.prints.shared.p_sides import (
    OF_TIMES,
    near_no_difference,
    of_no_such_test,
    of_no_test,
    p_range,
    z_of,
)
from trialtrace.audit.prints.shared.two_groups import KINDS, LOGS, table_of
from trialtrace.audit.relations.ranges import TWO_SIDED, Span

WALD = ("wald", "log")
NEAR = 0.7
"""How far z of a p may be from z of the interval where no test is named, as a factor.

By enumeration of two groups of 20 to 200 with 5 expected events or more and z of 1.2 to 4, z of
Fisher's exact test and of the corrected χ² test is at least 0.73 times that of Wald's intervals.
"""
NEAR_OF_TIMES = 0.9
"""The same of hazard and rate ratios: log-rank, likelihood-ratio and Wald's test lie nearer."""
OF_EVENTS = (*KINDS, "hazard_ratio", "rate_ratio", *LOGS)
OF_NO_NAME = " The ledger names no test; that of p may be another than the interval's."


def restricted(entry: Claim) -> bool:
    """Whether a test of a margin may have another variance than the interval: of risks and odds,
    where it is restricted at the margin, and no interval of Wald's is named."""
    return entry.measure in KINDS and entry.about.interval not in WALD


def tails(entry: Claim) -> tuple[str, ...]:
    """The sides of p; against a margin it is printed with two or with one, often not said which."""
    if entry.about.margin_value is not None and entry.about.sides is None:
        return ("two_sided", "less", "greater")
    return entry.tails


def may_be_another(entry: Claim, component: Component, low: float, high: float) -> bool:
    """Whether p may be that of another test than the interval's, of events."""
    if entry.measure not in (None, *OF_EVENTS) or entry.tails != TWO_SIDED:
        return False
    if entry.measure in (*KINDS, *OF_TIMES) and near_no_difference(
        entry, component, Span(low, high)
    ):
        return True
    (least, most), (lower, upper) = z_of(Span(low, high)), z_of(p_range(component))
    near = NEAR if entry.measure in (None, *KINDS) else NEAR_OF_TIMES
    return upper >= near * least and lower <= most / near


def _has_own_test(ledger: Ledger, entry: Claim) -> bool:
    """Whether p is not the interval's own: another test is stated, or the counts give it."""
    if entry.measure == "mean_difference":
        return entry.about.test not in (None, "t", "welch")
    if entry.about.test is not None:
        return True
    return _counted(ledger, entry)


def _counted(ledger: Ledger, entry: Claim) -> bool:
    """Whether the counts of both groups decide p."""
    plain = entry.measure in KINDS and entry.basis is None
    return plain and table_of(ledger, entry) is not None


def _of_neither(ledger: Ledger, entry: Claim, component: Component, p: Span) -> bool:
    """Whether a p of no named test is far from that of the interval and from that of the counts."""
    table = table_of(ledger, entry) if entry.measure in KINDS else None
    if table is None or entry.about.test is not None or entry.basis is not None:
        return False
    if entry.about.margin is not None or tails(entry) != TWO_SIDED:
        return False
    return of_no_test(table[1], component, p)


def of_another(ledger: Ledger, entry: Claim, component: Component, p: Span) -> tuple[str, str]:
    """What a p that is not the interval's may be of, and what follows: agreement and words."""
    if _of_neither(ledger, entry, component, p):
        return INCONSISTENT, " It is not that of the counts either."
    if p_of_pairs := of_pairs(ledger, entry, component):
        why = f" McNemar's tests of as few pairs as the interval leaves give {p_of_pairs}."
        return COMPATIBLE, why
    if _has_own_test(ledger, entry):
        text = " The p-value is that of another test, "
        if of_no_such_test(entry, component, p) and not _counted(ledger, entry):
            return (
                INCONSISTENT,
                f"{text}but none of the same analysis lies so far from the interval.",
            )
        return UNDECIDED, f"{text}so that the two need not agree."
    if entry.about.margin is not None and restricted(entry):
        why = " A test may restrict the variance at the margin, and need not agree with it."
        return UNDECIDED, why
    return (UNDECIDED, OF_NO_NAME) if may_be_another(entry, component, *p) else (INCONSISTENT, "")
