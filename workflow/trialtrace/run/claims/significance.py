"""Claims that call a difference significant: the word is a printed p below the level.

It is held against p of the same comparison, else against the interval of its estimate. The level is
the claim's own, else that of the decisions of its analysis.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from trialtrace.audit.printed.agreement import (
    CHANGES,
    DIFFERS,
    EXACT,
    SAME,
    decimal,
    null_value,
    p_text,
)
from trialtrace.run.claims.select import rows_of
from trialtrace.run.tables.contracts.rows import ResultRow, present

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis

USUAL = Decimal("0.05")
NOTHING = "only the direction was checked: the analysis has no p and no interval of this comparison"
DIVIDED = "only the direction was checked: the tests of this comparison lie on both sides of {}"
# What a claim on groups selects beside the comparison.
_OF_GROUPS = ("group", "compare", "stat")


def judge_significance(
    analyses: "Mapping[str, Analysis]",
    results: list[ResultRow],
    selects: Mapping[str, Any],
    direction: Mapping[str, str],
    declared: str | None,
) -> dict[str, Any]:
    """The columns of the claims table that the word decides; under "missing" why none are."""
    analysis = analyses.get(selects["analysis"])
    known = declared or (analysis and str(analysis.decision_level))
    level = Decimal(known) if known else USUAL
    text = f"the level of {level}" + ("" if known else ", the usual one: none is told")
    rows = _compared(results, selects, direction)
    tests = [row for row in rows if row["stat_name"] == "p_value"]
    found = [(row, decimal(present(row["stat_value"])) <= level) for row in tests]
    if not found:
        found = [(row, out) for row in rows if (out := _excludes(row, level)) is not None]
    if len({below for _, below in found}) != 1:
        return {"missing": DIVIDED.format(text) if found else NOTHING}
    row, below = found[0]
    value = decimal(present(row["stat_value"]))
    shown = p_text(value) if tests else row["stat_text"]
    side = "below" if below else "above"
    if not tests:
        side = "which lacks" if below else "which holds"
        text = "the value of no effect"
    return {
        "recomputed": float(value),
        "recomputed_text": shown,
        "result_id": row["result_id"],
        "against_data": EXACT if below else DIFFERS,
        "decision": SAME if below else CHANGES,
        "data_finding": f"The data give {shown}, {side} {text}"
        + (", as printed." if below else "; printed is a significant difference."),
    }


def _compared(
    results: list[ResultRow], selects: Mapping[str, Any], direction: Mapping[str, str]
) -> Sequence[ResultRow]:
    """The results of the comparison of both groups, or of the only one, that have a value."""
    keys = {key: value for key, value in selects.items() if key not in _OF_GROUPS}
    pair = {value for key, value in direction.items() if key != "by"}
    every = [row for row in results if row["analysis_id"] == selects["analysis"]]
    pairs = {(row["comparison"], row["reference"]) for row in every if row["comparison"]}
    asked = [{"compare": {"of": of, "to": to}} for of, to in pairs if {of, to} == pair]
    if "by" in direction:
        # No comparison of arms is one of strata.
        return []
    if not asked and len(pairs) <= 1:
        asked = [{}]
    rows = [row for one in asked for row in rows_of(results, keys | one, "is")]
    return [row for row in rows if row["stat_value"] is not None and row["group2"] is None]


def _excludes(row: ResultRow, level: Decimal) -> bool | None:
    """Whether an interval of this level excludes no effect; None where there is no such."""
    null, low, high = null_value(row["stat_name"]), row["ci_low"], row["ci_high"]
    if null is None or low is None or high is None or row["ci_level"] is None:
        return None
    if decimal(1 - row["ci_level"]) != level:
        return None
    return not low <= null <= high
