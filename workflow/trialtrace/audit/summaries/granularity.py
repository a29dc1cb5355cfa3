"""Impossible means and standard deviations of whole-number data: GRIM and GRIMMER.

Data are whole numbers, or means of `items` whole numbers for each person, so that sums are
multiples of 1/items. GRIM: a mean is possible if a whole sum gives it. GRIMMER: a mean and standard
deviation are possible together if a whole sum S and a whole sum of squares Q give them, Q has the
parity of S, and n whole numbers with that sum and sum of squares exist. Of a scale from 0 to 1 that
is DEBIT. All arithmetic is exact.

With five or more unbounded numbers every Q of the right parity from the least one upwards exists
(checked by enumeration in the tests; four: Cauchy's lemma and Legendre's three squares); with
fewer, and within a scale such as 1 to 7, existence is decided by search.

Each test shows `luck`, the share of printed fractions that would pass: 1 is a test without power.

References: Brown and Heathers, Soc Psychol Personal Sci 2017;8:363 (GRIM). Anaya, PeerJ Preprints
2016;4:e2400 (GRIMMER); Allard 2018 (analytic GRIMMER). Heathers and Brown 2019 (DEBIT). Oracle:
enumeration of all data sets.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt, nan

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.audit.summaries.printed import Printed, _ceiling, _floor, one_shape
from trialtrace.base.arrays import Exact, Flags, Floats, Whole
from trialtrace.stats._inputs import as_array, as_list, check_choice, numbers, one_number
from trialtrace.stats.results import StatsError

DIVISORS = ("n - 1", "n")
MOST_STATES = 2_000_000


@dataclass(frozen=True, slots=True)
class Grim:
    """Whether each mean is possible, the sums that give it (none: first > last), and luck."""

    consistent: Flags
    first_sum: Exact
    last_sum: Exact
    luck: Floats


@dataclass(frozen=True, slots=True)
class Grimmer:
    """Whether mean and standard deviation are possible together, with the reason if not.

    `reason` is "" or one of mean (GRIM fails), range (outside what the scale allows), square (no
    whole sum of squares), parity, data (no such data set). `solutions` are pairs (sum, sum of
    squares) in units of 1/items and its square, at most 100 of them. `luck` is the share of the
    standard deviations printed with the same digits, in the same unit interval, that would pass
    with this mean; NaN where the mean itself is impossible or luck was not asked for.
    """

    consistent: bool
    reason: str
    solutions: tuple[tuple[int, int], ...]
    luck: float


def grim(mean: Printed, n: ArrayLike, *, items: ArrayLike, percent: bool) -> Grim:
    """GRIM: can a mean of whole numbers of n people print as given? Shapes are broadcast.

    `items` is how many whole-number items each person's score averages (1 for a single one, and
    1 for a sum of items). `percent`: the mean is a percentage of people. Sums are in units of
    1/items. Luck is min(1, n items u) for the unit u of the last digit. Raises `StatsError` for
    sizes or items that are not positive whole numbers, and for bounds such as "< 0.1". Not for
    measured quantities such as weights. Source: Brown and Heathers 2017, here with whole sums
    instead of a rounded product. Oracle: all sums, by rounding mode.

    >>> from trialtrace.audit.summaries.printed import read
    >>> bool(grim(read("5.19", rounding="half_up"), 28, items=1, percent=False).consistent)
    False
    """
    parts = _positive_whole(n, "sizes") * _positive_whole(items, "items")
    if (mean.unit == 0).any():
        raise StatsError("GRIM needs a printed number, not a bound.")
    one_shape(mean.value, parts)
    scaled = mean.scaled(Fraction(1, 100)) if percent else mean
    first, last = scaled.multiples(parts)
    if percent:
        first, last = np.maximum(first, 0), np.minimum(last, parts)
    luck = np.minimum(np.asarray(scaled.unit * parts, dtype=np.float64), 1.0)
    return Grim(np.asarray(first <= last, dtype=bool), first, last, luck)


def grimmer(
    mean: Printed,
    sd: Printed,
    n: int,
    *,
    items: int,
    divisor: str,
    scale: tuple[int, int] | None,
    luck: bool,
) -> Grimmer:
    """GRIMMER: can whole-number data of n people have this mean and standard deviation?

    Single numbers. `items` as in `grim`. `divisor`: "n - 1" for the standard deviation of a
    sample, "n" for that of a population. `scale` is the least and the greatest whole number an
    item can take, such as (1, 7), or None where nothing bounds it; with a scale and items the
    person's score can be any multiple of 1/items within it. `luck`: whether to work it out too,
    which takes as long as a hundred tests.

    Raises `StatsError` for fewer than two people, an empty scale, and a scale so long that its
    data sets cannot be listed (about 200 people on 1 to 7; leave the scale out then). Not for
    measured quantities. Sources: Anaya 2016, Allard 2018, and the existence of the data.
    Oracle: all data sets of 2 to 6 people.

    >>> from trialtrace.audit.summaries.printed import read
    >>> mean, sd = read("5.21", rounding="half_up"), read("1.60", rounding="half_up")
    >>> grimmer(mean, sd, 28, items=1, divisor="n - 1", scale=None, luck=False)
    Grimmer(consistent=True, reason='', solutions=((146, 830),), luck=nan)
    """
    check_choice("divisor", divisor, DIVISORS)
    n, items = _one_whole(n, "sizes"), _one_whole(items, "items")
    if n < 2:
        raise StatsError("a standard deviation needs at least two people.")
    if mean.value.shape or sd.value.shape or mean.unit == 0 or sd.unit == 0:
        raise StatsError("GRIMMER takes one printed mean and one printed standard deviation.")
    limits = None if scale is None else _ends(scale, items)
    if limits and limits[0] >= limits[1]:
        raise StatsError("the scale must have two different ends, the least first.")
    first, last = (int(x) for x in mean.multiples(n * items))
    if first > last:
        return Grimmer(False, "mean", (), nan)
    sums = range(first, last + 1)
    if limits:
        sums = range(max(first, n * limits[0]), min(last, n * limits[1]) + 1)
        if not sums:
            return Grimmer(False, "range", (), nan)
    weight = (n - 1 if divisor == "n - 1" else n) * items**2
    solutions, reason = _solutions(sd, n, sums, weight, limits, most=100)
    near = _neighbours(sd) if luck else []
    passing = sum(bool(_solutions(x, n, sums, weight, limits, most=1)[0]) for x in near)
    return Grimmer(bool(solutions), reason, solutions, passing / len(near) if near else nan)


def _ends(scale: tuple[int, int], items: int) -> tuple[int, int]:
    ends = as_list(scale, "scale")
    if len(ends) != 2:
        raise StatsError(f"the scale must have two ends; got {len(ends)}.")
    least, most = (int(one_number(end, "an end of the scale")) * items for end in ends)
    return least, most


def _solutions(
    sd: Printed, n: int, sums: range, weight: int, limits: tuple[int, int] | None, *, most: int
) -> tuple[tuple[tuple[int, int], ...], str]:
    """Pairs (S, Q) that give the standard deviation, and how far the best sum came if none."""
    solutions: list[tuple[int, int]] = []
    stages = ("square", "parity", "data")
    reached = -1
    for total in sums:
        first, last = _square_range(sd, n, total, weight)
        base, rest = divmod(total, n)
        first = max(first, n * base**2 + rest * (2 * base + 1))
        if first > last:
            continue
        reached = max(reached, 1)
        first += (first - total) % 2
        for squares in range(first, last + 1, 2):
            reached = 2
            if _exists(n, total, squares, limits):
                solutions.append((total, squares))
                if len(solutions) == most:
                    return tuple(solutions), ""
    return tuple(solutions), "" if solutions else stages[max(reached, 0)]


def _square_range(sd: Printed, n: int, total: int, weight: int) -> tuple[int, int]:
    """Whole sums of squares Q for which (Q - S^2/n) / weight is the square of such an SD."""
    low: Fraction = max(sd.low.item(), Fraction(0))
    high: Fraction = sd.high.item()
    if high < 0 or (high == 0 and not sd.high_closed):
        return 1, 0
    middle = Fraction(total**2, n)
    least, most = low**2 * weight + middle, high**2 * weight + middle
    first, last = _ceiling(least), _floor(most)
    if first == least and not (sd.low_closed or sd.low.item() < 0):
        first += 1
    return first, last - (last == most and not sd.high_closed)


def _exists(n: int, total: int, squares: int, limits: tuple[int, int] | None) -> bool:
    """Whether n whole numbers have this sum and sum of squares (parity and minimum being right)."""
    if limits is not None:
        low, high = limits
        shifted = total - n * low
        # Measured from the lower end of the scale.
        moved = squares - 2 * low * total + n * low**2
        return moved >= 0 and bool(_reachable(n, high - low)[shifted] >> moved & 1)
    if n >= 5:
        return True
    spread = n * squares - total**2
    if n == 2:
        return isqrt(spread) ** 2 == spread
    if n == 4:
        return not _four_eight_seven(spread)
    # n = 3: one of the numbers, measured from the mean, is at most sqrt(2/3) of the root.
    centre, reach = total // 3, isqrt(squares * 2 // 3 + total**2) + 1
    reach = min(reach, isqrt(2 * spread // 9 + 1) + 2)
    for x in range(centre - reach, centre + reach + 2):
        # The square of the distance of the other two; with their sum it fixes them.
        root = 2 * (squares - x * x) - (total - x) ** 2
        if root >= 0 and isqrt(root) ** 2 == root:
            return True
    return False


def _four_eight_seven(value: int) -> bool:
    """Whether the value has the form 4^a (8 b + 7): not a sum of three squares (Legendre)."""
    while value and value % 4 == 0:
        value //= 4
    return value % 8 == 7


@lru_cache(maxsize=16)
def _reachable(n: int, top: int) -> tuple[int, ...]:
    """For each sum, the sums of squares of n numbers of 0..top as the bits of one whole number."""
    if n * n * top * (top + 1) > MOST_STATES:
        raise StatsError("so many people on so long a scale cannot be searched; leave it out.")
    bits = [1]
    for size in range(1, n + 1):
        grown = [0] * (size * top + 1)
        for total, reached in enumerate(bits):
            for x in range(top + 1):
                grown[total + x] |= reached << (x * x)
        bits = grown
    return tuple(bits)


def _neighbours(sd: Printed) -> list[Printed]:
    """Printed numbers with the same digits in the same unit interval (or the same ten units)."""
    value, unit = sd.value.item(), sd.unit.item()
    count = max(_floor(1 / unit), 10)
    start = _floor(value / (count * unit)) * count
    below, above = value - sd.low.item(), sd.high.item() - value
    return [_moved(sd, k * unit, below, above) for k in range(max(start, 0), start + count)]


def _moved(sd: Printed, value: Fraction, below: Fraction, above: Fraction) -> Printed:
    exact = (np.array(end, dtype=object) for end in (value, value - below, value + above))
    moved, low, high = exact
    return Printed(moved, sd.unit, low, high, sd.low_closed, sd.high_closed)


def _one_whole(value: ArrayLike, name: str) -> int:
    array = _positive_whole(as_array(value, name), name)
    if array.ndim:
        raise StatsError(f"{name} must be a single number; got shape {array.shape}.")
    return int(array)


def _positive_whole(values: ArrayLike, name: str) -> Whole:
    array = numbers(values, name)
    if (array < 1).any() or (array != np.floor(array)).any():
        raise StatsError(f"{name} must be positive whole numbers.")
    return array.astype(np.int64)
