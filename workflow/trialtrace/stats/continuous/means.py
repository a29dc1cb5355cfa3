"""Summaries of one sample, and means of one or two independent samples.

References: Hyndman and Fan, Am Stat 1996;50:361 (quantile types). Student, Biometrika 1908;6:1.
Welch, Biometrika 1938;29:350 and 1947;34:28 (degrees of freedom also by Satterthwaite, 1946).

Oracle: R's mean, sd, quantile(type = 7) and t.test.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    one_number,
    sample,
    t_tail,
    within_range,
)
from trialtrace.stats._wald import wald_interval
from trialtrace.stats.results import Columns, Contrast, Interval, StatsError, TestResult


@dataclass(frozen=True, slots=True, repr=False)
class Summary(Columns):
    """A sample in eight numbers; all but `n` in the units of the data."""

    n: int
    mean: float
    sd: float
    median: float
    q1: float
    q3: float
    minimum: float
    maximum: float


def describe(x: ArrayLike) -> Summary:
    """Summarise x of shape (n,): mean, standard deviation (divisor n - 1), median, quartiles.

    Quantiles are of type 7 (Hyndman and Fan), the default of R and numpy: linear between the
    order statistics, with the extremes at probabilities 0 and 1. The standard deviation of a
    single value is NaN.

    Raises `StatsError` for an empty sample or missing values.

    R: `mean(x)`, `sd(x)`, `quantile(x, type = 7)`.

    >>> describe([4.1, 5.2, 6.3, 7.9]).mean
    5.875
    """
    x = sample(x, "x")
    q1, median, q3 = (float(q) for q in np.quantile(x, [0.25, 0.5, 0.75], method="linear"))
    sd = float(x.std(ddof=1)) if x.size > 1 else nan
    return Summary(
        x.size, float(x.mean()), sd, median, q1, q3, minimum=float(x.min()), maximum=float(x.max())
    )


def mean_interval(x: ArrayLike, *, confidence: float) -> Interval:
    """Mean of x, shape (n,), with Student's t interval on n - 1 degrees of freedom.

    Where all values are equal the estimated variance is 0 and the bounds are NaN.

    Raises `StatsError` for fewer than two values or missing values.

    R: `t.test(x)$conf.int`.

    >>> mean_interval([4.1, 5.2, 6.3, 7.9], confidence=0.95)
    Interval(estimate=5.875, low=3.29488, high=8.45512, standard_error=0.810735)
    """
    x = sample(x, "x", at_least=2)
    error = 0.0 if _constant(x) else sqrt(x.var(ddof=1) / x.size)
    return _t_interval(float(x.mean()), error, x.size - 1, confidence)


def welch_t(x: ArrayLike, y: ArrayLike, *, sides: str, margin: float | None = None) -> TestResult:
    """Welch's t test of equal means, variances not assumed equal.

    x and y of shapes (m,) and (n,). The statistic has the sign of mean(x) - mean(y), and
    `sides` "greater" means that the mean of x is larger. With a `margin` it is the test of a
    difference of so much in place of 0: of non-inferiority, say.

    Raises `StatsError` where both samples are constant, for fewer than two values in a sample
    or missing values.

    R: `t.test(x, y)`.

    >>> welch_t([4.1, 5.2, 6.3, 7.9], [3.9, 4.4, 5.0], sides="two_sided")
    TestResult(statistic=1.65545, df=3.85706, p_value=0.175811)
    """
    check_choice("sides", sides, SIDES)
    return _t_test(*_welch(x, y), sides, margin)


def mean_difference_t(
    x: ArrayLike, y: ArrayLike, *, variances: str, sides: str, confidence: float
) -> Contrast:
    """The difference of means, mean(x) - mean(y), with its t interval and test in one.

    x and y of shapes (m,) and (n,). `variances` "unequal" are Welch's interval and test
    (`mean_difference_welch`, `welch_t`), "equal" Student's.

    Raises `StatsError` as these do.

    R: `t.test(x, y)`.

    >>> found = mean_difference_t(
    ...     [4.1, 5, 4.4], [3.2, 4, 3.1], variances="equal", sides="two_sided", confidence=0.9
    ... )
    >>> found.interval
    Interval(estimate=1.06667, low=0.237954, high=1.89538, standard_error=0.38873)
    >>> found.test
    TestResult(statistic=2.74398, df=4, p_value=0.0516935)
    """
    check_choice("variances", variances, ("unequal", "equal"))
    check_choice("sides", sides, SIDES)
    difference = _welch(x, y) if variances == "unequal" else _student(x, y)
    return Contrast(_t_interval(*difference, confidence), _t_test(*difference, sides, None))


def paired_t(difference: ArrayLike, *, sides: str, margin: float | None = None) -> TestResult:
    """Student's t test that the mean of differences, shape (n,), is 0; n - 1 degrees of freedom.

    `sides` "greater" means a positive mean; with a `margin`, one above that. Its interval is
    `mean_interval`.
    Raises `StatsError` where all differences are equal, for fewer than two or missing values.

    R: `t.test(difference)`.

    >>> paired_t([1.5, -0.4, 2.1, 3.3], sides="two_sided")
    TestResult(statistic=2.10556, df=3, p_value=0.125898)
    """
    check_choice("sides", sides, SIDES)
    difference = sample(difference, "differences", at_least=2)
    error = sqrt(difference.var(ddof=1) / difference.size)
    if _constant(difference) or error == 0:
        raise StatsError("all differences are equal, so their mean has no estimated error.")
    within_range(np.asarray(error), "differences")
    statistic = (float(difference.mean()) - _margin(margin)) / error
    return TestResult(
        statistic, difference.size - 1.0, t_tail(statistic, difference.size - 1, sides)
    )


def student_t(x: ArrayLike, y: ArrayLike, *, sides: str, margin: float | None = None) -> TestResult:
    """Student's t test of equal means with the pooled variance, m + n - 2 degrees of freedom.

    x and y of shapes (m,) and (n,). The statistic has the sign of mean(x) - mean(y), and
    `sides` "greater" means that the mean of x is larger. With a `margin` it is the test of a
    difference of so much in place of 0: of non-inferiority, say.

    Raises `StatsError` where both samples are constant, for fewer than two values in a sample
    or missing values.

    R: `t.test(x, y, var.equal = TRUE)`.

    >>> student_t([4.1, 5.2, 6.3, 7.9], [3.9, 4.4, 5.0], sides="two_sided")
    TestResult(statistic=1.44821, df=5, p_value=0.207223)
    """
    check_choice("sides", sides, SIDES)
    return _t_test(*_student(x, y), sides, margin)


def mean_difference_student(x: ArrayLike, y: ArrayLike, *, confidence: float) -> Interval:
    """Difference of means, mean(x) - mean(y), with Student's t interval of the pooled variance.

    x and y of shapes (m,) and (n,). Where both samples are constant the bounds are NaN. Its test
    is `student_t`.

    Raises `StatsError` for fewer than two values in a sample or missing values.

    R: `t.test(x, y, var.equal = TRUE)$conf.int`.

    >>> found = mean_difference_student([4.1, 5.0, 4.4, 5.9], [3.2, 4.0, 3.1], confidence=0.95)
    >>> round(found.estimate, 4), round(found.low, 4), round(found.high, 4)
    (1.4167, 0.0631, 2.7703)
    """
    return _t_interval(*_student(x, y), confidence)


def mean_difference_welch(x: ArrayLike, y: ArrayLike, *, confidence: float) -> Interval:
    """Difference of means, mean(x) - mean(y), with Welch's t interval.

    x and y of shapes (m,) and (n,). Where both samples are constant the bounds are NaN.

    Raises `StatsError` for fewer than two values in a sample or missing values.

    R: `t.test(x, y)$conf.int`.

    >>> mean_difference_welch([4.1, 5.2, 6.3, 7.9], [3.9, 4.4, 5.0], confidence=0.95)
    Interval(estimate=1.44167, low=-1.01199, high=3.89532, standard_error=0.870863)
    """
    return _t_interval(*_welch(x, y), confidence)


def welch(variance1: Floats, n1: Floats, variance0: Floats, n0: Floats) -> tuple[Floats, Floats]:
    """Squared standard error of a difference of two means, and Satterthwaite's df.

    Variances (divisor n - 1) and sizes of the two samples, arrays of one shape. df are NaN where
    both variances are 0.
    """
    part1, part0 = variance1 / n1, variance0 / n0
    squared = part1 + part0
    with np.errstate(divide="ignore", invalid="ignore"):
        return squared, squared**2 / (part1**2 / (n1 - 1) + part0**2 / (n0 - 1))


def _pair(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Check two samples and measure both from one of their values.

    That changes no difference, and saves the digits that a large common offset would cost.
    """
    x, y = sample(x, "x", at_least=2), sample(y, "y", at_least=2)
    return x - x[0], y - x[0]


def _student(x: ArrayLike, y: ArrayLike) -> tuple[float, float, float]:
    """Return the difference of means, its standard error by the pooled variance, and its df."""
    x, y = _pair(x, y)
    df = float(x.size + y.size - 2)
    pooled = ((x.size - 1) * x.var(ddof=1) + (y.size - 1) * y.var(ddof=1)) / df
    constant = _constant(x) and _constant(y)
    error = 0.0 if constant else sqrt(pooled * (1 / x.size + 1 / y.size))
    return float(x.mean() - y.mean()), error, df


def _welch(x: ArrayLike, y: ArrayLike) -> tuple[float, float, float]:
    """Return the difference of means, its standard error and Satterthwaite's df."""
    x, y = _pair(x, y)
    difference = float(x.mean() - y.mean())
    if _constant(x) and _constant(y):
        return difference, 0.0, nan
    first, second = ((z.var(ddof=1), np.asarray(z.size, float)) for z in (x, y))
    squared, df = welch(*first, *second)
    return difference, sqrt(squared), float(df)


def _margin(margin: float | None) -> float:
    return 0.0 if margin is None else one_number(margin, "margin")


def _t_test(
    difference: float, error: float, df: float, sides: str, margin: float | None
) -> TestResult:
    if error == 0:
        raise StatsError("both samples are constant, so the difference has no estimated error.")
    statistic = (difference - _margin(margin)) / error
    if not np.isfinite(statistic) or not np.isfinite(df):
        raise StatsError("values are too large to compute with; rescale them.")
    return TestResult(statistic, df, t_tail(statistic, df, sides))


def _t_interval(estimate: float, error: float, df: float, confidence: float) -> Interval:
    if error == 0:
        check_confidence(confidence)
        return Interval(estimate, nan, nan)
    return wald_interval(estimate, error, df=df, confidence=confidence)


def _constant(values: Floats) -> bool:
    # Not by the variance: the mean of equal values is rounded, so it need not come out as 0.
    return bool(values.min() == values.max())
