"""The window W of a bundle's factor: its targets displaced on their printing grids.

Estimates move by a share of themselves (10 %), the distance of each bound from the estimate by a
factor (1.25), p by a factor (2); lower <= estimate <= upper and p <= 1 are kept, and the printed
values themselves are left out. A grid value is a whole number of units of the last printed digit.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import prod

import numpy as np

from trialtrace.audit.printed.expression import Component
from trialtrace.base.arrays import Flags, Whole

Cell = tuple[int, ...]


@dataclass(frozen=True)
class Displacement:
    """How far targets are displaced."""

    estimate: float = 0.10
    arm: float = 1.25
    p: float = 2.0

    def scaled(self, power: float) -> "Displacement":
        """A window of half (power 0.5) or double (2) the size."""
        return Displacement(self.estimate * power, self.arm**power, self.p**power)


@dataclass(frozen=True)
class Target:
    """A printed value on its grid. `role` is estimate, low, high or p."""

    role: str
    part: Component

    @property
    def cell(self) -> int:
        return int((self.part.value or Decimal(0)) / self.part.ulp)


@dataclass(frozen=True)
class Window:
    """The displaced targets of one factor; `targets` give the order of a vector's parts.

    `centre` is the estimate that the bounds belong to where that is an input, not a target.
    """

    targets: tuple[Target, ...]
    centre: Component | None = None

    @property
    def printed(self) -> Cell:
        return tuple(target.cell for target in self.targets)

    def size(self, by: Displacement) -> int:
        """How many vectors the window has, the printed one included."""
        at = {target.role: target for target in self.targets}
        bounds = [(at[role], side) for role, side in _SIDES if role in at]
        centres = (
            [cell * at["estimate"].part.ulp for cell in _near(at["estimate"], by)]
            if "estimate" in at
            else [self._centre() if bounds else Decimal(0)]
        )
        total = 0
        for centre in centres:
            ways = 1
            for target, side in bounds:
                ways *= len(self._arms(target, side, centre, by))
            total += ways
        return total * (len(_near(at["p"], by)) if "p" in at else 1)

    def inside(self, cells: Whole, by: Displacement) -> Flags:
        """Which vectors, (vectors, parts), lie in the window."""
        place = {target.role: k for k, target in enumerate(self.targets)}
        kept = np.ones(len(cells), dtype=bool)
        for role in ("estimate", "p"):
            if role in place:
                near = _near(self.targets[place[role]], by)
                cell = cells[:, place[role]]
                kept &= (cell >= near.start) & (cell < near.stop)
        for role, side in _SIDES:
            if role in place:
                target, left = self.targets[place[role]], np.flatnonzero(kept)
                cell = cells[left, place[role]]
                if "estimate" in place:
                    unit = self.targets[place["estimate"]].part.ulp
                    estimates, at = np.unique(cells[left, place["estimate"]], return_inverse=True)
                    arms = [self._arms(target, side, int(e) * unit, by) for e in estimates]
                else:
                    arms, at = (
                        [self._arms(target, side, self._centre(), by)],
                        np.zeros(len(cell), int),
                    )
                ends = np.array([(arm.start, arm.stop) for arm in arms]).reshape(-1, 2)[at]
                kept[left] = (cell >= ends[:, 0]) & (cell < ends[:, 1])
        return kept

    def _arms(self, target: Target, side: int, centre: Decimal, by: Displacement) -> range:
        """The bounds at the printed distance from an estimate, times or over the factor."""
        own = abs((target.part.value or Decimal(0)) - self._centre())
        factor = Decimal(by.arm)
        ends = sorted((centre + side * own * factor, centre + side * own / factor))
        return _grid(ends[0], ends[1], target.part.ulp)

    def _centre(self) -> Decimal:
        part = self.centre or next(t.part for t in self.targets if t.role == "estimate")
        return part.value or Decimal(0)


@dataclass(frozen=True)
class Held:
    """A printed value that is not displaced, since a candidate has to keep it, as a cell."""

    cell: int

    @property
    def printed(self) -> Cell:
        return (self.cell,)

    def size(self, by: Displacement) -> int:
        return 1

    def inside(self, cells: Whole, by: Displacement) -> Flags:
        return cells[:, 0] == self.cell


@dataclass(frozen=True)
class Joint:
    """Windows whose vectors one candidate has to give all at once; parts follow one another."""

    windows: tuple[Window | Held, ...]

    @property
    def printed(self) -> Cell:
        return tuple(cell for window in self.windows for cell in window.printed)

    @property
    def displaced(self) -> list[bool]:
        """For each part whether it is a target, not held."""
        return [isinstance(window, Window) for window in self.windows for _ in window.printed]

    def size(self, by: Displacement) -> int:
        """How many vectors the window has, the printed one included."""
        return prod(window.size(by) for window in self.windows)

    def inside(self, cells: Whole, by: Displacement) -> Flags:
        """Which vectors, (vectors, parts), lie in the window."""
        kept, first = np.ones(len(cells), dtype=bool), 0
        for window in self.windows:
            last = first + len(window.printed)
            left = np.flatnonzero(kept)
            kept[left] = window.inside(cells[left, first:last], by)
            first = last
        return kept


_SIDES = (("low", -1), ("high", 1))


def _near(target: Target, by: Displacement) -> range:
    """The grid values of a displaced estimate or p."""
    value = target.part.value or Decimal(0)
    if target.role == "p":
        low, high = value / Decimal(by.p), min(value * Decimal(by.p), Decimal(1))
    else:
        reach = abs(value) * Decimal(by.estimate)
        low, high = value - reach, value + reach
    return _grid(low, high, target.part.ulp)


def _grid(low: Decimal, high: Decimal, unit: Decimal) -> range:
    first = int((low / unit).to_integral_value(ROUND_CEILING))
    last = int((high / unit).to_integral_value(ROUND_FLOOR))
    return range(first, last + 1)
