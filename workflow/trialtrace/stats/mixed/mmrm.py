"""Mixed model for repeated measures: means of visits with correlated errors, visits missing.

Estimates the coefficients of any linear model of the visits' means by generalised least squares,
with the covariance of a subject's visits estimated by REML or ML. Every observed value counts; no
visit is imputed and no subject with one visit dropped. That is valid where visits are missing at
random: whether a visit is missing may depend on the model's columns and on the subject's observed
values, not on the values that are missing.

`visit_design` builds the usual columns and the arm differences, `mixed_tests` tests them.

References: Laird and Ware, Biometrics 1982;38:963. Jennrich and Schluchter, Biometrics
1986;42:805. Zimmerman and Nunez-Anton, Antedependence Models for Longitudinal Data, 2010.
Mallinckrodt et al., Drug Inf J 2008;42:303 (MMRM in trials).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.stats._inputs import as_list, check_choice, labels
from trialtrace.stats._wald import column_names
from trialtrace.stats.mixed._gaussian_blocks import Covariance, Kinds, fit_blocks
from trialtrace.stats.mixed.mixed_tests import MixedFit, shared_fields
from trialtrace.stats.regression._design import by_visit, visit_data
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
    structure: str | Sequence[str],
    method: str,
    groups: ArrayLike | None = None,
    subject: ArrayLike | None = None,
    visit: ArrayLike | None = None,
) -> MmrmFit:
    """Fit a mixed model for repeated measures.

    y has shape (subjects, visits), NaN where a visit is missing; x (subjects, visits, p), whose
    rows at missing visits are not used. Subjects without any visit count nowhere. `structure` is
    one of `unstructured`, `toeplitz`, `heterogeneous_toeplitz`, `compound_symmetry`,
    `heterogeneous_compound_symmetry`, `ar1`, `heterogeneous_ar1` (visits evenly spaced),
    `ante_dependence`, `heterogeneous_ante_dependence` (SAS's ANTE(1)); `method` "REML" or "ML".
    Several structures are a sequence that is fixed beforehand: the first that has an estimate is
    taken, and `notes` say why those before it have none.

    `groups`, shape (subjects,), gives each group (such as the arms) a covariance of its own. Of
    long data, a row a subject and visit, y and groups have shape (rows,), x (rows, p), and
    `subject` and `visit` say whose and when each is; visits stand in the order of their labels.

    Standard errors after ML are those of SAS; nlme::gls multiplies them by sqrt(n / (n - p)) for n
    values and p coefficients.

    Raises `StatsError` where x is missing at an observed visit or its columns are combinations of
    each other, a visit or pair of visits that the structure needs is never observed, nothing is
    left for the error, the covariance is singular, or the iteration does not converge; of several
    structures where none has an estimate.

    Oracle: nlme::gls with corSymm, corCompSymm, corAR1 and varIdent; of the other structures the
    likelihood itself, in R.

    R: `nlme::gls(value ~ x, correlation = corSymm(), weights = varIdent())`.

    >>> y = [[3, 4], [5, 7], [4, np.nan], [6, 6], [7, 9], [5, 8]]
    >>> x = np.tile(np.eye(2), (6, 1, 1))
    >>> mmrm(y, x, structure="unstructured", method="REML").coef.round(4)
    array([5.    , 6.5909])
    """
    tried = [structure] if isinstance(structure, str) else as_list(structure, "structure")
    if not tried:
        raise StatsError("structure names none.")
    for word in tried:
        check_choice("structure", word, STRUCTURES)
    check_choice("method", method, ("REML", "ML"))
    columns = column_names(x)
    y, x, groups = by_visit(y, x, subject, visit, groups)
    y, x, seen = visit_data(y, x)
    present = np.asarray(seen.any(axis=1))
    names, group = _groups(groups, present)
    data = _Data(y[present], x[present], seen[present], names, group, columns)
    without: dict[str, str] = {}
    for word in tried:
        try:
            fit = _fit(data, word, method)
        except StatsError as error:
            without[word] = str(error)
            continue
        return replace(fit, notes=(*fit.notes, *_passed(without, word)))
    # What is wrong with the data is the same of every structure.
    reasons = set(without.values())
    raise StatsError(reasons.pop() if len(reasons) == 1 else " ".join(_passed(without)))


@dataclass(frozen=True, slots=True)
class _Data:
    """Values, columns and what is seen of the subjects who have visits; groups and their names; the
    names of the columns."""

    y: Floats
    x: Floats
    seen: Flags
    names: tuple[object, ...]
    group: Places
    columns: tuple[str, ...] | None


def _passed(without: Mapping[str, str], taken: str = "") -> Iterator[str]:
    """Which structures have no estimate and why, and which is taken."""
    for word, reason in without.items():
        yield f"Without an estimate: {word}, as {reason}"
    if without and taken:
        yield f"The covariance is {taken}, by the order given."


def _fit(data: _Data, structure: str, method: str) -> MmrmFit:
    """The model with one structure."""
    y, x, seen, names, group = data.y, data.x, data.seen, data.names, data.group
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
    sizes = {"n_subjects": y.shape[0], "n_values": int(seen.sum())}
    return MmrmFit(
        **shared_fields(fit, labels=data.columns, method=method, **sizes),
        structure=structure,
        groups=names,
        sigma=sigma,
        n_by_visit=tuple(int(n) for n in seen.sum(axis=0)),
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
# Every variance and covariance, by rows of the lower triangle; one for each distance of visits; or
# one variance and one covariance. These are linear in their parameters, so that their second
# derivatives are 0. The others have variances, one for all visits or, heterogeneous, one for each,
# and correlations that are products of powers of a few: rho for any two visits (compound symmetry),
# rho^d for visits d apart (ar1), rho_d (Toeplitz), or the product of the correlations of neighbours
# from one to the other (ante-dependence).
LINEAR = ("unstructured", "toeplitz", "compound_symmetry")
STRUCTURES = (
    *LINEAR,
    *("heterogeneous_toeplitz", "heterogeneous_compound_symmetry", "ar1", "heterogeneous_ar1"),
    *("ante_dependence", "heterogeneous_ante_dependence"),
)


class _Structure:
    """One structure over T visits: `at` evaluates it, `start` fits it roughly to a matrix."""

    def __init__(self, name: str, visits: int):
        self.visits = visits
        self.linear = name in LINEAR
        self.heterogeneous = name.startswith("heterogeneous_")
        self.toeplitz = name.endswith("toeplitz")
        self.basis = _linear_basis(name, visits)
        self.power = _powers(name.removeprefix("heterogeneous_"), visits)
        # Takes parameters of the heterogeneous form from those of this one.
        own = np.eye(visits) if self.heterogeneous else np.ones((1, visits))
        rho = len(self.power)
        zeros = np.zeros((len(own), rho)), np.zeros((rho, visits))
        self.collect = np.block([[own, zeros[0]], [zeros[1], np.eye(rho)]])

    def start(self, matrix: Floats) -> Floats:
        """Parameters near a positive definite matrix, shape (visits, visits)."""
        if self.linear:
            theta = self._averages(matrix)
            # What averages over distances make of a positive definite matrix need not be one.
            return self._averages(_shrunk(self.at(theta)[0])) if self.toeplitz else theta
        sd = np.sqrt(np.diag(matrix))
        variance = sd**2 if self.heterogeneous else [np.mean(sd**2)]
        rho = self._correlations(matrix / np.outer(sd, sd))
        if self.toeplitz:
            rho = self._correlations(_shrunk(np.prod(rho[:, None, None] ** self.power, axis=0)))
        return np.array([*variance, *rho])

    def _averages(self, matrix: Floats) -> Floats:
        """The mean of the entries of each parameter of a linear structure."""
        theta: Floats = np.einsum("hab,ab->h", self.basis, matrix) / self.basis.sum(axis=(1, 2))
        return theta

    def _correlations(self, matrix: Floats) -> Floats:
        """The mean, within bounds, of the entries that are one of the correlations itself."""
        alone = (self.power == 1) & (self.power.sum(axis=0) == 1)
        lowest = -0.5 / self.visits if len(self.power) == 1 else -0.95
        return np.array([np.clip(matrix[own].mean(), lowest, 0.95) for own in alone])

    def at(self, theta: Floats) -> tuple[Floats, Floats, Floats | None]:
        """Return the matrix, (T, T), and derivatives (q, T, T) and (q, q, T, T) or None."""
        if self.linear:
            return np.tensordot(theta, self.basis, 1), self.basis, None
        whole = self.collect.T @ theta
        matrix, first, second = self._by_correlations(*np.split(whole, [self.visits]))
        first = np.tensordot(self.collect, first, 1)
        second = np.einsum("ha,jb,abst->hjst", self.collect, self.collect, second, optimize=True)
        return matrix, first, second

    def _by_correlations(self, variance: Floats, rho: Floats) -> tuple[Floats, Floats, Floats]:
        """sqrt(v_a v_b) times the product of powers of rho; derivatives by (v_1, ..., v_T, rho)."""
        if variance.min() <= 0 or np.abs(rho).max() >= 1:
            raise np.linalg.LinAlgError
        t, d, sd = self.visits, self.power, np.sqrt(np.outer(variance, variance))
        by = rho[:, None, None]
        factor, slope = by**d, d * by ** np.maximum(d - 1, 0)
        curve = d * (d - 1) * by ** np.maximum(d - 2, 0)
        matrix = sd * np.prod(factor, axis=0)
        # How often visit c is one of the pair (a, b), over twice its variance: d log sd / d v_c.
        unit = np.eye(t)
        share = (unit[:, :, None] + unit[:, None, :]) / (2 * variance[:, None, None])
        slopes = np.stack([sd * _product(factor, {k: slope[k]}) for k in range(rho.size)])
        first = np.concatenate([share * matrix, slopes])
        second = np.empty((t + rho.size, t + rho.size, t, t))
        pairs = share[:, None] * share[None]
        pairs -= unit[:, :, None, None] * (share / variance[:, None, None])[:, None]
        second[:t, :t] = pairs * matrix
        second[:t, t:] = share[:, None] * slopes
        second[t:, :t] = second[:t, t:].swapaxes(0, 1)
        for k, j in np.ndindex(rho.size, rho.size):
            changed = {k: curve[k]} if k == j else {k: slope[k], j: slope[j]}
            second[t + k, t + j] = sd * _product(factor, changed)
        return matrix, first, second


def _product(factors: Floats, changed: Mapping[int, Floats]) -> Floats:
    """The product of matrices, entry by entry, some of them in another's place."""
    product: Floats = np.prod([changed.get(k, one) for k, one in enumerate(factors)], axis=0)
    return product


def _powers(name: str, visits: int) -> Places:
    """The power of each correlation in every entry, (correlations, T, T); none where linear."""
    place = np.arange(visits)
    apart = np.abs(np.subtract.outer(place, place))
    if name == "ante_dependence":
        low, high = np.minimum.outer(place, place), np.maximum.outer(place, place)
        between: Places = np.stack([(low <= k) & (k < high) for k in place[:-1]]).astype(np.intp)
        return between
    if name == "toeplitz":
        lags: Places = (apart == place[1:, None, None]).astype(np.intp)
        return lags
    return (np.minimum(apart, 1) if name == "compound_symmetry" else apart)[None]


def _linear_basis(name: str, visits: int) -> Floats:
    """Derivatives of the linear structures, shape (q, T, T); of the others nothing."""
    eye = np.eye(visits)
    if name == "compound_symmetry":
        return np.stack([eye, 1 - eye])
    if name == "toeplitz":
        return np.stack([eye, *_powers(name, visits).astype(np.float64)])
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
    return _shrunk(matrix)


def _shrunk(matrix: Floats) -> Floats:
    """The matrix, its correlations shrunk until it is positive definite."""
    variance = np.diag(matrix)
    correlation = matrix / np.sqrt(np.outer(variance, variance))
    lowest = np.linalg.eigvalsh(correlation)[0]
    if lowest < 0.05:
        keep = 0.95 / (1 - lowest)
        correlation = keep * correlation + (1 - keep) * np.eye(variance.size)
    covariance: Floats = correlation * np.sqrt(np.outer(variance, variance))
    return covariance
