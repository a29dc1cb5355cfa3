"""Tests and intervals of printed counts by every method, and which of them print as given.

A paper often names no method. Given the counts, all methods of this package are applied and those
whose result prints as the paper's are named: none is a finding, several leave the method open.

Sources and oracles: those of each function called (`contingency`, `proportions`, `score`,
`score_ratio`, `exact_stratified`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import nan

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.audit.summaries.printed import Printed
from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import SIDES, check_choice, single_count
from trialtrace.stats.categorical import contingency, score
from trialtrace.stats.categorical._tables import Tables, tables
from trialtrace.stats.categorical.proportions import bounds_by_method
from trialtrace.stats.categorical.score_ratio import risk_ratio_score
from trialtrace.stats.categorical.two_by_two_tests import chi_squared_tests, exact_tails
from trialtrace.stats.results import Interval, StatsError
from trialtrace.stats.stratified.exact import odds_ratio_conditional

DIFFERENCE: dict[str, Callable[..., Interval]] = {
    "wald": contingency.risk_difference_wald,
    "wald_corrected": contingency.risk_difference_wald_corrected,
    "newcombe": contingency.risk_difference_newcombe,
    "agresti_caffo": contingency.risk_difference_agresti_caffo,
    "miettinen_nurminen": score.risk_difference_miettinen_nurminen,
}
MEASURES = ("difference", "risk_ratio", "odds_ratio")
TESTS = ("chi_squared", "chi_squared_corrected", "fisher", "mid_p", "mid_p_all")
# Possible tables that are held at a time.
CELLS = 4_000_000


def p_values_of_counts(
    x1: float, n1: float, x0: float, n0: float, *, sides: str
) -> dict[str, float]:
    """P-values of x1 of n1 against x0 of n0, by the name of the test.

    chi_squared (Pearson), chi_squared_corrected (Yates), fisher, mid_p (half the probability of
    the observed table), mid_p_all (half that of every table as likely). The chi-squared tests
    are two-sided only and NaN at one side, and NaN where nobody or everybody has the event.
    `sides`: "greater" means a higher risk in the first arm. Raises `StatsError` for counts that
    are not whole numbers within 0..n and for an empty arm.

    >>> sorted(p_values_of_counts(13, 40, 7, 42, sides="two_sided"))[:3]
    ['chi_squared', 'chi_squared_corrected', 'fisher']
    """
    check_choice("sides", sides, SIDES)
    single_count(x1, n1, "treated arm"), single_count(x0, n0, "control arm")
    table = tables(x1, n1, x0, n0)
    p_values = _asymptotic(table) | _exact(table, sides)
    if sides != "two_sided":
        p_values |= dict.fromkeys(("chi_squared", "chi_squared_corrected"), np.asarray(nan))
    return {name: float(p_values[name]) for name in TESTS}


def p_values_of_tables(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike
) -> dict[str, Floats]:
    """P-values of x1 of n1 against x0 of n0 for arrays of one shape (tables,), by test.

    Those of `p_values_of_counts` are two-sided; fisher_less and fisher_greater are the tails of a
    lower and a higher risk in the first arm; chi_squared_one_sided is half of chi_squared. NaN
    where nobody or everybody has the event, for the chi-squared tests. Raises `StatsError` for
    counts outside 0..n and empty arms. Oracle: those of `contingency`.

    >>> sorted(p_values_of_tables([13, 9], 40, [7, 8], 42))[:3]
    ['chi_squared', 'chi_squared_corrected', 'chi_squared_one_sided']
    """
    table = x1, n1, x0, n0 = tables(x1, n1, x0, n0)
    widest = int((x1 + x0).max(initial=0)) + 1
    step = max(1, CELLS // widest)
    parts = [
        _exact((x1[some], n1[some], x0[some], n0[some]), "two_sided")
        for some in (slice(at, at + step) for at in range(0, max(len(x1), 1), step))
    ]
    exact = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    plain = _asymptotic(table)
    return plain | {"chi_squared_one_sided": plain["chi_squared"] / 2} | exact


def _asymptotic(table: Tables) -> dict[str, Floats]:
    names = {"none": "chi_squared", "continuity": "chi_squared_corrected"}
    return {
        name: chi_squared_tests(table, correction=correction)[1]
        for correction, name in names.items()
    }


def _exact(table: Tables, sides: str) -> dict[str, Floats]:
    tails = exact_tails(table, ("two_sided", "less", "greater", "observed", "tied"))
    # At one side only the observed table can be counted half.
    tied = tails["tied"] if sides == "two_sided" else tails["observed"]
    return {
        "fisher": tails[sides],
        "mid_p": tails[sides] - tails["observed"] / 2,
        "mid_p_all": tails[sides] - tied / 2,
        "fisher_less": tails["less"],
        "fisher_greater": tails["greater"],
    }


def intervals_of_shares(x: ArrayLike, n: ArrayLike, *, confidence: float) -> dict[str, Floats]:
    """Bounds by every method of shares x of n, (..., 2), as `proportions.bounds`.

    Papers cut Wald's and Agresti and Coull's at 0 and 1 as often as not: cut intervals (wald_cut,
    wald_corrected_cut, agresti_coull_cut) stand beside the plain ones and are the same where
    nothing is cut. NaN
    where a method has none. Raises `StatsError` for counts outside 0..n and n below 1. Oracle:
    those of `proportions`, and Newcombe's printed examples.

    >>> intervals_of_shares(13, 40, confidence=0.95)["wilson"].round(4)
    array([0.2008, 0.4798])
    """
    ends = bounds_by_method(x, n, confidence=confidence)
    beyond = ("wald", "wald_corrected", "agresti_coull")
    cut = {f"{name}_cut": np.clip(ends[name], 0.0, 1.0) for name in beyond}
    return ends | cut


def two_arm_intervals(
    x1: float, n1: float, x0: float, n0: float, *, measure: str, confidence: float
) -> dict[str, Interval]:
    """Intervals by every method of x1 of n1 against x0 of n0, bounds NaN where not defined.

    `measure`: "difference" of risks, "risk_ratio" or "odds_ratio", first arm against second.
    Raises `StatsError` for an empty arm and counts that are not whole numbers within 0..n.
    Oracle: those of `contingency`, `score` and `score_ratio`.

    >>> two_arm_intervals(13, 40, 7, 42, measure="difference", confidence=0.95)["newcombe"]
    Interval(estimate=0.158333, low=-0.0283198, high=0.334241)
    """
    check_choice("measure", measure, MEASURES)
    table, level = (x1, n1, x0, n0), {"confidence": confidence}
    if measure == "difference":
        return {name: f(*table, **level) for name, f in DIFFERENCE.items()}
    if measure == "odds_ratio":
        return {
            "woolf": contingency.odds_ratio_sample(*table, **level),
            "conditional_exact": odds_ratio_conditional(*table, **level),
            "peto": contingency.odds_ratio_peto(*table, **level),
        }
    intervals = {"katz": contingency.risk_ratio_log(*table, **level)}
    for variance in ("koopman", "miettinen_nurminen"):
        intervals[f"score_{variance}"] = risk_ratio_score(*table, **level, variance=variance)
    return intervals


def printing_the_same(
    intervals: Mapping[str, Interval], low: Printed, high: Printed, *, factor: Fraction | int
) -> list[str]:
    """Names of the intervals whose two bounds print as given.

    `factor` is 1, or 100 where the printed bounds are percentages. For a difference printed the
    other way round exchange the arms. The estimate is not looked at. Raises `StatsError` for a
    factor that is not positive.

    >>> from trialtrace.audit.summaries.printed import read
    >>> found = two_arm_intervals(13, 40, 7, 42, measure="difference", confidence=0.95)
    >>> printing_the_same(
    ...     found, read("-0.03", rounding="half_up"), read("0.34", rounding="half_up"), factor=1
    ... )
    ['wald', 'miettinen_nurminen']
    """
    if isinstance(factor, bool) or not isinstance(factor, Fraction | int):
        raise StatsError(f"factor must be a whole number or a fraction; got {factor!r}.")
    scale = 1 / Fraction(factor) if factor > 0 else Fraction(0)
    low, high = low.scaled(scale), high.scaled(scale)
    return [
        name
        for name, interval in intervals.items()
        if low.contains(interval.low) and high.contains(interval.high)
    ]
