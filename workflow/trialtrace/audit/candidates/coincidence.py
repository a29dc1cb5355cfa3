"""The chance of a coincidental fit, CP: the share of a window that some candidate would match.

Candidates are given by families (a method, a level, a way of rounding), each with choices for every
factor (a group's denominator, say); a family matches a vector of the window if it has for every
factor a choice that gives the factor's part. CP(tier) counts the vectors that at least one family
up to the tier matches, the printed one left out, over all vectors but the printed one. The count is
exact: vectors of one factor are grouped by the set of families that can give them, and these groups
are combined factor by factor.

CP says how easily a fit arises, not how likely it is that the authors did otherwise.

The window W of a bundle's factor: its targets displaced on their printing grids.

Estimates move by a share of themselves (10 %), the distance of each bound from the estimate by a
factor (1.25), p by a factor (2); lower <= estimate <= upper and p <= 1 are kept, and the printed
values themselves are left out. A grid value is a whole number of units of the last printed digit.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import prod

import numpy as np
from numpy.typing import ArrayLike

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


@dataclass(frozen=True, eq=False)
class Choices:
    """What one factor can be, in one family: the tier of each choice and the cells that it gives.

    `names` tell the choices in words, `tiers` (choices,). `cells` (pairs, parts) and `owners`
    (pairs,) hold each cell that a choice gives, sorted by cell: one a choice, or several where its
    inputs are only known to their printed digits.
    """

    names: Sequence[str]
    tiers: Whole
    cells: Whole
    owners: Whole

    def candidates(self, tier: int) -> int:
        """How many choices lie up to a tier."""
        return int((self.tiers <= tier).sum())

    def reach(self, tier: int) -> Whole:
        """The cells that choices up to a tier give, (cells, parts); some may stand there twice."""
        return self.cells[self.tiers[self.owners] <= tier]

    def giving(self, cell: Cell, tier: int) -> Whole:
        """The choices up to a tier that give a cell."""
        owners = self.owners[(self.cells == np.array(cell)).all(axis=1)]
        return owners[self.tiers[owners] <= tier]


@dataclass(frozen=True, eq=False)
class Spans:
    """Choices of one part that give every cell from `first` to `last`, (choices,) each."""

    names: Sequence[str]
    tiers: Whole
    first: Whole
    last: Whole

    def candidates(self, tier: int) -> int:
        """How many choices lie up to a tier."""
        return int((self.tiers <= tier).sum())

    def reach(self, tier: int) -> Whole:
        """The cells that choices up to a tier give, (cells, 1)."""
        inside = (self.tiers <= tier) & (self.first <= self.last)
        return _covered(self.first[inside], self.last[inside])

    def giving(self, cell: Cell, tier: int) -> Whole:
        """The choices up to a tier that give a cell."""
        (at,) = cell
        return np.flatnonzero((self.first <= at) & (at <= self.last) & (self.tiers <= tier))


def _covered(first: Whole, last: Whole) -> Whole:
    """The cells in any of the spans."""
    if not len(first):
        return np.empty((0, 1), dtype=np.int64)
    least = int(first.min())
    open_spans = np.zeros(int(last.max()) - least + 2, dtype=np.int64)
    np.add.at(open_spans, first - least, 1)
    np.add.at(open_spans, last - least + 1, -1)
    return np.flatnonzero(np.cumsum(open_spans) > 0)[:, None] + least


def choices(
    names: Sequence[str], tiers: ArrayLike, cells: ArrayLike, owners: ArrayLike | None = None
) -> Choices:
    """Choices from the cells that they give; without `owners` each choice gives one, in order."""
    grid = np.asarray(cells, dtype=np.int64)
    owner = np.arange(len(grid)) if owners is None else np.asarray(owners, dtype=np.int64)
    return Choices(names, np.asarray(tiers, dtype=np.int64), grid, owner)


@dataclass(frozen=True)
class Family:
    """One specification but for what varies by factor; `tier` is that of its method.

    `departures` is how many of its choices are not usual ones, those of its factors left out.
    `misnamed`: it gives another measure than the one that is named, so that a match is no choice.
    `of` says whose each factor is, where there are several.
    """

    name: str
    tier: int
    factors: tuple[Choices | Spans, ...]
    departures: int = 0
    misnamed: bool = False
    of: tuple[str, ...] = ()

    def words(self, choices: Sequence[str]) -> str:
        """The specification with a choice, or several, of each factor."""
        if len(choices) == len(self.of) > 1:
            choices = [f"{one} ({of})" for one, of in zip(choices, self.of, strict=True)]
        return f"{self.name} on {'; '.join(choices)}"

    def candidates(self, tier: int) -> int:
        """How many specifications of this family lie up to a tier."""
        return 0 if self.tier > tier else prod(factor.candidates(tier) for factor in self.factors)

    def matches(self, cells: Sequence[Cell], tier: int) -> int:
        """How many specifications up to a tier give the cells, all at once."""
        return prod(len(whole) for whole in self._giving(cells, tier))

    def matching(self, cells: Sequence[Cell], tier: int) -> list[list[str]]:
        """For each factor, the names of the choices up to a tier that give its cell."""
        found = zip(self.factors, self._giving(cells, tier), strict=True)
        return [[factor.names[owner] for owner in owners] for factor, owners in found]

    def nearest(self, cells: Sequence[Cell], tier: int) -> tuple[int, str] | None:
        """The specification up to a tier that gives the cells with the fewest departures.

        How many it has, and its words; None where none gives them.
        """
        departures, told = self.departures, []
        for factor, owners in zip(self.factors, self._giving(cells, tier), strict=True):
            if not len(owners):
                return None
            first = min(owners.tolist(), key=lambda owner: int(factor.tiers[owner]))
            departures += int(factor.tiers[first] > 1)
            told.append(factor.names[first])
        return departures, self.words(told)

    def _giving(self, cells: Sequence[Cell], tier: int) -> list[Whole]:
        if self.tier > tier:
            return [np.empty(0, dtype=np.int64) for _ in cells]
        return [factor.giving(cell, tier) for factor, cell in zip(self.factors, cells, strict=True)]


@dataclass(frozen=True, eq=False)
class Fits:
    """All families of a search over its windows, one a factor; cells are looked up once a tier."""

    families: Sequence[Family]
    windows: Sequence[Window | Joint]
    _cells: dict[tuple[int, int], Whole] = field(default_factory=dict, init=False)

    def coincidence(self, by: Displacement, tier: int) -> float | None:
        """CP over the windows of all factors, for candidates up to a tier.

        None where the window holds nothing but the printed vector, as for 0.7 with one decimal.
        """
        size = prod(window.size(by) for window in self.windows)
        if size <= 1:
            return None
        own = self.matches(tier) > 0
        inside = []
        for factor, window in enumerate(self.windows):
            cells = self._reached(factor, tier)
            inside.append(cells[window.inside(cells, by)])
        return (self._matched(inside, tier) - own) / (size - 1)

    def distinct(self, tier: int) -> int:
        """How many different vectors all candidates up to a tier give."""
        return self._matched([self._reached(k, tier) for k in range(len(self.windows))], tier)

    def matches(self, tier: int) -> int:
        """How many specifications up to a tier give what is printed."""
        printed = [window.printed for window in self.windows]
        return sum(family.matches(printed, tier) for family in self.families)

    def _reached(self, factor: int, tier: int) -> Whole:
        """The different cells of a factor that any candidate up to a tier gives."""
        if (factor, tier) not in self._cells:
            whole = [
                family.factors[factor].reach(tier)
                for family in self.families
                if family.tier <= tier
            ]
            parts = len(self.windows[factor].printed)
            cells = np.concatenate([np.empty((0, parts), dtype=np.int64), *whole])
            self._cells[factor, tier] = _different(cells)
        return self._cells[factor, tier]

    def _matched(self, cells: list[Whole], tier: int) -> int:
        """How many vectors of the product of `cells` some family matches."""
        if len(cells) == 1:
            return len(cells[0])
        groups = {(1 << len(self.families)) - 1: 1}
        for factor, own in enumerate(cells):
            masks: dict[Cell, int] = dict.fromkeys(map(tuple, own.tolist()), 0)
            for number, family in enumerate(self.families):
                if family.tier <= tier:
                    reach = set(map(tuple, family.factors[factor].reach(tier).tolist()))
                    for cell in reach & masks.keys():
                        masks[cell] |= 1 << number
            groups = _combined(groups, Counter(masks.values()))
        return sum(groups.values())


def _different(cells: Whole) -> Whole:
    """The different rows; as single numbers where these have room for them, which is faster."""
    if not len(cells):
        return cells
    least = cells.min(axis=0)
    spans = [int(span) for span in cells.max(axis=0) - least + 1]
    if prod(spans) >= 2**62:
        return np.unique(cells, axis=0)
    keys = np.zeros(len(cells), dtype=np.int64)
    for part, span in enumerate(spans):
        keys = keys * span + (cells[:, part] - least[part])
    return cells[np.unique(keys, return_index=True)[1]]


def _combined(groups: dict[int, int], more: dict[int, int]) -> dict[int, int]:
    numbers: dict[int, int] = {}
    for mask, count in groups.items():
        for other, times in more.items():
            both = mask & other
            if both:
                numbers[both] = numbers.get(both, 0) + count * times
    return numbers
