"""Coefficients of a regression with their covariance: intervals, contrasts, Wald tests.

Every model of `ancova`, `logistic`, `poisson`, `ordinal` and `ordinal_mixed` returns its
coefficients in this form. A t reference with the model's degrees of freedom where the error
variance was estimated, else the normal one.

Reference: Wald, Trans Am Math Soc 1943;54:426.
"""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from trialtrace.ground.arrays import Floats
from trialtrace.stats._inputs import (
    check_confidence,
    chi2_tail,
    f_tail,
    normal_quantile,
    numbers,
    t_tail,
)
from trialtrace.stats.results import Interval, StatsError, TestResult

# Smallest eigenvalue, in standard units, of rows that can be tested together.
SINGULAR = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Coefficients:
    """Coefficients in the order of the columns, each array (p,), `covariance` (p, p).

    `statistic` is coef / se, `p_value` two-sided; `df` is infinite for a normal reference.
    """

    coef: Floats
    se: Floats
    low: Floats
    high: Floats
    statistic: Floats
    p_value: Floats
    df: float
    covariance: Floats


def from_covariance(
    coef: Floats, covariance: Floats, *, df: float, confidence: float
) -> Coefficients:
    """Coefficients (p,) with Wald intervals from their covariance (p, p)."""
    se = np.sqrt(np.diag(covariance))
    if not (np.isfinite(se).all() and (se > 0).all()):
        raise StatsError("a coefficient has no estimated error.")
    width = _quantile(df, confidence) * se
    statistic = coef / se
    p_value = np.array([_two_sided(value, df) for value in statistic])
    return Coefficients(coef, se, coef - width, coef + width, statistic, p_value, df, covariance)


def contrast(fit: Coefficients, row: ArrayLike, *, confidence: float) -> Interval:
    """A combination row'beta of the coefficients, row of shape (p,), with its Wald interval.

    Its test is `wald_test` of the one row. Oracle: R's lm and glm with contrasts by hand.

    Raises `StatsError` for a row of another length or of zeros.
    """
    weights: Floats = _rows(fit, row)[0]
    estimate = float(weights @ fit.coef)
    half = _quantile(fit.df, confidence) * sqrt(float(weights @ fit.covariance @ weights))
    return Interval(estimate, estimate - half, estimate + half)


def wald_test(fit: Coefficients, rows: ArrayLike) -> TestResult:
    """Wald test that all rows'beta are 0, rows of shape (r, p) or (p,).

    Chi-squared with r degrees of freedom for a normal reference, else that over r as an F with r
    and `df`. Oracle: R's car::Anova(type = 3) and linear algebra by hand.

    Raises `StatsError` for rows of another length or that are combinations of each other.
    """
    rows = _rows(fit, rows)
    spread = rows @ fit.covariance @ rows.T
    size = np.sqrt(np.diag(spread))
    if not size.all() or np.linalg.eigvalsh(spread / np.outer(size, size))[0] < SINGULAR:
        raise StatsError("rows are combinations of each other, or have no estimated error.")
    estimate = rows @ fit.coef
    wald, r = float(estimate @ np.linalg.solve(spread, estimate)), float(rows.shape[0])
    if fit.df == inf:
        return TestResult(wald, r, chi2_tail(wald, r))
    return TestResult(wald / r, r, f_tail(wald / r, r, fit.df), fit.df)


def _rows(fit: Coefficients, rows: ArrayLike) -> Floats:
    rows = np.atleast_2d(numbers(rows, "rows"))
    if rows.ndim != 2 or rows.shape[1] != fit.coef.size or rows.shape[0] == 0:
        raise StatsError(f"rows must have shape (rows, {fit.coef.size}); got {rows.shape}.")
    if not rows.any(axis=1).all():
        raise StatsError("a row of zeros asks for nothing.")
    return rows


def _quantile(df: float, confidence: float) -> float:
    if df == inf:
        return normal_quantile(confidence)
    return float(stdtrit(df, 0.5 + check_confidence(confidence) / 2))


def _two_sided(statistic: float, df: float) -> float:
    if df < inf:
        return t_tail(float(statistic), df, "two_sided")
    return chi2_tail(float(statistic) ** 2, 1)
