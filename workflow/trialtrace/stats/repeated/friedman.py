"""Friedman's test: ranks within subjects over several visits or treatments.

References: Friedman, JASA 1937;32:675. Kendall and Babington Smith, Ann Math Stat 1939;10:275
(concordance). Hollander and Wolfe, Nonparametric statistical methods, 1999, section 7.1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import chi2_tail, numbers
from trialtrace.stats._ties import tied
from trialtrace.stats.regression._design import in_rows
from trialtrace.stats.results import StatsError, TestResult


def friedman(
    values: ArrayLike, *, subject: ArrayLike | None = None, visit: ArrayLike | None = None
) -> TestResult:
    """Friedman's test that no column tends to higher values, values of shape (subjects, columns).

    Of long data values have shape (rows,), and `subject` and `visit` say whose and when each is.
    Ranks are within subjects, ties (up to 1e-11 of the mean size) sharing their mean rank; the
    statistic is corrected for ties and has columns - 1 degrees of freedom of chi-squared. Divided
    by subjects times df it is Kendall's coefficient of concordance.

    Raises `StatsError` for fewer than two subjects or columns, missing values, and all values of
    every subject equal. Source: Friedman 1937. Oracle: R's friedman.test, Friedman's table.

    R: `friedman.test(values)`.

    >>> times = [[5.25, 5.15, 5.00], [5.85, 5.80, 5.70], [5.25, 5.20, 5.10], [5.65, 5.55, 5.45]]
    >>> found = friedman(times)
    >>> round(found.statistic, 4), found.df, round(found.p_value, 4)
    (8.0, 2.0, 0.0183)
    """
    table = _table(in_rows(values, subject, visit)[0])
    # Twice the ranks are whole numbers, so that ties add up exactly.
    ranks = _twice_ranks(tied(table)[0])
    if (np.ptp(ranks, axis=1) == 0).all():
        raise StatsError("every subject has one value in all columns, so there are no ranks.")
    k = table.shape[1]
    away = ranks - (k + 1)
    spread = float((away**2).sum())
    squares = float((away.sum(axis=0) ** 2).sum())
    statistic = (k - 1) * squares / spread
    return TestResult(statistic, k - 1.0, chi2_tail(statistic, k - 1))


def _table(values: ArrayLike) -> Floats:
    table = numbers(values, "values")
    if table.ndim != 2 or min(table.shape) < 2:
        raise StatsError(f"values need shape (subjects, columns), 2 or more; got {table.shape}.")
    return table


def _twice_ranks(table: Floats) -> Floats:
    below = (table[:, :, None] > table[:, None, :]).sum(axis=2)
    level = (table[:, :, None] == table[:, None, :]).sum(axis=2)
    return np.asarray(2.0 * below + level + 1)
