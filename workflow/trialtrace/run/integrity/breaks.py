"""A column whose level is another at one site, or from one patient on.

Sites and years differ, clusters by twice as much. The difference of two means, on the scale of logs
where all values are above zero, is therefore held against one of a whole standard deviation, not
against none: another unit or another coding is further away. The test is that of two samples with a
noncentral t, by its normal approximation, times the sites, or times the places at which the
patients in the order of their entry can be cut. Where no day of entry is known the order is that of
the rows, unless a column shows that the file was sorted by it. An end of a scale of at most 21
values that five or more have, and nobody before or after one place in that order, has the chance
that all who have it are drawn from the other side, times four: the longest times to a cut are those
of who entered first. Of dates of visits it is the days since entry, at the visit with the most,
whose spread is taken for a week at least: one site may keep its visits closer to their day.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from trialtrace.base.arrays import Floats, Places, Whole
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import DATE, Export, Slice
from trialtrace.run.integrity.look import Look
from trialtrace.run.integrity.ordered import is_sorted

FEWEST, LEVELS, ALLOWED, SHOWN, WEEK, OF_CLUSTERS = 10, 8, 1.0, 0.01, 7.0, 2.0
OF_SCALE, AT_END = 21, 5


def looks(export: Export) -> Iterator[Look]:
    """A look by site and one by entry for each column of numbers."""
    entry = export.known(export.entry)
    unsorted = {sheet.name for sheet in export.sheets if sheet.by_number and not is_sorted(sheet)}
    for number in export.first_numbers:
        values = number.values[number.there]
        # A site that joins late has no level.
        if len(values) < 2 * FEWEST or number.column in export.lasting:
            continue
        day = entry.values[number.there] if entry is not None else None
        if day is None and number.table in unsorted:
            day = number.rows[number.there].astype(float)
        levels = len(np.unique(values))
        if day is not None and levels <= OF_SCALE:
            yield _ends(number, values, day)
        if levels < LEVELS:
            continue
        scaled = np.log(values) if values.min() > 0 else values
        if export.centre is not None:
            yield from _by_site(export, number, scaled, export.centre[number.there])
        if day is not None:
            yield from _by_entry(number, scaled, day)
    if entry is not None:
        for visit in _days_since(export, entry):
            days = visit.values[visit.there]
            if export.site is not None:
                for look in _by_site(export, visit, days, export.site[visit.there], WEEK):
                    yield _blamed(export, entry, visit, look)
            yield from _by_entry(visit, days, entry.values[visit.there], WEEK)


def _days_since(export: Export, entry: Slice) -> Iterator[Slice]:
    """Of each column of dates at declared visits the days since entry at the visit that has the
    most, where they vary."""
    visits = {sheet.name for sheet in export.sheets if sheet.visits}
    best: dict[tuple[str, str], Slice] = {}
    for one in export.slices:
        if one.kind != DATE or one.table not in visits:
            continue
        days = replace(one, values=one.values - entry.values)
        there = best.get((one.table, one.column))
        varied = len(np.unique(days.values[days.there])) >= LEVELS
        if varied and (there is None or len(days.there) > len(there.there)):
            best[one.table, one.column] = days
    yield from best.values()


def _blamed(export: Export, entry: Slice, visit: Slice, look: Look) -> Look:
    """A look at days since entry; at the entry where all visits of a patient are off by as much."""
    own = np.isin(visit.rows, look.rows)
    off = []
    for one in export.slices:
        days = one.values - entry.values
        others = days[~own & ~np.isnan(days)]
        if one.where == visit.where and len(others):
            off.append(days[own] - np.median(others))
    apart = np.fmax.reduce(off) - np.fmin.reduce(off)
    several = (~np.isnan(off)).sum(axis=0) > 1
    if not several.any() or np.median(apart[several]) > 2 * WEEK:
        return replace(look, told=look.told.replace("the level of", "the days since entry of"))
    text = f"of {len(visit.there)} patients: at a site it is as far from all visits of a patient,"
    text += " and further than at the others"
    return replace(look, where=entry.where, told=text, rows=_places(entry.rows[own]))


def _places(rows: Whole) -> tuple[int, ...]:
    return tuple(sorted(int(row) for row in rows))


def _by_site(
    export: Export, item: Slice, values: Floats, site: Places, least: float = 0.0
) -> Iterator[Look]:
    looks, allowed = [], ALLOWED if export.site is not None else OF_CLUSTERS
    for s in np.unique(site[site >= 0]):
        own = site == s
        if own.sum() >= FEWEST and (~own).sum() >= FEWEST:
            inside, others = values[own], values[~own]
            p = float(further(*sums(inside), *sums(others), least, allowed))
            looks.append((p, int(s)))
    if looks:
        p, s = min(looks)
        text = f"the level of {len(values)} values at the site that differs most from the others"
        rows = _places(item.rows[item.there[site == s]])
        yield Look(item.where, text, min(1.0, float(p) * len(looks)), rows)


def _by_entry(item: Slice, values: Floats, entered: Floats, least: float = 0.0) -> Iterator[Look]:
    known = np.flatnonzero(~np.isnan(entered))
    order = known[np.argsort(entered[known], kind="stable")]
    x, day, n = values[order], entered[order], len(order)
    if n < 2 * FEWEST:
        return
    at = np.arange(FEWEST, n - FEWEST)
    at = at[day[at - 1] < day[at]]
    if not len(at):
        return
    sums, squares = np.cumsum(x), np.cumsum(x * x)
    size = at.astype(float)
    p = further(
        size, sums[at - 1], squares[at - 1],
        n - size, sums[-1] - sums[at - 1], squares[-1] - squares[at - 1], least,
    )  # fmt: skip
    best = int(np.argmin(p))
    rows = _places(item.rows[item.there[order[at[best] :]]])
    text = (
        f"the level of {n} values before and after the day of entry, or row, that parts them most"
    )
    yield Look(item.where, text, float(min(1.0, p[best] * len(at))), rows)


def _ends(item: Slice, values: Floats, day: Floats) -> Look:
    """A look at the lowest and the highest value: whether nobody has it from one place on."""
    known = np.flatnonzero(~np.isnan(day))
    order = known[np.argsort(day[known], kind="stable")]
    x, n = values[order], len(order)
    tried = []
    for end in (values.min(), values.max()):
        at = np.flatnonzero(x == end)
        if len(at) >= AT_END:
            tried += [(on_one_side(len(at), int(at[-1]) + 1, n), int(at[-1]) + 1, n)]
            tried += [(on_one_side(len(at), n - int(at[0]), n), 0, int(at[0]))]
    p, first, last = min(tried, default=(1.0, 0, 0))
    rows = _places(item.rows[item.there[order[first:last]]])
    text = f"{last - first} of {n} patients after one another without an end of the scale"
    return Look(item.where, text, min(1.0, 4 * p), rows if p < SHOWN else ())


def on_one_side(k: int, side: int, n: int) -> float:
    """The chance that k of n drawn at random are all among the first `side`."""
    gone = np.arange(k)
    return float(np.exp(np.log((side - gone) / (n - gone)).sum()))


def sums(values: Floats) -> tuple[Floats, Floats, Floats]:
    return np.array(float(len(values))), values.sum(), (values**2).sum()


def further(
    n: Floats,
    total: Floats,
    squares: Floats,
    m: Floats,
    others: Floats,
    of_others: Floats,
    least: float = 0.0,
    allowed: float = ALLOWED,
) -> Floats:
    """The chance of means as far apart where they are so many standard deviations apart, of two
    samples by their sizes, sums and sums of squares; their spread is taken for `least` or more."""
    within = squares - total**2 / n + of_others - others**2 / m
    df = n + m - 2
    spread = np.maximum(np.sqrt(np.maximum(within, 1e-300) / df), least)
    root = np.sqrt(n * m / (n + m))
    t = np.abs(total / n - others / m) / spread * root
    z = (t - allowed * root) / np.sqrt(1 + t**2 / (2 * df))
    values: Floats = np.minimum(1.0, 2 * chances.upper(z))
    return values
