"""Delta-adjusted tipping points: imputed values made worse until the conclusion changes.

Values imputed as missing at random are shifted by delta, one for each of two arms, and the
analysis is repeated on a grid of both. The same draws serve the whole grid, so that the grid is
smooth and costs one analysis: the estimate of a linear model is linear in the deltas and its
residual sum of squares quadratic. The shift is added after imputation; values imputed from it at
later visits do not follow. Of several visits each has a delta of its own, or, cumulatively, a value
is shifted by the sum of the deltas of the visits missed in a row up to it, as if one had followed;
weights by lag let what a visit adds decay, or grow, with the visits missed before it.

References: Rubin 1987, section 6.2. Carpenter and Kenward, Multiple Imputation and its
Application, 2013, chapter 10. Ratitch, O'Kelly and Tosiello, Pharm Stat 2013;12:337.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Flags, Floats
from trialtrace.stats._inputs import as_array, as_list, labels, numbers, one_number, sample
from trialtrace.stats.missing.pooling import Pooled, pool
from trialtrace.stats.regression._design import orthonormal
from trialtrace.stats.results import StatsError


@dataclass(frozen=True, slots=True, eq=False)
class DeltaGrid:
    """Pooled results over the grid, rows the deltas of the first arm, columns of the second.

    `significant` is a p-value up to the level; `tipped` marks where that differs from
    `without_shift`, the pooled result at deltas 0 and 0.
    """

    deltas: tuple[Floats, Floats]
    pooled: Pooled
    significant: Flags
    tipped: Flags
    without_shift: Pooled


def add_delta(
    completed: ArrayLike,
    filled: ArrayLike,
    arm: ArrayLike,
    *,
    arms: tuple[object, ...],
    deltas: ArrayLike,
    cumulative: bool | None = None,
    lags: ArrayLike | None = None,
) -> Floats:
    """Completed values with the filled ones of each of `arms` shifted.

    Of one visit completed are (imputations, n), filled (n,), deltas (len(arms),), one an arm, in
    the units of the outcome. Of several they are (imputations, n, visits), (n, visits) and
    (len(arms), visits), and `cumulative` says whether a delta is added to that of the visit before,
    where that is filled too. Patients of other arms stay. `lags`, (visits,), of cumulative deltas
    alone, are the weights of the delta of the first visit missed in a row, the second and so on:
    `dlag` of R's rbmi where who leaves stays away.

    Raises `StatsError` for wrong shapes and unknown arms. Oracle: through `delta_tipping`, which
    equals a fit to these values at each point of the grid; cumulative sums in R, with lags too.

    R: by hand in missing.R.

    >>> add_delta(
    ...     [[3.0, 4.0], [3.0, 4.5]],
    ...     [False, True],
    ...     ["a", "b"],
    ...     arms=("a", "b"),
    ...     deltas=[-1.0, 0.0],
    ... )
    array([[3. , 4. ],
           [3. , 4.5]])
    >>> visits, filled = [[[3.0, 4, 5], [1, 2, 3]]], [[False, True, True], [True, False, True]]
    >>> given = {"arms": ("a",), "deltas": [[-1.0, -1, -2]], "cumulative": True}
    >>> add_delta(visits, filled, ["a", "a"], **given).tolist()
    [[[3.0, 3.0, 2.0], [0.0, 2.0, 1.0]]]
    >>> add_delta(visits, filled, ["a", "a"], **given, lags=[1, 0.5, 0]).tolist()
    [[[3.0, 3.0, 3.0], [0.0, 2.0, 1.0]]]
    """
    several = as_array(completed, "completed").ndim == 3
    if several != (cumulative is not None):
        raise StatsError("cumulative is given for several visits, else not.")
    values, own = _shifts(completed, filled, arm, arms)
    deltas = numbers(deltas, "deltas")
    if deltas.shape != (len(own), *values.shape[2:]):
        raise StatsError(
            f"deltas must have shape {(len(own), *values.shape[2:])}; got {deltas.shape}."
        )
    if not several:
        if lags is not None:
            raise StatsError("lags weigh cumulative deltas of several visits.")
        return np.asarray(values + deltas @ own)
    shift = own * deltas[:, None]
    if lags is not None:
        shift = shift * _by_lag(lags, filled, cumulative=bool(cumulative))
    if cumulative:
        for visit in range(1, values.shape[2]):
            shift[:, :, visit] += own[:, :, visit] * shift[:, :, visit - 1]
    return np.asarray(values + shift.sum(axis=0))


def _by_lag(lags: ArrayLike, filled: ArrayLike, *, cumulative: bool) -> Floats:
    """The weight of each visit's delta, (n, visits), by how many are missed in a row up to it."""
    weights, missed = numbers(lags, "lags"), missed_in_a_row(filled)
    if not cumulative:
        raise StatsError("lags weigh cumulative deltas of several visits.")
    if weights.shape != missed.shape[1:]:
        raise StatsError(f"lags must have shape {missed.shape[1:]}; got {weights.shape}.")
    return np.asarray(np.append(0.0, weights)[missed.astype(np.intp)])


def missed_in_a_row(filled: ArrayLike) -> Floats:
    """How many visits up to each have been missed in a row, filled (n, visits), 0 where none.

    At the analysed visit these are the `multiples` of a delta that is added at every visit missed.
    Raises `StatsError` for what is not truth values of that shape. Oracle: through `add_delta`,
    whose cumulative sums of deltas of 1 it equals.

    >>> missed_in_a_row([[False, True, True], [True, False, True]])
    array([[0., 1., 2.],
           [1., 0., 1.]])
    """
    flags = as_array(filled, "filled")
    if flags.dtype != np.bool_ or flags.ndim != 2:
        raise StatsError(f"filled must hold truth values (n, visits); got {flags.shape}.")
    missed = flags.astype(np.float64)
    for visit in range(1, flags.shape[1]):
        missed[:, visit] += flags[:, visit] * missed[:, visit - 1]
    return missed


def delta_tipping(
    completed: ArrayLike,
    filled: ArrayLike,
    arm: ArrayLike,
    x: ArrayLike,
    contrast: ArrayLike,
    *,
    arms: tuple[object, ...],
    deltas: tuple[ArrayLike, ArrayLike],
    null: float,
    sides: str,
    level: float,
    multiples: ArrayLike | None = None,
) -> DeltaGrid:
    """A contrast of a linear model, pooled by Rubin's rules, for each pair of deltas.

    completed are the outcomes (imputations, n), filled (n,) truth values, arm (n,) labels, x (n, p)
    the model's columns without missing values (1, arm, baseline for ANCOVA), contrast (p,): the
    estimate is contrast @ coefficients, by least squares. arms are the two shifted arms, deltas
    their grids; `multiples`, (n,), how many deltas each filled value is shifted by (1 if None), as
    `missed_in_a_row` has them. Degrees of freedom are Barnard and Rubin's with n - p in the
    complete data; the intervals have confidence 1 - level.

    Raises `StatsError` for wrong shapes, singular x, no residual degrees of freedom, an exact fit.
    Oracle: lm in R at each grid point, pooled by hand.

    R: by hand in missing.R.

    >>> y = [[3.0, 4, 6, 5, 7, 6], [3.0, 4, 6, 5, 7, 8]]
    >>> arm, x = list("aaabbb"), [[1, 0]] * 3 + [[1, 1]] * 3
    >>> given = {"arms": ("a", "b"), "deltas": ([-1.0, 0.0], [-2.0, -1.0, 0.0])}
    >>> last = {"null": 0.0, "sides": "two_sided", "level": 0.05}
    >>> delta_tipping(y, np.arange(6) == 5, arm, x, [0, 1], **given, **last).pooled.estimate.round(
    ...     3
    ... )
    array([[1.333, 1.667, 2.   ],
           [1.333, 1.667, 2.   ]])
    """
    named = as_list(arms, "arms")
    if len(named) != 2 or len(as_list(deltas, "deltas")) != 2 or named[0] == named[1]:
        raise StatsError("name two different arms, with one grid of deltas each.")
    level = one_number(level, "level")
    values, shift = _shifts(completed, filled, arm, arms)
    if values.ndim != 2:
        raise StatsError("completed must be the analysed visit alone, (imputations, n).")
    if multiples is not None:
        multiples = sample(multiples, "multiples")
        if multiples.size != values.shape[1]:
            raise StatsError(f"multiples must hold {values.shape[1]} numbers.")
        shift = shift * multiples
    grids = (sample(deltas[0], "first deltas"), sample(deltas[1], "second deltas"))
    x, contrast = numbers(x, "x"), sample(contrast, "contrast")
    n = values.shape[1]
    if x.ndim != 2 or len(x) != n or contrast.size != x.shape[1]:
        raise StatsError(f"x must be ({n}, p) and contrast (p,); got {x.shape}, {contrast.shape}.")
    q, triangle = orthonormal(x)
    if n == x.shape[1]:
        raise StatsError("as many coefficients as values leave nothing for the error.")
    weight = np.linalg.solve(triangle.T, contrast).astype(np.float64, copy=False)
    if not weight.any():
        raise StatsError("the contrast is 0 throughout.")
    df = n - x.shape[1]
    moments = _moments(values, shift, q, weight)

    def pooled(first: Floats, second: Floats) -> Pooled:
        fits = _shifted_fits(moments, first, second, weight, df)
        return pool(
            *fits,
            df_complete=float(df),
            null=null,
            sides=sides,
            confidence=1 - level,
            scale="identity",
        )

    grid, plain = pooled(*grids), pooled(np.zeros(1), np.zeros(1))
    significant = grid.p_value <= level
    return DeltaGrid(grids, grid, significant, significant != (plain.p_value[0, 0] <= level), plain)


def _shifts(
    completed: ArrayLike, filled: ArrayLike, arm: ArrayLike, arms: tuple[object, ...]
) -> tuple[Floats, Floats]:
    """Completed values, and for each arm the pattern, (n,) or (n, visits), of what 1 adds to."""
    values, filled = numbers(completed, "completed"), as_array(filled, "filled")
    if values.ndim not in (2, 3) or 0 in values.shape:
        raise StatsError(
            "completed must have shape (imputations, n) or (imputations, n, visits); "
            f"got {values.shape}."
        )
    if filled.dtype != np.bool_ or filled.shape != values.shape[1:]:
        raise StatsError(f"filled must hold truth values of shape {values.shape[1:]}.")
    if (values[:, ~filled] != values[:1, ~filled]).any():
        raise StatsError("a value that was not filled differs between imputations.")
    found, index = labels(arm, "arm", values.shape[1])
    shift = []
    for item in as_list(arms, "arms"):
        if not isinstance(item, Hashable):
            raise StatsError(f"arms must be labels; got {item!r}.")
        at = [g for g, label in enumerate(found) if label == item]
        if not at:
            raise StatsError(f"arm {item!r} is not among the labels of arm.")
        shift.append((filled.T & (index == at[0])).T.astype(np.float64))
    return values, np.array(shift)


def _moments(values: Floats, shift: Floats, q: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Contrast (m, 3) and cross products (m, 3, 3) of residuals of (values, shift, shift)."""
    m = len(values)
    parts = np.concatenate([values[:, None], np.broadcast_to(shift, (m, *shift.shape))], axis=1)
    on_q = parts @ q
    residual = parts - on_q @ q.T
    rounding = 64 * np.finfo(np.float64).eps * np.abs(values).max()
    if (np.sqrt(np.mean(residual[:, 0] ** 2, axis=-1)) <= rounding).any():
        raise StatsError("there is no variation beyond what x explains.")
    return on_q @ weight, residual @ np.swapaxes(residual, 1, 2)


def _shifted_fits(
    moments: tuple[Floats, Floats], first: Floats, second: Floats, weight: Floats, df: int
) -> tuple[Floats, Floats]:
    """Estimates and variances (m, first, second) at every pair of deltas."""
    line, square = moments
    a, b = first[:, None], second[None, :]
    vector = np.stack(np.broadcast_arrays(np.ones_like(a * b), a, b), axis=-1)
    estimate = np.einsum("mi,abi->mab", line, vector)
    rss = np.einsum("abi,mij,abj->mab", vector, square, vector, optimize=True)
    return estimate, rss / df * (weight @ weight)
