"""Student's and Welch's p-value from printed sizes, means and standard deviations, as a range.

The p-value is computed for all means and standard deviations that print as given. Where the two
ranges of the means overlap, the means may be equal, and p (two-sided) reaches 1.

Along any ray (s1, s2) -> c (s1, s2) the degrees of freedom stay and t shrinks, so the extremes over
the rectangle of the standard deviations lie on its four edges; each edge is searched on a grid
that closes in on the extreme. In the difference of means p is monotone (in its size, at two sides).

References: Student, Biometrika 1908;6:1. Welch, Biometrika 1947;34:28. Ranges from rounding: see
Nuijten et al., Behav Res Methods 2016;48:1205, who do so for printed test statistics.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, ndtr

from trialtrace.stats._inputs import SIDES, Floats, check_choice, numbers
from trialtrace.stats.results import StatsError
from trialtrace.stats.summaries.printed import Bounds, Printed, not_negative, one_shape

VARIANCES = ("pooled", "welch")
FIRST, ZOOM, ZOOMS = 65, 17, 6


def t_tails(t: Floats, df: Floats, sides: str) -> Floats:
    """P-value of t, arrays of one shape; infinite df are those of the normal distribution.

    Source: the incomplete beta function. Oracle: R's pt and pnorm.
    """
    normal, t = np.isinf(df), np.asarray(t, dtype=np.float64)
    df = np.where(normal, 1.0, df)
    with np.errstate(invalid="ignore", over="ignore"):
        share = np.where(np.isinf(t), 0.0, df / (df + np.square(t)))
    both = np.where(normal, 2 * ndtr(-abs(t)), betainc(df / 2, 0.5, share))
    if sides == "two_sided":
        return both
    in_tail = (t > 0) == (sides == "greater")
    return np.where(in_tail, both / 2, 1 - both / 2)


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

    def p(difference: Floats, s1: Floats, s0: Floats) -> Floats:
        return _p(difference, s1, s0, sizes, variance, sides)

    edges = _edges(spreads, shape)
    ends = np.stack([np.broadcast_to(end, shape) for end in (low, high)])[:, None, ..., None]
    least, greatest = (_extreme(p, ends, edges, sign) for sign in (1, -1))
    return Bounds(least[()], greatest[()])


def _size(n: ArrayLike) -> Floats:
    n = numbers(n, "sizes")
    if (n < 2).any() or (n != np.floor(n)).any():
        raise StatsError("a t test needs whole sizes of at least 2 in each group.")
    return n


def _edges(spreads: list, shape: tuple[int, ...]) -> Floats:
    """The four edges of the rectangle: start and end of s1 and s0, shape (4, 4, *shape, 1)."""
    (l1, h1), (l0, h0) = ([np.broadcast_to(x, shape) for x in pair] for pair in spreads)
    edges = [(l1, l0, h1, l0), (l1, h0, h1, h0), (l1, l0, l1, h0), (h1, l0, h1, h0)]
    return np.stack([np.stack(part) for part in zip(*edges, strict=True)])[..., None]


def _extreme(p: Callable, differences: Floats, edges: Floats, sign: int) -> Floats:
    """Least (sign 1) or greatest (-1) p along the edges: a grid, then finer ones around the best.

    The last grid is 1e-7 of an edge wide, so that a smooth extreme is right to about 1e-14.
    """
    start1, start0, end1, end0 = edges
    left, right = np.zeros_like(start1), np.ones_like(start1)
    for points in (FIRST, *(ZOOM,) * ZOOMS):
        at = left + (right - left) * np.linspace(0.0, 1.0, points)
        values = sign * p(differences, start1 + at * (end1 - start1), start0 + at * (end0 - start0))
        best = np.argmin(values, axis=-1, keepdims=True)
        around = [np.clip(best + step, 0, points - 1) for step in (-1, 1)]
        at = np.broadcast_to(at, values.shape)
        left, right = (np.take_along_axis(at, index, axis=-1) for index in around)
    return sign * values.min(axis=(0, 1, -1))


def _p(difference, s1, s0, sizes, variance, sides) -> Floats:
    n1, n0 = (n[..., None] for n in sizes)
    if variance == "pooled":
        df = n1 + n0 - 2 + 0 * s1
        squared = ((n1 - 1) * s1**2 + (n0 - 1) * s0**2) / df * (1 / n1 + 1 / n0)
    else:
        v1, v0 = s1**2 / n1, s0**2 / n0
        squared = v1 + v0
        with np.errstate(invalid="ignore"):
            df = squared**2 / (v1**2 / (n1 - 1) + v0**2 / (n0 - 1))
        # Both standard deviations 0: any df will do, since t is 0 or infinite.
        df = np.where(squared == 0, 1.0, df)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(difference == 0, 0.0, difference / np.sqrt(squared))
    return t_tails(t, df, sides)
