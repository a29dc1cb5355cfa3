"""Generalised estimating equations: mean responses of correlated values, by a sandwich.

Estimates the coefficients of g(mean) = X beta with a working correlation within subjects. The
coefficients are consistent, and the sandwich covariance valid in many subjects, also where the
working correlation is wrong; missing visits must be missing completely at random. In few
subjects (below about 40) the plain sandwich is too small: take a correction and the t
distribution.

Scale: phi = mean of squared Pearson residuals, over the number of values, not less coefficients.
Correlation from the products of residuals over phi: `exchangeable` their mean over all pairs
within subjects; `unstructured` the mean for each pair of visits; `ar1` rho by least squares of all
pairs' products on rho^distance. That is geepack's choice; SAS and statsmodels divide otherwise, so
that coefficients differ slightly.

References: Liang and Zeger, Biometrika 1986;73:13. Mancl and DeRouen, Biometrics 2001;57:126.
Kauermann and Carroll, J Am Stat Assoc 2001;96:1387. Li and Redden, Stat Med 2015;34:281 (t with
clusters - coefficients degrees of freedom).
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from trialtrace.ground.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    chi2_tail,
    f_tail,
    normal_quantile,
    normal_tail,
    numbers,
    t_tail,
)
from trialtrace.stats.mixed.mixed_tests import Contrast
from trialtrace.stats.regression._design import SINGULAR, visit_data
from trialtrace.stats.regression._estimating_equations import FAMILIES, POWERS, WORKING, solve
from trialtrace.stats.results import Interval, StatsError, TestResult

REFERENCES = ("normal", "t")


@dataclass(frozen=True, slots=True)
class GeeFit:
    """A fitted model; arrays in the order of the columns of x.

    `correlation`, (visits, visits), is the working one, `scale` is phi. `df` are the degrees of
    freedom of t, subjects - coefficients, or infinity for the normal reference.
    `model_covariance` is the one that trusts the working correlation.
    """

    coef: Floats
    se: Floats
    low: Floats
    high: Floats
    statistic: Floats
    p_value: Floats
    df: float
    covariance: Floats
    model_covariance: Floats
    correlation: Floats
    scale: float
    variance: str
    n_subjects: int
    n_values: int
    iterations: int


def gee(
    y: ArrayLike,
    x: ArrayLike,
    *,
    family: str,
    working: str,
    variance: str,
    reference: str,
    confidence: float,
) -> GeeFit:
    """Fit generalised estimating equations; the intervals and p-values are two-sided.

    y has shape (subjects, visits), NaN where a visit is missing (subjects of unequal size are
    padded by NaN); x (subjects, visits, p), whose rows at missing visits are not used. `family`
    is "gaussian" (identity link), "binomial" (0 or 1, logit) or "poisson" (log); `working` is
    "independence", "exchangeable", "ar1" or "unstructured"; `variance` is "robust",
    "kauermann_carroll" or "mancl_derouen"; `reference` "t" takes subjects - coefficients degrees
    of freedom.

    Raises `StatsError` where x is missing at an observed visit or its columns are combinations of
    each other, y does not suit the family, fitted values reach their bounds (separation), the
    working correlation is not positive definite or not determined, subjects are no more than
    coefficients or one alone determines a coefficient, or the iteration does not converge.

    Oracle: geepack::geeglm for everything but the corrections; base R for these.

    R: `geepack::geeglm(y ~ x, id = subject, corstr = "exchangeable")`.
    """
    check_choice("family", family, FAMILIES)
    check_choice("working", working, WORKING)
    check_choice("variance", variance, POWERS)
    check_choice("reference", reference, REFERENCES)
    level = check_confidence(confidence)
    y, x, seen = visit_data(y, x)
    present = seen.any(axis=1)
    y, x, seen = y[present], x[present], seen[present]
    n, p = y.shape[0], x.shape[2]
    if n <= p:
        raise StatsError(f"{n} subjects and {p} coefficients leave nothing for the sandwich.")
    solved = solve(y, x, seen, family=family, working=working)
    covariance = solved.sandwich(variance)
    coef, se = solved.coef, np.sqrt(np.diag(covariance))
    df = float(n - p) if reference == "t" else inf
    quantile = _quantile(df, level)
    statistic = coef / se
    return GeeFit(
        coef=coef,
        se=se,
        low=coef - quantile * se,
        high=coef + quantile * se,
        statistic=statistic,
        p_value=np.array([_p_value(t, df, "two_sided") for t in statistic]),
        df=df,
        covariance=covariance,
        model_covariance=solved.model_covariance,
        correlation=solved.correlation,
        scale=solved.scale,
        variance=variance,
        n_subjects=n,
        n_values=int(seen.sum()),
        iterations=solved.iterations,
    )


def gee_contrast(fit: GeeFit, row: ArrayLike, *, sides: str, confidence: float) -> Contrast:
    """Estimate row'beta, row of shape (p,), on the scale of the link, with interval and test of 0.

    The reference distribution is that of the fit; `df` is infinite for the normal one. `sides`
    concerns the p-value only. Raises `StatsError` for a row of zeros or of another length.
    Oracle: the quadratic form written out.
    """
    check_choice("sides", sides, SIDES)
    level = check_confidence(confidence)
    rows, _ = _rows(fit, row)
    if rows.shape[0] != 1:
        raise StatsError("a contrast is one row; use gee_test for several.")
    estimate = float(rows[0] @ fit.coef)
    se = float(np.sqrt(rows[0] @ fit.covariance @ rows[0]))
    width = _quantile(fit.df, level) * se
    return Contrast(
        interval=Interval(estimate, estimate - width, estimate + width),
        se=se,
        df=fit.df,
        statistic=estimate / se,
        p_value=_p_value(estimate / se, fit.df, sides),
    )


def gee_test(fit: GeeFit, rows: ArrayLike) -> TestResult:
    """Wald test that all rows'beta are 0, rows of shape (r, p).

    Chi-squared with r degrees of freedom under the normal reference; else the same statistic over
    r as an F with r and subjects - coefficients.

    Raises `StatsError` for rows of another length or that are combinations of each other. Oracle:
    the quadratic form written out.
    """
    rows, spread = _rows(fit, rows)
    estimate = rows @ fit.coef
    wald, r = float(estimate @ np.linalg.solve(spread, estimate)), float(rows.shape[0])
    if fit.df == inf:
        return TestResult(wald, r, chi2_tail(wald, r))
    return TestResult(wald / r, r, f_tail(wald / r, r, fit.df), fit.df)


def _rows(fit: GeeFit, rows: ArrayLike) -> tuple[Floats, Floats]:
    """Check rows of contrasts and return them with the covariance of their estimates."""
    rows = np.atleast_2d(numbers(rows, "rows"))
    if rows.ndim != 2 or rows.shape[1] != fit.coef.size or rows.shape[0] == 0:
        raise StatsError(f"rows must have shape (rows, {fit.coef.size}); got {rows.shape}.")
    spread = rows @ fit.covariance @ rows.T
    size = np.sqrt(np.diag(spread))
    if not size.all() or np.linalg.eigvalsh(spread / np.outer(size, size))[0] < SINGULAR:
        raise StatsError("rows are combinations of each other, or more than subjects can test.")
    return rows, spread


def _quantile(df: float, level: float) -> float:
    return float(stdtrit(df, 0.5 + level / 2)) if df < inf else normal_quantile(level)


def _p_value(statistic: float, df: float, sides: str) -> float:
    if df < inf:
        return t_tail(statistic, df, sides)
    return normal_tail(statistic, sides)
