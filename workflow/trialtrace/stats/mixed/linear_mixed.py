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
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import check_choice, labels, numbers, sample
from trialtrace.stats._wald import column_names
from trialtrace.stats.mixed._gaussian_blocks import (
    BOUND,
    FLAT,
    MAX_ITERATIONS,
    STEP,
    Covariance,
    Kinds,
    Likelihood,
    Point,
    Slopes,
    Solution,
    advance,
    first_point,
    inverse,
    solve,
)
from trialtrace.stats.mixed.mixed_tests import MixedFit, shared_fields
from trialtrace.stats.regression._design import SINGULAR, check_size, least_squares
from trialtrace.stats.results import StatsError


@dataclass(frozen=True, slots=True, repr=False)
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
    y, names = sample(y, "y", at_least=2), column_names(x)
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
    model = _likelihood(np.column_stack([basis, residual]), z / scale, index, reml=method == "REML")
    variance, r = float(np.mean(residual**2)), z.shape[1]
    rows, columns = np.tril_indices(r)
    start = np.append((rows == columns) * variance / (2 * r), variance / 2)
    fit = solve(model, start, _search, coef=coef, basis=basis, triangle=triangle)
    # Without an error of its own every value is known from its cluster's: no likelihood is the
    # largest then.
    if fit.theta[-1] <= (64 * np.finfo(np.float64).eps * np.abs(y).max()) ** 2:
        raise StatsError(BOUND)
    return _result(fit, scale, names, method, n_clusters=found.size, n=y.size)


def _result(
    fit: Solution,
    scale: Floats,
    labels: tuple[str, ...] | None,
    method: str,
    *,
    n_clusters: int,
    n: int,
) -> LinearMixedFit:
    """G in the units of z, and whether it lies at its bound."""
    g, residual = _matrix(fit.theta, scale.size), float(fit.theta[-1])
    rows, columns = np.tril_indices(scale.size)
    unit = np.append(scale[rows] * scale[columns], 1.0)
    fields = shared_fields(fit, labels=labels, method=method, n_subjects=n_clusters, n_values=n)
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


# Random effects of clusters as blocks of few rows, and the search for their covariance.
#
# A cluster's values are y = X beta + Z b + e. With an orthonormal Q whose columns span Z's, Q'y has
# covariance R G R' + s^2 I, R = Q'Z, and what Q leaves of y has s^2 I and nothing to do with G. So
# a cluster becomes as many rows as it has random effects, and the remainders of all clusters
# together no more than there are columns: the likelihood is the same, and a step costs the same for
# clusters of any size.
#
# G = L L' with L a lower triangle, over whose entries the likelihood is maximised together with s:
# no G lies outside what a covariance can be, and one at the bound (a variance of 0, a correlation
# of 1) is an ordinary maximum, since the likelihood is even in what is 0 there.
#
# References: Bates et al., J Stat Softw 2015;67(1) (L). Pinheiro and Bates, Mixed-Effects Models in
# S and S-PLUS, 2000, 2.2 (orthogonal triangles of clusters).

# Share of the error variance below which a random effect's contribution is taken to be at 0.
NOTHING = 1e-7
# The step away from a saddle, in standard deviations of the error.
SADDLE = 0.1


@dataclass(frozen=True, slots=True)
class _Clusters:
    """Rows of the clusters, (clusters, r, columns), and their random effects, (clusters, r, r).

    A cluster of fewer values than r has rows that are not `seen`. `rest` are rows with the sums of
    products of what remains of all `n_rest` values.
    """

    rows: Floats
    effects: Floats
    seen: Floats
    rest: Floats
    n_rest: int


def _likelihood(rows: Floats, z: Floats, cluster: Places, *, reml: bool) -> Likelihood:
    """The likelihood of columns and residuals, (n, p + 1), with random effects z, (n, r)."""
    turned = _turned(rows, z, cluster)
    r, width = z.shape[1], rows.shape[1]
    flat = np.concatenate([turned.seen, turned.effects.reshape(-1, r * r)], axis=1)
    _, example, kind = np.unique(flat, axis=0, return_index=True, return_inverse=True)
    effects, seen = turned.effects[example], turned.seen[example]
    eye = np.eye(r)
    columns = np.concatenate([effects, eye * seen[:, :, None]], axis=2)
    # The last kind is that of the remainders.
    columns = np.concatenate([columns, np.concatenate([0 * eye, eye], axis=1)[None]])
    units = np.concatenate([eye * (1 - seen[:, :, None]), np.zeros((1, r, r))])
    last = len(example)
    blocks = -(-turned.rest.shape[0] // r)
    rest = np.zeros((blocks * r, width))
    rest[: turned.rest.shape[0]] = turned.rest
    return Likelihood(
        np.concatenate([turned.rows, rest.reshape(blocks, r, width)]),
        np.concatenate([kind.reshape(-1), np.full(blocks, last)]),
        np.append(np.bincount(kind.reshape(-1)).astype(np.float64), turned.n_rest / r),
        Kinds(columns, units, np.zeros(last + 1, dtype=np.intp)),
        _covariance(r),
        n_values=rows.shape[0],
        reml=reml,
    )


def _turned(rows: Floats, z: Floats, cluster: Places) -> _Clusters:
    """Clusters of one size at a time, all of them at once."""
    size, (n, r) = np.bincount(cluster), z.shape
    order, starts = np.argsort(cluster, kind="stable"), np.cumsum(size) - size
    between = np.zeros((size.size, r, rows.shape[1]))
    effects, seen = np.zeros((size.size, r, r)), np.zeros((size.size, r))
    within = np.empty_like(rows)
    for each in np.unique(size):
        own = np.flatnonzero(size == each)
        at = order[starts[own, None] + np.arange(each)]
        basis, triangle = np.linalg.qr(z[at])
        sign = np.where(np.diagonal(triangle, axis1=1, axis2=2) < 0, -1.0, 1.0)
        basis, triangle = basis * sign[:, None], triangle * sign[:, :, None]
        values = rows[at]
        few = basis.shape[2]
        between[own, :few] = basis.transpose(0, 2, 1) @ values
        within[at] = values - basis @ between[own, :few]
        effects[own, :few], seen[own, :few] = triangle, 1.0
    unit = np.sqrt(np.sum(within**2, axis=0))
    unit[unit == 0] = 1.0
    rest = np.linalg.qr(within / unit, mode="r") * unit
    return _Clusters(between, effects, seen, rest, n - int(seen.sum()))


def _matrix(theta: Floats, r: int) -> Floats:
    """G from its lower triangle, which is followed by s^2."""
    g = np.zeros((r, r))
    g[np.tril_indices(r)] = theta[:-1]
    return g + np.tril(g, -1).T


def _covariance(r: int) -> Covariance:
    """G and s^2 I beside each other, linear in their entries."""
    rows, columns = np.tril_indices(r)
    first = np.zeros((1, rows.size + 1, 2 * r, 2 * r))
    number = np.arange(rows.size)
    first[0, number, rows, columns] = first[0, number, columns, rows] = 1.0
    first[0, -1, r:, r:] = np.eye(r)

    def covariance(theta: Floats) -> tuple[Floats, Floats, None]:
        if theta[-1] <= 0:
            raise np.linalg.LinAlgError
        return np.tensordot(theta, first[0], 1)[None], first, None

    return covariance


@dataclass(frozen=True, slots=True)
class _Root:
    """G = F F' and s: F of shape (r, k), of which `free` entries may change."""

    factor: Floats
    error: float
    free: tuple[Places, Places]

    def theta(self) -> Floats:
        r = self.factor.shape[0]
        g = self.factor @ self.factor.T
        return np.append(g[np.tril_indices(r)], self.error**2)

    def moved(self, step: Floats) -> _Root:
        factor = self.factor.copy()
        factor[self.free] += step[:-1]
        return _Root(factor, self.error + float(step[-1]), self.free)

    def slopes(self) -> tuple[Floats, Floats]:
        """First, (q, c), and second, (q, c, c), derivatives of theta by the free entries and s."""
        r, entries = self.factor.shape[0], self.free[0].size
        a, b = np.tril_indices(r)
        row, column = self.free
        first = np.zeros((a.size + 1, entries + 1))
        first[:-1, :-1] = (row == a[:, None]) * self.factor[b][:, column]
        first[:-1, :-1] += (row == b[:, None]) * self.factor[a][:, column]
        first[-1, -1] = 2 * self.error
        second = np.zeros((a.size + 1, entries + 1, entries + 1))
        alike = column[:, None] == column
        one = (row == a[:, None])[:, :, None] & (row == b[:, None])[:, None, :] & alike
        second[:-1, :-1, :-1] = one.astype(np.float64) + one.transpose(0, 2, 1)
        second[-1, -1, -1] = 2.0
        return first, second

    def information(self, slopes: Slopes) -> Floats:
        """Observed information of the free entries and s."""
        first, second = self.slopes()
        return first.T @ slopes.observed @ first - np.tensordot(slopes.gradient, second, 1)


def _search(model: Likelihood, theta: Floats) -> tuple[Point, int, Floats]:
    """Newton's method over L and s, turned uphill where the likelihood is not concave."""
    r = model.kinds.columns.shape[1]
    start = np.linalg.cholesky(_matrix(theta, r)).astype(np.float64, copy=False)
    root = _Root(start, float(np.sqrt(theta[-1])), np.tril_indices(r))
    point = first_point(model, root.theta())
    slopes = model.slopes(point)
    _check_determined(slopes.expected)
    for iteration in range(1, MAX_ITERATIONS + 1):
        gradient = root.slopes()[0].T @ slopes.gradient
        sizes, axes = np.linalg.eigh(root.information(slopes))
        floor = SINGULAR * float(np.abs(sizes).max())
        step = axes @ ((axes.T @ gradient) / np.maximum(np.abs(sizes), floor))
        still = gradient @ step < STEP**2
        last = still and sizes[0] > -floor
        if still and not last:
            # A saddle, such as L = 0: the slope by L is 0 there though the likelihood rises with G.
            step = axes[:, 0] * SADDLE * root.error
        # No further than the size of what is sought: curves hold nearby alone.
        size = max(abs(root.error), float(np.abs(root.factor).max()))
        step = step * min(1.0, size / max(float(np.abs(step).max()), np.finfo(float).tiny))
        point, share = advance(model, point, partial(_along, root, step))
        if last:
            return _settled(model, point, r, iteration)
        root = root.moved(share * step)
        slopes = model.slopes(point)
    raise StatsError(BOUND)


def _along(root: _Root, step: Floats, share: float) -> Floats:
    return root.moved(share * step).theta()


def _check_determined(expected: Floats) -> None:
    """Refuse random effects whose covariance any data of this design would leave open."""
    diagonal = np.diag(expected)
    if (diagonal > 0).all():
        scale = np.sqrt(diagonal)
        if np.linalg.eigvalsh(expected / np.outer(scale, scale))[0] > SINGULAR:
            return
    raise StatsError(FLAT)


def _settled(model: Likelihood, point: Point, r: int, iterations: int) -> tuple[Point, int, Floats]:
    """What is next to its bound put there, and the covariance of the estimates.

    Where G has a lower rank k, only covariances of that rank are near enough to be the estimate in
    another sample: the information is that of F, (r, k), with G = F F', less the turns of F that
    leave G alone.
    """
    error = float(np.sqrt(point.theta[-1]))
    sizes, axes = np.linalg.eigh(_matrix(point.theta, r))
    kept = sizes > NOTHING * error**2
    factor = axes[:, kept] * np.sqrt(sizes[kept])
    everywhere = np.divmod(np.arange(factor.size), max(factor.shape[1], 1))
    root = _Root(factor, error, everywhere)
    if not kept.all():
        point = model.at(root.theta())
    slopes = model.slopes(point)
    first, _ = root.slopes()
    unit = np.sqrt(np.diag(slopes.expected))
    _, strength, directions = np.linalg.svd(unit[:, None] * first, full_matrices=False)
    base = directions[strength > SINGULAR * strength[0]].T
    change = first @ base
    return point, iterations, change @ inverse(base.T @ root.information(slopes) @ base) @ change.T
