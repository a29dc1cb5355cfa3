"""Which p-values an adjusted one was adjusted with: the members of its family."""

import json
from collections.abc import Iterable, Mapping

from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.trial.plan.build import Plan
from trialtrace.run.trial.plan.multiplicity import Closed

ADJUSTED = "p_adjusted"
TEST = "p_value."
PLACE = (
    "analysis_id",
    "parameter",
    "comparison",
    "reference",
    "visit",
    "stratum",
    "group1_level",
    "group2",
    "group2_level",
)


def family_of(row: ResultRow) -> str | None:
    """The family of an adjusted p-value; None of any other result."""
    if row["stat_name"] != ADJUSTED:
        return None
    named: str = json.loads(row["options"])["family"]
    return named


def members(plan: Plan, results: Mapping[str, ResultRow], name: str) -> list[ResultRow]:
    """The p-values of a family in the order of its results; the test of all arms stands first."""
    of_family = [row for row in results.values() if family_of(row) == name]
    family = plan.multiplicity[name]
    tests = {
        (row["method"], *values_of(row, PLACE)): row
        for row in results.values()
        if row["method"].startswith(TEST)
    }
    found = [tests[_own(row, family.adjust)] for row in of_family]
    if not isinstance(family, Closed):
        return found
    named, cuts = family.global_, ("visit", "stratum", "parameter")
    at = {values_of(row, cuts) for row in of_family}
    return [
        *(
            row
            for row in _of_all(results.values(), named.analysis, named.test)
            if values_of(row, cuts) in at
        ),
        *found,
    ]


def before_pairs(plan: Plan, rows: Iterable[ResultRow], analysis: str) -> list[ResultRow]:
    """Of the rows of an analysis the tests of all arms with which closed tests begin."""
    named = {
        family.global_.test
        for family in plan.multiplicity.values()
        if isinstance(family, Closed) and family.global_.analysis == analysis
    }
    every = list(rows)
    return [row for test in sorted(named) for row in _of_all(every, analysis, test)]


def _own(adjusted: ResultRow, procedure: str) -> tuple[str | None, ...]:
    short = adjusted["method"].removeprefix(f"{ADJUSTED}.{procedure}_")
    return (f"{TEST}{short}", *values_of(adjusted, PLACE))


def _of_all(rows: Iterable[ResultRow], analysis: str, test: str) -> Iterable[ResultRow]:
    return (
        row
        for row in rows
        if row["comparison"] is None
        and (row["analysis_id"], row["method"]) == (analysis, f"p_value.{test}")
    )
