"""A binary endpoint of two arms: its exact distribution under fixed margins, without any draws.

Within a stratum or block the number of events in the treated arm is hypergeometric; over all of
them it is the sum of independent ones, whose probabilities are convolved. Strata and blocks of
equal numbers are convolved once and raised to their power. Every term is positive, so tails keep
their digits. Outcomes whose probability is below the range of numbers (1e-308) have probability 0
and are left out of the sums: by Hoeffding's bound none lies further from the mean than about 19
times the root of the smallest margin, so that the work grows with the margins, not their squares.

References: Fisher, Statistical Methods for Research Workers, 1934 (one table). Cox, Analysis of
Binary Data, 1970, section 5.2 (several tables). Mehta, Patel and Gray, J Am Stat Assoc
1985;80:969. Gibbons and Pratt, Am Stat 1975;29:20 (two-sided p-values). Hoeffding, J Am Stat Assoc
1963;58:13 (section 6: drawing without replacement).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import counts
from trialtrace.stats.results import Columns, StatsError

# Outcomes whose probability is larger by this factor only through rounding are tied, as in R.
SAME_PROBABILITY = 1 + 1e-7
# exp(-BELOW) is 0 as a number; outcomes kept of a stratum, terms multiplied (half a minute).
BELOW, MOST_OUTCOMES, MOST_TERMS = 746.0, 1e7, 3e10


@dataclass(frozen=True, slots=True, repr=False)
class BinaryExact(Columns):
    """Events in the treated arm, their distribution's mean and variance, and four p-values.

    `greater` and `less` are the tails with the observed number. `probability` adds all outcomes
    no more probable than the observed one (R's two-sided p), `distance` all at least as far from
    the expected number. Both are called two-sided, and they differ where the distribution is not
    symmetric: a report names the one it used.
    """

    events: float
    expected: float
    variance: float
    greater: float
    less: float
    probability: float
    distance: float


def binary_exact(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> BinaryExact:
    """Exact test of no difference in a binary outcome, margins fixed in each stratum or block.

    Arrays of shape (strata,): x1 of n1 treated patients and x0 of n0 controls have the event. A
    stratum that is empty, of one patient, of one arm or without events adds a constant. Where all
    do, the only possible outcome is the observed one and every p-value is 1.

    A p-value below the range of numbers (1e-308) is 0. Three strata of 200,000 patients take 0.1 s.

    Raises `StatsError` for shapes that differ, for counts that are not whole numbers within 0..n,
    and where they are so large that the sums would take minutes. Oracle: `mantelhaen.test(exact =
    TRUE)`, one table `fisher.test`; distance by enumeration.

    R: `mantelhaen.test(tables, exact = TRUE)`, `fisher.test(table)`.

    >>> found = binary_exact([13, 5], [40, 20], [7, 3], [42, 22])
    >>> round(float(found.greater), 4)
    0.0454
    """
    x1, n1 = counts(x1, n1, "treated arm")
    x0, n0 = counts(x0, n0, "control arm")
    if x1.ndim != 1 or x1.shape != x0.shape or x1.size == 0:
        raise StatsError(
            f"strata need one-dimensional counts of one length; got {x1.shape}, {x0.shape}."
        )
    total, cases = n1 + n0, x1 + x0
    low, probability = _distribution(n1, n0, cases)
    value = low + np.arange(probability.size)
    expected = float(np.sum(n1 * cases / np.maximum(total, 1)))
    variance = np.sum(n1 * n0 * cases * (total - cases) / np.maximum(total**2 * (total - 1), 1))
    events = float(x1.sum())
    far = np.abs(value - expected) >= abs(events - expected) - 1e-9
    rare = probability <= probability[value == events].sum() * SAME_PROBABILITY
    masks = (value >= events, value <= events, rare, far)
    tails = (min(1.0, float(probability[mask].sum())) for mask in masks)
    return BinaryExact(events, expected, float(variance), *tails)


def _distribution(n1: Floats, n0: Floats, cases: Floats) -> tuple[float, Floats]:
    """The least sum of positive probability, and probabilities from it to the greatest such sum."""
    tables, times = np.unique(np.stack([n1, n0, cases], axis=1), axis=0, return_counts=True)
    parts = [
        _power(*_hypergeometric(*table), int(power))
        for table, power in zip(tables.tolist(), times, strict=True)
    ]
    low, result = 0.0, np.ones(1)
    for start, part in sorted(parts, key=lambda each: len(each[1])):
        low, result = _sum(low, result, start, part)
    return low, result


def _hypergeometric(n1: float, n0: float, cases: float) -> tuple[float, Floats]:
    """Probabilities of events in the treated arm of one table, by ratios away from the mode."""
    low, high = max(0.0, cases - n0), min(n1, cases)
    mean = n1 * cases / max(n1 + n0, 1.0)
    # Each of the four margins can be what is drawn, so the smallest gives the bound.
    far = np.sqrt(BELOW / 2 * min(n1, n0, cases, n1 + n0 - cases)) + 1
    low, high = max(low, np.floor(mean - far)), min(high, np.ceil(mean + far))
    _check(high - low, MOST_OUTCOMES)
    x = np.arange(low, high)
    ratio = (cases - x) * (n1 - x) / ((x + 1) * (n0 - cases + x + 1))
    mode = int(np.searchsorted(-ratio, -1.0))
    up, down = np.cumprod(ratio[mode:]), np.cumprod(1 / ratio[:mode][::-1])[::-1]
    mass = np.concatenate([down, [1.0], up])
    return _positive(low, mass / mass.sum())


def _sum(value: float, first: Floats, other: float, second: Floats) -> tuple[float, Floats]:
    """The distribution of a sum of two, each given by its least value and its probabilities."""
    _check(float(first.size) * second.size, MOST_TERMS)
    return _positive(value + other, np.convolve(first, second))


def _positive(low: float, mass: Floats) -> tuple[float, Floats]:
    """Probabilities without zeros at either end."""
    there = np.flatnonzero(mass)
    return low + float(there[0]), mass[there[0] : there[-1] + 1]


def _power(low: float, mass: Floats, times: int) -> tuple[float, Floats]:
    """The distribution of the sum of so many, by repeated squaring."""
    start, result = 0.0, np.ones(1)
    while times:
        if times % 2:
            start, result = _sum(start, result, low, mass)
        times //= 2
        if times:
            low, mass = _sum(low, mass, low, mass)
    return start, result


def _check(size: float, most: float) -> None:
    if not size <= most:
        raise StatsError(
            "the counts are too large for an exact distribution; ask for an asymptotic test."
        )
