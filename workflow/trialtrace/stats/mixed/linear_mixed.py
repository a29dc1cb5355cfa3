"""Linear mixed model: clusters (subjects, sites) with random effects and independent errors.

Estimates y = X beta + Z b + e, b ~ N(0, G) independent between clusters, e ~ N(0, s^2): the
coefficients beta by generalised least squares, G (every variance and covariance) and s^2 by REML
or ML. A random intercept is a Z of ones; with a column of times a random slope is added.

G may be estimated at its bound, a variance of 0 or a correlation of 1; the fit says so in
`boundary`. The plain standard errors then ignore that the truth may lie inside. Satterthwaite's
degrees of freedom (and Kenward and Roger's by observed information) count what is at its bound as
known, as lmerTest and SAS do: with a single variance at 0 they are those of the linear model,
values - coefficients. Kenward and Roger's by expected information count every entry of G as
estimated, at its bound too, as pbkrtest does. Compound symmetry in `mmrm` allows a negative
correlation instead.

`mixed_tests` tests the coefficients.

References: Laird and Ware, Biometrics 1982;38:963. Bates et al., J Stat Softw 2015;67(1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, labels, numbers, sample
from trialtrace.stats.mixed._gaussian_blocks import BOUND, Solution, solve
from trialtrace.stats.mixed._random_effects import NOTHING, likelihood, matrix, search
from trialtrace.stats.mixed.mixed_tests import MixedFit, shared_fields
from trialtrace.stats.regression._design import check_size, least_squares
from trialtrace.stats.results import StatsError


@dataclass(frozen=True, slots=True)
class LinearMixedFit(MixedFit):
    """A fitted model; `random_covariance`, (r, r), is G and `residual_variance` s^2.

    `n_subjects` is the number of clusters; `parameters` are the rows of G's lower triangle, then
    s^2. `boundary` says that G lies at its bound: a variance of 0 or a correlation of 1.
    """

    random_covariance: Floats
    residual_variance: float
    boundary: bool


def linear_mixed(
    y: ArrayLike, x: ArrayLike, z: ArrayLike, cluster: ArrayLike, *, method: str
) -> LinearMixedFit:
    """Fit a linear mixed model with one level of clusters.

    y of shape (n,), x (n, p) and z (n, r) without missing values, cluster (n,) in any order;
    `method` is "REML" or "ML". x has an intercept only where a column of ones is given.

    Raises `StatsError` for missing values, columns that are combinations of each other, no cluster
    with more values than random effects, one cluster only, nothing left for the error, or no
    convergence.

    Oracle: lme4::lmer.

    R: `lme4::lmer(value ~ x + (1 | cluster))`.

    >>> y, site = [3, 4, 6, 7, 5, 8, 4, 6], list("aabbccdd")
    >>> x = [[1, 0], [1, 1]] * 4
    >>> fit = linear_mixed(y, x, np.ones((8, 1)), site, method="REML")
    >>> fit.coef.round(4)
    array([4.5 , 1.75])
    """
    check_choice("method", method, ("REML", "ML"))
    y = sample(y, "y", at_least=2)
    x, z = _columns(x, "x", y.size), _columns(z, "z", y.size)
    found, index = labels(cluster, "cluster", y.size)
    size = np.bincount(index)
    if size.size < 2:
        raise StatsError("all values are of one cluster, so clusters cannot be compared.")
    if size.max() <= z.shape[1]:
        raise StatsError("no cluster has more values than random effects.")
    check_size(z, "z")
    scale = np.sqrt(np.mean(z**2, axis=0))
    if not scale.all():
        raise StatsError("a column of z is 0 throughout.")
    basis, triangle, coef = least_squares(y, x)
    residual = y - x @ coef
    model = likelihood(np.column_stack([basis, residual]), z / scale, index, reml=method == "REML")
    variance, r = float(np.mean(residual**2)), z.shape[1]
    rows, columns = np.tril_indices(r)
    start = np.append((rows == columns) * variance / (2 * r), variance / 2)
    fit = solve(model, start, search, coef=coef, triangle=triangle)
    # Without an error of its own every value is known from its cluster's: no likelihood is the
    # largest then.
    if fit.theta[-1] <= (64 * np.finfo(np.float64).eps * np.abs(y).max()) ** 2:
        raise StatsError(BOUND)
    return _result(fit, scale, method, n_clusters=found.size, n=y.size)


def _result(
    fit: Solution, scale: Floats, method: str, *, n_clusters: int, n: int
) -> LinearMixedFit:
    """G in the units of z, and whether it lies at its bound."""
    g, residual = matrix(fit.theta, scale.size), float(fit.theta[-1])
    rows, columns = np.tril_indices(scale.size)
    unit = np.append(scale[rows] * scale[columns], 1.0)
    fields = shared_fields(fit, method=method, n_subjects=n_clusters, n_values=n)
    fields["parameters"] = fields["parameters"] / unit
    fields["parameter_covariance"] = fields["parameter_covariance"] / np.outer(unit, unit)
    return LinearMixedFit(
        **fields,
        random_covariance=g / np.outer(scale, scale),
        residual_variance=residual,
        boundary=bool(np.linalg.eigvalsh(g)[0] < NOTHING * residual),
    )


def _columns(values: ArrayLike, name: str, n: int) -> Floats:
    values = numbers(values, name)
    if values.ndim != 2 or values.shape[0] != n or values.shape[1] == 0:
        raise StatsError(f"{name} must have shape ({n}, columns); got {values.shape}.")
    return values
