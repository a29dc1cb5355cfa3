"""The window W of a bundle's factor: its targets displaced on their printing grids.

Estimates move by a share of themselves (10 %), the distance of each bound from the estimate by a
factor (1.25), p by a factor (2); lower <= estimate <= upper and p <= 1 are kept, and the printed
values themselves are left out. A grid value is a whole number of units of the last printed digit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache

from trialtrace.claims.printed import Component

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

    def within(self, by: Displacement) -> Callable[[Cell], bool]:
        """A function that tells whether a vector lies in the window."""
        place = {target.role: k for k, target in enumerate(self.targets)}
        fixed = [(place[role], _near(self.targets[place[role]], by))
                 for role in ("estimate", "p") if role in place]  # fmt: skip
        sides = [(place[role], side) for role, side in _SIDES if role in place]
        first = place.get("estimate")

        @cache
        def arms(estimate: int | None) -> list[tuple[int, range]]:
            if estimate is None or first is None:
                centre = self._centre()
            else:
                centre = estimate * self.targets[first].part.ulp
            return [(k, self._arms(self.targets[k], side, centre, by)) for k, side in sides]

        def inside(cell: Cell) -> bool:
            if not all(cell[k] in near for k, near in fixed):
                return False
            if not sides:
                return True
            return all(cell[k] in arm for k, arm in arms(None if first is None else cell[first]))

        return inside

    def _arms(self, target: Target, side: int, centre: Decimal, by: Displacement) -> range:
        """The bounds at the printed distance from an estimate, times or over the factor."""
        own = abs((target.part.value or Decimal(0)) - self._centre())
        factor = Decimal(by.arm)
        ends = sorted((centre + side * own * factor, centre + side * own / factor))
        return _grid(ends[0], ends[1], target.part.ulp)

    def _centre(self) -> Decimal:
        part = self.centre or next(t.part for t in self.targets if t.role == "estimate")
        return part.value or Decimal(0)


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
