"""Estimating equations subject by subject, and logistic random intercepts on a fixed grid.

The equations are those of Liang and Zeger with V = phi sqrt(A) R sqrt(A), a loop over the units;
sandwiches by the square root of a unit's I - H as Kauermann and Carroll, and Mancl and DeRouen,
write them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf

import numpy as np
from scipy.linalg import sqrtm
from scipy.optimize import brentq
from scipy.special import expit

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed, by_name
from trialtrace.run.methods.regression.check_visits import by_equations, is_event

BY = "numpy: estimating equations, a unit at a time"


@dataclass(frozen=True)
class Unit:
    """The values of a subject or cluster, their columns, and at which visits they stand."""

    y: np.ndarray
    x: np.ndarray
    at: np.ndarray


@dataclass(frozen=True)
class Fit:
    """Coefficients and the chosen sandwich; `df` is infinite for the normal distribution."""

    beta: np.ndarray
    covariance: np.ndarray
    df: float

    def error(self, row: np.ndarray) -> float:
        return float(row @ self.covariance @ row) ** 0.5

    def of(self, row: np.ndarray) -> tuple[float, float, float]:
        """A combination, its error and degrees of freedom."""
        return float(row @ self.beta), self.error(row), self.df


Solve = Callable[[Sequence[Unit]], Fit | None]


def equations(units: Sequence[Unit], options: dict, *, binomial: bool) -> Fit | None:
    """The solution, or None where there is none."""
    p = units[0].x.shape[1]
    stacked = np.vstack([unit.x for unit in units])
    if len(units) <= p or np.linalg.matrix_rank(stacked) < p:
        return None
    size = 1 + max(int(unit.at.max()) for unit in units)
    beta, correlation, told = np.zeros(p), np.eye(size), False
    for _ in range(500):
        step, bread = _step(units, beta, correlation, binomial)
        beta = beta + step
        if not np.abs(stacked @ beta).max() < (20 if binomial else inf):
            return None
        done = np.abs(step).max() <= 1e-13 * max(1.0, np.abs(beta).max())
        if done and told:
            covariance = _sandwich(units, beta, correlation, bread, options["variance"], binomial)
            df = float(len(units) - p) if options["reference"] == "t" else inf
            return None if covariance is None else Fit(beta, covariance, df)
        told = told or done
        if told:
            working = _working(units, beta, options["working"], size, binomial)
            if working is None or np.linalg.eigvalsh(working)[0] < 1e-9:
                return None
            correlation = working
    return None


def _mean(unit: Unit, beta: np.ndarray, binomial: bool) -> tuple[np.ndarray, np.ndarray]:
    eta = unit.x @ beta
    if not binomial:
        return eta, np.ones_like(eta)
    return expit(eta), expit(eta) * expit(-eta)


def _weighted(
    unit: Unit, beta: np.ndarray, correlation: np.ndarray, binomial: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """D, D'V^-1 and the residuals of a unit; the scale is left out."""
    mean, variance = _mean(unit, beta, binomial)
    d = unit.x * (variance if binomial else 1.0 + 0 * variance)[:, None]
    root = np.sqrt(variance)
    v = root[:, None] * correlation[np.ix_(unit.at, unit.at)] * root
    return d, np.linalg.solve(v, d).T, unit.y - mean


def _step(
    units: Sequence[Unit], beta: np.ndarray, correlation: np.ndarray, binomial: bool
) -> tuple[np.ndarray, np.ndarray]:
    score, information = np.zeros(len(beta)), np.zeros((len(beta), len(beta)))
    for unit in units:
        d, w, rest = _weighted(unit, beta, correlation, binomial)
        score, information = score + w @ rest, information + w @ d
    bread = np.linalg.inv(information)
    return bread @ score, bread


def _working(
    units: Sequence[Unit], beta: np.ndarray, working: str, size: int, binomial: bool
) -> np.ndarray | None:
    """Moments of the Pearson residuals, over phi = their mean square."""
    products, pairs, square, n = np.zeros((size, size)), np.zeros((size, size)), 0.0, 0
    for unit in units:
        mean, variance = _mean(unit, beta, binomial)
        e = (unit.y - mean) / np.sqrt(variance)
        products[np.ix_(unit.at, unit.at)] += np.outer(e, e)
        pairs[np.ix_(unit.at, unit.at)] += 1
        square, n = square + float(e @ e), n + len(e)
    upper = np.triu_indices(size, 1)
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    products = products / (square / n)
    if working == "independence":
        return np.eye(size)
    if working == "exchangeable":
        if not pairs[upper].any():
            return None
        return np.where(apart == 0, 1.0, products[upper].sum() / pairs[upper].sum())
    if working == "unstructured":
        if not pairs[upper].all():
            return None
        return np.where(apart == 0, 1.0, products / pairs)

    def slope(rho: float) -> float:
        lag = apart[upper]
        return float(np.sum(lag * rho ** (lag - 1.0) * (products - pairs * rho**apart)[upper]))

    ends = np.linspace(-0.999, 0.999, 400)
    signs = [slope(end) for end in ends]
    near = products[apart == 1].sum() / max(pairs[apart == 1].sum(), 1)
    roots = [
        brentq(slope, a, b, xtol=1e-15, rtol=1e-14)
        for a, b, fa, fb in zip(ends, ends[1:], signs, signs[1:], strict=False)
        if fa > 0 >= fb
    ]
    if not roots or not pairs[apart == 1].any():
        return None
    return min(roots, key=lambda rho: abs(rho - near)) ** apart.astype(float)


def _sandwich(
    units: Sequence[Unit],
    beta: np.ndarray,
    correlation: np.ndarray,
    bread: np.ndarray,
    variance: str,
    binomial: bool,
) -> np.ndarray | None:
    meat = np.zeros_like(bread)
    for unit in units:
        d, w, rest = _weighted(unit, beta, correlation, binomial)
        left = np.eye(len(rest)) - d @ bread @ w
        if np.linalg.svd(left, compute_uv=False)[-1] < 1e-9:
            return None
        if variance == "mancl_derouen":
            rest = np.linalg.solve(left, rest)
        elif variance == "kauermann_carroll":
            # Most eigenvalues of a large unit are 1: eigenvectors are no basis to solve in.
            rest = np.linalg.solve(np.real(sqrtm(left)), rest)
        meat += np.outer(w @ rest, w @ rest)
    return bread @ meat @ bread


def gee(data: Data, asked: Asked) -> Recomputed | None:
    """numpy's `solve` a subject at a time; why the equations failed is not checked."""
    binomial = is_event(data, asked)
    solve = partial(equations, options=asked.options, binomial=binomial)
    return by_equations("gee", BY, data, asked, solve)


CHECKS = by_name({"mean_difference,odds_ratio,slope_difference,slope_odds_ratio,p_value.gee": gee})
