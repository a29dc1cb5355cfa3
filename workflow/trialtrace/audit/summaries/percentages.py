"""Printed percentages: the counts behind them, and the denominators that are possible at all.

A count x among n prints as the percentage P when 100 x / n lies in the range that P stands for; all
arithmetic is exact. Several percentages of one group must share a denominator.

Source: arithmetic. Oracle: rounding of every count by `decimal` in the tests.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.audit.summaries.printed import Printed, _filled, one_shape
from trialtrace.base.arrays import Whole
from trialtrace.stats._inputs import MOST_COUNTED, numbers
from trialtrace.stats.results import StatsError

PERCENT = Fraction(1, 100)
LARGEST_LIMIT = 1_000_000


def counts_for_percentage(percentage: Printed, n: int) -> Whole:
    """All counts x of 0..n whose percentage of n prints as given, in order; none is possible.

    `percentage` is a single number. Raises `StatsError` for an n that is not a positive whole
    number. Oracle: rounding of every count.

    >>> from trialtrace.audit.summaries.printed import read
    >>> counts_for_percentage(read("32.5", rounding="half_up"), 40)
    array([13])
    """
    if percentage.value.shape != ():
        raise StatsError("one percentage is expected; call for each of several.")
    first, last = _span(percentage, np.array([_whole(n)]))
    return np.arange(first[0], last[0] + 1, dtype=np.int64)


def count_ranges(percentage: Printed, n: ArrayLike) -> tuple[Whole, Whole]:
    """First and last count behind each percentage, shapes broadcast; none where first > last.

    Raises `StatsError` for other denominators. Oracle: rounding of every count.

    >>> from trialtrace.audit.summaries.printed import read
    >>> count_ranges(read("32.5", rounding="half_up"), [40, 41])
    (array([13, 14]), array([13, 13]))
    """
    n = numbers(n, "denominators")
    if ((n < 1) | (n > MOST_COUNTED) | (n != np.floor(n))).any():
        raise StatsError("denominators must be positive whole numbers.")
    one_shape(percentage.value, n)
    return _span(percentage, n.astype(np.int64))


def possible_denominators(percentages: Printed, *, limit: int) -> Whole:
    """All n from 1 to `limit` with which every one of the percentages can be a count.

    `percentages`: a single number or shape (k,), of the same group of patients. That their
    counts add up to n, as those of a complete list of categories do, is not required. Raises
    `StatsError` for a limit outside 1..1,000,000. Oracle: rounding of every count of every n.

    >>> from trialtrace.audit.summaries.printed import read
    >>> possible_denominators(read(["32.5", "17.5"], rounding="half_up"), limit=50)
    array([40])
    """
    if not 1 <= _whole(limit) <= LARGEST_LIMIT:
        raise StatsError(f"the limit of denominators must lie in 1..{LARGEST_LIMIT}.")
    n = np.arange(1, limit + 1)
    possible = np.ones(limit, dtype=bool)
    for index in np.ndindex(percentages.value.shape):
        first, last = _span(_cell(percentages, index), n[possible])
        possible[possible] = first <= last
    return n[possible]


def _span(percentage: Printed, n: Whole) -> tuple[Whole, Whole]:
    first, last = percentage.scaled(PERCENT).multiples(n)
    # A percentage outside 0..100 has no count: the empty range keeps first above last.
    first, last = np.maximum(first, 0), np.minimum(last, n)
    return np.asarray(first).astype(np.int64)[()], np.asarray(last).astype(np.int64)[()]


def _cell(percentages: Printed, index: tuple[int, ...]) -> Printed:
    value, unit, low, high = (_filled(source[index]) for source in percentages._parts())
    with_low, with_high = percentages.low_closed[index], percentages.high_closed[index]
    return Printed(value, unit, low, high, np.asarray(with_low), np.asarray(with_high))


def _whole(n: object) -> int:
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 1 <= n <= MOST_COUNTED:
        raise StatsError(f"a positive whole number is needed; got {n!r}.")
    return int(n)
