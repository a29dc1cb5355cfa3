"""Sum the probabilities of all r x c tables with given margins up to a limit.

Columns are split into a left and a right part with one column between them. Every part is listed
once for each remainder of the row totals that it can leave; remainders that differ in the order
of rows only are one, since what can follow depends on nothing else. Where every left part fits
under the limit with every right part, products of sums do; where none fits nothing is to be
done; for the rest, a few, each left part looks up its limit in the sorted right parts, whose sums
are ready. So most tables are never formed: Mehta and Patel's network, met in the middle.

Reference: Mehta and Patel, J Am Stat Assoc 1983;78:427.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from trialtrace.ground.arrays import Floats, Places, Whole
from trialtrace.stats.results import StatsError

# Logarithms of two products of factorials that differ by less are of the same product.
SAME_LOG = 1e-11
# Partial tables kept at once (about 1 GB); pairs compared and limits looked up (half a minute).
MOST_KEPT, MOST_COMPARED, MOST_LOOKED_UP = 1e7, 1e9, 5e8
# Remainders times width of the logarithms, beyond which one number could not tell them apart.
MOST_TOLD_APART = 1e8
# Largest number found through a list of all numbers up to it.
LOOKED_UP_DIRECTLY = 4_000_000
# Pairs of remainders and fillings compared at once.
BLOCK = 2_000_000


@dataclass(frozen=True, slots=True)
class _Parts:
    """For each remainder of the row totals the partial tables that leave it.

    `left` (nodes, rows) is sorted within rows. `where` says which remainder each partial table
    leaves, `log` is minus the log factorials of its cells, `weight` how many such tables stand
    for it. `_collect` puts them in order.
    """

    left: Whole
    where: Places
    log: Floats
    weight: Floats

    def starts(self) -> Places:
        """Where the stretch of each remainder starts, and the end; only once in order."""
        return np.searchsorted(self.where, np.arange(len(self.left) + 1))

    def ends(self, of: np.ufunc) -> Floats:
        """Smallest or largest logarithm of each remainder."""
        found = np.full(len(self.left), -np.inf if of is np.maximum else np.inf)
        of.at(found, self.where, self.log)
        return found

    def products(self) -> Floats:
        """Weighted products of the partial tables, the largest of each remainder being 1."""
        return self.weight * np.exp(self.log - self.ends(np.maximum)[self.where])

    def total(self) -> Floats:
        """Sum of these products for each remainder."""
        total = np.bincount(self.where, self.products(), len(self.left))
        return total.astype(np.float64, copy=False)


def probability_at_most(rows: Whole, columns: Whole, constant: float, limit: float) -> float:
    """Probability of all tables whose log probability is at most `limit`."""
    many = _count(columns, rows)
    check_size(many.sum() * rows.size, MOST_KEPT)
    fillings = [_fillings(size, rows) for size in columns]
    split = _split(many)
    before = _Parts(rows[None, :], np.array([0]), np.zeros(1), np.ones(1))
    for column in fillings[:split]:
        before = _fill(_collect(before), column)
    middle = fillings[split]
    node, filling = _pairs(before.left, middle)
    rest, where = _remainders(before.left, middle, node, filling)
    after = _complete(rest, fillings[split + 1 :])
    between = _log_cells(middle)[filling] + constant
    return _join(before, node, between, after, where, limit)


def _count(columns: Whole, rows: Whole) -> Floats:
    """Number of ways to fill each column, from the product of the rows' polynomials."""
    ways = np.ones(1)
    for most in rows:
        ways = np.convolve(ways, np.ones(most + 1))[: columns.max() + 1]
    return ways[columns]


def _split(many: Floats) -> int:
    """Return how many columns come before the middle one, given the ways to fill each column.

    The longer of the two lists is kept as short as it can be; the last column has no choice.
    """
    logs = np.log(many)
    return min(range(len(many) - 2), key=lambda k: max(logs[:k].sum(), logs[k + 1 : -1].sum()))


def _fillings(size: int, rows: Whole) -> Whole:
    """All columns of cells that add up to `size` and exceed no row total, shape (number, rows)."""
    cells = np.zeros((1, 0), dtype=np.int64)
    left = np.array([size])
    rest = np.append(np.cumsum(rows[::-1])[::-1], 0)
    for i, most in enumerate(rows):
        low, high = np.maximum(left - rest[i + 1], 0), np.minimum(left, most)
        many = np.maximum(high - low + 1, 0)
        index, within = _ragged(np.zeros(many.size, dtype=np.int64), many)
        cell = low[index] + within
        cells = np.column_stack([cells[index], cell])
        left = left[index] - cell
    return cells


def _log_cells(fillings: Whole) -> Floats:
    log: Floats = -gammaln(fillings + 1.0).sum(axis=1)
    return log


def _pairs(left: Whole, fillings: Whole) -> tuple[Places, Places]:
    """Indices of remainders and fillings that fit into them."""
    check_size(float(len(left)) * len(fillings), MOST_COMPARED)
    found, many = [], 0
    step = max(1, BLOCK // max(len(fillings), 1))
    for first in range(0, len(left), step):
        fits = np.ones((len(left[first : first + step]), len(fillings)), dtype=bool)
        for some, cell in zip(left[first : first + step].T, fillings.T, strict=True):
            fits &= some[:, None] >= cell
        node, filling = np.nonzero(fits)
        found.append((node + first, filling))
        many += node.size
        check_size(many, MOST_KEPT)
    nodes, places = zip(*found, strict=True)
    return np.concatenate(nodes), np.concatenate(places)


def _remainders(
    left: Whole, fillings: Whole, node: Places, filling: Places
) -> tuple[Whole, Places]:
    """Return what pairs leave, sorted and distinct, and for each pair which of those it leaves.

    All remainders here have one sum, so all cells but the last, as digits of one number, say
    which it is; those of a pair are the difference of two such numbers.
    """
    base = int(left.max()) + 1
    check_size(float(base) ** (left.shape[1] - 1), 2.0**62)
    digits = base ** np.arange(left.shape[1] - 1)
    key = (left[:, :-1] @ digits)[node] - (fillings[:, :-1] @ digits)[filling]
    most = base**digits.size
    if most <= LOOKED_UP_DIRECTLY:
        present = np.zeros(most, dtype=bool)
        present[key] = True
        keys, place = np.flatnonzero(present), np.cumsum(present) - 1
    else:
        keys, key = np.unique(key, return_inverse=True)
        place = np.arange(keys.size)
    cells = keys[:, None] // digits % base
    last = left[0].sum() - fillings[0].sum() - cells.sum(axis=1)
    nodes = np.sort(np.column_stack([cells, last]), axis=1)
    nodes, same = np.unique(nodes, axis=0, return_inverse=True)
    return nodes, same[place][key]


def _ragged(start: Places, many: Places) -> tuple[Places, Places]:
    """Enumerate stretches of the given lengths: which stretch, and the position in the whole."""
    index = np.repeat(np.arange(many.size), many)
    ends = np.cumsum(many)
    return index, np.arange(index.size) + np.repeat(start - ends + many, many)


def check_size(size: float, most: float) -> None:
    """Raise `StatsError` for more work than a person would wait for."""
    if size > most:
        raise StatsError(
            "the table is too large for an exact test by enumeration; ask for a chi-squared test."
        )


def _collect(parts: _Parts) -> _Parts:
    """Sort partial tables by node and product; equal products become one with added weights."""
    # Whole numbers sort fastest; steps of 1e-9 are far below a tie and above rounding.
    step = np.round((parts.log - parts.log.min()) * 1e9).astype(np.int64)
    check_size(float(len(parts.left)) * step.max(), 2.0**62)
    order = np.argsort(parts.where * (step.max() + 1) + step)
    where, log = parts.where[order], parts.log[order]
    new = np.append(True, (np.diff(where) != 0) | (np.abs(np.diff(log)) > SAME_LOG))
    first = np.flatnonzero(new)
    return _Parts(parts.left, where[first], log[first], np.add.reduceat(parts.weight[order], first))


def _fill(parts: _Parts, fillings: Whole) -> _Parts:
    """Add one column to all partial tables on the left, which are in order."""
    node, filling = _pairs(parts.left, fillings)
    start = parts.starts()
    many = np.diff(start)[node]
    check_size(many.sum(), MOST_KEPT)
    nodes, where = _remainders(parts.left, fillings, node, filling)
    pair, source = _ragged(start[node], many)
    log = parts.log[source] + _log_cells(fillings)[filling][pair]
    return _Parts(nodes, where[pair], log, parts.weight[source])


def _complete(nodes: Whole, columns: list[Whole]) -> _Parts:
    """List the ways to use up each remainder with the columns on the right."""
    if len(columns) == 1:
        return _Parts(nodes, np.arange(len(nodes)), _log_cells(nodes), np.ones(len(nodes)))
    fillings = columns[0]
    node, filling = _pairs(nodes, fillings)
    rest, where = _remainders(nodes, fillings, node, filling)
    after = _complete(rest, columns[1:])
    log = _log_cells(fillings)[filling]
    if len(columns) == 2:
        return _Parts(nodes, node, log + after.log[where], np.ones(log.size))
    after = _collect(after)
    start = after.starts()
    many = np.diff(start)[where]
    check_size(many.sum(), MOST_KEPT)
    pair, source = _ragged(start[where], many)
    return _Parts(nodes, node[pair], log[pair] + after.log[source], after.weight[source])


def _only(parts: _Parts, nodes: Places) -> tuple[_Parts, Places]:
    """Keep some remainders, their partial tables in order; return also the new number of each."""
    kept = np.zeros(len(parts.left), dtype=bool)
    kept[nodes] = True
    number = np.cumsum(kept) - 1
    own = np.flatnonzero(kept[parts.where])
    some = _Parts(parts.left[kept], number[parts.where[own]], parts.log[own], parts.weight[own])
    return _collect(some), number[nodes]


def _join(
    before: _Parts, node: Places, between: Floats, after: _Parts, where: Places, limit: float
) -> float:
    """Add up the tables whose left part leaves `node` and whose right part uses up `where`.

    Where every left part goes with every right part the sums of both are multiplied, where none
    does nothing is added; few pairs are mixed, and only for those the lists are looked at.
    """
    top = between + before.ends(np.maximum)[node] + after.ends(np.maximum)[where]
    fits = top <= limit
    sums = before.total()[node[fits]] * after.total()[where[fits]]
    p = float(np.sum(np.exp(top[fits]) * sums))
    mixed = np.flatnonzero(~fits)
    least = before.ends(np.minimum)[node[mixed]] + after.ends(np.minimum)[where[mixed]]
    mixed = mixed[between[mixed] + least <= limit]
    if mixed.size == 0:
        return p
    before, node = _only(before, node[mixed])
    after, where = _only(after, where[mixed])
    return p + _mixed(before, node, between[mixed], after, where, limit)


def _mixed(
    before: _Parts, node: Places, between: Floats, after: _Parts, where: Places, limit: float
) -> float:
    """Sum over pairs as in `_join`: each left part takes the right parts up to its own limit."""
    head, tail = _running_sum(before), _running_sum(after)
    room = limit - between
    start = after.starts()
    first, last = start[where], start[where + 1]
    # Either side of the band is widened by far more than rounding: what lies in it is looked up.
    low = _position(before, node, room - after.log[last - 1] - 1e-6)
    high = _position(before, node, room - after.log[first] + 1e-6)
    top, tops = between + before.ends(np.maximum)[node], after.ends(np.maximum)
    p = float(np.sum(np.exp(top + tops[where]) * head[low + node] * tail[last + where]))
    ends = np.cumsum(high - low)
    check_size(ends[-1], MOST_LOOKED_UP)
    blocks = np.searchsorted(ends, np.arange(0, ends[-1] + BLOCK, BLOCK))
    for some in itertools.starmap(slice, itertools.pairwise(np.append(blocks, ends.size))):
        pair, source = _ragged(low[some], (high - low)[some])
        product, right = before.log[source] + between[some][pair], where[some][pair]
        found = _position(after, right, limit - product)
        part = before.weight[source] * np.exp(product + tops[right])
        p += float(np.sum(part * tail[found + right]))
    return p


def _running_sum(parts: _Parts) -> Floats:
    """Sums of the products before each partial table, anew for each remainder.

    One sum over all remainders would lose the digits of small ones in differences. A stretch
    has one more sum than partial tables: those of remainder k start at its start plus k.
    """
    product = parts.products()
    total = np.zeros(product.size + len(parts.left))
    for k, (first, last) in enumerate(itertools.pairwise(parts.starts().tolist())):
        np.cumsum(product[first:last], out=total[first + k + 1 : last + k + 1])
    return total


def _position(parts: _Parts, node: Places, most: Floats) -> Places:
    """For each node the end of its stretch of partial tables whose logarithm is at most `most`."""
    least = parts.log.min()
    range_ = parts.log.max() - least
    wide = range_ + 3
    check_size(len(parts.left) * wide, MOST_TOLD_APART)
    key = parts.where * wide + (parts.log - least)
    position: Places = np.searchsorted(
        key, node * wide + np.clip(most - least, -1, range_ + 1), side="right"
    )
    return position
