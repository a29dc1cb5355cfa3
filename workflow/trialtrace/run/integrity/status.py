"""Who had an event and who had none, exchanged: a status turned round, of all or of a site.

Who has no event is followed to the end of the follow-up, which is a day of all, or a time after
entry; events go on coming as before. So the events of the last days (`WINDOWS`) are held against
those of three times as long before, by the person-days of both and `ALLOWED` times the rate
(binomial), times the windows. Where contacts end there more often than before, by twice the rate
(`ORDINARY`), it is follow-up that ended, and nothing is looked at: an event that is found at a
closing visit has those beside it who do not have it. At a site the events among all that ended in
the last days are held against `ALLOWED` times the odds of the others, times the windows and sites.

Who is said to have no event, and whose time ends on a date on which nearly all who have both, the
event and that date, have it (a progression), is told without a chance: a code that was not changed.
A last contact, or a date that most have, as of an assessment, ends the times of others too.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats
from trialtrace.run.integrity import chances, roles
from trialtrace.run.integrity.export import Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, FEWEST_OF_SITE, BEFORE, ALLOWED, TWICE, ORDINARY = 5, 3, 3, 4.0, 2.0, 0.05
WINDOWS = {"on the calendar": (30.0, 90.0, 180.0, 365.0), "since entry": (1.0, 7.0, 30.0)}

NEARLY_ALL, OF_MOST = 0.9, 0.75
UNMARKED = "Times without an event that end on the day of one"


def looks(export: Export) -> Iterator[Look]:
    """A look for each time to an event."""
    entry = export.known(export.entry)
    if entry is None:
        return
    for last, event in zip(export.last, export.events, strict=False):
        had = ~np.isnan(event.values)
        ended = np.where(had, event.values, last.values)
        known = ended >= entry.values
        if min((had & known).sum(), (~had & known).sum()) < FEWEST:
            continue
        yield from _unmarked(export, last, ended, had)
        tried = []
        for scale, widths in WINDOWS.items():
            start = entry.values if scale == "on the calendar" else 0 * ended
            days = ended - entry.values + start
            for width in widths:
                late = known & (days > days[known].max() - width)
                p = piled(start[known], days[known], had[known], width)
                tried.append((p, f"the last {width:g} days of all {scale}", late, known))
                tried += [
                    (p, f"the last {width:g} days of a site {scale}", late & of, of)
                    for p, of in _of_sites(export, late, had, known)
                ]
        p, told, late, of = min(tried, key=lambda each: each[0])
        rows = tuple(sorted(last.rows[of].tolist())) if p < ORDINARY else ()
        text = f"{(late & had).sum()} of {(had & of).sum()} events, and {(late & ~had).sum()} of "
        text += f"{(~had & of).sum()} contacts without one, are in {told}"
        p *= 2 * sum(map(len, WINDOWS.values()))
        yield Look(last.where, text, min(1.0, p), rows)


def _unmarked(export: Export, last: Slice, ended: Floats, had: Flags) -> Iterator[Look]:
    """A look for each date that ends times of events, at who is said to have had none."""
    for day, rank in roles.ranked(export):
        there = ~np.isnan(day.values) & ~np.isnan(ended)
        same, both = there & (day.values == ended), there & had
        of_few = rank != roles.SEEN and there.sum() <= OF_MOST * (~np.isnan(ended)).sum()
        ends_events = both.sum() >= FEWEST and (same & had).sum() >= NEARLY_ALL * both.sum()
        if of_few and ends_events and (same & ~had).any():
            text = f"{(same & ~had).sum()} of {(~had).sum()} without the event end on the day of "
            text += f"{day.column}, as {(same & had).sum()} with it do"
            rows = tuple(sorted(last.rows[same & ~had].tolist()))
            yield Look(last.where, text, 1.0, rows, remark=UNMARKED)


def _of_sites(
    export: Export, late: Flags, had: Flags, known: Flags
) -> Iterator[tuple[float, Flags]]:
    """Of each site the chance of as many events among its last days, times the sites."""
    sites = np.unique(export.site[export.site >= 0]) if export.site is not None else np.array([])
    for place in sites if len(sites) > 1 else ():
        of = known & (export.site == place)
        own, others = had[late & of], had[late & ~of]
        if min((had & of).sum(), (~had & of).sum()) >= FEWEST_OF_SITE:
            odds = ALLOWED * (others.sum() + 0.5) / ((~others).sum() + 0.5)
            p = chances.binomial(int(own.sum()), len(own), odds / (1 + odds))
            yield min(1.0, p * len(sites)), of


def piled(start: Floats, ended: Floats, had: Flags, width: float) -> float:
    """The chance of as many events in the last days of all."""

    def days(low: float, high: float) -> float:
        return float((np.clip(ended, low, high) - np.clip(start, low, high)).sum()) + 1

    low = float(ended.max()) - width
    within, before = days(low, np.inf), days(low - BEFORE * width, low)
    late, just = ended > low, (ended > low - BEFORE * width) & (ended <= low)
    k = int((late & had).sum())
    of_contacts = chances.binomial(
        int((late & ~had).sum()),
        int((~had).sum()),
        min(1.0, TWICE * within / (within + days(-np.inf, low))),
    )
    share = ALLOWED * within / (ALLOWED * within + before)
    p = chances.binomial(k, k + int((just & had).sum()), share)
    return p if of_contacts > ORDINARY else 1.0
