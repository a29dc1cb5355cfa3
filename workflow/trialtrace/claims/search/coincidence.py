"""The chance of a coincidental fit, CP: the share of a window that some candidate would match.

Candidates are given by families (a method, a level, a way of rounding), each with choices for every
factor (a group's denominator, say); a family matches a vector of the window if it has for every
factor a choice that gives the factor's part. CP(tier) counts the vectors that at least one family
up to the tier matches, the printed one left out, over all vectors but the printed one. The count is
exact: vectors of one factor are grouped by the set of families that can give them, and these groups
are combined factor by factor.

CP says how easily a fit arises, not how likely it is that the authors did otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialtrace.claims.search.window import Cell, Displacement, Window


@dataclass(frozen=True, eq=False)
class Choices:
    """What one factor can be, in one family: the tier of each choice and the cells that it gives.

    `names` tell the choices in words, `tiers` (choices,). `cells` (pairs, parts) and `owners`
    (pairs,) hold each cell that a choice gives, sorted by cell: one a choice, or several where its
    inputs are only known to their printed digits.
    """

    names: Sequence[str]
    tiers: NDArray[np.int64]
    cells: NDArray[np.int64]
    owners: NDArray[np.int64]
    _reached: dict[int, frozenset[Cell]] = field(default_factory=dict, init=False, repr=False)

    def candidates(self, tier: int) -> int:
        """How many choices lie up to a tier."""
        return int((self.tiers <= tier).sum())

    def reach(self, tier: int) -> frozenset[Cell]:
        """The cells that a choice up to a tier gives."""
        if tier not in self._reached:
            inside = self.cells[self.tiers[self.owners] <= tier]
            if inside.shape[-1] == 1:
                inside = np.unique(inside)[:, None]
            self._reached[tier] = frozenset(map(tuple, inside.tolist()))
        return self._reached[tier]

    def giving(self, cell: Cell, tier: int) -> NDArray[np.int64]:
        """The choices up to a tier that give a cell."""
        owners = self.owners[(self.cells == np.array(cell)).all(axis=1)]
        return owners[self.tiers[owners] <= tier]


@dataclass(frozen=True, eq=False)
class Spans:
    """Choices of one part that give every cell from `first` to `last`, (choices,) each."""

    names: Sequence[str]
    tiers: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    _reached: dict[int, frozenset[Cell]] = field(default_factory=dict, init=False, repr=False)

    def candidates(self, tier: int) -> int:
        """How many choices lie up to a tier."""
        return int((self.tiers <= tier).sum())

    def reach(self, tier: int) -> frozenset[Cell]:
        """The cells that a choice up to a tier gives."""
        if tier not in self._reached:
            inside = (self.tiers <= tier) & (self.first <= self.last)
            self._reached[tier] = _covered(self.first[inside], self.last[inside])
        return self._reached[tier]

    def giving(self, cell: Cell, tier: int) -> NDArray[np.int64]:
        """The choices up to a tier that give a cell."""
        (at,) = cell
        return np.flatnonzero((self.first <= at) & (at <= self.last) & (self.tiers <= tier))


def _covered(first: NDArray[np.int64], last: NDArray[np.int64]) -> frozenset[Cell]:
    """The cells in any of the spans."""
    if not len(first):
        return frozenset()
    least = int(first.min())
    open_spans = np.zeros(int(last.max()) - least + 2, dtype=np.int64)
    np.add.at(open_spans, first - least, 1)
    np.add.at(open_spans, last - least + 1, -1)
    return frozenset((int(at) + least,) for at in np.flatnonzero(np.cumsum(open_spans) > 0))


def choices(
    names: Sequence[str], tiers: ArrayLike, cells: ArrayLike, owners: ArrayLike | None = None
) -> Choices:
    """Choices from the cells that they give; without `owners` each choice gives one, in order."""
    grid = np.asarray(cells, dtype=np.int64)
    owner = np.arange(len(grid)) if owners is None else np.asarray(owners, dtype=np.int64)
    return Choices(names, np.asarray(tiers, dtype=np.int64), grid, owner)


@dataclass(frozen=True)
class Family:
    """One specification but for what varies by factor; `tier` is that of its method."""

    name: str
    tier: int
    factors: tuple[Choices | Spans, ...]

    def reach(self, factor: int, tier: int) -> frozenset[Cell]:
        """The cells of a factor that a choice up to a tier gives."""
        return frozenset() if self.tier > tier else self.factors[factor].reach(tier)

    def candidates(self, tier: int) -> int:
        """How many specifications of this family lie up to a tier."""
        return 0 if self.tier > tier else prod(one.candidates(tier) for one in self.factors)

    def matches(self, cells: Sequence[Cell], tier: int) -> int:
        """How many specifications up to a tier give the cells, all at once."""
        return prod(len(one) for one in self._giving(cells, tier))

    def matching(self, cells: Sequence[Cell], tier: int) -> list[list[str]]:
        """For each factor, the names of the choices up to a tier that give its cell."""
        found = zip(self.factors, self._giving(cells, tier), strict=True)
        return [[factor.names[one] for one in owners] for factor, owners in found]

    def _giving(self, cells: Sequence[Cell], tier: int) -> list[NDArray[np.int64]]:
        if self.tier > tier:
            return [np.empty(0, dtype=np.int64) for _ in cells]
        return [one.giving(cell, tier) for one, cell in zip(self.factors, cells, strict=True)]


def coincidence(
    families: Sequence[Family], windows: Sequence[Window], by: Displacement, tier: int
) -> float | None:
    """CP over the windows of all factors, for candidates up to a tier.

    None where the window holds nothing but the printed vector, as for 0.8 with one decimal.
    """
    size = prod(window.size(by) for window in windows)
    if size <= 1:
        return None
    inside = [
        set(filter(window.within(by), cells))
        for window, cells in zip(windows, _every(families, len(windows), tier), strict=True)
    ]
    printed = [window.printed for window in windows]
    own = any(family.matches(printed, tier) for family in families)
    return (_matched(families, inside, tier) - own) / (size - 1)


def distinct(families: Sequence[Family], factors: int, tier: int) -> int:
    """How many different vectors all candidates up to a tier give."""
    return _matched(families, _every(families, factors, tier), tier)


def _every(families: Sequence[Family], factors: int, tier: int) -> list[set[Cell]]:
    """The cells of each factor that any candidate gives."""
    return [
        set().union(*(family.reach(factor, tier) for family in families))
        for factor in range(factors)
    ]


def _matched(families: Sequence[Family], cells: list[set[Cell]], tier: int) -> int:
    """How many vectors of the product of `cells` some family matches."""
    groups = {(1 << len(families)) - 1: 1}
    for factor, window in enumerate(cells):
        masks = dict.fromkeys(window, 0)
        for number, family in enumerate(families):
            for cell in family.reach(factor, tier) & window:
                masks[cell] |= 1 << number
        counted: dict[int, int] = {}
        for mask in masks.values():
            counted[mask] = counted.get(mask, 0) + 1
        groups = _combined(groups, counted)
    return sum(groups.values())


def _combined(groups: dict[int, int], more: dict[int, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for mask, count in groups.items():
        for other, times in more.items():
            both = mask & other
            if both:
                found[both] = found.get(both, 0) + count * times
    return found
