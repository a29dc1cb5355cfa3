"""A column that stands sorted, or a part of it, in a file whose rows are in the order of patients.

Who sorts one column of a sheet and not the others gives each patient the value of another. Of n
values in an order drawn at random the chance of one without a step down is the product of the
factorials of how often each occurs, over n factorial; twice that for either direction. Dates and
numbers that count entries rise by themselves; so does what belongs to a site, and files are sorted
by groups (a sex, a phase): of few levels only what an endpoint is made of is looked at. Of a number
at several visits each visit is looked at too.

Of a part: L values that follow each other rise or fall without a step back with the chance that L
drawn one by one from those of the column do: the coefficient of t^L in the product of 1/(1 - pt)
over the shares p of its values, which is 1/L! where none is there twice; times two, and the places
where it may begin. Patients with several rows count once, and by the share of other patients whose
rows are in order as well. Nothing is looked at where other rows go with the one above.
"""

from collections.abc import Iterator

import numpy as np
from scipy import special

from trialtrace.base.arrays import Floats, Places, Whole
from trialtrace.run.integrity.chances import correlation
from trialtrace.run.integrity.export import DATE, NUMBER, Column, Export, Sheet
from trialtrace.run.integrity.look import Look, least, noted

MIN_VALUES, MIN_RUN, GOES_WITH, LONGEST = 8, 5, 2.5, 100
FEW_LEVELS, ROWS_A_GROUP = 10, 3


def looks(export: Export) -> Iterator[Look]:
    """Order of rows: each column of a table in the order of its patients, and each visit."""
    ordered = {sheet.name for sheet in export.sheets if sheet.in_order}
    for sheet in export.sheets:
        place = np.argsort(sheet.rows, kind="stable")
        # A file with several sorted columns was sorted before its rows were numbered.
        looked_at = sheet.columns if sheet.in_order and not is_sorted(sheet, 2) else ()
        for column in looked_at:
            at = place[~np.isnan(column.values[place])]
            values = column.values[at]
            if _expected(export, sheet, column, values, sheet.subject[at]):
                continue
            where, p = f"{sheet.name}.{column.name}", chance(values)
            text = f"all {len(at)} values stand sorted, while the patients stand in another order"
            yield noted(where, text, p, sheet.rows[at])
            if p == 1 and column.kind == NUMBER:
                yield _part(sheet, column, at)
    for series in export.series:
        found = [(one, one.in_rows) for one in series if one.table in ordered]
        text = "values of one visit stand sorted, those of other visits do not"
        tried = [
            noted(series[0].where, f"{len(at)} {text}", chance(one.values[at]), one.rows[at])
            for one, at in found
            if len(at) >= MIN_VALUES and len(np.unique(one.values[at])) > FEW_LEVELS
        ]
        if len(tried) > 1 and max(one.p for one in tried) == 1:
            yield from least(tried)


def _part(sheet: Sheet, column: Column, at: Whole) -> Look:
    """The longest run of rows in order."""
    values, subject = column.values[at], sheet.subject[at]
    first = np.flatnonzero(np.append(True, subject[1:] != subject[:-1]))
    start, end, p = 0, 0, 1.0
    for signed in (values, -values):
        ends = np.flatnonzero(np.append(np.diff(signed) < 0, True)) + 1
        starts = np.append(0, ends[:-1])
        longest = int(np.argmax(ends - starts))
        run = int(starts[longest]), int(ends[longest])
        if (found := of_part(signed, first, *run)) < p:
            (start, end), p = run, found
    text = f"{end - start} of {len(at)} values in a row stand sorted"
    return noted(f"{sheet.name}.{column.name}", text, p, sheet.rows[at[start:end]], times=2)


def of_part(values: Floats, first: Whole, start: int, end: int) -> float:
    """The chance of a run of rising rows as long anywhere, by the patients that it holds whole,
    who begin at `first`; 1 where the other rows go with the one above."""
    falls = np.append(False, np.diff(values) < 0)
    falls[first] = False
    rising = ~np.logical_or.reduceat(falls, first)
    inside = (first >= start) & (np.append(first[1:], len(values)) <= end)
    rest, length = values[first[~inside]], int(inside.sum())
    if length < MIN_RUN:
        return 1.0
    if len(rest) > MIN_VALUES:
        r = correlation(rest[1:], rest[:-1])
        if np.arctanh(r) * np.sqrt(len(rest) - 4) > GOES_WITH:
            return 1.0
    share = (rising[~inside].sum() + 1) / (len(rest) + 1)
    return float(min(1.0, len(first) * share**length * rises(values[first], length)))


def rises(values: Floats, length: int) -> float:
    """The chance that so many drawn one by one from some values are in rising order: the complete
    symmetric polynomial of their shares, by Newton's identities. Of more than `LONGEST` it is that
    of `LONGEST`, which is higher."""
    shares = np.unique(values, return_counts=True)[1] / len(values)
    sums = np.array([np.sum(shares**power) for power in range(1, min(length, LONGEST) + 1)])
    whole = np.ones(1)
    for power in range(1, len(sums) + 1):
        whole = np.append(whole, sums[:power] @ whole[::-1] / power)
    return float(whole[-1])


def chance(values: Floats) -> float:
    """The chance of so few steps against the order; 1 where there is any in both directions."""
    steps = np.diff(values)
    if (steps < 0).any() and (steps > 0).any():
        return 1.0
    counts = np.unique(values, return_counts=True)[1]
    log = special.gammaln(counts + 1.0).sum() - special.gammaln(len(values) + 1.0)
    return float(min(1.0, 2 * np.exp(log)))


def is_sorted(sheet: Sheet, columns: int = 1) -> bool:
    """Whether so many columns of a table that are no dates stand sorted, as in a file that was
    sorted by them before its rows were numbered."""
    place = np.argsort(sheet.rows, kind="stable")
    every = [column.values[place] for column in sheet.columns if column.kind != DATE]
    known = [values[~np.isnan(values)] for values in every]
    varied = [values for values in known if len(values) > 1 and np.ptp(values) > 0]
    return sum(chance(values) < 1 for values in varied) >= columns


def _expected(
    export: Export, sheet: Sheet, column: Column, values: Floats, subject: Places
) -> bool:
    """Whether a column may well be sorted, or there is too little of it."""
    levels, counts = np.unique(values, return_counts=True)
    if column.kind == DATE or len(values) < MIN_VALUES or len(levels) < 2:
        return True
    if column.name in export.lasting or export.of_sites(values, subject):
        return True
    if len(levels) <= FEW_LEVELS or _numbered(levels, counts):
        return (sheet.name, column.name) not in export.outcomes
    return len(levels) == len(values) and bool(np.all(values == np.round(values)))


def _numbered(levels: Floats, counts: Whole) -> bool:
    """Whether values are the numbers of groups: from 0 or 1 on, each of several rows, or whole
    numbers of which each stands as often, such as those of couples and twins."""
    in_turn = levels[0] in (0, 1) and bool(np.all(np.diff(levels) == 1))
    alike = counts.min() > 1 and np.ptp(counts) == 0 and bool(np.all(levels == np.round(levels)))
    return alike or (in_turn and counts.sum() >= ROWS_A_GROUP * len(levels))
