"""Claims that name a direction and no number ("less with licorice"), and standard errors."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isfinite, log, sqrt
from typing import TYPE_CHECKING, Any

from trialtrace.audit.printed.agreement import (
    CHANGES,
    DIFFERS,
    SAME,
    decimal,
    null_value,
    p_text,
    twelve,
)
from trialtrace.audit.printed.verdicts import EQUALS
from trialtrace.base.errors import Problem, UserError, one_of
from trialtrace.base.words import (
    COUNTS,
    P_VALUES,
    POINTS,
    RATIOS,
    SHARES,
    percent,
    unit_text,
    value_text,
)
from trialtrace.run.claims.select import SUMMARIES, Selects, is_stat, one, rows_of
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.registry import is_normal

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis


ONE_SAMPLE = {
    "mean.t_interval",
    "fold_change.paired_t",
    *(f"mean_difference.{kind}paired_t" for kind in ("", "equivalence_", "non_inferiority_")),
}
TWO_SAMPLES = {
    "mean_difference.crossover",
    "period_difference.crossover",
    "carry_over.crossover",
    "mean_difference.student",
}
WELCH = {f"mean_difference.{kind}welch" for kind in ("", "equivalence_", "non_inferiority_")}
NORMAL = {
    "risk_difference.mantel_haenszel",
    "proportion.standardised",
    "risk_difference.standardised",
    "risk_ratio.mantel_haenszel",
    "risk_ratio.standardised",
    "risk_ratio.modified_poisson",
    "odds_ratio.equivalence_odds_ratio",
    "odds_ratio.non_inferiority_odds_ratio",
    "odds_ratio.mantel_haenszel",
    "odds_ratio.logistic",
    "odds_ratio.logistic_mixed",
    "odds_ratio.ordinal_gee",
    "odds_ratio.ordinal_mixed",
    "odds_ratio.proportional_odds",
    "odds_ratio_trend.logistic",
    "slope_odds_ratio.logistic_mixed",
    "hazard_ratio.cox",
    "hazard_ratio.cox_adjusted",
    "subdistribution_hazard_ratio.fine_gray",
    "mean_time.restricted",
    "mean_time_difference.restricted",
    "mean_time_ratio.restricted",
    "incidence_difference.aalen_johansen",
    "survival_difference.kaplan_meier",
    "survival_ratio.kaplan_meier",
    "mean_events_difference.lawless_nadeau",
    "mean_events_ratio.lawless_nadeau",
    "rate_ratio.andersen_gill",
    "rate_ratio.lwyy",
    "rate_ratio.negative_binomial",
    "rate_ratio.poisson_regression",
    "net_benefit.all_pairs",
    "win_odds.all_pairs",
    "win_ratio.all_pairs",
}
"""Wald intervals by the normal distribution, beside those whose cards say so; those of a ratio on
the scale of its logarithm."""
_PLACE = ("analysis_id", "parameter", "visit", "stratum", "group1_level", "group2", "group2_level")
_SIDES = ("comparison", "reference")
# A bound that was cut off at the end of a scale makes an interval uneven.
_EVEN = 1e-6


def standard_error(row: ResultRow, results: Sequence[ResultRow]) -> float | None:
    """The standard error of an estimate, of its logarithm for a ratio; None where none follows.

    `results` are those of the same run, among which its test is looked for.
    """
    if row["stat_name"] == "coefficient":
        return _values(row, results).get(f"standard_error.{row['method'].partition('.')[2]}")
    ends = [row["ci_low"], row["stat_value"], row["ci_high"]]
    if any(end is None or not isfinite(end) for end in ends):
        return None
    if row["stat_name"] in RATIOS:
        if min(present(end) for end in ends) <= 0:
            return None
        ends = [log(present(end)) for end in ends]
    low, estimate, high = (present(end) for end in ends)
    df = _df(row, results)
    if df is None:
        tested = _statistic(row, results)
        return abs(estimate / tested) if tested and estimate else None
    from trialtrace.stats._wald import quantile

    even = abs(low + high - 2 * estimate) <= _EVEN * (high - low)
    return (high - low) / 2 / quantile(df, present(row["ci_level"])) if even else None


def _values(row: ResultRow, results: Sequence[ResultRow]) -> dict[str, float]:
    """The values of the same place by "statistic.method"."""
    place = values_of(row, (*_PLACE, *_SIDES))
    return {
        result["method"]: result["stat_value"]
        for result in results
        if result["stat_value"] is not None and values_of(result, (*_PLACE, *_SIDES)) == place
    }


def _statistic(row: ResultRow, results: Sequence[ResultRow]) -> float | None:
    """The t or z of the same method, or the root of its F of one degree of freedom."""
    values, method = _values(row, results), row["method"].partition(".")[2]
    for symbol in ("t", "z"):
        if f"{symbol}.{method}" in values:
            return values[f"{symbol}.{method}"]
    if values.get(f"df1.{method}") == 1 and f"f.{method}" in values:
        return sqrt(values[f"f.{method}"])
    return None


def _df(row: ResultRow, results: Sequence[ResultRow]) -> float | None:
    """The degrees of freedom behind an interval, infinite for the normal distribution."""
    method, n = row["method"], row["n_used"]
    if (
        method in NORMAL
        or is_normal(method)
        or json.loads(row["options"]).get("reference") == "normal"
    ):
        return float("inf")
    if method in WELCH:
        return _values(row, results).get("df.welch_t")
    lost = 1 if method in ONE_SAMPLE else 2 if method in TWO_SAMPLES else None
    return None if lost is None or n is None or n <= lost else float(n - lost)


STATS = ("proportion", "mean", "median")
WORDS = ("lower", "higher")


def judge_direction(
    results: list[ResultRow],
    selects: Selects,
    direction: Mapping[str, str],
    labels: dict[str, str],
    place: str,
) -> dict[str, Any]:
    """The columns of the claims table that a direction decides.

    The two groups are compared by the statistic the claim names, else by their proportions, their
    means or their medians, whichever the analysis has, else by its estimates of their comparison;
    two strata (`by`) by the statistic it names.
    """
    word, first, second = _read(direction, place)
    if str(selects.get("stat", "")).partition(".")[0] in P_VALUES:
        raise UserError(_no_direction(results, selects, place))
    stats = [selects["stat"]] if "stat" in selects else list(STATS)
    if by := direction.get("by"):
        chosen = [selects | {"stratum": f"{by}={level}"} for level in (first, second)]
    else:
        keys = {key: value for key, value in selects.items() if key not in ("group", "compare")}
        chosen = [keys | {"group": group} for group in (first, second)]
        compared = _compared(results, selects, keys, (first, second), place)
        if compared and not any(
            is_stat(row, stat)
            for each in chosen
            for row in rows_of(results, each, place)
            for stat in stats
        ):
            return _of_comparison(compared, word, first, labels)
    rows = [one(results, keys, stats, place) for keys in chosen]
    for row in rows:
        if row["stat_value"] is None:
            return {"missing": row["error"] or row["warning"] or row["stat_text"], "row": row}
    left, right = (decimal(present(row["stat_value"])) for row in rows)
    difference = left - right
    in_percent = rows[0]["stat_name"] in {*SHARES, *POINTS}
    shown = difference * 100 if in_percent else difference
    found = "equal" if difference == 0 else "lower" if difference < 0 else "higher"
    texts = [_of_stratum(row) if by else _text(row, labels) for row in rows]
    return _columns(rows[0], shown, (found, word), f"{texts[0]} and {texts[1]}")


def _columns(row: ResultRow, value: Decimal, ways: tuple[str, str], text: str) -> dict[str, Any]:
    """The columns of a direction that was found and one that is printed."""
    found, printed = ways
    same = found == printed
    return {
        "row": row,
        "recomputed": float(twelve(value)),
        "recomputed_text": found,
        "against_data": EQUALS if same else DIFFERS,
        "decision": SAME if same else CHANGES,
        "data_finding": f"The data give {text}, "
        + ("as printed." if same else f"which is {found}; printed is {printed}."),
    }


def _no_direction(results: list[ResultRow], selects: Selects, place: str) -> Problem:
    """A p-value says that groups differ, and not which way."""
    names = list(
        dict.fromkeys(
            row["method"]
            for row in results
            if row["analysis_id"] == selects["analysis"]
            and row["stat_name"] not in {*COUNTS, *SUMMARIES.values()}
            and (row["group1_level"] is not None or null_value(row["stat_name"]) is not None)
        )
    )
    return Problem(
        f"{place}.is.stat",
        found=f"{selects['stat']}, for a direction",
        expected=f"a statistic of each group, or of their comparison: {one_of(names)}",
        do=f"write stat: {names[0]}; p is looked at where the words say significant"
        if names
        else None,
    )


def _compared(
    results: list[ResultRow],
    selects: Selects,
    keys: Selects,
    pair: tuple[str, str],
    place: str,
) -> list[ResultRow]:
    """The estimates of the comparison of both groups, one way round or the other, with a value."""
    ways = [{"compare": {"of": of, "to": to}} for of, to in (pair, pair[::-1])]
    return [
        row
        for way in ways
        for row in rows_of(results, keys | way, place)
        if null_value(row["stat_name"]) is not None and row["stat_value"] is not None
        if "stat" not in selects or is_stat(row, selects["stat"])
    ]


def _of_comparison(
    rows: list[ResultRow], word: str, first: str, labels: dict[str, str]
) -> dict[str, Any]:
    """The columns for groups of which the analysis has no numbers but those that compare them."""
    row, found = rows[0], set()
    for each in rows:
        gap = decimal(present(each["stat_value"])) - present(null_value(each["stat_name"]))
        turned = each["comparison"] != first
        found.add("equal" if not gap else "lower" if (gap < 0) != turned else "higher")
    way = found.pop()
    if found:
        return {"missing": "the estimates of this comparison lie on both sides", "row": row}
    stat, value = row["stat_name"], present(row["stat_value"])
    names = present(row["comparison"]), present(row["reference"])
    of, to = (_within(labels.get(name, name)) for name in names)
    text = f"{row['stat_label']} of {value_text(stat, value)}{unit_text(stat, row['unit'])}"
    return _columns(row, decimal(value), (way, word), f"a {text} of {of} against {to}")


def _read(direction: Mapping[str, str], place: str) -> tuple[str, str, str]:
    words = [word for word in WORDS if word in direction]
    if len(words) != 1 or "than" not in direction:
        expected = "{lower: arm, than: arm} or {higher: arm, than: arm}"
        raise UserError(f"{place}.direction", found=str(dict(direction)), expected=expected)
    return words[0], direction[words[0]], direction["than"]


def _text(row: ResultRow, labels: dict[str, str]) -> str:
    group, value, of = present(row["group1_level"]), present(row["stat_value"]), row["denominator"]
    label = _within(labels.get(group, group))
    if row["stat_name"] not in SHARES:
        return f"a {row['stat_label']} of {value:.4g} with {label}"
    counts = f" ({round(value * of)} of {of})" if of else ""
    return f"{percent(value)}%{counts} with {label}"


def _of_stratum(row: ResultRow) -> str:
    stat, value = row["stat_name"], present(row["stat_value"])
    level = present(row["stratum"]).partition("=")[2]
    shown = value_text(stat, value) + unit_text(stat, row["unit"])
    return f"a {row['stat_label']} of {shown} with {_within(level)}"


def _within(label: str) -> str:
    """A label inside a sentence: "Sugar water" becomes "sugar water", "5FU + Lev" stays."""
    first = label.split(" ")[0]
    return label[0].lower() + label[1:] if first[1:].islower() else label


# Claims that call a difference significant: the word is a printed p below the level.
#
# It is held against p of the same comparison, else against the interval of its estimate. The level
# is the claim's own, else that of the decisions of its analysis.

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
    rows = _of_pair(results, selects, direction)
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
        "against_data": EQUALS if below else DIFFERS,
        "decision": SAME if below else CHANGES,
        "data_finding": f"The data give {shown}, {side} {text}"
        + (", as printed." if below else "; printed is a significant difference."),
    }


def _of_pair(
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
