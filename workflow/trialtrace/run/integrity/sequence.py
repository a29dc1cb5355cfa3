"""Dates in another order than what they are of: of visits, and of the two dates of an event.

Visits are those that an endpoint declares. Of two dates of a row one follows the other where it is
later on the median, and earlier in at most one row of ten: what is planned and what is done are
mostly on one day. Slips of the pen happen: more than one date in 200 is unusual (binomial).
"""

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import DATE, Export, Sheet
from trialtrace.run.integrity.look import OUT_OF_ORDER, Look

FEWEST, SLIPS, MOSTLY = 20, 0.005, 0.1


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
        yield from _in_rows(sheet)


def _in_rows(sheet: Sheet) -> Iterator[Look]:
    """A look at each two dates of a row of which one is usually later, and seldom earlier."""
    dates = [column for column in sheet.columns if column.kind == DATE]
    for one, later in permutations(dates, 2):
        apart = later.values - one.values
        known = np.flatnonzero(~np.isnan(apart))
        back = known[apart[known] < 0]
        if (
            len(known) >= FEWEST
            and len(back) <= MOSTLY * len(known)
            and np.median(apart[known]) > 0
        ):
            rows = tuple(sorted(int(row) for row in sheet.rows[back]))
            text = f"{len(back)} of {len(known)} dates are before {one.name} of their row"
            p = chances.binomial(len(back), len(known), SLIPS)
            yield Look(f"{sheet.name}.{later.name}", text, p, rows, remark=OUT_OF_ORDER)


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
