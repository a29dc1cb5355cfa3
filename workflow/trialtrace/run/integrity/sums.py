"""A total that is the sum of three columns or more beside each other, and the rows where it is not.

What nine in ten of the rows in which all are known have, and no more than one in four where the
parts of another row are put in, is a sum. A part that no column has makes totals too high alone,
and what two parts count together too low alone: so the lesser of rows above and below, twice, are
those that may be slips. More than one in a hundred is unusual (binomial). A prorated total is of
rows in which a part is missing, which are left out.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import NUMBER, Column, Export, Sheet
from trialtrace.run.integrity.formulas import FEWEST_VARIED, SLIPS
from trialtrace.run.integrity.look import Look

FEWEST, LEVELS, PARTS, MOST, COLUMNS = 30, 8, 3, 40, 60
SHARE, SELDOM, EQUAL = 0.9, 0.25, 1e-6


def looks(export: Export) -> Iterator[Look]:
    """A look for each total that is used, or of which a part is."""
    for sheet in export.sheets:
        numbers = [
            column
            for column in sheet.columns
            if column.kind == NUMBER and (~np.isnan(column.values)).sum() >= FEWEST
        ][:COLUMNS]
        used = [(sheet.name, column.name) in export.used for column in numbers]
        for at, total in enumerate(numbers):
            if len(np.unique(total.values[~np.isnan(total.values)])) < LEVELS:
                continue
            if (found := _parts(numbers, at)) and (used[at] or any(used[one] for one in found)):
                yield _look(sheet, total, [numbers[one] for one in found])


def _parts(numbers: list[Column], at: int) -> list[int]:
    """The places of the columns beside each other of which one is the sum, itself left out; none
    where it is of none."""
    others = [one for one in range(len(numbers)) if one != at]
    total = numbers[at].values
    parts = np.column_stack([numbers[one].values for one in others]) if others else total[:, None]
    for start in range(len(others) - PARTS + 1):
        sums = np.cumsum(parts[:, start : start + MOST], axis=1)
        equal = np.abs(sums - total[:, None]) < EQUAL
        known = ~np.isnan(sums + total[:, None])
        enough = known.sum(axis=0) >= FEWEST
        holds = equal.sum(axis=0) >= SHARE * np.maximum(known.sum(axis=0), 1)
        for end in np.flatnonzero(enough & holds)[: PARTS + 1]:
            own = slice(start, start + int(end) + 1)
            if end + 1 >= PARTS and _is_sum(parts[:, own], total, equal[:, end]):
                return others[own]
    return []


def _is_sum(parts: Floats, total: Floats, equal: Flags) -> bool:
    """Whether three parts vary where they add up, and those of another row do not."""
    varied = 0
    for part in parts[equal].T:
        _, counts = np.unique(part, return_counts=True)
        varied += len(part) - counts.max(initial=0) >= FEWEST_VARIED
    known = ~np.isnan(parts.sum(axis=1) + total)
    sums = parts[known].sum(axis=1)
    beside = np.abs(np.roll(sums, len(sums) // 3) - total[known]) < EQUAL
    return varied >= PARTS and bool(beside.mean() <= SELDOM)


def _look(sheet: Sheet, total: Column, parts: list[Column]) -> Look:
    off = total.values - np.column_stack([part.values for part in parts]).sum(axis=1)
    n, above, below = (int(flags.sum()) for flags in (~np.isnan(off), off >= EQUAL, off <= -EQUAL))
    text = f"{above + below} of {n} rows are not the sum of the {len(parts)} columns "
    text += f"{parts[0].name} to {parts[-1].name} that it is in {n - above - below}"
    rows = tuple(sorted(int(row) for row in sheet.rows[np.abs(off) >= EQUAL]))
    p = chances.binomial(2 * min(above, below), n, SLIPS)
    return Look(f"{sheet.name}.{total.name}", text, p, rows)
