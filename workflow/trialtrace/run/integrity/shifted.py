"""A column that stands one row down: its values go with those of the patient in the row above.

A number is held against its mean at the other visits of a patient: of the patient whose row it
stands in, and of the one before, from one row of the file on. Where it goes with the one before,
by more than it does with the one after (neighbours may be alike, by site or by day of entry) and
by more than with its own, the rank correlation is held against that with the one after, or none,
on Fisher's scale with a variance of 1.06/(n - 3) (Fieller, Hartley and Pearson, Biometrika
1957;44:470), times the rows that are tried as the first.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity.correlations import rank_correlation, weaker
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import Look

NAME = "shifted"
TITLE = "A column one row down"
FEWEST, LEVELS, PARTS = 20, 5, 8


def looks(export: Export) -> Iterator[Look]:
    """A look for each number of several visits: in columns each, in rows its first of a patient."""
    for visits in export.series:
        wide = len({one.column for one in visits}) > 1
        values = np.column_stack([one.values for one in visits])
        for at, visit in enumerate(visits if wide else visits[:1]):
            others = np.delete(values, at, axis=1)
            known = ~np.isnan(values[:, at]) & ~np.isnan(others).all(axis=1) & (visit.rows >= 0)
            order = np.flatnonzero(known)
            order = order[np.argsort(visit.rows[order], kind="stable")]
            if len(order) < 2 * FEWEST or len(np.unique(values[order, at])) < LEVELS:
                continue
            p, first = down(values[order, at], np.nanmean(others[order], axis=1))
            text = f"whether {len(order)} values go with the patient in the row above"
            rows = tuple(sorted(int(row) for row in visit.rows[order][first:])) if p < 1 else ()
            yield Look(NAME, visit.where, text, p, rows)


def down(values: Floats, others: Floats) -> tuple[float, int]:
    """The chance that values go so well with the others of the row above, and from which on."""
    n, tried = len(values), []
    for first in dict.fromkeys(n * part // PARTS for part in range(PARTS)):
        x = values[first + 1 : -1]
        if len(x) < FEWEST or len(np.unique(x)) < LEVELS:
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
    return min(1.0, p * len(tried)), first
