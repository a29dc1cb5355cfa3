"""Stratified tests of two arms where only the counts over all strata are printed.

Every split of the counts over two strata is a pair of 2x2 tables; here are the splits, and the
p-values of the Cochran-Mantel-Haenszel test of very many of them at once. A split is told by its
first stratum: events and patients of the first arm, events and patients of the second. Exchanging
the strata gives another split with the same p.

Source: that of `stratified` and `exact_stratified`. Oracle: R's mantelhaen.test, and counting.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.special import chdtrc, gammaln, ndtr

from trialtrace.base.arrays import Floats, Places, Whole
from trialtrace.stats._inputs import MOST_COUNTED, SIDES, check_choice, numbers, whole_number
from trialtrace.stats.results import StatsError
from trialtrace.stats.stratified.exact import RELATIVE_TIE
from trialtrace.stats.stratified.mantel_haenszel import departures

Table = tuple[int, int, int, int]
# Cells of arrays that are made at once.
MOST_CELLS = 1_000_000_000


def sizes_of_first(n1: int, n0: int, *, imbalance: Fraction, fewest: int) -> Whole:
    """Patients of each arm in the first stratum, shape (pairs, 2).

    Each arm has `fewest` patients at least in both strata; the share of the arm's patients that is
    in the first one differs between the arms by `imbalance` at most. Raises `StatsError` for what
    are no whole numbers, and for arms too large to list.

    >>> sizes_of_first(10, 10, imbalance=Fraction(1, 10), fewest=2).shape
    (19, 2)
    """
    n1, n0 = whole_number(n1, "n1", least=0), whole_number(n0, "n0", least=0)
    fewest = whole_number(fewest, "fewest", least=0, most=int(MOST_COUNTED))
    if (n1 + 1) * (n0 + 1) > MOST_CELLS:
        raise StatsError("there are too many sizes of the first stratum to list.")
    first, second = np.arange(fewest, n1 - fewest + 1), np.arange(fewest, n0 - fewest + 1)
    pairs = np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1).reshape(-1, 2)
    apart = np.abs(pairs[:, 0] * n0 - pairs[:, 1] * n1)
    balanced: Whole = pairs[apart * imbalance.denominator <= imbalance.numerator * n1 * n0]
    return balanced


def ways(table: Table, sizes: Whole) -> Whole:
    """How many splits of the events there are for each pair of sizes, shape (pairs,).

    Raises `StatsError` for a table that is none, and sizes beyond those of its arms.

    >>> ways((3, 10, 2, 10), np.array([[5, 5], [4, 5]]))
    array([12, 12])
    """
    x1, n1, x0, n0 = table = _counted(table)
    sizes = _sizes(table, sizes)
    number: Whole = np.prod(
        [
            np.minimum(own, x) - np.maximum(x - (n - own), 0) + 1
            for own, x, n in ((sizes[:, 0], x1, n1), (sizes[:, 1], x0, n0))
        ],
        axis=0,
    )
    return number


def splits(table: Table, sizes: Whole) -> Whole:
    """Every split of the events for each pair of sizes, shape (splits, 4).

    Raises `StatsError` as `ways`, and for more splits than can be listed.

    >>> splits((3, 10, 2, 10), np.array([[5, 5]]))[:2]
    array([[0, 5, 0, 5],
           [0, 5, 1, 5]])
    """
    x1, n1, x0, n0 = table = _counted(table)
    a, b = _sizes(table, sizes).T
    if a.size * (x1 + 1) * (x0 + 1) > MOST_CELLS:
        raise StatsError("there are too many splits to list.")
    i, j = np.arange(x1 + 1)[None, :, None], np.arange(x0 + 1)[None, None, :]
    of, i, j = np.nonzero(
        (i <= a[:, None, None])
        & (x1 - i <= (n1 - a)[:, None, None])
        & (j <= b[:, None, None])
        & (x0 - j <= (n0 - b)[:, None, None])
    )
    return np.stack([i, a[of], j, b[of]], axis=1).astype(np.int64)


def p_values_of_splits(table: Table, of: Whole, *, sides: str) -> dict[str, Floats]:
    """P-values of the Cochran-Mantel-Haenszel test by variant, each of shape (splits,).

    "uncorrected" and "corrected" for continuity, which takes 1/2 off |sum of observed - expected|
    where that is at least 1/2; "exact" is the conditional test. `table` are events and patients of
    both arms over all strata, `of` the rows of `splits`. `sides`: "greater" means more events in
    the first arm than expected. NaN, but 1 for the exact test, where no stratum holds both arms and
    both outcomes. Raises `StatsError` for another choice of sides, and for what are no splits of
    the table. Oracle: R's mantelhaen.test, and the single functions of `stratified` and
    `exact_stratified`.

    >>> table = (3, 10, 2, 10)
    >>> of = splits(table, np.array([[5, 5]]))
    >>> p_values_of_splits(table, of, sides="two_sided")["exact"].max().round(4).item()
    1.0
    """
    check_choice("sides", sides, SIDES)
    table = _counted(table)
    of = _splits(table, of)
    distance, variance = _distance(table, of)
    values = {"exact": _exact(table, of, sides)}
    for name, taken in (("uncorrected", 0.0), ("corrected", 0.5)):
        size = np.abs(distance)
        size = np.where(size >= taken, size - taken, size)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.sign(distance) * size / np.sqrt(variance)
        two_sided = chdtrc(1, z * z)
        values[name] = two_sided if sides == "two_sided" else ndtr(z if sides == "less" else -z)
    return {name: values[name] for name in ("uncorrected", "corrected", "exact")}


def _counted(table: Table) -> Table:
    """The table, checked."""
    x1, n1, x0, n0 = _whole(table, "table", (4,)).tolist()
    if x1 > n1 or x0 > n0:
        raise StatsError("events of an arm must lie between 0 and its size.")
    return x1, n1, x0, n0


def _sizes(table: Table, sizes: Whole) -> Whole:
    """The sizes of the first stratum, checked."""
    sizes = _whole(sizes, "sizes", (None, 2))
    if (sizes > [table[1], table[3]]).any():
        raise StatsError("a stratum has more patients than the arm.")
    return sizes


def _splits(table: Table, of: Whole) -> Whole:
    """The rows of `splits`, checked."""
    of = _whole(of, "of", (None, 4))
    second = np.array(table) - of
    if any((own[:, [0, 2]] > own[:, [1, 3]]).any() or (own < 0).any() for own in (of, second)):
        raise StatsError("of must hold splits of the table.")
    if len(of) * (table[0] + table[2] + 1) > MOST_CELLS:
        raise StatsError("there are too many events to list their splits.")
    return of


def _whole(values: Table | Whole, name: str, shape: tuple[int | None, ...]) -> Whole:
    """Whole numbers from 0 of a shape, in which None is any length."""
    array = numbers(values, name)
    wanted = [own if own is not None else "any" for own in shape]
    if array.ndim != len(shape) or any(
        own is not None and own != length for own, length in zip(shape, array.shape, strict=True)
    ):
        raise StatsError(f"{name} must have shape {tuple(wanted)}; got {array.shape}.")
    if ((array < 0) | (array > MOST_COUNTED) | (array != np.floor(array))).any():
        raise StatsError(f"{name} must hold whole numbers from 0 to {MOST_COUNTED:g}.")
    return array.astype(np.int64)


def _distance(table: Table, of: Whole) -> tuple[Floats, Floats]:
    """Sum over strata of observed - expected events of the first arm, and its variance."""
    x1, n1, x0, n0 = table
    i, a, j, b = of.T.astype(np.float64)
    first = departures(i, a, j, b)
    second = departures(x1 - i, n1 - a, x0 - j, n0 - b)
    return first[0] + second[0], first[1] + second[1]


def _exact(table: Table, of: Whole, sides: str) -> Floats:
    """The conditional test, once for each pair of sizes and events of the first stratum."""
    x1, n1, x0, n0 = table
    key = np.stack([of[:, 1], of[:, 3], of[:, 0] + of[:, 2]], axis=1)
    (a, b, m), back = _distinct(key)
    here = _hypergeometric(a, b, m, x1 + x0)
    there = _hypergeometric(n1 - a, n0 - b, x1 + x0 - m, x1 + x0)
    chance = np.zeros_like(here)
    for events in range(here.shape[1]):
        chance[:, events:] += here[:, events, None] * there[:, : here.shape[1] - events]
    if sides == "two_sided":
        chosen = chance <= chance[:, x1, None] * (1 + RELATIVE_TIE)
    else:
        sums = np.arange(chance.shape[1])
        chosen = np.broadcast_to(sums <= x1 if sides == "less" else sums >= x1, chance.shape)
    p = np.where(chosen, chance, 0.0).sum(axis=1) / chance.sum(axis=1)
    p_values: Floats = np.minimum(p, 1.0)[back]
    return p_values


def _distinct(key: Whole) -> tuple[Whole, Places]:
    """The different rows as columns, and for each row which of them it is."""
    rows, back = np.unique(key, axis=0, return_inverse=True)
    return rows.T, back.reshape(-1)


def _hypergeometric(n: Whole, m: Whole, events: Whole, most: int) -> Floats:
    """Chance of 0 to `most` events in the first arm, shape (tables, most + 1)."""
    x, other = np.arange(most + 1)[None, :], events[:, None] - np.arange(most + 1)[None, :]
    n, m = n[:, None], m[:, None]
    possible = (x <= n) & (other >= 0) & (other <= m)
    x, other = np.where(possible, x, 0), np.where(possible, other, 0)
    logs = -(gammaln(x + 1) + gammaln(n - x + 1) + gammaln(other + 1) + gammaln(m - other + 1))
    logs = np.where(possible, logs, -np.inf)
    chance = np.exp(logs - logs.max(axis=1, keepdims=True))
    probability: Floats = chance / chance.sum(axis=1, keepdims=True)
    return probability
