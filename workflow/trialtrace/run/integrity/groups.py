"""Numbers of one visit in two groups far apart: another unit, a scale turned round, changes.

The widest gap between values, or their logs where all are above zero, is held against that of as
many drawn at random between the lowest and the highest (Feller, An Introduction to Probability
Theory, vol. 2, I.7). A gap less than `WIDE` times as wide as each group is not looked at: women and
men differ. Either group has `FEWEST` values, of as many levels: fewer stand alone (`far`). Only
what an endpoint is made of is looked at: doses of two regimens and numbers of kits are so by plan.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Places
from trialtrace.run.integrity.export import CODE, Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, WIDE = 6, 1.3


def looks(export: Export) -> Iterator[Look]:
    """A look for each number of an endpoint at each visit."""
    for number in export.numbers:
        if (number.table, number.column) not in export.outcomes:
            continue
        order = number.there[np.argsort(number.values[number.there], kind="stable")]
        x, n, p, fewer = number.values[order], len(order), 1.0, order[:0]
        if n < 2 * FEWEST:
            continue
        for scaled in (x, np.log(x)) if x[0] > 0 else (x,):
            at = int(np.diff(scaled).argmax()) + 1
            low, high = scaled[:at], scaled[at:]
            gap = float(high[0] - low[-1])
            levels = min(len(np.unique(low)), len(np.unique(high)))
            if levels >= FEWEST and gap >= WIDE * max(np.ptp(low), np.ptp(high)):
                p = min(p, float(n * (1 - gap / np.ptp(scaled)) ** (n - 1)))
                fewer = order[at:] if len(high) <= len(low) else order[:at]
        if _of_people(export, number, fewer):
            continue
        text = f"{len(fewer)} of {n} values are far from the others, and near to each other"
        rows = tuple(sorted(int(row) for row in number.rows[fewer]))
        yield Look(number.where, text, min(1.0, p), rows)


def _of_people(export: Export, number: Slice, group: Places) -> bool:
    """Whether one group of values is that of a sex, as of PSA."""
    inside = np.isin(number.there, group)
    return any(
        len(np.unique(np.column_stack([one.values[number.there], inside]), axis=0)) == 2
        and not export.of_sites(one.values[one.there], one.there)
        for one in export.slices
        if one.kind == CODE and one.column in export.lasting and len(group)
    )
