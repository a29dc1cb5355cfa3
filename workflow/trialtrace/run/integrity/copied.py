"""A visit that holds the value before in patient after patient: filled across in a few rows.

In the order of the rows, of values between the ends of a number and other than its commonest, the
longest run that is equal to the visit before has at most the chance of its length, a power of how
often others are at twice their odds, times the places where it may begin. Others are all outside
the run, or those of the centre that has most of them equal, as where one reads in tens. A run to
the last row is left out: an export that was cut and carried forward has one. A number that most
have at both visits is one of the patient and not of a visit, as ADaM's BASE is.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Places
from trialtrace.run.integrity.correlations import successive
from trialtrace.run.integrity.export import NOBODY, Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, OF_A_CENTRE, LEVELS, PAIRS, ODDS, MOST = 30, 10, 8, 2, 2.0, 0.5


def looks(export: Export) -> Iterator[Look]:
    """A look for each number at two visits that follow each other."""
    for before, later in successive(export):
        free = _free(before, later)
        at = free[np.argsort(later.rows[free], kind="stable")]
        equal = before.values[at] == later.values[at]
        end = len(equal) if equal.all() else len(equal) - int(equal[::-1].argmin())
        at, equal = at[:end], equal[:end]
        if len(at) >= FEWEST and equal.mean() <= MOST:
            centre = None if export.centre is None else export.centre[at]
            yield _look(later, at, equal, centre)


def _free(before: Slice, later: Slice) -> Places:
    """Patients with both values, neither at an end of the number nor its commonest value."""
    values = later.values
    levels, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    known = ~np.isnan(values) & ~np.isnan(before.values)
    if len(levels) < LEVELS:
        return np.flatnonzero(known)[:0]
    known &= (values > levels[0]) & (values < levels[-1]) & (values != levels[counts.argmax()])
    return np.flatnonzero(known)


def _look(later: Slice, at: Places, equal: Flags, centre: Places | None) -> Look:
    turns = np.flatnonzero(np.diff(np.concatenate([[False], equal, [False]])))
    starts, stops = turns[::2], turns[1::2]
    longest = int((stops - starts).argmax()) if len(starts) else 0
    first, last = (int(starts[longest]), int(stops[longest])) if len(starts) else (0, 0)
    n, length = len(equal), last - first
    outside = np.ones(n, dtype=bool)
    outside[first:last] = False
    groups = [outside]
    for each in np.unique(centre[centre != NOBODY]) if centre is not None else ():
        own = outside & (centre == each)
        groups += [own] if own.sum() >= OF_A_CENTRE else []
    often = max((equal[group].sum() + 1) / (group.sum() + PAIRS) for group in groups)
    odds = ODDS * often / (1 - often)
    p = min(1.0, (n - length + 1) * float(odds / (1 + odds)) ** length)
    text = f"{length} patients in rows after each other whose values are all those of the visit "
    text += f"before, as are {int(equal[outside].sum())} of {int(outside.sum())} others"
    return Look(later.where, text, p, tuple(sorted(int(row) for row in later.rows[at[first:last]])))
