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

from trialtrace.ground.arrays import Floats, Places, Whole
from trialtrace.stats._inputs import SIDES, check_choice
from trialtrace.stats.stratified.exact import RELATIVE_TIE
from trialtrace.stats.stratified.mantel_haenszel import departures

Table = tuple[int, int, int, int]


def sizes_of_first(n1: int, n0: int, *, imbalance: Fraction, fewest: int) -> Whole:
    """Patients of each arm in the first stratum, shape (pairs, 2).

    Each arm has `fewest` patients at least in both strata; the share of the arm's patients that is
    in the first one differs between the arms by `imbalance` at most.

    >>> sizes_of_first(10, 10, imbalance=Fraction(1, 10), fewest=2).shape
    (19, 2)
    """
    first, second = np.arange(fewest, n1 - fewest + 1), np.arange(fewest, n0 - fewest + 1)
    pairs = np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1).reshape(-1, 2)
    apart = np.abs(pairs[:, 0] * n0 - pairs[:, 1] * n1)
    balanced: Whole = pairs[apart * imbalance.denominator <= imbalance.numerator * n1 * n0]
    return balanced


def ways(table: Table, sizes: Whole) -> Whole:
    """How many splits of the events there are for each pair of sizes, shape (pairs,).

    >>> ways((3, 10, 2, 10), np.array([[5, 5], [4, 5]]))
    array([12, 12])
    """
    x1, n1, x0, n0 = table
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

    >>> splits((3, 10, 2, 10), np.array([[5, 5]]))[:2]
    array([[0, 5, 0, 5],
           [0, 5, 1, 5]])
    """
    x1, n1, x0, n0 = table
    a, b = sizes.T
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
    both outcomes. Raises `StatsError` for another choice of sides. Oracle: R's mantelhaen.test, and
    the single functions of `stratified` and `exact_stratified`.

    >>> table = (3, 10, 2, 10)
    >>> of = splits(table, np.array([[5, 5]]))
    >>> p_values_of_splits(table, of, sides="two_sided")["exact"].max().round(4).item()
    1.0
    """
    check_choice("sides", sides, SIDES)
    distance, variance = _distance(table, of)
    found = {"exact": _exact(table, of, sides)}
    for name, taken in (("uncorrected", 0.0), ("corrected", 0.5)):
        size = np.abs(distance)
        size = np.where(size >= taken, size - taken, size)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.sign(distance) * size / np.sqrt(variance)
        two_sided = chdtrc(1, z * z)
        found[name] = two_sided if sides == "two_sided" else ndtr(z if sides == "less" else -z)
    return {name: found[name] for name in ("uncorrected", "corrected", "exact")}


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
