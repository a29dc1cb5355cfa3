"""A table that ends days before the others: an older cut of the data.

For each visit of a table that has dates, the usual time since entry and the share of the patients
who have it are known from those who were due while the table was still being filled. Patients who
were due after its last date, and not after the last date of all tables, have no row: the chance of
that is the product of their shares to lack one, of each patient that of one visit, the likeliest to
be lacking, since who lacks one lacks others.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity.export import DATE, Column, Export, Sheet
from trialtrace.run.integrity.look import Look

NAME = "cuts"
TITLE = "A table that ends before the others"
FEWEST, GRACE = 20, 14
"""Fewest rows of a visit; days that a visit or its entry may come late."""


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of dates in a table with several rows a patient."""
    entry = export.known(export.entry)
    if entry is None:
        return
    dated = [
        (sheet, column) for sheet in export.sheets for column in sheet.columns if _whole(column)
    ]
    end = max((float(np.nanmax(column.values)) for _, column in dated), default=0.0)
    for sheet, column in dated:
        if sheet.step.any():
            yield _look(sheet, column, entry.values, end)


def _whole(column: Column) -> bool:
    return column.kind == DATE and bool((~np.isnan(column.values)).any())


def _look(sheet: Sheet, column: Column, entered: Floats, end: float) -> Look:
    last = float(np.nanmax(column.values))
    since = column.values - entered[sheet.subject]
    lacking, visits = np.zeros(len(entered)), 0
    for step in np.unique(sheet.step):
        rows = (sheet.step == step) & ~np.isnan(since)
        if rows.sum() < FEWEST:
            continue
        due = entered + np.median(since[rows])
        present = np.zeros(len(entered), dtype=bool)
        present[sheet.subject[rows]] = True
        before = due <= last - GRACE
        after = (due > last) & (due <= end - GRACE) & ~present
        if before.sum() >= FEWEST:
            share = (np.count_nonzero(~present[before]) + 0.5) / (before.sum() + 1)
            lacking[after] = np.maximum(lacking[after], share)
            visits += int(after.sum())
    late = lacking > 0
    text = f"none of {visits} visits that were due after its last date and before that of others"
    chance = float(np.prod(lacking[late]))
    return Look(NAME, f"{sheet.name}.{column.name}", text, chance if late.any() else 1.0)
