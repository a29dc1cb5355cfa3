"""A table that ends days before the others: an older cut of the data, of all or of one site.

For each visit of a table that has dates, the usual time since entry and the share of the patients
who have it are known from those who were due while the table was still being filled. Patients who
were due after its last date, and not after the last date of all tables, have no row: the chance of
that is the product of their shares to lack one, of each patient that of one visit, the likeliest to
be lacking, since who lacks one lacks others; whose last contact was before lacks nothing. So it is
of a site none of whose patients that were due has a row of a visit, where they have rows of
another: times the sites and visits.

A table of which none of a site, of an arm (occurrences alone) or of a code at entry has a row was
filtered by it: the odds of the others times or by two are held against it, times all groups.

Of occurrences each could have befallen whoever was seen for as many days after entry: the chance
that all of them are of patients for whom that day was before the last date of the table is the
product of the shares of these (as in a log-rank test), to the power of two thirds, as some patients
have many. Who had passed the days in which occurrences are asked for lacks nothing. Of the dates of
an occurrence the one on which it began counts.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity.codings import apart
from trialtrace.run.integrity.export import CODE, DATE, Column, Export, Sheet
from trialtrace.run.integrity.look import Look

FEWEST, OF_SITE, GRACE, MANY = 20, 10, 14, 8
"""Fewest rows of a visit, patients of a site; days that a visit or its entry may come late; more
levels than a code has that exports are filtered by."""
ALLOWED, LESS = 2.0, 1.5


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of dates in a table with several rows a patient."""
    for sheet in export.sheets:
        yield from _of_groups(export, sheet)
    entry = export.known(export.entry)
    if entry is None:
        return
    dated = [
        (sheet, column)
        for sheet in export.sheets
        for column in sheet.columns
        if column.kind == DATE and not np.isnan(column.values).all()
    ]
    end = max((float(np.nanmax(column.values)) for _, column in dated), default=0.0)
    seen = np.full(export.n, np.nan)
    for sheet, column in dated:
        np.fmax.at(seen, sheet.subject, column.values)
    until = np.fmax.reduce([seen * np.nan, *(last.values for last in export.last)])
    seen = np.fmax(seen, until)
    for sheet, column in dated:
        if sheet.visits:
            yield from _look(export, sheet, column, entry.values, np.fmin(until, end))
        elif sheet.occurrences and column is _began(sheet):
            yield _occurrences(sheet, column, entry.values, seen)


def _look(
    export: Export, sheet: Sheet, column: Column, entered: Floats, end: Floats
) -> Iterator[Look]:
    last = float(np.nanmax(column.values))
    since = column.values - entered[sheet.subject]
    lacking, visits, where = np.zeros(len(entered)), 0, f"{sheet.name}.{column.name}"
    sites: list[tuple[float, int]] = []
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
        if export.site is not None:
            others = np.zeros(len(entered), dtype=bool)
            others[sheet.subject[sheet.step != step]] = True
            sites += _without_rows(export, before & others, present)
    late = lacking > 0
    text = f"none of {visits} visits that were due after its last date and before that of others"
    chance = float(np.prod(lacking[late]))
    yield Look(where, text, chance if late.any() else 1.0)
    if sites:
        p, n = min(sites)
        text = f"none of {n} patients of a site has a visit that those of others have"
        yield Look(where, text, min(1.0, p * len(sites)))


def _of_groups(export: Export, sheet: Sheet) -> Iterator[Look]:
    """A look at whether all of one group have no row: of a site, of a code at entry, and of
    occurrences of an arm."""
    used = sheet.occurrences or any(name == sheet.name for name, _ in export.used)
    if not used or sheet.name == export.subjects or not len(sheet.rows):
        return
    groups: dict[str, Places] = {}
    if export.site is not None:
        groups["a site"] = export.site
    if export.arm is not None and sheet.occurrences:
        groups["an arm"] = export.arm
    for code in export.slices:
        if (
            code.table == export.subjects
            and code.kind == CODE
            and len(np.unique(code.values)) < MANY
        ):
            known = np.where(np.isnan(code.values), -1, code.values)
            groups[f"one {code.column}"] = known.astype(np.intp)
    present = np.zeros(export.n, dtype=bool)
    present[sheet.subject] = True
    tried = []
    for what, group in groups.items():
        for place in np.unique(group[group >= 0]):
            own, others = present[group == place], present[(group >= 0) & (group != place)]
            if len(own) >= OF_SITE and len(others) >= FEWEST:
                p = 1.0 if own.any() else apart(own, others)
                tried.append((p, f"none of {len(own)} patients of {what} has a row"))
    if tried:
        p, text = min(tried)
        yield Look(sheet.name, text, min(1.0, p * len(tried)))


def _without_rows(export: Export, due: Flags, present: Flags) -> Iterator[tuple[float, int]]:
    """For each site the chance that none of its patients has a row, and how many were due; 1 where
    some have."""
    site = export.site
    for place in np.unique(site[site >= 0]) if site is not None else ():
        own, others = due & (site == place), due & (site != place)
        if own.sum() >= OF_SITE and others.sum() >= FEWEST:
            share = (np.count_nonzero(~present[others]) + 0.5) / (others.sum() + 1)
            none = not present[own].any()
            p = float(min(1.0, ALLOWED * share) ** own.sum()) if none else 1.0
            yield p, int(own.sum())


def _began(sheet: Sheet) -> Column:
    """The column of dates that come first in most rows."""
    dates = [column for column in sheet.columns if column.kind == DATE]
    first = np.fmin.reduce([column.values for column in dates])
    return max(dates, key=lambda column: int((column.values == first).sum()))


def _occurrences(sheet: Sheet, column: Column, entered: Floats, seen: Floats) -> Look:
    """Occurrences after the last date of their table, by those of others as long after entry."""
    last = float(np.nanmax(column.values))
    since = column.values - entered[sheet.subject]
    since = since[~np.isnan(since) & (since >= 0)]
    due, p = of_occurrences(since, last - entered, seen - entered)
    text = f"no row after its last date, where {due:.0f} are due by those as long after entry"
    return Look(f"{sheet.name}.{column.name}", text, p)


def of_occurrences(
    since: Floats, until: Floats, followed: Floats, less: float = LESS
) -> tuple[float, float]:
    """How many occurrences are due after a table ends, and the chance of none, by the days `since`
    entry of those that are there, to the power of 1 over `less`. Of each patient the table ends
    `until` days after entry, of which the last is `followed`."""
    known = ~np.isnan(until) & ~np.isnan(followed)
    days = [np.sort(each[known]) for each in (np.minimum(until, followed), followed)]
    before, there = (known.sum() - np.searchsorted(day, since) for day in days)
    share = np.maximum(before, 1) / np.maximum(there, 1)
    return float((1 / share - 1).sum()), float(np.prod(share) ** (1 / less))
