"""Central monitoring: a column that is another at one site, from one row on, or at one visit.

Level: sites and years differ, clusters by twice as much. The difference of two means, on the scale
of logs where all values are above zero, is therefore held against one of a whole standard
deviation, not against none: another unit or coding is further away. The test is that of two samples
with a noncentral t, by its normal approximation, times the sites, or times the places at which the
patients can be cut in the order of their entry, or of the rows where no day is known and no column
shows that the file was sorted by it. The mean of a visit is held against those of the visits around
it, and against three standard deviations. Spread: Brown and Forsythe, J Am Stat Assoc 1974;69:364.

Coding: of a column of two values a site at which all have the same one, against odds twice as far
as those of the others. A measure does not go against itself: where a visit is negatively correlated
with the others of its patients, of all or of a site, while those go together, that is held against
no correlation (Fisher's z of ranks). Visits: a site none of whose patients has a row of a visit,
and visits that were due after the last date of their table, in the shares of those of the others.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.chances import correlation, row_means
from trialtrace.run.integrity.export import DATE, Column, Export, Sheet, Slice
from trialtrace.run.integrity.look import LOSS, Look, least, noted
from trialtrace.run.integrity.ordered import is_sorted

MIN_GROUP, MIN_LEVELS, MIN_VISIT, OF_SITES, OF_CLUSTERS, OF_VISITS = 10, 8, 20, 1.0, 2.0, 3.0
TWICE, USUAL, GRACE = 2.0, 0.2, 14


def _groups(of: Places | None, who: Places) -> Iterator[Flags]:
    """Of the subjects those of each site, where it has enough and the others have too."""
    site = np.full(len(who), -1) if of is None else of[who]
    for one in np.unique(site[site >= 0]):
        own = site == one
        if own.sum() >= MIN_GROUP and (~own).sum() >= MIN_GROUP:
            yield own


def levels(export: Export) -> Iterator[Look]:
    """The level of each number at a site, from a day or row on, and at a visit."""
    entry = export.entry
    unsorted = {one.name for one in export.sheets if one.in_order and not is_sorted(one)}
    allowed = OF_SITES if export.site is not None else OF_CLUSTERS
    days = [
        Slice(*one.at, one.kind, one.part, one.step, one.values - entry.values, one.rows)
        for one in export.slices
        if entry is not None and one.kind == DATE and one.step and one.at != entry.at
    ]
    for one in (*export.first_numbers, *days):
        there = one.there
        values = one.values[there]
        varied = len(np.unique(values)) >= (5 if one.kind != DATE else MIN_LEVELS)
        if len(there) < 2 * MIN_GROUP or one.column in export.lasting or not varied:
            continue
        narrowest = 7.0 if one.kind == DATE else 0.0
        x = np.log(values) if one.kind != DATE and values.min() > 0 else values
        text = f"the level of {len(there)} values is another at one site"
        tried = []
        for own in _groups(export.centre, there):
            p = float(further(sums(x[own]), sums(x[~own]), allowed, narrowest))
            tried.append(noted(one.where, text, p, one.rows[there[own]]))
        yield from least(tried)
        day = one.rows.astype(float) if entry is None else entry.values
        if entry is not None or one.table in unsorted:
            yield from _from_one_on(one, there, x, day[there], narrowest)
    for series in export.series:
        yield from _of_visits(series)


def _from_one_on(
    one: Slice, there: Places, values: Floats, day: Floats, narrowest: float
) -> Iterator[Look]:
    """The level before and after the day, or row, that parts the values most."""
    order = np.argsort(day, kind="stable")
    x, day, n = values[order], day[order], len(order)
    at = np.arange(MIN_GROUP, n - MIN_GROUP)
    at = at[day[at - 1] < day[at]]
    if not len(at):
        return
    total, squares = np.cumsum(x), np.cumsum(x * x)
    before = at.astype(float), total[at - 1], squares[at - 1]
    after = n - before[0], total[-1] - before[1], squares[-1] - before[2]
    p = further(before, after, OF_SITES, narrowest)
    best = int(np.argmin(p))
    cut = int(at[best])
    higher = after[1][best] / after[0][best] > before[1][best] / before[0][best]
    text = f"{n - cut} of {n} values are {'higher' if higher else 'lower'} than in the rows before"
    yield noted(one.where, text, float(p[best]), one.rows[there[order[cut:]]], times=len(at))


def _of_visits(series: tuple[Slice, ...]) -> Iterator[Look]:
    """The level of each visit against that of the visits around it."""
    known = [one.values[one.there] for one in series]
    if min(map(len, known)) < MIN_VISIT or min(len(np.unique(each)) for each in known) < MIN_LEVELS:
        return
    logs = min(each.min() for each in known) > 0
    scaled = [np.log(each) if logs else each for each in known]
    tried = []
    for at, one in enumerate(series):
        around = [scaled[near] for near in (at - 1, at + 1) if 0 <= near < len(series)]
        p = max(float(further(sums(scaled[at]), sums(x), OF_VISITS)) for x in around)
        text = f"the level of {len(known[at])} values is another at one visit"
        tried.append(noted(one.where, text, p, one.rows[one.there]))
    if len(tried) > 2:
        yield from least(tried)


def sums(values: Floats) -> tuple[Floats, Floats, Floats]:
    return np.array(float(len(values))), values.sum(), (values**2).sum()


def further(
    one: tuple[Floats, Floats, Floats],
    other: tuple[Floats, Floats, Floats],
    allowed: float,
    narrowest: float = 0.0,
) -> Floats:
    """The chance of means as far apart where they are `allowed` standard deviations apart, of two
    samples by their sizes, sums and sums of squares; their spread is at least `narrowest`."""
    (n, total, squares), (m, others, of_others) = one, other
    within = squares - total**2 / n + of_others - others**2 / m
    df = n + m - 2
    spread = np.maximum(np.sqrt(np.maximum(within, 1e-300) / df), narrowest)
    root = np.sqrt(n * m / (n + m))
    t = np.abs(total / n - others / m) / spread * root
    z = (t - allowed * root) / np.sqrt(1 + t**2 / (2 * df))
    values: Floats = np.minimum(1.0, 2 * chances.upper(z))
    return values


def spreads(export: Export) -> Iterator[Look]:
    """The spread of each number by site."""
    for number in export.first_numbers:
        groups = list(_groups(export.site, number.there))
        values = [number.values[number.there[own]] for own in groups]
        if len(values) > 1 and any(np.ptp(each) > 0 for each in values):
            p = chances.brown_forsythe(values)
            far = [float(np.abs(each - np.median(each)).mean()) for each in values]
            apart = [
                len(each) * (f - np.mean(far)) ** 2 for each, f in zip(values, far, strict=True)
            ]
            rows = number.rows[number.there[groups[int(np.argmax(apart))]]]
            text = f"the spread of {len(number.there)} values differs between {len(values)} sites"
            yield noted(number.where, text, p, rows)


def codings(export: Export) -> Iterator[Look]:
    """Columns of two values at sites, and measures that go against themselves."""
    for one in export.slices:
        known, level = one.there, np.unique(one.values[one.there])
        if (
            one.at in export.used
            and one.kind != DATE
            and len(level) == 2
            and not export.of_sites(one.values[known], known)
        ):
            first = one.values[known] == level[0]
            text = "all patients of a site have one of two values"
            yield from least(
                [
                    noted(one.where, text, all_alike(first[own], first[~own]), one.rows[known[own]])
                    for own in _groups(export.site, known)
                ]
            )
    for series in export.series:
        if all(len(np.unique(one.values[one.there])) >= 5 for one in series):
            yield from _turned(export, series)


def all_alike(inside: Flags, others: Flags) -> float:
    """The chance of all or none where the odds are twice, or half, those of the others; 1 where
    there are some."""
    k, n = int(inside.sum()), len(inside)
    odds = (others.sum() + 0.5) / (len(others) - others.sum() + 0.5)
    if 0 < k < n:
        return 1.0
    share = 1 / (1 + odds / TWICE) if k == 0 else 1 / (1 + 1 / (odds * TWICE))
    return min(1.0, float(2 * share**n))


def _turned(export: Export, series: tuple[Slice, ...]) -> Iterator[Look]:
    """The visit, of all or of a site, that goes against the others of its patients."""
    values = np.column_stack([one.values for one in series])
    tried = []
    for at, one in enumerate(series):
        mean = row_means(np.delete(values, at, axis=1))
        known = np.flatnonzero(~np.isnan(values[:, at]) & ~np.isnan(mean))
        groups = list(_groups(export.centre, known))
        if len(series) > 2 and len(known) >= 2 * MIN_VISIT:
            groups.append(np.full(len(known), True))
        for own in groups:
            # What the group is held against: the other patients, or the other visits.
            rest = known[~own]
            x, y = (values[rest, at], mean[rest]) if len(rest) else _rest(values, at)
            if correlation(x, y) > USUAL:
                r = correlation(values[known[own], at], mean[known[own]])
                p = chances.normal(np.arctanh(r) * np.sqrt(max(own.sum() - 3, 1)))
                text = f"values of {own.sum()} patients at a visit go against those at their others"
                tried.append(noted(one.where, text, p, one.rows[known[own]]))
    yield from least(tried)


def _rest(values: Floats, at: int) -> tuple[Floats, Floats]:
    """One of the other visits, and the mean of the rest of them."""
    others = np.delete(values, at, axis=1)
    mean = row_means(others[:, 1:])
    both = ~np.isnan(others[:, 0]) & ~np.isnan(mean)
    return others[both, 0], mean[both]


def visits(export: Export) -> Iterator[Look]:
    """Visits that a site lacks, and a table that ends before the others."""
    entry, end = export.entry, max((_last(one) for one in export.sheets), default=0.0)
    if entry is None:
        return
    for sheet in export.sheets:
        dates = [one for one in sheet.columns if one.kind == DATE]
        if sheet.visits and dates:
            yield from _lacking(export, sheet, dates[0], entry.values, end)


def _last(sheet: Sheet) -> float:
    dates = [one.values[~np.isnan(one.values)] for one in sheet.columns if one.kind == DATE]
    return max((float(each.max()) for each in dates if len(each)), default=0.0)


def _lacking(
    export: Export, sheet: Sheet, column: Column, entered: Floats, end: float
) -> Iterator[Look]:
    until = export.milestone("last_contact")
    limit = np.full(export.n, end) if until is None else np.fmin(until.values, end)
    last, since = float(np.nanmax(column.values)), column.values - entered[sheet.subject]
    where, lacking, sites = f"{sheet.name}.{column.name}", np.zeros(export.n), list[Look]()
    for step in np.unique(sheet.step):
        rows = (sheet.step == step) & ~np.isnan(since)
        if rows.sum() < MIN_VISIT:
            continue
        due = entered + np.median(since[rows])
        present, others = np.zeros((2, export.n), dtype=bool)
        present[sheet.subject[rows]] = True
        others[sheet.subject[(sheet.step != step) & ~np.isnan(since)]] = True
        before = due <= last - GRACE
        after = (due > last) & (due <= limit - GRACE) & ~present
        if before.sum() >= MIN_VISIT:
            share = (np.count_nonzero(~present[before]) + 0.5) / (before.sum() + 1)
            lacking[after] = np.maximum(lacking[after], share)
        who = np.flatnonzero(before & others)
        for own in _groups(export.site, who):
            rest = ~present[who[~own]]
            share = min(1.0, TWICE * (rest.sum() + 0.5) / (len(rest) + 1))
            none = not present[who[own]].any()
            text = f"none of {own.sum()} patients of a site has a visit that those of others have"
            p, rows = share ** int(own.sum()) if none else 1.0, export.row_of[who[own]]
            sites.append(noted(where, text, p, rows, kind=LOSS, rows_in=export.subjects))
    late = np.flatnonzero(lacking > 0)
    text = (
        f"none of {len(late)} patients has a visit due after its last date, before that of others"
    )
    p = float(np.prod(lacking[late])) if len(late) else 1.0
    # What they lack has no row: those of the patients.
    yield noted(where, text, p, export.row_of[late], kind=LOSS, rows_in=export.subjects)
    yield from least(sites)
