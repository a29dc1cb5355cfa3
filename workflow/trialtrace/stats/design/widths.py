"""The width to expect of the score intervals of proportions, exactly.

The mean over all numbers of events that a trial can have, each with its probability. Narrower or
wider intervals come from single trials.

References: Newcombe, Stat Med 1998;17:857 and 17:873. Oracle: R's prop.test and dbinom.
"""

from __future__ import annotations

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import log_choose
from trialtrace.stats.categorical.proportions import bounds
from trialtrace.stats.design._sizes import share, single, sizes
from trialtrace.stats.results import StatsError

# Of the numbers of events of both arms.
MOST_PAIRS = 20_000_000


def width_one_proportion(p: float, n: int, *, confidence: float) -> float:
    """Mean width of Wilson's interval of one proportion where the risk is p.

    Raises `StatsError` for a risk outside 0 to 1, sizes that are none, and more than 20 million
    patients. Source: Newcombe 1998. Oracle: prop.test(correct = FALSE).

    R: `prop.test(x, n, correct = FALSE)$conf.int` of every x.

    >>> round(width_one_proportion(0.8, 30, confidence=0.95), 4)
    0.2721
    """
    chance, low, _, high = _arm(p, n, confidence)
    return float(chance @ (high - low))


def width_two_proportions(p1: float, p0: float, n1: int, n0: int, *, confidence: float) -> float:
    """Mean width of Newcombe's interval of a risk difference where the risks are p1 and p0.

    Raises `StatsError` for risks outside 0 to 1, sizes that are none, and more than 20 million
    pairs of numbers of events. Source: Newcombe 1998, method 10. Oracle: prop.test, dbinom.

    R: by hand in planning.R.

    >>> round(width_two_proportions(0.5, 0.5, 39, 39, confidence=0.95), 4)
    0.4187
    """
    each = [single(sizes(n, "sizes", 1), "sizes") for n in (n1, n0)]
    if (each[0] + 1) * (each[1] + 1) > MOST_PAIRS:
        raise StatsError("too many numbers of events for an exact width.")
    first, low1, at1, high1 = _arm(p1, n1, confidence)
    second, low0, at0, high0 = _arm(p0, n0, confidence)
    below = np.hypot((at1 - low1)[:, None], (high0 - at0)[None, :])
    above = np.hypot((high1 - at1)[:, None], (at0 - low0)[None, :])
    return float(first @ (below + above) @ second)


def _arm(p: float, n: int, confidence: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Of every number of events: its chance, and the lower bound, the share and the upper bound."""
    risk = single(share(p, "risks"), "risks")
    size = single(sizes(n, "sizes", 1), "sizes")
    if size >= MOST_PAIRS:
        raise StatsError("too many numbers of events for an exact width.")
    single(share(confidence, "confidence"), "confidence")
    x = np.arange(size + 1)
    chance = np.exp(log_choose(size, x) + x * np.log(risk) + (size - x) * np.log1p(-risk))
    found = bounds(x, np.full(len(x), size), method="wilson", confidence=confidence)
    return chance, found[..., 0], x / size, found[..., 1]
