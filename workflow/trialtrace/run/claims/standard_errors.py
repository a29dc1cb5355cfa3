"""The standard error of a result, which results do not store: from its interval or its test.

A Wald interval is as many errors wide as the quantile of its reference law says. Else the test
statistic of the same method is the estimate over its error; both are on the scale of a ratio's
logarithm. Exact, score, profile, rank and bootstrap intervals rest on no error; and where neither
the degrees of freedom nor a test statistic is a result, none follows.
"""

import json
from collections.abc import Sequence
from math import isfinite, log, sqrt

from trialtrace.base.words import RATIOS
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.stats._wald import quantile

ONE_SAMPLE = {
    "mean.t_interval",
    "fold_change.paired_t",
    *(f"mean_difference.{kind}paired_t" for kind in ("", "equivalence_", "non_inferiority_")),
}
TWO_SAMPLES = {
    "mean_difference.crossover",
    "period_difference.crossover",
    "carry_over.crossover",
    *(f"mean_difference.{kind}student" for kind in ("", "equivalence_", "non_inferiority_")),
}
WELCH = {f"mean_difference.{kind}welch" for kind in ("", "equivalence_", "non_inferiority_")}
NORMAL = {
    "proportion.wald",
    "risk_difference.wald",
    "risk_difference.wald_paired",
    "risk_difference.mantel_haenszel",
    "risk_difference.standardised",
    "risk_ratio.katz_log",
    "risk_ratio.mantel_haenszel",
    "risk_ratio.standardised",
    "risk_ratio.modified_poisson",
    "odds_ratio.woolf",
    "odds_ratio.equivalence_odds_ratio",
    "odds_ratio.non_inferiority_odds_ratio",
    "odds_ratio.mantel_haenszel",
    "odds_ratio.logistic",
    "odds_ratio.logistic_mixed",
    "odds_ratio.logistic_mixed_line",
    "odds_ratio.logistic_random_site",
    "odds_ratio.ordinal_gee",
    "odds_ratio.ordinal_mixed",
    "odds_ratio.proportional_odds",
    "slope_odds_ratio.logistic_mixed",
    "complier_difference.bloom",
    "hazard_ratio.cox",
    "hazard_ratio.cox_adjusted",
    "hazard_ratio.cox_stratified",
    "subdistribution_hazard_ratio.fine_gray",
    "mean_time.restricted",
    "mean_time_difference.restricted",
    "mean_time_ratio.restricted",
    "incidence_difference.aalen_johansen",
    "survival_difference.kaplan_meier",
    "survival_ratio.kaplan_meier",
    "ratio_of_medians.bonett_price",
    "rate_ratio.andersen_gill",
    "rate_ratio.andersen_gill_stratified",
    "rate_ratio.lwyy",
    "rate_ratio.lwyy_stratified",
    "rate_ratio.negative_binomial",
    "rate_ratio.poisson_regression",
    "net_benefit.all_pairs",
    "win_odds.all_pairs",
    "win_ratio.all_pairs",
}
"""Wald intervals by the normal distribution; those of a ratio on the scale of its logarithm."""
_PLACE = ("analysis_id", "parameter", "visit", "stratum", "group1_level", "group2", "group2_level")
_SIDES = ("comparison", "reference")
# A bound that was cut off at the end of a scale makes an interval uneven.
_EVEN = 1e-6


def standard_error(row: ResultRow, results: Sequence[ResultRow]) -> float | None:
    """The standard error of an estimate, of its logarithm for a ratio; None where none follows.

    `results` are those of the same run, among which its test is looked for.
    """
    if row["stat_name"] == "coefficient":
        return _beside(row, results).get(f"standard_error.{row['method'].partition('.')[2]}")
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
    even = abs(low + high - 2 * estimate) <= _EVEN * (high - low)
    return (high - low) / 2 / quantile(df, present(row["ci_level"])) if even else None


def _beside(row: ResultRow, results: Sequence[ResultRow]) -> dict[str, float]:
    """The values of the same place by "statistic.method"."""
    place = values_of(row, (*_PLACE, *_SIDES))
    return {
        result["method"]: result["stat_value"]
        for result in results
        if result["stat_value"] is not None and values_of(result, (*_PLACE, *_SIDES)) == place
    }


def _statistic(row: ResultRow, results: Sequence[ResultRow]) -> float | None:
    """The t or z of the same method, or the root of its F of one degree of freedom."""
    values, method = _beside(row, results), row["method"].partition(".")[2]
    for symbol in ("t", "z"):
        if f"{symbol}.{method}" in values:
            return values[f"{symbol}.{method}"]
    if values.get(f"df1.{method}") == 1 and f"f.{method}" in values:
        return sqrt(values[f"f.{method}"])
    return None


def _df(row: ResultRow, results: Sequence[ResultRow]) -> float | None:
    """The degrees of freedom behind an interval, infinite for the normal distribution."""
    method, n = row["method"], row["n_used"]
    if method in NORMAL or json.loads(row["options"]).get("reference") == "normal":
        return float("inf")
    if method in WELCH:
        return _beside(row, results).get("df.welch_t")
    lost = 1 if method in ONE_SAMPLE else 2 if method in TWO_SAMPLES else None
    return None if lost is None or n is None or n <= lost else float(n - lost)
