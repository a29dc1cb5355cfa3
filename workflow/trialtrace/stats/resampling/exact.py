"""All assignments of a scheme instead of a sample of them: p-values without Monte Carlo error.

For two arms the cells (the patients, for coins) are divided into two halves: all sums of one half
are listed and sorted, and for every sum of the other half a binary search counts its partners, so
that 2^40 assignments cost two lists of 2^20. A single large cell is halved by its patients, and
halves are paired by the treated they have together. Other questions list every assignment.

References: Horowitz and Sahni, J ACM 1974;21:277 (two lists). Pagano and Tritchler, J Am Stat
Assoc 1983;78:435 (exact permutation distributions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.stats.resampling.cells import Codes, all_arrangements
from trialtrace.stats.resampling.drawing import Layout
from trialtrace.stats.resampling.schemes import Scheme, arrangements
from trialtrace.stats.resampling.sums import Question, WholeScores, signs

# Entries of one list of sums, 16 MiB of them, and assignments that are listed one by one.
LONGEST_LIST = 1 << 21
BLOCK_CELLS = 1 << 20
# The first patient of a unit, and the codes of all its ways.
Unit = tuple[int, Codes]
# For an endpoint, pairs of lists of sums.
Pairs = Callable[[int], list[tuple[Floats, Floats]]]


def count_all(data: WholeScores, question: Question) -> tuple[Floats, Floats] | None:
    """P-values over all assignments and how many of these are extreme, both (endpoints,).

    None where neither way can list the assignments: halves longer than `LONGEST_LIST`, or unequal
    probabilities and more assignments than that.
    """
    scheme = data.layout.scheme
    border = question.border(data)
    if not scheme.equally_likely:
        if not scheme.at_most(LONGEST_LIST):
            return None
        return _count_listed(data, question, border)
    halves = _halves(data)
    if halves is None:
        return None
    extreme = np.array(
        [
            sum(_pairs(a, b, border[e], question.direction) for a, b in halves(e))
            for e in range(border.size)
        ],
        dtype=np.float64,
    )
    return extreme / scheme.assignments(), extreme


def listed(layout: Layout) -> Iterator[tuple[Codes, Floats]]:
    """Yield all assignments in blocks: codes (rows, n) in the layout's order, and weights (rows,).

    Weights are probabilities, or all 1 where these are equal.
    """
    scheme = layout.scheme
    total, units = scheme.assignments(), _units(layout)
    rows = max(16, BLOCK_CELLS // scheme.n)
    for start in range(0, total, rows):
        number = np.arange(start, min(start + rows, total))
        codes = np.empty((number.size, scheme.n), dtype=np.uint8)
        for first, table in units:
            number, digit = np.divmod(number, len(table))
            codes[:, first : first + table.shape[1]] = table[digit]
        if scheme.equally_likely:
            yield codes, np.ones(len(codes))
        else:
            yield codes, np.array(scheme.probabilities)[codes].prod(axis=1)


def _units(layout: Layout) -> list[tuple[int, Codes]]:
    """First column and table of arrangements of what is assigned independently of the rest."""
    scheme = layout.scheme
    if scheme.kind != "fixed":
        coin = np.arange(len(scheme.arms), dtype=np.uint8)[:, None]
        return [(i, coin) for i in range(scheme.n)]
    units = []
    for group in layout.groups:
        table = group.table
        if table is None:
            table = all_arrangements(np.diff([0, *group.ends, group.size]))
        units += [(at, table) for at in range(group.first, group.last, group.size)]
    return units


def _count_listed(data: WholeScores, question: Question, border: Floats) -> tuple[Floats, Floats]:
    p, extreme = np.zeros(border.size), np.zeros(border.size)
    for codes, weight in listed(data.layout):
        sums = signs(data.layout.scheme, codes) @ data.whole
        turned = {"both": np.abs(sums), "up": sums, "down": -sums}[question.direction]
        hit = turned >= border
        p += weight @ hit
        extreme += np.count_nonzero(hit, axis=0)
    return share(data.layout.scheme, p, extreme), extreme


def share(scheme: Scheme, p: Floats, extreme: Floats) -> Floats:
    """P-values: the share of assignments where all are equally likely, free of their rounding."""
    return extreme / scheme.assignments() if scheme.equally_likely else np.minimum(p, 1.0)


def _halves(data: WholeScores) -> Pairs | None:
    """A function that gives, for an endpoint, pairs of lists whose sums are the statistics."""
    layout = data.layout
    scheme = layout.scheme
    if scheme.kind == "fixed":
        ways = [arrangements(row) for row in scheme.margins()]
        large = [count for count in ways if count > 1]
        if len(large) == 1 and large[0] > LONGEST_LIST:
            return _halves_of_one_cell(data)
        if max(ways) > LONGEST_LIST:
            return None
    units = sorted(_units(layout), key=lambda unit: len(unit[1]), reverse=True)
    sides: tuple[list[Unit], list[Unit]] = ([], [])
    lengths = [0.0, 0.0]
    for unit in units:
        shorter = int(lengths[1] < lengths[0])
        sides[shorter].append(unit)
        lengths[shorter] += log(len(unit[1]))
    if max(lengths) > log(LONGEST_LIST) + 1e-9:
        return None

    def pairs(endpoint: int) -> list[tuple[Floats, Floats]]:
        whole = data.whole[:, endpoint]
        first, second = (_sums_of(side, whole, scheme.kind) for side in sides)
        return [(first, second)]

    return pairs


def _sums_of(units: list[tuple[int, Codes]], whole: Floats, kind: str) -> Floats:
    """All sums of one half, unsorted."""
    sums = np.zeros(1)
    for first, table in units:
        own = whole[first : first + table.shape[1]]
        if kind == "sides":
            part = np.array([-own[0], own[0]])
        else:
            part = np.zeros(len(table))
            # Column by column, so that no float copy of a large table is made.
            for column, value in zip(table.T, own, strict=True):
                part += column * value
        sums = (sums[:, None] + part).ravel()
    return sums


def _halves_of_one_cell(data: WholeScores) -> Pairs | None:
    """Pairs of lists, one for each number of treated in the first half of the one large cell."""
    margins = data.layout.scheme.margins()
    cell = int(np.argmax((margins > 0).all(axis=1) * margins.sum(axis=1)))
    columns = np.flatnonzero(data.layout.scheme.cell[data.layout.order] == cell)
    others = np.ones(data.layout.scheme.n, dtype=bool)
    others[columns] = False
    treated, middle = int(margins[cell, 1]), columns.size // 2
    if columns.size - middle > log(LONGEST_LIST, 2):
        return None
    fixed = others & (data.layout.scheme.code[data.layout.order] == 1)

    def pairs(endpoint: int) -> list[tuple[Floats, Floats]]:
        whole = data.whole[:, endpoint]
        left = _subsets(whole[columns[:middle]])
        right = _subsets(whole[columns[middle:]])
        always = whole[fixed].sum()
        return [
            (left[j] + always, right[treated - j])
            for j in range(len(left))
            if 0 <= treated - j < len(right)
        ]

    return pairs


def _subsets(whole: Floats) -> list[Floats]:
    """Sums of all subsets, by their size from 0 to all."""
    by_size = [np.zeros(1)]
    for value in whole:
        longer = [np.zeros(0), *(sums + value for sums in by_size)]
        by_size = [
            np.concatenate(pair) for pair in zip([*by_size, np.zeros(0)], longer, strict=True)
        ]
    return by_size


def _pairs(a: Floats, b: Floats, border: float, direction: str) -> int:
    """How many sums a_i + b_j are extreme; all whole numbers, so no sum is rounded."""
    if direction == "both" and border <= 0:
        return a.size * b.size
    a, b = np.sort(a), np.sort(b)
    count = 0
    if direction in ("both", "up"):
        count += a.size * b.size - int(np.searchsorted(b, border - a, side="left").sum())
    if direction in ("both", "down"):
        count += int(np.searchsorted(b, -border - a, side="right").sum())
    return count
