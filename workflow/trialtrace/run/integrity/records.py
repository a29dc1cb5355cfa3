"""Records of two patients that are equal in all their numbers.

A table is looked at where at least three of its columns are numbers in which equal values are rare
and none of which follows from another. The number of equal pairs is Poisson with a mean of three
times what independent columns give, for columns that go together.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.blocks import chance_alike
from trialtrace.run.integrity.export import NUMBER, Export, Sheet
from trialtrace.run.integrity.look import Look

NAME = "records"
TITLE = "Records of two patients that are equal in all numbers"
FEWEST, COLUMNS, ALIKE, TOGETHER = 20, 3, 0.1, 3.0


def looks(export: Export) -> Iterator[Look]:
    """A look for each table that has such columns."""
    for sheet in export.sheets:
        chosen = rare(sheet)
        if len(chosen) < COLUMNS:
            continue
        data = np.column_stack(chosen)
        known = np.flatnonzero(~np.isnan(data).any(axis=1))
        if len(known) < FEWEST:
            continue
        data, subject = data[known], sheet.subject[known]
        _, group = np.unique(data, axis=0, return_inverse=True)
        group = group.reshape(-1)
        people = {
            (int(g), int(s)): int(r)
            for g, s, r in zip(group, subject, sheet.rows[known], strict=True)
        }
        counts = np.bincount([g for g, _ in people])
        pairs = int((counts * (counts - 1) // 2).sum())
        n = len(known)
        due = TOGETHER * n * (n - 1) / 2 * float(np.prod([chance_alike(c) for c in data.T]))
        rows = tuple(sorted(row for (g, _), row in people.items() if counts[g] > 1))
        told = f"{pairs} pairs among {n} records, of different patients, are equal in all "
        told += f"{len(chosen)} columns of numbers"
        yield Look(NAME, sheet.name, told, chances.poisson(pairs, due), rows)


def rare(sheet: Sheet) -> list[Floats]:
    """Columns of numbers in which equal values are rare, without those that follow from another."""
    kept: list[Floats] = []
    for column in sheet.columns:
        values = column.values
        there = ~np.isnan(values)
        if column.kind != NUMBER or 2 * there.sum() < len(values) or there.sum() < FEWEST:
            continue
        if chance_alike(values[there]) <= ALIKE and not any(_follows(values, k) for k in kept):
            kept.append(values)
    return kept


def _follows(values: Floats, other: Floats) -> bool:
    """Whether one of two columns is decided by the other in nearly every row."""
    there = ~np.isnan(values) & ~np.isnan(other)
    both = len(np.unique(np.column_stack([values[there], other[there]]), axis=0))
    most = max(len(np.unique(values[there])), len(np.unique(other[there])))
    return both <= 1.05 * most
