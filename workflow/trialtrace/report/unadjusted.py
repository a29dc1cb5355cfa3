"""Which analyses print estimates without p-values: those outside every declared family.

A p-value that no family adjusts, of an analysis that is neither primary nor made of one that
decides, invites a verdict that nobody planned. It is computed, checked and traced, and an audit
compares a printed one with it; a report prints the estimate with its interval.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from trialtrace.base.words import OF_P_VALUES, P_VALUES, SYMBOLS
from trialtrace.run.tables.contracts.rows import ResultRow

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis, Plan

NOT_ADJUSTED = (
    "Not adjusted for multiplicity: no family of the plan has these comparisons, so they are shown "
    "without p-values."
)


def judged(plan: "Plan", analysis: "Analysis") -> bool:
    """Whether an analysis is primary, has a test in a family, or is made of one that is or has."""
    named = {test.analysis for family in plan.multiplicity.values() for test in family.tests}
    named |= {one.name for one in plan.analyses.values() if one.role == "primary"}
    following: Analysis | None = analysis
    while following is not None:
        if following.name in named:
            return True
        following = plan.analyses.get(following.of or "")
    return False


def without_p(plan: "Plan", analysis: "Analysis", rows: Iterable[ResultRow]) -> bool:
    """Whether an analysis prints its comparisons without p-values, and has any to leave out.

    One without an estimate that has an interval shows the p-values of its tests, without a verdict.
    """
    if judged(plan, analysis):
        return False
    found = list(rows)
    estimated = any(row["comparison"] and row["ci_level"] is not None for row in found)
    return estimated and any(of_a_test(row) for row in found)


def of_a_test(row: ResultRow) -> bool:
    """Whether a result is a p-value of a comparison, or a statistic or its degrees of freedom.

    Effects of an analysis of variance have no estimate that could stand for them.
    """
    tested = row["stat_name"] in P_VALUES | SYMBOLS | OF_P_VALUES
    return tested and row["group1_level"] is None and row["group2"] != "effect"
