"""The grid of candidates: the same for every paper, and enumerated before any target is read.

Tiers: 1 the printed denominators and the usual methods; 2 other tests, methods, levels, sides and
ways of rounding; 3 denominators that are not printed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.audit.candidates import count_methods as methods
from trialtrace.audit.candidates.coincidence import Choices, choices
from trialtrace.audit.candidates.count_methods import tiers
from trialtrace.audit.summaries.count_tests import p_values_of_tables
from trialtrace.base.arrays import Floats, Whole
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


def _tail(values: Mapping[str, Floats]) -> Floats:
    return np.minimum(values["fisher_less"], values["fisher_greater"])


def _observed(values: Mapping[str, Floats]) -> Floats:
    """The probability of the observed table, which both tails hold."""
    return values["fisher_less"] + values["fisher_greater"] - 1


# What some papers print of an exact test: twice the smaller tail, or twice what is two-sided.
DOUBLED: dict[str, tuple[str, Callable[[Mapping[str, Floats]], Floats]]] = {
    "fisher_tail_twice": ("twice Fisher's exact test, one-sided", _tail),
    "fisher_twice": ("twice Fisher's exact test", lambda tails: tails["fisher"]),
    "mid_p_tail_twice": (
        "twice the mid-p test, one-sided",
        lambda tails: _tail(tails) - _observed(tails) / 2,
    ),
}
ALL_TESTS = TESTS | {name: (label, 2) for name, (label, _) in DOUBLED.items()}
ALSO_OF_SHARES = ("Wald", "Wald, cut at 0 and 1", "Wilson")


@dataclass(frozen=True)
class Size:
    """A denominator, and whether it is printed anywhere for its group."""

    n: int
    printed: bool

    @property
    def tier(self) -> int:
        return 1 if self.printed else 3


# Of a group: its denominators, the counts that print as its percentage by denominator, the share.
Share = tuple[Sequence[Size], Mapping[int, Sequence[int]], Fraction]


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


def p_by_test(counts: Whole) -> dict[str, Floats]:
    """P of (tables, 4) counts x1, n1, x0, n0 by every test, doubled ones too."""
    p_values = p_values_of_tables(*counts.T)
    return p_values | {
        name: np.minimum(2 * made(p_values), 1.0) for name, (_, made) in DOUBLED.items()
    }


def _intervals(
    method: str, centre: str, share: Share, confidence: float
) -> tuple[list[str], list[int], list[tuple[float, float]]]:
    """(names, tiers, bounds) for every denominator of a group."""
    sizes, counts, printed = share
    names, tiers, bounds = [], [], []
    for size in sizes:
        events = counts.get(size.n, ()) if centre == "counts" else [float(printed) * size.n]
        for x in events:
            found = interval(method, x, size.n, confidence)
            if found is not None:
                names.append(f"{x:g} of {size.n}" if centre == "counts" else f"n = {size.n}")
                tiers.append(size.tier)
                bounds.append(found)
    return names, tiers, bounds


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
