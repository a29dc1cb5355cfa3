"""Missing visits at their conditional means, and the variance by leaving out each patient in turn.

A mixed model for repeated measures gives every visit a mean and a covariance. A missing visit is
replaced by its expected value given the patient's other visits, under the assumption on patients
who left (`reference`), then by a delta where there is one; an analysis of covariance is fitted at
each visit. Nothing is drawn. The error is the jackknife's, over fits of everything without one
patient: it is that of the estimate over repeated trials, where Rubin's of reference-based
imputations keeps about the information that missing at random has and is larger.

Without deltas and under missing_at_random the difference is that of the mixed model itself.

References: Wolbers, Noci, Delmar, Gower-Page, Yiu and Bartlett, Pharm Stat 2022;21:1246. Efron and
Tibshirani, An Introduction to the Bootstrap, 1993, equation 11.5 (jackknife).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.stats._inputs import (
    check_choice,
    labels,
    numbers,
    sample,
    whole_number,
    within_range,
)
from trialtrace.stats._wald import wald_contrast
from trialtrace.stats.missing.imputation import outcome_columns
from trialtrace.stats.missing.reference import conditional, joint_distribution, place_of_reference
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.mixed.visit_design import VisitDesign, visit_design
from trialtrace.stats.regression._design import orthonormal
from trialtrace.stats.results import Contrast, StatsError

AT_RANDOM = "missing_at_random"
BY_CONDITIONAL_MEAN = (AT_RANDOM, "jump_to_reference", "copy_increments", "copy_reference")


@dataclass(frozen=True, slots=True, eq=False)
class ConditionalMeans:
    """Coefficients (n + 1, visits, p) of all patients, then without each of them in turn.

    The columns are a mean for each of `arms`, then the covariates. `completed`, (n, visits), are
    the values of all patients with the imputed ones in place, the offset not taken off.
    """

    coef: Floats
    arms: tuple[object, ...]
    completed: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    y: Floats
    seen: Flags
    arm: Places
    design: VisitDesign
    x: Floats
    shift: Floats
    offset: Floats
    reference: int
    assumption: str
    method: str


def conditional_mean_fits(
    y: ArrayLike,
    arm: ArrayLike,
    covariates: ArrayLike | None,
    *,
    reference: object,
    assumption: str,
    deltas: Sequence[float] | None,
    offset: ArrayLike,
    method: str,
) -> ConditionalMeans:
    """Fit an analysis of covariance at each visit, missing visits at their conditional means.

    y is (n, visits), NaN where missing; arm (n,); covariates (n, q) without missing values, or
    None, with a slope at each visit in both models. The mixed model has an unstructured covariance
    common to the arms; `method` is "REML" or "ML". `assumption` is one of `reference`'s but
    last_mean, `reference` the label of that arm; a gap before a later visit is missing at random.
    deltas, one for each arm in the order of their labels, are added to what was filled in. offset,
    (n,) or one number, is then taken off the outcome: 0, or the baseline for changes from it.

    Raises `StatsError` for wrong input and wherever `mmrm` does, of all patients or without one.
    Oracle: nlme::gls and lm in R, by hand.

    R: by hand in conditional_mean.R.

    >>> y = [[3, 4], [5, 7], [4, np.nan], [6, 6], [7, 9], [5, 8], [4, 6], [6, 5]]
    >>> given = {"reference": "b", "deltas": None, "offset": 0.0, "method": "REML"}
    >>> fits = conditional_mean_fits(
    ...     y, list("abababab"), None, assumption="missing_at_random", **given
    ... )
    >>> fits.coef.shape
    (9, 2, 2)
    """
    check_choice("assumption", assumption, BY_CONDITIONAL_MEAN)
    values, missing = outcome_columns(y)
    n, k = values.shape
    names, index = labels(arm, "arm", n)
    at = place_of_reference(names, reference)
    shift = np.zeros(len(names)) if deltas is None else sample(deltas, "deltas")
    if shift.size != len(names):
        raise StatsError(f"deltas must hold {len(names)} numbers, one for each arm.")
    less = numbers(offset, "offset")
    if less.shape not in ((), (n,)):
        raise StatsError(f"offset must be a number or have shape ({n},); got {less.shape}.")
    less = np.broadcast_to(less, (n,))
    design = visit_design(
        arm,
        tuple(range(k)),
        coding="cell_means",
        covariates=covariates,
        by_visit=None if covariates is None else True,
    )
    dummies = np.eye(len(names))[index]
    x = dummies if covariates is None else np.hstack([dummies, np.asarray(covariates, float)])

    data = _Data(values, ~missing, index, design, x, shift[index], less, at, assumption, method)
    everybody = np.ones(n, dtype=bool)
    completed = _outcome(data, everybody)
    coef = [_fitted(data, everybody, completed)]
    for i in range(n):
        kept = everybody.copy()
        kept[i] = False
        coef.append(_fitted(data, kept, _outcome(data, kept)))
    return ConditionalMeans(np.stack(coef), tuple(names.tolist()), completed)


def conditional_mean_contrast(
    fits: ConditionalMeans, row: ArrayLike, *, visit: int, sides: str, confidence: float
) -> Contrast:
    """A combination of coefficients at a visit, its jackknife error, and a normal interval.

    `row` is (p,), `visit` the number of the column from 0. Raises `StatsError` for another shape
    and for an error of 0. Oracle: R, by hand.

    R: by hand in conditional_mean.R.

    >>> y = [[3, 4], [5, 7], [4, np.nan], [6, 6], [7, 9], [5, 8], [4, 6], [6, 5]]
    >>> given = {"reference": "b", "deltas": None, "offset": 0.0, "method": "REML"}
    >>> fits = conditional_mean_fits(
    ...     y, list("abababab"), None, assumption="missing_at_random", **given
    ... )
    >>> found = conditional_mean_contrast(
    ...     fits, [1, -1], visit=1, sides="two_sided", confidence=0.95
    ... )
    >>> round(found.estimate, 4), round(found.standard_error, 4)
    (-0.3103, 1.7351)
    """
    weights = sample(row, "row")
    if weights.size != fits.coef.shape[2]:
        raise StatsError(f"row must hold {fits.coef.shape[2]} numbers.")
    at = whole_number(visit, "visit", least=0, most=fits.coef.shape[1] - 1)
    with np.errstate(over="ignore", invalid="ignore"):
        estimates = fits.coef[:, at] @ weights
        without = estimates[1:]
        n = without.size
        squares = within_range(((without - without.mean()) ** 2).sum(), "row")
    error = sqrt((n - 1) / n * float(squares))
    if error == 0:
        raise StatsError("the estimate is the same whoever is left out.")
    return wald_contrast(float(estimates[0]), error, df=inf, sides=sides, confidence=confidence)


def _outcome(data: _Data, kept: Flags) -> Floats:
    """Values of the patients kept, each missing one at its conditional mean and shifted."""
    x = data.design.x[kept]
    fit = mmrm(data.y[kept], x, structure="unstructured", method=data.method)
    filled = np.where(data.seen[kept], 0.0, data.shift[kept, None])
    return _completed(data, kept, fit.coef, fit.sigma[0]) + filled


def _fitted(data: _Data, kept: Flags, completed: Floats) -> Floats:
    """Coefficients (visits, p) of the analysis of covariance in the patients kept."""
    outcome = completed - data.offset[kept, None]
    q, triangle = orthonormal(data.x[kept])
    coef: Floats = np.linalg.solve(triangle, q.T @ outcome).astype(np.float64, copy=False)
    return coef.T


def _completed(data: _Data, kept: Flags, coef: Floats, sigma: Floats) -> Floats:
    """Values with each missing visit at its conditional mean."""
    y, arm = data.y[kept].copy(), data.arm[kept]
    k, cells = y.shape[1], data.design.cells
    n_cells = cells.shape[0] * k
    slopes = data.design.x[kept][:, :, n_cells:] @ coef[n_cells:]
    means = cells[:, :, :n_cells] @ coef[:n_cells]
    patterns, member = np.unique(
        np.column_stack([arm, data.seen[kept]]), axis=0, return_inverse=True
    )
    for number, pattern in enumerate(patterns):
        g, seen = int(pattern[0]), pattern[1:].astype(bool)
        if seen.all():
            continue
        rows = np.flatnonzero(member.reshape(-1) == number)
        own, other = means[g] + slopes[rows], means[data.reference] + slopes[rows]
        last = int(k - np.argmax(seen[::-1])) if seen.any() else 0
        gaps = np.flatnonzero(~seen[:last]).tolist()
        if gaps:
            before = [j for j in range(last) if j not in gaps]
            _replace(y, rows, (own, sigma), before, gaps)
        if last < k:
            assumption = AT_RANDOM if g == data.reference else data.assumption
            joint = joint_distribution(own, sigma, other, sigma, last=last, assumption=assumption)
            _replace(y, rows, joint, list(range(last)), list(range(last, k)))
    return y


def _replace(
    y: Floats, rows: Places, joint: tuple[Floats, Floats], known: list[int], wanted: list[int]
) -> None:
    intercept, weights, _ = conditional(*joint, known, wanted)
    down = rows[:, None]
    y[down, np.array(wanted)] = intercept + y[rows][:, known] @ weights.T
