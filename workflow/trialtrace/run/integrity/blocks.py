"""A run of values that stands a second time further down the same column.

Of a column in the order of its rows, a value a patient, the longest run is taken that occurs twice
(runs of one value do not count). Where order means nothing its length has nearly the chance 1 -
exp(-n(n-1)/2 (1-q) q^t), with q the chance that two values are equal (Arratia, Gordon and Waterman,
Ann Stat 1990;18:539). In a table with several rows a patient, or where values are often equal, rows
beside each other go together: there q is the chance that two values are equal whose rows above are
(a site may round to fives), and t counts how often the value changes in the run. Of a value a
patient, where fewer than three steps of ten go against the others the file was sorted by it within
groups (arm, sex, site): what rises through the same values twice is no copy, and nothing is looked
at; nor in the rows of visits at what hardly changes within patients, as an age. A value that is
that of the patient's visit before is left out: several parameters carried forward are one run over
and over, which is no other patient's.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats, Places, Whole
from trialtrace.run.integrity.export import NUMBER, Export
from trialtrace.run.integrity.look import Look

FEWEST, RARE, ALIKE, AGAINST, LASTING = 30, 0.02, 0.25, 0.3, 0.25


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of numbers at each visit in which equal values are rare, and one for
    each in the order of the rows of a table with several of a patient."""
    for number in export.numbers:
        order = number.there[np.argsort(number.rows[number.there], kind="stable")]
        yield from _look(number.where, number.values[order], number.rows[order])
    for sheet in export.sheets:
        if len(np.unique(sheet.subject)) < len(sheet.subject):
            order = np.argsort(sheet.rows, kind="stable")
            for column in sheet.columns:
                at = order[~np.isnan(column.values[order])]
                if column.kind == NUMBER and not _lasts(sheet.subject[at], column.values[at]):
                    where = f"{sheet.name}.{column.name}"
                    before = sheet.before[at]
                    carried = (before >= 0) & (sheet.step[at] != sheet.step[before])
                    at = at[~carried | (column.values[at] != column.values[before])]
                    yield from _look(where, column.values[at], sheet.rows[at], by_rows=True)


def _lasts(subject: Whole, values: Floats) -> bool:
    """Whether few rows of a patient have another value than the others: an age stands again, in the
    same order of patients, at the next visit."""
    patients = len(np.unique(subject))
    others = len(np.unique(np.column_stack([subject, values]), axis=0)) - patients
    return others <= LASTING * (len(values) - patients)


def _look(where: str, values: Floats, rows: Whole, *, by_rows: bool = False) -> Iterator[Look]:
    """A look at the longest run among values in their order; `by_rows` where patients have several
    beside each other."""
    if len(values) < FEWEST or (alike := chance_alike(values)) > ALIKE:
        return
    if not by_rows and in_pieces(values):
        return
    length, starts = longest(values)
    p = chance(values, length)
    if (by_rows or alike > RARE) and length:
        run = values[starts[0] : starts[0] + length]
        changes = int(np.count_nonzero(np.diff(run)))
        p = chance(values, changes, max(alike, _alike_below(values, length)))
    at = sorted({int(rows[s + k]) for s in starts for k in range(length)})
    what = "rows" if by_rows else "values"
    text = f"the longest run of {what} that stands twice has {length} of {len(values)} values"
    yield Look(where, text, p, tuple(at))


def in_pieces(values: Floats) -> bool:
    """Whether values rise nearly all the way, or fall, but for where a group begins."""
    steps = np.diff(values)
    rises, falls = int((steps > 0).sum()), int((steps < 0).sum())
    return min(rises, falls) < AGAINST * (rises + falls)


def _alike_below(values: Floats, length: int) -> float:
    """How often two values are equal whose rows above hold equal ones, without those of a run that
    stands twice."""
    codes = np.unique(values, return_inverse=True)[1].astype(np.int64)
    pairs = codes[:-1] * len(codes) + codes[1:]
    counts = [np.unique(keys, return_counts=True)[1] for keys in (codes[:-1], pairs)]
    above, both = (float((count * (count - 1.0)).sum()) for count in counts)
    run = 2.0 * (length - 1)
    return (both - run) / (above - run) if above > run else 0.0


def chance_alike(values: Floats) -> float:
    """How often two values of a column are equal."""
    counts = np.unique(values, return_counts=True)[1].astype(float)
    n = counts.sum()
    return float((counts * (counts - 1)).sum() / (n * (n - 1)))


def chance(values: Floats, length: int, alike: float | None = None) -> float:
    """The chance of a run of that length, or a longer one, in any order of these values, of which
    two are `alike` as often."""
    n, q = len(values), chance_alike(values) if alike is None else alike
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
