"""Dates of visits that fit the entry of another patient: rows some patients off.

A visit is so many days after entry, or after the first visit where no entry is known. Those of
usual days are the shortest interval that half of the patients are in, and as much again on both
sides. Of the others it is asked how many would be there with the entry of the patient one to three
places before or after them. The chance of one is how often the entries of all patients and of
their neighbours are as far apart, to within the interval, as its date is off (binomial of the mean,
which is more than of unequal chances; Hoeffding, Ann Math Stat 1956;27:713), times the neighbours.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import DATE, NOBODY, Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, LEAST, LAGS, SURE = 20, 3.0, (1, -1, 2, -2, 3, -3), 0.001
OTHERS = "Dates that may be of other patients"


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of dates at each visit."""
    entry, visits = export.known(export.entry), {s.name for s in export.sheets if s.visits}
    first: dict[tuple[str, str], Slice] = {}
    for one in export.slices:
        if one.kind == DATE and one.table in visits and len(one.there) >= FEWEST:
            of = entry or first.setdefault((one.table, one.column), one)
            if of is not one:
                yield _look(export, one, of)


def _look(export: Export, visit: Slice, entry: Slice) -> Look:
    order = np.flatnonzero(export.row_of != NOBODY)
    order = order[np.argsort(export.row_of[order], kind="stable")]
    due, day = entry.values[order], visit.values[order]
    tried = []
    for lag in LAGS:
        other = np.full(len(due), np.nan)
        to = slice(max(0, -lag), len(due) - max(0, lag))
        other[to] = due[max(0, lag) : len(due) + min(0, lag)]
        tried.append((*fitting(day - due, other - due), lag))
    p, n, who, lag = min(tried, key=lambda each: each[0])
    rows = tuple(sorted(visit.rows[order[who]].tolist()))
    text = f"{len(who)} of {n} dates far from their usual time are at that of the patient "
    text += f"{abs(lag)} {'after' if lag > 0 else 'before'}"
    p = min(1.0, p * len(LAGS))
    return Look(visit.where, text, p, rows if p < SURE else (), remark=OTHERS)


def fitting(since: Floats, apart: Floats) -> tuple[float, int, Places]:
    """The chance that so many of who is unusually long after entry (`since`) are not so by that of
    another, `apart` from their own; how many are unusual, and who of them fits."""
    known = np.sort(since[~np.isnan(since)])
    half = (len(known) + 1) // 2
    if len(known) < FEWEST:
        return 1.0, 0, np.array([], np.intp)
    widths = known[half - 1 :] - known[: len(known) - half + 1]
    at = int(widths.argmin())
    wide = max(float(widths[at]), LEAST)
    low, high = known[at] - wide, known[at] + widths[at] + wide
    far = np.flatnonzero(((since < low) | (since > high)) & ~np.isnan(apart))
    fit = (since[far] - apart[far] >= low) & (since[far] - apart[far] <= high)
    gaps = np.sort(apart[~np.isnan(apart)])
    ends = [
        np.searchsorted(gaps, since[far] - high),
        np.searchsorted(gaps, since[far] - low, "right"),
    ]
    share = float(((ends[1] - ends[0] + 1) / (len(gaps) + 1)).mean()) if len(far) else 1.0
    return chances.binomial(int(fit.sum()), len(far), min(1.0, share)), len(far), far[fit]
