"""Dates in another order than what they are of: of visits, and of the two dates of an event.

Visits are those that an endpoint declares. Of two dates of a patient one follows the other where
names and labels say so (`roles`), however many are not in that order: where most are not, a name
may be of something else, and no chance is held against it. Of two other dates of a row one follows
the other where it is later on the median, and earlier in at most one row of ten: what is planned
and what is done are mostly on one day. Slips of the pen happen: more than one
date in 200 is unusual (binomial). That a treatment began before randomisation, as in an emergency,
is no mistake by itself, as a date before birth or after death is.
"""

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from trialtrace.run.integrity import chances, roles
from trialtrace.run.integrity.export import DATE, NOBODY, Export, Sheet
from trialtrace.run.integrity.look import CONTRADICTIONS, OF_MOST, OUT_OF_ORDER, Look

FEWEST, SLIPS, MOSTLY, MOST = 20, 0.005, 0.1, 0.5


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of dates in a table of visits, and for each two dates of a row."""
    for sheet in export.sheets:
        for column in sheet.columns:
            if column.kind != DATE or not sheet.visits:
                continue
            there = np.flatnonzero(~np.isnan(column.values))
            order = there[np.lexsort((sheet.step[there], sheet.part[there], sheet.subject[there]))]
            same = (sheet.subject[order][1:] == sheet.subject[order][:-1]) & (
                sheet.part[order][1:] == sheet.part[order][:-1]
            )
            back = same & (np.diff(column.values[order]) < 0)
            n, k = int(same.sum()), int(back.sum())
            if n < FEWEST:
                continue
            rows = tuple(sorted(int(row) for row in sheet.rows[order[1:][back]]))
            text = f"{k} of {n} visits are dated before the visit that they follow"
            where = f"{sheet.name}.{column.name}"
            yield Look(where, text, chances.binomial(k, n, SLIPS), rows, remark=OUT_OF_ORDER)
    yield from _by_names(export)
    named = {frozenset((one.where, later.where)) for one, later, _ in roles.in_order(export)}
    for sheet in export.sheets:
        yield from _in_rows(sheet, export.end, named)


def _by_names(export: Export) -> Iterator[Look]:
    """A look at each two dates of a patient whose order their names say."""
    for one, later, of_life in roles.in_order(export):
        first = np.where(one.values > export.end, np.nan, one.values)
        known = np.flatnonzero(~np.isnan(later.values - first))
        back = known[later.values[known] < first[known]]
        k, n = len(back), len(known)
        if not n:
            continue
        before = one.column if one.table == later.table else one.where
        text = f"{k} of {n} dates are before {before} of their patient"
        remark = CONTRADICTIONS if of_life else ""
        if k > MOST * n:
            text += ": most, so that one of the two may be another date than its name says"
            remark = OUT_OF_ORDER
        p = chances.binomial(k, n, SLIPS) if k <= MOST * n else 1.0
        rows = tuple(sorted(int(row) for row in later.rows[back] if row != NOBODY))
        yield Look(later.where, text, p, rows, remark=remark)


def _in_rows(sheet: Sheet, end: float, named: set[frozenset[str]]) -> Iterator[Look]:
    """A look at each two dates of a row of which one is usually later, and seldom earlier, but for
    those whose names say it; a date after the `end` of the export is itself the mistake."""
    dates = [one for one in sheet.columns if one.kind == DATE and not roles.is_written(one)]
    for one, later in permutations(dates, 2):
        where = f"{sheet.name}.{later.name}"
        apart = np.where(one.values > end, np.nan, later.values - one.values)
        known = np.flatnonzero(~np.isnan(apart))
        back = known[apart[known] < 0]
        k, n = len(back), len(known)
        if (
            n >= FEWEST
            and k <= MOSTLY * n
            and np.median(apart[known]) > 0
            and frozenset((where, f"{sheet.name}.{one.name}")) not in named
        ):
            rows = tuple(sorted(int(row) for row in sheet.rows[back]))
            text = (
                f"{k} of {n} dates are before {one.name} of their row, on or after it in the others"
            )
            p = chances.binomial(k, n, SLIPS)
            last = roles.LATER.search(f"{later.name} {later.label}")
            remark = CONTRADICTIONS if last else OF_MOST
            yield Look(where, text, p, rows, remark=remark)


# Numbers of a patient's occurrences that are not there: an export of some of them alone.
#
# Occurrences of a patient are numbered from the first on, so that who has a third has a first and a
# second. Records are deleted: more than one number in twenty that is lacking is unusual (binomial).
# Where fewer than half of the patients have a first, numbers are those of something else, and
# nothing is looked at.

FEWEST_NUMBERED, LACKING, FIRST = 20, 0.05, 0.5


def numbering(export: Export) -> Iterator[Look]:
    """A look for each table of numbered occurrences."""
    for sheet in export.sheets:
        if not sheet.occurrences or len(sheet.rows) < FEWEST_NUMBERED:
            continue
        pairs = np.unique(np.column_stack([sheet.subject, sheet.step]), axis=0)
        last = np.full(export.n, -1)
        np.maximum.at(last, pairs[:, 0], pairs[:, 1])
        first = np.count_nonzero(pairs[:, 1] == 0)
        if first < FIRST * np.count_nonzero(last >= 0):
            continue
        n = int((last + 1).sum())
        lacking = n - len(pairs)
        text = f"{lacking} of {n} numbers up to the last of each patient are not there"
        yield Look(sheet.name, text, chances.binomial(lacking, n, LACKING))
