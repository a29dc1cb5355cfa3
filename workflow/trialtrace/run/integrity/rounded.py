"""Numbers that are coarser at one place, or from one row on or up to it, than all others.

Sites read to fives or to a half, and may; told is a step that is as wide as the standard deviation
of the others, so that it takes what they say: whole litres beside hundredths, quarters of a scale.
That all values of a part are multiples of a step has, by each patient, the chance of a value of the
others, at odds that may be twice theirs; times the steps up to the highest value and the parts. A
part has two values or more. By rows, in a file in the order of its patients, it is the longest one
to the end, or from the beginning, with such a step.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Whole
from trialtrace.run.integrity.codings import apart
from trialtrace.run.integrity.empty import places_of
from trialtrace.run.integrity.export import (
    NUMBER,
    Column,
    Export,
    Sheet,
    in_units,
    once_a_subject,
    resolution,
)
from trialtrace.run.integrity.look import Look

OF_PART, FEWEST, LEAST = 10, 20, 2


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of numbers that is used."""
    places = places_of(export)
    for sheet in export.sheets:
        for column in sheet.columns:
            if column.kind != NUMBER or (sheet.name, column.name) not in export.used:
                continue
            # Numbers of sites and clusters measure nothing.
            if column.name in export.lasting:
                continue
            at = once_a_subject(sheet, column)
            at = at[np.argsort(sheet.rows[at], kind="stable")]
            unit = resolution(column.values[at])
            if unit is None or len(at) < OF_PART + FEWEST:
                continue
            whole = np.abs(in_units(column.values[at], unit))
            parts = [
                (f"of one {name or 'site'}", 1, place[sheet.subject[at]] == each)
                for (_, name), place in places.items()
                for each in np.unique(place[place >= 0])
            ]
            if sheet.in_order:
                parts.append(("from one row on", len(at), _to_the_end(whole)))
                parts.append(("up to one row", len(at), _to_the_end(whole[::-1])[::-1]))
            if parts:
                yield _look(sheet, column, at, whole, parts)


def _look(
    sheet: Sheet, column: Column, at: Whole, whole: Whole, parts: list[tuple[str, int, Flags]]
) -> Look:
    best, where = (1.0, "whether a part has coarser numbers", at[:0]), f"{sheet.name}.{column.name}"
    for what, _, own in parts:
        mine, others = whole[own], whole[~own]
        n = len(np.unique(sheet.subject[at[own]]))
        if n < OF_PART or len(others) < FEWEST or len(np.unique(mine)) < LEAST:
            continue
        step = int(np.gcd.reduce(mine))
        if step >= max(LEAST, others.std()):
            multiple = others % step == 0
            text = f"{len(mine)} values {what} are in steps as wide as the spread of the "
            text += f"others, of which {int((~multiple).sum())} of {len(multiple)} are in none"
            p = apart(np.ones(n), multiple) * (int(mine.max()) + 1)
            best = min(best, (p, text, at[own]), key=lambda each: each[0])
    p, text, who = best
    rows = tuple(sorted(int(row) for row in sheet.rows[who]))
    return Look(where, text, min(1.0, p * sum(times for _, times, _ in parts)), rows)


def _to_the_end(whole: Whole) -> Flags:
    """The longest part to the end whose step is as wide as the spread of all before it."""
    steps = np.gcd.accumulate(whole[::-1])[::-1]
    sums, squares = np.cumsum(whole), np.cumsum(whole.astype(float) ** 2)
    counts = np.arange(1, len(whole) + 1)
    spread = np.sqrt(np.maximum(squares / counts - (sums / counts) ** 2, 0))
    wide = np.flatnonzero(steps[FEWEST:] >= np.maximum(LEAST, spread[FEWEST - 1 : -1]))
    own = np.zeros(len(whole), dtype=bool)
    if len(wide):
        own[FEWEST + int(wide[0]) :] = True
    return own
