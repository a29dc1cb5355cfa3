"""Multiple imputation of columns of any kind, in sequence or by chained equations.

Values are missing at random given the columns, the covariates and the arm. Each imputation draws
the parameters of a regression from their posterior and the missing values from it, so that
Rubin's rules (`pooling`) count the uncertainty of both. Arms are imputed apart ("by_arm": every
coefficient differs between arms) or together ("in_model": arms differ by a constant). Nothing is
rounded or cut to a range.

A column is "normal" (linear regression), "binary" (0 or 1, logistic), "ordinal" (numbers of levels,
proportional odds), "count" (Poisson regression) or of "predictive_mean_matching": the observed
value of one of the `donors` whose means by the linear regression are nearest, those of the observed
by its best coefficients and that of the missing one by drawn ones.

A death is an event after which values do not exist: cells marked `not_to_impute` are never filled.

References: Rubin 1987, chapter 5. van Buuren, Flexible Imputation of Missing Data, 2nd ed., 2018,
sections 3.2, 4.3 and 4.5. Sullivan and others, Stat Methods Med Res 2018;27:2610 (by arm).
White, Daniel and Royston, Comput Stat Data Anal 2010;54:2267 (augmented logistic models).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtri

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.stats._inputs import as_array, as_list, check_choice, labels, numbers, whole_number
from trialtrace.stats._wald import column_names
from trialtrace.stats.missing._posterior import (
    Stream,
    Uniforms,
    Weighted,
    augmented,
    count_values,
    draw_count,
    draw_logistic,
    draw_normal,
    matched_values,
    ordinal_values,
)
from trialtrace.stats.resampling.drawing import Seed
from trialtrace.stats.results import StatsError

# Cycles through the columns; a chain settles within tens of them.
MOST_CYCLES = 100_000
KINDS = ("normal", "binary", "ordinal", "count", "predictive_mean_matching")
# How a logistic model is fitted: by maximum likelihood, or with a few more rows of little weight.
LOGISTIC = ("maximum", "augmented")
# Takes completed components (imputations, n, k), gives one value a patient, (imputations, n).
Composite = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Imputations:
    """Completed data: `values` (imputations, n, k), `filled` and `marked` (n, k).

    `filled` are the imputed cells, the same in all imputations; `marked` those never to impute,
    NaN where they were missing. `imputed["y3"]` is one column, (imputations, n), of a DataFrame or
    of `columns` that `Conventions` took by name.
    """

    values: Floats
    filled: Flags
    marked: Flags
    columns: tuple[str, ...] = ()

    def __getitem__(self, column: str) -> Floats:
        if column not in self.columns:
            told = ", ".join(self.columns) or "no names, as y was an array"
            raise StatsError(f"no imputed column {column!r}; there are {told}.")
        return self.values[:, :, self.columns.index(column)]

    def __repr__(self) -> str:
        m, n, k = self.values.shape
        filled = f"{int(self.filled.sum())} cells of {int(self.filled.any(axis=1).sum())} filled"
        return f"Imputations ({m} of {n} patients and {k} columns, {filled})"


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """Checked input: y (n, k), fixed predictors (n, q) with their intercept, arms as groups."""

    y: Floats
    fixed: Floats
    kinds: tuple[str, ...]
    groups: tuple[Places, ...]
    names: tuple[str, ...]
    to_fill: Flags
    marked: Flags
    donors: int
    logistic: str = "maximum"

    def place(self, cycle: int, column: int, group: int) -> int:
        """Place in the stream, of the parameters of a group (from 1) or of values (group 0)."""
        return (cycle * len(self.kinds) + column) * (len(self.groups) + 1) + group


def impute_monotone(
    y: ArrayLike,
    arm: ArrayLike,
    covariates: ArrayLike | None,
    *,
    kinds: str | Sequence[str],
    arms: str,
    seed: Seed,
    start: int | None = None,
    stop: int,
    not_to_impute: ArrayLike | None = None,
    if_marked: str | None = None,
    donors: int | None = None,
) -> Imputations:
    """Impute columns one after the other, each from the covariates and the columns before it.

    y is (n, k), NaN where missing, columns in order; a patient with a missing value has none in
    later columns. arm is (n,), covariates (n, q) without missing values, or None. kinds are one a
    column, or one for all; `donors` how many predictive mean matching draws from: 5 in R's mice and
    SAS, given where it is asked for. arms is "by_arm" or "in_model". not_to_impute, (n, k) or one
    truth value for all, marks cells never to be filled, as after a death: where one is missing,
    if_marked "refuse" stops and "leave" leaves it NaN. `seed` is a whole number, or two.
    Imputations are numbered start (0 if left out) .. stop - 1, and each is the same whichever
    others are made.

    The draws are independent posterior draws under p ~ 1 / sigma^2, of other models by the normal
    approximation; no chain. Raises `StatsError` for a pattern that is not monotone, too few rows
    or singular predictors in a regression, separation, and wrong input. Oracle: base R fed with
    the same uniform numbers.

    >>> y = [[3, 4], [5, 7], [4, np.nan], [6, 6], [7, 9], [5, 8], [4, 5], [6, 8]]
    >>> options = {"kinds": "normal", "arms": "in_model", "seed": 1, "stop": 5}
    >>> impute_monotone(y, list("abababab"), None, **options).values.shape
    (5, 8, 2)
    """
    data = check_data(y, arm, covariates, kinds, arms, not_to_impute, if_marked, donors)
    return named(sequential(data, Stream(seed, start or 0, stop)), y)


def impute_chained(
    y: ArrayLike,
    arm: ArrayLike,
    covariates: ArrayLike | None,
    *,
    kinds: str | Sequence[str],
    arms: str,
    cycles: int,
    seed: Seed,
    start: int | None = None,
    stop: int,
    not_to_impute: ArrayLike | None = None,
    if_marked: str | None = None,
    logistic: str | None = None,
    donors: int | None = None,
) -> Imputations:
    """Impute columns in any pattern by chained equations (fully conditional specification).

    Arguments as in `impute_monotone`. Every imputation is a chain of its own: missing cells start
    as random observed values of their column (and arm, by arm), then each of `cycles` goes
    through the columns in their order, and replaces the missing values of each by draws from its
    regression on the covariates and all other columns. A patient left with a NaN cell is in no
    regression that needs it. Raises as there, and where a column has no observed value.
    Oracle: base R fed with the same uniform numbers.

    `logistic` "augmented" draws the binary columns from models with a few more rows of little
    weight, so that predictors which separate the outcomes have an estimate too; it draws
    coefficients towards 0 (White, Daniel and Royston 2010). "maximum" has none then and raises.
    It is given where a column is binary.

    R: by hand in missing.R.

    >>> y = [[3, 4], [5, 7], [4, np.nan], [6, 6], [7, 9], [5, 8], [np.nan, 5], [6, 8]]
    >>> options = {"kinds": "normal", "arms": "in_model", "cycles": 5, "seed": 1, "stop": 5}
    >>> impute_chained(y, list("abababab"), None, **options)
    Imputations (5 of 8 patients and 2 columns, 2 cells of 2 filled)
    """
    cycles = whole_number(cycles, "cycles", least=1, most=MOST_CYCLES)
    data = check_data(y, arm, covariates, kinds, arms, not_to_impute, if_marked, donors)
    if "binary" in data.kinds or logistic is not None:
        check_choice("logistic", logistic, LOGISTIC)
    data = replace(data, logistic=logistic or "maximum")
    return named(chained(data, cycles, Stream(seed, start or 0, stop)), y)


def named(imputed: Imputations, y: ArrayLike) -> Imputations:
    """With the names of the columns of y, where they have some."""
    return replace(imputed, columns=column_names(y) or ())


def composite(imputed: Imputations, function: Composite) -> Floats:
    """A composite of imputed components, (imputations, n): components first, then the function.

    `function` takes (imputations, n, k) and returns (imputations, n); it is handed a copy. Raises
    `StatsError` where a cell marked not to be imputed (a death) was filled, for another shape,
    a missing result, and where a patient without an imputed cell gets different results.

    >>> y = [
    ...     [1, 1],
    ...     [0, 1],
    ...     [1, 0],
    ...     [0, 0],
    ...     [1, np.nan],
    ...     [0, 1],
    ...     [1, 1],
    ...     [0, 0],
    ...     [1, 0],
    ...     [1, 1],
    ...     [0, 0],
    ... ]
    >>> options = {"kinds": "binary", "arms": "in_model", "seed": 1, "stop": 5}
    >>> imputed = impute_monotone(y, list("aabbaabbaab"), None, **options)
    >>> composite(imputed, lambda values: values.max(axis=2)).shape
    (5, 11)
    """
    if (imputed.filled & imputed.marked).any():
        raise StatsError("a cell marked not to be imputed was filled; no composite is made of it.")
    result = np.asarray(function(imputed.values.copy()), dtype=np.float64)
    if result.shape != imputed.values.shape[:2]:
        raise StatsError(
            f"the composite must have shape {imputed.values.shape[:2]}; got {result.shape}."
        )
    if not np.isfinite(result).all():
        patients = int((~np.isfinite(result)).any(axis=0).sum())
        raise StatsError(f"the composite is missing for {patients} patients.")
    whole = ~imputed.filled.any(axis=1)
    if (result[:, whole] != result[:1, whole]).any():
        raise StatsError("the composite differs between imputations for a fully observed patient.")
    return result


def marks(not_to_impute: ArrayLike | None, shape: tuple[int, ...]) -> Flags:
    """Marked cells as truth values of the given shape; none of None."""
    marked = as_array(False if not_to_impute is None else not_to_impute, "not_to_impute")
    if marked.dtype != np.bool_ or marked.shape not in ((), shape):
        raise StatsError(f"not_to_impute must hold truth values, one for all or shape {shape}.")
    return np.broadcast_to(marked, shape).copy()


def fillable(missing: Flags, marked: Flags, if_marked: str | None) -> Flags:
    """Missing cells that may be filled; marked ones among them are refused or left."""
    if marked.any() or if_marked is not None:
        check_choice("if_marked", if_marked, ("refuse", "leave"))
    both = missing & marked
    if if_marked == "refuse" and both.any():
        rows = np.flatnonzero(both.any(axis=1))
        raise StatsError(
            f"{int(both.sum())} missing cells are marked not to be imputed, the first in row "
            f"{rows[0]}: a value after death does not exist; choose how the analysis treats death."
        )
    return missing & ~marked


def outcome_columns(y: ArrayLike) -> tuple[Floats, Flags]:
    """Return y as (n, k) floats and where it is missing; infinite values and text are errors."""
    y = as_array(y, "y")
    if y.ndim != 2 or 0 in y.shape:
        raise StatsError(f"y must have shape (patients, columns); got {y.shape}.")
    if y.dtype.kind not in "buif":
        raise StatsError("y must hold numbers only, NaN where missing.")
    y = y.astype(np.float64)
    missing = np.isnan(y)
    numbers(np.where(missing, 0.0, y), "y")
    return y, missing


def check_data(
    y: ArrayLike,
    arm: ArrayLike,
    covariates: ArrayLike | None,
    kinds: str | Sequence[str],
    arms: str,
    not_to_impute: ArrayLike | None,
    if_marked: str | None,
    donors: int | None = None,
) -> Data:
    """Check the input of an imputation; see `impute_monotone`."""
    y, missing = outcome_columns(y)
    n, k = y.shape
    kinds = (kinds,) * k if isinstance(kinds, str) else tuple(as_list(kinds, "kinds"))
    if len(kinds) != k:
        raise StatsError(f"kinds has {len(kinds)} words for {k} columns.")
    for j, kind in enumerate(kinds):
        check_choice(f"kinds[{j}]", kind, KINDS)
        seen = y[~missing[:, j], j]
        if kind == "binary" and not ((seen == 0) | (seen == 1)).all():
            raise StatsError(f"column {j} is binary but has values other than 0 and 1.")
        if kind == "count" and not ((seen >= 0) & (seen == np.floor(seen))).all():
            raise StatsError(f"column {j} has counts that are no whole numbers from 0.")
    matched = "predictive_mean_matching" in kinds
    if matched != (donors is not None):
        raise StatsError("donors is given where a column is of predictive_mean_matching, else not.")
    check_choice("arms", arms, ("by_arm", "in_model"))
    found, index = labels(arm, "arm", n)
    fixed = fixed_columns(covariates, n)
    if arms == "in_model":
        fixed.append((index[:, None] == np.arange(1, len(found))).astype(np.float64))
        groups: tuple[Places, ...] = (np.arange(n),)
        names: tuple[str, ...] = ("all arms",)
    else:
        groups = tuple(np.flatnonzero(index == g) for g in range(len(found)))
        names = tuple(f"arm {label}" for label in found)
    marked = marks(not_to_impute, y.shape)
    to_fill = fillable(missing, marked, if_marked)
    drawn_from = whole_number(donors, "donors", least=1) if matched else 0
    return Data(y, np.concatenate(fixed, axis=1), kinds, groups, names, to_fill, marked, drawn_from)


def fixed_columns(covariates: ArrayLike | None, n: int) -> list[Floats]:
    """A constant, and the covariates of n patients where there are any."""
    columns = [np.ones((n, 1))]
    if covariates is not None:
        more = numbers(covariates, "covariates")
        if more.ndim != 2 or len(more) != n:
            raise StatsError(f"covariates must have shape ({n}, q); got {more.shape}.")
        columns.append(more)
    return columns


def sequential(data: Data, uniforms: Uniforms) -> Imputations:
    """`impute_monotone` on checked data with given uniform numbers."""
    missing = np.isnan(data.y)
    gaps = (missing[:, :-1] & ~missing[:, 1:]).any(axis=1)
    if gaps.any():
        raise StatsError(
            f"{int(gaps.sum())} patients have values after a missing one, the first in row "
            f"{np.flatnonzero(gaps)[0]}: the pattern is not monotone; use impute_chained."
        )
    values = _copies(data, uniforms)
    for j in range(data.y.shape[1]):
        fill_column(values, data, j, list(range(j)), uniforms, cycle=0)
    return Imputations(values, data.to_fill, data.marked)


def chained(data: Data, cycles: int, uniforms: Uniforms) -> Imputations:
    """`impute_chained` on checked data with given uniform numbers."""
    values = _copies(data, uniforms)
    columns = [j for j in range(data.y.shape[1]) if data.to_fill[:, j].any()]
    for j in columns:
        uniform = uniforms(data.place(0, j, 0), len(data.y))
        for group, name in zip(data.groups, data.names, strict=True):
            seen = data.y[group, j][~np.isnan(data.y[group, j])]
            gap = group[data.to_fill[group, j]]
            if gap.size and not seen.size:
                raise StatsError(f"column {j} of {name} has no observed value.")
            if gap.size:
                values[:, gap, j] = seen[(uniform[:, gap] * seen.size).astype(np.intp)]
    for cycle in range(1, cycles + 1):
        for j in columns:
            others = [i for i in range(data.y.shape[1]) if i != j]
            fill_column(values, data, j, others, uniforms, cycle=cycle)
    return Imputations(values, data.to_fill, data.marked)


def _copies(data: Data, uniforms: Uniforms) -> Floats:
    return np.repeat(data.y[None], len(uniforms(0, 1)), axis=0)


def fill_column(
    values: Floats, data: Data, j: int, others: list[int], uniforms: Uniforms, *, cycle: int
) -> None:
    """Replace the missing values of column j by draws from its regression on other columns."""
    if not data.to_fill[:, j].any():
        return
    for g, group in enumerate(data.groups):
        gap = group[data.to_fill[group, j]]
        if not gap.size:
            continue
        what = f"column {j} in {data.names[g]}"
        defined = ~np.isnan(values[0][:, others]).any(axis=1)
        if not defined[gap].all():
            raise StatsError(f"{what} is to be imputed from a cell that is left without a value.")
        seen = group[~np.isnan(data.y[group, j]) & defined[group]]
        # One copy serves all imputations where no predictor of the observed rows is imputed.
        common = 1 if not data.to_fill[np.ix_(seen, others)].any() else len(values)
        x = _predictors(values[:common], data.fixed, seen, others)
        x_gap = _predictors(values, data.fixed, gap, others)
        values[:, gap, j] = _drawn_values(
            data, j, _Rows(seen, gap, x, x_gap, others), values, uniforms, cycle, g
        )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows with a value of a column and without, with their predictors; columns among these."""

    seen: Places
    gap: Places
    x: Floats
    x_gap: Floats
    others: list[int]


def _drawn_values(
    data: Data, j: int, rows: _Rows, values: Floats, uniforms: Uniforms, cycle: int, g: int
) -> Floats:
    """Values (imputations, gaps) of column j, by the model of its kind."""
    y, x, x_gap, what = data.y[rows.seen, j], rows.x, rows.x_gap, f"column {j} in {data.names[g]}"
    residual = uniforms(data.place(cycle, j, 0), len(data.y))[:, rows.gap]
    kind, p = data.kinds[j], x.shape[-1]
    more = np.unique(y).size if kind == "ordinal" else 0
    uniform = uniforms(data.place(cycle, j, g + 1), p + 1 + more)
    if kind == "ordinal":
        return ordinal_values(y, x, x_gap, uniform, residual, what)
    if kind in ("normal", "predictive_mean_matching"):
        draw = draw_normal(y, x, uniform, what)
        mean: Floats = (x_gap @ draw.coef[..., None])[..., 0]
        if kind == "normal":
            drawn: Floats = mean + draw.sd[:, None] * ndtri(residual)
            return drawn
        if len(y) < data.donors:
            raise StatsError(f"{what} has {len(y)} observed values for {data.donors} donors.")
        best = (x @ draw.best[..., None])[..., 0]
        return matched_values(y, (best, mean), residual, data.donors)
    model = Weighted(y, x, np.ones(len(y)))
    if kind == "count":
        rate = np.exp((x_gap @ draw_count(model, uniform[:, :p], what)[..., None])[..., 0])
        return count_values(rate, residual)
    if data.logistic == "augmented":
        everyone = np.sort(np.concatenate([rows.seen, rows.gap]))
        model = augmented(model, _predictors(values, data.fixed, everyone, rows.others))
    coef = draw_logistic(model, uniform[:, :p], what)
    risk = expit((x_gap @ coef[..., None])[..., 0])
    happened: Floats = (residual < risk).astype(np.float64)
    return happened


def _predictors(values: Floats, fixed: Floats, rows: Places, others: list[int]) -> Floats:
    value = values[:, rows][:, :, others]
    shared = np.broadcast_to(fixed[rows], (*value.shape[:2], fixed.shape[1]))
    # One layout in memory, or the last bit would depend on the number of imputations.
    return np.ascontiguousarray(np.concatenate([shared, value], axis=-1))
