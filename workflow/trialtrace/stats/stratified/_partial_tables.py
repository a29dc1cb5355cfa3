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

from trialtrace.base.arrays import Floats, Places, Whole
from trialtrace.stats.results import StatsError

# Logarithms of two products of factorials that differ by less are of the same product.
SAME_LOG = 1e-11
# Partial tables kept at once (less than 1 GB); partial tables made, pairs compared and limits
# looked up (half a minute each).
MOST_KEPT, MOST_MADE, MOST_COMPARED, MOST_LOOKED_UP = 1e7, 2e8, 1e9, 5e8
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
    for it. They are in order: by remainder, then by logarithm, equal products being one.
    """

    left: Whole
    where: Places
    log: Floats
    weight: Floats

    def starts(self) -> Places:
        """Where the stretch of each remainder starts, and the end."""
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
    # The polynomials of `_count` are multiplied term by term.
    check_size(float(columns.max()) ** 2, MOST_COMPARED)
    many = _count(columns, rows)
    check_size(many.sum() * rows.size, MOST_KEPT)
    fillings = [_fillings(size, rows) for size in columns]
    split = _split(many)
    before = _Parts(rows[None, :], np.array([0]), np.zeros(1), np.ones(1))
    for column in fillings[:split]:
        before = _fill(before, column)
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
        ways = np.convolve(ways, np.ones(min(most, columns.max()) + 1))[: columns.max() + 1]
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
            "the table is too large for an exact test by enumeration; ask for drawn tables or for "
            "a chi-squared test."
        )


def _ordered(
    left: Whole, where: Places, log: Floats, weight: Floats
) -> tuple[Places, Floats, Floats]:
    """Sort partial tables by remainder and product; equal products become one, weights added."""
    # Whole numbers sort fastest; steps of 1e-9 are far below a tie and above rounding.
    step = np.round((log - log.min()) * 1e9).astype(np.int64)
    check_size(float(len(left)) * step.max(), 2.0**62)
    order = np.argsort(where * (step.max() + 1) + step)
    where, log = where[order], log[order]
    new = np.append(True, (np.diff(where) != 0) | (np.abs(np.diff(log)) > SAME_LOG))
    first = np.flatnonzero(new)
    return where[first], log[first], np.add.reduceat(weight[order], first)


def _merged(first: Places, second: Places, log: Floats) -> tuple[Places, Places, Floats, Floats]:
    """Pairs of remainders with the product between them, each once, and how often each was there.

    Fillings that differ in the order of rows lead from one remainder to the same other one. The
    result is in the order of `second`.
    """
    order = np.lexsort((np.round(log * 1e9), first, second))
    first, second, log = first[order], second[order], log[order]
    new = (np.diff(first) != 0) | (np.diff(second) != 0) | (np.abs(np.diff(log)) > SAME_LOG)
    kept = np.flatnonzero(np.append(True, new))
    often = np.diff(np.append(kept, log.size)).astype(np.float64)
    return first[kept], second[kept], log[kept], often


def _extended(parts: _Parts, left: Whole, node: Places, where: Places, log: Floats) -> _Parts:
    """Partial tables of the remainders `node` taken on to `where`, of `left`, by products `log`.

    All that lead to one remainder are put in order together, a stretch of remainders at a time,
    so that of the many that are made only different products are kept.
    """
    node, where, log, often = _merged(node, where, log)
    start = parts.starts()
    many = np.diff(start)[node]
    ends = np.cumsum(many)
    check_size(float(ends[-1]), MOST_MADE)
    # Last pairs of each remainder, of which one ends a block where that would be too long.
    lasts = np.flatnonzero(np.append(np.diff(where) != 0, True))
    blocks = np.unique(ends[lasts] // BLOCK, return_index=True)[1]
    edges = np.append(lasts[blocks] + 1, where.size)
    edges = np.unique(np.append(0, edges))
    found, kept = [], 0
    for some in itertools.starmap(slice, itertools.pairwise(edges.tolist())):
        pair, source = _ragged(start[node[some]], many[some])
        made = parts.log[source] + log[some][pair]
        weight = parts.weight[source] * often[some][pair]
        found.append(_ordered(left, where[some][pair], made, weight))
        kept += found[-1][0].size
        check_size(kept, MOST_KEPT)
    return _Parts(left, *(np.concatenate(part) for part in zip(*found, strict=True)))


def _fill(parts: _Parts, fillings: Whole) -> _Parts:
    """Add one column to all partial tables on the left."""
    node, filling = _pairs(parts.left, fillings)
    nodes, where = _remainders(parts.left, fillings, node, filling)
    return _extended(parts, nodes, node, where, _log_cells(fillings)[filling])


def _complete(nodes: Whole, columns: list[Whole]) -> _Parts:
    """List the ways to use up each remainder with the columns on the right."""
    if len(columns) == 1:
        return _Parts(nodes, np.arange(len(nodes)), _log_cells(nodes), np.ones(len(nodes)))
    fillings = columns[0]
    node, filling = _pairs(nodes, fillings)
    rest, where = _remainders(nodes, fillings, node, filling)
    after = _complete(rest, columns[1:])
    return _extended(after, nodes, where, node, _log_cells(fillings)[filling])


def _only(parts: _Parts, nodes: Places) -> tuple[_Parts, Places]:
    """Keep some remainders and their partial tables; return also the new number of each."""
    kept = np.zeros(len(parts.left), dtype=bool)
    kept[nodes] = True
    number = np.cumsum(kept) - 1
    own = np.flatnonzero(kept[parts.where])
    some = _Parts(parts.left[kept], number[parts.where[own]], parts.log[own], parts.weight[own])
    return some, number[nodes]


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
    node, where, between, often = _merged(node, where, between[mixed])
    room = limit - between
    left = _band(before, node, after, where, room)
    right = _band(after, where, before, node, room)
    if np.sum(left[1] - left[0]) <= np.sum(right[1] - right[0]):
        return p + _mixed(before, node, after, where, room, limit, often, left)
    return p + _mixed(after, where, before, node, room, limit, often, right)


def _band(
    parts: _Parts, node: Places, other: _Parts, where: Places, room: Floats
) -> tuple[Places, Places]:
    """Which parts of `parts` go with some, not all, parts of `other`: from, and up to, positions.

    Either side is widened by far more than rounding: what lies in the band is looked up.
    """
    start = other.starts()
    first, last = start[where], start[where + 1]
    low = _position(parts, node, room - other.log[last - 1] - 1e-6)
    high = _position(parts, node, room - other.log[first] + 1e-6)
    return low, high


def _mixed(
    parts: _Parts,
    node: Places,
    other: _Parts,
    where: Places,
    room: Floats,
    limit: float,
    often: Floats,
    band: tuple[Places, Places],
) -> float:
    """Sum over pairs as in `_join`: each part of `parts` takes those of `other` up to its limit."""
    low, high = band
    head, tail = _running_sum(parts), _running_sum(other)
    last = other.starts()[where + 1]
    tops = other.ends(np.maximum)
    top = limit - room + parts.ends(np.maximum)[node] + tops[where]
    p = float(np.sum(often * np.exp(top) * head[low + node] * tail[last + where]))
    ends = np.cumsum(high - low)
    check_size(ends[-1], MOST_LOOKED_UP)
    blocks = np.searchsorted(ends, np.arange(0, ends[-1] + BLOCK, BLOCK))
    for some in itertools.starmap(slice, itertools.pairwise(np.append(blocks, ends.size))):
        pair, source = _ragged(low[some], (high - low)[some])
        left, right = room[some][pair] - parts.log[source], where[some][pair]
        position = _position(other, right, left)
        part = often[some][pair] * parts.weight[source] * np.exp(limit - left + tops[right])
        p += float(np.sum(part * tail[position + right]))
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
