"""A column that stands sorted, or a part of it, in a file whose rows are in the order of patients.

Who sorts one column of a sheet and not the others gives each patient the value of another. Of n
values in an order drawn at random the chance of one without a step down is the product of the
factorials of how often each occurs, over n factorial; twice that for either direction. Dates and
numbers that count entries rise by themselves; so does what belongs to a site. In a file whose rows
are in no order a visit that stands sorted surely goes with no other visit. Whole files are
sorted by groups (a sex, a phase, litters numbered from 1): of those only what an endpoint is made
of is looked at. Of a number at several visits each visit is looked at too.

Of a part: L values that follow each other rise or fall without a step back with the chance that L
drawn one by one from those of the column do: the coefficient of t^L in the product of 1/(1 - pt)
over the shares p of its values, which is 1/L! where none is there twice; times two, and the places
where it may begin. Patients with several rows count once, and by the share of other patients whose
rows are in order as well. Nothing is looked at where other rows go with the one above. Nor are the
outcomes of one site, or cluster, where at others these rise or fall with the rows.
"""

from collections.abc import Iterator

import numpy as np
from scipy import special

from trialtrace.base.arrays import Floats, Places, Whole
from trialtrace.run.integrity.codings import correlation
from trialtrace.run.integrity.correlations import rank_correlation, weaker
from trialtrace.run.integrity.export import DATE, NUMBER, Column, Export, Sheet, Slice
from trialtrace.run.integrity.look import Look

FEWEST, FEW_LEVELS, ROWS_A_GROUP = 8, 10, 3
FEWEST_IN_ORDER, LONGEST, GOES_WITH, TOGETHER = 5, 100, 2.5, 0.5


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of the tables whose rows are in the order of their patients, of the
    others at parts that are in order while no column is."""
    for sheet in export.sheets:
        if len(sheet.rows) < FEWEST or not (sheet.in_order or not is_sorted(sheet)):
            continue
        place, whole = np.argsort(sheet.rows, kind="stable"), is_sorted(sheet, 2)
        for column in sheet.columns:
            values = column.values[place]
            known = ~np.isnan(values)
            if _expected(export, sheet, column, values[known], sheet.subject[place][known]):
                continue
            text = f"{int(known.sum())} values, in the order of the rows"
            p = 1.0 if whole else chance(values[known])
            if sheet.in_order:
                yield Look(f"{sheet.name}.{column.name}", text, p)
            if p == 1 and not whole and column.kind == NUMBER:
                yield _part(sheet, column, place[known])
        alone = sheet.in_order and len(np.unique(sheet.subject)) == len(sheet.subject)
        if alone and not whole and export.centre is not None:
            for column in sheet.columns:
                if column.kind == NUMBER and (sheet.name, column.name) in export.outcomes:
                    at = place[~np.isnan(column.values[place])]
                    yield from _of_a_site(sheet, column, at, export.centre[sheet.subject[at]])
    for series in export.series:
        yield from _at_a_visit(export, series)


def _of_a_site(sheet: Sheet, column: Column, at: Whole, site: Places) -> Iterator[Look]:
    """A look at the outcomes of each site: whether those of one stand sorted, where at the others
    they rise or fall with the rows in none."""
    values = column.values[at]
    groups = [site == one for one in np.unique(site[site >= 0])]
    groups = [own for own in groups if own.sum() >= FEWEST and np.ptp(values[own]) > 0]
    tried = [(chance(values[own]), at[own]) for own in groups]
    rest = [values[own] for (p, _), own in zip(tried, groups, strict=True) if p == 1]
    turns = [(correlation(x, np.arange(len(x), dtype=np.float64)), len(x)) for x in rest]
    z = [np.arctanh(r) * np.sqrt(n - 3) for r, n in turns]
    if rest and abs(sum(z)) <= GOES_WITH * np.sqrt(len(z)):
        p, own = min(tried, key=lambda each: each[0])
        rows = tuple(sorted(int(row) for row in sheet.rows[own])) if p < 1 else ()
        text = f"{len(own)} outcomes of one site, in the order of the rows"
        yield Look(f"{sheet.name}.{column.name}", text, min(1.0, p * len(tried)), rows)


def _at_a_visit(export: Export, series: tuple[Slice, ...]) -> Iterator[Look]:
    """A look at a number at its visits: whether at one of them, and not at all, it stands sorted by
    the patients in the order of their rows."""
    sheet = next(one for one in export.sheets if one.name == series[0].table)
    tried = [
        (chance(values), one)
        for one in series
        if len(values := one.values[one.there[np.argsort(one.rows[one.there])]]) >= FEWEST
        and len(np.unique(values)) > FEW_LEVELS
    ]
    if len(tried) < 2:
        return
    p, one = min(tried, key=lambda each: each[0])
    if not sheet.in_order:
        # A file that was sorted by a visit is nearly in the order of the others too.
        p = max(p, *(_apart(one, other) for other in series if other is not one))
    alone = sum(each < 1 for each, _ in tried) < len(tried)
    text = f"{len(one.there)} values of one visit, in the order of the rows"
    yield Look(one.where, text, min(1.0, p * len(tried)) if alone else 1.0)


def _apart(one: Slice, other: Slice) -> float:
    """The chance that two visits go together as little."""
    known = ~np.isnan(one.values) & ~np.isnan(other.values)
    x, y = one.values[known], other.values[known]
    if len(x) < FEWEST or min(len(np.unique(x)), len(np.unique(y))) < 2:
        return 0.0
    return weaker(rank_correlation(x, y), len(x), TOGETHER)


def _part(sheet: Sheet, column: Column, at: Whole) -> Look:
    """A look at the longest run of rows in order."""
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
    text = f"the longest run of rows in order has {end - start} of {len(at)} values"
    rows = tuple(sorted(int(row) for row in sheet.rows[at[start:end]]))
    return Look(f"{sheet.name}.{column.name}", text, min(1.0, 2 * p), rows)


def of_part(values: Floats, first: Whole, start: int, end: int) -> float:
    """The chance of a run of rising rows as long anywhere, by the patients that it holds whole,
    who begin at `first`; 1 where the other rows go with the one above."""
    falls = np.append(False, np.diff(values) < 0)
    falls[first] = False
    rising = ~np.logical_or.reduceat(falls, first)
    inside = (first >= start) & (np.append(first[1:], len(values)) <= end)
    rest, length = values[first[~inside]], int(inside.sum())
    if length < FEWEST_IN_ORDER:
        return 1.0
    if len(rest) > FEWEST:
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
    """Whether so many columns of a table stand sorted."""
    place = np.argsort(sheet.rows, kind="stable")
    return sum(_rises(column, place) for column in sheet.columns) >= columns


def _rises(column: Column, place: Whole) -> bool:
    """Whether a column that is no date has several values and is sorted, as a whole file is that
    was sorted by it before its rows were numbered."""
    values = column.values[place]
    values = values[~np.isnan(values)]
    several = len(values) > 1 and float(np.ptp(values)) > 0
    return column.kind != DATE and several and chance(values) < 1


def _expected(
    export: Export, sheet: Sheet, column: Column, values: Floats, subject: Places
) -> bool:
    """Whether a column may well be sorted, or there is too little of it."""
    levels, counts = np.unique(values, return_counts=True)
    if column.kind == DATE or len(values) < FEWEST or len(levels) < 2:
        return True
    if column.name in export.lasting:
        return True
    if len(levels) <= FEW_LEVELS or _numbered(levels, counts):
        return (sheet.name, column.name) not in export.outcomes or export.of_sites(values, subject)
    entries = len(levels) == len(values) and bool(np.all(values == np.round(values)))
    return entries or export.of_sites(values, subject)


def _numbered(levels: Floats, counts: Whole) -> bool:
    """Whether values are the numbers of groups: from 0 or 1 on, each of several rows, or whole
    numbers of which each stands as often, such as those of couples and twins."""
    in_turn = levels[0] in (0, 1) and bool(np.all(np.diff(levels) == 1))
    alike = counts.min() > 1 and np.ptp(counts) == 0 and bool(np.all(levels == np.round(levels)))
    return alike or (in_turn and counts.sum() >= ROWS_A_GROUP * len(levels))
