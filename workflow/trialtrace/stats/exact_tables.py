"""Tables of r rows and c columns: are they independent, exactly and by chi-squared.

The exact test of Fisher, Freeman and Halton takes both margins as fixed and sums the
probabilities of all tables that are no more likely than the observed one. No table is drawn and
none is left out: columns are split into a left and a right part, every part is listed once for
each remainder of the row totals it can leave (parts that leave the same remainder in another
order of rows are one), and the two lists meet over one column between them. Of two sorted lists
the products below a limit are summed by prefix sums, so the tables themselves are never formed:
the idea of Mehta and Patel's network, met in the middle.

References: Freeman and Halton, Biometrika 1951;38:141. Mehta and Patel, J Am Stat Assoc
1983;78:427. Pearson, Philos Mag 1900;50:157.
"""

import itertools
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from trialtrace.stats._inputs import Floats, chi2_tail, numbers
from trialtrace.stats.results import StatsError, TestResult

# Two tables are equally likely when their probabilities differ by no more than rounding; R's
# fisher.test uses this width for 2x2 tables and 3.5e-7 for larger ones.
RELATIVE_TIE = 1e-7
# Logarithms of two products of factorials that differ by less are of the same product.
SAME_LOG = 1e-11
# Numbers kept at once (about 0.5 GB) and looked up at most (about a minute).
MOST_KEPT, MOST_LOOKED_UP = 2e7, 2e9
# A table of two columns is listed outright up to this many cells.
MOST_LISTED = 200_000
# Pairs of remainders and fillings compared at once.
BLOCK = 2_000_000


def fisher_freeman_halton(table: ArrayLike) -> TestResult:
    """Exact test of independence of rows and columns given both margins (Freeman and Halton).

    `table`: counts of shape (rows, columns). The p-value sums the probabilities of all tables
    with these margins that are no more likely than the observed one, within a relative 1e-7.
    Rows and columns without any count are dropped, as R does; if only one row or column is left
    only one table is possible: p = 1. Statistic and degrees of freedom are NaN. For a 2x2 table
    this is the two-sided `contingency.fisher_exact`.

    Raises `StatsError` for counts that are not whole numbers of at least 0, for a table without
    any count, and for one so large that it cannot be enumerated here; it never draws tables.
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
        _check_size(np.prod(sizes[:-1]), MOST_KEPT)
        p = _two_rows(rows, columns, constant, limit)
    else:
        p = _meet(rows.astype(np.int64), columns.astype(np.int64), constant, limit)
    return TestResult(nan, nan, min(p, 1.0))


def chi_squared_table(table: ArrayLike) -> TestResult:
    """Pearson's chi-squared test of independence, (rows - 1)(columns - 1) df, no correction.

    `table`: counts of shape (rows, columns). Rows and columns without any count hold no
    information and are dropped before the degrees of freedom are counted (R would give NaN).

    Raises `StatsError` where one row or one column is left, for counts that are not whole
    numbers of at least 0, and for a table without any count.
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
    if table.sum() == 0:
        raise StatsError("the table has no counts.")
    return table[table.any(axis=1)][:, table.any(axis=0)]


def _two_rows(rows: Floats, columns: Floats, constant: float, limit: float) -> float:
    """List the first row of all tables on a grid; the largest column takes what is left."""
    left, logs = rows[0], constant
    total, value = 0.0, 0.0
    for size in columns[:-1]:
        cell = np.arange(min(size, left) + 1)
        value = np.add.outer(value, -gammaln(cell + 1) - gammaln(size - cell + 1))
        total = np.add.outer(total, cell)
    last = left - total
    fits = (last >= 0) & (last <= columns[-1])
    last = last[fits]
    logs = logs + value[fits] - gammaln(last + 1) - gammaln(columns[-1] - last + 1)
    return float(np.exp(logs[logs <= limit]).sum())


@dataclass(frozen=True, slots=True)
class _Parts:
    """For each remainder of the row totals the partial tables that leave it.

    `left` (nodes, rows) is sorted within rows; `start` (nodes + 1,) delimits the stretch of `log`
    (minus the log factorials of the cells, ascending) and `weight` (how many such tables).
    """

    left: NDArray[np.int64]
    start: NDArray[np.int64]
    log: Floats
    weight: Floats


def _meet(rows, columns, constant: float, limit: float) -> float:
    """Probability of all tables whose log probability is at most `limit`."""
    fillings = [_fillings(size, rows) for size in columns]
    split = _split([len(column) for column in fillings])
    before = _Parts(rows[None, :], np.array([0, 1]), np.zeros(1), np.ones(1))
    for column in fillings[:split]:
        before = _fill(before, column)
    middle = fillings[split]
    node, filling = _pairs(before.left, middle)
    rest, where = _distinct(np.sort(before.left[node] - middle[filling], axis=1))
    after = _complete(rest, fillings[split + 1 :])
    between = _log_cells(middle)[filling] + constant
    return _join(before, node, between, after, where, limit)


def _split(many: list[int]) -> int:
    """Return how many columns come before the middle one, given the ways to fill each column.

    The longer of the two lists is kept as short as it can be; the last column has no choice.
    """
    logs = np.log(many)
    return min(range(len(many) - 2), key=lambda k: max(logs[:k].sum(), logs[k + 1 : -1].sum()))


def _fillings(size: int, rows) -> NDArray[np.int64]:
    """All columns of cells that add up to `size` and exceed no row total, shape (number, rows)."""
    cells = np.zeros((1, 0), dtype=np.int64)
    left = np.array([size])
    rest = np.append(np.cumsum(rows[::-1])[::-1], 0)
    for i, most in enumerate(rows):
        low, high = np.maximum(left - rest[i + 1], 0), np.minimum(left, most)
        many = np.maximum(high - low + 1, 0)
        _check_size(many.sum() * rows.size, MOST_KEPT)
        index, within = _ragged(np.zeros(many.size, dtype=np.int64), many)
        cell = low[index] + within
        cells = np.column_stack([cells[index], cell])
        left = left[index] - cell
    return cells


def _log_cells(fillings) -> Floats:
    return -gammaln(fillings + 1.0).sum(axis=1)


def _pairs(left, fillings):
    """Indices of remainders and fillings that fit into them."""
    found = []
    step = max(1, BLOCK // max(len(fillings), 1))
    for first in range(0, len(left), step):
        fits = np.ones((len(left[first : first + step]), len(fillings)), dtype=bool)
        for some, cell in zip(left[first : first + step].T, fillings.T, strict=True):
            fits &= some[:, None] >= cell
        node, filling = np.nonzero(fits)
        found.append((node + first, filling))
    return tuple(np.concatenate(side) for side in zip(*found, strict=True))


def _distinct(nodes):
    """Distinct rows of `nodes`, and for each row which of them it is."""
    base = int(nodes.max()) + 1
    if base ** nodes.shape[1] < 2**62:
        key = nodes @ base ** np.arange(nodes.shape[1])
        _, first, where = np.unique(key, return_index=True, return_inverse=True)
        return nodes[first], where
    return np.unique(nodes, axis=0, return_inverse=True)


def _ragged(start, many):
    """Enumerate stretches of the given lengths: which stretch, and the position in the whole."""
    index = np.repeat(np.arange(many.size), many)
    ends = np.cumsum(many)
    return index, np.arange(index.size) + np.repeat(start - ends + many, many)


def _check_size(size: float, most: float) -> None:
    if size > most:
        raise StatsError(
            "the table is too large for an exact test by enumeration; ask for a chi-squared test."
        )


def _collect(nodes, where, log, weight) -> _Parts:
    """Sort partial tables by node and product; equal products become one with added weights."""
    order = np.lexsort((log, where))
    where, log, weight = where[order], log[order], weight[order]
    new = np.append(True, (np.diff(where) != 0) | (np.diff(log) > SAME_LOG))
    first = np.flatnonzero(new)
    where, log, weight = where[first], log[first], np.add.reduceat(weight, first)
    return _Parts(nodes, np.searchsorted(where, np.arange(len(nodes) + 1)), log, weight)


def _fill(parts: _Parts, fillings) -> _Parts:
    """Add one column to all partial tables on the left."""
    node, filling = _pairs(parts.left, fillings)
    many = np.diff(parts.start)[node]
    _check_size(many.sum(), MOST_KEPT)
    nodes, where = _distinct(np.sort(parts.left[node] - fillings[filling], axis=1))
    pair, source = _ragged(parts.start[node], many)
    log = parts.log[source] + _log_cells(fillings)[filling][pair]
    return _collect(nodes, where[pair], log, parts.weight[source])


def _complete(nodes, columns: list) -> _Parts:
    """List the ways to use up each remainder with the columns on the right."""
    if len(columns) == 1:
        return _Parts(nodes, np.arange(len(nodes) + 1), _log_cells(nodes), np.ones(len(nodes)))
    fillings = columns[0]
    node, filling = _pairs(nodes, fillings)
    rest, where = _distinct(np.sort(nodes[node] - fillings[filling], axis=1))
    after = _complete(rest, columns[1:])
    many = np.diff(after.start)[where]
    _check_size(many.sum(), MOST_KEPT)
    pair, source = _ragged(after.start[where], many)
    log = after.log[source] + _log_cells(fillings)[filling][pair]
    return _collect(nodes, node[pair], log, after.weight[source])


def _join(before: _Parts, node, between, after: _Parts, where, limit: float) -> float:
    """Add up the tables whose left part leaves `node` and whose right part uses up `where`.

    Left parts small enough for every right part are added by prefix sums, those too large for
    any are left out, and each of the others takes the right parts up to its own limit.
    """
    head, tail = _running_sum(before), _running_sum(after)
    first, last = after.start[where], after.start[where + 1]
    room = limit - between
    # Either side of the band is widened by far more than rounding: what lies in it is looked up.
    low = _position(before, node, room - after.log[last - 1] - 1e-6)
    high = _position(before, node, room - after.log[first] + 1e-6)
    all_fit = head[low + node]
    p = float(np.sum(all_fit * np.exp(between) * tail[last + where]))
    pair, source = _ragged(low, high - low)
    product = before.log[source] + between[pair]
    right = where[pair]
    found = _position(after, right, limit - product)
    return p + float(np.sum(before.weight[source] * np.exp(product) * tail[found + right]))


def _running_sum(parts: _Parts) -> Floats:
    """Sums of the products before each partial table, anew for each remainder.

    One sum over all remainders would lose the digits of small ones in differences. A stretch
    has one more sum than partial tables: those of remainder k start at its start plus k.
    """
    product = parts.weight * np.exp(parts.log)
    total = np.zeros(product.size + len(parts.left))
    for k, (first, last) in enumerate(itertools.pairwise(parts.start.tolist())):
        np.cumsum(product[first:last], out=total[first + k + 1 : last + k + 1])
    return total


def _position(parts: _Parts, node, most) -> NDArray[np.intp]:
    """For each node the end of its stretch of partial tables whose logarithm is at most `most`."""
    which = np.repeat(np.arange(len(parts.left)), np.diff(parts.start))
    wide = 4 * (parts.log.max() - parts.log.min() + 1)
    shift = parts.log.min()
    key = which * wide + (parts.log - shift)
    return np.searchsorted(key, node * wide + np.clip(most - shift, -1.0, wide / 2), side="right")
