"""Mixed model for repeated measures: means of visits with correlated errors, visits missing.

Estimates the coefficients of any linear model of the visits' means by generalised least squares,
with the covariance of a subject's visits estimated by REML or ML. Every observed value counts; no
visit is imputed and no subject with one visit dropped. That is valid where visits are missing at
random: whether a visit is missing may depend on the model's columns and on the subject's observed
values, not on the values that are missing.

`visit_design` builds the usual columns and the arm differences, `mixed_tests` tests them.

References: Laird and Ware, Biometrics 1982;38:963. Jennrich and Schluchter, Biometrics
1986;42:805. Mallinckrodt et al., Drug Inf J 2008;42:303 (MMRM in trials).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.stats._inputs import check_choice, labels
from trialtrace.stats.mixed._gaussian_blocks import Covariance, Kinds, fit_blocks
from trialtrace.stats.mixed.mixed_tests import MixedFit, shared_fields
from trialtrace.stats.regression._design import (
    by_visit,
    orthonormal,
    visit_data,
    without_intercept,
)
from trialtrace.stats.results import StatsError


@dataclass(frozen=True, slots=True, repr=False)
class MmrmFit(MixedFit):
    """A fitted model; `sigma`, (groups, visits, visits), is the covariance in each group."""

    structure: str
    groups: tuple[object, ...]
    sigma: Floats
    n_by_visit: tuple[int, ...]


def mmrm(
    y: ArrayLike,
    x: ArrayLike,
    *,
    structure: str,
    method: str,
    groups: ArrayLike | None = None,
    subject: ArrayLike | None = None,
    visit: ArrayLike | None = None,
) -> MmrmFit:
    """Fit a mixed model for repeated measures.

    y has shape (subjects, visits), NaN where a visit is missing; x (subjects, visits, p), whose
    rows at missing visits are not used. Subjects without any visit count nowhere. `structure` is
    one of `unstructured`, `compound_symmetry`, `heterogeneous_compound_symmetry`, `ar1`,
    `heterogeneous_ar1` (visits evenly spaced); `method` "REML" or "ML". `groups`, shape
    (subjects,), gives each group (such as the arms) a covariance of its own. Of long data, a row a
    subject and visit, y and groups have shape (rows,), x (rows, p), and `subject` and `visit` say
    whose and when each is; visits stand in the order of their labels.

    Raises `StatsError` where x is missing at an observed visit or its columns are combinations of
    each other, a visit or pair of visits that the structure needs is never observed, nothing is
    left for the error, the covariance is singular, or the iteration does not converge.

    Oracle: nlme::gls with corSymm, corCompSymm, corAR1 and varIdent.

    R: `nlme::gls(value ~ x, correlation = corSymm(), weights = varIdent())`.

    >>> y = [[3, 4], [5, 7], [4, np.nan], [6, 6], [7, 9], [5, 8]]
    >>> x = np.tile(np.eye(2), (6, 1, 1))
    >>> mmrm(y, x, structure="unstructured", method="REML").coef.round(4)
    array([5.    , 6.5909])
    """
    check_choice("structure", structure, STRUCTURES)
    check_choice("method", method, ("REML", "ML"))
    y, x, groups = by_visit(y, x, subject, visit, groups)
    y, x, seen = visit_data(y, x)
    present = np.asarray(seen.any(axis=1))
    y, x, seen = y[present], x[present], seen[present]
    names, group = _groups(groups, present)
    _check_pairs(seen, group, len(names), every_pair=structure == "unstructured")
    model = _Structure(structure, y.shape[1])
    patterns, kind = np.unique(np.column_stack([group, seen]), axis=0, return_inverse=True)
    kind = kind.reshape(-1)

    def start(residual: Floats) -> Floats:
        rounding = 64 * np.finfo(np.float64).eps * float(np.abs(y).max())
        parts = []
        for g in range(len(names)):
            own = group == g
            parts.append(model.start(_available_covariance(residual[own], seen[own], rounding)))
        return np.concatenate(parts)

    fit = fit_blocks(
        y,
        x,
        seen,
        kind,
        _kinds(patterns[:, 0], patterns[:, 1:].astype(bool)),
        _covariance(model, len(names)),
        start,
        reml=method == "REML",
    )
    sigma = np.stack([model.at(word)[0] for word in np.split(fit.theta, len(names))])
    return MmrmFit(
        **shared_fields(fit, method=method, n_subjects=y.shape[0], n_values=int(seen.sum())),
        structure=structure,
        groups=names,
        sigma=sigma,
        n_by_visit=tuple(int(n) for n in seen.sum(axis=0)),
        notes=without_intercept(orthonormal(x[seen])[0]),
    )


def _groups(groups: ArrayLike | None, present: Flags) -> tuple[tuple[object, ...], Places]:
    """Names of the groups that have values, and of each subject present the index of its own."""
    if groups is None:
        return ("all",), np.zeros(int(present.sum()), dtype=np.intp)
    found, group = labels(groups, "groups", present.size)
    used, group = np.unique(group[present], return_inverse=True)
    return tuple(found[used].tolist()), group.reshape(-1)


def _check_pairs(seen: Flags, group: Places, n_groups: int, *, every_pair: bool) -> None:
    """Refuse a covariance about which the visits at hand say nothing."""
    for g in range(n_groups):
        own = seen[group == g].astype(np.float64)
        pairs = own.T @ own
        if not np.diag(pairs).all():
            raise StatsError("a visit was observed in nobody (of one group); leave it out.")
        if every_pair and not pairs.all():
            raise StatsError(
                "two visits were never observed in the same subject (of one group), so an "
                "unstructured covariance has no estimate."
            )


def _kinds(group: Places, seen: Flags) -> Kinds:
    """Every pattern of group and observed visits, padded by units."""
    eye = np.eye(seen.shape[1])
    return Kinds(eye * seen[:, :, None], eye * ~seen[:, :, None], group)


def _covariance(model: _Structure, n_groups: int) -> Covariance:
    """The covariance of all visits in every group, with its derivatives."""

    def covariance(theta: Floats) -> tuple[Floats, Floats, Floats | None]:
        parts = [model.at(word) for word in np.split(theta, n_groups)]
        sigma, first = np.stack([part[0] for part in parts]), np.stack([part[1] for part in parts])
        # Linear structures have no second derivatives.
        curves = [part[2] for part in parts if part[2] is not None]
        return sigma, first, np.stack(curves) if curves else None

    return covariance


# Covariance matrices of visits in few parameters, with their first and second derivatives.
#
# ================================== ===========================================================
# `unstructured` every variance and covariance, by rows of the lower triangle `compound_symmetry`
# one variance, one covariance `heterogeneous_compound_symmetry` a variance a visit, one correlation
# `ar1` one variance, correlation rho^d of visits d apart `heterogeneous_ar1` a variance a visit,
# correlation rho^d of visits d apart ==================================
# ===========================================================
#
# The first two are linear in their parameters, so that their second derivatives are 0.

STRUCTURES = (
    "unstructured",
    "compound_symmetry",
    "heterogeneous_compound_symmetry",
    "ar1",
    "heterogeneous_ar1",
)


class _Structure:
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


def _available_covariance(residual: Floats, seen: Flags, rounding: float) -> Floats:
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
