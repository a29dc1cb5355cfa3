"""Printed percentages: the counts behind them.

A count x among n prints as the percentage P when 100 x / n lies in the range that P stands for; all
arithmetic is exact.

Source: arithmetic. Oracle: rounding of every count by `decimal` in the tests.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.audit.summaries.printed import Printed, one_shape
from trialtrace.base.arrays import Whole
from trialtrace.stats._inputs import MOST_COUNTED, numbers
from trialtrace.stats.results import StatsError

PERCENT = Fraction(1, 100)


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


def _span(percentage: Printed, n: Whole) -> tuple[Whole, Whole]:
    first, last = percentage.scaled(PERCENT).multiples(n)
    # A percentage outside 0..100 has no count: the empty range keeps first above last.
    first, last = np.maximum(first, 0), np.minimum(last, n)
    return np.asarray(first).astype(np.int64)[()], np.asarray(last).astype(np.int64)[()]


def _whole(n: object) -> int:
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 1 <= n <= MOST_COUNTED:
        raise StatsError(f"a positive whole number is needed; got {n!r}.")
    return int(n)
