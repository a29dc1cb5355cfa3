"""Reference-based imputation of a repeated outcome: what if patients who left fared otherwise.

The visits of an arm are multivariate normal with any means and covariance. A patient seen last at
visit t keeps his arm's distribution up to t; after t `assumption` says how it goes on, with the
means and covariance of the reference arm R:

missing_at_random   as his own arm
jump_to_reference   means of R; covariances as R's given the past
copy_increments     the mean of his arm at t plus R's changes from t on; covariances likewise
copy_reference      means and covariance of R at all visits, those before t too
last_mean           the mean of his arm at t for ever; covariance of his arm

With A his arm's covariance and R the reference's, cut at t, jump and increments take S11 = A11,
S21 = R21 R11^-1 A11 and S22 = R22 - R21 R11^-1 (R11 - A11) R11^-1 R12. Patients of the reference
arm are missing at random under all but the last. A gap before a later visit is always imputed at
random from the patient's own arm. Put the baseline value first among the visits.

Rubin's variance of such imputations keeps about the information that missing at random has; it
is larger than the estimate's variance over repeated trials (Cro and others).

References: Carpenter, Roger and Kenward, J Biopharm Stat 2013;23:1352. Schafer, Analysis of
Incomplete Multivariate Data, 1997, section 6.5 (monotone data augmentation). Cro, Carpenter and
Kenward, J R Stat Soc A 2019;182:623.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from trialtrace.ground.arrays import Flags, Floats, Places
from trialtrace.stats._inputs import check_choice, labels
from trialtrace.stats.missing._posterior import Stream, Uniforms, draw_normal
from trialtrace.stats.missing.imputation import Imputations, fillable, marks, outcome_columns
from trialtrace.stats.resampling.drawing import Seed
from trialtrace.stats.results import StatsError

ASSUMPTIONS = (
    "missing_at_random",
    "jump_to_reference",
    "copy_increments",
    "copy_reference",
    "last_mean",
)


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """Checked input: y (n, k), the number of visits up to the last seen, arms, what to fill."""

    y: Floats
    last: Places
    arm: Places
    names: tuple[str, ...]
    reference: int
    to_fill: Flags
    marked: Flags

    def place(self, cycle: int, visit: int, group: int) -> int:
        """Place in the stream, of the parameters of an arm (from 1) or of values (group 0)."""
        place: int = (cycle * self.y.shape[1] + visit) * (len(self.names) + 1) + group
        return place


def impute_reference_based(
    y: ArrayLike,
    arm: ArrayLike,
    *,
    reference: object,
    assumption: str,
    cycles: int,
    not_to_impute: ArrayLike,
    if_marked: str,
    seed: Seed,
    start: int,
    stop: int,
) -> Imputations:
    """Impute a continuous outcome at visits under one assumption on patients who left.

    y is (n, visits), NaN where missing, arm (n,), `reference` the label of the reference arm.
    Means and covariance of each arm are drawn from their posterior under p ~ 1 / sigma^2 in each
    regression of a visit on those before it; without gaps this is exact, with gaps a chain of
    `cycles` draws of parameters and gaps. not_to_impute, if_marked, seed, start and stop are
    as in `impute_monotone`.

    Raises `StatsError` for an unknown reference, too few patients at a visit of an arm, a patient
    without any value where the assumption needs one, a marked gap. Oracle: base R fed with the
    same uniform numbers; the distributions also with given parameters.
    """
    check_choice("assumption", assumption, ASSUMPTIONS)
    if not (isinstance(cycles, int | np.integer) and cycles >= 1):
        raise StatsError(f"cycles must be a whole number from 1 on; got {cycles!r}.")
    data = check_visits(y, arm, reference, not_to_impute, if_marked)
    return reference_based(data, assumption, cycles, Stream(seed, start, stop))


def joint_distribution(
    mean: Floats,
    covariance: Floats,
    reference_mean: Floats,
    reference_covariance: Floats,
    *,
    last: int,
    assumption: str,
) -> tuple[Floats, Floats]:
    """Means (..., k) and covariance (..., k, k) of a patient seen last at visit number `last`.

    `mean` and `covariance` are those of his arm; leading axes are draws. Raises `StatsError` for
    `last` 0 where the assumption continues from a visit. Oracle: base R by hand.

    R: by hand in missing.R.
    """
    check_choice("assumption", assumption, ASSUMPTIONS)
    k = mean.shape[-1]
    if assumption == "missing_at_random":
        return mean, covariance
    if assumption == "copy_reference":
        return reference_mean, reference_covariance
    if last == 0 and assumption != "jump_to_reference":
        raise StatsError(
            f"a patient without any value has no visit for {assumption} to continue from; put "
            "the baseline first among the visits."
        )
    if assumption == "last_mean":
        return mean[..., np.minimum(np.arange(k), last - 1)], covariance
    after = reference_mean[..., last:]
    if assumption == "copy_increments":
        after = after + mean[..., last - 1 : last] - reference_mean[..., last - 1 : last]
    a11, r = covariance[..., :last, :last], reference_covariance
    weight = np.swapaxes(np.linalg.solve(r[..., :last, :last], r[..., :last, last:]), -1, -2)
    turned = np.swapaxes(weight, -1, -2)
    s21 = weight @ a11
    s22 = r[..., last:, last:] - weight @ (r[..., :last, :last] - a11) @ turned
    top = np.concatenate([a11, np.swapaxes(s21, -1, -2)], axis=-1)
    both = np.concatenate([top, np.concatenate([s21, s22], axis=-1)], axis=-2)
    return np.concatenate([mean[..., :last], after], axis=-1), both


def conditional(
    mean: Floats, covariance: Floats, known: list[int], wanted: list[int]
) -> tuple[Floats, Floats, Floats]:
    """Intercept, weights and covariance of the wanted visits given the known ones.

    The conditional mean is intercept (..., w) + weights (..., w, known) @ values.
    """
    cross = _part(covariance, known, wanted)
    weights = np.swapaxes(np.linalg.solve(_part(covariance, known, known), cross), -1, -2)
    intercept = mean[..., wanted] - (weights @ _part(mean[..., None], known, [0]))[..., 0]
    return intercept, weights, _part(covariance, wanted, wanted) - weights @ cross


def _part(matrix: Floats, rows: list[int] | Places, columns: list[int]) -> Floats:
    # One layout in memory, or the last bit would depend on the number of imputations.
    return np.ascontiguousarray(matrix[..., rows, :][..., columns])


def check_visits(
    y: ArrayLike, arm: ArrayLike, reference: object, not_to_impute: ArrayLike, if_marked: str
) -> Visits:
    """Check the input of a reference-based imputation; see `impute_reference_based`."""
    y, missing = outcome_columns(y)
    found, index = labels(arm, "arm", len(y))
    names = [str(label) for label in found]
    at = [g for g, label in enumerate(found) if label == reference]
    if not at:
        raise StatsError(f"reference {reference!r} is none of the arms {', '.join(names)}.")
    k = y.shape[1]
    last = np.where(missing.all(axis=1), 0, k - np.argmin(missing[:, ::-1], axis=1))
    marked = marks(not_to_impute, y.shape)
    to_fill = fillable(missing, marked, if_marked)
    if (missing & marked & (np.arange(k) < last[:, None])).any():
        raise StatsError("a cell marked not to be imputed lies before an observed value.")
    return Visits(y, last, index, tuple(names), at[0], to_fill, marked)


def reference_based(data: Visits, assumption: str, cycles: int, uniforms: Uniforms) -> Imputations:
    """`impute_reference_based` on checked data with given uniform numbers."""
    values = np.repeat(data.y[None], len(uniforms(0, 1)), axis=0)
    parameters = [
        _arm_parameters(values, data, g, cycles, uniforms) for g in range(len(data.names))
    ]
    z = _deviates(data, cycles + 1, uniforms)
    k = data.y.shape[1]
    for g, own in enumerate(parameters):
        random = g == data.reference and assumption != "last_mean"
        own_assumption = "missing_at_random" if random else assumption
        for last in np.unique(data.last[data.arm == g]):
            rows = np.flatnonzero((data.arm == g) & (data.last == last))
            if last == k or not data.to_fill[rows, last:].any():
                continue
            joint = joint_distribution(
                *own, *parameters[data.reference], last=int(last), assumption=own_assumption
            )
            _fill(values, data, rows, joint, list(range(last)), list(range(last, k)), z)
    return Imputations(values, data.to_fill, data.marked)


def _arm_parameters(
    values: Floats, data: Visits, g: int, cycles: int, uniforms: Uniforms
) -> tuple[Floats, Floats]:
    """Draw means (imputations, k) and covariance of an arm; its gaps are filled on the way."""
    own = np.flatnonzero(data.arm == g)
    gap = np.isnan(data.y[own]) & (np.arange(data.y.shape[1]) < data.last[own, None])
    if not gap.any():
        return _draw_parameters(values, data, g, cycles, uniforms)
    for j in np.flatnonzero(gap.any(axis=0)):
        seen = data.y[own, j][~np.isnan(data.y[own, j])]
        if not seen.size:
            raise StatsError(f"visit {j} of arm {data.names[g]} has no observed value.")
        rows = own[gap[:, j]]
        uniform = uniforms(data.place(0, int(j), 0), len(data.y))[:, rows]
        values[:, rows, j] = seen[(uniform * seen.size).astype(np.intp)]
    patterns, member = np.unique(
        np.column_stack([gap, data.last[own]]), axis=0, return_inverse=True
    )
    for cycle in range(1, cycles + 1):
        drawn = _draw_parameters(values, data, g, cycle, uniforms)
        z = _deviates(data, cycle, uniforms)
        for i, pattern in enumerate(patterns):
            wanted = np.flatnonzero(pattern[:-1]).tolist()
            known = [j for j in range(pattern[-1]) if j not in wanted]
            if wanted:
                _fill(values, data, own[member.reshape(-1) == i], drawn, known, wanted, z)
    return drawn


def _draw_parameters(
    values: Floats, data: Visits, g: int, cycle: int, uniforms: Uniforms
) -> tuple[Floats, Floats]:
    """Means and covariance from drawn regressions of each visit on those before it."""
    draws, k = values.shape[0], values.shape[2]
    mean, covariance = np.zeros((draws, k)), np.zeros((draws, k, k))
    for j in range(k):
        rows = np.flatnonzero((data.arm == g) & (data.last > j))
        past = _part(values, rows, list(range(j)))
        x = np.ascontiguousarray(np.concatenate([np.ones((draws, rows.size, 1)), past], axis=-1))
        uniform = uniforms(data.place(cycle, j, g + 1), j + 2)
        draw = draw_normal(values[:, rows, j], x, uniform, f"visit {j} in arm {data.names[g]}")
        slopes = draw.coef[:, 1:, None]
        cross = covariance[:, :j, :j] @ slopes
        mean[:, j] = draw.coef[:, 0] + (mean[:, None, :j] @ slopes)[:, 0, 0]
        covariance[:, :j, j] = covariance[:, j, :j] = cross[..., 0]
        covariance[:, j, j] = draw.sd**2 + (np.swapaxes(slopes, 1, 2) @ cross)[:, 0, 0]
    return mean, covariance


def _deviates(data: Visits, cycle: int, uniforms: Uniforms) -> Floats:
    """Normal deviates (imputations, n, k) of a cycle."""
    n, k = data.y.shape
    return np.stack([ndtri(uniforms(data.place(cycle, j, 0), n)) for j in range(k)], axis=-1)


def _fill(
    values: Floats,
    data: Visits,
    rows: Places,
    joint: tuple[Floats, Floats],
    known: list[int],
    wanted: list[int],
    z: Floats,
) -> None:
    """Draw the wanted visits of patients of one pattern given their known ones."""
    intercept, weights, left = conditional(*joint, known, wanted)
    given = _part(values, rows, known) @ np.swapaxes(weights, -1, -2)
    noise = _part(z, rows, wanted) @ np.swapaxes(np.linalg.cholesky(left), -1, -2)
    down, across = rows[:, None], np.array(wanted)
    fill = data.to_fill[down, across]
    drawn = intercept[:, None] + given + noise
    values[:, down, across] = np.where(fill, drawn, values[:, down, across])
