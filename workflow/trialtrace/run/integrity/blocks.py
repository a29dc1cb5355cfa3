"""A run of values that stands a second time further down the same column.

Of a column in the order of its rows, a value a patient, the longest run is taken that occurs twice
(runs of one value do not count). Where order means nothing its length has nearly the chance
1 - exp(-n(n-1)/2 (1-q) q^t), with q the chance that two values are equal (Arratia, Gordon and
Waterman, Ann Stat 1990;18:539).
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats, Places
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import Look

FEWEST, ALIKE = 30, 0.1


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of numbers at each visit in which equal values are rare."""
    for number in export.numbers:
        order = number.there[np.argsort(number.rows[number.there], kind="stable")]
        values = number.values[order]
        if len(values) < FEWEST or chance_alike(values) > ALIKE:
            continue
        length, starts = longest(values)
        p = chance(values, length)
        rows = sorted({int(number.rows[order[s + k]]) for s in starts for k in range(length)})
        text = f"the longest run of values that stands twice has {length} of {len(values)} values"
        yield Look(number.where, text, p, tuple(rows))


def chance_alike(values: Floats) -> float:
    """How often two values of a column are equal."""
    counts = np.unique(values, return_counts=True)[1].astype(float)
    n = counts.sum()
    return float((counts * (counts - 1)).sum() / (n * (n - 1)))


def chance(values: Floats, length: int) -> float:
    """The chance of a run of that length, or a longer one, in any order of these values."""
    n, q = len(values), chance_alike(values)
    if length == 0 or q == 0:
        return 1.0
    return float(-np.expm1(-n * (n - 1) / 2 * (1 - q) * q**length))


def longest(values: Floats) -> tuple[int, tuple[int, ...]]:
    """The length of the longest run that stands twice, and where it starts; 0 where there is none.

    The second run may overlap the first only where both are not of one value.
    """
    codes: Places = np.unique(values, return_inverse=True)[1].astype(np.intp)
    n = len(codes)
    change = np.append(0, np.cumsum(codes[1:] != codes[:-1]))
    runs, best = codes, 0
    starts: tuple[int, ...] = ()
    length = 1
    while True:
        varied = np.flatnonzero(
            (change[length - 1 :] > change[: n - length + 1]) if length > 1 else np.ones(n, bool)
        )
        names, counts = np.unique(runs[varied], return_counts=True)
        if not len(counts) or counts.max() < 2:
            return best, starts
        best = length
        found = varied[runs[varied] == names[int(np.argmax(counts))]]
        starts = tuple(int(at) for at in found)
        if length == n:
            return best, starts
        pairs = runs[:-1] * n + codes[length:]
        runs = np.unique(pairs, return_inverse=True)[1].astype(np.intp)
        length += 1
