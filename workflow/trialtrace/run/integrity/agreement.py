"""What tables, and the rows of one, say of the same patients.

A sex, a day of birth, an arm and a site stay what they are, in all rows and tables of a patient;
each patient for whom they do not is a contradiction. An age is the time from birth to randomisation
or up to a year less. More than one patient in a hundred for whom one differs is beyond slips of the
pen (binomial). What the rows of one table must fulfil is declared in
cleaning.yaml, `checks`.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import NOBODY, Column, Export, Sheet, Slice
from trialtrace.run.integrity.look import CONTRADICTION, Look, noted

MIN_PATIENTS, MOSTLY, SLIPS, YEAR = 20, 0.7, 0.01, 365.25


def looks(export: Export) -> Iterator[Look]:
    """Item 6.1: what lasts within a table, between tables, age against birth."""
    shared: dict[tuple[str, str], list[Slice]] = {}
    for sheet, column, _ in export.columns():
        if column.name in export.lasting:
            yield from _within(sheet, column)
            one = _first(export, sheet, column)
            shared.setdefault((column.name, column.kind), []).append(one)
    for found in shared.values():
        for one, other in combinations(found, 2):
            yield from _between(one, other)
    yield from _ages(export)
    if export.cluster is not None and export.cluster_arm is not None:
        yield from _of_clusters(export, export.cluster, export.cluster_arm)


def _first(export: Export, sheet: Sheet, column: Column) -> Slice:
    """The first value of each patient in a table."""
    values, rows = np.full(export.n, np.nan), np.full(export.n, NOBODY, dtype=np.int64)
    there = np.flatnonzero(~np.isnan(column.values))[::-1]
    values[sheet.subject[there]] = column.values[there]
    rows[sheet.subject[there]] = sheet.rows[there]
    return Slice(sheet.name, column.name, column.kind, 0, 0, values, rows)


def _within(sheet: Sheet, column: Column) -> Iterator[Look]:
    """Patients whose rows differ in what lasts: the rows that are unlike most of theirs."""
    there = np.flatnonzero(~np.isnan(column.values))
    subject, values = sheet.subject[there], column.values[there]
    pairs, counts = np.unique(np.column_stack([subject, values]), axis=0, return_counts=True)
    order = np.lexsort((-counts, pairs[:, 0]))
    who, first = np.unique(pairs[order, 0].astype(int), return_index=True)
    n = int((np.bincount(subject) > 1).sum()) if len(there) else 0
    if n < MIN_PATIENTS:
        return
    usual = np.full(int(who.max()) + 1, np.nan)
    usual[who] = pairs[order[first], 1]
    other = values != usual[subject]
    k = len(np.unique(subject[other]))
    if k <= (1 - MOSTLY) * n:
        text, p = f"{k} of {n} patients have more than one value", chances.binomial(k, n, SLIPS)
        rows = sheet.rows[there[other]]
        yield noted(f"{sheet.name}.{column.name}", text, p, rows, kind=CONTRADICTION)


def _between(one: Slice, other: Slice) -> Iterator[Look]:
    known = np.flatnonzero(~np.isnan(one.values) & ~np.isnan(other.values))
    differ = one.values[known] != other.values[known]
    if len(known) < MIN_PATIENTS or differ.mean() > 1 - MOSTLY:
        return
    text = f"{{}} of {{}} patients have another value in table {other.table}"
    yield _differing(one, text, known, differ)


def _differing(of: Slice, text: str, known: Places, differ: Flags) -> Look:
    k, n = int(differ.sum()), len(known)
    rows, p = of.rows[known[differ]], chances.binomial(k, n, SLIPS)
    return noted(of.where, text.format(k, n), p, rows, kind=CONTRADICTION)


def _of_clusters(export: Export, cluster: Places, arm: Places) -> Iterator[Look]:
    """Patients of another arm than most of their cluster, which was allocated as a whole."""
    usual = np.full(export.n, NOBODY)
    for one in np.unique(cluster[cluster != NOBODY]):
        own = (cluster == one) & (arm != NOBODY)
        usual[own] = np.bincount(arm[own]).argmax() if own.any() else NOBODY
    differ = (usual != NOBODY) & (arm != usual)
    k, n = int(differ.sum()), int((usual != NOBODY).sum())
    text = f"{k} of {n} patients have another arm than most of their cluster"
    p, rows = chances.binomial(k, n, SLIPS), export.row_of[differ]
    yield noted(export.subjects, text, p, rows, kind=CONTRADICTION)


def _ages(export: Export) -> Iterator[Look]:
    """The declared age against the days of birth and randomisation."""
    birth, entry, age = export.milestone("birth"), export.entry, export.known(export.age)
    if birth is None or entry is None or age is None:
        return
    years: Floats = (entry.values - birth.values) / YEAR
    known = np.flatnonzero(~np.isnan(age.values) & ~np.isnan(years))
    apart = age.values[known] - years[known]
    # In whole years an age is up to a year less than the time since birth.
    differ = (apart < -1 - SLIPS) | (apart > 1)
    if len(known) >= MIN_PATIENTS:
        text = "{} of {} patients are of another age by their days of birth and randomisation"
        yield _differing(age, text, known, differ)
