"""Fits verified by the equations of their models, written here apart from the statistics' code.

A check builds the columns of a model from rows chosen anew and asks the statistics' code for a fit
of them. It is not believed: from its parameters one Newton step is taken by the score of a
likelihood that is written here. At a maximum the step is 0; elsewhere it leads to other numbers
than the results have. The covariance is the inverse of the information here, by differences.

Derivatives are by complex steps: the imaginary part of a function at theta + i h, which for so
small an h is its slope to the last digit (Squire and Trapp, SIAM Review 1998;40:110).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

TINY, SMALL = 1e-30, 1e-6
# At a bound: a slope as a share of what one more subject would give, that is none.
FLAT = 1e-6
Score = Callable[[np.ndarray], np.ndarray]


def slopes(function: Callable[[np.ndarray], object], at: np.ndarray) -> np.ndarray:
    """Derivatives of an analytic function by each of its q arguments, (q, ...)."""
    step = TINY * max(1.0, float(np.abs(at).max()))
    moved = (np.asarray(function(at + 1j * step * one)) for one in np.eye(at.size))
    return np.array([value.imag / step for value in moved])


def near(score: Score, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The maximum that the equations lead to from estimates `at`, (q,), and the inverse of the
    observed information there, (q, q): that of the score's own slopes, by central differences.
    Raises LinAlgError where there is no maximum."""
    ahead = SMALL * np.maximum(1.0, np.abs(at))
    columns = [(score(at - step) - score(at + step)) / (2 * step.sum()) for step in np.diag(ahead)]
    information = (np.array(columns) + np.array(columns).T) / 2
    np.linalg.cholesky(information)
    covariance = np.linalg.inv(information)
    return at + covariance @ score(at), covariance


@dataclass(frozen=True)
class Block:
    """m units with the same covariance of their k values: y (m, k), x (m, k, p), and V by the
    parameters of the model, (k, k)."""

    y: np.ndarray
    x: np.ndarray
    v: Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Gaussian:
    """Coefficients by least squares with the covariance at theta, their covariance, and the score
    of the (restricted) likelihood by theta."""

    beta: np.ndarray
    covariance: np.ndarray
    score: np.ndarray


def gaussian(blocks: Iterable[Block], theta: np.ndarray, *, reml: bool) -> Gaussian:
    """The equations of y = x beta + e, e ~ N(0, V(theta)). Raises LinAlgError where V is none."""
    parts = [(b, np.linalg.inv(_positive(b.v(theta))), slopes(b.v, theta)) for b in blocks]
    information = sum(np.einsum("mka,kl,mlb->ab", b.x, w, b.x, optimize=True) for b, w, _ in parts)
    phi = np.linalg.inv(information)
    beta = phi @ sum(np.einsum("mka,kl,ml->a", b.x, w, b.y, optimize=True) for b, w, _ in parts)
    score = np.zeros(theta.size)
    for b, w, g in parts:
        # The slope of the likelihood by each entry of V; the last part is that of log|X'WX|.
        rest, columns = (b.y - b.x @ beta) @ w, w @ b.x
        by_v = rest.T @ rest - len(b.y) * w
        if reml:
            by_v = by_v + np.einsum("mka,ab,mlb->kl", columns, phi, columns, optimize=True)
        score += np.tensordot(g, by_v, 2) / 2
    return Gaussian(beta, phi, score)


def _positive(v: np.ndarray) -> np.ndarray:
    np.linalg.cholesky(v)
    return v


def at_maximum(
    blocks: list[Block], theta: np.ndarray, spread: np.ndarray, *, reml: bool
) -> Gaussian:
    """The equations after a Newton step from estimates `theta`, whose covariance is `spread`."""
    return gaussian(blocks, theta + spread @ gaussian(blocks, theta, reml=reml).score, reml=reml)


def at_bound(blocks: list[Block], theta: np.ndarray, r: int, *, reml: bool) -> Gaussian:
    """The equations where the covariance G of r random effects has no full rank: the likelihood
    rises neither along such matrices nor into the others.

    `theta` is G by rows of its lower triangle, then the variance of the error. Raises LinAlgError
    where it rises.
    """
    found, size = gaussian(blocks, theta, reml=reml), sum(b.y.size for b in blocks)
    slope, g = np.zeros((r, r)), np.zeros((r, r))
    rows, columns = np.tril_indices(r)
    slope[rows, columns] = found.score[:-1] / 2
    slope, g[rows, columns] = slope + slope.T, theta[:-1]
    g = g + np.tril(g, -1).T
    unit = theta[-1]
    along = np.append((slope @ g).ravel(), found.score[-1] * unit)
    if np.abs(along).max() > FLAT * size or np.linalg.eigvalsh(slope)[-1] * unit > FLAT * size:
        raise np.linalg.LinAlgError
    return found


def covariance_of_visits(name: str, visits: int) -> Callable[[np.ndarray], np.ndarray]:
    """V of the visits by its parameters: variances and covariances by rows of the lower triangle;
    one for each lag (Toeplitz), of which compound symmetry has two; else variances, then
    correlations."""
    apart = np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
    rows, columns = np.tril_indices(visits)
    if name == "unstructured":
        place = np.zeros((visits, visits), dtype=int)
        place[rows, columns] = place[columns, rows] = np.arange(rows.size)
        return lambda theta: theta[place]
    if name in ("toeplitz", "compound_symmetry"):
        lag = apart if name == "toeplitz" else np.minimum(apart, 1)
        return lambda theta: theta[lag]
    variances, form = (visits if name.startswith("hetero") else 1), name.split("_")[-1]

    def v(theta: np.ndarray) -> np.ndarray:
        deviation = np.ones(visits) * np.sqrt(theta[:variances])
        rho, found = theta[variances:], np.outer(deviation, deviation)
        if form == "ar1":
            return found * rho[0] ** apart
        if form == "symmetry":
            return found * np.where(apart == 0, 1.0, rho[0])
        if form == "toeplitz":
            return found * np.append(1.0, rho)[apart]
        # Ante-dependence: the product of the correlations of neighbours from one to the other.
        for i, j in zip(rows, columns, strict=True):
            between = np.prod(rho[j:i])
            found[i, j] = found[i, j] * between
            found[j, i] = found[i, j]
        return found

    return v
