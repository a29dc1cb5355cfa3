"""Means, standard deviations and sizes of three groups or more against the p of all of them.

F is computed for everything that prints as given (`stats.summaries.mean_statistics`), and its p.
A p of no named test that lies near may be that of ranks or of unequal variances.
"""

from collections.abc import Iterator

from scipy.special import fdtrc

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import COMPATIBLE, INCONSISTENT, NOT_CHECKABLE, UNDECIDED
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared.p_sides import NEAR, SLIGHTLY, p_range, z_of
from trialtrace.audit.prints.two_groups.count_tests import above_level
from trialtrace.audit.prints.two_groups.mean_tests import (
    readings_of_deviations,
    with_spreads,
    without_sizes,
)
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, as_range, overlaps, span_of
from trialtrace.audit.relations.wording import NO_TEST, NOT_CHECKED, p_span, said_of
from trialtrace.audit.summaries.mean_statistics import MOST_GROUPS, f_of_means
from trialtrace.audit.summaries.printed import Printed, together
from trialtrace.stats.results import StatsError

CHECK = "p.group_means"


@checks(
    "means and deviations of three groups or more against p of their analysis of variance, over "
    "everything that prints as given; of no named test a p within a factor of 0.7, or 0.36, of its "
    "z may be another's",
    {CHECK: "Means, standard deviations and sizes of all groups, and p of their F."},
    of_sizes=(CHECK,),
)
def check_variance_p(ledger: Ledger) -> Iterator[Finding]:
    for entry in map(above_level, ledger.entries.values()):
        if entry.tested is None or "statistic" in entry.parts or entry.about.versus:
            continue
        groups = with_spreads(ledger, entry) if entry.about.compared else None
        if groups is None or not 3 <= len(groups) <= MOST_GROUPS or entry.tails != TWO_SIDED:
            continue
        sizes = [n for group in groups if (n := ledger.size(group)) is not None and n > 1]
        if len(sizes) < len(groups):
            yield without_sizes(ledger, entry, groups, CHECK, "p")
            continue
        try:
            yield _p(entry, groups, sizes)
        except StatsError:
            continue


def _p(entry: Claim, groups: list[Claim], sizes: list[int]) -> Finding:
    part, stated = entry.parts["p"], entry.about.test
    every = [_of_f(groups, sizes, one) for one in readings_of_deviations(groups, sizes)]
    fit = [one for one in every if overlaps(part, *one)]
    p = (fit or every)[0]
    text = f"Over all means and deviations that print as given, their F gives {p_span(*p)}"
    open, agreement = False, COMPATIBLE
    if entry.basis is not None or stated not in (None, "anova"):
        other = (
            f"p is that {said_of(entry)}" if entry.basis is not None else "another test is named"
        )
        text, agreement = f"{NOT_CHECKED} {other}; {text}.", NOT_CHECKABLE
    elif not fit:
        near = stated is None and _is_near(z_of(p), z_of(p_range(part)))
        open = stated is None and not near
        agreement = INCONSISTENT if stated else UNDECIDED
        text = f"{text}; printed is {part.text}.{'' if stated else NO_TEST}"
    return verdict(CHECK, entry, part, agreement, text, groups, p._asdict(), open=open)


def _of_f(groups: list[Claim], sizes: list[int], spreads: list[Printed]) -> Span:
    """P of F over all that prints so; F may be infinite, whose p is 0."""
    means = together([as_range(group.parts["value"]) for group in groups])
    low, high = span_of(f_of_means(means, together(spreads), sizes))
    between, within = len(sizes) - 1, sum(sizes) - len(sizes)
    return Span(*(float(fdtrc(between, within, f)) for f in (high, low)))


def _is_near(ours: Span, theirs: Span) -> bool:
    """Whether two ranges of z are as near as those of other tests of the same values."""
    below = min(ours.low * NEAR, ours.low - SLIGHTLY)
    return below <= theirs.high and theirs.low <= max(ours.high / NEAR, ours.high + SLIGHTLY)
