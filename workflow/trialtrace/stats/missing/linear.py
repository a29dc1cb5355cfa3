"""A linear model in each of several completed data sets, its contrasts pooled by Rubin's rules.

The model is the same in all of them and its columns are known of every patient, so that one basis
serves every imputation: an analysis of covariance after multiple imputation costs little more than
one without.

Degrees of freedom go by name. "barnard_rubin" counts those of the complete data, n - p, as well as
the imputations; "rubin" (1987) the imputations alone, and may pass the number of patients.

References: Rubin, Multiple Imputation for Nonresponse in Surveys, 1987, section 3.3. Barnard and
Rubin, Biometrika 1999;86:948. Li, Raghunathan and Rubin, J Am Stat Assoc 1991;86:1065 and Reiter,
Biometrika 2007;94:502 (several contrasts).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, numbers, sample
from trialtrace.stats._wald import column_names, numbered
from trialtrace.stats.missing.pooling import Pooled, pool, pooled_test
from trialtrace.stats.regression._design import orthonormal
from trialtrace.stats.results import Row, StatsError, Tabular, TestResult, aligned

POOLING = ("barnard_rubin", "rubin")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ImputedFits(Tabular):
    """Least squares in each completed data set: `coef` (m, p), `covariance` (m, p, p).

    `df` is n - p, the residual degrees of freedom of complete data; `labels` name the columns;
    `design` is that of columns by name, by `Conventions`. As rows, coefficients with the errors of
    Rubin's rules.
    """

    coef: Floats
    covariance: Floats
    df: float
    labels: tuple[str, ...]
    design: object = None

    def rows(self) -> list[Row]:
        within = np.diagonal(self.covariance, axis1=1, axis2=2).mean(axis=0)
        between = self.coef.var(axis=0, ddof=1)
        se = np.sqrt(within + (1 + 1 / len(self.coef)) * between)
        every = zip(self.labels, self.coef.mean(axis=0).tolist(), se.tolist(), strict=True)
        return [{"term": name, "coef": one, "se": error} for name, one, error in every]

    def __repr__(self) -> str:
        return aligned(f"ImputedFits ({len(self.coef)} imputations, pooled)", self.rows())


def fit_imputed(completed: ArrayLike, x: ArrayLike) -> ImputedFits:
    """Fit completed outcomes (imputations, n) to the columns x (n, p) by least squares.

    Errors have one variance. Raises `StatsError` for fewer than two imputations, other shapes,
    singular x, no residual degrees of freedom, and an exact fit. Oracle: lm in R, an imputation at
    a time.

    R: `lapply(completed, function(y) lm(y ~ 0 + x))`.

    >>> fits = fit_imputed([[1, 2, 4, 3.0], [1, 2, 4, 5.0]], [[1, 0], [1, 0], [1, 1], [1, 1]])
    >>> fits.coef.tolist(), fits.df
    ([[1.5, 2.0], [1.5, 3.0]], 2.0)
    """
    labels = column_names(x)
    y, x = numbers(completed, "completed"), numbers(x, "x")
    if y.ndim != 2 or 0 in y.shape or x.ndim != 2 or x.shape[0] != y.shape[1]:
        raise StatsError(
            f"completed must be (imputations, n) and x (n, p); got {y.shape} and {x.shape}."
        )
    if len(y) < 2:
        raise StatsError("Rubin's rules need at least two imputations.")
    n, p = x.shape
    if n <= p:
        raise StatsError("as many coefficients as values leave nothing for the error.")
    with np.errstate(over="ignore", invalid="ignore"):
        q, triangle = orthonormal(x)
        on_q = y @ q
        residual = y - on_q @ q.T
        mean_square = (residual**2).sum(axis=1) / (n - p)
    if not np.isfinite(mean_square).all():
        raise StatsError("the values are too large: their squares have no sum.")
    rounding = 64 * np.finfo(np.float64).eps * np.abs(y).max()
    if (np.sqrt(np.mean(residual**2, axis=1)) <= rounding).any():
        raise StatsError("there is no variation beyond what x explains.")
    inverse = np.linalg.inv(triangle)
    shape = inverse @ inverse.T
    covariance = mean_square[:, None, None] * (shape + shape.T) / 2
    return ImputedFits(on_q @ inverse.T, covariance, float(n - p), labels or numbered(p))


def pooled_contrast(
    fits: ImputedFits, row: ArrayLike, *, df: str, null: float, sides: str, confidence: float
) -> Pooled:
    """Pool the contrast `row` @ coefficients, row (p,), with its interval and test.

    df: "barnard_rubin" or "rubin"; the rest as in `pool`. Raises `StatsError` for another shape, a
    row of zeros, and as `pool` does. Oracle: lm in R, pooled by mice::pool.scalar.

    R: `mice::pool.scalar(row %*% coef, row %*% vcov %*% row, n = n, k = p)`.

    >>> fits = fit_imputed([[1, 2, 4, 3.0], [1, 2, 4, 5.0]], [[1, 0], [1, 0], [1, 1], [1, 1]])
    >>> found = pooled_contrast(
    ...     fits, [0, 1], df="barnard_rubin", null=0, sides="two_sided", confidence=0.95
    ... )
    >>> float(found.estimate), round(float(found.df), 4)
    (2.5, 0.4093)
    """
    row = _rows(fits, sample(row, "row")[None])
    estimates = fits.coef @ row[0]
    variances = np.einsum("i,mij,j->m", row[0], fits.covariance, row[0])
    return pool(
        estimates,
        variances,
        df_complete=_df_complete(fits, df),
        null=null,
        sides=sides,
        confidence=confidence,
        scale="identity",
    )


def pooled_contrasts_test(fits: ImputedFits, rows: ArrayLike, *, df: str) -> TestResult:
    """Test that every contrast of `rows`, (k, p), is 0: D1, an F test; see `pooled_test`.

    df: "barnard_rubin" has Reiter's degrees of freedom of the denominator, which take the complete
    data's into account as Barnard and Rubin's do; "rubin" those of Li, Raghunathan and Rubin.
    Raises `StatsError` for other shapes, rows that depend on each other, and as `pooled_test`.
    Oracle: lm in R, D1 by hand.

    R: by hand in imputed_means.R.

    >>> fits = fit_imputed([[1, 2, 4, 3.0], [1, 2, 4, 5.0]], [[1, 0], [1, 0], [1, 1], [1, 1]])
    >>> pooled_contrasts_test(fits, [[0, 1]], df="rubin")
    TestResult(statistic=5, df=(1, 2.77778), p_value=0.118464)
    """
    rows = _rows(fits, numbers(rows, "rows"))
    estimates = fits.coef @ rows.T
    covariances = rows @ fits.covariance @ rows.T
    return pooled_test(
        estimates,
        (covariances + np.swapaxes(covariances, 1, 2)) / 2,
        null=np.zeros(len(rows)),
        df_complete=_df_complete(fits, df),
    )


def _rows(fits: ImputedFits, rows: Floats) -> Floats:
    p = fits.coef.shape[1]
    if rows.ndim != 2 or rows.shape[1] != p or len(rows) == 0:
        raise StatsError(f"a contrast needs {p} numbers; got shape {rows.shape}.")
    if np.linalg.matrix_rank(rows) < len(rows):
        raise StatsError("a contrast is 0 throughout, or follows from the others.")
    return rows


def _df_complete(fits: ImputedFits, df: str) -> float:
    check_choice("df", df, POOLING)
    return fits.df if df == "barnard_rubin" else np.inf
