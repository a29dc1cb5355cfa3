"""Columns of few whole numbers, such as relapses of a patient: a mean and a standard deviation of
them are a table of counts.

With n, mean and standard deviation as they are printed, sums and sums of squares are known as far
as they are rounded; which counts of each value go with them is an integer program.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, isnan, sqrt

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from trialtrace.run.disclosure.bounds import ENOUGH

# With more values there are far more unknown counts than numbers told.
MOST_LEVELS, MOST_DECIMALS = 8, 3


@dataclass(frozen=True)
class Column:
    """What is measured: `levels` has of each value who has it, a bit for each patient; none where
    they are many, no whole numbers, or a patient has several. `decimals` are those of the values,
    None where they have more than a few."""

    levels: Mapping[int, int]
    decimals: int | None = None

    def tells(self, who: int, fewest: int, decimals: int, *, spread: bool) -> bool:
        """Whether a mean of some patients, with a standard deviation where `spread`, leaves less
        than `ENOUGH` values for a count below `fewest`, also for a 0."""
        counts = {value: (mask & who).bit_count() for value, mask in self.levels.items()}
        if len(counts) < 2 or sum(counts.values()) < fewest:
            return False
        guarded = [value for value, count in counts.items() if count < fewest]
        if not guarded:
            return False
        told = _Told(tuple(counts), tuple(counts.values()), decimals, spread)
        return any(not told.open(value) for value in guarded)


NOTHING = Column({})


def column_of(values: Iterable[tuple[int, float]]) -> Column:
    """The column of some (bit of a patient, value)."""
    pairs = [(bit, value) for bit, value in values if not isnan(value)]
    numbers = np.array([value for _, value in pairs], dtype=float)
    fits = (
        places
        for places in range(MOST_DECIMALS + 1)
        if np.allclose(numbers, np.round(numbers, places), rtol=0, atol=1e-9)
    )
    decimals = next(fits, None)
    levels: dict[int, int] = {}
    if decimals == 0 and len(np.unique(numbers)) <= MOST_LEVELS:
        once = len({bit for bit, _ in pairs}) == len(pairs)
        for bit, value in pairs if once else ():
            levels[round(value)] = levels.get(round(value), 0) | bit
    return Column(levels, decimals)


@dataclass(frozen=True)
class _Told:
    """What is known of the counts of each value: n, and rounded mean and standard deviation."""

    levels: tuple[int, ...]
    counts: tuple[int, ...]
    decimals: int
    spread: bool

    @cached_property
    def _sums(self) -> tuple[range, float, float]:
        """The sums that round to the mean, and the deviation's least and largest value."""
        n = sum(self.counts)
        total = sum(map(int.__mul__, self.levels, self.counts))
        squares = sum(
            count * level**2 for level, count in zip(self.levels, self.counts, strict=True)
        )
        half = 0.5 * 10.0**-self.decimals + 1e-9
        mean = round(total / n, self.decimals)
        deviation = sqrt(max(squares - total**2 / n, 0) / (n - 1)) if n > 1 else 0.0
        deviation = round(deviation, self.decimals)
        sums = range(ceil(n * (mean - half)), floor(n * (mean + half)) + 1)
        return sums, max(deviation - half, 0), deviation + half

    def open(self, level: int) -> bool:
        """Whether the count of a value can be one of `ENOUGH` numbers."""
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
                if len(seen) >= ENOUGH:
                    return True
                if value not in seen and self._end(place, total, 1, value) is not None:
                    seen.add(value)
            if len(seen) >= ENOUGH:
                return True
        return False

    def _end(self, place: int, total: int, sign: int, value: int | None = None) -> int | None:
        """The least or largest count of a value, with this sum of all; `value`: with it alone."""
        n, (_, least, most) = sum(self.counts), self._sums
        levels = np.array(self.levels, dtype=float)
        lines = [np.ones(len(levels)), levels]
        low, high = [float(n), float(total)], [float(n), float(total)]
        if self.spread:
            lines.append(levels**2)
            low.append((n - 1) * least**2 + total**2 / n - 1e-6)
            high.append((n - 1) * most**2 + total**2 / n + 1e-6)
        bounds = np.zeros(len(levels)), np.full(len(levels), float(n))
        if value is not None:
            bounds[0][place] = bounds[1][place] = value
        cost = np.zeros(len(levels))
        cost[place] = sign
        solution = milp(
            cost,
            integrality=np.ones(len(levels)),
            bounds=Bounds(*bounds),
            constraints=LinearConstraint(np.array(lines), low, high),
        )
        return None if solution.x is None else round(solution.x[place])
