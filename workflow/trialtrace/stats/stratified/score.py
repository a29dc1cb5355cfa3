"""Risk difference over strata: Miettinen and Nurminen's score interval, Newcombe's hybrid interval.

A common difference d is tested by the sum over strata of a weight times the observed departure
p1 - p0 - d, over the root of its variance under the most likely risks in each stratum that differ
by exactly d, with Miettinen and Nurminen's factor N / (N - 1) in each stratum or without it (Mee's
interval). The interval holds every value that the test does not reject at two sides, and the
estimate is where the statistic is 0. Strata with an empty arm hold no comparison and are left out.

References: Miettinen and Nurminen, Stat Med 1985;4:213. Yan and Su, Stat Biopharm Res 2010;2:329
(Newcombe's over strata).

Oracle: by hand in R, both risks by maximising the likelihood; numbers that SAS prints.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, normal_quantile, normal_tail
from trialtrace.stats.categorical.score import SMALLEST_STEP, restricted_risks
from trialtrace.stats.results import Interval
from trialtrace.stats.stratified.mantel_haenszel import comparable_strata

DIFFERENCE_WEIGHTS = ("mantel_haenszel", "sample_size", "miettinen_nurminen")
VARIANCES = ("miettinen_nurminen", "mee")
# Weights that are made from what they weight stand still within this, relative to the largest.
SETTLED, ROUNDS = 1e-15, 200

# Events and patients of the treated arm, then of the control arm, each (strata,).
Strata = tuple[Floats, Floats, Floats, Floats]
# Weighted departure from a tested value, and its variance.
Score = Callable[[float], tuple[float, float]]


def stratified_risk_difference_score(
    x1: ArrayLike,
    n1: ArrayLike,
    x0: ArrayLike,
    n0: ArrayLike,
    *,
    confidence: float,
    weights: str,
    variance: str,
) -> Interval:
    """Common risk difference p1 - p0 over strata with its score interval.

    Arrays of shape (strata,). `weights`: "mantel_haenszel", n1 n0 / N, whose estimate is Mantel
    and Haenszel's; "sample_size", N; "miettinen_nurminen", their iterated weights, best where the
    odds are alike in all strata. `variance`: "miettinen_nurminen" has the factor N / (N - 1),
    "mee" has not. The interval stays within -1..1 and exists for any counts.

    Source: Miettinen and Nurminen 1985. Oracle: by hand in R, SAS. Raises `StatsError` where no
    stratum has patients in both arms, for shapes that differ, or counts that are not whole numbers
    within 0..n.

    R: by hand in stratified_score.R.

    >>> found = stratified_risk_difference_score(
    ...     [12, 9], [20, 30], [8, 4], [22, 28], confidence=0.95,
    ...     weights="mantel_haenszel", variance="miettinen_nurminen",
    ... )
    >>> round(found.estimate, 4), round(found.low, 4), round(found.high, 4)
    (0.1904, 0.0109, 0.361)
    """
    check_choice("weights", weights, DIFFERENCE_WEIGHTS)
    check_choice("variance", variance, VARIANCES)
    strata = comparable_strata(x1, n1, x0, n0)
    z = normal_quantile(confidence)
    score = partial(_difference_score, strata, weights, variance)
    estimate = _difference_estimate(strata, score)
    low, high = (_difference_bound(score, estimate, z, end) for end in (-1.0, 1.0))
    departure, spread = score(0.0)
    p_value = normal_tail(departure / sqrt(spread), "two_sided") if spread > 0 else nan
    return Interval(estimate, low, high, p_value=p_value)


def stratified_risk_difference_newcombe(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, *, confidence: float
) -> Interval:
    """Common risk difference over strata with Newcombe's hybrid interval, after Yan and Su.

    Arrays of shape (strata,), weights of Mantel and Haenszel. Each arm's Wilson bounds are means
    of its strata's at a smaller quantile, such that their variances add up; of them Newcombe's
    bounds are made. NaN where an arm has no stratum with both outcomes: that quantile is not
    defined there.

    Source: Yan and Su 2010, as in SAS PROC FREQ (CL=NEWCOMBE). Oracle: the formula in R; SAS.
    Raises `StatsError` where no stratum has patients in both arms, for shapes that differ, or
    counts that are not whole numbers within 0..n.

    R: by hand in stratified_score.R.

    >>> found = stratified_risk_difference_newcombe(
    ...     [12, 9], [20, 30], [8, 4], [22, 28], confidence=0.95
    ... )
    >>> round(found.low, 4), round(found.high, 4)
    (0.0058, 0.359)
    """
    x1, n1, x0, n0 = comparable_strata(x1, n1, x0, n0)
    z = normal_quantile(confidence)
    weight = n1 * n0 / (n1 + n0)
    weight = weight / weight.sum()
    estimate = float((weight * (x1 * n0 - x0 * n1) / (n1 * n0)).sum())
    (low1, high1), (low0, high0) = _wilson(x1, n1, weight, z), _wilson(x0, n0, weight, z)
    spread1, spread0 = float((weight**2 / n1).sum()), float((weight**2 / n0).sum())
    down = sqrt(spread1 * low1 * (1 - low1) + spread0 * high0 * (1 - high0))
    up = sqrt(spread1 * high1 * (1 - high1) + spread0 * low0 * (1 - low0))
    return Interval(estimate, estimate - z * down, estimate + z * up)


def _wilson(x: Floats, n: Floats, weight: Floats, z: float) -> tuple[float, float]:
    """Yan and Su's bounds of the weighted mean of an arm's risks."""
    error = np.sqrt(x * (n - x) / n) / n
    if not error.any():
        return nan, nan
    smaller = z * float(np.linalg.norm(weight * error) / (weight * error).sum())
    # Wilson's bounds of a quantile, not of a level.
    centre, half = (x + smaller**2 / 2), smaller * np.sqrt(x * (n - x) / n + smaller**2 / 4)
    low, high = (centre - half) / (n + smaller**2), (centre + half) / (n + smaller**2)
    return float((weight * low).sum()), float((weight * high).sum())


def _factor(variance: str, total: Floats) -> Floats:
    return total / (total - 1) if variance == "miettinen_nurminen" else np.ones_like(total)


def _difference_score(
    strata: Strata, weights: str, variance: str, difference: float
) -> tuple[float, float]:
    """Weighted departure from a common difference, and its variance."""
    x1, n1, x0, n0 = strata
    total = n1 + n0
    # Of frequent events the failures: a risk next to 1 would lose its digits.
    often = x1 + x0 > total / 2
    rare = (np.where(often, n1 - x1, x1), n1, np.where(often, n0 - x0, x0), n0)
    apart = np.where(often, -difference, difference)
    tables = np.column_stack([*rare, apart]).tolist()
    found = [restricted_risks(*table) for table in tables]
    p1, p0 = np.array(found).T
    spread1, spread0 = np.maximum(p1 * (1 - p1), 0.0), np.maximum(p0 * (1 - p0), 0.0)
    if weights == "sample_size":
        weight = total
    elif weights == "mantel_haenszel":
        weight = n1 * n0 / total
    else:
        p1, p0 = np.where(often, 1 - p1, p1), np.where(often, 1 - p0, p0)
        weight = _settled(n1, n0, lambda w: _binomial(w, p1), lambda w: _binomial(w, p0))
    weight = weight / weight.sum()
    departure = float((weight * ((x1 * n0 - x0 * n1) / (n1 * n0) - difference)).sum())
    spread = (spread1 / n1 + spread0 / n0) * _factor(variance, total)
    return departure, float((weight**2 * spread).sum())


def _binomial(weight: Floats, risk: Floats) -> float:
    """Variance of one outcome at the weighted mean of risks."""
    mean = float((weight * risk).sum() / weight.sum())
    return max(mean * (1 - mean), 0.0)


def _settled(
    n1: Floats, n0: Floats, first: Callable[[Floats], float], second: Callable[[Floats], float]
) -> Floats:
    """Miettinen and Nurminen's weights 1 / (a / n1 + b / n0), where a and b follow from them."""
    weight: Floats = n1 * n0 / (n1 + n0)
    for _ in range(ROUNDS):
        a, b = first(weight), second(weight)
        # Both variances are 0 where no stratum varies: nothing tells them from one another.
        if a == b == 0:
            return weight
        new = (a + b) / (a / n1 + b / n0)
        if np.abs(new / new.sum() - weight / weight.sum()).max() <= SETTLED:
            return new
        weight = new
    return weight


def _difference_estimate(strata: Strata, score: Score) -> float:
    """Where the weighted departure is 0: between the least and the largest difference."""
    from scipy.optimize import brentq

    x1, n1, x0, n0 = strata
    each = (x1 * n0 - x0 * n1) / (n1 * n0)
    low, high = float(each.min()), float(each.max())
    if low == high or score(low)[0] <= 0:
        return low
    if score(high)[0] >= 0:
        return high
    return float(brentq(lambda d: score(d)[0], low, high, xtol=1e-17, rtol=1e-14))


def _difference_bound(score: Score, estimate: float, z: float, end: float) -> float:
    """The difference on the side of `end` whose statistic is z."""
    from scipy.optimize import brentq

    def excess(difference: float) -> float:
        departure, spread = score(difference)
        return departure**2 - z**2 * spread

    near = estimate + end * SMALLEST_STEP
    if abs(near) >= 1:
        return end
    return (
        estimate if excess(near) >= 0 else float(brentq(excess, near, end, xtol=1e-17, rtol=1e-14))
    )
