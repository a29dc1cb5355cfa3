"""Likelihood of independent Gaussian blocks whose covariances depend on a few parameters.

Block i holds the values of one subject: y_i = X_i beta + e_i, e_i ~ N(0, V_i), and V_i =
M_i Psi(theta) M_i' + U_i with known M_i and U_i: Psi is the covariance of all visits and M_i picks
those seen, or that of random effects and M_i has their columns. Both models are fitted here, by
restricted (REML) or full maximum likelihood, by Newton steps with exact derivatives.

All blocks are padded to one size T: a value that is not there has a row of zeros in X, y and M, a
unit on the diagonal of U and zeros elsewhere, and so adds nothing to any sum. Blocks of one `kind`
share V, which is factorised once a kind; among them only sums of products matter, so many blocks
of a kind are replaced by few with the same sums.

Derivatives are taken by the entries of Psi: they need of a kind no more than M'V^-1 M, and of the
blocks the products of M'V^-1 (X, y). What parameters change of Psi is applied to their sums.

References: Harville, J Am Stat Assoc 1977;72:320 (REML and its derivatives). Jennrich and
Schluchter, Biometrics 1986;42:805 (incomplete repeated measures). Kenward and Roger, Biometrics
1997;53:983 (the matrices P, Q and R).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.stats.regression._design import SINGULAR, least_squares, without_intercept
from trialtrace.stats.results import StatsError

MAX_ITERATIONS = 100
# Length of the last Newton step, in standard errors: the error after it is about its square.
STEP = 1e-7
FLAT = (
    "the data do not determine the covariance: its parameters have no unique estimate; "
    "use a simpler covariance structure."
)
BOUND = (
    "no convergence: the estimated covariance is singular or at the bound of its structure; "
    "use a simpler one or look for values that repeat each other."
)

# Psi of every group of kinds, (groups, m, m), its first derivatives (groups, q, m, m) and its
# second ones (groups, q, q, m, m), None where Psi is linear; theta holds q parameters a group. It
# raises LinAlgError where theta lies outside what the structure allows.
Covariance = Callable[[Floats], tuple[Floats, Floats, Floats | None]]


@dataclass(frozen=True, slots=True)
class Kinds:
    """M, (kinds, T, m), U, (kinds, T, T), and the group of each kind, in ascending order."""

    columns: Floats
    units: Floats
    group: Places


@dataclass(frozen=True, slots=True)
class Moments:
    """What tests of the coefficients need, in coordinates whose estimates have covariance I.

    `rotation` takes these coordinates to the coefficients. `p` and `r` are the sums over blocks of
    X'A_h X, A_h = V^-1 V_h V^-1, and of X'V^-1 V_hk V^-1 X (None where it is 0), V_h being
    derivatives by the parameters: Kenward and Roger's P with the sign changed, and R. `expected`
    is the information matrix of the parameters, `spread` the inverse of the observed one.
    """

    rotation: Floats
    p: Floats
    r: Floats | None
    expected: Floats
    spread: Floats
    blocks: _Blocks

    def q(self, weight: Floats) -> Floats:
        """The sum over h, j of weight_hj Q_hj, Q_hj = sum of X'A_h V A_j X, shape (p, p)."""
        return self.blocks.weighted(weight)


@dataclass(frozen=True, slots=True)
class Solution:
    """Maximum of the likelihood; `coef` and `covariance` in the coordinates of the caller's X."""

    coef: Floats
    covariance: Floats
    theta: Floats
    log_likelihood: float
    iterations: int
    moments: Moments
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Blocks:
    """By block, of kind `kind`, M'V^-1 X, (n, m, p); by kind M'V^-1 M; by group Psi's slopes."""

    solved: Floats
    within: Floats
    kind: Places
    first: Floats
    groups: tuple[tuple[slice, slice], ...]

    def weighted(self, weight: Floats) -> Floats:
        """As `Moments.q` says."""
        _, size, m, _ = self.first.shape
        p = self.solved.shape[2]
        total = np.zeros((p, p))
        for g, (blocks, kinds) in enumerate(self.groups):
            flat, own = self.first[g].reshape(size, -1), slice(g * size, (g + 1) * size)
            pairs = (flat.T @ weight[own, own] @ flat).reshape(m, m, m, m)
            # V_h V^-1 V_j, weighted: the entry (a, d) sums over (b, c) of M'V^-1 M.
            turned = pairs.transpose(1, 2, 0, 3).reshape(m * m, m * m)
            middle = self.within[kinds].reshape(-1, m * m) @ turned
            solved, kind = self.solved[blocks], self.kind[blocks] - kinds.start
            right = middle.reshape(-1, m, m)[kind] @ solved
            total += solved.reshape(-1, p).T @ right.reshape(-1, p)
        return total


@dataclass(frozen=True, slots=True)
class Point:
    """The likelihood at one theta, with what its derivatives need.

    `root` is such that root root' is the covariance of the coefficients. `white` holds X root and
    the residuals, whitened by the inverse Cholesky factors of V, whose products with M are
    `columns`, (kinds, T, m). `first` and `second` are the derivatives of Psi.
    """

    theta: Floats
    log_likelihood: float
    beta: Floats
    root: Floats
    columns: Floats
    white: Floats
    first: Floats
    second: Floats | None


@dataclass(frozen=True, slots=True)
class Slopes:
    """Derivatives at a point; `p` and `r` as in Moments."""

    gradient: Floats
    expected: Floats
    observed: Floats
    p: Floats
    r: Floats | None


# Maximises from a first theta: the point, the number of iterations, and the covariance of theta.
Search = Callable[["Likelihood", Floats], tuple[Point, int, Floats]]


def fit_blocks(
    y: Floats,
    x: Floats,
    seen: Flags,
    kind: Places,
    kinds: Kinds,
    covariance: Covariance,
    start: Callable[[Floats], Floats],
    *,
    reml: bool,
) -> Solution:
    """Fit by Newton's method; y and seen of shape (n, T), x (n, T, p), kind (n,).

    Values that are not seen must be 0 in x and y. `start` gives the first theta from the
    residuals of least squares, shape (n, T), 0 where nothing is seen.

    Raises `StatsError` where columns of x are combinations of each other, nothing is left for
    the error, the information about theta is singular, or the iteration does not converge.
    """
    q, triangle, coef = least_squares(y[seen], x[seen])
    rows = np.zeros((*x.shape[:2], x.shape[2] + 1))
    rows[seen, :-1] = q
    rows[seen, -1] = y[seen] - x[seen] @ coef
    count = np.bincount(kind).astype(np.float64)
    model = Likelihood(rows, kind, count, kinds, covariance, n_values=int(seen.sum()), reml=reml)
    return solve(model, start(rows[:, :, -1]), newton, coef=coef, basis=q, triangle=triangle)


def solve(
    model: Likelihood,
    theta: Floats,
    search: Search,
    *,
    coef: Floats,
    basis: Floats,
    triangle: Floats,
) -> Solution:
    """Search from theta; `triangle` makes X of the model's columns, the orthonormal `basis`, `coef`
    is least squares."""
    point, iterations, spread = search(model, theta)
    inverse = np.linalg.inv(triangle).astype(np.float64, copy=False)
    rotation = inverse @ point.root
    log_likelihood = point.log_likelihood
    if model.reml:
        log_likelihood -= float(np.sum(np.log(np.abs(np.diag(triangle)))))
    return Solution(
        coef=coef + inverse @ point.beta,
        covariance=rotation @ rotation.T,
        theta=point.theta,
        log_likelihood=log_likelihood,
        iterations=iterations,
        moments=model.moments(point, rotation, spread),
        notes=without_intercept(basis),
    )


class Likelihood:
    """The log-likelihood, profiled over the coefficients, for data padded and grouped once."""

    def __init__(
        self,
        rows: Floats,
        kind: Places,
        count: Floats,
        kinds: Kinds,
        covariance: Covariance,
        *,
        n_values: int,
        reml: bool,
    ):
        """`rows`, (n, T, p + 1), are columns and residuals; `count` the blocks of each kind."""
        self.covariance, self.reml, self.count, self.kinds = covariance, reml, count, kinds
        self.p = rows.shape[2] - 1
        self.constant = (n_values - self.p * reml) * np.log(2 * np.pi)
        self.rows, self.kind = _condense(rows, kind)
        self.first_block = np.searchsorted(self.kind, np.arange(count.size))
        self.groups = tuple(self._group(g) for g in range(int(kinds.group[-1]) + 1))

    def _group(self, group: int) -> tuple[slice, slice]:
        """The blocks and the kinds of a group."""
        start, stop = np.searchsorted(self.kinds.group, (group, group + 1))
        first, last = np.searchsorted(self.kind, (start, stop))
        return slice(int(first), int(last)), slice(int(start), int(stop))

    def at(self, theta: Floats) -> Point:
        """Evaluate; LinAlgError where V is not positive definite."""
        p, columns = self.p, self.kinds.columns
        psi, first, second = self.covariance(theta)
        v = columns @ psi[self.kinds.group] @ columns.transpose(0, 2, 1) + self.kinds.units
        lower = np.linalg.cholesky(v)
        whiten = np.linalg.inv(lower)
        white = whiten[self.kind] @ self.rows
        flat = white.reshape(-1, p + 1)
        gram = flat.T @ flat
        root = np.linalg.inv(np.linalg.cholesky(gram[:p, :p])).T
        score = root.T @ gram[:p, p]
        beta = root @ score
        log_det = 2 * float(self.count @ np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1))
        if self.reml:
            log_det -= 2 * float(np.sum(np.log(np.diag(root))))
        white[:, :, p] -= white[:, :, :p] @ beta
        white[:, :, :p] = white[:, :, :p] @ root
        square = float(np.sum(white[:, :, p] ** 2))
        log_likelihood = -0.5 * (self.constant + log_det + square)
        if not np.isfinite(log_likelihood):
            raise np.linalg.LinAlgError
        return Point(theta, log_likelihood, beta, root, whiten @ columns, white, first, second)

    def slopes(self, point: Point) -> Slopes:
        """Derivatives of the log-likelihood by theta."""
        solved, within = self._solved(point)
        parts = [
            self._by_entries(solved, within, point.first[g], blocks, kinds)
            for g, (blocks, kinds) in enumerate(self.groups)
        ]
        p = self.p
        products = np.concatenate([part.products for part in parts])
        ps, score = products[:, :p, :p], products[:, :p, p]
        expected, observed = (
            _diagonal([getattr(part, name) for part in parts]) for name in ("traces", "bent")
        )
        trace = np.concatenate([part.trace for part in parts])
        if self.reml:
            trace = trace - np.trace(ps, axis1=1, axis2=2)
            square = ps.reshape(len(ps), -1)
            expected = expected + 0.5 * square @ square.T
        observed = observed - score @ score.T - expected
        r = None
        if point.second is not None:
            curved = [
                np.tensordot(second, part.left, 2)
                for second, part in zip(point.second, parts, strict=True)
            ]
            observed = observed + 0.5 * _diagonal(curved)
            r = self._second(point.second, parts)
        gradient = 0.5 * (products[:, p, p] - trace)
        return Slopes(gradient, expected, observed, ps, r)

    def moments(self, point: Point, rotation: Floats, spread: Floats) -> Moments:
        """What tests need; `rotation` takes the whitened columns to the coefficients."""
        slopes = self.slopes(point)
        solved, within = self._solved(point)
        columns = np.ascontiguousarray(solved[:, :, : self.p])
        blocks = _Blocks(columns, within, self.kind, point.first, self.groups)
        return Moments(rotation, slopes.p, slopes.r, slopes.expected, spread, blocks)

    def _solved(self, point: Point) -> tuple[Floats, Floats]:
        """M'V^-1 (X, residuals) of every block, (n, m, p + 1), and M'V^-1 M of every kind."""
        turned = point.columns.transpose(0, 2, 1)
        return turned[self.kind] @ point.white, turned @ point.columns

    def _by_entries(
        self, solved: Floats, within: Floats, first: Floats, blocks: slice, kinds: slice
    ) -> _Parts:
        """The sums of one group, by the entries of Psi, and what `first`, (q, m, m), makes."""
        size, m, _ = first.shape
        p, flat, own = self.p, first.reshape(size, -1), within[kinds]
        rows, count = solved[blocks], self.count[kinds, None, None]
        wide = rows.reshape(-1, m * (p + 1))
        gram = (wide.T @ wide).reshape(m, p + 1, m, p + 1).transpose(0, 2, 1, 3)
        products = (flat @ gram.reshape(m * m, -1)).reshape(size, p + 1, p + 1)
        starts = self.first_block[kinds] - blocks.start
        spread, residual = (
            np.add.reduceat(part @ part.transpose(0, 2, 1), starts, axis=0)
            for part in (rows[:, :, :p], rows[:, :, p:])
        )
        weighted = count * own
        left = (weighted - self.reml * spread - residual).sum(axis=0)
        return _Parts(
            products=products,
            trace=flat @ weighted.sum(axis=0).ravel(),
            traces=0.5 * flat @ _pairs(own, weighted - 2 * self.reml * spread) @ flat.T,
            bent=flat @ _pairs(own, residual) @ flat.T,
            left=left,
            gram=gram[:, :, :p, :p],
        )

    def _second(self, second: Floats, parts: list[_Parts]) -> Floats:
        """Sums of X'V^-1 V_hk V^-1 X, 0 for parameters of two groups."""
        groups, size = second.shape[:2]
        r = np.zeros((groups, size, groups, size, self.p, self.p))
        for g, part in enumerate(parts):
            r[g, :, g] = np.tensordot(second[g], part.gram, 2)
        return r.reshape(groups * size, groups * size, self.p, self.p)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Sums of one group: by its parameters, and `left`, (m, m), and `gram` by entries of Psi."""

    products: Floats
    trace: Floats
    traces: Floats
    bent: Floats
    left: Floats
    gram: Floats


def _pairs(values: Floats, other: Floats) -> Floats:
    """The sum over kinds of one_bc other_da by the entries (a, b), (c, d) of two slopes of Psi.

    With F and H for these, F_ab one_bc H_cd other_da sums to the trace of F one H other.
    """
    m = values.shape[1]
    sums = values.reshape(-1, m * m).T @ other.reshape(-1, m * m)
    return sums.reshape(m, m, m, m).transpose(3, 0, 1, 2).reshape(m * m, m * m)


def _diagonal(parts: list[Floats]) -> Floats:
    """Square matrices of one size along the diagonal."""
    size = len(parts[0])
    whole = np.zeros((len(parts), size, len(parts), size))
    for g, part in enumerate(parts):
        whole[g, :, g] = part
    return whole.reshape(len(parts) * size, -1)


def _condense(rows: Floats, kind: Places) -> tuple[Floats, Places]:
    """Sort blocks by kind and replace those of a kind by fewer with the same sums of products."""
    shape = rows.shape[1:]
    # In one unit for all columns, else small ones drown in the rounding of large ones.
    unit = np.sqrt(np.sum(rows**2, axis=(0, 1)))
    rows = rows / unit
    many = np.bincount(kind) > 2
    kept, kinds = [rows[~many[kind]]], [kind[~many[kind]]]
    for k in np.flatnonzero(many):
        _, size, basis = np.linalg.svd(rows[kind == k].reshape(-1, np.prod(shape)), False)
        solid = size > 1e-15 * size[0]
        kept.append((size[solid, None] * basis[solid]).reshape(-1, *shape))
        kinds.append(np.full(kept[-1].shape[0], k))
    order = np.argsort(np.concatenate(kinds), kind="stable")
    return np.concatenate(kept)[order] * unit, np.concatenate(kinds)[order]


def newton(model: Likelihood, theta: Floats) -> tuple[Point, int, Floats]:
    """Newton's method, by the expected information where the observed one is no minimum's."""
    point = first_point(model, theta)
    for iteration in range(1, MAX_ITERATIONS + 1):
        slopes = model.slopes(point)
        step = _direction(slopes.gradient, slopes.observed, slopes.expected)
        if step is None:
            # At the start V is far from singular, so the data are to blame; later V is.
            raise StatsError(FLAT if iteration == 1 else BOUND)
        last = slopes.gradient @ step < STEP**2
        point, _ = advance(model, point, partial(_along, point.theta, step))
        if last:
            return point, iteration, inverse(model.slopes(point).observed)
    raise StatsError(BOUND)


def _along(theta: Floats, step: Floats, share: float) -> Floats:
    return theta + share * step


def first_point(model: Likelihood, theta: Floats) -> Point:
    """The likelihood where the search starts, which must have one."""
    try:
        return model.at(theta)
    except np.linalg.LinAlgError:
        raise StatsError(BOUND) from None


def inverse(information: Floats) -> Floats:
    """The inverse of an information matrix; `StatsError` where it is singular."""
    try:
        return np.linalg.inv(information).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        raise StatsError(FLAT) from None


def _direction(gradient: Floats, observed: Floats, expected: Floats) -> Floats | None:
    """Step by the first information matrix that is safely positive definite, if any is."""
    diagonal = np.diag(expected)
    if not (diagonal > 0).all():
        return None
    scale = np.sqrt(diagonal)
    outer = np.outer(scale, scale)
    for information in (observed, expected):
        roots, vectors = np.linalg.eigh(information / outer)
        if roots[0] > SINGULAR:
            step: Floats = (vectors @ ((vectors.T @ (gradient / scale)) / roots)) / scale
            return step
    return None


def advance(
    model: Likelihood, point: Point, theta: Callable[[float], Floats]
) -> tuple[Point, float]:
    """Take a step, halved for as long as it leaves the bounds or lowers the likelihood.

    `theta` gives the parameters after a share of the step; the share taken is given back.
    """
    floor = point.log_likelihood - 1e-12 * max(1.0, abs(point.log_likelihood))
    share = 1.0
    for _ in range(50):
        try:
            new = model.at(theta(share))
            if new.log_likelihood >= floor:
                return new, share
        except np.linalg.LinAlgError:
            pass
        share = share / 2
    raise StatsError(BOUND)
