"""The shares of a group in two strata, against the count of the whole group.

Of N patients X had the event. Some (x1 of n1, x2 of n2) with n1 + n2 = N and x1 + x2 = X has to
print as the two shares, if everyone is in one of the strata.
"""

import numpy as np

from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations.ranges import as_range
from trialtrace.audit.summaries.percentages import count_ranges
from trialtrace.base.arrays import Whole

Ranges = list[tuple[Whole, Whole]]


def ranges_of(parts: list[Component], roundings: tuple[str | None, str | None], n: int) -> Ranges:
    """For each part the first and last count of 1 to n - 1 patients that print as it does.

    A rounding of None is that of the paper.
    """
    sizes = np.arange(1, n)
    return [
        count_ranges(as_range(part, rounding=rounding), sizes)
        for part, rounding in zip(parts, roundings, strict=True)
    ]


def splits(ranges: Ranges, events: int, n: int, outside: int) -> list[list[int]]:
    """(x1, n1, x2, n2) that print as the two parts, with `outside` patients in neither."""
    sizes = np.arange(1, n - outside)
    (low1, high1), (low2, high2) = ([each[: len(sizes)] for each in ends] for ends in ranges)
    low2, high2 = low2[::-1], high2[::-1]
    # The patients in neither part have from none to all of the events that are left.
    least = np.maximum(low1 + low2, events - outside)
    most = np.minimum(high1 + high2, events)
    fit = np.flatnonzero((low1 <= high1) & (low2 <= high2) & (least <= most))
    return [
        [int(x), int(sizes[k]), int(x2), int(n - outside - sizes[k])]
        for k in fit
        for x in range(low1[k], high1[k] + 1)
        for x2 in range(low2[k], high2[k] + 1)
        if least[k] <= x + x2 <= most[k]
    ]
