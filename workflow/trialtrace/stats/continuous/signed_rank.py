"""Differences within pairs by their ranks: Wilcoxon's signed rank test and its estimate.

Tests that differences are symmetric about 0: given the ranks every difference keeps its size, and
its sign is a fair coin. The exact distribution lists all signs, ties included; the normal one has
its mean and variance. The estimate is the median of the means of all pairs of differences (Walsh
averages), each difference with itself included; its interval holds the shifts that the test
without ties does not reject.

References: Wilcoxon, Biometrics Bull 1945;1:80. Pratt, J Am Stat Assoc 1959;54:655 (differences of
0). Hodges and Lehmann, Ann Math Stat 1963;34:598. Hollander and Wolfe, Nonparametric Statistical
Methods, 1999, chapter 3.
"""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Whole
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    normal_quantile,
    normal_tail,
    sample,
)
from trialtrace.stats._ties import tied, tied_differences
from trialtrace.stats.continuous._rank_sums import EXACT_BELOW_50, exact_by_default
from trialtrace.stats.continuous._selection import interval_of_ranks, order_statistic
from trialtrace.stats.results import Interval, StatsError, TestResult

ZEROS = ("wilcoxon", "pratt")
METHODS = ("exact", "normal", "normal_continuity")
# Differences beyond which the exact distribution is not built up: its work grows with their cube.
LARGEST = 2_000


def signed_rank(difference: ArrayLike, *, sides: str, zeros: str, method: str) -> TestResult:
    """Signed rank test of differences, shape (n,).

    The statistic is the sum of the (mid)ranks of the positive differences; sizes that differ by no
    more than 1e-11 of their mean are tied, and those next to 0 are 0. `zeros` "wilcoxon"
    leaves differences of 0 out before ranking, "pratt" after it. `sides` "greater" means that
    differences tend to be positive. `method`: "exact" (up to 2,000 differences, 4 s), where
    two-sided is twice the smaller tail, at most 1; "normal" by mean and variance, ties counted;
    "normal_continuity" with 1/2 taken off the distance from the mean; "exact_below_50", R's
    default: exact for fewer than 50 differences, none of them tied or 0, else
    "normal_continuity". df is NaN.

    Raises `StatsError` where all differences are 0, for more than 2,000 by "exact", an empty
    sample or missing values. Oracle: `wilcox.test`, `exact = TRUE` without ties, `exact = FALSE`
    with `correct` FALSE and TRUE; all signs in R with ties.

    R: `wilcox.test(difference, exact = TRUE)`; `wilcox.test(difference)` with "exact_below_50"; by
    hand in signed_rank.R with ties or zeros.

    >>> signed_rank(
    ...     [1.5, -0.4, 2.1, 3.3, 0.8, -1.1], sides="two_sided", zeros="pratt", method="exact"
    ... )
    TestResult(statistic=17, p_value=0.21875)
    """
    check_choice("sides", sides, SIDES)
    check_choice("zeros", zeros, ZEROS)
    check_choice("method", method, (*METHODS, EXACT_BELOW_50))
    ranked = tied_differences(sample(difference, "differences"))
    if not ranked.any():
        raise StatsError("all differences are 0, so the test has no ranks.")
    nonzero: Floats = ranked[ranked != 0]
    method = _method(method, np.abs(nonzero), zeros=nonzero.size < ranked.size)
    if zeros == "wilcoxon":
        ranked = nonzero
    ranks = _doubled_ranks(np.abs(ranked))[ranked != 0]
    positive = int(ranks[nonzero > 0].sum())
    p_value = (
        _exact_p(ranks, positive, sides)
        if method == "exact"
        else _normal_p(ranks, positive, sides, continuity=method == "normal_continuity")
    )
    return TestResult(positive / 2, nan, p_value)


def _method(method: str, sizes: Floats, *, zeros: bool) -> str:
    """R's choice where it is asked for; other methods unchanged."""
    if method != EXACT_BELOW_50:
        return method
    return "exact" if not zeros and exact_by_default(sizes) else "normal_continuity"


def _exact_p(ranks: Whole, positive: int, sides: str) -> float:
    _check_exact(ranks.size)
    if not (ranks % 2).any():
        ranks, positive = ranks // 2, positive // 2
    share = _distribution(ranks)
    greater, less = float(share[positive:].sum()), float(share[: positive + 1].sum())
    p_value = {"greater": greater, "less": less, "two_sided": 2 * min(greater, less)}[sides]
    return min(1.0, p_value)


def _normal_p(ranks: Whole, positive: int, sides: str, *, continuity: bool) -> float:
    """By the moments of a sum of doubled ranks, each counted with probability one half."""
    sizes = ranks.astype(np.float64)
    distance = positive - sizes.sum() / 2
    if continuity:
        # One half of a rank is one of doubled ranks.
        distance -= {"two_sided": np.sign(distance), "greater": 1.0, "less": -1.0}[sides]
    return normal_tail(float(distance / np.sqrt(np.sum(sizes**2) / 4)), sides)


def pseudomedian(difference: ArrayLike, *, confidence: float, method: str) -> Interval:
    """Median of the Walsh averages of differences, shape (n,), with its interval.

    Differences of 0 count; ties are those of `signed_rank`. The bounds are Walsh averages, chosen
    by the test's distribution as `method` says (see `signed_rank`): "exact" is the one without
    ties, conservative with them; "normal" and "normal_continuity" correct the variance for equal
    differences, and R's default "exact_below_50" chooses between them by the differences as
    `signed_rank` does. Where so few differences reject no shift, the bounds are infinite (R gives
    the extreme averages instead, at a lower confidence).

    Raises `StatsError` for more than 2,000 differences by "exact", where all are equal by the
    others, an empty sample or missing values. Oracle: `wilcox.test(conf.int = TRUE)`, `exact =
    TRUE` without ties, `exact = FALSE` with its root search tightened.

    R: `wilcox.test(difference, exact = TRUE, conf.int = TRUE)`.

    >>> pseudomedian([1.5, -0.4, 2.1, 3.3, 0.8, -1.1], confidence=0.9, method="exact")
    Interval(estimate=1.1, low=-0.4, high=2.4)
    """
    check_choice("method", method, (*METHODS, EXACT_BELOW_50))
    level = check_confidence(confidence)
    ordered = np.sort(sample(difference, "differences"))
    n = ordered.size
    size = n * (n + 1) // 2
    of_rank = tied_differences(ordered)
    method = _method(method, np.abs(of_rank), zeros=not of_rank.all())

    def walsh(rank: int) -> float:
        start, end = np.arange(n), np.full(n, n)
        return order_statistic(lambda i, j: (ordered[i] + ordered[j]) / 2, start, end, rank)

    if method != "exact":
        needed = size / 2 + normal_quantile(level) * _spread(tied(ordered)[0])
        return interval_of_ranks(walsh, size, needed + (method == "normal_continuity") / 2)
    _check_exact(n)
    below = np.cumsum(_distribution(np.arange(1, n + 1)))
    # The smallest sum that the test does not reject: so many averages lie outside on each side.
    outside = int(np.searchsorted(below, (1 - level) / 2 * (1 - 1e-12)))
    return interval_of_ranks(walsh, size, size - outside if outside else size)


def _check_exact(n: int) -> None:
    if n > LARGEST:
        raise StatsError(
            f"{n} differences are too many for the exact distribution; ask for normal."
        )


def _spread(ordered: Floats) -> float:
    """Standard deviation of the statistic at a shift, equal differences having equal ranks."""
    n, tied = ordered.size, np.unique(ordered, return_counts=True)[1].astype(np.float64)
    if tied.size == 1:
        raise StatsError("all differences are equal, so their median has no interval.")
    return sqrt(n * (n + 1) * (2 * n + 1) / 24 - float(np.sum(tied**3 - tied)) / 48)


def _doubled_ranks(values: Floats) -> Whole:
    """Twice the midranks, whole numbers."""
    _, index, size = np.unique(values, return_inverse=True, return_counts=True)
    end = np.cumsum(size)
    return (2 * end - size + 1)[index.reshape(-1)]


def _distribution(ranks: Whole) -> Floats:
    """Probability of each sum of the ranks with a positive sign, 0 to their total."""
    share = np.zeros(int(ranks.sum()) + 1)
    share[0] = 1.0
    end = 1
    # Short ones first: beyond the sum so far there is nothing to add.
    for rank in np.sort(ranks).tolist():
        share[rank : rank + end] += share[:end].copy()
        end += rank
        share[:end] /= 2
    return share
