"""Visits that are labelled as the one before or after, by the day on which they were.

A column of days, or of dates by the days since entry, gives each visit its usual time. A patient
all of whose visits are nearer the usual times of the neighbouring labels than a quarter of the way
has labels that are shifted. More than one patient in two hundred is unusual (binomial).
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import CODE, DATE, Column, Export, Sheet
from trialtrace.run.integrity.look import Look

FEWEST, FEWEST_VISITS, SLIPS, NEAR = 20, 2, 0.005, 0.25


def looks(export: Export) -> Iterator[Look]:
    """A look for each column that tells the time of visits."""
    entry = export.known(export.entry)
    for sheet in export.sheets:
        if not sheet.step.any():
            continue
        for column in sheet.columns:
            if column.kind == CODE or (column.kind == DATE and entry is None):
                continue
            time = column.values
            if column.kind == DATE and entry is not None:
                time = time - entry.values[sheet.subject]
            usual = times(sheet, time)
            if usual is not None:
                yield _look(sheet, column, time, usual)


def times(sheet: Sheet, time: Floats) -> Floats | None:
    """The usual time of each visit in order; None where the column does not tell visits apart."""
    known = ~np.isnan(time)
    steps = [time[known & (sheet.step == step)] for step in range(int(sheet.step.max()) + 1)]
    if len(steps) < FEWEST_VISITS + 1 or any(len(one) < FEWEST for one in steps):
        return None
    middle = np.array([np.median(one) for one in steps])
    gap = np.diff(middle)
    within = [np.median(np.abs(one - m)) for one, m in zip(steps, middle, strict=True)]
    return middle if (gap > 0).all() and max(within) < NEAR * gap.min() else None


def _look(sheet: Sheet, column: Column, time: Floats, usual: Floats) -> Look:
    known = np.flatnonzero(~np.isnan(time))
    subject = np.unique(sheet.subject[known], return_inverse=True)[1]
    visits = np.bincount(subject)
    counted = visits >= FEWEST_VISITS
    shifted = np.zeros(len(visits), dtype=bool)
    for by in (1, -1):
        near = _near(sheet.step[known], time[known], usual, by)
        shifted |= counted & (np.bincount(subject, near) == visits)
    k, n = int(shifted.sum()), int(counted.sum())
    rows = tuple(sorted(int(row) for row in sheet.rows[known[shifted[subject]]]))
    text = f"{k} of {n} patients have visits at the times of the labels beside theirs"
    where = f"{sheet.name}.{column.name}"
    return Look(where, text, chances.binomial(k, n, SLIPS), rows)


def _near(step: Places, time: Floats, usual: Floats, by: int) -> Flags:
    """Rows that are near the usual time of the label `by` places further on."""
    at = step + by
    there = np.clip(at, 0, len(usual) - 1)
    gap = np.abs(usual[there] - usual[step])
    flags: Flags = (at == there) & (np.abs(time - usual[there]) <= NEAR * gap)
    return flags
