"""Two numbers exchanged at a visit: each goes with the other's visits, and not with its own.

Of two numbers of a table, the rank correlation of each with itself at the other visits of the same
patients is held against that with the other number there. Where a number goes with itself at least
as well, the difference of both on Fisher's scale has a variance of at most twice that of one
(1.06/(n - 3) of ranks, Fieller, Hartley and Pearson, Biometrika 1957;44:470). Both must be
unusual: the higher chance counts, times all pairs of numbers and their visits.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.correlations import rank_correlation
from trialtrace.run.integrity.export import Export, Slice
from trialtrace.run.integrity.look import Look

NAME = "exchanged"
TITLE = "Two numbers exchanged at a visit"
FEWEST, LEVELS, MOST = 30, 5, 12


def looks(export: Export) -> Iterator[Look]:
    """A look for each table of which two numbers have the same visits."""
    tables: dict[str, list[tuple[Slice, ...]]] = {}
    for visits in export.series:
        levels = [len(np.unique(one.values[one.there])) for one in visits]
        if min(levels) >= LEVELS:
            tables.setdefault(visits[0].table, []).append(visits)
    for series in tables.values():
        tried = []
        for one, other in combinations(series[:MOST], 2):
            if [visit.step for visit in one] != [visit.step for visit in other]:
                continue
            first, second = (np.column_stack([v.values for v in each]) for each in (one, other))
            for at in range(len(one)):
                tried.append((exchanged(first, second, at), one[at], other[at].column))
        if tried:
            p, visit, other_name = min(tried, key=lambda each: each[0])
            text = f"whether it goes with the other visits of {other_name} and not with its own"
            rows = tuple(sorted(int(row) for row in visit.rows[visit.there])) if p < 1 else ()
            yield Look(NAME, visit.where, text, min(1.0, p * len(tried)), rows)


def exchanged(first: Floats, second: Floats, at: int) -> float:
    """The chance that columns `at` of two numbers go as much better with the other's columns."""
    known = ~np.isnan(first[:, at]) & ~np.isnan(second[:, at])
    others = [np.delete(every, at, axis=1) for every in (first, second)]
    known &= ~np.isnan(others[0]).all(axis=1) & ~np.isnan(others[1]).all(axis=1)
    n = int(known.sum())
    if n < FEWEST:
        return 1.0
    means = [np.nanmean(every[known], axis=1) for every in others]
    worst = 0.0
    for values, own, cross in ((first, *means), (second, *means[::-1])):
        r = [rank_correlation(values[known, at], mean) for mean in (own, cross)]
        z = np.arctanh(np.clip([r[0], abs(r[1])], -0.999, 0.999))
        worst = max(worst, chances.normal((z[0] - z[1]) * np.sqrt((n - 3) / 1.06 / 2)))
    return worst
