"""A number that is made of two others of its row, and the rows in which it is not.

Sums, differences, ratios and parts of a difference (in powers of ten, as percents), and a weight by
a squared height, to the digits of the number that is made. What at least half of all rows
have, and no more than one in ten where the numbers of another row are put in, is a formula; a row
that is off by more than `OFF` of the spread is another. More than one in a hundred that is off is
unusual (binomial). Of three numbers one look is made, at one that is used where one is.
"""

from collections.abc import Callable, Iterator
from itertools import combinations, permutations

import numpy as np

from trialtrace.base.arrays import Flags, Floats
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import (
    NUMBER,
    PLACES,
    Column,
    Export,
    Sheet,
    resolution,
    written_in,
)
from trialtrace.run.integrity.look import Look

FEWEST, LEVELS, COLUMNS, SAMPLE, OFTEN, SELDOM, SLIPS = 30, 12, 24, 60, 0.5, 0.1, 0.01
OFF, FEWEST_VARIED, POWERS = 0.1, 10, (1.0, 10.0, 100.0, 1000.0, 10000.0)
WAYS: dict[str, Callable[[Floats, Floats], tuple[Floats, ...]]] = {
    "sum": lambda x, y: (x + y,),
    "difference": lambda x, y: (x - y,),
    "ratio": lambda x, y: tuple(power * x / y for power in POWERS),
    "part that is the difference": lambda x, y: tuple(power * (x - y) / y for power in POWERS[:3]),
    "ratio to the square": lambda x, y: tuple(power * x / y**2 for power in POWERS),
}
# The formula, and which of its powers; the places of the number that is made and of both others.
Way = tuple[str, int]
Three = tuple[int, int, int]


def looks(export: Export) -> Iterator[Look]:
    """A look for each formula that holds in many rows."""
    for sheet in export.sheets:
        numbers = [
            column
            for column in sheet.columns
            if column.kind == NUMBER
            and (~np.isnan(column.values)).sum() >= FEWEST
            and len(np.unique(column.values[~np.isnan(column.values)])) >= LEVELS
        ][:COLUMNS]
        used = [(sheet.name, column.name) in export.used for column in numbers]
        likely = _likely([column.values for column in numbers], used)
        told: set[frozenset[int]] = set()
        for made, x, y in sorted(
            permutations(range(len(numbers)), 3), key=lambda three: not used[three[0]]
        ):
            three = frozenset({made, x, y})
            if three not in told and (found := likely.get((made, x, y))):
                for look in _look(sheet, numbers[made], numbers[x], numbers[y], found):
                    told.add(three)
                    yield look


def _likely(columns: list[Floats], used: list[bool]) -> dict[Three, list[Way]]:
    """The formulas that hold in half of a sample of rows, by the places of the number that is made
    and of both others; of three of which one is used."""
    values, known = np.array(columns), ~np.isnan(columns)
    coarse = np.array([[~written_in(each, at) for at in range(PLACES)] for each in columns])
    threes, few, sizes, units = [], [], [], []
    for three in combinations(range(len(columns)), 3):
        there = known[three[0]] & known[three[1]] & known[three[2]]
        at = np.flatnonzero(there)
        if len(at) < FEWEST or not any(used[each] for each in three):
            continue
        sample = at[np.unique(np.linspace(0, len(at) - 1, SAMPLE).astype(int))]
        fine = ~(coarse[list(three)] & there).any(axis=2)
        threes.append(three)
        sizes.append(len(sample))
        few.append(np.resize(sample, SAMPLE))
        units.append([10.0 ** -int(one.argmax()) if one.any() else np.nan for one in fine])
    found: dict[Three, list[Way]] = {}
    if not threes:
        return found
    rows, inside = np.array(few), np.arange(SAMPLE) < np.array(sizes)[:, None]
    of = values[np.array(threes)[:, :, None], rows[:, None, :]]
    for made, x, y in permutations(range(3)):
        unit = np.array(units)[:, made, None]
        for way, formula in WAYS.items():
            with np.errstate(all="ignore"):
                for nth, tried in enumerate(formula(of[:, x], of[:, y])):
                    equal = _equal(of[:, made], tried, unit) & inside
                    often = equal.sum(axis=1) >= OFTEN * np.array(sizes)
                    for place in np.flatnonzero(often).tolist():
                        three = threes[place]
                        key = three[made], three[x], three[y]
                        found.setdefault(key, []).append((way, nth))
    return found


def _look(sheet: Sheet, made: Column, x: Column, y: Column, found: list[Way]) -> Iterator[Look]:
    at = np.flatnonzero(~np.isnan(made.values + x.values + y.values))
    unit = resolution(made.values[at])
    if unit is None:
        return
    for way, nth in found:
        if way == "sum" and x.name > y.name:
            continue
        with np.errstate(all="ignore"):
            due = WAYS[way](x.values[at], y.values[at])[nth]
            equal = _equal(made.values[at], due, unit)
            beside = _equal(made.values[at], np.roll(due, len(due) // 3), unit)
            both = _varies(x.values[at], equal) & _varies(y.values[at], equal)
            if (
                equal.mean() < OFTEN
                or beside.mean() > SELDOM
                or (both.sum() < FEWEST_VARIED or equal[both].mean() < OFTEN)
            ):
                continue
            spread = np.subtract(*np.quantile(due[equal], (0.9, 0.1)))
            off = np.abs(made.values[at] - due) > max(2 * unit, OFF * spread)
        k, n = int(off.sum()), len(at)
        text = f"{k} of {n} rows are not the {way} of {x.name} and {y.name} that it is in "
        text += f"{int(equal.sum())}"
        rows = tuple(sorted(int(row) for row in sheet.rows[at[off]]))
        yield Look(f"{sheet.name}.{made.name}", text, chances.binomial(k, n, SLIPS), rows)
        return


def _varies(values: Floats, equal: Flags) -> Flags:
    """The rows in which a number is not what it mostly is where a formula holds: with no days of
    one kind the sum is the days of the other."""
    levels, counts = np.unique(values[equal], return_counts=True)
    flags: Flags = values != levels[counts.argmax()] if len(levels) else equal
    return flags


def _equal(made: Floats, due: Floats, unit: float | Floats) -> Flags:
    flags: Flags = np.abs(made - due) <= 0.51 * unit + 1e-9 * np.abs(made)
    return flags
