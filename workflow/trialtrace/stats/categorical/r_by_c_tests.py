"""Tables of r rows and c columns: are they independent, exactly and by chi-squared.

The exact test of Fisher, Freeman and Halton takes both margins as fixed and sums the
probabilities of all tables that are no more likely than the observed one, by enumeration: no
table is drawn and none is left out. How they are summed without forming each is in
`_partial_tables`.

References: Freeman and Halton, Biometrika 1951;38:141. Pearson, Philos Mag 1900;50:157.
"""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import chi2_tail, numbers
from trialtrace.stats.results import StatsError, TestResult
from trialtrace.stats.stratified._partial_tables import MOST_KEPT, check_size, probability_at_most

# Two tables are equally likely when their probabilities differ by no more than rounding; R's
# fisher.test uses this width for 2x2 tables and 3.5e-7 for larger ones.
RELATIVE_TIE = 1e-7
# A table of two columns is listed outright up to this many cells.
MOST_LISTED = 200_000
# Largest number up to which floats hold every whole number.
MOST_COUNTED = 2.0**53


def fisher_freeman_halton(table: ArrayLike) -> TestResult:
    """Exact test of independence of rows and columns given both margins (Freeman and Halton).

    `table`: counts of shape (rows, columns). The p-value sums the probabilities of all tables
    with these margins that are no more likely than the observed one, within a relative 1e-7.
    Rows and columns without any count are dropped, as R does; if only one row or column is left
    only one table is possible: p = 1. Statistic and degrees of freedom are NaN. For a 2x2 table
    this is the two-sided `two_by_two_tests.fisher_exact`.

    A table of 5 x 4 with 137 patients takes some seconds and 600 MB; one that would take more than
    about a minute or 1 GB is refused.

    Source: Freeman and Halton 1951. Oracle: R's fisher.test (1e-10), counting in whole numbers.
    Raises `StatsError` for counts that are not whole numbers of at least 0, for a table without
    any count, and for one so large that it cannot be enumerated here; it never draws tables.

    R: `fisher.test(table)$p.value`.

    >>> fisher_freeman_halton([[8, 3, 2], [2, 5, 9]])
    TestResult(p_value=0.0206325)
    """
    table = _table(table)
    if min(table.shape) == 1:
        return TestResult(nan, nan, 1.0)
    if table.shape[0] > table.shape[1]:
        table = table.T
    rows, columns = np.sort(table.sum(axis=1)), np.sort(table.sum(axis=0))
    constant = gammaln(rows + 1).sum() + gammaln(columns + 1).sum() - gammaln(table.sum() + 1)
    limit = constant - gammaln(table + 1).sum() + np.log1p(RELATIVE_TIE)
    sizes = np.minimum(columns, rows[0]) + 1
    if rows.size == 2 and (columns.size == 2 or np.prod(sizes[:-1]) <= MOST_LISTED):
        check_size(float(sizes[:-1].max()), MOST_KEPT)
        p = _two_rows(rows, columns, constant, limit)
    else:
        p = probability_at_most(rows.astype(np.int64), columns.astype(np.int64), constant, limit)
    return TestResult(nan, nan, min(p, 1.0))


def chi_squared_table(table: ArrayLike) -> TestResult:
    """Pearson's chi-squared test of independence, (rows - 1)(columns - 1) df, no correction.

    `table`: counts of shape (rows, columns). Rows and columns without any count hold no
    information and are dropped before the degrees of freedom are counted (R would give NaN).

    Source: Pearson 1900. Oracle: R's chisq.test.
    Raises `StatsError` where one row or one column is left, for counts that are not whole
    numbers of at least 0, and for a table without any count.

    R: `chisq.test(table, correct = FALSE)`.

    >>> chi_squared_table([[8, 3, 2], [2, 5, 9]])
    TestResult(statistic=8.33338, df=2, p_value=0.0155035)
    """
    table = _table(table)
    if min(table.shape) == 1:
        raise StatsError("only one row or one column has counts, so nothing can be compared.")
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(np.sum((table - expected) ** 2 / expected))
    df = float((table.shape[0] - 1) * (table.shape[1] - 1))
    return TestResult(statistic, df, chi2_tail(statistic, df))


def _table(table: ArrayLike) -> Floats:
    """Check the counts and drop rows and columns that have none."""
    table = numbers(table, "table")
    if table.ndim != 2:
        raise StatsError(f"a table has two dimensions; got shape {table.shape}.")
    if (table != np.floor(table)).any() or (table < 0).any():
        raise StatsError("counts of the table must be whole numbers of at least 0.")
    if not table.any():
        raise StatsError("the table has no counts.")
    if table.max() > MOST_COUNTED / table.size:
        raise StatsError("the table has counts that are too large to be told apart.")
    return table[table.any(axis=1)][:, table.any(axis=0)]


def _two_rows(rows: Floats, columns: Floats, constant: float, limit: float) -> float:
    """List the first row of all tables on a grid; the largest column takes what is left."""
    left, logs = rows[0], constant
    total, value = np.zeros(()), np.zeros(())
    for size in columns[:-1]:
        cell = np.arange(min(size, left) + 1)
        value = np.add.outer(value, -gammaln(cell + 1) - gammaln(size - cell + 1))
        total = np.add.outer(total, cell)
    last = left - total
    fits = (last >= 0) & (last <= columns[-1])
    last = last[fits]
    logs = logs + value[fits] - gammaln(last + 1) - gammaln(columns[-1] - last + 1)
    return float(np.exp(logs[logs <= limit]).sum())
