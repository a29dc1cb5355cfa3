"""Columns of few values, such as relapses of a patient: a mean and a standard deviation of them are
a table of counts.

Values on a lattice, as half points or thirds of a scale are, are whole numbers of its steps. With
n, mean and standard deviation as they are printed, sums and sums of squares are known as far as
they are rounded, and quartiles say how many lie on either side; which counts of each value go with
them is an integer program.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import ceil, floor, isnan, sqrt

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from trialtrace.run.disclosure.bounds import ENOUGH

# With more values a count can be told by a mean of very few patients alone, and is then a 1.
MOST_LEVELS, VERY_FEW, MOST_VALUES = 8, 10, 50
MOST_DECIMALS = 3
# A step is the smallest difference of two values, or a part of it down to this.
PARTS = range(1, 7)


@dataclass(frozen=True)
class Column:
    """What is measured: `levels` has of each value, in steps from the smallest one, who has it, a
    bit for each patient; none where they are very many, on no lattice, or a patient has several.
    `decimals` are those of the values, None where they have more than a few. `of` has what each
    patient has, by his bit."""

    levels: Mapping[int, int]
    decimals: int | None = None
    start: float = 0
    step: float = 1
    of: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    def tells(
        self,
        who: int,
        fewest: int,
        decimals: int,
        *,
        spread: bool,
        quantiles: tuple[float, ...] = (),
    ) -> bool:
        """Whether a mean of some patients, with a standard deviation where `spread`, and with
        `quantiles`, leaves less than `ENOUGH` values for a count below `fewest`, also for a 0.

        Where they are more than `MOST_LEVELS`, whether it gives a count of anybody.
        """
        counts = {value: (mask & who).bit_count() for value, mask in self.levels.items()}
        many = len(counts) > MOST_LEVELS
        if len(counts) < 2 or not fewest <= sum(counts.values()) <= (VERY_FEW if many else np.inf):
            return False
        guarded = [value for value, count in counts.items() if many <= count < fewest]
        if not guarded:
            return False
        values = tuple(counts), tuple(counts.values())
        told = _Told(*values, self.start, self.step, decimals, spread, quantiles)
        return _gives(told, tuple(guarded), 2 if many else ENOUGH)


NOTHING = Column({})


def column_of(values: Iterable[tuple[int, float]]) -> Column:
    """The column of some (bit of a patient, value)."""
    of: dict[int, tuple[float, ...]] = {}
    for bit, value in values:
        if not isnan(value):
            of[bit] = (*of.get(bit, ()), value)
    numbers = np.unique([value for each in of.values() for value in each])
    fits = (
        places
        for places in range(MOST_DECIMALS + 1)
        if np.allclose(numbers, np.round(numbers, places), rtol=0, atol=1e-9)
    )
    decimals = next(fits, None)
    step, levels = _step(numbers), dict[int, int]()
    if step and all(len(each) == 1 for each in of.values()):
        for bit, (value,) in of.items():
            level = round((value - numbers[0]) / step)
            levels[level] = levels.get(level, 0) | bit
    return Column(levels, decimals, numbers[0] if levels else 0, step or 1, of)


def _step(numbers: np.ndarray) -> float:
    """The step of the lattice that different values, in their order, lie on; 0 where there is none,
    or where they are too many."""
    if not 1 < len(numbers) <= MOST_VALUES:
        return 1.0 if len(numbers) == 1 else 0.0
    least = np.diff(numbers).min()
    for part in PARTS:
        steps = (numbers - numbers[0]) / least * part
        if np.allclose(steps, np.round(steps), rtol=0, atol=1e-6):
            return float(least / part)
    return 0.0


@dataclass(frozen=True)
class _Told:
    """What is known of the counts of each value: n, rounded mean and standard deviation, and where
    quantiles lie."""

    levels: tuple[int, ...]
    counts: tuple[int, ...]
    start: float
    step: float
    decimals: int
    spread: bool
    quantiles: tuple[float, ...]

    @cached_property
    def _sums(self) -> tuple[range, float, float]:
        """The sums that round to the mean, and the least and largest deviation, in steps."""
        n = sum(self.counts)
        total = sum(map(int.__mul__, self.levels, self.counts))
        squares = sum(
            count * level**2 for level, count in zip(self.levels, self.counts, strict=True)
        )
        half = 0.5 * 10.0**-self.decimals / self.step + 1e-9
        mean = round(self.start + self.step * total / n, self.decimals)
        mean = (mean - self.start) / self.step
        deviation = sqrt(max(squares - total**2 / n, 0) / (n - 1)) if n > 1 else 0.0
        deviation = round(deviation * self.step, self.decimals) / self.step
        sums = range(ceil(n * (mean - half)), floor(n * (mean + half)) + 1)
        return sums, max(deviation - half, 0), deviation + half

    @cached_property
    def _sides(self) -> list[tuple[np.ndarray, float, float]]:
        """Of each value that a quantile is or lies between how many are no larger, and smaller."""
        n, levels = sum(self.counts), np.array(self.levels)
        ordered = np.sort(np.repeat(levels, self.counts))
        places = {end(part * (n - 1)) for part in self.quantiles for end in (floor, ceil)}
        return [
            side
            for at in sorted(places)
            for side in (
                ((levels <= ordered[at]).astype(float), at + 1.0, np.inf),
                ((levels < ordered[at]).astype(float), -np.inf, float(at)),
            )
        ]

    def open(self, level: int, enough: int) -> bool:
        """Whether the count of a value can be one of `enough` numbers."""
        place, seen = self.levels.index(level), {self.counts[self.levels.index(level)]}
        sums, _, _ = self._sums
        # The true sum first: most counts that are open are so by it.
        own = sum(map(int.__mul__, self.levels, self.counts))
        for total in sorted(sums, key=lambda one: abs(one - own)):
            low = self._end(place, total, 1)
            high = self._end(place, total, -1)
            if low is None or high is None:
                continue
            seen |= {low, high}
            for value in range(low + 1, high):
                if len(seen) >= enough:
                    return True
                if value not in seen and self._end(place, total, 1, value) is not None:
                    seen.add(value)
            if len(seen) >= enough:
                return True
        return False

    def _end(self, place: int, total: int, sign: int, value: int | None = None) -> int | None:
        """The least or largest count of a value, with this sum of all; `value`: with it alone."""
        n, (_, least, most) = sum(self.counts), self._sums
        levels = np.array(self.levels, dtype=float)
        lines = [(np.ones(len(levels)), n, n), (levels, total, total), *self._sides]
        if self.spread:
            low = (n - 1) * least**2 + total**2 / n - 1e-6
            lines.append((levels**2, low, (n - 1) * most**2 + total**2 / n + 1e-6))
        bounds = np.zeros(len(levels)), np.full(len(levels), float(n))
        if value is not None:
            bounds[0][place] = bounds[1][place] = value
        cost = np.zeros(len(levels))
        cost[place] = sign
        parts, lows, highs = map(np.array, zip(*lines, strict=True))
        solution = milp(
            cost,
            integrality=np.ones(len(levels)),
            bounds=Bounds(*bounds),
            constraints=LinearConstraint(parts, lows, highs),
        )
        return None if solution.x is None else round(solution.x[place])


@cache
def _gives(told: _Told, levels: Iterable[int], enough: int) -> bool:
    """Whether it leaves less values for a count; statistics beside each other ask alike."""
    return any(not told.open(level, enough) for level in levels)
