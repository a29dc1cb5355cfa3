"""The shift between two independent samples, and the exact test of Mann and Whitney.

The Hodges-Lehmann estimate is the median of all differences x - y: by how much the values of one
arm lie above those of the other if the two distributions have the same shape. Its interval holds
the shifts that the Mann-Whitney test does not reject.

References: Hodges and Lehmann, Ann Math Stat 1963;34:598. Lehmann, Nonparametrics, 1975. Mann and
Whitney, Ann Math Stat 1947;18:50 (distribution without ties).
"""

from math import comb, inf, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.stats._inputs import SIDES, Floats, check_choice, normal_quantile, sample
from trialtrace.stats.results import Interval, StatsError, TestResult

# Pairs, and values, beyond which the exact distribution is not enumerated.
PAIRS = 10_000
VALUES = 1_000


def hodges_lehmann(x: ArrayLike, y: ArrayLike, *, correction: str, confidence: float) -> Interval:
    """Median of all differences x - y, with the interval of the asymptotic Mann-Whitney test.

    x and y of shapes (m,) and (n,), in one unit; takes 8 m n bytes. The bounds are those of
    `wilcox.test(conf.int = TRUE, exact = FALSE)`: the differences at which the statistic,
    its variance corrected for ties within a sample, passes the normal quantile. `correction`
    is "none" or "continuity". Where no shift is ever rejected, which happens in small samples,
    the bounds are infinite (R gives the extreme differences instead). R's estimate is a root
    search that stops anywhere between the two middle differences; ours is their mean.

    Raises `StatsError` where both samples are constant, for an empty sample or missing values.
    Oracle: `wilcox.test` with its root search tightened.
    """
    check_choice("correction", correction, ("none", "continuity"))
    z = normal_quantile(confidence)
    x, y = sample(x, "x"), sample(y, "y")
    if x.min() == x.max() and y.min() == y.max():
        raise StatsError("both samples are constant, so the shift has no interval.")
    m, n = x.size, y.size
    differences = np.sort(np.subtract.outer(x, y).ravel())
    total = m + n
    ties = sum(float(np.sum(t**3 - t)) for t in (_group_sizes(x), _group_sizes(y)))
    sigma = sqrt(m * n / 12 * (total + 1 - ties / (total * (total - 1))))
    # Pairs that must lie above a shift for the test to say that the shift is too small.
    needed = m * n / 2 + z * sigma + (0.5 if correction == "continuity" else 0.0)
    above = m * n - np.arange(1, m * n + 1)
    if needed >= m * n:
        low, high = -inf, inf
    else:
        first = int(np.argmax(above <= needed))
        low, high = float(differences[first]), float(differences[m * n - 1 - first])
    return Interval(float(np.median(differences)), low, high)


def exact_mann_whitney(x: ArrayLike, y: ArrayLike, *, sides: str) -> TestResult:
    """Exact Mann-Whitney (Wilcoxon rank sum) test of samples without ties.

    x and y of shapes (m,) and (n,); `sides` "greater" means that x tends to be larger. The
    statistic is W, the pairs with x > y; two-sided is twice the smaller tail, at most 1. df is
    NaN.

    Raises `StatsError` where any two values are equal (a re-randomisation test has no such limit;
    `mann_whitney` is the approximation), for more than 10,000 pairs or 1,000 values, for an
    empty sample or missing values. Oracle: `wilcox.test(exact = TRUE)`.
    """
    check_choice("sides", sides, SIDES)
    x, y = sample(x, "x"), sample(y, "y")
    m, n = x.size, y.size
    if np.unique(np.concatenate([x, y])).size < m + n:
        raise StatsError("values are tied, so the exact distribution without ties does not hold.")
    if m * n > PAIRS or m + n > VALUES:
        raise StatsError(f"{m} x {n} pairs are too many for the exact distribution.")
    w = int(np.searchsorted(np.sort(y), x).sum())
    share = _distribution(m, n)
    greater, less = float(share[w:].sum()), float(share[: w + 1].sum())
    p_value = {"greater": greater, "less": less, "two_sided": 2 * min(greater, less)}[sides]
    return TestResult(float(w), nan, min(1.0, p_value))


def _distribution(m: int, n: int) -> Floats:
    """Probabilities of W = 0, ..., m n: sums of subsets of the ranks, built up rank by rank."""
    size = min(m, n)
    ways = np.zeros((size + 1, m * n + size * (size + 1) // 2 + 1))
    ways[0, 0] = 1.0
    for rank in range(1, m + n + 1):
        ways[1:, rank:] = ways[1:, rank:] + ways[:-1, :-rank]
    return ways[size, size * (size + 1) // 2 :] / comb(m + n, size)


def _group_sizes(values: Floats) -> Floats:
    return np.unique(values, return_counts=True)[1].astype(np.float64)
