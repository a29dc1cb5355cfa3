"""Visits and values after the last contact with their patient.

The last contact is what a time to an event declares: the date of it, or for who had no event the
time in days until it. It is held against the dates of declared visits, and against columns whose
visit says when it is: "week 12". A visit counts from a week after the last contact on, a visit by
its label where less than three quarters of the time until it had gone by. Where more than half of
the patients have visits after it, or more than a fifth of the values by label are, it is no last
contact, and nothing is looked at. By what it is the last contact lies after all visits, so that
more than one in a thousand that does not is unusual; of those who had gone, more than one in a
hundred with a value of later (binomial).
"""

import re
from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats, Whole
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import DATE, NOBODY, NUMBER, Export, Slice
from trialtrace.run.integrity.look import Look

NAME = "contacts"
TITLE = "Visits and values after the last contact"
FEWEST, SLIPS, VALUES, MOST, FEW = 20, 0.001, 0.01, 0.5, 0.2
DAYS, GONE_BY = 7.0, 0.75
UNITS = {"day": 1.0, "week": 7.0, "month": 30.4, "year": 365.25}
VISIT = re.compile(
    rf"\b({'|'.join(UNITS)})s?[ _-]?(\d+)\b|\b(\d+)[ _-]?({'|'.join(UNITS)})s?\b", re.IGNORECASE
)


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of last contact, and for each column of values of a later visit."""
    for last in export.last:
        yield from _dated(export, last)
    entry = export.known(export.entry)
    if entry is None or not export.last:
        return
    with np.errstate(invalid="ignore"):
        gone = np.fmax.reduce([one.values for one in export.last]) - entry.values
    for one in export.slices:
        planned = export.planned.get((one.table, one.column))
        if planned and one.kind == NUMBER:
            yield from _planned(one, planned, gone)


def _dated(export: Export, last: Slice) -> Iterator[Look]:
    latest = np.full(export.n, np.nan)
    for sheet in export.sheets:
        for column in sheet.columns:
            if sheet.visits and column.kind == DATE and sheet.name != last.table:
                np.fmax.at(latest, sheet.subject, column.values)
    after = latest - last.values
    known = ~np.isnan(after)
    n, late = int(known.sum()), known & (after > DAYS)
    k = int(late.sum())
    if n >= FEWEST and k <= MOST * n:
        text = f"{k} of {n} patients have visits more than a week after it, the last contact"
        yield Look(NAME, last.where, text, chances.binomial(k, n, SLIPS), _rows(last.rows[late]))


def _planned(item: Slice, planned: float, gone: Floats) -> Iterator[Look]:
    before = gone < GONE_BY * planned
    there = ~np.isnan(item.values)
    late = before & there
    k, n, of = int(late.sum()), int(before.sum()), int((there & ~np.isnan(gone)).sum())
    if n and of >= FEWEST and k <= FEW * of:
        text = f"{k} of {n} patients whose last contact was well before this visit have a value"
        yield Look(NAME, item.where, text, chances.binomial(k, n, VALUES), _rows(item.rows[late]))


def _rows(rows: Whole) -> tuple[int, ...]:
    return tuple(sorted(int(row) for row in rows if row != NOBODY))


def day_of(label: str) -> float | None:
    """The days until a visit by its label, such as "week 12"; None where it does not say one."""
    told = VISIT.findall(label)
    if len(told) != 1:
        return None
    unit, after, before, unit_after = told[0]
    return float(after or before) * UNITS[(unit or unit_after).lower()]
