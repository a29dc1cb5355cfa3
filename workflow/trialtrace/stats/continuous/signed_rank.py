"""Differences within pairs by their ranks: Wilcoxon's signed rank test and its estimate.

Tests that differences are symmetric about 0. The distribution is exact given the ranks, ties
included: every difference keeps its size, and its sign is a fair coin. The estimate is the median
of the means of all pairs of differences (Walsh averages), each difference with itself included;
its interval holds the shifts that the exact test without ties does not reject.

References: Wilcoxon, Biometrics Bull 1945;1:80. Pratt, J Am Stat Assoc 1959;54:655 (differences of
0). Hodges and Lehmann, Ann Math Stat 1963;34:598. Hollander and Wolfe, Nonparametric Statistical
Methods, 1999, chapter 3.
"""

from math import inf, nan

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.ground.arrays import Floats, Whole
from trialtrace.stats._inputs import SIDES, check_choice, check_confidence, sample
from trialtrace.stats.results import Interval, StatsError, TestResult

ZEROS = ("wilcoxon", "pratt")
# Differences beyond which the exact distribution is not built up.
LARGEST = 1_000


def signed_rank(difference: ArrayLike, *, sides: str, zeros: str) -> TestResult:
    """Exact signed rank test of differences, shape (n,).

    The statistic is the sum of the (mid)ranks of the positive differences. `zeros` "wilcoxon"
    leaves differences of 0 out before ranking, "pratt" after it. `sides` "greater" means that
    differences tend to be positive; two-sided is twice the smaller tail, at most 1. df is NaN.

    Raises `StatsError` where all differences are 0, for more than 1,000 of them, an empty sample
    or missing values. Oracle: `wilcox.test(exact = TRUE)` without ties; all signs in R with them.

    R: `wilcox.test(difference, exact = TRUE)`; with ties or zeros by hand in signed_rank.R.
    """
    check_choice("sides", sides, SIDES)
    check_choice("zeros", zeros, ZEROS)
    ranked = sample(difference, "differences")
    if ranked.size > LARGEST:
        raise StatsError(f"{ranked.size} differences are too many for the exact distribution.")
    if not ranked.any():
        raise StatsError("all differences are 0, so the test has no ranks.")
    nonzero: Floats = ranked[ranked != 0]
    if zeros == "wilcoxon":
        ranked = nonzero
    ranks = _doubled_ranks(np.abs(ranked))[ranked != 0]
    positive = int(ranks[nonzero > 0].sum())
    share = _distribution(ranks)
    greater, less = float(share[positive:].sum()), float(share[: positive + 1].sum())
    p_value = {"greater": greater, "less": less, "two_sided": 2 * min(greater, less)}[sides]
    return TestResult(positive / 2, nan, min(1.0, p_value))


def pseudomedian(difference: ArrayLike, *, confidence: float) -> Interval:
    """Median of the Walsh averages of differences, shape (n,), with its exact interval.

    Differences of 0 count. The bounds are Walsh averages, chosen by the distribution without ties;
    with ties the interval is conservative. Where so few differences reject no shift, the bounds
    are infinite (R gives the extreme averages instead, at a lower confidence).

    Raises `StatsError` for more than 1,000 differences, an empty sample or missing values.
    Oracle: `wilcox.test(conf.int = TRUE, exact = TRUE)` without ties.

    R: `wilcox.test(difference, exact = TRUE, conf.int = TRUE)`.
    """
    tail = (1 - check_confidence(confidence)) / 2
    difference = sample(difference, "differences")
    n = difference.size
    if n > LARGEST:
        raise StatsError(f"{n} differences are too many for the exact distribution.")
    first, second = np.triu_indices(n)
    walsh = np.sort((difference[first] + difference[second]) / 2)
    below = np.cumsum(_distribution(2 * np.arange(1, n + 1))[::2])
    # The smallest sum that the test does not reject: so many averages lie outside on each side.
    outside = int(np.searchsorted(below, tail * (1 - 1e-12)))
    low, high = (walsh[outside - 1], walsh[-outside]) if outside else (-inf, inf)
    return Interval(float(np.median(walsh)), float(low), float(high))


def _doubled_ranks(values: Floats) -> Whole:
    """Twice the midranks, whole numbers."""
    _, index, size = np.unique(values, return_inverse=True, return_counts=True)
    end = np.cumsum(size)
    return (2 * end - size + 1)[index.reshape(-1)]


def _distribution(ranks: Whole) -> Floats:
    """Probability of each sum of the ranks with a positive sign, 0 to their total."""
    share = np.zeros(int(ranks.sum()) + 1)
    share[0] = 1.0
    for rank in ranks.tolist():
        share[rank:] += share[: share.size - rank].copy()
        share /= 2
    return share
