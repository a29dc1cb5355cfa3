"""The shift between two independent samples.

The Hodges-Lehmann estimate is the median of all differences x - y: by how much the values of one
arm lie above those of the other if the two distributions have the same shape. Its interval holds
the shifts that the Mann-Whitney test does not reject.

References: Hodges and Lehmann, Ann Math Stat 1963;34:598. Lehmann, Nonparametrics, 1975.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, check_confidence, normal_quantile, sample
from trialtrace.stats._ties import tied
from trialtrace.stats.continuous._rank_sums import (
    EXACT_BELOW_50,
    exact_by_default,
    rank_sum_distribution,
)
from trialtrace.stats.continuous._selection import interval_of_ranks, order_statistic
from trialtrace.stats.results import Interval, StatsError


def hodges_lehmann(
    x: ArrayLike, y: ArrayLike, *, correction: str, confidence: float, method: str | None = None
) -> Interval:
    """Median of all differences x - y, with the interval of the asymptotic Mann-Whitney test.

    x and y of shapes (m,) and (n,), in one unit; the differences are not listed, so that memory
    stays small. The bounds are those of `wilcox.test(conf.int = TRUE, exact = FALSE)`: the
    differences at which the statistic, its variance corrected for ties (up to 1e-11 of the mean
    size) within a sample, passes the normal quantile. `correction` is "none" or "continuity". Where
    no shift is ever rejected, which happens in small samples, the bounds are infinite (R gives the
    extreme differences instead). R's estimate is a root search that stops anywhere between the two
    middle differences; ours is their mean. `method` "exact_below_50" is R's default: the bounds of
    the exact test for fewer than 50 values in each sample and no ties, else these; None are these
    whatever the sizes.

    Raises `StatsError` where both samples are constant, for an empty sample or missing values.
    Oracle: `wilcox.test` with its root search tightened.

    R: `wilcox.test(x, y, exact = FALSE, conf.int = TRUE)`; with "exact_below_50" and "continuity"
    `wilcox.test(x, y, conf.int = TRUE)`.

    >>> hodges_lehmann([7, 9, 6, 10, 8], [5, 6, 4, 7, 3], correction="none", confidence=0.95)
    Interval(estimate=3, low=1, high=5)
    """
    check_choice("correction", correction, ("none", "continuity"))
    if method is not None:
        check_choice("method", method, (EXACT_BELOW_50,))
    level, z = check_confidence(confidence), normal_quantile(confidence)
    x, y = sample(x, "x"), sample(y, "y")
    ranked_x, ranked_y = tied(x, y)
    if np.ptp(ranked_x) == 0 and np.ptp(ranked_y) == 0:
        raise StatsError("both samples are constant, so the shift has no interval.")
    m, n = x.size, y.size
    total = m + n
    ties = sum(float(np.sum(t**3 - t)) for t in map(_group_sizes, (ranked_x, ranked_y)))
    sigma = sqrt(m * n / 12 * (total + 1 - ties / (total * (total - 1))))
    # Pairs that must lie above a shift for the test to say that the shift is too small.
    needed = m * n / 2 + z * sigma + (0.5 if correction == "continuity" else 0.0)
    if method is not None and exact_by_default(ranked_x, ranked_y):
        needed = m * n - _outside(m, n, level)
    x, below = np.sort(x), np.sort(y)[::-1]

    def difference(rank: int) -> float:
        start, end = np.zeros(m, dtype=np.intp), np.full(m, n, dtype=np.intp)
        return order_statistic(lambda i, j: x[i] - below[j], start, end, rank)

    return interval_of_ranks(difference, m * n, needed)


def _outside(m: int, n: int, confidence: float) -> int:
    """The smallest W that the exact test does not reject: so many differences lie outside on each
    side."""
    size = min(m, n)
    share = rank_sum_distribution(np.arange(1, m + n + 1), size)[size * (size + 1) // 2 :]
    return int(np.searchsorted(np.cumsum(share), (1 - confidence) / 2 * (1 - 1e-12)))


def _group_sizes(values: Floats) -> Floats:
    return np.unique(values, return_counts=True)[1].astype(np.float64)
