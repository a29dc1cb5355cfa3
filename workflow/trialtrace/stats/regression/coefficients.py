"""Coefficients of a regression with their covariance: intervals, contrasts, Wald tests.

Every model of `ancova`, `logistic`, `poisson`, `ordinal`, `ordinal_mixed`, `gee` and of Cox is its
coefficients in this form, with what else it estimates. A t reference with the model's degrees of
freedom where the error variance was estimated, else the normal one.

Reference: Wald, Trans Am Math Soc 1943;54:426.
"""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import chi2_tail, f_tail, numbers
from trialtrace.stats._wald import wald_contrast, wald_fields
from trialtrace.stats.results import Coefficients, Contrast, StatsError, TestResult

# Smallest eigenvalue, in standard units, of rows that can be tested together.
SINGULAR = 1e-10


def from_covariance(
    coef: Floats,
    covariance: Floats,
    *,
    df: float,
    confidence: float,
    labels: tuple[str, ...] | None = None,
    notes: tuple[str, ...] = (),
) -> Coefficients:
    """Coefficients (p,) with Wald intervals from their covariance (p, p)."""
    return Coefficients(
        **wald_fields(coef, covariance, df=df, confidence=confidence, labels=labels, notes=notes)
    )


# Weights whose squares, times a covariance, are within the range of numbers.
LARGEST_WEIGHT = 1e100


def contrast(
    fit: Coefficients, row: ArrayLike, *, sides: str, confidence: float, label: str = ""
) -> Contrast:
    """A combination row'beta of the coefficients, row of shape (p,), with its Wald interval.

    On the scale of the coefficients: a log hazard or odds ratio stays one. Its test is that of 0,
    by t or the normal distribution as the fit has it; `sides` concerns the p-value only. `fit` is
    any model that returns `Coefficients`. Oracle: R's lm and glm with contrasts by hand.

    Raises `StatsError` for a row of another length or of zeros, and where the combination has no
    estimated error.

    R: `sum(row * coef(fit))` with `row %*% vcov(fit) %*% row`.

    >>> from trialtrace.stats.regression.ancova import ols
    >>> x = [[1, 0], [1, 1], [1, 2], [1, 3]]
    >>> fit = ols([4.1, 5.2, 6.3, 7.9], x, variance="model", confidence=0.95)
    >>> contrast(fit, [1, 4], sides="two_sided", confidence=0.95, label="at 4").interval
    Interval(estimate=9, low=7.97954, high=10.0205, standard_error=0.237171)
    """
    rows = _rows(fit, row)
    if rows.shape[0] != 1:
        raise StatsError("a contrast is one row; use wald_test for several.")
    weights: Floats = rows[0]
    variance = float(weights @ fit.covariance @ weights)
    if not variance > 0:
        raise StatsError("the combination has no estimated error.")
    if not isinstance(label, str):
        raise StatsError(f"label must be text; got {label!r}.")
    return wald_contrast(
        float(weights @ fit.coef),
        sqrt(variance),
        df=fit.df,
        sides=sides,
        confidence=confidence,
        label=label,
    )


def wald_test(fit: Coefficients, rows: ArrayLike) -> TestResult:
    """Wald test that all rows'beta are 0, rows of shape (r, p) or (p,).

    Chi-squared with r degrees of freedom for a normal reference, else that over r as an F with r
    and `df`. Oracle: R's car::Anova(type = 3) and linear algebra by hand.

    Raises `StatsError` for rows of another length or that are combinations of each other.

    >>> from trialtrace.stats.regression.ancova import ols
    >>> x = [[1, 0], [1, 1], [1, 2], [1, 3]]
    >>> wald_test(ols([4.1, 5.2, 6.3, 7.9], x, variance="model", confidence=0.95), [0, 1])
    TestResult(statistic=208.333, df=(1, 2), p_value=0.00476571)
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
    return TestResult(wald / r, r, f_tail(wald / r, r, fit.df), df2=fit.df)


def _rows(fit: Coefficients, rows: ArrayLike) -> Floats:
    if not isinstance(fit, Coefficients):
        raise StatsError(
            "of a mixed model take mixed_contrast or f_test, of fits to imputed data "
            "pooled_contrast or pooled_contrasts_test."
        )
    rows = np.atleast_2d(numbers(rows, "rows"))
    if rows.ndim != 2 or rows.shape[1] != fit.coef.size or rows.shape[0] == 0:
        raise StatsError(f"rows must have shape (rows, {fit.coef.size}); got {rows.shape}.")
    if not rows.any(axis=1).all():
        raise StatsError("a row of zeros asks for nothing.")
    if np.abs(rows).max() > LARGEST_WEIGHT:
        raise StatsError("weights of a row are too large to compute with.")
    return rows
