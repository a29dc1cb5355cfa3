"""Two numbers exchanged at a visit, and a column one row down: values of other rows or columns.

Two exchanged numbers go each with the other's visits, and not with their own.

Of two numbers of a table, the rank correlation of each with itself at the other visits of the same
patients is held against that with the other number there. Where a number goes with itself at least
as well, the difference of both on Fisher's scale has a variance of at most twice that of one
(1.06/(n - 3) of ranks, Fieller, Hartley and Pearson, Biometrika 1957;44:470). Both must be
unusual: the higher chance counts, times all pairs of numbers and their visits. So are two numbers
at a visit at which most patients' values of each are nearer to the usual level of the other
(binomial), and few are at the other visits; the lower of both, twice.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.correlations import rank_correlation, weaker
from trialtrace.run.integrity.export import Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, LEVELS, MOST, SELDOM = 30, 5, 12, 0.1


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
            yield Look(visit.where, text, min(1.0, p * len(tried)), rows)


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
    rest = [every[known] for every in others]
    one, two = (float(np.nanmedian(every)) for every in rest)

    def nearer(x: Floats, y: Floats) -> list[float]:
        x, y = x[~np.isnan(x)], y[~np.isnan(y)]
        crossed = np.abs(x - two) < np.abs(x - one), np.abs(y - one) < np.abs(y - two)
        return [float(each.mean()) for each in crossed]

    of_both = round(n * min(nearer(first[known, at], second[known, at])))
    apart = max(nearer(*rest)) <= SELDOM
    return min(1.0, 2 * min(worst, chances.binomial(of_both, n, 0.5) if apart else 1.0))


# A column that stands one row down: its values go with those of the patient in the row above.
#
# A number is held against its mean at the other visits of a patient: of the patient whose row it
# stands in, and of the one before, from one row of the file on. Where it goes with the one before,
# by more than it does with the one after (neighbours may be alike, by site or by day of entry) and
# by more than with its own, the rank correlation is held against that with the one after, or none,
# on Fisher's scale with a variance of 1.06/(n - 3) (Fieller, Hartley and Pearson, Biometrika
# 1957;44:470), times the rows that are tried as the first.

FEWEST_ROWS, FEWEST_LEVELS, PARTS = 20, 5, 8


def shifted(export: Export) -> Iterator[Look]:
    """A look for each number of several visits: in columns each, in rows its first of a patient."""
    for visits in export.series:
        wide = len({one.column for one in visits}) > 1
        values = np.column_stack([one.values for one in visits])
        for at, visit in enumerate(visits if wide else visits[:1]):
            others = np.delete(values, at, axis=1)
            known = ~np.isnan(values[:, at]) & ~np.isnan(others).all(axis=1) & (visit.rows >= 0)
            order = np.flatnonzero(known)
            order = order[np.argsort(visit.rows[order], kind="stable")]
            if len(order) < 2 * FEWEST_ROWS or len(np.unique(values[order, at])) < FEWEST_LEVELS:
                continue
            p, first = down(values[order, at], np.nanmean(others[order], axis=1))
            text = f"whether {len(order)} values go with the patient in the row above"
            rows = tuple(sorted(int(row) for row in visit.rows[order][first:])) if p < 1 else ()
            yield Look(visit.where, text, p, rows)


def down(values: Floats, others: Floats) -> tuple[float, int]:
    """The chance that values go so well with the others of the row above, and from which on."""
    n, tried = len(values), []
    for first in dict.fromkeys(n * part // PARTS for part in range(PARTS)):
        x = values[first + 1 : -1]
        if len(x) < FEWEST_ROWS or len(np.unique(x)) < FEWEST_LEVELS:
            continue
        above, own, below = others[first:-2], others[first + 1 : -1], others[first + 2 :]
        if min(len(np.unique(each)) for each in (above, own, below)) < 2:
            continue
        r = [rank_correlation(x, each) for each in (above, own, below)]
        p = 1.0
        if r[0] > max(r[1:]):
            p = weaker(-r[0], len(x), -max(r[2], 0.0))
        tried.append((p, first))
    p, first = min(tried, default=(1.0, 0))
    return min(1.0, p * max(1, len(tried))), first
