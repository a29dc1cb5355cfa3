"""Last contacts, or events, that were known until an earlier day: of an older cut of the data.

Last contacts of who had no event may come as early as the events of the same time, but not
earlier: the chance that the last dates are those of events alone is hypergeometric, among those of
twice that time; two contacts in a hundred may be later, times how many are tried. Of a site, or an
arm, none of whose contacts is as late as those of others, while three of its events and more are
later than these, the odds of the others by two are held against it, times the groups.

Events that end before the last contacts have the chance that each was due by the time after entry
at which it came (as occurrences of a table that ends, `cuts`); the least of all and of the groups.

Dates that are called a last contact, and of which the last of a site is one day for many, while
others have later ones: twice the share of the others on their commonest day is held against it
(binomial), times the sites.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances, roles
from trialtrace.run.integrity.codings import apart
from trialtrace.run.integrity.cuts import GRACE, of_occurrences
from trialtrace.run.integrity.export import NOBODY, Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, LATER, STRAY = 10, 3, 0.02


def looks(export: Export) -> Iterator[Look]:
    """Two looks for each time to an event: whether contacts, and whether events, end early; and one
    for each column of last contacts, by site."""
    for date, rank in roles.ranked(export):
        if rank == roles.SEEN and export.site is not None:
            yield from _on_one_day(date, export.site)
    entry = export.known(export.entry)
    for last, event in zip(export.last, export.events, strict=False):
        free = np.isnan(event.values) & ~np.isnan(last.values)
        had = ~np.isnan(event.values)
        if min(free.sum(), had.sum()) < FEWEST:
            continue
        groups = _groups(export)
        yield _contacts(last, free, event.values, groups)
        if entry is not None:
            days = np.fmax(last.values, event.values) - entry.values
            yield _events(event, days, event.values - entry.values, entry.values, groups)


def _on_one_day(last: Slice, site: Places) -> Iterator[Look]:
    found = []
    for place in np.unique(site[site != NOBODY]):
        who = last.there[site[last.there] == place]
        own, others = last.values[who], last.values[last.there[site[last.there] != place]]
        if min(len(own), len(others)) < FEWEST:
            continue
        on, later = own == own.max(), int((others > own.max() + GRACE).sum())
        most = np.unique(others, return_counts=True)[1].max()
        share = min(1.0, 2 * (most + 0.5) / (len(others) + 1))
        p = chances.binomial(int(on.sum()), len(own), share) if later >= LATER else 1.0
        text = f"{int(on.sum())} of {len(own)} dates of a site are on its last day, and {later} "
        text += f"of {len(others)} others are later: of an older cut"
        found.append((p, text, tuple(sorted(last.rows[who[on]].tolist()))))
    if found:
        p, text, rows = min(found)
        yield Look(last.where, text, min(1.0, p * len(found)), rows)


def _groups(export: Export) -> list[tuple[str, Flags]]:
    """The sites and the arms."""
    named = (("a site", export.site), ("an arm", export.arm))
    return [
        (name, of == place)
        for name, of in named
        if of is not None and len(np.unique(of[of != NOBODY])) > 1
        for place in np.unique(of[of != NOBODY])
    ]


def _contacts(last: Slice, free: Flags, event: Floats, groups: list[tuple[str, Flags]]) -> Look:
    tried = [before(last.values[free], event[~np.isnan(event)])]
    p, stray, later = tried[0]
    text = f"{stray} of {free.sum()} last contacts of who had no event, and {later} events, are "
    text += "later than all other contacts"
    found = [(p, text, free)]
    for name, of in groups:
        own, others = last.values[free & of], last.values[free & ~of]
        if min(len(own), len(others)) < LATER:
            continue
        end = own.max() + GRACE
        k = int((event[of] > end).sum())
        if k >= LATER:
            p = apart(own > end, others > end) * len(groups)
            text = f"none of {len(own)} last contacts of {name} of who had no event is as late "
            text += f"as those of others, and {k} of its events are later"
            found.append((p, text, free & of))
    p, text, who = min(found, key=lambda each: each[0])
    rows = tuple(sorted(last.rows[who].tolist()))
    return Look(last.where, text, min(1.0, 2 * p), rows)


def before(free: Floats, had: Floats) -> tuple[float, int, int]:
    """The chance that so few contacts of who is `free` are among the last of all dates, times how
    many are tried; how many these are, and the events among them."""
    free, tried = np.sort(free)[::-1], []
    few = int(STRAY * len(free))
    for stray in range(few + 1):
        later = int((had > free[stray] + GRACE).sum())
        start = 2 * free[stray] - had.max()
        n, of = (int((days >= start).sum()) for days in (free, had))
        p = chances.hypergeometric(later, n + of, of, later + stray) if later else 1.0
        tried.append((min(1.0, p * (few + 1)), stray, later))
    return min(tried)


def _events(
    event: Slice, followed: Floats, since: Floats, entered: Floats, groups: list[tuple[str, Flags]]
) -> Look:
    tried = []
    for name, of in [("all", np.full(len(since), True)), *groups]:
        there = of & (since >= 0)
        if there.sum() >= LATER:
            until = np.where(of, np.nanmax(event.values[of]) - entered, np.nan)
            due, p = of_occurrences(since[there], until, followed, 1.0)
            p *= len(groups) if name != "all" else 1
            text = f"none of {name} is later, where {due:.0f} are due by those as long after entry"
            tried.append((p, text))
    p, text = min(tried, default=(1.0, "too few"))
    return Look(event.where, text, min(1.0, 2 * p))
