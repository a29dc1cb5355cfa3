"""Ratios of positive values: of two medians, and of the expression of a gene.

The ratio of medians has an interval that assumes no distribution.

References: Price and Bonett, J Stat Comput Simul 2002;72:119; Bonett and Price, J Educ Behav Stat
2020;45:750.

Oracle: the example that R's package statpsych prints for medians.
"""

from __future__ import annotations

from math import log, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, ndtri

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import normal_quantile, sample, within_range
from trialtrace.stats.continuous.means import (
    mean_interval,
)
from trialtrace.stats.results import Interval, StatsError


def fold_change(x: ArrayLike, *, confidence: float) -> Interval:
    """2 to the power of minus the mean of x, shape (n,): a ratio of expression, x being ΔΔCt.

    One cycle of a polymerase chain reaction is a factor of two, so that this is the geometric mean
    over the subjects of their own ratios; its interval is the t interval of x on that scale, the
    bounds changed round. An amplification below two a cycle makes it too far from 1.

    Raises `StatsError` as `mean_interval` does. Where all values are equal the bounds are NaN.

    References: Livak and Schmittgen, Methods 2001;25:402.

    R: `2^-t.test(x)$conf.int`.

    >>> fold_change([-1.5, -0.5, -1.0, -1.0], confidence=0.95)
    Interval(estimate=2, low=1.2749, high=3.1375, standard_error=0.141488, scale='log')
    """
    interval = mean_interval(x, confidence=confidence)
    error = None if interval.standard_error is None else log(2) * interval.standard_error
    ends = -np.array([interval.estimate, interval.high, interval.low])
    # NaN is a bound that is not defined; what passes the range of numbers is refused.
    with np.errstate(over="ignore"):
        within_range(np.exp2(np.where(np.isnan(ends), 0.0, ends)), "x")
    return Interval(*np.exp2(ends).tolist(), standard_error=error, scale="log")


def median_ratio(x: ArrayLike, y: ArrayLike, *, confidence: float) -> Interval:
    """Median of x over that of y, with Bonett and Price's interval.

    x and y of shapes (m,) and (n,), all above 0. The error of a median's logarithm comes from two
    order statistics, those of ranks a and n - a + 1 with a = n / 2 - sqrt(n), rounded (halves to
    even) and at least 1: they lie 2 z errors apart, where P(B < a) = P(Z > z) for a binomial B of n
    and 1/2. The interval is normal on the scale of logarithms. Where the two are equal in both
    samples, as with many ties, there is no error and the bounds are NaN.

    Raises `StatsError` for a value of 0 or below, for fewer than two values in a sample or missing
    values.

    Oracle: the example that statpsych prints; the published formula in R.

    R: `statpsych::ci.ratio.median2(0.05, x, y)`.

    >>> median_ratio([36, 44, 47, 42, 49, 39, 46, 31, 33, 48],
    ...              [32, 39, 26, 35, 43, 27, 40, 37, 34, 29, 49, 42, 40], confidence=0.95)
    Interval(estimate=1.16216, low=0.927667, high=1.45593, standard_error=0.114984, scale='log')
    """
    z = normal_quantile(confidence)
    logs = _logarithms(x, y)
    first, second = (sample(values, "values", at_least=2) for values in (x, y))
    centre = log(float(np.median(first))) - log(float(np.median(second)))
    estimate = _exponential(centre)
    error = sqrt(sum(_error_of_median(values) ** 2 for values in logs))
    if error == 0:
        return Interval(estimate, nan, nan)
    low, high = (_exponential(centre + side * z * error) for side in (-1, 1))
    return Interval(estimate, low, high, standard_error=error, scale="log")


def _error_of_median(values: Floats) -> float:
    n = values.size
    rank = max(1, round(n / 2 - sqrt(n)))
    ordered = np.sort(values)
    z = -float(ndtri(bdtr(rank - 1, n, 0.5)))
    return float(ordered[n - rank] - ordered[rank - 1]) / (2 * z)


def _logarithms(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Check two samples of positive values and take their logarithms."""
    first, second = sample(x, "x", at_least=2), sample(y, "y", at_least=2)
    if none := int(np.sum(first <= 0) + np.sum(second <= 0)):
        raise StatsError(f"a ratio needs values above 0; {none} are 0 or below.")
    return np.log(first), np.log(second)


def _exponential(value: float) -> float:
    """Infinite where it is too large for a float."""
    with np.errstate(over="ignore"):
        return float(np.exp(value))
