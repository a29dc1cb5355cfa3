"""Likelihood of independent Gaussian blocks whose covariances depend on a few parameters.

Block i holds the values of one subject: y_i = X_i beta + e_i, e_i ~ N(0, V_i(theta)). Models of
repeated measures and models with random effects differ in V_i alone, so both are fitted here, by
restricted (REML) or full maximum likelihood, by Newton steps with exact derivatives.

All blocks are padded to one size T: a value that is not there has a row of zeros in X and y, a
unit on the diagonal of V and zeros elsewhere, and so adds nothing to any sum. Blocks of one `kind`
share V, which is factorised once a kind; among them only sums of products matter, so many blocks
of a kind are replaced by few with the same sums.

References: Harville, J Am Stat Assoc 1977;72:320 (REML and its derivatives). Jennrich and
Schluchter, Biometrics 1986;42:805 (incomplete repeated measures). Kenward and Roger, Biometrics
1997;53:983 (the matrices P, Q and R).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trialtrace.ground.arrays import Flags, Floats, Places
from trialtrace.stats.regression._design import SINGULAR, least_squares
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

# V of shape (kinds, T, T), its first derivatives (parameters, kinds, T, T) and its second ones
# (parameters, parameters, kinds, T, T), None where V is linear. It raises LinAlgError where theta
# lies outside what the structure allows.
Covariance = Callable[[Floats], tuple[Floats, Floats, Floats | None]]


@dataclass(frozen=True, slots=True)
class Moments:
    """What tests of the coefficients need, in coordinates whose estimates have covariance I.

    `rotation` takes these coordinates to the coefficients. `p`, `q`, `r` are the sums over blocks
    of X'A_h X, A_h = V^-1 V_h V^-1; X'A_h V A_k X; and X'V^-1 V_hk V^-1 X (None where it is 0),
    V_h being derivatives by the parameters: Kenward and Roger's P with the sign changed, Q and R.
    `expected` and `observed` are the information matrices of the parameters.
    """

    rotation: Floats
    p: Floats
    q: Floats
    r: Floats | None
    expected: Floats
    observed: Floats


@dataclass(frozen=True, slots=True)
class Solution:
    """Maximum of the likelihood; `coef` and `covariance` in the coordinates of the caller's X."""

    coef: Floats
    covariance: Floats
    theta: Floats
    log_likelihood: float
    iterations: int
    moments: Moments


@dataclass(frozen=True, slots=True)
class _Point:
    """The likelihood at one theta, with what its derivatives need.

    `root` is such that root root' is the covariance of the coefficients. `white` holds X root and
    the residuals, whitened by `whiten`, the inverse Cholesky factors of V.
    """

    theta: Floats
    log_likelihood: float
    beta: Floats
    root: Floats
    whiten: Floats
    white: Floats
    first: Floats
    second: Floats | None


@dataclass(frozen=True, slots=True)
class _Slopes:
    """Derivatives at a point; `relative` is L^-1 V_h L^-T, (q, kinds, T, T), `p` as in Moments."""

    gradient: Floats
    expected: Floats
    observed: Floats
    p: Floats
    relative: Floats


def fit_blocks(
    y: Floats,
    x: Floats,
    seen: Flags,
    kind: Places,
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
    flat = np.zeros_like(x)
    flat[seen] = q
    residual = np.zeros_like(y)
    residual[seen] = y[seen] - x[seen] @ coef
    model = _Likelihood(residual, flat, kind, covariance, n_seen=int(seen.sum()), reml=reml)
    point, iterations = _maximise(model, start(residual))
    inverse = np.linalg.inv(triangle).astype(np.float64, copy=False)
    moments = model.moments(point, inverse)
    log_likelihood = point.log_likelihood
    if reml:
        log_likelihood -= float(np.sum(np.log(np.abs(np.diag(triangle)))))
    return Solution(
        coef=coef + inverse @ point.beta,
        covariance=moments.rotation @ moments.rotation.T,
        theta=point.theta,
        log_likelihood=log_likelihood,
        iterations=iterations,
        moments=moments,
    )


class _Likelihood:
    """The log-likelihood, profiled over the coefficients, for data padded and grouped once."""

    def __init__(
        self,
        y: Floats,
        x: Floats,
        kind: Places,
        covariance: Covariance,
        *,
        n_seen: int,
        reml: bool,
    ):
        self.covariance, self.reml = covariance, reml
        self.count = np.bincount(kind).astype(np.float64)
        self.p = x.shape[2]
        self.constant = (n_seen - self.p * reml) * np.log(2 * np.pi)
        self.rows, self.kind = _condense(np.concatenate([x, y[:, :, None]], axis=2), kind)
        self.first_block = np.searchsorted(self.kind, np.arange(self.count.size))

    def at(self, theta: Floats) -> _Point:
        """Evaluate; LinAlgError where V is not positive definite."""
        p = self.p
        v, first, second = self.covariance(theta)
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
        return _Point(theta, log_likelihood, beta, root, whiten, white, first, second)

    def slopes(self, point: _Point) -> _Slopes:
        """Derivatives of the log-likelihood by theta."""
        p, white, whiten = self.p, point.white, point.whiten
        relative = whiten @ point.first @ whiten.transpose(0, 2, 1)
        size = relative.shape[0]
        flat, flat_relative = white.reshape(-1, p + 1), relative.reshape(size, -1)
        products, residual = np.empty((size, p + 1, p + 1)), np.empty((size, flat.shape[0]))
        for h in range(size):
            changed = (relative[h][self.kind] @ white).reshape(-1, p + 1)
            products[h], residual[h] = flat.T @ changed, changed[:, p]
        ps, score = products[:, :p, :p], products[:, :p, p]
        spread = self._by_kind(white[:, :, :p])
        trace = np.trace(relative, axis1=2, axis2=3) @ self.count
        traces = (relative * self.count[:, None, None]).reshape(size, -1) @ flat_relative.T
        if self.reml:
            trace = trace - np.trace(ps, axis1=1, axis2=2)
            square = ps.reshape(size, -1)
            traces = traces - 2 * (relative @ spread).reshape(size, -1) @ flat_relative.T
            traces = traces + square @ square.T
        expected = 0.5 * traces
        observed = residual @ residual.T - score @ score.T - expected
        if point.second is not None:
            left = np.eye(white.shape[1]) * self.count[:, None, None] - self.reml * spread
            left = left - self._by_kind(white[:, :, p:])
            weight = whiten.transpose(0, 2, 1) @ left @ whiten
            bend = point.second.reshape(size * size, -1) @ weight.reshape(-1)
            observed = observed + 0.5 * bend.reshape(size, size)
        gradient = 0.5 * (products[:, p, p] - trace)
        return _Slopes(gradient, expected, observed, ps, relative)

    def moments(self, point: _Point, inverse: Floats) -> Moments:
        """What tests need; `inverse` takes the columns of the likelihood to the coefficients."""
        slopes = self.slopes(point)
        p, size = self.p, point.first.shape[0]
        white = point.white[:, :, :p]
        changed = slopes.relative[:, self.kind] @ white
        flat = changed.transpose(0, 3, 1, 2).reshape(size * p, -1)
        q = (flat @ flat.T).reshape(size, p, size, p).transpose(0, 2, 1, 3)
        r = None
        if point.second is not None:
            solved = point.whiten.transpose(0, 2, 1)[self.kind] @ white
            flat = solved.reshape(-1, p)
            r = np.empty((size, size, p, p))
            for h, j in np.ndindex(size, size):
                r[h, j] = flat.T @ (point.second[h, j][self.kind] @ solved).reshape(-1, p)
        return Moments(inverse @ point.root, slopes.p, q, r, slopes.expected, slopes.observed)

    def _by_kind(self, columns: Floats) -> Floats:
        """Sum of products of columns, (n, T, c), over the blocks of each kind, (kinds, T, T)."""
        return np.add.reduceat(columns @ columns.transpose(0, 2, 1), self.first_block, axis=0)


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


def _maximise(model: _Likelihood, theta: Floats) -> tuple[_Point, int]:
    """Newton's method, by the expected information where the observed one is no minimum's."""
    try:
        point = model.at(theta)
    except np.linalg.LinAlgError:
        raise StatsError(BOUND) from None
    for iteration in range(1, MAX_ITERATIONS + 1):
        slopes = model.slopes(point)
        step = _direction(slopes.gradient, slopes.observed, slopes.expected)
        if step is None:
            # At the start V is far from singular, so the data are to blame; later V is.
            raise StatsError(FLAT if iteration == 1 else BOUND)
        last = slopes.gradient @ step < STEP**2
        point = _advance(model, point, step)
        if last:
            return point, iteration
    raise StatsError(BOUND)


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


def _advance(model: _Likelihood, point: _Point, step: Floats) -> _Point:
    """Take the step, halved for as long as it leaves the bounds or lowers the likelihood."""
    floor = point.log_likelihood - 1e-12 * max(1.0, abs(point.log_likelihood))
    for _ in range(50):
        try:
            new = model.at(point.theta + step)
            if new.log_likelihood >= floor:
                return new
        except np.linalg.LinAlgError:
            pass
        step = step / 2
    raise StatsError(BOUND)
