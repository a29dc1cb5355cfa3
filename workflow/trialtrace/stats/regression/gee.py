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

`coefficients` has contrasts and Wald tests of a fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, check_confidence
from trialtrace.stats._wald import wald_fields
from trialtrace.stats.regression._design import visit_data
from trialtrace.stats.regression._estimating_equations import FAMILIES, POWERS, WORKING, solve
from trialtrace.stats.results import Coefficients, StatsError

REFERENCES = ("normal", "t")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class GeeFit(Coefficients):
    """A fitted model.

    `correlation`, (visits, visits), is the working one, `scale` is phi. `df` are the degrees of
    freedom of t, subjects - coefficients, or infinity for the normal reference.
    `model_covariance` is the one that trusts the working correlation.
    """

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

    >>> y = [[1, 2], [2, 4], [3, 3], [4, 6], [5, 5], [4, 7]]
    >>> x = [[[1, 0], [1, 0]]] * 3 + [[[1, 1], [1, 1]]] * 3
    >>> given = {"family": "gaussian", "working": "exchangeable", "variance": "robust"}
    >>> gee(y, x, **given, reference="t", confidence=0.95)
    GeeFit
    term     coef        se      low     high  statistic     p_value
    x1        2.5  0.408248  1.36652  3.63348    6.12372  0.00360223
    x2    2.66667  0.430331  1.47187  3.86146    6.19677  0.00344838
    """
    check_choice("family", family, FAMILIES)
    check_choice("working", working, WORKING)
    check_choice("variance", variance, POWERS)
    check_choice("reference", reference, REFERENCES)
    check_confidence(confidence)
    y, x, seen = visit_data(y, x)
    present = seen.any(axis=1)
    y, x, seen = y[present], x[present], seen[present]
    n, p = y.shape[0], x.shape[2]
    if n <= p:
        raise StatsError(f"{n} subjects and {p} coefficients leave nothing for the sandwich.")
    solved = solve(y, x, seen, family=family, working=working)
    covariance = solved.sandwich(variance)
    df = float(n - p) if reference == "t" else inf
    return GeeFit(
        **wald_fields(solved.coef, covariance, df=df, confidence=confidence),
        model_covariance=solved.model_covariance,
        correlation=solved.correlation,
        scale=solved.scale,
        variance=variance,
        n_subjects=n,
        n_values=int(seen.sum()),
        iterations=solved.iterations,
    )
