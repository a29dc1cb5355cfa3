"""What tables, and the rows of one, say of the same patients.

A column that stands in two tables under one name, with one value a patient in each, is the same
where it agrees for most, and where it is a sex, an age or a day of birth; ages may differ by a
year. So is an age the time from birth to entry, where the patients' table has all three. More than
one patient in a hundred for whom it differs is unusual (binomial). So is a column of another table
that has the name of the arm, by the arm that most with its code have.

A sex, a day of birth, the arm and the site stay what they are, in all rows of a table too: each
patient for whom they do not is a contradiction, however many slips of the pen chance gives. So is
one with another arm than their cluster has, or another treatment first than their sequence begins
with: a design leaves no more than one in ten thousand.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances, roles
from trialtrace.run.integrity.export import (
    CODE,
    DATE,
    NOBODY,
    NUMBER,
    Column,
    Export,
    Sheet,
    Slice,
    Treatments,
)
from trialtrace.run.integrity.intervals import EXCEL
from trialtrace.run.integrity.look import CONTRADICTIONS, Look
from trialtrace.run.integrity.roles import BIRTH
from trialtrace.run.trial.label_words import moments

FEWEST, MOSTLY, SLIPS, BY_DESIGN, OF_DATES, NEARLY = 20, 0.7, 0.01, 0.0001, 0.2, 0.9
LASTING = re.compile(
    r"sex|gender|geschlecht|sexe|sesso|sexo|age|alter|eta|edad|birth\w*|dob|geburt\w*", re.I
)
AGE = re.compile(r"age|alter|eta|edad", re.I)
YEAR, TOGETHER = 365.25, 0.03
PROGRESSION = re.compile(
    r"\b(pfs|dfs|efs|rfs|ttp)\b|\b(progression|disease|event|relapse|recurrence).free"
    r"|\b(time|days|weeks|months) (to|until) (progression|relapse|recurrence)",
    re.IGNORECASE,
)
SURVIVAL = re.compile(
    r"\bos\b|\boverall survival|\b(time|days|weeks|months) (to|until) death", re.IGNORECASE
)


def looks(export: Export) -> Iterator[Look]:
    """A look for each pair of tables that share a column, for the arm in other tables, for each
    age beside a birth, for days up to a death, and for what lasts in the rows of a table."""
    yield from _arms(export)
    yield from _days(export)
    yield from _longer(export)
    yield from map(_as_designed, export.treatments)
    alone: dict[tuple[str, str], list[Slice]] = {}
    for sheet in export.sheets:
        for column in sheet.columns:
            if _lasts(export, column.name):
                yield from _within(sheet, column)
                alone.setdefault((column.name, column.kind), []).append(
                    _first(export, sheet, column)
                )
    for one in export.slices:
        if not _lasts(export, one.column):
            alone.setdefault((one.column, one.kind), []).append(one)
    for (name, _), found in alone.items():
        tables = [one.table for one in found]
        single = [one for one in found if tables.count(one.table) == 1]
        for one, other in combinations(single, 2):
            yield from _look(export, name, one, other)

    entry = export.known(export.entry)
    births = [one for one in export.slices if one.kind == DATE and BIRTH.fullmatch(one.column)]
    ages = [
        number
        for number in export.first_numbers
        if number.kind == NUMBER and AGE.fullmatch(number.column)
    ]
    if entry is not None:
        for birth in births[:1]:
            for age in ages:
                yield from _ages(age, (entry.values - birth.values) / YEAR)


def _lasts(export: Export, name: str) -> bool:
    """Whether a column is the same in all rows of a patient by what it is."""
    if export.arm is not None and export.arm_column and name == export.arm_column[1]:
        return True
    return name in export.lasting or bool(LASTING.fullmatch(name) and not AGE.fullmatch(name))


def _first(export: Export, sheet: Sheet, column: Column) -> Slice:
    """The first value of each patient in a table."""
    values, rows = np.full(export.n, np.nan), np.full(export.n, NOBODY, dtype=np.int64)
    there = np.flatnonzero(~np.isnan(column.values))[::-1]
    values[sheet.subject[there]] = column.values[there]
    rows[sheet.subject[there]] = sheet.rows[there]
    return Slice(sheet.name, column.name, column.kind, 0, 0, values, rows)


def _within(sheet: Sheet, column: Column) -> Iterator[Look]:
    """A look at patients whose rows differ in what lasts: those that are unlike most of theirs."""
    there = ~np.isnan(column.values)
    pairs, counts = np.unique(
        np.column_stack([sheet.subject[there], column.values[there]]), axis=0, return_counts=True
    )
    order = np.lexsort((-counts, pairs[:, 0]))
    who, first = np.unique(pairs[order, 0].astype(int), return_index=True)
    n = int((np.bincount(sheet.subject[there]) > 1).sum()) if there.any() else 0
    k = len(pairs) - len(who)
    if n < FEWEST or k > (1 - MOSTLY) * n:
        return
    usual = np.full(int(who.max()) + 1, np.nan)
    usual[who] = pairs[order[first], 1]
    other = there.copy()
    other[there] = column.values[there] != usual[sheet.subject[there]]
    k = len(np.unique(sheet.subject[other]))
    rows = tuple(sorted(int(row) for row in sheet.rows[other]))
    text = f"{k} of {n} patients with several rows have more than one {column.name}"
    p = chances.binomial(k, n, SLIPS)
    yield Look(f"{sheet.name}.{column.name}", text, p, rows, remark=CONTRADICTIONS)


def _arms(export: Export) -> Iterator[Look]:
    """A look for each column of another table that is called as the arm."""
    if export.arm is None or export.arm_column is None:
        return
    table, name = export.arm_column
    arms = np.where(export.arm == NOBODY, np.nan, export.arm)
    others = [sheet for sheet in export.sheets if sheet.name != table]
    columns = [(sheet, column) for sheet in others for column in sheet.columns]
    for sheet, column in columns:
        if column.kind == CODE and column.name == name:
            one = _first(export, sheet, column)
            known = replace(one, table=table, values=arms)
            yield from _look(export, name, _as_arm(one, export.arm), known)


def _as_designed(of: Treatments) -> Look:
    """A look at who has another treatment than the design gives them."""
    known = (of.arm != NOBODY) & (of.due != NOBODY)
    wrong = known & (of.arm != of.due)
    k, n = int(wrong.sum()), int(known.sum())
    rows = tuple(sorted(int(row) for row in of.rows[wrong]))
    p = chances.binomial(k, n, BY_DESIGN)
    return Look(of.where, f"{k} of {n} patients have {of.what}", p, rows, remark=CONTRADICTIONS)


def _days(export: Export) -> Iterator[Look]:
    """Looks at each number of days between two dates of a patient, those with which most agree: at
    who died before they end, and, where they are nearly always the days to a date, at who has other
    days; but for the most days of all, and the last day, at which a follow-up may be cut. Days of 0
    alone, as no dose where two dates are one, and another unit than of time are no number of days.
    """
    dates = [one for one in export.slices if one.kind == DATE and one.table == export.subjects]
    deaths = [date for date in dates if roles.is_death(export, date)]
    for number in export.first_numbers if deaths else ():
        values = number.values[~np.isnan(number.values)]
        of_time = not number.unit or moments(f"1 {number.unit}")
        if (values == np.rint(values)).mean() < NEARLY or not of_time:
            # A measure of few units, which a date soon after another meets by chance.
            continue
        found = []
        for start in dates if number.table == export.subjects else ():
            end = number.values + start.values
            ends = {date.column: _agree(end, date.values) for date in dates if date is not start}
            # Counts of 0 and 1 are days between two dates that are one.
            met = np.any([*ends.values()], axis=0) & (number.values > 1)
            count = int(met.sum()) if len(np.unique(number.values[met])) > 1 else 0
            if count >= max(FEWEST, OF_DATES * int((~np.isnan(end)).sum())):
                found.append((count, start, end, ends))
        if not found:
            continue
        _, start, end, ends = max(found, key=lambda each: each[0])
        of_all = ~np.isnan(end)
        cut = (end >= np.nanmax(end)) | (number.values == np.nanmax(number.values))
        usual = np.any([cut, *ends.values()], axis=0)[of_all].mean()
        last = max(
            (date for date in dates if date is not start), key=lambda d: ends[d.column].sum()
        )
        for date in [*deaths, *([] if last in deaths else [last])]:
            known = np.flatnonzero(~np.isnan(end - date.values))
            if not len(known) or date is start:
                continue
            agree, died = ends[date.column][known], date in deaths
            differ, what = end[known] > date.values[known] + 1, "more days than"
            if died and date is not last and ends[last.column].mean() >= NEARLY:
                # A follow-up that ended before a death has no other days.
                agree |= ends[last.column][known] & (last.values < date.values)[known]
            # Where fewer end on a date of theirs, days may be those to the first of several events.
            if agree.mean() >= (MOSTLY if died and usual >= NEARLY else NEARLY):
                differ, what = differ | ~(agree | cut[known]), "another number of days than"
            elif not died:
                continue
            who = "patients who died" if died else "patients"
            text = f"{int(differ.sum())} of {len(known)} {who} have {what} from {start.column} to "
            yield _differing(number, text + date.column, known, differ, CONTRADICTIONS)


def _longer(export: Export) -> Iterator[Look]:
    """A look at each time to a progression, or without one, beside a time of survival: at who has
    the longer one, which nobody can."""
    called = {
        (sheet.name, column.name): f"{column.name} {column.label}".replace("_", " ")
        for sheet in export.sheets
        for column in sheet.columns
    }
    times = [one for one in export.first_numbers if one.table == export.subjects]
    first = [one for one in times if PROGRESSION.search(called[one.table, one.column])]
    whole = [one for one in times if SURVIVAL.search(called[one.table, one.column])]
    for one in first:
        for other in whole:
            known = np.flatnonzero(~np.isnan(one.values) & ~np.isnan(other.values))
            longer = one.values[known] > other.values[known] + 1
            if one.unit == other.unit and one not in whole and longer.mean() <= 1 - MOSTLY:
                text = f"{int(longer.sum())} of {len(known)} patients have more than {other.column}"
                yield _differing(one, text, known, longer, CONTRADICTIONS)


def _agree(end: Floats, day: Floats) -> Flags:
    """Of whom a day is that on which the days end."""
    flags: Flags = np.abs(end - day) <= 1
    return flags


def _as_arm(item: Slice, arm: Places) -> Slice:
    """A column of codes by the arm that most with each code have."""
    values = item.values.copy()
    for code in np.unique(item.values[item.there]):
        own = item.values == code
        arms = arm[own & (arm != NOBODY)]
        values[own] = np.bincount(arms).argmax() if len(arms) else np.nan
    return replace(item, values=values)


def _ages(age: Slice, years: Floats) -> Iterator[Look]:
    known = np.flatnonzero(~np.isnan(age.values) & ~np.isnan(years))
    apart = age.values[known] - years[known]
    # Age in whole years, at entry or at the first visit: up to a year below the time since birth.
    differ = (apart < -1 - SLIPS) | (apart > 1)
    if len(known) < FEWEST:
        return
    k, n = int(differ.sum()), len(known)
    text = f"{k} of {n} patients are of another age by their days of birth and entry"
    if differ.mean() < MOSTLY:
        yield _differing(age, text, known, differ, remark=CONTRADICTIONS)
        return
    for days, which in ((-EXCEL, "later"), (EXCEL, "earlier")):
        moved = apart + days / YEAR
        if ((moved >= -1 - SLIPS) & (moved <= 1)).mean() >= 1 - TOGETHER:
            text += f", and of that one where a day is {EXCEL:,} days {which} than it was "
            text += "(Excel's two calendars)"
            yield _differing(age, text, known, differ, remark=CONTRADICTIONS)


def _look(export: Export, name: str, item: Slice, other: Slice) -> Iterator[Look]:
    known = np.flatnonzero(~np.isnan(item.values) & ~np.isnan(other.values))
    if len(known) < FEWEST:
        return
    apart = np.abs(item.values[known] - other.values[known])
    differ = apart > (1 if AGE.fullmatch(name) else 0)
    if not LASTING.fullmatch(name) and differ.mean() > 1 - MOSTLY:
        return
    k, n = int(differ.sum()), len(known)
    lasts = _lasts(export, name) or AGE.fullmatch(name)
    text = f"{k} of {n} patients have another {name if lasts else 'value'} in table {other.table}"
    remark = CONTRADICTIONS if lasts else ""
    yield _differing(item, text, known, differ, remark)


def _differing(of: Slice, text: str, known: Places, differ: Flags, remark: str = "") -> Look:
    rows = tuple(sorted(int(row) for row in of.rows[known[differ]]))
    p = chances.binomial(int(differ.sum()), len(known), SLIPS)
    return Look(of.where, text, p, rows, remark=remark)
