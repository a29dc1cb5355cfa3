"""Medians and quartiles of two groups: which p the Mann-Whitney test can have.

Of n values at least a quarter lie at or below the lower quartile, at least half at or below the
median, and so on. Each pair of quarters that do not overlap decides the pairs of patients in it, so
that U lies between what is decided one way and the rest. p is greatest at U's end nearest to its
middle, by the normal approximation with correction for continuity, without ties.
Source: Mann & Whitney 1947. Oracle: samples drawn with R, none of whose p is outside.
"""

from collections.abc import Sequence
from math import floor, inf, sqrt

import numpy as np
from scipy.special import ndtr

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.relations.ranges import ends_of

QUARTILES = ("quartile_low", "value", "quartile_high")


EVENLY = (np.arange(200) + 0.5) / 200


Quarters = list[tuple[float, float]]


def likely_z(groups: Sequence[Claim], sizes: Sequence[int]) -> float | None:
    """|z| of the Mann-Whitney test where values lie evenly in each quarter, and as far outside of
    the quartiles as these lie apart. None where quartiles or median fall together.

    Oracle: samples drawn so with numpy.
    """
    knots = [[float(group.parts[name].value or 0) for name in QUARTILES] for group in groups]
    if any(len(set(one)) < len(QUARTILES) for one in knots):
        return None
    points = [
        np.interp(EVENLY, [0, 0.25, 0.5, 0.75, 1], [2 * a - c, a, b, c, 2 * c - a])
        for a, b, c in knots
    ]
    above = float(np.greater.outer(*points).mean() + np.equal.outer(*points).mean() / 2)
    n1, n0 = sizes
    return abs(above - 0.5) * n1 * n0 / sqrt(n1 * n0 * (n1 + n0 + 1) / 12)


def quarters(entry: Claim) -> Quarters:
    """The least and the greatest value of each quarter of a group's patients."""
    ends = [ends_of(entry.parts[name]) for name in QUARTILES]
    least, most = entry.parts.get("least"), entry.parts.get("most")
    below = [-inf if least is None else ends_of(least).low, *(low for low, _ in ends)]
    above = [*(high for _, high in ends), inf if most is None else ends_of(most).high]
    return list(zip(below, above, strict=True))


def greatest_p(first: Quarters, second: Quarters, n1: int, n0: int) -> float:
    """The greatest two-sided p of the Mann-Whitney test of groups with such quarters.

    Source and oracle: the module's.
    """
    less = _decided(first, second, n1, n0)
    more = _decided(second, first, n0, n1)
    middle, spread = n1 * n0 / 2, sqrt(n1 * n0 * (n1 + n0 + 1) / 12)
    # With the correction for continuity p is the greater one.
    nearest = max(less - middle, more - middle, 0.5) - 0.5
    return min(2 * float(ndtr(-nearest / spread)), 1.0)


def _decided(low: Quarters, high: Quarters, n: int, m: int) -> int:
    """How many pairs at least have the value of the first group below that of the second.

    Of n values at least floor(k n / 4) are in the first k quarters, and as many in the last k.
    Where one range ends at which another begins, no way of rounding prints a value there as both.
    """
    above = [floor(sum(own[1] <= other[0] for other in high) * m / 4) for own in low]
    steps = [one - after for one, after in zip(above, [*above[1:], 0], strict=True)]
    return sum(floor(k * n / 4) * step for k, step in enumerate(steps, start=1))
