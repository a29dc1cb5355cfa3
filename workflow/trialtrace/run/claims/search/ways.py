"""From ways of analysing sets of patients to the candidates of a bundle.

A way gives every wanted number for each of its sets. It is printed in each way of rounding; where
groups are compared, also the other way round and with a one-sided p; where days become years, also
with a year of 365 days.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from trialtrace.audit.candidates.coincidence import Family
from trialtrace.audit.candidates.grid import LEVELS, ROUNDINGS, departures, tabulated
from trialtrace.base.arrays import Flags, Floats
from trialtrace.run.claims.convert import FROM_DAYS
from trialtrace.run.claims.search.wanted import Key, P, Wanted

# Blocks of candidates: one reading of an endpoint on one list of sets of patients each.
#
# A column of numbers is computed block by block and put together.

SUBSETS = 3


@dataclass(frozen=True, eq=False)
class Blocks:
    """All blocks of a bundle, as one list of candidates."""

    blocks: Sequence[Any]

    @property
    def names(self) -> list[str]:
        return [
            f"{name}, {block.reading.name}" if block.reading.name else name
            for block in self.blocks
            for name in block.sets.names
        ]

    @property
    def tiers(self) -> list[int]:
        return [max(tier, block.reading.tier) for block in self.blocks for tier in block.sets.tiers]

    def column(self, compute: Callable[[Any], Floats], tier: int = 1) -> Floats:
        """A column over all sets of all blocks; NaN on subsets for a choice that is not tier 1.

        A subset is a departure by itself, so it is tried with the usual choices only.
        """
        columns: list[Floats | None] = []
        for block in self.blocks:
            if tier > 1 and min(block.sets.tiers, default=SUBSETS) == SUBSETS:
                columns.append(None)
            else:
                columns.append(compute(block))
        shape = next(column.shape[:-1] for column in columns if column is not None)
        filled = [
            np.full((*shape, len(block.sets)), np.nan) if column is None else column
            for column, block in zip(columns, self.blocks, strict=True)
        ]
        return np.concatenate(filled, axis=-1)

    def columns(
        self, keys: Iterable[Key], compute: Callable[..., Floats], tier: int = 1
    ) -> dict[Key, Floats]:
        """A column of each key; `compute` takes a block, and the key by its name."""
        return {key: self.column(partial(compute, key=key), tier) for key in keys}


RATIOS = ("hazard_ratio", "risk_ratio", "odds_ratio")
DIFFERENCES = ("mean_difference", "risk_difference")
SIDES = {"": 1, "one-sided": 2, "one-sided towards the other side": 2}
DAYS = {"": (1, 1.0), "a year of 365 days": (2, 365.25 / 365)}
_OTHER = {"low": "high", "high": "low"}


@dataclass(frozen=True, eq=False)
class Sets:
    """Sets of patients in words, each with its tier and its members (sets, patients)."""

    names: list[str]
    tiers: list[int]
    masks: Flags

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, eq=False)
class Option:
    """One choice on one axis: the columns that it gives, (sets,) each.

    Options of two axes that name a `model` go together only where it is the same. `halves` says
    that the p is two-sided and symmetric.
    """

    name: str
    tier: int
    values: Mapping[Key, Floats]
    model: str = ""
    halves: bool = False


@dataclass(frozen=True, eq=False)
class Way:
    """A way of analysing: an option on each axis, for sets given by name and tier."""

    options: tuple[Option, ...]
    names: Sequence[str]
    tiers: Sequence[int]

    @property
    def tier(self) -> int:
        return max(option.tier for option in self.options)

    @property
    def halves(self) -> bool:
        return any(option.halves for option in self.options)

    @property
    def departures(self) -> int:
        """How many of the options are not usual ones."""
        return departures(*(option.tier for option in self.options))

    @property
    def values(self) -> dict[Key, Floats]:
        """The columns of all wanted numbers."""
        return {key: column for option in self.options for key, column in option.values.items()}

    def told(self, order: Sequence[Wanted]) -> str:
        """What it does in words: what gives the numbers that differ, and what is not usual."""
        differing = {one.key.stat for one in order if one.differs}
        told = [
            option
            for option in self.options
            if option.name and (option.tier > 1 or differing & {key.stat for key in option.values})
        ]
        names = [one.name for one in told]
        # A test of a model that no other option names.
        models = {one.model for one in told if one.model}
        if models and not any(name.startswith(tuple(models)) for name in names):
            names.append(*models)
        return ", ".join(names) or "the number"


def crossed(
    names: Sequence[str], tiers: Sequence[int], axes: Sequence[Sequence[Option]]
) -> Iterator[Way]:
    """Every combination of one option an axis that makes sense; axes without options are left."""
    for chosen in product(*(axis for axis in axes if axis)):
        if len({option.model for option in chosen if option.model}) <= 1:
            yield Way(chosen, names, tiers)


def families(order: Sequence[Wanted], ways: Iterable[Way]) -> Iterator[Family]:
    """The candidates of a bundle; `order` is that of its window."""
    units = [one.unit for one in order]
    compared = any(one.key.stat in RATIOS + DIFFERENCES for one in order)
    tested = any(one.key.stat == P for one in order)
    days = any(one.how in FROM_DAYS for one in order)
    for way in ways:
        declared = np.flatnonzero(np.array(way.tiers) < SUBSETS)
        names = [way.names[place] for place in declared.tolist()]
        tiers = [way.tiers[place] for place in declared.tolist()]
        values, name_of_way = way.values, way.told(order)
        for turned, side, year in product(
            (False, True) if compared else (False,),
            SIDES if tested and way.halves else ("",),
            DAYS if days else ("",),
        ):
            columns = [_column(values, one, turned, side, year) for one in order]
            table = np.stack(columns, axis=1)
            told = [name_of_way, "the other way round" if turned else "", side, year]
            first = max(way.tier, 2 if turned else 1, SIDES[side], DAYS[year][0])
            for rounding, second in ROUNDINGS.items():
                tier = max(first, second)
                # A subset is a departure by itself: it is tried with the usual choices only.
                own = (
                    tabulated(way.names, way.tiers, table, units, rounding)
                    if tier == 1
                    else tabulated(names, tiers, table[declared], units, rounding)
                )
                name = ", ".join([*filter(None, told), *([] if second == 1 else [rounding])])
                many = way.departures + turned + departures(SIDES[side], DAYS[year][0], second)
                yield Family(name, tier, (own,), many)


def _column(
    columns: Mapping[Key, Floats], item: Wanted, turned: bool, side: str, year: str
) -> Floats:
    key = item.key
    if turned and key.stat in RATIOS + DIFFERENCES:
        values = columns[key._replace(field=_OTHER.get(key.field, key.field))]
        with np.errstate(divide="ignore"):
            values = 1 / values if key.stat in RATIOS else -values
    else:
        values = columns[key]
    if key.stat == P and side:
        values = values / 2 if side == "one-sided" else 1 - values / 2
    if item.how in FROM_DAYS:
        values = values * DAYS[year][1]
    return item.printable(values)


def levels_of(planned: float) -> dict[float, int]:
    """Confidence levels with their tiers: the planned one is tier 1."""
    return {planned: 1} | {level: 2 for level in LEVELS if level != planned}


def both_bounds(order: Sequence[Wanted]) -> list[Key]:
    """The keys of a bundle; with one bound the other too, since a ratio may be turned round."""
    keys = [one.key for one in order]
    keys += [
        key._replace(field=side)
        for key in keys
        if key.field in ("low", "high")
        for side in ("low", "high")
    ]
    return list(dict.fromkeys(keys))
