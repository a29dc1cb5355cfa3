"""The grid of candidates: the same for every paper, and enumerated before any target is read.

Tiers: 1 the printed denominators and the usual methods; 2 other tests, methods, levels, sides and
ways of rounding; 3 denominators that are not printed.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.audit.candidates import count_methods as methods
from trialtrace.audit.candidates.coincidence import Choices, choices
from trialtrace.audit.candidates.count_methods import tiers
from trialtrace.base.arrays import Whole
from trialtrace.stats.categorical.proportions import bounds
from trialtrace.stats.results import StatsError

TIERS = (1, 2, 3)
CUT_OFF = "digits cut off"
UP = "rounded up"
ROUNDINGS = {"half up": 1, CUT_OFF: 2, "half to even": 2}
LEVELS = {0.95: 1, 0.90: 2, 0.99: 2}
TESTS = {name: (methods.TESTS[name].label, tier) for name, tier in tiers(methods.TESTS).items()}
# Methods of a share and a size; a share need not be a whole count where it is the printed one.
INTERVALS = {
    methods.INTERVALS[name].label: (name.removesuffix(methods.CUT), tier)
    for name, tier in tiers(methods.INTERVALS).items()
}


def departures(*tiers: int) -> int:
    """How many of the chosen options are not usual ones, by their tiers."""
    return sum(tier > 1 for tier in tiers)


def grid(values: ArrayLike, unit: Fraction, rounding: str) -> Whole:
    """The grid values as which numbers are printed; numbers are taken to 9 decimals of a unit."""
    steps = np.round(np.asarray(values, dtype=np.float64) / float(unit), 9)
    if rounding == CUT_OFF:
        steps = np.trunc(steps)
    elif rounding == "half to even":
        steps = np.rint(steps)
    elif rounding == UP:
        steps = np.ceil(steps)
    else:
        steps = np.floor(steps + 0.5)
    return steps.astype(np.int64)


def tabulated(
    names: Sequence[str],
    tiers: Sequence[int],
    values: ArrayLike,
    units: Sequence[Fraction],
    rounding: str,
) -> Choices:
    """Choices that give a vector each, `values` (choices, parts); none where a part is missing."""
    table = np.asarray(values, dtype=np.float64).reshape(len(names), len(units))
    kept = np.flatnonzero(np.isfinite(table).all(axis=1))
    cells = [grid(table[kept, k], unit, rounding) for k, unit in enumerate(units)]
    return choices(names, tiers, np.stack(cells, axis=1), kept)


@lru_cache(maxsize=1 << 16)
def interval(method: str, x: float, n: int, confidence: float) -> tuple[float, float] | None:
    """Both bounds, as shares; None where the method has none."""
    try:
        low, high = bounds(x, n, method=INTERVALS[method][0], confidence=confidence).tolist()
    except StatsError:
        return None
    if low != low or high != high:
        return None
    return (max(low, 0.0), min(high, 1.0)) if "cut" in method else (low, high)
