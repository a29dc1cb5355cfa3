"""An estimate with a standard error: its interval and its test, by t or the normal distribution."""

from math import exp, inf, nan

import scipy

from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    normal_quantile,
    normal_tail,
    t_tail,
)
from trialtrace.stats.results import Contrast, Interval, TestResult


def wald_contrast(
    estimate: float, se: float, *, df: float, sides: str, confidence: float, label: str = ""
) -> Contrast:
    """Interval and test of an estimate of 0; infinite `df` are those of the normal distribution."""
    check_choice("sides", sides, SIDES)
    half = quantile(df, confidence) * se
    interval = Interval(estimate, estimate - half, estimate + half, standard_error=se)
    return Contrast(interval, wald_test_of(estimate, se, df=df, sides=sides), label)


def wald_test_of(estimate: float, se: float, *, df: float, sides: str) -> TestResult:
    """The test alone."""
    statistic = estimate / se
    if df == inf:
        return TestResult(statistic, nan, normal_tail(statistic, sides))
    return TestResult(statistic, df, t_tail(statistic, df, sides))


def quantile(df: float, confidence: float) -> float:
    """Two-sided quantile of t, or of the normal distribution where df is infinite."""
    if df == inf:
        return normal_quantile(confidence)
    return float(scipy.special.stdtrit(df, 0.5 + check_confidence(confidence) / 2))


def exponential(interval: Interval) -> Interval:
    """A ratio from the interval of its logarithm; the standard error stays that of the latter."""
    ends = (exp(one) for one in (interval.estimate, interval.low, interval.high))
    return Interval(*ends, standard_error=interval.standard_error, scale="log")
