"""The counts that print as a percentage, and of how many patients."""

from functools import lru_cache

import numpy as np

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations.ranges import as_range
from trialtrace.audit.summaries.percentages import (
    count_ranges,
)
from trialtrace.base.arrays import Whole

MOST_COUNTS = 100_000


def possible_counts(ledger: Ledger, entry: Claim, most: int) -> Whole | None:
    """(events, patients) behind a percentage, rows by patients, the fewest first.

    The printed ones where they are printed, none where they are impossible; of at most `most`
    patients where no size is. None where there would be more than `MOST_COUNTS`.
    """
    n, count = ledger.size(entry), entry.parts.get("count")
    if n is not None and n > most:
        return np.empty((0, 2), dtype=np.int64)
    if n is not None and count is not None:
        known = int(count.value or 0), n
        return np.array([known] if known[0] <= n else [], dtype=np.int64).reshape(-1, 2)
    percent = entry.parts["percent"]
    if n is None and most * most * float(percent.ulp) / 200 > MOST_COUNTS:
        return None
    return printing_as(percent, *((1, most) if n is None else (n, n)))


@lru_cache(maxsize=4096)
def printing_as(percent: Component, fewest: int, most: int) -> Whole:
    """(events, patients) that print as a percentage, of the sizes from `fewest` to `most`."""
    sizes = np.arange(fewest, most + 1)
    first, last = count_ranges(as_range(percent), sizes)
    ways = np.maximum(last - first + 1, 0)
    start = np.repeat(first - np.cumsum(ways) + ways, ways)
    return np.stack([start + np.arange(ways.sum()), np.repeat(sizes, ways)], axis=1)
