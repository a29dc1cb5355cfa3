"""Linear models with correlated errors, by Fisher scoring in plain matrices.

In each block of values V = sum of theta_i G_i, or a `Curve`; REML or ML; Satterthwaite's and
Kenward and Roger's approximations as their papers write them (Biometrics 1997;53:983), term by
term.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from scipy.stats import f as f_distribution

# Of Fisher scoring, until a step is this share of the parameters: rounding alone is left.
STEPS = 200
ENOUGH = 1e-12
# A step, as a share of the parameters, after which the likelihood is a parabola.
NEAR = 1e-3
# Of a covariance that is not linear, by theta: V, its slopes (q, k, k), and theirs (q, q, k, k).
Curve = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Block:
    """m units with the same k values: y (m, k), x (m, k, p), g (q, k, k) or a curve."""

    y: np.ndarray
    x: np.ndarray
    g: np.ndarray | Curve

    def at(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """V, its slopes, and theirs, None where they are 0."""
        if callable(self.g):
            return self.g(theta)
        return np.tensordot(theta, self.g, 1), self.g, None

    @cached_property
    def xx(self) -> np.ndarray:
        """The sums over units of x_ka x_lb, (k k, p p): with them X'MX is one product."""
        return np.tensordot(self.x, self.x, (0, 0)).transpose(0, 2, 1, 3).reshape(self._flat)

    @cached_property
    def xy(self) -> np.ndarray:
        """The sums of x_ka y_l, (k k, p)."""
        sums = np.tensordot(self.x, self.y, (0, 0)).transpose(0, 2, 1)
        return sums.reshape(len(self.xx), -1)

    @property
    def _flat(self) -> tuple[int, int]:
        _, k, p = self.x.shape
        return k * k, p * p

    def rest(self, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """With r = y - x beta the sums of r_k r_l, (k k), and of r_k x_la, (k k, p)."""
        r = self.y - self.x @ beta
        sums = np.tensordot(r, self.x, (0, 0))
        return (r.T @ r).ravel(), sums.reshape(len(self.xx), -1)


@dataclass
class Fit:
    """Coefficients, their plain covariance, and the sums that both approximations need."""

    beta: np.ndarray
    phi: np.ndarray
    p: np.ndarray
    q: np.ndarray
    expected: np.ndarray
    observed: np.ndarray
    score: np.ndarray
    theta: np.ndarray
    minus_twice: float
    r: np.ndarray
    spread: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    adjusted: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)


def fit(blocks: list[Block], theta: np.ndarray, *, reml: bool) -> Fit:
    """Fisher scoring from `theta`, near the maximum by the observed information, with which the
    error of each step is the square of the last one's. Raises LinAlgError where it comes to none.
    """
    found, near = _at(blocks, theta, reml), False
    for _ in range(STEPS):
        step = np.linalg.solve(found.expected, found.score)
        if near:
            newton = np.linalg.solve(found.observed, found.score)
            step = newton if newton @ found.score > 0 else step
        share = 1.0
        while True:
            try:
                new = _at(blocks, theta + share * step, reml)
                break
            except np.linalg.LinAlgError:
                share /= 2
                if share < 1e-6:
                    raise
        theta, found = theta + share * step, new
        near = np.abs(step).max() <= NEAR * np.abs(theta).max()
        if np.abs(step).max() <= ENOUGH * np.abs(theta).max():
            return replace(found, spread=np.linalg.inv(found.observed))
    raise np.linalg.LinAlgError


def fit_at_bound(blocks: list[Block], scale: float, r: int, *, reml: bool) -> Fit:
    """The maximum where the r random effects have a covariance of no full rank, r 1 or 2.

    With one of them that is a variance of 0; with two, G = f f'. Found by scipy's BFGS over f and
    the error from several beginnings, and polished by Newton steps. Raises LinAlgError where the
    likelihood rises from there into the covariances of full rank, or there is no such maximum.
    """
    turns: list[tuple[float, ...]] = [()]
    if r == 2:
        turns = [(np.cos(a), np.sin(a)) for a in np.arange(6) * np.pi / 6]

    def tried(turn: tuple[float, ...]) -> OptimizeResult:
        begin = np.array([*turn, 1.0]) * scale**0.5
        return minimize(
            lambda p: _upward(blocks, p, reml), begin, jac=True, method="BFGS", tol=1e-9
        )

    at = min(map(tried, turns), key=lambda fit: fit.fun).x
    for _ in range(20):
        fit, change, information = _bent(blocks, at, reml)
        step = np.linalg.pinv(information, rcond=1e-9, hermitian=True) @ (change.T @ fit.score)
        at = at + step
        if np.abs(step).max() <= 1e-10 * np.abs(at).max():
            break
    fit, change, information = _bent(blocks, at, reml)
    slope, (rows, columns) = np.zeros((r, r)), np.tril_indices(r)
    slope[rows, columns] += fit.score[:-1] / 2
    slope[columns, rows] += fit.score[:-1] / 2
    if np.linalg.eigvalsh(slope)[-1] > 1e-6 * np.abs(np.diag(fit.expected)).max() ** 0.5:
        raise np.linalg.LinAlgError
    inverse = np.linalg.pinv(information, rcond=1e-9, hermitian=True)
    return replace(fit, spread=change @ inverse @ change.T)


def _theta(at: np.ndarray) -> np.ndarray:
    """G = f f' by rows of its lower triangle, and the error variance."""
    if len(at) == 1:
        return np.array([0.0, at[0] ** 2])
    a, b, s = at
    return np.array([a * a, a * b, b * b, s * s])


def _upward(blocks: list[Block], at: np.ndarray, reml: bool) -> tuple[float, np.ndarray]:
    with np.errstate(all="ignore"):
        try:
            fit = _at(blocks, _theta(at), reml)
        except np.linalg.LinAlgError:
            return np.inf, np.zeros_like(at)
    if not np.isfinite(fit.minus_twice):
        return np.inf, np.zeros_like(at)
    return fit.minus_twice, -2 * _change(at).T @ fit.score


def _change(at: np.ndarray) -> np.ndarray:
    if len(at) == 1:
        return np.array([[0.0], [2 * at[0]]])
    a, b, s = at
    return np.array([[2 * a, 0, 0], [b, a, 0], [0, 2 * b, 0], [0, 0, 2 * s]])


def _bent(blocks: list[Block], at: np.ndarray, reml: bool) -> tuple[Fit, np.ndarray, np.ndarray]:
    """The fit, the change of theta with f and the error, and their observed information."""
    fit, change = _at(blocks, _theta(at), reml), _change(at)
    if len(at) == 1:
        curve = np.array([[2 * fit.score[1]]])
    else:
        g11, g21, g22, error = fit.score
        curve = np.array([[2 * g11, g21, 0], [g21, 2 * g22, 0], [0, 0, 2 * error]])
    return fit, change, change.T @ fit.observed @ change - curve


def _at(blocks: list[Block], theta: np.ndarray, reml: bool) -> Fit:
    """Everything at one value of the parameters."""
    inverses, slopes = [], []
    for b in blocks:
        v, *changes = b.at(theta)
        np.linalg.cholesky(v)
        inverses.append(np.linalg.inv(v))
        slopes.append(changes)
    p = blocks[0].x.shape[2]
    information = sum(w.ravel() @ b.xx for b, w in _both(blocks, inverses)).reshape(p, p)
    phi = np.linalg.inv(information)
    beta = phi @ sum(w.ravel() @ b.xy for b, w in _both(blocks, inverses))
    size = len(theta)
    first, second = np.zeros((size, p * p)), np.zeros((size * size, p * p))
    trace, traces, quadratic = np.zeros(size), np.zeros((size, size)), np.zeros(size)
    inner, cross = np.zeros(size * size), np.zeros((size, p))
    bent, r = np.zeros(size * size), np.zeros((size * size, p * p))
    square, log_det = 0.0, np.linalg.slogdet(information)[1] * reml
    for b, w, (g, h) in zip(blocks, inverses, slopes, strict=True):
        m, (rr, rx) = len(b.y), b.rest(beta)
        wg = w @ g
        middle = wg @ w
        twice = (wg[:, None] @ middle).reshape(size * size, -1)
        flat = middle.reshape(size, -1)
        first -= flat @ b.xx
        second += twice @ b.xx
        trace += m * np.trace(wg, axis1=1, axis2=2)
        traces += m * _traces(wg, wg)
        quadratic += flat @ rr
        inner += twice @ rr
        square += w.ravel() @ rr
        log_det -= m * np.linalg.slogdet(w)[1]
        cross += flat @ rx
        if h is not None:
            curved = (w @ h @ w).reshape(size * size, -1)
            bent += curved @ rr - m * np.trace(w @ h, axis1=2, axis2=3).ravel()
            r += curved @ b.xx
    first, second = first.reshape(size, p, p), second.reshape(size, size, p, p)
    inner, r = inner.reshape(size, size) - cross @ phi @ cross.T, r.reshape(second.shape)
    inner -= (bent.reshape(size, size) + reml * np.tensordot(r, phi.T, 2)) / 2
    score, expected = (quadratic - trace) / 2, traces / 2
    if reml:
        score -= np.tensordot(first, phi.T, 2) / 2
        products = phi @ first
        expected = expected - np.tensordot(second, phi.T, 2)
        expected += _traces(products, products) / 2
    return Fit(
        *(beta, phi, first, second, expected, inner - expected, score, theta),
        *(float(square + log_det), r),
    )


def _both(blocks, inverses):
    return zip(blocks, inverses, strict=True)


def _traces(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The trace of the product of each two matrices, (q, r)."""
    return left.reshape(len(left), -1) @ right.transpose(0, 2, 1).reshape(len(right), -1).T


def contrast(fit: Fit, row: np.ndarray, df: str) -> tuple[float, float, float]:
    """Estimate, standard error and degrees of freedom of one row."""
    value = float(row @ fit.beta)
    if df == "satterthwaite":
        variance = float(row @ fit.phi @ row)
        freedom = _satterthwaite(fit, row, variance)
        return value, variance**0.5, freedom
    adjusted, _, a2 = _kenward_roger(fit, row[None], df)
    return value, float(row @ adjusted @ row) ** 0.5, 2 / a2


def _satterthwaite(fit: Fit, row: np.ndarray, variance: float) -> float:
    slope = -np.einsum("a,qab,b->q", row @ fit.phi, fit.p, fit.phi @ row)
    return 2 * variance**2 / float(slope @ fit.spread @ slope)


def _kenward_roger(fit: Fit, rows: np.ndarray, df: str) -> tuple[np.ndarray, float, float]:
    """The adjusted covariance, A1 and A2."""
    if df not in fit.adjusted:
        fit.adjusted[df] = _adjusted(fit, df)
    adjusted, w = fit.adjusted[df]
    phi = fit.phi
    theta = rows.T @ np.linalg.solve(rows @ phi @ rows.T, rows)
    parts = theta @ phi @ fit.p @ phi
    trace = np.trace(parts, axis1=1, axis2=2)
    return adjusted, float(trace @ w @ trace), float((w * _traces(parts, parts)).sum())


def _adjusted(fit: Fit, df: str) -> tuple[np.ndarray, np.ndarray]:
    """The adjusted covariance of the coefficients, and that of the parameters."""
    w = fit.spread if df == "kenward_roger_observed" else np.linalg.inv(fit.expected)
    phi = fit.phi
    middle = np.tensordot(w, fit.q - fit.r / 4, 2)
    middle -= (fit.p @ phi @ np.tensordot(w, fit.p, 1)).sum(axis=0)
    return phi + 2 * phi @ middle @ phi, w


def f_test(fit: Fit, rows: np.ndarray, df: str) -> dict[str, float]:
    """F, its degrees of freedom and p for several rows."""
    size, value = len(rows), rows @ fit.beta
    if df == "satterthwaite":
        roots, vectors = np.linalg.eigh(rows @ fit.phi @ rows.T)
        turned = vectors.T @ rows
        f = float(np.mean((turned @ fit.beta) ** 2 / roots))
        each = np.array([_satterthwaite(fit, r, v) for r, v in zip(turned, roots, strict=True)])
        mean = float(np.sum(each / (each - 2)))
        df2 = 2.0 if each.min() <= 2 else 2 * mean / (mean - size)
        df2 = float(each.mean()) if np.ptp(each) <= 1e-8 * each.mean() else df2
    else:
        adjusted, a1, a2 = _kenward_roger(fit, rows, df)
        b = (a1 + 6 * a2) / (2 * size)
        g = ((size + 1) * a1 - (size + 4) * a2) / ((size + 2) * a2)
        c1, c2, c3 = np.array([g, size - g, size + 2 - g]) / (3 * size + 2 * (1 - g))
        mean = 1 / (1 - a2 / size)
        variance = 2 / size * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
        rho = variance / (2 * mean**2)
        df2 = 4 + (size + 2) / (size * rho - 1)
        f = float(value @ np.linalg.solve(rows @ adjusted @ rows.T, value)) / size
        f *= df2 / (mean * (df2 - 2))
        if size == 1:
            df2, f = 2 / a2, float(value[0] ** 2 / (rows @ adjusted @ rows.T)[0, 0])
    return {
        "f": f,
        "df1": float(size),
        "df2": float(df2),
        "p_value": float(f_distribution.sf(f, size, df2)),
    }
