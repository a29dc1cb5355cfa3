"""Tables of r rows and c columns: are they independent, exactly and by chi-squared.

The exact test of Fisher, Freeman and Halton takes both margins as fixed and sums the
probabilities of all tables that are no more likely than the observed one, by enumeration: no
table is drawn and none is left out. How they are summed without forming each is in
`_partial_tables`.

References: Freeman and Halton, Biometrika 1951;38:141. Pearson, Philos Mag 1900;50:157.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import MOST_DRAWS, check_confidence, chi2_tail, numbers, whole_number
from trialtrace.stats.categorical.proportions import clopper_pearson
from trialtrace.stats.results import Columns, StatsError, TestResult
from trialtrace.stats.stratified._partial_tables import MOST_KEPT, check_size, probability_at_most

# Two tables are equally likely when their probabilities differ by no more than rounding; R's
# fisher.test uses this width for 2x2 tables and 3.5e-7 for larger ones.
RELATIVE_TIE = 1e-7
# A table of two columns is listed outright up to this many cells.
MOST_LISTED = 200_000
# Largest number up to which floats hold every whole number.
MOST_COUNTED = 2.0**53
# Counts of a table that can be drawn; cells drawn at once.
MOST_DRAWN, CELLS_DRAWN = 1e9, 2_000_000


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
    any count, and for one so large that it cannot be enumerated here; it never draws tables,
    which `fisher_freeman_halton_drawn` does.

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


@dataclass(frozen=True, slots=True, repr=False)
class DrawnTables(Columns):
    """A p-value by drawn tables, its Monte Carlo error, and an interval of the exact p-value.

    `extreme` of `draws` tables were no more likely than the observed one; p counts that one too.
    """

    p_value: float
    mc_se: float
    low: float
    high: float
    extreme: int
    draws: int


def fisher_freeman_halton_drawn(
    table: ArrayLike, *, draws: int, seed: int, confidence: float
) -> DrawnTables:
    """Fisher, Freeman and Halton's test by drawn tables, for those too large to enumerate.

    `table`: counts of shape (rows, columns), up to 1e9 of them. Draws tables with both margins
    of the observed one from their distribution under independence; p is (extreme + 1) / (draws +
    1), which never falls below the level it states, and the interval that of Clopper and Pearson
    for the p-value that all tables would give. The same seed gives the same tables. For the exact
    p-value ask `fisher_freeman_halton`, which never draws.

    Raises `StatsError` as that does, but for no size; for draws or a seed that are no whole
    numbers. Source: Freeman and Halton 1951; Phipson and Smyth, Stat Appl Genet Mol Biol
    2010;9:39. Oracle: the exact p-value, `fisher.test(simulate.p.value = TRUE)`, within their
    Monte Carlo errors.

    R: `fisher.test(table, simulate.p.value = TRUE, B = draws)`.

    >>> found = fisher_freeman_halton_drawn(
    ...     [[8, 2, 1], [1, 5, 6]], draws=20_000, seed=1, confidence=0.95
    ... )
    >>> found.low < fisher_freeman_halton([[8, 2, 1], [1, 5, 6]]).p_value < found.high
    True
    """
    check_confidence(confidence)
    whole_number(draws, "draws", least=1, most=MOST_DRAWS)
    whole_number(seed, "seed", least=0)
    table = _table(table)
    if table.sum() > MOST_DRAWN:
        raise StatsError(f"the table has more than {MOST_DRAWN:g} counts, too many to draw.")
    # Logarithms of tables with the same cells in another order differ by their rounding.
    limit = _log_probability(table) + np.log1p(RELATIVE_TIE)
    rng = np.random.default_rng(seed)
    extreme, step = 0, max(1, CELLS_DRAWN // table.size)
    for first in range(0, draws, step):
        found = _draw(rng, table, min(step, draws - first))
        extreme += int(np.count_nonzero(_log_probability(found) <= limit))
    p = (extreme + 1) / (draws + 1)
    bounds = clopper_pearson(extreme, draws, confidence=confidence)
    return DrawnTables(p, sqrt(p * (1 - p) / draws), bounds.low, bounds.high, extreme, int(draws))


def _log_probability(tables: Floats) -> Floats:
    """Logarithms of the probabilities of tables (..., rows, columns), less what margins give."""
    logs: Floats = -gammaln(tables + 1).sum(axis=(-2, -1))
    return logs


def _draw(rng: np.random.Generator, table: Floats, draws: int) -> Floats:
    """Tables with the margins of one, (draws, rows, columns), cell by cell: hypergeometric."""
    rows, columns = table.sum(axis=1).astype(np.int64), table.sum(axis=0).astype(np.int64)
    found = np.zeros((draws, *table.shape))
    free = np.tile(columns, (draws, 1))
    for i, size in enumerate(rows[:-1].tolist()):
        wanted = np.full(draws, size)
        after = free.sum(axis=1)
        for j in range(columns.size - 1):
            after = after - free[:, j]
            cell = rng.hypergeometric(free[:, j], after, wanted)
            found[:, i, j] = cell
            wanted -= cell
        found[:, i, -1] = wanted
        free -= found[:, i].astype(np.int64)
    found[:, -1] = free
    return found


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
