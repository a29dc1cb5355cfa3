"""P-values of printed statistics as ranges, epsilons that F and p allow, effect sizes of F and t.

For a printed F of repeated measures with degrees of freedom df1, df2, a correction multiplies both
by epsilon (Greenhouse-Geisser, Huynh-Feldt); which epsilon was used, and whether any, is often not
printed. p is not monotone in epsilon for small F, so ranges over epsilon come from a search.

References: Greenhouse and Geisser, Psychometrika 1959;24:95 (epsilon). Cohen, Statistical power
analysis for the behavioral sciences, 1988 (partial eta squared, d). Hedges, J Educ Stat 1981;6:107
(its correction, here by the gamma function). Oracle: base R (pt, pnorm, pchisq, pf, uniroot).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr

from trialtrace.audit.summaries.printed import Bounds, Printed, not_negative, one_shape
from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    f_tails,
    numbers,
    sample,
    t_tails,
    within_range,
)
from trialtrace.stats.results import StatsError

# Of epsilons; three grids, each within two steps of the last, find one to rounding.
GRID = 4001


def p_of_t(t: Printed, df: ArrayLike | Printed, *, sides: str) -> Bounds:
    """P of a printed t on `df` degrees of freedom, themselves known or printed (Welch's).

    Shapes are broadcast. `sides`: "two_sided" takes t by its size, so a t printed without its
    sign will do; "greater" is the upper tail. Raises `StatsError` for a df that is not
    positive. Oracle: R's pt at both ends.

    R: `2 * pt(-abs(t), df)`.

    >>> from trialtrace.audit.summaries.printed import read
    >>> found = p_of_t(read("2.31", rounding="half_up"), 40, sides="two_sided")
    >>> round(float(found.low), 4), round(float(found.high), 4)
    (0.0258, 0.0264)
    """
    check_choice("sides", sides, SIDES)
    ends = df.bounds if isinstance(df, Printed) else (numbers(df, "df"),) * 2
    if any((end <= 0).any() for end in ends):
        raise StatsError("degrees of freedom must be positive.")
    low, high = _sized(t, sides)
    one_shape(low, *ends)
    return _bounds([t_tails(t, df, sides) for t in (low, high) for df in ends])


def p_of_z(z: Printed, *, sides: str) -> Bounds:
    """P of a printed standard normal statistic; `sides` as in `p_of_t`.

    Oracle: R's pnorm at both ends.

    R: `2 * pnorm(-abs(z))`.

    >>> from trialtrace.audit.summaries.printed import read
    >>> found = p_of_z(read("2.31", rounding="half_up"), sides="two_sided")
    >>> round(float(found.low), 4), round(float(found.high), 4)
    (0.0206, 0.0212)
    """
    check_choice("sides", sides, SIDES)
    low, high = _sized(z, sides)
    sign, factor = (1, 1) if sides == "less" else (-1, 2 if sides == "two_sided" else 1)
    return _bounds([factor * ndtr(sign * end) for end in (low, high)])


def p_of_correlation(r: Printed, df: ArrayLike, *, sides: str) -> Bounds:
    """P of a printed Pearson correlation on `df` = n - 2 degrees of freedom; `sides` as `p_of_t`.

    t = r sqrt(df / (1 - r^2)). Raises `StatsError` for a df that is not positive and a correlation
    that can only be outside -1..1. Oracle: R's cor.test and pt at both ends.

    >>> from trialtrace.audit.summaries.printed import read
    >>> found = p_of_correlation(read("0.31", rounding="half_up"), 40, sides="two_sided")
    >>> round(float(found.low), 4), round(float(found.high), 4)
    (0.0422, 0.0495)
    """
    check_choice("sides", sides, SIDES)
    df = numbers(df, "df")
    if (df <= 0).any():
        raise StatsError("degrees of freedom must be positive.")
    low, high = r.bounds
    if ((low > 1) | (high < -1)).any():
        raise StatsError("a correlation lies between -1 and 1.")
    low, high = (np.clip(end, -1.0, 1.0) for end in _sized(r, sides))
    one_shape(low, df)
    with np.errstate(divide="ignore"):
        found = [end * np.sqrt(df / (1 - end**2)) for end in (low, high)]
    return _bounds([t_tails(t, df, sides) for t in found])


def p_of_chi_squared(statistic: Printed, df: ArrayLike) -> Bounds:
    """P (upper tail) of a printed chi-squared statistic.

    Raises `StatsError` for a df that is not positive and a statistic that can only be negative.
    Oracle: R's pchisq at both ends.

    R: `pchisq(x, df, lower.tail = FALSE)`.

    >>> from trialtrace.audit.summaries.printed import read
    >>> found = p_of_chi_squared(read("4.31", rounding="half_up"), 1)
    >>> round(float(found.low), 4), round(float(found.high), 4)
    (0.0378, 0.038)
    """
    low, high = not_negative(statistic, "a chi-squared statistic")
    df = numbers(df, "df")
    if (df <= 0).any():
        raise StatsError("degrees of freedom must be positive.")
    one_shape(low, df)
    return _bounds([chdtrc(df, end) for end in (low, high)])


def p_of_f(f: Printed, df1: ArrayLike, df2: ArrayLike, *, epsilon: tuple[float, float]) -> Bounds:
    """P of a printed F over all values of F and of epsilon between two; (1, 1) is uncorrected.

    `df1` and `df2` are the uncorrected degrees of freedom. With k repeated measures epsilon
    lies between 1/(k - 1) and 1. Shapes are broadcast. Raises `StatsError` for degrees of
    freedom that are not positive, epsilons outside 0..1, and an F that can only be negative.
    Source: Greenhouse and Geisser 1959. Oracle: R's pf, `optimize` over epsilon.

    R: `pf(f, df1, df2, lower.tail = FALSE)`.

    >>> from trialtrace.audit.summaries.printed import read
    >>> found = p_of_f(read("4.31", rounding="half_up"), 2, 57, epsilon=(1.0, 1.0))
    >>> round(float(found.low), 4), round(float(found.high), 4)
    (0.018, 0.0181)
    """
    low, high = not_negative(f, "F")
    df1, df2 = _degrees(df1, df2)
    least, most = _epsilons(epsilon)
    shape = one_shape(low, df1, df2)
    grid = np.linspace(least, most, GRID if most > least else 1)
    bounds = []
    for end, sign in ((high, 1), (low, -1)):
        at = np.broadcast_to(grid, (*shape, grid.size))
        for _ in range(3):
            p = f_tails(end[..., None], df1[..., None], df2[..., None], at)
            best = np.argmin(sign * p, axis=-1, keepdims=True)
            near = [np.clip(best + step, 0, grid.size - 1) for step in (-1, 1)]
            left, right = (np.take_along_axis(at, index, axis=-1) for index in near)
            at = left + (right - left) * np.linspace(0, 1, grid.size)
        bounds.append(np.take_along_axis(p, best, axis=-1)[..., 0])
    return Bounds(bounds[0][()], bounds[1][()])


def epsilons_of_f_and_p(
    f: Printed, p: Printed, df1: float, df2: float, *, epsilon: tuple[float, float]
) -> Floats:
    """All epsilons between two at which the printed F can have the printed p: shape (pieces, 2).

    Mostly one interval; two where p rises and falls in epsilon; shape (0, 2) where no epsilon
    will do, so that F, df and p do not belong together. Ends are found to 1e-12. A piece
    shorter than the 1/4000 of the range by which epsilon is searched can be missed. Single
    numbers only. Raises `StatsError` as `p_of_f` does. Oracle: R's pf and uniroot.

    R: `pf(f, e * df1, e * df2, lower.tail = FALSE)`, solved for e by `uniroot(f, c(0, 1))`.

    >>> from trialtrace.audit.summaries.printed import read
    >>> f, p = read("4.31", rounding="half_up"), read("0.03", rounding="half_up")
    >>> epsilons_of_f_and_p(f, p, 2, 57, epsilon=(0.5, 1.0)).round(3)
    array([[0.653, 0.832]])
    """
    low, high = not_negative(f, "F")
    degrees = _degrees(df1, df2)
    least, most = _epsilons(epsilon)
    p_low, p_high = p.bounds
    if low.shape or p_low.shape or any(degree.shape for degree in degrees):
        raise StatsError("epsilon is searched for a single F and p; call for each of several.")

    df1, df2 = (float(degree) for degree in degrees)

    def excess(e: Floats) -> Floats:
        """At most 0 where the p that F allows and the p that is printed have a value in common."""
        smallest, largest = (f_tails(end, df1, df2, e) for end in (high, low))
        return np.maximum(smallest - p_high, p_low - largest)

    return _pieces(excess, np.linspace(least, most, GRID if most > least else 1))


def partial_eta_squared_of_f(f: Printed, df1: ArrayLike, df2: ArrayLike) -> Bounds:
    """Partial eta squared of a printed F: F df1 / (F df1 + df2), unchanged by any epsilon.

    Source: Cohen 1988. Oracle: the formula in R. Raises `StatsError` for degrees of freedom
    that are not positive and an F that can only be negative.

    R: by hand in summaries.R.

    >>> from trialtrace.audit.summaries.printed import read
    >>> found = partial_eta_squared_of_f(read("4.31", rounding="half_up"), 2, 57)
    >>> round(float(found.low), 4), round(float(found.high), 4)
    (0.1312, 0.1315)
    """
    low, high = not_negative(f, "F")
    df1, df2 = _degrees(df1, df2)
    one_shape(low, df1, df2)
    with np.errstate(over="ignore", invalid="ignore"):
        shares = [end * df1 / (end * df1 + df2) for end in (low, high)]
    return _bounds([within_range(share, "df1 and df2") for share in shares])


def _sized(statistic: Printed, sides: str) -> tuple[Floats, Floats]:
    low, high = statistic.bounds
    if sides != "two_sided":
        return low, high
    small, large = np.minimum(abs(low), abs(high)), np.maximum(abs(low), abs(high))
    return np.where((low <= 0) & (high >= 0), 0.0, small), large


def _degrees(df1: ArrayLike, df2: ArrayLike) -> tuple[Floats, Floats]:
    df1, df2 = numbers(df1, "df1"), numbers(df2, "df2")
    if (df1 <= 0).any() or (df2 <= 0).any():
        raise StatsError("degrees of freedom must be positive.")
    return df1, df2


def _epsilons(epsilon: tuple[float, float]) -> tuple[float, float]:
    ends = sample(epsilon, "epsilon")
    if ends.size != 2:
        raise StatsError(f"epsilon must be two numbers, the least and the most; got {epsilon!r}.")
    least, most = ends
    if not 0 < least <= most <= 1:
        raise StatsError(f"epsilon must lie between 0 and 1, the least first; got {epsilon!r}.")
    return float(least), float(most)


def _pieces(excess: Callable[[Floats], Floats], grid: Floats) -> Floats:
    """The intervals of the grid's range where `excess` is at most 0, their ends by bisection."""
    inside = excess(grid) <= 0
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    left, right = grid[edges], grid[edges + 1]
    for _ in range(50):
        middle = (left + right) / 2
        same = (excess(middle) <= 0) == inside[edges]
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    ends = list((left + right) / 2)
    if inside[0]:
        ends.insert(0, grid[0])
    if inside[-1]:
        ends.append(grid[-1])
    return np.array(ends).reshape(-1, 2)


def _bounds(p_values: list[Floats]) -> Bounds:
    all_p = np.broadcast_arrays(*p_values)
    return Bounds(np.min(all_p, axis=0)[()], np.max(all_p, axis=0)[()])
