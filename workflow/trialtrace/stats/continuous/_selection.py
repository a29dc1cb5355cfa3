"""Order statistics of values that are too many to list, such as differences of all pairs.

They stand in rows that each ascend, so that a binary search of each row counts those below a
value. Each step takes the weighted median of the rows' middles, which leaves at most three
quarters of the values; what is left in the end is listed.

Reference: Johnson and Mizoguchi, SIAM J Comput 1978;7:147.
"""

from collections.abc import Callable
from math import ceil, inf

import numpy as np

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats.results import Interval

# Values listed at once.
LISTED = 1_000_000

# The values at some rows and columns.
Values = Callable[[Places, Places], Floats]


def order_statistic(values: Values, low: Places, high: Places, rank: int) -> float:
    """The value with `rank` others before it in ascending order, ties in any order.

    Row i holds values(i, j) for low[i] <= j < high[i], which ascend with j. Takes memory for
    `LISTED` values and a few numbers a row. Oracle: sorting all values.
    """
    before = 0
    while int((high - low).sum()) > LISTED:
        rows = np.flatnonzero(high > low)
        middles = values(rows, (low[rows] + high[rows]) // 2)
        order = np.argsort(middles, kind="stable")
        weight = np.cumsum((high - low)[rows][order])
        pivot = middles[order[np.searchsorted(weight, weight[-1] / 2)]]
        less = _first(values, low, high, pivot, np.greater_equal)
        most = _first(values, low, high, pivot, np.greater)
        if before + int((less - low).sum()) > rank:
            high = less
        elif before + int((most - low).sum()) <= rank:
            before += int((most - low).sum())
            low = most
        else:
            return float(pivot) + 0.0
    many = high - low
    row = np.repeat(np.arange(low.size), many)
    column = np.arange(row.size) + np.repeat(low - np.cumsum(many) + many, many)
    place = rank - before
    # Without the sign of a zero, which is that of no value in particular.
    return float(np.partition(values(row, column), place)[place]) + 0.0


def interval_of_ranks(value: Callable[[int], float], size: int, needed: float) -> Interval:
    """The median of `size` values with the interval of a test that counts those above a shift.

    `value` gives the value of a rank. The test says that a shift is too small where more than
    `needed` values lie above it; the bounds are infinite where so many can never be.
    """
    estimate = (value((size - 1) // 2) + value(size // 2)) / 2
    if needed >= size:
        return Interval(estimate, -inf, inf)
    # The first rank with at most `needed` values after it.
    first = max(ceil(size - 1 - needed), 0)
    return Interval(estimate, value(first), value(size - 1 - first))


def _first(values: Values, low: Places, high: Places, pivot: float, beyond: np.ufunc) -> Places:
    """For each row the first column whose value is `beyond` the pivot, `high` where none is."""
    first, last = low.copy(), high.copy()
    rows = np.flatnonzero(first < last)
    while rows.size:
        middle = (first[rows] + last[rows]) // 2
        found = beyond(values(rows, middle), pivot)
        last[rows[found]] = middle[found]
        first[rows[~found]] = middle[~found] + 1
        rows = rows[first[rows] < last[rows]]
    return first
