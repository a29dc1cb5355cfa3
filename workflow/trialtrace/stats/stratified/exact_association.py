"""Yes or no by several arms in strata: the exact test of general association, all margins given.

Given the margins of a stratum the events by arm follow a multiple hypergeometric distribution; over
strata their sums follow the convolution of these. The generalised Cochran-Mantel-Haenszel statistic
is a function of the sums alone, since their mean and covariance are fixed by the margins. So its
distribution under no association within strata is counted, not approximated.

References: Landis, Heyman and Koch, Int Stat Rev 1978;46:237. Birch, J R Stat Soc B 1965;27:111.
Agresti, Stat Sci 1992;7:131 (exact inference for several tables).
"""

from __future__ import annotations

from math import nan, prod

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from trialtrace.base.arrays import Floats
from trialtrace.stats.results import StatsError, TestResult
from trialtrace.stats.stratified.generalised_cmh import checked_tables, cmh_general_association

# Sums whose statistics differ by no more than rounding are as extreme as each other.
RELATIVE_TIE = 1e-7
# Products of the convolution, and sums of all strata; some seconds.
MOST_TERMS, MOST_SUMS = 1e10, 1e7
# Eigenvalues below this share of the largest one are rounding of 0.
RANK = 1e-9


def cmh_general_association_exact(tables: ArrayLike) -> TestResult:
    """Exact test of no association of arm and event within strata, against any association.

    `tables`: counts of shape (strata, arms, 2). The statistic is that of `cmh_general_association`;
    p is the probability, all margins of every stratum given, of sums of events by arm whose
    statistic is as large or larger, within a relative 1e-7; df is NaN. For two arms both tails
    count by their distance from the mean, where `exact_conditional_test` goes by probability.

    Oracle: every table of every stratum in R. Raises `StatsError` as `cmh_general_association`
    does, for other than two columns, and for more sums than can be listed.

    R: by hand in exact_association.R.

    >>> cmh_general_association_exact([[[8, 2], [3, 7], [2, 8]], [[4, 1], [2, 3], [1, 4]]])
    TestResult(statistic=11.5312, p_value=0.00302247)
    """
    counted = checked_tables(tables)
    if counted.shape[2] != 2:
        raise StatsError(f"tables need two columns, no event and event; got {counted.shape[2]}.")
    observed = cmh_general_association(counted).statistic
    arms, events = counted.sum(axis=2), counted[:, :, 1].sum(axis=1)
    chance = np.ones((1,) * (counted.shape[1] - 1))
    for sizes, happened in zip(arms, events, strict=True):
        chance = _convolved(chance, _of_stratum(sizes, int(happened)))
    extreme = _statistics(chance.shape, arms, events) >= observed * (1 - RELATIVE_TIE)
    return TestResult(observed, nan, min(float(chance[extreme].sum()), 1.0))


def _of_stratum(sizes: Floats, events: int) -> Floats:
    """Probability of every count of events in all arms but the last, margins given."""
    most = np.minimum(sizes, events).astype(int)
    if prod(most[:-1] + 1) > MOST_SUMS:
        raise StatsError("too many tables to list; use the asymptotic test.")
    counts = np.indices(tuple(most[:-1] + 1))
    last = events - counts.sum(axis=0)
    logs = np.where((last >= 0) & (last <= sizes[-1]), 0.0, -np.inf)
    possible = logs == 0
    for size, count in zip(sizes, [*counts, np.clip(last, 0, sizes[-1])], strict=True):
        logs = logs + gammaln(size + 1) - gammaln(count + 1) - gammaln(size - count + 1)
    weights = np.exp(logs - logs[possible].max())
    values: Floats = weights / weights.sum()
    return values


def _convolved(values: Floats, other: Floats) -> Floats:
    """The distribution of the sum of two independent vectors of counts."""
    small, large = sorted((values, other), key=np.size)
    shape = tuple(a + b - 1 for a, b in zip(values.shape, other.shape, strict=True))
    if prod(shape) > MOST_SUMS or small.size * large.size > MOST_TERMS:
        raise StatsError("too many tables to list; use the asymptotic test.")
    made = np.zeros(shape)
    for at in zip(*np.nonzero(small), strict=True):
        where = tuple(slice(k, k + n) for k, n in zip(at, large.shape, strict=True))
        made[where] += small[at] * large
    return made


def _statistics(shape: tuple[int, ...], arms: Floats, events: Floats) -> Floats:
    """The statistic of every vector of sums."""
    total = arms.sum(axis=1)
    share = arms[:, :-1] / total[:, None]
    factor = events * (total - events) / (total - 1)
    spread = np.einsum("k,kab->ab", factor, _covariances(share))
    distance = np.indices(shape).reshape(len(shape), -1).T - (share * events[:, None]).sum(axis=0)
    inverse = np.linalg.pinv(spread, rcond=RANK, hermitian=True)
    statistics: Floats = np.einsum("na,ab,nb->n", distance, inverse, distance).reshape(shape)
    return statistics


def _covariances(share: Floats) -> Floats:
    """Covariance of the indicators of all arms but the last, by stratum."""
    eye = np.eye(share.shape[1])
    spread: Floats = share[:, :, None] * (eye[None] - share[:, None, :])
    return spread
