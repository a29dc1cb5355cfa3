"""Scores that are whole numbers: the exact distribution of their sum over an arm, without draws.

Ranks (in halves where they tie), counts, points of a scale and ordered classes take few different
sums, so the number of assignments for each sum can be counted patient by patient, although there
may be 10^36 of them. This gives the exact test of Wilcoxon with ties and strata or blocks, and
for sides of a patient that of signed ranks.

References: Pagano and Tritchler, J Am Stat Assoc 1983;78:435. Streitberg and Roehmel, EDV in
Medizin und Biologie 1987;18:12 (the shift algorithm). Lehmann, Nonparametrics, 1975, section 3.3
(strata).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialtrace.stats._inputs import Floats, sample
from trialtrace.stats.resampling.binary import SAME_PROBABILITY
from trialtrace.stats.resampling.schemes import Scheme
from trialtrace.stats.results import StatsError

# Entries of the table of one cell, 64 MiB: some 250 patients in one cell with midranks.
LARGEST_TABLE = 1 << 23
# Patients after which counts are scaled down, long before 2^1024.
RESCALE = 512


@dataclass(frozen=True, slots=True)
class IntegerExact:
    """Sum of scores in the arm less its expectation, its standard deviation, four p-values.

    `greater`, `less`, `probability` and `distance` are as in `binary.BinaryExact`.
    """

    statistic: float
    sd: float
    greater: float
    less: float
    probability: float
    distance: float


def integer_exact(scheme: Scheme, scores: ArrayLike, *, arm: Any, unit: float) -> IntegerExact:
    """Exact re-randomisation test for scores that are whole multiples of a unit.

    scores (n,), centred or not, as from `scores.rank_scores` with a unit of 0.5; for
    `within_patient` the differences or their signed ranks. All assignments of the scheme count,
    whatever their number. Work grows with patients of a cell x its smaller arm x range of sums.

    Raises `StatsError` for scores that are not whole multiples of the unit, more than two arms,
    a scheme of coins, an unknown arm, or a table of more than 2^23 entries. Oracle:
    `wilcox.test(exact = TRUE)`, `psignrank`, `mantelhaen.test(exact = TRUE)`, enumeration.
    """
    if len(scheme.arms) != 2 or scheme.kind == "bernoulli":
        raise StatsError("two arms with fixed margins, or two sides, are needed.")
    sign = 1 if scheme.index_of(arm) == 1 else -1
    whole = _whole(scheme, scores, unit)
    if scheme.kind == "sides":
        # Treated less untreated sides: twice the sum over the second side, less all of it.
        total, expected = int(whole.sum()), 0.0
        mass, low = _subset_sums(np.abs(whole)), int(whole[whole < 0].sum())
        value = 2.0 * (low + np.arange(mass.size)) - total
        observed = float(2 * whole[scheme.code == 1].sum() - total)
    else:
        margins = scheme.margins()
        sums = np.bincount(scheme.cell, whole, len(margins))
        expected = float(np.sum(margins[:, 1] * sums / margins.sum(axis=1)))
        mass, low = _margins(scheme, whole)
        value = float(low) + np.arange(mass.size)
        observed = float(whole[scheme.code == 1].sum())
    value, observed = sign * (value - expected), sign * (observed - expected)
    same = 1e-9 * max(1.0, abs(expected))
    far = np.abs(value) >= abs(observed) - same
    rare = mass <= mass[np.argmin(np.abs(value - observed))] * SAME_PROBABILITY
    masks = (value >= observed - same, value <= observed + same, rare, far)
    tails = (min(1.0, float(mass[mask].sum())) for mask in masks)
    return IntegerExact(unit * observed, unit * float(np.sqrt(mass @ value**2)), *tails)


def _whole(scheme: Scheme, scores: ArrayLike, unit: float) -> NDArray[np.int64]:
    values = sample(scores, "scores")
    if values.size != scheme.n:
        raise StatsError(f"scores must have one value a patient, {scheme.n}; got {values.size}.")
    if not (isinstance(unit, int | float | np.number) and 0 < unit < np.inf):
        raise StatsError(f"unit must be a positive number; got {unit!r}.")
    multiples = values / unit
    whole = np.rint(multiples)
    if (np.abs(multiples - whole) > 1e-9 * np.maximum(1.0, np.abs(whole))).any():
        raise StatsError(f"the scores are not whole multiples of {unit!r}.")
    if np.abs(whole).sum() >= 2**53:
        raise StatsError(f"the scores are too large for a unit of {unit!r}.")
    return whole.astype(np.int64)


def _margins(scheme: Scheme, whole: NDArray[np.int64]) -> tuple[Floats, int]:
    """Probabilities of the sum over the second arm from its least possible value, and that."""
    mass, low = np.ones(1), 0
    for cell, (first, second) in enumerate(scheme.margins().tolist()):
        own = whole[scheme.cell == cell]
        least = int(own.min())
        part = _chosen_sums(own - least, min(first, second))
        at = least * second
        if second > first:
            # Counted for the smaller arm; the other has the rest of the sum.
            part, at = part[::-1], int(own.sum()) - least * first - part.size + 1
        mass, low = np.convolve(mass, part), low + at
    return mass, low


def _chosen_sums(values: NDArray[np.int64], size: int) -> Floats:
    """Probabilities of the sums 0, 1, ... of `size` of the values, none of them negative.

    One pass a value, smallest first, over the sums that can have been reached by then.
    """
    values = np.sort(values)
    most = int(values[values.size - size :].sum())
    if (size + 1) * (most + 1) > LARGEST_TABLE:
        raise StatsError("the sums are too many to list; use a coarser unit or draws.")
    ways = np.zeros((size + 1, most + 1))
    ways[0, 0], reach = 1.0, 0
    for i, value in enumerate(values.tolist(), 1):
        rows, reach = min(i, size), min(reach + value, most)
        ways[1 : rows + 1, value : reach + 1] += ways[:rows, : reach + 1 - value]
        if i % RESCALE == 0:
            ways *= 2.0**-RESCALE
    return ways[size] / ways[size].sum()


def _subset_sums(values: NDArray[np.int64]) -> Floats:
    """Probabilities of the sums 0, 1, ... of the values whose fair coin shows heads."""
    most = int(values.sum())
    if most + 1 > LARGEST_TABLE:
        raise StatsError("the sums are too many to list; use a coarser unit or draws.")
    mass, reach = np.zeros(most + 1), 0
    mass[0] = 1.0
    for value in np.sort(values).tolist():
        reach += value
        mass[: reach + 1] *= 0.5
        mass[value : reach + 1] += mass[: reach + 1 - value].copy()
    return mass
