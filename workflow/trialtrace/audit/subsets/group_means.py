"""Means of groups, compared in many subsets of the same patients at once.

Sizes, means and sums of squares of every group in every subset come from one product of matrices;
t tests, their intervals, the analysis of covariance with one covariate and the Mann-Whitney test
follow from them. A subset without an answer (a group of one, no variation) has NaN, and does not
stop the others. The same quantities for one set of patients, with references, are in `means`,
`ancova` and `ranks`.

Oracle: R's t.test, lm and wilcox.test(exact = FALSE).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    check_choice,
    check_confidence,
    group_numbers,
    member_flags,
    numbers,
    t_tails,
)
from trialtrace.stats._threads import one_thread
from trialtrace.stats._ties import tied
from trialtrace.stats.continuous.means import welch
from trialtrace.stats.continuous.ranks import rank_sum_tests
from trialtrace.stats.results import Columns, StatsError

VARIANCES = ("pooled", "welch", "pooled_over_all")
CORRECTIONS = ("none", "continuity")
# Sums of squares below this share of those about zero are rounding.
ROUNDING = 1e-13
# Above the number of any group, where groups are not counted.
LARGEST = np.iinfo(np.intp).max


@dataclass(frozen=True, slots=True, eq=False)
class GroupMoments:
    """Sizes, means and sums of squares about the mean of each group, (subsets, groups).

    `covariate`, `covariate_squares` and `products` are the same of a covariate, and its products
    with the values; None without one.
    """

    n: Floats
    mean: Floats
    squares: Floats
    covariate: Floats | None = None
    covariate_squares: Floats | None = None
    products: Floats | None = None

    def sd(self, *, divisor: str = "n - 1") -> Floats:
        """Standard deviations with divisor "n - 1" or "n"; NaN for a single value."""
        check_choice("divisor", divisor, ("n - 1", "n"))
        by = self.n - 1 if divisor == "n - 1" else self.n
        return np.sqrt(_ratio(self.squares, np.where(self.n > 1, by, 0)))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Differences(Columns):
    """A difference of two groups in every subset: estimates, standard errors, df, (subsets,)."""

    estimate: Floats
    error: Floats
    df: Floats

    def interval(self, *, confidence: float) -> tuple[Floats, Floats]:
        """Student's bounds."""
        half = stdtrit(self.df, 0.5 + check_confidence(confidence) / 2) * self.error
        return self.estimate - half, self.estimate + half

    def p_value(self) -> Floats:
        """Two-sided p-values of no difference."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return t_tails(self.estimate / self.error, self.df, "two_sided")


@one_thread
def group_moments(
    values: ArrayLike,
    group: ArrayLike,
    members: ArrayLike,
    *,
    groups: int,
    covariate: ArrayLike | None = None,
) -> GroupMoments:
    """Sum up values of shape (n,) by group, (n,) from 0 to `groups` - 1, and subset, (subsets, n).

    Raises `StatsError` for missing values (leave those patients out first), shapes that do not
    fit, groups that are no such numbers, and members that are neither true nor false. A group
    without anybody has a mean of NaN. Oracle: R, as `means.describe`.

    >>> everyone, without_last = [1, 1, 1, 1, 1], [1, 1, 1, 1, 0]
    >>> moments = group_moments(
    ...     [4, 6, 8, 3, 5], [0, 0, 0, 1, 1], [everyone, without_last], groups=2
    ... )
    >>> moments.mean
    array([[6., 4.],
           [6., 3.]])
    """
    y = numbers(values, "values")
    if y.ndim != 1:
        raise StatsError(f"values must be one-dimensional; got shape {y.shape}.")
    group = group_numbers(group, length=y.size, groups=groups)
    members = member_flags(members, y.size)
    z = None if covariate is None else numbers(covariate, "covariate")
    if z is not None and z.shape != y.shape:
        raise StatsError(f"covariate must have {y.size} values.")
    columns = [np.ones_like(y), *_powers(y)]
    if z is not None:
        columns += [*_powers(z), (y - _middle(y)) * (z - _middle(z))]
    found = np.empty((len(columns), len(members), groups))
    table = np.stack(columns, axis=1)
    for place in range(groups):
        own = np.flatnonzero(group == place)
        found[:, :, place] = (members[:, own].astype(float) @ table[own]).T
    n, sums, squares = found[:3]
    parts = [n, _ratio(sums, n) + _middle(y), _centred(squares, sums, sums, n)]
    if z is not None:
        other, other_squares, products = found[3:]
        parts += [_ratio(other, n) + _middle(z), _centred(other_squares, other, other, n)]
        parts += [products - _ratio(sums * other, n)]
    return GroupMoments(*parts)


def mean_differences(
    moments: GroupMoments, first: int, second: int, *, variance: str
) -> Differences:
    """Difference of means, first less second group, in every subset.

    `variance` is "pooled" over the two groups (Student), "welch", or "pooled_over_all" groups (a
    contrast of the one-way analysis of variance). `first` and `second`
    are numbers of groups, else `StatsError`; NaN where a group is too small. Oracle: R's t.test
    and lm.

    >>> moments = group_moments([4, 6, 8, 3, 5], [0, 0, 0, 1, 1], [[1, 1, 1, 1, 1]], groups=2)
    >>> mean_differences(moments, 0, 1, variance="welch").estimate
    array([2.])
    """
    check_choice("variance", variance, VARIANCES)
    pair = group_numbers([first, second], length=2, groups=moments.n.shape[1])
    n, squares = moments.n[:, pair], moments.squares[:, pair]
    estimate = moments.mean[:, first] - moments.mean[:, second]
    if variance == "welch":
        variances = _ratio(squares, np.where(n > 1, n - 1, 0))
        first_arm, second_arm = ((variances[:, arm], n[:, arm]) for arm in (0, 1))
        return _differences(estimate, *welch(*first_arm, *second_arm))
    if variance == "pooled_over_all":
        n, squares = moments.n, moments.squares
    df = n.sum(axis=1) - n.shape[1]
    mean_square = _ratio(squares.sum(axis=1), np.where(df > 0, df, 0))
    return _differences(estimate, mean_square * (1 / _sizes(moments.n[:, pair])).sum(axis=1), df)


def adjusted_differences(
    moments: GroupMoments, first: int, second: int, *, over_all: bool
) -> Differences:
    """Difference of means at the same covariate, one slope for the two groups or for all of them.

    The analysis of covariance with the covariate of `group_moments`. Raises `StatsError` without
    one. Oracle: R's lm, as `ancova.ancova`.

    >>> y, group, before = [4, 6, 8, 3, 5, 4], [0, 0, 0, 1, 1, 1], [1, 2, 4, 1, 3, 3]
    >>> moments = group_moments(y, group, np.ones((1, 6)), groups=2, covariate=before)
    >>> adjusted_differences(moments, 0, 1, over_all=False).estimate.round(4)
    array([2.])
    """
    if moments.covariate is None or moments.covariate_squares is None or moments.products is None:
        raise StatsError("the moments have no covariate.")
    pair = group_numbers([first, second], length=2, groups=moments.n.shape[1])
    own = slice(None) if over_all else pair
    n, sxx = moments.n[:, own], moments.covariate_squares[:, own].sum(axis=1)
    sxy, syy = (part[:, own].sum(axis=1) for part in (moments.products, moments.squares))
    slope = _ratio(sxy, sxx)
    apart = moments.covariate[:, first] - moments.covariate[:, second]
    estimate = moments.mean[:, first] - moments.mean[:, second] - slope * apart
    df = n.sum(axis=1) - n.shape[1] - 1
    mean_square = _ratio(np.maximum(syy - slope * sxy, 0), np.where(df > 0, df, 0))
    spread = (1 / _sizes(moments.n[:, pair])).sum(axis=1) + _ratio(apart**2, sxx)
    return _differences(estimate, mean_square * spread, df)


def mann_whitney_p(
    values: ArrayLike,
    group: ArrayLike,
    members: ArrayLike,
    *,
    first: int,
    second: int,
    correction: str,
) -> Floats:
    """Two-sided p-values of the Mann-Whitney test, (subsets,), as `ranks.mann_whitney`.

    Normal approximation, its variance corrected for ties; `correction` "none" or "continuity".
    Values that differ by no more than 1e-11 of their mean size are tied.
    Shapes, and what raises `StatsError`, as in `group_moments`; NaN where a sample is empty or all
    values are tied. Oracle: R's wilcox.test(exact = FALSE).

    >>> y, group = [4, 6, 8, 3, 5, 4], [0, 0, 0, 1, 1, 1]
    >>> mann_whitney_p(y, group, np.ones((1, 6)), first=0, second=1, correction="none").round(4)
    array([0.184])
    """
    check_choice("correction", correction, CORRECTIONS)
    y = numbers(values, "values")
    if y.ndim != 1:
        raise StatsError(f"values must be one-dimensional; got shape {y.shape}.")
    pair = group_numbers([first, second], length=2, groups=LARGEST)
    group = group_numbers(group, length=y.size, groups=LARGEST)
    members = member_flags(members, y.size)
    distinct, place = np.unique(tied(y)[0], return_inverse=True)
    counted = []
    for number in pair:
        own = np.flatnonzero(group == number)
        own = own[np.argsort(place[own], kind="stable")]
        running = np.zeros((len(members), own.size + 1))
        np.cumsum(members[:, own], axis=1, out=running[:, 1:])
        ends = np.searchsorted(place[own], np.arange(distinct.size + 1), side="left")
        counted.append(np.diff(running[:, ends], axis=1))
    return rank_sum_tests(*counted, correction=correction, sides="two_sided")[1]


def _differences(estimate: Floats, squared_error: Floats, df: Floats) -> Differences:
    error = np.sqrt(np.where(squared_error > 0, squared_error, np.nan))
    return Differences(estimate, error, np.where(df > 0, df, np.nan))


def _powers(values: Floats) -> tuple[Floats, Floats]:
    """Values measured from their middle, and their squares."""
    centred = values - _middle(values)
    return centred, centred**2


def _middle(values: Floats) -> float:
    return float(values.mean()) if values.size else 0.0


def _centred(squares: Floats, first: Floats, second: Floats, n: Floats) -> Floats:
    """Sums of squares about the mean of each group, 0 where only rounding is left."""
    found = squares - _ratio(first * second, n)
    return np.where(found > ROUNDING * squares, found, 0.0)


def _ratio(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)


def _sizes(n: Floats) -> Floats:
    """Sizes, NaN for an empty group."""
    return np.where(n > 0, n, np.nan)
