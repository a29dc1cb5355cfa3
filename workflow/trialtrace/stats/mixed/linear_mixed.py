"""Linear mixed model: clusters (subjects, sites) with random effects and independent errors.

Estimates y = X beta + Z b + e, b ~ N(0, G) independent between clusters, e ~ N(0, s^2): the
coefficients beta by generalised least squares, G (every variance and covariance) and s^2 by REML
or ML. A random intercept is a Z of ones; with a column of times a random slope is added.

An estimate of G at its bound, as a variance of 0, is an error here, since standard errors and
degrees of freedom rest on derivatives there. Leave that random effect out, or take
compound symmetry in `mmrm`, where a negative correlation is allowed.

`mixed_tests` tests the coefficients.

References: Laird and Ware, Biometrics 1982;38:963. Bates et al., J Stat Softw 2015;67(1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.ground.arrays import Flags, Floats
from trialtrace.stats._inputs import check_choice, labels, numbers, sample
from trialtrace.stats.mixed._gaussian_blocks import Covariance, Solution, fit_blocks
from trialtrace.stats.mixed.mixed_tests import MixedFit, shared_fields
from trialtrace.stats.results import StatsError

# Share of the error variance below which a random effect's contribution is taken to be at 0.
NOTHING = 1e-7


@dataclass(frozen=True, slots=True)
class LinearMixedFit(MixedFit):
    """A fitted model; `random_covariance`, (r, r), is G and `residual_variance` s^2.

    `n_subjects` is the number of clusters; `parameters` are the rows of G's lower triangle, then
    s^2.
    """

    random_covariance: Floats
    residual_variance: float


def linear_mixed(
    y: ArrayLike, x: ArrayLike, z: ArrayLike, cluster: ArrayLike, *, method: str
) -> LinearMixedFit:
    """Fit a linear mixed model with one level of clusters.

    y of shape (n,), x (n, p) and z (n, r) without missing values, cluster (n,) in any order;
    `method` is "REML" or "ML". x has an intercept only where a column of ones is given.

    Raises `StatsError` for missing values, columns that are combinations of each other, no cluster
    with more values than random effects, one cluster only, nothing left for the error, G at its
    bound, or no convergence.

    Oracle: lme4::lmer.
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
    scale = np.sqrt(np.mean(z**2, axis=0))
    if not scale.all():
        raise StatsError("a column of z is 0 throughout.")
    order = np.argsort(index, kind="stable")
    place = np.arange(y.size) - np.repeat(np.cumsum(size) - size, size)
    where = (index[order], place)
    seen = np.zeros((size.size, size.max()), dtype=bool)
    seen[where] = True
    ys, xs, zs = (np.zeros((*seen.shape, *a.shape[1:])) for a in (y, x, z))
    ys[where], xs[where], zs[where] = y[order], x[order], z[order] / scale
    flat = np.concatenate([seen, zs.reshape(size.size, -1)], axis=1)
    _, example, kind = np.unique(flat, axis=0, return_index=True, return_inverse=True)
    covariance = _random_effects(zs[example], seen[example])

    def start(residual: Floats) -> Floats:
        variance = float(residual[seen] @ residual[seen]) / y.size
        r = z.shape[1]
        rows, columns = np.tril_indices(r)
        return np.append((rows == columns) * variance / (2 * r), variance / 2)

    fit = fit_blocks(ys, xs, seen, kind.reshape(-1), covariance, start, reml=method == "REML")
    return _result(fit, scale, method, n_clusters=found.size, n=y.size)


def _result(
    fit: Solution, scale: Floats, method: str, *, n_clusters: int, n: int
) -> LinearMixedFit:
    """Check G against its bound and give it back in the units of z."""
    g, residual = _matrix(fit.theta, scale.size), float(fit.theta[-1])
    if np.linalg.eigvalsh(g)[0] < NOTHING * residual:
        raise StatsError(
            "the estimated covariance of the random effects lies at its bound (a variance of 0 or "
            "a correlation of 1); leave a random effect out or use compound symmetry."
        )
    rows, columns = np.tril_indices(scale.size)
    unit = np.append(scale[rows] * scale[columns], 1.0)
    fields = shared_fields(fit, method=method, n_subjects=n_clusters, n_values=n)
    fields["parameters"] = fields["parameters"] / unit
    fields["parameter_covariance"] = fields["parameter_covariance"] / np.outer(unit, unit)
    return LinearMixedFit(
        **fields, random_covariance=g / np.outer(scale, scale), residual_variance=residual
    )


def _columns(values: ArrayLike, name: str, n: int) -> Floats:
    values = numbers(values, name)
    if values.ndim != 2 or values.shape[0] != n or values.shape[1] == 0:
        raise StatsError(f"{name} must have shape ({n}, columns); got {values.shape}.")
    return values


def _matrix(theta: Floats, r: int) -> Floats:
    """G from its lower triangle."""
    g = np.zeros((r, r))
    g[np.tril_indices(r)] = theta[:-1]
    return g + np.tril(g, -1).T


def _random_effects(z: Floats, seen: Flags) -> Covariance:
    """Z G Z' + s^2 I for every kind of cluster.

    G is free on the way to the maximum: where the maximum lies beyond its bound is then known.
    """
    r = z.shape[2]
    rows, columns = np.tril_indices(r)
    products = np.einsum("kta,ksb->abkts", z, z)
    parts = products[rows, columns]
    unequal = rows != columns
    parts[unequal] += products[columns, rows][unequal]
    eye = np.eye(seen.shape[1])
    first = np.concatenate([parts, (eye * seen[:, :, None])[None]])
    units = eye * ~seen[:, :, None]

    def covariance(theta: Floats) -> tuple[Floats, Floats, None]:
        if theta[-1] <= 0:
            raise np.linalg.LinAlgError
        return np.tensordot(theta, first, 1) + units, first, None

    return covariance
