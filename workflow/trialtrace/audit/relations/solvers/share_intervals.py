"""The interval of one share: the counts on which a usual method gives both printed bounds."""

import numpy as np

from trialtrace.audit.candidates import count_methods as methods
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.relations.ranges import prints
from trialtrace.audit.summaries.count_tests import intervals_of_shares
from trialtrace.base.arrays import Floats, Whole

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
