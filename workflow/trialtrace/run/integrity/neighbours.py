"""Dates of other tables that fit the entry of another patient: rows off, or two exchanged.

A date is so many days after entry, or after the first visit where no entry is known. Those of
usual days are the shortest interval that half of the patients are in, and as much again on both
sides. Of the others it is asked how many would be there with the entry of the patient one to three
places before or after them. The chance of one is how often the entries of all patients and of
their neighbours are as far apart, to within the interval, as its date is off (binomial of the mean,
which is more than of unequal chances; Hoeffding, Ann Math Stat 1956;27:713), times the neighbours.
So it is asked how many would be there with the entry of any of the others that are far off: the
chance of one is that so many entries, of all patients, hit the interval before its date once.

Where most that are far off are together, in an interval as narrow as that of the usual days and
twice as far from it, they are at another time and not those of other patients: told without a
chance, up to three in ten.

First visits half of which are a month and more from entry are those of other patients where as many
are before it as after it: of either side more than slips of the pen, one in a hundred (binomial).
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import DATE, NOBODY, Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, LEAST, LAGS, SURE = 20, 3.0, (1, -1, 2, -2, 3, -3), 0.001
TOGETHER, SECOND, MONTH, SLIPS = 5, 0.3, 30.0, 0.01
OTHERS = "Dates that may be of other patients"
APART = "Dates that stand together at another time than most"


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of dates at each visit, and in each other table; at first visits one
    more."""
    entry, visits = export.known(export.entry), {s.name for s in export.sheets if s.visits}
    first: dict[tuple[str, str], Slice] = {}
    for one in export.slices:
        visit = one.table in visits
        elsewhere = visit or (entry is not None and one.table != export.subjects)
        if one.kind != DATE or len(one.there) < FEWEST or not elsewhere:
            continue
        of = entry or first.setdefault((one.table, one.column), one)
        if of is not one:
            yield _look(export, one, of)
        if visit and entry and not one.step and export.cluster is None:
            yield from _of_nobody(one, entry)


def _look(export: Export, visit: Slice, entry: Slice) -> Look:
    order = np.flatnonzero(export.row_of != NOBODY)
    order = order[np.argsort(export.row_of[order], kind="stable")]
    due, day = entry.values[order], visit.values[order]
    window = usual_days(day - due)
    if window is None:
        return Look(visit.where, "dates far from their usual time", 1.0)
    n, far = int((~np.isnan(day - due)).sum()), far_off(day - due, window)
    where = f"of {len(far)} dates far from their usual time are at that of"
    if len(group := together((day - due)[far], window)) and len(far) <= SECOND * n:
        late = "after" if (day - due)[far[group]].mean() > window[0] else "before"
        text = f"{len(group)} of {n} dates stand together, {late} the usual time of the others"
        rows = tuple(sorted(visit.rows[order[far[group]]].tolist()))
        return Look(visit.where, text, 1.0, rows, remark=APART)
    tried = [(*exchanged(day, due, window), f"{where} another of these patients: exchanged")]
    for lag in LAGS:
        other = np.full(len(due), np.nan)
        to = slice(max(0, -lag), len(due) - max(0, lag))
        other[to] = due[max(0, lag) : len(due) + min(0, lag)]
        side = f"the patient {abs(lag)} {'after' if lag > 0 else 'before'}"
        tried.append((*fitting(day - due, other - due, window), f"{where} {side}"))
    p, who, text = min(tried, key=lambda each: each[0])
    rows = tuple(sorted(visit.rows[order[who]].tolist()))
    p = min(1.0, p * len(tried))
    text = f"{len(who)} {text}"
    return Look(visit.where, text, p, rows if p < SURE else (), remark=OTHERS)


def _of_nobody(visit: Slice, entry: Slice) -> Iterator[Look]:
    """A look at first visits that are before and after the entry of their patients alike."""
    since = visit.values - entry.values
    n, early, late = (
        int(each.sum()) for each in (~np.isnan(since), since <= -MONTH, since >= MONTH)
    )
    if n >= FEWEST:
        p = chances.binomial(min(early, late), n, SLIPS) if early + late >= n / 2 else 1.0
        text = f"{early} of {n} first visits are a month before entry and {late} a month after it"
        yield Look(visit.where, f"{text}, as if they were those of other patients", p)


def usual_days(since: Floats) -> tuple[float, float, float] | None:
    """From when to when days are usual, and how wide the half of them is; None for too few."""
    known = np.sort(since[~np.isnan(since)])
    if len(known) < FEWEST:
        return None
    low, width = shortest_half(known)
    wide = max(width, LEAST)
    return low - wide, low + width + wide, wide


def shortest_half(known: Floats) -> tuple[float, float]:
    """Where the shortest interval begins that half of sorted values are in, and how wide it is."""
    half = (len(known) + 1) // 2
    widths = known[half - 1 :] - known[: len(known) - half + 1]
    at = int(widths.argmin())
    return float(known[at]), float(widths[at])


def far_off(since: Floats, window: tuple[float, float, float]) -> Places:
    """Who is not there at the usual days."""
    return np.flatnonzero((since < window[0]) | (since > window[1]))


def together(far: Floats, window: tuple[float, float, float]) -> Places:
    """Which of the days that are far off are at one other time; none where fewer than half are."""
    if len(far) < TOGETHER:
        return np.array([], np.intp)
    low, width = shortest_half(np.sort(far))
    near = (far >= low - window[2]) & (far <= low + width + window[2])
    apart = max(far[near].min() - window[1], window[0] - far[near].max())
    return np.flatnonzero(near & (width <= window[2]) & (apart >= 2 * window[2]))


def fitting(
    since: Floats, apart: Floats, window: tuple[float, float, float]
) -> tuple[float, Places]:
    """The chance that so many of who is unusually long after entry (`since`) are not so by that of
    another, `apart` from their own; who of them fits."""
    low, high, _ = window
    far = far_off(since, window)
    far = far[~np.isnan(apart[far])]
    fit = (since[far] - apart[far] >= low) & (since[far] - apart[far] <= high)
    return _chance(np.sort(apart[~np.isnan(apart)]), since[far], window, fit, 1), far[fit]


def exchanged(day: Floats, due: Floats, window: tuple[float, float, float]) -> tuple[float, Places]:
    """The chance that so many days that are far off fit the entry of another that is; who fits."""
    low, high, _ = window
    far = far_off(day - due, window)
    since = day[far][:, None] - due[far]
    fit: Flags = np.any((since >= low) & (since <= high), axis=1)
    return _chance(np.sort(due[~np.isnan(due)]), day[far], window, fit, len(far) - 1), far[fit]


def _chance(
    among: Floats, far: Floats, window: tuple[float, float, float], fit: Flags, tries: int
) -> float:
    """The chance of so many that fit, where each of some draws `among` all does as often as they
    are so many days before it."""
    if not len(far):
        return 1.0
    ends = np.searchsorted(among, far - window[1]), np.searchsorted(among, far - window[0], "right")
    share = (ends[1] - ends[0] + 1) / (len(among) + 1)
    mean = float((1 - (1 - share) ** tries).mean())
    return chances.binomial(int(fit.sum()), len(far), min(1.0, mean))
