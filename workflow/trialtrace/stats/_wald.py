"""Estimates with standard errors: intervals and tests by t or the normal distribution."""

from dataclasses import replace
from math import exp, inf, log, nan
from typing import TypedDict

import numpy as np
import scipy
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    chi2_tail,
    normal_quantile,
    normal_tail,
    t_tail,
)
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult


def wald_contrast(
    estimate: float, se: float, *, df: float, sides: str, confidence: float, label: str = ""
) -> Contrast:
    """Interval and test of an estimate of 0; infinite `df` are those of the normal distribution."""
    check_choice("sides", sides, SIDES)
    interval = wald_interval(estimate, se, df=df, confidence=confidence)
    return Contrast(interval, wald_test_of(estimate, se, df=df, sides=sides), label)


def wald_interval(estimate: float, se: float, *, df: float = inf, confidence: float) -> Interval:
    """The interval alone."""
    half = quantile(df, confidence) * se
    return Interval(estimate, estimate - half, estimate + half, standard_error=se)


def ratio_interval(ratio: float, se: float, *, confidence: float) -> Interval:
    """Of a ratio, by the error of its logarithm, with the p of its test."""
    centre, half = log(ratio), normal_quantile(confidence) * se
    low, high = exp(centre - half), exp(centre + half)
    return tested(Interval(ratio, low, high, standard_error=se, scale="log"))


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


def symmetric(
    estimate: float, low: float, high: float, confidence: float, scale: str | None
) -> Interval:
    """An interval that a normal quantile made on `scale`, with its standard error; None: of none.

    A formula of many tables at once returns bounds, of which the error is the half width.
    """
    if scale is None:
        return Interval(estimate, low, high)
    width = log(high / low) if scale == "log" and low > 0 else high - low
    error = width / 2 / normal_quantile(confidence)
    return Interval(estimate, low, high, standard_error=error, scale=scale)


def tested(interval: Interval) -> Interval:
    """A normal interval of a difference, or of a ratio on the log scale, with the p of its test."""
    estimate, error = interval.estimate, interval.standard_error
    if interval.scale == "log":
        estimate = log(estimate) if 0 < estimate < inf else nan
    return replace(interval, p_value=normal_tail(estimate / error, "two_sided") if error else nan)


def exponential(interval: Interval) -> Interval:
    """A ratio from the interval of its logarithm; the standard error stays that of the latter."""
    ends = (exp(one) for one in (interval.estimate, interval.low, interval.high))
    return Interval(*ends, standard_error=interval.standard_error, scale="log")


class WaldFields(TypedDict):
    """The fields of `Coefficients`."""

    coef: Floats
    se: Floats
    low: Floats
    high: Floats
    statistic: Floats
    p_value: Floats
    labels: tuple[str, ...]
    covariance: Floats
    df: float
    notes: tuple[str, ...]


def wald_fields(
    coef: Floats,
    covariance: Floats,
    *,
    df: float,
    confidence: float,
    labels: tuple[str, ...] | None = None,
    notes: tuple[str, ...] = (),
) -> WaldFields:
    """The fields of `Coefficients`, for the fits that have others besides."""
    se = np.sqrt(np.diag(covariance))
    if not (np.isfinite(se).all() and (se > 0).all()):
        raise StatsError("a coefficient has no estimated error.")
    width = quantile(df, confidence) * se
    statistic = coef / se
    return {
        "coef": coef,
        "se": se,
        "low": coef - width,
        "high": coef + width,
        "statistic": statistic,
        "p_value": np.array([_two_sided(value, df) for value in statistic]),
        "labels": labels or numbered(coef.size),
        "covariance": covariance,
        "df": df,
        "notes": notes,
    }


def numbered(p: int) -> tuple[str, ...]:
    """Names of columns that have none."""
    return tuple(f"x{place}" for place in range(1, p + 1))


def column_names(x: ArrayLike) -> tuple[str, ...] | None:
    """Names of the columns of a DataFrame; None of an array."""
    names = getattr(x, "columns", None)
    return None if names is None else tuple(map(str, names))


class NamedColumns(np.ndarray):
    """An array that knows the names of its columns, as a DataFrame does, and of which term of a
    model each is; what is cut or computed from it does not."""

    columns: tuple[str, ...] | None
    terms: tuple[str, ...] | None

    def __new__(
        cls, values: Floats, names: tuple[str, ...], terms: tuple[str, ...] | None = None
    ) -> "NamedColumns":
        array = np.asarray(values).view(cls)
        array.columns, array.terms = names, terms
        return array

    def __array_finalize__(self, obj: object) -> None:
        self.columns = self.terms = None


def _two_sided(statistic: float, df: float) -> float:
    if df < inf:
        return t_tail(float(statistic), df, "two_sided")
    return chi2_tail(float(statistic) ** 2, 1)
