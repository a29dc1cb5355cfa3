"""Covariance matrices of visits in few parameters, with their first and second derivatives.

==================================  ===========================================================
`unstructured`                      every variance and covariance, by rows of the lower triangle
`compound_symmetry`                 one variance, one covariance
`heterogeneous_compound_symmetry`   a variance a visit, one correlation
`ar1`                               one variance, correlation rho^d of visits d apart
`heterogeneous_ar1`                 a variance a visit, correlation rho^d of visits d apart
==================================  ===========================================================

The first two are linear in their parameters, so that their second derivatives are 0.
"""

from __future__ import annotations

import numpy as np

from trialtrace.base.arrays import Flags, Floats
from trialtrace.stats.results import StatsError

STRUCTURES = (
    "unstructured",
    "compound_symmetry",
    "heterogeneous_compound_symmetry",
    "ar1",
    "heterogeneous_ar1",
)


class Structure:
    """One structure over T visits: `at` evaluates it, `start` fits it roughly to a matrix."""

    def __init__(self, name: str, visits: int):
        self.visits = visits
        self.linear = name in STRUCTURES[:2]
        self.heterogeneous = name.startswith("heterogeneous")
        apart = np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
        self.power = np.minimum(apart, 1) if "symmetry" in name else apart
        self.basis = _linear_basis(name, visits)

    def start(self, matrix: Floats) -> Floats:
        """Parameters near a positive definite matrix, shape (visits, visits)."""
        if self.linear:
            weight = np.sum(self.basis, axis=(1, 2))
            theta: Floats = np.einsum("hab,ab->h", self.basis, matrix) / weight
            return theta
        sd = np.sqrt(np.diag(matrix))
        near = (matrix / np.outer(sd, sd))[self.power == 1]
        variance = sd**2 if self.heterogeneous else [np.mean(sd**2)]
        return np.array([*variance, np.clip(near.mean(), -0.5 / self.visits, 0.95)])

    def at(self, theta: Floats) -> tuple[Floats, Floats, Floats | None]:
        """Return the matrix, (T, T), and derivatives (q, T, T) and (q, q, T, T) or None."""
        if self.linear:
            return np.tensordot(theta, self.basis, 1), self.basis, None
        collect = self._collect()
        *variance, rho = collect.T @ theta
        matrix, first, second = self._by_correlation(np.array(variance), rho)
        first = np.tensordot(collect, first, 1)
        second = np.einsum("ha,jb,abst->hjst", collect, collect, second)
        return matrix, first, second

    def _collect(self) -> Floats:
        """Take parameters of the heterogeneous form from those of this one."""
        t = self.visits
        if self.heterogeneous:
            return np.eye(t + 1)
        return np.array([[1.0] * t + [0.0], [0.0] * t + [1.0]])

    def _by_correlation(self, variance: Floats, rho: float) -> tuple[Floats, Floats, Floats]:
        """sqrt(v_a v_b) rho^d with derivatives by (v_1, ..., v_T, rho)."""
        if variance.min() <= 0 or abs(rho) >= 1:
            raise np.linalg.LinAlgError
        t, d = self.visits, self.power
        sd = np.sqrt(np.outer(variance, variance))
        slope = d * rho ** np.maximum(d - 1, 0)
        curve = d * (d - 1) * rho ** np.maximum(d - 2, 0)
        matrix = sd * rho**d
        # How often visit c is one of the pair (a, b), over twice its variance: d log sd / d v_c.
        unit = np.eye(t)
        share = (unit[:, :, None] + unit[:, None, :]) / (2 * variance[:, None, None])
        first = np.concatenate([share * matrix, (sd * slope)[None]])
        second = np.empty((t + 1, t + 1, t, t))
        pairs = share[:, None] * share[None]
        pairs -= unit[:, :, None, None] * (share / variance[:, None, None])[:, None]
        second[:t, :t] = pairs * matrix
        second[:t, t] = second[t, :t] = share * sd * slope
        second[t, t] = sd * curve
        return matrix, first, second


def _linear_basis(name: str, visits: int) -> Floats:
    """Derivatives of the linear structures, shape (q, T, T); of the others nothing."""
    eye = np.eye(visits)
    if name == "compound_symmetry":
        return np.stack([eye, 1 - eye])
    if name != "unstructured":
        return np.empty((0, visits, visits))
    a, b = np.tril_indices(visits)
    basis = np.zeros((a.size, visits, visits))
    basis[np.arange(a.size), a, b] = basis[np.arange(a.size), b, a] = 1.0
    return basis


def available_covariance(residual: Floats, seen: Flags, rounding: float) -> Floats:
    """Covariance of residuals by the pairs of visits at hand, shrunk to be positive definite.

    Raises `StatsError` where the residuals of a visit are no larger than `rounding`.
    """
    pairs = np.maximum(seen.T.astype(float) @ seen, 1)
    matrix = residual.T @ residual / pairs
    variance = np.diag(matrix)
    if not (variance > rounding**2).all():
        raise StatsError("at one visit there is no variation beyond what x explains.")
    correlation = matrix / np.sqrt(np.outer(variance, variance))
    lowest = np.linalg.eigvalsh(correlation)[0]
    if lowest < 0.05:
        keep = 0.95 / (1 - lowest)
        correlation = keep * correlation + (1 - keep) * np.eye(variance.size)
    covariance: Floats = correlation * np.sqrt(np.outer(variance, variance))
    return covariance
