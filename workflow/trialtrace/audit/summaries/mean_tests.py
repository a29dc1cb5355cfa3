"""Student's and Welch's p-value from printed sizes, means and standard deviations, as a range.

The p-value is computed for all means and standard deviations that print as given. Where the two
ranges of the means overlap, the means may be equal, and p (two-sided) reaches 1.

In the difference of means p is monotone (in its size, at two sides), so each extreme belongs to one
end of its range. Student's degrees of freedom are fixed and p is monotone in both standard
deviations: its extremes lie in corners of their rectangle. Welch's are constant along any ray
(s1, s2) -> c (s1, s2), on which |t| shrinks: a greatest |t| lies on the two edges through the lower
corner, a least one on those through the upper corner. Both edges are searched on a grid that closes
in on the extreme.

References: Student, Biometrika 1908;6:1. Welch, Biometrika 1947;34:28. Ranges from rounding: see
Nuijten et al., Behav Res Methods 2016;48:1205, who do so for printed test statistics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.audit.summaries.printed import Bounds, Printed, not_negative, one_shape
from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.stats._inputs import SIDES, check_choice, numbers, t_tails
from trialtrace.stats.continuous.means import welch
from trialtrace.stats.results import StatsError

VARIANCES = ("pooled", "welch")
FIRST, FEW, NEAR, ZOOM, ZOOMS = 65, 9, 5, 17, 6
SHORT = 0.1


def t_test_p(
    mean1: Printed,
    sd1: Printed,
    n1: ArrayLike,
    mean0: Printed,
    sd0: Printed,
    n0: ArrayLike,
    *,
    variance: str,
    sides: str,
) -> Bounds:
    """Least and greatest p of the t test over everything that prints as given.

    All arguments of one shape, a claim each, or single numbers; sizes are whole and at least 2.
    `variance`: "pooled" is Student's test, "welch" Welch's with Satterthwaite's degrees of
    freedom. `sides` "greater" means that the first mean is larger. A bound is the limit where the
    range does not contain its end. Where both standard deviations may be 0 the least p is 0
    unless the means may only be equal.

    Oracle: base R (pt, optimize along the edges). Raises `StatsError` for sizes below 2 and for
    standard deviations that can only be negative.

    R: by hand in summaries.R.

    >>> from trialtrace.audit.summaries.printed import read
    >>> mean1, sd1, mean0, sd0 = (
    ...     read(text, rounding="half_up") for text in ("5.2", "1.1", "4.1", "1.3")
    ... )
    >>> found = t_test_p(mean1, sd1, 20, mean0, sd0, 22, variance="welch", sides="two_sided")
    >>> round(float(found.high), 4)
    0.0133
    """
    check_choice("variance", variance, VARIANCES)
    check_choice("sides", sides, SIDES)
    sizes = [_size(n) for n in (n1, n0)]
    spreads = [not_negative(sd, "a standard deviation") for sd in (sd1, sd0)]
    shape = one_shape(mean1.value, mean0.value, *sizes, *spreads[0], *spreads[1])
    low, high = (a - b for a, b in zip(mean1.bounds, reversed(mean0.bounds), strict=True))
    if sides == "two_sided":
        touching = (low <= 0) & (high >= 0)
        small, large = np.minimum(abs(low), abs(high)), np.maximum(abs(low), abs(high))
        low, high = np.where(touching, 0.0, small), large

    def p(difference: Floats, s1: Floats, s0: Floats, *n: Floats) -> Floats:
        return _p(difference, s1, s0, n, variance, sides)

    def twice(*both: Floats) -> Floats:
        """The claims in a row, for the least p, and once more for the greatest."""
        return np.concatenate([np.broadcast_to(each, shape).ravel() for each in both])

    # The end of the differences with the least p; the greatest has the other one.
    difference = twice(low, high) if sides == "less" else twice(high, low)
    bounds = [(twice(first, first), twice(last, last)) for first, last in spreads]
    at_sizes, sign = [twice(n, n) for n in sizes], twice(np.array(1.0), np.array(-1.0))
    in_tail = (difference < 0) if sides == "less" else (difference > 0)
    lower = (in_tail | (sides == "two_sided")) == (sign == 1)
    extreme = _extreme(
        p, difference, bounds, at_sizes, sign, None if variance == "pooled" else lower
    )
    least, greatest = np.split(extreme, 2)
    return Bounds(least.reshape(shape)[()], greatest.reshape(shape)[()])


def _size(n: ArrayLike) -> Floats:
    n = numbers(n, "sizes")
    if (n < 2).any() or (n != np.floor(n)).any():
        raise StatsError("a t test needs whole sizes of at least 2 in each group.")
    return n


def _extreme(
    p: Callable[..., Floats],
    difference: Floats,
    spreads: list[tuple[Floats, Floats]],
    sizes: list[Floats],
    sign: Floats,
    lower: Flags | None,
) -> Floats:
    """Least (sign 1) or greatest (-1) p over the rectangles of standard deviations, (claims,).

    `lower` tells where the edges through the lower corner hold it; None where a corner does.
    """
    corners = np.stack([p(difference, s1, s0, *sizes) for s1, s0 in zip(*spreads, strict=True)])
    best: Floats = sign * (sign * corners).min(axis=0)
    if lower is None:
        return best
    (l1, h1), (l0, h0) = spreads
    s1, s0 = np.where(lower, l1, h1), np.where(lower, l0, h0)
    far1, far0, none = np.where(lower, h1, l1) - s1, np.where(lower, h0, l0) - s0, 0 * s1
    # Both edges at once.
    edges = ((s1, s1), (s0, s0), (far1, none), (none, far0))
    along = _along_edge(
        p,
        np.tile(difference, 2),
        tuple(np.concatenate(edge) for edge in edges),
        [np.tile(n, 2) for n in sizes],
        np.tile(sign, 2),
    )
    best_along: Floats = (np.tile(sign, 2) * along).reshape(2, -1).min(axis=0)
    return sign * np.minimum(sign * best, best_along)


def _along_edge(
    p: Callable[..., Floats],
    difference: Floats,
    edge: tuple[Floats, ...],
    sizes: list[Floats],
    sign: Floats,
) -> Floats:
    """The extreme p along an edge (s1, s0, step1, step0): a grid, then finer ones around the best.

    The first grid has fewer points on edges that are short for where they lie. An edge is left when
    its best point is an end of it, and the points nearest to this end are no better; the last grid
    is 1e-7 of an edge wide, so that a smooth extreme inside is right to about 1e-14.
    """

    def grid(chosen: Places, left: Floats, right: Floats, points: int) -> tuple[Floats, ...]:
        """Best value, its place, and the points beside it."""
        s1, s0, step1, step0, d, *n = (part[chosen, None] for part in (*edge, difference, *sizes))
        at = left[:, None] + (right - left)[:, None] * np.linspace(0.0, 1.0, points)
        values = sign[chosen, None] * p(d, s1 + at * step1, s0 + at * step0, *n)
        best, row = values.argmin(axis=1), np.arange(len(at))
        beside = at[row, np.maximum(best - 1, 0)], at[row, np.minimum(best + 1, points - 1)]
        return values[row, best], at[row, best], *beside

    every = np.arange(len(difference))
    found, left, right = np.empty(len(every)), np.zeros(len(every)), np.ones(len(every))
    place = np.empty(len(every))
    reach = [
        np.minimum(start, start + step) * SHORT - abs(step)
        for start, step in zip(edge[:2], edge[2:], strict=True)
    ]
    short = np.minimum(*reach) >= 0
    for chosen, points in ((every[short], FEW), (every[~short], FIRST)):
        if not len(chosen):
            continue
        found[chosen], place[chosen], left[chosen], right[chosen] = grid(
            chosen, left[chosen], right[chosen], points
        )
    for turn in range(ZOOMS):
        at_end = (place <= 0) | (place >= 1)
        chosen = every[at_end] if turn == 0 else every[:0]
        for open_, points in ((chosen, NEAR), (every[~at_end], ZOOM)):
            if len(open_):
                values, *rest = grid(open_, left[open_], right[open_], points)
                found[open_] = np.minimum(found[open_], values)
                place[open_], left[open_], right[open_] = rest
    return sign * found


def _p(
    difference: Floats, s1: Floats, s0: Floats, sizes: Sequence[Floats], variance: str, sides: str
) -> Floats:
    n1, n0 = sizes
    if variance == "pooled":
        df = n1 + n0 - 2 + 0 * s1
        squared = ((n1 - 1) * s1**2 + (n0 - 1) * s0**2) / df * (1 / n1 + 1 / n0)
    else:
        squared, df = welch(s1**2, n1, s0**2, n0)
        # Both standard deviations 0: any df will do, since t is 0 or infinite.
        df = np.where(squared == 0, 1.0, df)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(difference == 0, 0.0, difference / np.sqrt(squared))
    return t_tails(t, df, sides)
