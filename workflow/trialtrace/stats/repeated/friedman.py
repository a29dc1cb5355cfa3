"""Friedman's test: ranks within subjects over several visits or treatments.

References: Friedman, JASA 1937;32:675. Kendall and Babington Smith, Ann Math Stat 1939;10:275
(concordance). Hollander and Wolfe, Nonparametric statistical methods, 1999, section 7.1.
"""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import check_choice, chi2_tail, numbers
from trialtrace.stats.results import StatsError, TestResult

METHODS = ("asymptotic", "exact")
# Steps of an exact distribution: sums of ranks so far, times orders of one subject's ranks.
MOST_STEPS = 3_000_000


def friedman(values: ArrayLike, *, method: str) -> TestResult:
    """Friedman's test that no column tends to higher values, values of shape (subjects, columns).

    Ranks are within subjects, ties sharing their mean rank; the statistic is corrected for ties and
    has columns - 1 degrees of freedom. `method`: "asymptotic", chi-squared, or "exact", over all
    orders of the ranks within each subject, ties as they are. Divided by subjects times df the
    statistic is Kendall's coefficient of concordance.

    Raises `StatsError` for fewer than two subjects or columns, missing values, all values of every
    subject equal, and "exact" where there are too many orders. Source: Friedman 1937. Oracle: R's
    friedman.test, Friedman's table, enumeration in the tests.

    R: `friedman.test(values)`.

    >>> times = [[5.25, 5.15, 5.00], [5.85, 5.80, 5.70], [5.25, 5.20, 5.10], [5.65, 5.55, 5.45]]
    >>> found = friedman(times, method="exact")
    >>> round(found.statistic, 4), found.df, round(found.p_value, 4)
    (8.0, 2.0, 0.0046)
    """
    check_choice("method", method, METHODS)
    table = numbers(values, "values")
    if table.ndim != 2 or min(table.shape) < 2:
        raise StatsError(f"values need shape (subjects, columns), 2 or more; got {table.shape}.")
    # Twice the ranks are whole numbers, so that sums of them are compared exactly.
    ranks = _twice_ranks(table)
    if (np.ptp(ranks, axis=1) == 0).all():
        raise StatsError("every subject has one value in all columns, so there are no ranks.")
    k = table.shape[1]
    away = ranks - (k + 1)
    spread = float((away**2).sum())
    squares = float((away.sum(axis=0) ** 2).sum())
    statistic = (k - 1) * squares / spread
    if method == "asymptotic":
        return TestResult(statistic, k - 1.0, chi2_tail(statistic, k - 1))
    return TestResult(statistic, k - 1.0, _exact_tail(away.astype(int), squares))


def _twice_ranks(table: Floats) -> Floats:
    below = (table[:, :, None] > table[:, None, :]).sum(axis=2)
    level = (table[:, :, None] == table[:, None, :]).sum(axis=2)
    return np.asarray(2.0 * below + level + 1)


def _exact_tail(away: np.ndarray, squares: float) -> float:
    """P(sum of squared column sums >= squares) over all orders of every subject's ranks.

    Columns may be exchanged, so sums are kept in ascending order; the first subject need not be
    reordered.
    """
    k = away.shape[1]
    if factorial(k) > MOST_STEPS:
        raise StatsError("too many columns for the exact distribution; take the asymptotic one.")
    counts: Counter[tuple[int, ...]] = Counter({tuple(sorted(away[0].tolist())): 1})
    steps = 0
    for row in away[1:].tolist():
        orders = Counter(permutations(row))
        steps += len(counts) * len(orders)
        if steps > MOST_STEPS:
            raise StatsError("too many orders for the exact distribution; take the asymptotic one.")
        made: Counter[tuple[int, ...]] = Counter()
        for sums, ways in counts.items():
            for order, times in orders.items():
                made[tuple(sorted(map(sum, zip(sums, order, strict=True))))] += ways * times
        counts = made
    total = sum(counts.values())
    far = sum(ways for sums, ways in counts.items() if sum(one**2 for one in sums) >= squares)
    return far / total
