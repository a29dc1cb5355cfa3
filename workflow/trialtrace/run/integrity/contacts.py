"""Visits and values after the last contact with their patient, and last contacts a year late.

The last contact is what a time to an event declares: the date of it, or for who had no event the
time in days until it. It is held against the dates of declared visits, against the days on which
occurrences began, and against columns whose visit says when it is: "week 12". A visit or an
occurrence counts from a week after the last contact on, a visit by its label where less than three
quarters of the time until it had gone by. Where more than a fifth of the values by label are after
it, nothing is looked at by label. By what it is the last contact lies after all visits, so that
more than one in a thousand that does not is unusual; of those who had gone, more than one in a
hundred with a value of later (binomial).

Late are a tenth of the last contacts at most, half a year and more after all others: in days since
the patient's last visit (by a year, as visits may end before), in days since entry, or on the
calendar and after every other date of the export. The chance is that of the gap below them (`far`),
where quartiles, and each contact from the next, are a week apart at least; times the three ways to
count.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Whole
from trialtrace.run.integrity import chances, roles
from trialtrace.run.integrity.export import DATE, NOBODY, NUMBER, Export, Slice
from trialtrace.run.integrity.far import MOST as LATE
from trialtrace.run.integrity.far import isolated
from trialtrace.run.integrity.look import CONTRADICTIONS, Look

FEWEST, SLIPS, VALUES, MOST, FEW = 20, 0.001, 0.01, 0.5, 0.2
DAYS, GONE_BY = 7.0, 0.75
HALF_A_YEAR, YEAR, WORTH_A_REMARK = 180.0, 365.0, 0.05
UNITS = {"day": 1.0, "week": 7.0, "month": 30.4, "year": 365.25}
LATER_THAN_ALL = "Last contacts later than those of all others, or than the whole export"
VISIT = re.compile(
    rf"\b({'|'.join(UNITS)})s?[ _-]?(\d+)\b|\b(\d+)[ _-]?({'|'.join(UNITS)})s?\b", re.IGNORECASE
)


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of last contact, and one at all values of later visits."""
    for last in export.last:
        yield from _dated(export, last)
    entry = export.known(export.entry)
    if entry is None or not export.last:
        return
    with np.errstate(invalid="ignore"):
        gone = np.fmax.reduce([one.values for one in export.last]) - entry.values
    yield from _planned(export, gone)


def _dated(export: Export, last: Slice) -> Iterator[Look]:
    """A look at visits, and one at occurrences, of which the first date of a row counts."""
    latest = {"visits": np.full(export.n, np.nan), "occurrences": np.full(export.n, np.nan)}
    for sheet in export.sheets:
        dates = [column.values for column in sheet.columns if column.kind == DATE]
        if not dates or sheet.name == last.table:
            continue
        if sheet.visits:
            np.fmax.at(latest["visits"], sheet.subject, np.fmax.reduce(dates))
        elif sheet.occurrences:
            np.fmax.at(latest["occurrences"], sheet.subject, np.fmin.reduce(dates))
    for what, day in latest.items():
        after = day - last.values
        known = ~np.isnan(after)
        n, late = int(known.sum()), known & (after > DAYS)
        k = int(late.sum())
        if n >= FEWEST:
            text = f"{k} of {n} patients have {what} more than a week after it, the last contact"
            text += ": of an earlier export, or none" if k > MOST * n else ""
            p = chances.binomial(k, n, SLIPS)
            yield Look(last.where, text, p, _rows(last.rows[late]), remark=CONTRADICTIONS)


def late(export: Export) -> Iterator[Look]:
    """A look for each column of last contact: at those that are far later than all others."""
    entry = export.known(export.entry)
    if entry is not None:
        for last in export.last:
            yield from _late(export, last, entry.values)


def _late(export: Export, last: Slice, entered: Floats) -> Iterator[Look]:
    seen, end = entered.copy(), float(np.nanmax(entered))
    for sheet in export.sheets:
        for column in sheet.columns:
            known = column.values[~np.isnan(column.values)]
            of_death = roles.DEATH.search(f"{column.name} {column.label}")
            last_too = (sheet.name, column.name) == (last.table, last.column)
            if column.kind == DATE and not of_death and not last_too:
                end = float(known.max(initial=end))
                if sheet.visits or sheet.occurrences:
                    np.fmax.at(seen, sheet.subject, column.values)
    there = np.flatnonzero(~np.isnan(last.values) & ~np.isnan(seen))
    if len(there) < FEWEST:
        return
    day = last.values[there]
    # Who gives up visits may be followed on, but not for a year more, to the day, than others are.
    tried = [_apart(day - entered[there]), _apart(day - seen[there], by=YEAR)]
    beyond, top = int((day > end).sum()), -np.sort(-day)
    if beyond <= LATE * len(day):
        apart = top[:beyond] - top[1 : beyond + 1]
        for j in np.flatnonzero(apart >= HALF_A_YEAR) + 1:
            tried.append((beyond * chances.gap(top, int(j), DAYS), day >= top[j - 1]))
    p, far = min(tried, key=lambda each: each[0])
    p = min(1.0, 3 * p)
    rows = _rows(last.rows[there[far]]) if p < WORTH_A_REMARK else ()
    text = f"{int(far.sum())} of {len(day)} last contacts are half a year or more after all others"
    yield Look(last.where, text, p, rows, remark=LATER_THAN_ALL)


def _apart(days: Floats, by: float = 0.0) -> tuple[float, Flags]:
    """The chance of the days that stand above all others by half a year, and which these are;
    1 where they are not among the others when they come earlier `by` so many."""
    days = np.maximum(days, 0.0) + DAYS
    p, far = isolated(days, days, DAYS)
    wide = far.any() and days[far].min() - days[~far].max() >= HALF_A_YEAR
    if wide and by:
        wide = bool(np.all(days[far] - by <= days[~far].max() + 1)) and days[far].min() >= by
    return (p, far) if wide else (1.0, np.zeros(len(days), dtype=bool))


def _planned(export: Export, gone: Floats) -> Iterator[Look]:
    """A look at who had gone before a visit: whether they have a value of any such visit."""
    before, late = np.zeros((2, export.n), dtype=bool)
    found: list[tuple[int, Slice]] = []
    planned_of = [
        (one, export.planned[one.table, one.column])
        for one in export.slices
        if one.kind == NUMBER and (one.table, one.column) in export.planned
    ]
    # Who died will have no event any more.
    deaths = [one.values for one in export.slices if roles.is_death(export, one)]
    alive = np.isnan(np.column_stack([*deaths, np.full(export.n, np.nan)])).all(axis=1)
    free = [(replace(one, values=np.where(alive, one.values, np.nan)), d) for one, d in export.free]
    for one, planned in (*planned_of, *free):
        there = ~np.isnan(one.values)
        after = (gone < GONE_BY * planned) & there
        k, of = int(after.sum()), int((~np.isnan(gone)).sum())
        if there.sum() >= FEWEST and k <= FEW * of:
            before |= gone < GONE_BY * planned
            late |= after
            found.append((k, one))
    if found and before.any():
        most = max(found, key=lambda pair: pair[0])[1]
        k, n = int(late.sum()), int(before.sum())
        text = f"{k} of {n} patients whose last contact was well before a visit have a value of it"
        p = chances.binomial(k, n, VALUES)
        yield Look(most.where, text, p, _rows(most.rows[late]))


def _rows(rows: Whole) -> tuple[int, ...]:
    return tuple(sorted(int(row) for row in rows if row != NOBODY))


def day_of(label: str) -> float | None:
    """The days until a visit by its label, such as "week 12"; None where it does not say one."""
    told = VISIT.findall(label)
    if len(told) != 1:
        return None
    unit, after, before, unit_after = told[0]
    return float(after or before) * UNITS[(unit or unit_after).lower()]
