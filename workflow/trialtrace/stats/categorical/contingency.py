"""Two arms and a binary outcome: x1 of n1 treated patients and x0 of n0 controls.

Estimates the risk difference p1 - p0, the risk ratio p1 / p0, the odds ratio and the number
needed to treat, treated against control throughout. Tests that the two risks are equal are in
`two_by_two_tests`, score intervals in `score` and `score_ratio`, what is measured over several
strata in `stratified`.

References: Newcombe, Stat Med 1998;17:873 (risk difference, method 10 and worked examples). Katz
et al., Biometrics 1978;34:469. Woolf, Ann Hum Genet 1955;19:251. Altman, BMJ 1998;317:1309.

Oracle: Newcombe's interval from prop.test's Wilson bounds, the others by their formulas in R.

Each formula stands once, over arrays of tables; the functions of one table are its case without a
dimension; `audit.summaries` has many tables at once.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    normal_quantile,
    normal_tail,
    one_number,
    single_count,
)
from trialtrace.stats._wald import symmetric, tested
from trialtrace.stats.categorical._tables import Tables, odds_ratio, one_table
from trialtrace.stats.categorical.proportions import METHODS
from trialtrace.stats.categorical.score import risk_difference
from trialtrace.stats.results import Interval, NumberNeeded, StatsError, TestResult

# Estimate and both bounds of every table at a level of confidence.
Formula = Callable[[Tables, float], tuple[Floats, Floats, Floats]]


def risk_difference_newcombe(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference p1 - p0 with Newcombe's hybrid score interval (his method 10).

    Each bound combines the distances from the observed risks to their Wilson bounds; no
    continuity correction. The interval stays within -1..1 and exists for any counts.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: by hand in two_by_two.R, from `prop.test(x, n, correct = FALSE)`.

    >>> risk_difference_newcombe(13, 40, 7, 42, confidence=0.95)
    Interval(estimate=0.158333, low=-0.0283198, high=0.334241)
    """
    return _of_one(_newcombe, x1, n1, x0, n0, confidence)


def risk_difference_wald(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference p1 - p0 with the simple asymptotic (Wald) interval.

    The variance is p1(1 - p1)/n1 + p0(1 - p0)/n0, unpooled; bounds may leave -1..1. Where both
    observed risks are 0 or 1 that variance is 0 and says nothing about precision: the bounds
    are NaN.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: `metafor::escalc("RD", ai = x1, n1i = n1, ci = x0, n2i = n0, add = 0)`.

    >>> found = risk_difference_wald(13, 40, 7, 42, confidence=0.95)
    >>> round(found.estimate, 4), round(found.high, 4), round(found.p_value, 4)
    (0.1583, 0.3421, 0.0913)
    """
    return _of_one(_wald, x1, n1, x0, n0, confidence, scale="identity")


def risk_difference_wald_corrected(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference with Wald's interval and continuity correction, as R's prop.test unasked.

    Each half is wider by (1/n1 + 1/n0) / 2, at most by the difference itself; bounds are cut at
    -1 and 1. NaN where both observed risks are 0 or 1.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: `prop.test(c(x1, x0), c(n1, n0))$conf.int`.

    >>> risk_difference_wald_corrected(13, 40, 7, 42, confidence=0.95)
    Interval(estimate=0.158333, low=-0.049841, high=0.366508)
    """
    return _of_one(_wald_corrected, x1, n1, x0, n0, confidence)


def risk_difference_agresti_caffo(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> Interval:
    """Risk difference p1 - p0 with the Agresti-Caffo interval.

    Wald's interval after one event and one failure are added to each arm, at any level; the
    estimate is that of the observed counts, so the interval is not centred on it. Bounds may
    leave -1..1 and are not cut.

    Source: Agresti and Caffo, Am Stat 2000;54:280. Oracle: the formula in R. Raises `StatsError`
    for an empty arm or counts that are not whole numbers within 0..n.

    R: by hand in exact_two_by_two.R.

    >>> risk_difference_agresti_caffo(13, 40, 7, 42, confidence=0.95)
    Interval(estimate=0.158333, low=-0.0310029, high=0.334033)
    """
    return _of_one(_agresti_caffo, x1, n1, x0, n0, confidence)


def number_needed_to_treat(
    x1: float, n1: float, x0: float, n0: float, *, confidence: float
) -> NumberNeeded:
    """Number needed to treat to avoid one event, 1 / (p0 - p1), from Newcombe's interval.

    Negative where treatment raises the risk: -13 is one event more among 13 treated. The bounds
    are the reciprocals of those of the risk reduction, the lower first. Where that interval
    contains 0 the reciprocal set is not an interval but runs through infinity (Altman 1998, BMJ
    317:1309): what lies at or below the lower, negative bound and at or above the upper, positive
    one. Where a bound of the reduction is 0 both are NaN. Equal risks have an infinite estimate.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: by hand in two_by_two.R, from `prop.test(x, n, correct = FALSE)`.

    >>> number_needed_to_treat(7, 42, 20, 40, confidence=0.95)
    NumberNeeded: NNTB 3.0 (95 % CI 2.0 to 7.7)
    >>> number_needed_to_treat(5, 40, 6, 42, confidence=0.95)
    NumberNeeded: NNTB 56.0 (95 % CI NNTH 7.3 to ∞ to NNTB 5.9)
    """
    difference = risk_difference_newcombe(x1, n1, x0, n0, confidence=confidence)
    estimate = -1 / difference.estimate if difference.estimate != 0 else inf
    if 0 in (difference.low, difference.high):
        return NumberNeeded(estimate, nan, nan, confidence=confidence)
    low, high = sorted((-1 / difference.low, -1 / difference.high))
    return NumberNeeded(estimate, low, high, confidence=confidence)


def risk_ratio_log(x1: float, n1: float, x0: float, n0: float, *, confidence: float) -> Interval:
    """Risk ratio p1 / p0 with the interval that is symmetric on the log scale (Katz).

    The variance of log RR is 1/x1 - 1/n1 + 1/x0 - 1/n0. With no event in an arm the estimate is
    0 or infinite (NaN with none in either) and the bounds are NaN; they are NaN too where
    every patient of both arms has the event, since that variance is then 0. Nothing is added
    to any cell.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: `metafor::escalc("RR", ai = x1, n1i = n1, ci = x0, n2i = n0, add = 0)`.

    >>> found = risk_ratio_log(13, 40, 7, 42, confidence=0.95)
    >>> round(found.estimate, 4), round(found.high, 4), round(found.p_value, 4)
    (1.95, 4.3853, 0.1063)
    """
    return _of_one(_katz, x1, n1, x0, n0, confidence, scale="log")


def odds_ratio_sample(x1: float, n1: float, x0: float, n0: float, *, confidence: float) -> Interval:
    """Sample odds ratio x1 (n0 - x0) / (x0 (n1 - x1)) with Woolf's interval on the log scale.

    The variance of log OR is the sum of the reciprocals of the four cells. With an empty cell
    the estimate is 0 or infinite (NaN where both products are 0) and the bounds are NaN;
    nothing is added to any cell. This is not the conditional estimate that belongs to
    Fisher's test.

    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    R: `metafor::escalc("OR", ai = x1, n1i = n1, ci = x0, n2i = n0, add = 0)`.

    >>> found = odds_ratio_sample(13, 40, 7, 42, confidence=0.95)
    >>> round(found.estimate, 4), round(found.high, 4), round(found.p_value, 4)
    (2.4074, 6.8592, 0.1001)
    """
    return _of_one(_woolf, x1, n1, x0, n0, confidence, scale="log")


def odds_ratio_wald_test(
    x1: float, n1: float, x0: float, n0: float, *, margin: float, sides: str
) -> TestResult:
    """Wald test that the odds ratio is `margin`, on the log scale; the statistic is z.

    The error is that of Woolf's interval, so at two sides the test rejects exactly where
    `odds_ratio_sample` leaves the margin out. `margin` is a positive ratio; `sides`: "greater"
    looks for an odds ratio above it.

    Oracle: the formula in R. Raises `StatsError` where a cell is empty, for a margin that is not
    positive, an empty arm, or counts that are not whole numbers within 0..n.

    R: by hand in stratified_score.R.

    >>> round(odds_ratio_wald_test(30, 50, 25, 50, margin=0.8, sides="greater").p_value, 4)
    0.0599
    """
    check_choice("sides", sides, SIDES)
    margin = one_number(margin, "margin")
    if not margin > 0:
        raise StatsError(f"a margin of the odds ratio must be positive; got {margin!r}.")
    x1, n1 = single_count(x1, n1, "treated arm")
    x0, n0 = single_count(x0, n0, "control arm")
    cells = np.array([x1, n0 - x0, n1 - x1, x0])
    if not cells.all():
        raise StatsError("a cell is empty, so the odds ratio has no estimated error.")
    logs = np.log(cells)
    distance = float((logs[0] - logs[3]) + (logs[1] - logs[2]) - np.log(margin))
    z = distance / float(np.sqrt((1 / cells).sum()))
    return TestResult(z, nan, normal_tail(z, sides))


def odds_ratio_peto(x1: float, n1: float, x0: float, n0: float, *, confidence: float) -> Interval:
    """Peto's one-step odds ratio exp((O - E) / V) with its interval on the log scale.

    O are the events of the first arm, E and V their mean and variance with all margins held. NaN
    where V is 0. Source: Yusuf et al., Prog Cardiovasc Dis 1985;27:335. Oracle: R's metafor.
    Raises `StatsError` for an empty arm or counts that are not whole numbers within 0..n.

    >>> found = odds_ratio_peto(13, 40, 7, 42, confidence=0.95)
    >>> round(found.estimate, 4), round(found.high, 4), round(found.p_value, 4)
    (2.3352, 6.3615, 0.0972)
    """
    return _of_one(_peto, x1, n1, x0, n0, confidence, scale="log")


def _of_one(
    formula: Formula,
    x1: float,
    n1: float,
    x0: float,
    n0: float,
    confidence: float,
    *,
    scale: str | None = None,
) -> Interval:
    """The interval of one table; a scale is that on which a normal quantile made it."""
    table = one_table(x1, n1, x0, n0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate, low, high = formula(table, check_confidence(confidence))
    return tested(symmetric(float(estimate), float(low), float(high), confidence, scale))


def _newcombe(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    x1, n1, x0, n0 = table
    p1, p0 = x1 / n1, x0 / n0
    (low1, high1), (low0, high0) = (
        METHODS["wilson"](x, n, confidence) for x, n in ((x1, n1), (x0, n0))
    )
    estimate = risk_difference(*table)
    down = np.sqrt((p1 - low1) ** 2 + (high0 - p0) ** 2)
    up = np.sqrt((high1 - p1) ** 2 + (p0 - low0) ** 2)
    return estimate, estimate - down, estimate + up


def _wald(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    estimate, half = risk_difference(*table), _unpooled(table, confidence)
    half = np.where(half == 0, np.nan, half)
    return estimate, estimate - half, estimate + half


def _wald_corrected(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    estimate, low, high = _wald(table, confidence)
    _, n1, _, n0 = table
    more = np.minimum((1 / n1 + 1 / n0) / 2, np.abs(estimate))
    return estimate, np.maximum(low - more, -1.0), np.minimum(high + more, 1.0)


def _agresti_caffo(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    x1, n1, x0, n0 = table
    added = (x1 + 1, n1 + 2, x0 + 1, n0 + 2)
    centre, half = risk_difference(*added), _unpooled(added, confidence)
    return risk_difference(*table), centre - half, centre + half


def _unpooled(table: Tables, confidence: float) -> Floats:
    """Half the width of Wald's interval: each arm with its own variance."""
    x1, n1, x0, n0 = table
    p1, p0 = x1 / n1, x0 / n0
    return normal_quantile(confidence) * np.sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)


def _katz(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    x1, n1, x0, n0 = table
    variance = (n1 - x1) / (x1 * n1) + (n0 - x0) / (x0 * n0)
    ratio = (x1 / n1) / (x0 / n0)
    return ratio, *_from_log(np.log(ratio), variance, confidence)


def _woolf(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    x1, n1, x0, n0 = table
    variance = 1 / x1 + 1 / (n1 - x1) + 1 / x0 + 1 / (n0 - x0)
    ratio = odds_ratio(table)
    return ratio, *_from_log(np.log(ratio), variance, confidence)


def _peto(table: Tables, confidence: float) -> tuple[Floats, Floats, Floats]:
    x1, n1, x0, n0 = table
    n, events = n1 + n0, x1 + x0
    variance = n1 * n0 * events * (n - events) / (n**2 * (n - 1))
    # The estimate itself may be too small for a float where its bounds are not.
    log_ratio = (x1 - n1 * events / n) / variance
    return np.exp(log_ratio), *_from_log(log_ratio, 1 / variance, confidence)


def _from_log(log_ratio: Floats, variance: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Bounds around a logarithm; NaN where its variance is 0 or, for want of events, infinite."""
    half = normal_quantile(confidence) * np.sqrt(variance)
    half = np.where((half > 0) & np.isfinite(half), half, np.nan)
    return np.exp(log_ratio - half), np.exp(log_ratio + half)


FORMULAS: dict[str, Formula] = {
    "wald": _wald,
    "wald_corrected": _wald_corrected,
    "newcombe": _newcombe,
    "agresti_caffo": _agresti_caffo,
    "katz": _katz,
    "woolf": _woolf,
    "peto": _peto,
}
