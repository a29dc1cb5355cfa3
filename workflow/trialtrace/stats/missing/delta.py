"""Delta-adjusted tipping points: imputed values made worse until the conclusion changes.

Values imputed as missing at random are shifted by delta, one for each of two arms, and the
analysis is repeated on a grid of both. The same draws serve the whole grid, so that the grid is
smooth and costs one analysis: the estimate of a linear model is linear in the deltas and its
residual sum of squares quadratic. The shift is added after imputation, to the analysed value only;
values imputed from it at later visits do not follow.

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
) -> Floats:
    """Completed values (imputations, n) with the filled ones of each of `arms` shifted.

    deltas are (len(arms),), one an arm, in the units of the outcome; patients of other arms stay.
    Raises `StatsError` for wrong shapes and unknown arms. Oracle: through
    `delta_tipping`, which equals a fit to these values at each point of the grid.

    >>> add_delta(
    ...     [[3.0, 4.0], [3.0, 4.5]],
    ...     [False, True],
    ...     ["a", "b"],
    ...     arms=("a", "b"),
    ...     deltas=[-1.0, 0.0],
    ... )
    array([[3. , 4. ],
           [3. , 4.5]])
    """
    values, shift = _shifts(completed, filled, arm, arms)
    deltas = sample(deltas, "deltas")
    if deltas.size != len(shift):
        raise StatsError(f"there are {deltas.size} deltas for {len(shift)} arms.")
    return values + deltas @ shift


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
) -> DeltaGrid:
    """A contrast of a linear model, pooled by Rubin's rules, for each pair of deltas.

    completed are the outcomes (imputations, n), filled (n,) truth values, arm (n,) labels, x (n, p)
    the model's columns without missing values (1, arm, baseline for ANCOVA), contrast (p,): the
    estimate is contrast @ coefficients, by least squares. arms are the two shifted arms, deltas
    their grids. Degrees of freedom are Barnard and Rubin's with n - p in the complete data; the
    intervals have confidence 1 - level.

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
    """Completed values, and for each arm the pattern (n,) of what a delta of 1 adds."""
    values, filled = numbers(completed, "completed"), as_array(filled, "filled")
    if values.ndim != 2 or 0 in values.shape:
        raise StatsError(f"completed must have shape (imputations, n); got {values.shape}.")
    if filled.dtype != np.bool_ or filled.shape != values.shape[1:]:
        raise StatsError(f"filled must hold {values.shape[1]} truth values.")
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
        shift.append((filled & (index == at[0])).astype(np.float64))
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
