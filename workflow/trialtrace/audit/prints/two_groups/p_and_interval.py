"""A p against the interval of the same comparison, where both are printed apart.

An interval at 95 % and a p of the same analysis lie on the same side of 0.05. Two tests of the same
patients may not, near it: Fisher's exact test and Wald's interval, the log-rank test and Cox's
model, Student's t and an adjusted difference. They are held against each other where one is far on
one side and the other on the other: the interval's own p below `LEAST` and p above `MOST`, or the
other way round. By enumeration z of the exact and corrected tests is at least 0.73 times that of
Wald's interval (`estimates.NEAR`), and here it would have to be 0.64 times, or, where the paper
names no test, 0.5 times (n.s., above 0.05, beside 0.001: 0.6 times). Of means a test of ranks may
be meant where none is named, which is told as a remark.

An interval of events and a p of no named test in one place, as in a line of a table, are of one
analysis of the same patients, or p is that of the counts. Then z of p lies within a factor of
`NEAR` of the interval's, and `MORE` allows for a test within strata or adjusted beside a crude
interval: by as much and more the two differ beyond. Of times to an event the log-rank test of the
line need not be near a ratio of risks, so that an outcome with a curve, a hazard ratio, a rate or a
median time is held by its hazard and rate ratios alone.
"""

from collections.abc import Iterator

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import DOUBT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared import corrections
from trialtrace.audit.prints.shared.p_sides import (
    LEAST_UNNAMED,
    MORE,
    NEAR,
    OF_TIMES,
    of_counts,
    on_two_sides,
    p_range,
    z_of,
)
from trialtrace.audit.prints.shared.two_groups import KINDS, table_of
from trialtrace.audit.prints.two_groups.estimates import p_of_interval
from trialtrace.audit.relations.ranges import TWO_SIDED, Span
from trialtrace.audit.relations.wording import NO_TEST, p_span

LEAST = 0.01
OF_MEANS = ("t", "welch")


@checks(
    "a p against the interval of the same comparison in another claim: the interval's own p below "
    "0.01 (0.001 where no test is named) beside a p above 0.1 or n.s., or above 0.1 beside a p so "
    "low; an interval of events and a p of no named test in one place: z of p within a factor of "
    "0.7 and 1 more; of means of no named test a remark; where a correction for several "
    "comparisons gives p, that is told",
    {"interval.apart": "A p, and the interval of the same comparison that is printed apart."},
)
def check_p_and_interval(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        data = entry.parts.get("p")
        if data is None or data.symbol is not None:
            continue
        if len(entry.about.compared) != 2 and not entry.about.versus:
            continue
        if entry.tails != TWO_SIDED or "ci_low" in entry.parts:
            continue
        if entry.about.test == "log_rank" or entry.about.margin is not None:
            continue
        against = [
            (comparison, p)
            for comparison in ledger.comparisons[entry.about.cell]
            if of_same(entry, comparison)
            if (p := p_of_interval(ledger, comparison)) is not None
        ]
        placed = any((one.paper, one.place) == (entry.paper, entry.place) for one, _ in against)
        if against and all(
            _on_two_sides(entry, data, p) or (placed and _far(ledger, entry, one, p))
            for one, p in against
        ):
            yield from _findings(ledger, entry, data, *against[0])


def _far(ledger: Ledger, entry: Claim, claim: Claim, p: Span) -> bool:
    """Whether an interval of events and a p of no named test are far apart for one analysis.

    The interval stands in the place of p, or is told again elsewhere.
    """
    if _test(entry) or claim.measure not in (*KINDS, *OF_TIMES):
        return False
    if claim.measure in KINDS and _timed(ledger, claim):
        return False
    (lower, upper), (low, high) = z_of(p), z_of(p_range(entry.parts["p"]))
    return high < NEAR * lower - MORE or low > upper / NEAR + MORE


def _timed(ledger: Ledger, entry: Claim) -> bool:
    """Whether an outcome is told as a time to an event, or as events over time, anywhere."""
    return any(
        claim.measure in OF_TIMES
        or claim.stated_basis == "curve"
        or claim.about.test == "log_rank"
        or "person_time" in claim.parts
        for claim in ledger.entries.values()
        if claim.about.outcome == entry.about.outcome
    )


def of_same(entry: Claim, claim: Claim) -> bool:
    """Whether it is another claim's interval of the same groups and basis, without a p."""
    same = claim.about.compared == entry.about.compared and claim.stated_basis == entry.stated_basis
    same = same and claim.about.category == entry.about.category
    whole = claim.has_interval and "p" not in claim.parts
    return same and claim.name != entry.name and whole


def _test(entry: Claim) -> str | None:
    """The test of p, as it is named or as the statistic beside p tells it."""
    statistic = entry.parts.get("statistic")
    named = "t" if statistic is not None and statistic.symbol == "t" else None
    return entry.about.test or named


def _on_two_sides(entry: Claim, component: Component, p: Span) -> bool:
    if component.relation == "ns":
        return p[1] < LEAST_UNNAMED
    return on_two_sides(component, p, LEAST if _test(entry) else LEAST_UNNAMED)


def _findings(
    ledger: Ledger, entry: Claim, component: Component, claim: Claim, p: Span
) -> Iterator[Finding]:
    table, test = table_of(ledger, claim), _test(entry)
    of_means = claim.measure == "mean_difference"
    if of_means and test not in (None, *OF_MEANS):
        return
    if table is not None and claim.measure in KINDS and of_counts(table[1], component):
        return
    text = f"The interval {claim.interval} of the same comparison gives {p_span(*p)}; "
    text += f"printed is {component.text}"
    ranks = of_means and test is None
    text += f", which may be of ranks.{NO_TEST}" if ranks else "."
    finding = verdict(
        "interval.apart",
        entry,
        component,
        DOUBT if ranks else INCONSISTENT,
        text,
        [claim],
        {"low": p[0], "high": p[1]},
    )
    yield (
        finding if ranks else corrections.told(ledger, entry, component, p, finding, p_of_interval)
    )
