"""The chance of a coincidental fit, CP: the share of a window that some candidate would match.

Candidates are given by families (a method, a level, a way of rounding), each with choices for every
factor (a group's denominator, say); a family matches a vector of the window if it has for every
factor a choice that gives the factor's part. CP(tier) counts the vectors that at least one family
up to the tier matches, the printed one left out, over all vectors but the printed one. The count is
exact: vectors of one factor are grouped by the set of families that can give them, and these groups
are combined factor by factor.

CP says how easily a fit arises, not how likely it is that the authors did otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from trialtrace.claims.search.window import Cell, Displacement, Window


@dataclass(frozen=True)
class Choices:
    """What one factor can be, in one family: the tier of each choice and the cells that it gives.

    `names` tell the choices in words. A choice gives one cell, or several where its inputs are only
    known to their printed digits.
    """

    names: tuple[str, ...]
    tiers: tuple[int, ...]
    cells: Mapping[Cell, tuple[int, ...]]


@dataclass(frozen=True)
class Family:
    """One specification but for what varies by factor; `tier` is that of its method."""

    name: str
    tier: int
    factors: tuple[Choices, ...]

    def reach(self, factor: int, tier: int) -> set[Cell]:
        """The cells that a choice up to a tier gives."""
        if self.tier > tier:
            return set()
        tiers = self.factors[factor].tiers
        given = self.factors[factor].cells.items()
        return {cell for cell, choices in given if any(tiers[c] <= tier for c in choices)}

    def candidates(self, tier: int) -> int:
        """How many specifications of this family lie up to a tier."""
        if self.tier > tier:
            return 0
        return prod(sum(t <= tier for t in choices.tiers) for choices in self.factors)

    def matching(self, cells: Sequence[Cell], tier: int) -> list[list[str]]:
        """For each factor, the choices up to a tier that give its cell."""
        if self.tier > tier:
            return [[] for _ in cells]
        return [
            [one.names[c] for c in one.cells.get(cell, ()) if one.tiers[c] <= tier]
            for one, cell in zip(self.factors, cells, strict=True)
        ]

    def matches(self, cells: Sequence[Cell], tier: int) -> int:
        """How many specifications give the cells, all at once."""
        return prod(len(names) for names in self.matching(cells, tier))


def coincidence(
    families: Sequence[Family], windows: Sequence[Window], by: Displacement, tier: int
) -> float:
    """CP over the windows of all factors, for candidates up to a tier; 0 for a window of one."""
    size = prod(window.size(by) for window in windows)
    inside = [
        {cell for cell in cells if window.contains(cell, by)}
        for window, cells in zip(windows, _every(families, len(windows), tier), strict=True)
    ]
    printed = [window.printed for window in windows]
    own = any(family.matches(printed, tier) for family in families)
    return (_matched(families, inside, tier) - own) / (size - 1) if size > 1 else 0.0


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
