"""t, F and the deviation of all patients from printed means, deviations and sizes of groups.

Student's and Welch's t and the F of a one-way analysis of variance are computed for all means and
standard deviations that print as given. t is monotone in the difference of the means and, in its
size, in each standard deviation. F is a sum of squares between groups over one within them: the
second is monotone in each standard deviation, the first is convex in the means, so that it is
greatest in a corner of their box; it is least where a common mean lies as near to all ranges as it
can, since a sum of squares about its mean is the least of all.

An audit that recomputed printed F and t from printed means, one rounding at a time: van der Zee,
Anaya and Brown, BMC Nutrition 2017;3:54. The bounds here are exact.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.audit.summaries.mean_tests import VARIANCES
from trialtrace.audit.summaries.printed import Bounds, Printed, not_negative, one_shape
from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, numbers
from trialtrace.stats.results import StatsError

# Means are tried at all corners of their bounds: 4,096 of 12 groups.
MOST_GROUPS = 12


def t_of_means(
    mean1: Printed,
    sd1: Printed,
    n1: ArrayLike,
    mean0: Printed,
    sd0: Printed,
    n0: ArrayLike,
    *,
    variance: str,
) -> Bounds:
    """Least and greatest t of two groups over everything that prints as given.

    All arguments of one shape, a claim each, or single numbers; sizes are whole and at least 2.
    `variance`: "pooled" is Student's t, "welch" Welch's. t has the sign of the first mean less the
    second; it is infinite where both standard deviations may be 0. Raises `StatsError` as
    `t_test_p` does.

    Oracle: base R at the corners of the ranges, and samples that print as given.

    R: by hand in summaries.R.

    >>> from trialtrace.audit.summaries.printed import read
    >>> mean1, sd1, mean0, sd0 = (
    ...     read(text, rounding="half_up") for text in ("10.0", "2.0", "12.0", "2.0")
    ... )
    >>> found = t_of_means(mean1, sd1, 100, mean0, sd0, 100, variance="pooled")
    >>> round(float(found.low), 3), round(float(found.high), 3)
    (-7.615, -6.554)
    """
    check_choice("variance", variance, VARIANCES)
    n1, n0 = _sizes(n1), _sizes(n0)
    spreads = [not_negative(sd, "a standard deviation") for sd in (sd1, sd0)]
    one_shape(mean1.value, mean0.value, n1, n0, *spreads[0], *spreads[1])
    low, high = (a - b for a, b in zip(mean1.bounds, reversed(mean0.bounds), strict=True))
    small, large = (_error(s1, s0, n1, n0, variance) for s1, s0 in zip(*spreads, strict=True))
    return Bounds(
        _ratio(low, np.where(low < 0, small, large)),
        _ratio(high, np.where(high < 0, large, small)),
    )


def f_of_means(means: Printed, sds: Printed, sizes: ArrayLike) -> Bounds:
    """Least and greatest F of a one-way analysis of variance over everything that prints as given.

    All arguments are of shape (groups,), one claim; sizes are whole and at least 2. The degrees of
    freedom are groups - 1 and patients - groups. F is infinite where all standard deviations may
    be 0. Raises `StatsError` for fewer than two groups or more than 12, and as `t_of_means`.

    Oracle: base R (`aov` of samples that have the printed means and standard deviations).

    R: by hand in summaries.R.

    >>> from trialtrace.audit.summaries.printed import read
    >>> means = read(["5.1", "6.2", "5.5"], rounding="half_up")
    >>> sds = read(["1.2", "1.1", "1.3"], rounding="half_up")
    >>> found = f_of_means(means, sds, [20, 21, 19])
    >>> round(float(found.low), 3), round(float(found.high), 3)
    (3.335, 5.809)
    """
    n, between, within = _squares(means, sds, sizes)
    among, inside = between / (n.size - 1), within / (n.sum() - n.size)
    return Bounds(_ratio(among[0], inside[1]), _ratio(among[1], inside[0]))


def deviation_of_groups(means: Printed, sds: Printed, sizes: ArrayLike) -> Bounds:
    """Least and greatest standard deviation of all patients of groups that print as given.

    Arguments and errors as of `f_of_means`. The sum of squares of all about their mean is that
    within the groups and that between them.

    Oracle: base R (`sd` of samples that have the printed means and standard deviations).

    R: by hand in summaries.R.

    >>> from trialtrace.audit.summaries.printed import read
    >>> means, sds = (read(texts, rounding="half_up") for texts in (["10", "12"], ["2", "2"]))
    >>> found = deviation_of_groups(means, sds, [100, 100])
    >>> round(float(found.low), 3), round(float(found.high), 3)
    (1.578, 2.912)
    """
    n, between, within = _squares(means, sds, sizes)
    low, high = np.sqrt((between + within) / (n.sum() - 1))
    return Bounds(low, high)


def _squares(means: Printed, sds: Printed, sizes: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Sizes, and the least and greatest sums of squares between and within groups."""
    n = _sizes(sizes)
    if n.ndim != 1 or not n.shape == means.value.shape == sds.value.shape:
        raise StatsError("groups have one mean, one standard deviation and one size each.")
    if not 2 <= n.size <= MOST_GROUPS:
        raise StatsError(f"2 to {MOST_GROUPS} groups can be taken together; got {n.size}.")
    low, high = means.bounds
    within = np.array([((n - 1) * s**2).sum() for s in not_negative(sds, "a deviation")])
    corners = np.array(list(product(*zip(low, high, strict=True))))
    return n, np.array([_least_between(low, high, n), _between(corners, n).max()]), within


def _sizes(n: ArrayLike) -> Floats:
    n = numbers(n, "sizes")
    if (n < 2).any() or (n != np.floor(n)).any():
        raise StatsError("a test of means needs whole sizes of at least 2 in each group.")
    return n


def _error(s1: Floats, s0: Floats, n1: Floats, n0: Floats, variance: str) -> Floats:
    """The standard error of the difference of two means."""
    if variance == "welch":
        return np.asarray(np.sqrt(s1**2 / n1 + s0**2 / n0))
    pooled = ((n1 - 1) * s1**2 + (n0 - 1) * s0**2) / (n1 + n0 - 2)
    return np.asarray(np.sqrt(pooled * (1 / n1 + 1 / n0)))


def _ratio(above: Floats, below: Floats) -> Floats:
    """0 where nothing differs, whatever the error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(above == 0, 0.0, np.divide(above, below)))[()]


def _between(means: Floats, n: Floats) -> Floats:
    """Sums of squares between groups, (corners,), of means (corners, groups)."""
    common = (means * n).sum(axis=1, keepdims=True) / n.sum()
    return np.asarray((n * (means - common) ** 2).sum(axis=1))


def _least_between(low: Floats, high: Floats, n: Floats) -> float:
    """The least sum of squares between groups with means in their ranges.

    It is that of the ranges' points nearest to some c. Half its slope in c, below, rises, and is a
    line between two neighbouring ends.
    """
    ends = np.unique(np.concatenate([low, high]))
    slope = (n * (np.maximum(ends[:, None] - high, 0) - np.maximum(low - ends[:, None], 0))).sum(1)
    above = int(np.searchsorted(slope, 0.0))
    centre = ends[above]
    if slope[above] > 0:
        step = slope[above] - slope[above - 1]
        centre -= (ends[above] - ends[above - 1]) * slope[above] / step
    return float((n * (np.clip(centre, low, high) - centre) ** 2).sum())
