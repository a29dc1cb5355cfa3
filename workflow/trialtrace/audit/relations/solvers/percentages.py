"""The counts that print as a percentage, and of how many patients.

The interval of one share: the counts on which a usual method gives both printed bounds.

The shares of a group in two strata, against the count of the whole group.

Of N patients X had the event. Some (x1 of n1, x2 of n2) with n1 + n2 = N and x1 + x2 = X has to
print as the two shares, if everyone is in one of the strata.
"""

from functools import lru_cache

import numpy as np

from trialtrace.audit.candidates import count_methods as methods
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations.ranges import as_range, prints
from trialtrace.audit.summaries.count_tests import intervals_of_shares
from trialtrace.audit.summaries.percentages import count_ranges
from trialtrace.base.arrays import Floats, Whole

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


METHODS = {name: each.label for name, each in methods.INTERVALS.items()}


STATED = {"exact": "clopper_pearson", "score": "wilson"}
"""What the methods of a share are called by too."""


def intervals(entry: Claim, pairs: Whole) -> dict[str, Floats]:
    """Bounds in percent by method, (counts, 2)."""
    intervals = intervals_of_shares(*pairs.T, confidence=entry.confidence)
    return {name: 100 * ends for name, ends in intervals.items()}


def fitting(entry: Claim, pairs: Whole) -> dict[tuple[int, int], list[str]]:
    """The counts on which a usual method gives both printed bounds, and these methods.

    A cut interval is told only where it is another than the plain one.
    """
    parts = [entry.parts[name] for name in ("ci_low", "ci_high")]
    texts: dict[tuple[int, int], list[str]] = {}
    every = intervals(entry, pairs)
    for name, ends in every.items():
        plain = every[name.removesuffix("_cut")]
        near = np.ones(len(pairs), dtype=bool)
        for part, own in zip(parts, ends.T, strict=True):
            low, high = (float(end) for end in part.bounds)
            near &= (own > low - (high - low)) & (own < high + (high - low))
        for place in np.flatnonzero(near):
            same = name.endswith("_cut") and (ends[place] == plain[place]).all()
            if not same and all(
                prints(part, own) for part, own in zip(parts, ends[place], strict=True)
            ):
                x, n = pairs[place].tolist()
                texts.setdefault((x, n), []).append(name)
    return dict(sorted(texts.items(), key=lambda item: item[0][::-1]))


def of_three(entry: Claim, pairs: Whole) -> bool:
    """Whether the bounds are the rule of three's, of no events or of nothing but events.

    Source: Hanley & Lippman-Hand, JAMA 1983;249:1743.
    """
    if len(pairs) != 1 or pairs[0][0] not in (0, pairs[0][1]):
        return False
    reach = 300 / float(pairs[0][1])
    ends = (0.0, reach) if pairs[0][0] == 0 else (100 - reach, 100.0)
    low, high = (entry.parts[name] for name in ("ci_low", "ci_high"))
    return prints(low, ends[0]) and prints(high, ends[1])


def splits(
    parts: list[Component], roundings: tuple[str | None, str | None], events: int, n: int
) -> list[tuple[int, int, int, int]]:
    """(x1, n1, x2, n2) that print as the shares of two strata, of so many events of n in both.

    A rounding of None is that of the paper.
    """
    sizes = np.arange(1, n)
    (low1, high1), (low2, high2) = (
        count_ranges(as_range(part, rounding=rounding), sizes)
        for part, rounding in zip(parts, roundings, strict=True)
    )
    least, most = np.maximum(low1, events - high2[::-1]), np.minimum(high1, events - low2[::-1])
    return [
        (x, int(n1), events - x, int(n - n1))
        for n1, first, last in zip(sizes, least, most, strict=True)
        for x in range(int(first), int(last) + 1)
    ]
