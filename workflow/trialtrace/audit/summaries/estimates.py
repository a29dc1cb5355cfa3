"""An estimate, its confidence interval, its standard error and its p-value against each other.

For a ratio with an interval that is symmetric on the log scale, and for a difference with one that
is symmetric as it stands, the estimate is the middle of the bounds, the standard error their
distance over twice the quantile, and p follows from both. With l and u the bounds on that scale the
statistic is q (l + u) / (u - l) against a null of 0. It is a ratio of linear functions, so over
all bounds that print as given, and whose middle prints as the estimate does, it is greatest and
least at corners of that polygon.

Does not apply to intervals that are not symmetric by construction (exact, score, profile
likelihood, bootstrap, Newcombe's): "not symmetric" is then no error of the paper.

Reference: Altman and Bland, BMJ 2011;343:d2090 and d2304. Oracle: base R (a fine
grid of bounds and estimates, pnorm and pt).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from trialtrace.audit.summaries.printed import Bounds, Printed, not_negative, one_shape
from trialtrace.base.arrays import Exact, Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    degrees_of_freedom,
    numbers,
    one_number,
    t_tails,
)
from trialtrace.stats.results import StatsError

SCALES = ("log", "identity")


@dataclass(frozen=True, slots=True)
class EstimateCheck:
    """What a printed estimate and its bounds imply.

    `middle` is the middle of the bounds in the units of the estimate, `symmetric` whether it can
    print as the estimate, `standard_error` that of the bounds (on the log scale for ratios).
    `p_of_bounds` ignores the estimate; `p` uses it too and is NaN where not symmetric.
    """

    middle: Bounds
    symmetric: bool
    standard_error: Bounds
    p_of_bounds: Bounds
    p: Bounds


def check_estimate(
    estimate: Printed,
    low: Printed,
    high: Printed,
    *,
    scale: str,
    null: float,
    df: float,
    confidence: float,
    sides: str,
) -> EstimateCheck:
    """Estimate, bounds and p-value of a symmetric interval: what belongs together.

    Single numbers; whether the middle can print as the estimate is decided exactly. `scale`:
    "log" for ratios, "identity" for differences. `null` is the value under test in the units of
    the estimate (1 or 0). `df` are the degrees of freedom of the t quantile, `inf` for the normal
    one. `sides` "greater": the estimate is above the null.

    Raises `StatsError` for a ratio of which a number may be 0 or less as printed, and where
    the bounds leave no interval. Source: Altman and Bland 2011. Oracle: base R, extremes over the
    middle of the bounds.

    R: by hand in summaries.R.

    >>> from trialtrace.audit.summaries.printed import read
    >>> estimate, low, high = (read(text, rounding="half_up") for text in ("1.50", "1.10", "2.05"))
    >>> given = {
    ...     "scale": "log",
    ...     "null": 1.0,
    ...     "df": np.inf,
    ...     "confidence": 0.95,
    ...     "sides": "two_sided",
    ... }
    >>> bool(check_estimate(estimate, low, high, **given).symmetric)
    True
    """
    check_choice("scale", scale, SCALES)
    check_choice("sides", sides, SIDES)
    df = degrees_of_freedom(df, "df")
    quantile = _quantile(df, confidence)
    e, lower, upper = (_on_scale(number, scale) for number in (estimate, low, high))
    origin = _null(null, scale)
    if upper[1] <= lower[0]:
        raise StatsError("the lower bound lies above the upper one.")
    box = np.array(list(product(lower, upper)))
    symmetric = _symmetric(estimate, low, high, scale)
    # Ranges that share one point only must not lose it to rounding.
    width = 1e-12 * max(1.0, *map(abs, e))
    polygon = _cut(box, (e[0] - width, e[1] + width))
    middle = np.array([(lower[i] + upper[i]) / 2 for i in (0, 1)])
    middle = np.exp(middle) if scale == "log" else middle
    error = np.array([max(upper[0] - lower[1], 0.0), upper[1] - lower[0]]) / (2 * quantile)
    nothing = Bounds(float("nan"), float("nan"))
    return EstimateCheck(
        Bounds(float(middle[0]), float(middle[1])),
        symmetric,
        Bounds(float(error[0]), float(error[1])),
        _p(box, origin, quantile, df, sides),
        _p(polygon, origin, quantile, df, sides) if symmetric else nothing,
    )


def p_of_estimate(
    estimate: Printed, standard_error: Printed, *, null: float, df: float, sides: str
) -> Bounds:
    """P of a printed estimate and its printed standard error, on the scale of both.

    Shapes are broadcast. `df` is `inf` for the normal distribution. A standard error that can
    be 0 has the limits of p there. Raises `StatsError` for one that can only be negative.
    Source: Altman and Bland 2011. Oracle: corners by hand.

    >>> from trialtrace.audit.summaries.printed import read
    >>> estimate, error = read("1.50", rounding="half_up"), read("0.60", rounding="half_up")
    >>> found = p_of_estimate(estimate, error, null=0.0, df=np.inf, sides="two_sided")
    >>> round(float(found.high), 4)
    0.0135
    """
    check_choice("sides", sides, SIDES)
    null, df = one_number(null, "null"), degrees_of_freedom(df, "df")
    errors = not_negative(standard_error, "a standard error")
    one_shape(estimate.value, *errors)
    ends = [end - null for end in estimate.bounds]
    if sides == "two_sided":
        small, large = np.minimum(*map(abs, ends)), np.maximum(*map(abs, ends))
        ends = [np.where(ends[0] * ends[1] <= 0, 0.0, small), large]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = [np.where(e == 0, 0.0, e / s) for e, s in product(ends, errors)]
    found = np.array([t_tails(x, np.full_like(x, df), sides) for x in np.broadcast_arrays(*t)])
    return Bounds(found.min(axis=0)[()], found.max(axis=0)[()])


def interval_of_error(
    estimate: Printed, standard_error: Printed, *, df: float, confidence: float
) -> tuple[Bounds, Bounds]:
    """Ranges of the lower and the upper bound of estimate +- q SE, all on one scale.

    Raises `StatsError` for a confidence outside 0..1. Oracle: corners by hand.

    >>> from trialtrace.audit.summaries.printed import read
    >>> estimate, error = read("1.50", rounding="half_up"), read("0.60", rounding="half_up")
    >>> low, high = interval_of_error(estimate, error, df=np.inf, confidence=0.95)
    >>> round(float(low.low), 3), round(float(high.high), 3)
    (0.309, 2.691)
    """
    quantile = _quantile(df, confidence)
    (a, b), (s, r) = estimate.bounds, standard_error.bounds
    s = np.maximum(s, 0.0)
    return (
        Bounds((a - quantile * r)[()], (b - quantile * s)[()]),
        Bounds((a + quantile * s)[()], (b + quantile * r)[()]),
    )


def error_of_deviation(sd: Printed, n: ArrayLike) -> Bounds:
    """Standard error sd / sqrt(n) of a mean: tells an SE that is printed as an SD, or the reverse.

    Shapes are broadcast. Raises `StatsError` for sizes below 1. Oracle: the ends by hand.

    >>> from trialtrace.audit.summaries.printed import read
    >>> found = error_of_deviation(read("2.4", rounding="half_up"), 36)
    >>> round(float(found.low), 4)
    0.3917
    """
    n = numbers(n, "sizes")
    if (n < 1).any():
        raise StatsError("sizes must be at least 1.")
    low, high = sd.bounds
    return Bounds((np.maximum(low, 0.0) / np.sqrt(n))[()], (high / np.sqrt(n))[()])


def _quantile(df: float, confidence: float) -> float:
    level = 0.5 + check_confidence(confidence) / 2
    df = degrees_of_freedom(df, "df")
    return float(ndtri(level) if np.isinf(df) else stdtrit(df, level))


def _null(null: float, scale: str) -> float:
    null = one_number(null, "null")
    if scale == "log" and not null > 0:
        raise StatsError("the null value of a ratio must be positive.")
    return float(np.log(null)) if scale == "log" else null


def _on_scale(number: Printed, scale: str) -> tuple[float, float]:
    low, high = (float(end) for end in number.bounds)
    if scale == "identity":
        return low, high
    if high <= 0 or low <= 0:
        raise StatsError(
            f"{float(number.value):g} may be 0 or less as printed, which has no logarithm."
        )
    return float(np.log(low)), float(np.log(high))


def _symmetric(estimate: Printed, low: Printed, high: Printed, scale: str) -> bool:
    """Whether 2 e = l + u, or e^2 = l u for ratios, has a solution in the three ranges."""

    def both(a: Exact, b: Exact) -> Fraction:
        value: Fraction = a.item() * b.item() if scale == "log" else a.item() + b.item()
        return value

    # A sum or product of two ends is attained only where both ends are.
    ends = [
        (both(low.low, high.low), bool(low.low_closed & high.low_closed)),
        (both(low.high, high.high), bool(low.high_closed & high.high_closed)),
        (both(estimate.low, estimate.low), bool(estimate.low_closed)),
        (both(estimate.high, estimate.high), bool(estimate.high_closed)),
    ]
    (least, a), (most, b), (e_least, c), (e_most, d) = ends
    below = least < e_most or (least == e_most and a and d)
    above = e_least < most or (e_least == most and c and b)
    return bool(below and above)


def _cut(box: Floats, middle: tuple[float, float]) -> Floats:
    """Corners of the part of the box of bounds (l, u) whose middle lies within the strip."""
    (l1, u1), (l2, u2) = box.min(axis=0), box.max(axis=0)
    least, most = 2 * middle[0], 2 * middle[1]
    corners = [tuple(pair) for pair in box if least <= pair.sum() <= most]
    for total in (least, most):
        corners += [(x, total - x) for x in (l1, l2) if u1 <= total - x <= u2]
        corners += [(total - x, x) for x in (u1, u2) if l1 <= total - x <= l2]
    return np.array(corners).reshape(-1, 2)


def _p(corners: Floats, null: float, quantile: float, df: float, sides: str) -> Bounds:
    lower, upper = corners.T
    distance, width = (lower + upper) / 2 - null, (upper - lower) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        # Bounds that may coincide or cross have any statistic of that sign.
        t = np.where(width > 0, quantile * distance / width, np.sign(distance) * np.inf)
    t = np.where(distance == 0, 0.0, t)
    ends = np.array([t.min(), t.max()])
    if sides == "two_sided":
        ends = np.array([0.0 if ends[0] <= 0 <= ends[1] else abs(ends).min(), abs(ends).max()])
    p = t_tails(ends, np.full(2, df), sides)
    return Bounds(float(p.min()), float(p.max()))
