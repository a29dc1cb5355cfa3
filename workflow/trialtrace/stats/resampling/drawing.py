"""Assignments drawn from a scheme, the same ones however the work is divided.

Randomness is Philox-4x64, a counter-based stream: draw number d of a seed reads the words at a
fixed place, so any range of draws can be made anywhere, in any blocks and by any number of
processes. A small cell (a permuted block) takes one 64-bit word, which picks a row of the table
of all its arrangements; one of some hundred patients takes a 32-bit key a patient, and where keys
tie at the border of an arm, 32 more bits a key decide; a larger one of two arms takes coins, and
then patients who change over (see `cells`).

References: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialtrace.base.arrays import Floats, Places, Whole
from trialtrace.stats._inputs import check_range, whole_number
from trialtrace.stats.resampling.schemes import Scheme, few_arrangements
from trialtrace.stats.results import StatsError

# Ways to lay arms of fixed sizes over the patients of one block or stratum, each equally likely.
# By table: one row of all arrangements. By keys: the patients with the smallest random keys are the
# first arm, the next the second. By coins: every patient tosses one, then patients drawn from the
# arm that has too many change over until the sizes are right; given how many the coins chose, they
# are a uniform choice, and so is what is left of it. The first suits small cells, the last large
# ones.
#
# References: Fan, Muller and Rezucha, J Am Stat Assoc 1962;57:387 (sampling by random keys).

Codes = NDArray[np.uint8]


def all_arrangements(counts: Whole) -> Codes:
    """Every way to lay arms of these sizes over their patients, one a row, in order of codes."""
    rows, left = np.zeros((1, 0), dtype=np.uint8), np.asarray(counts)[None, :]
    for _ in range(int(np.sum(counts))):
        row, arm = np.nonzero(left > 0)
        rows = np.column_stack([rows[row], arm.astype(np.uint8)])
        left = left[row]
        left[np.arange(row.size), arm] -= 1
    return rows


def split_by_keys(
    keys: NDArray[np.uint32 | np.uint64], ends: tuple[int, ...]
) -> tuple[Codes, Places]:
    """Arms by the order of the keys within the last axis, and the rows where keys tie at a border.

    keys (rows, cells, size); arm j has the keys of ranks ends[j-1] + 1 .. ends[j]. In the rows
    returned as tied the sizes of the arms are wrong.
    """
    size = keys.shape[-1]
    inner = sorted({end for end in ends if 0 < end < size})
    codes = np.full(keys.shape, sum(end == 0 for end in ends), dtype=np.uint8)
    tied = np.zeros(len(keys), dtype=bool)
    if not inner:
        return codes, np.flatnonzero(tied)
    ranked = np.partition(keys, [end - 1 for end in inner], axis=-1)
    for end in inner:
        above = keys > ranked[..., end - 1 : end]
        # A tie at the border leaves too few keys above it, never too many.
        if np.count_nonzero(above) != above.size // size * (size - end):
            tied |= (np.count_nonzero(above, axis=-1) != size - end).any(axis=-1)
        times = ends.count(end)
        codes += above if times == 1 else above * np.uint8(times)
    return codes, np.flatnonzero(tied)


def split_by_coins(
    coins: NDArray[np.uint64],
    size: int,
    second: int,
    positions: Callable[[int], Places],
) -> Codes:
    """Codes (cells, size) with `second` ones each, from coins (cells, words of `coin_words`).

    `positions(stage)` gives more random patients, (cells, some), for as many stages as are asked
    for; a cell takes them one by one until its sizes are right.
    """
    raw = np.ascontiguousarray(coins).view(np.uint8)
    if fair(size, second):
        codes = np.unpackbits(raw, axis=1, count=size)
    else:
        border = min(max(round(256 * second / size), 1), 255)
        codes = (raw[:, :size] < border).view(np.uint8)
    codes = np.ascontiguousarray(codes)
    surplus = np.count_nonzero(codes, axis=1) - second
    flat, cell = codes.reshape(-1), np.flatnonzero(surplus)
    stage = 0
    while cell.size:
        found = positions(stage)[cell] + (cell * size)[:, None]
        _change_over(flat, found, (surplus[cell] > 0).astype(np.uint8), surplus, cell)
        cell, stage = cell[surplus[cell] != 0], stage + 1
    return codes


def coin_words(size: int, second: int) -> int:
    """Words of coins a cell needs: a bit a patient for arms of about equal size, else a byte."""
    return -(-size // 64) if fair(size, second) else -(-size // 8)


def fair(size: int, second: int) -> bool:
    """Whether fair coins come as close to the sizes of the arms as a byte a patient does."""
    return abs(second / size - 0.5) < 1 / 512


def _change_over(
    flat: Codes,
    found: Places,
    many: Codes,
    surplus: Whole,
    cell: Places,
) -> None:
    """Move found patients, one a cell at a time, out of the arm `many` that has too many."""
    need = np.abs(surplus[cell])
    for column in np.ascontiguousarray(found.T):
        arm = flat[column]
        moves = (arm == many) & (need > 0)
        flat[column] = arm ^ moves
        need -= moves
        if not need.any():
            break
    surplus[cell] = np.where(many == 1, need, -need)


Seed = tuple[int, int]

# Words of one draw are told from those of another purpose by the last word of the counter.
ASSIGNMENT, TIED_KEYS, BOOTSTRAP, CHANGES = 0, 1, 2, 3
# Tables up to this many rows stay in the cache and cost less than a partial sort.
LARGEST_TABLE = 2048
# From this size on coins and changes cost less than a partial sort of keys.
SMALLEST_BY_COINS = 768
# Words of positions in each stage of changes.
STAGE_STEPS = 16
# Cells of a block of draws; fewer draws than FEWEST_ROWS would pay for each call of numpy.
BLOCK_CELLS, FEWEST_ROWS, MOST_CELLS = 1 << 17, 512, 1 << 24


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Cells of one composition, next to each other in the layout: columns first .. last.

    `ends` are the cumulative sizes of all arms but the last; `way` is "table", "keys" or
    "coins", and `table` None for the last two. A draw has their words at `word`, so many `words`.
    """

    first: int
    last: int
    size: int
    ends: tuple[int, ...]
    way: str
    table: Codes | None
    word: int
    words: int

    @property
    def cells(self) -> int:
        """Number of cells."""
        return (self.last - self.first) // self.size


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Patients sorted by composition of their cell and by cell, and the words of one draw."""

    scheme: Scheme
    order: Places
    groups: tuple[Group, ...]
    words: int

    @property
    def steps(self) -> int:
        """Steps of the counter, four words each, from one draw to the next."""
        return -(-self.words // 4)


def check_seed(seed: Seed) -> Seed:
    """Two whole numbers from 0 to 2^64 - 1; anything else is an error."""
    whole = isinstance(seed, tuple) and len(seed) == 2
    if not (whole and all(isinstance(w, int | np.integer) and 0 <= w < 2**64 for w in seed)):
        raise StatsError(f"seed must be two whole numbers from 0 to 2^64 - 1; got {seed!r}.")
    return int(seed[0]), int(seed[1])


def random_words(
    seed: Seed, purpose: int, step: int, rows: int, steps: int, *, branch: int
) -> NDArray[np.uint64]:
    """Words (rows, 4 * steps) of the stream of `seed` for a purpose, from a step of its counter."""
    counter = np.array([step % 2**64, step >> 64, branch, purpose], dtype=np.uint64)
    stream = np.random.Philox(key=np.array(check_seed(seed), dtype=np.uint64), counter=counter)
    return stream.random_raw(rows * 4 * steps).reshape(rows, 4 * steps)


def unit_interval(words: NDArray[np.uint64]) -> Floats:
    """Uniform numbers in [0, 1) from the upper 53 bits of each word."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def layout_of(scheme: Scheme) -> Layout:
    """Arrange the cells of a scheme for drawing."""
    if scheme.kind != "fixed":
        return Layout(scheme, np.arange(scheme.n), (), -(-scheme.n // 2))
    kinds, kind = np.unique(scheme.margins(), axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    order = np.lexsort((scheme.cell, kind[scheme.cell]))
    groups, first, word = [], 0, 0
    for counts, cells in zip(kinds, np.bincount(kind).tolist(), strict=True):
        size = int(counts.sum())
        if few_arrangements(counts, LARGEST_TABLE):
            way, words = "table", cells
        elif len(counts) == 2 and size >= SMALLEST_BY_COINS:
            way, words = "coins", cells * coin_words(size, int(counts[1]))
        else:
            way, words = "keys", -(-cells * size // 2)
        table = all_arrangements(counts) if way == "table" else None
        ends = tuple(np.cumsum(counts)[:-1].tolist())
        groups.append(Group(first, first + cells * size, size, ends, way, table, word, words))
        first, word = first + cells * size, word + words
    return Layout(scheme, order, tuple(groups), word)


def draw_assignments(scheme: Scheme, *, seed: Seed, start: int, stop: int) -> Codes:
    """Assignments of the draws start .. stop - 1, shape (draws, n): the index of each arm.

    Columns are the patients in their own order. Draw d is the same for every start and stop.
    Raises `StatsError` for a wrong seed or range.

    Oracle: every arrangement of small schemes is equally frequent, by chi-squared.

    >>> from trialtrace.stats.resampling.schemes import fixed_margins
    >>> draw_assignments(fixed_margins(list("abab")), seed=(1, 2), start=0, stop=3).shape
    (3, 4)
    """
    check_range(start, stop, "draws", least=0)
    layout = layout_of(scheme)
    drawn = np.empty((stop - start, scheme.n), dtype=np.uint8)
    for at, codes in blocks(layout, seed=seed, start=start, stop=stop, rows=None):
        drawn[at - start : at - start + len(codes), layout.order] = codes
    return drawn


def blocks(
    layout: Layout, *, seed: Seed, start: int, stop: int, rows: int | None
) -> Iterator[tuple[int, Codes]]:
    """Yield (number of the first draw, codes in the layout's order) for blocks of draws.

    `rows` is the number of draws a block; None lets a block fill `BLOCK_CELLS`.
    """
    check_range(start, stop, "draws", least=0)
    if rows is not None:
        rows = whole_number(rows, "rows", least=1)
    n = layout.scheme.n
    rows = rows or max(16, min(max(FEWEST_ROWS, BLOCK_CELLS // n), MOST_CELLS // n))
    for first in range(start, stop, rows):
        yield first, draw_block(layout, seed, first, min(rows, stop - first))


def draw_block(layout: Layout, seed: Seed, first: int, rows: int) -> Codes:
    """Codes (rows, n), in the layout's order, of draws from number `first` on."""
    words = random_words(seed, ASSIGNMENT, first * layout.steps, rows, layout.steps, branch=0)
    if layout.scheme.kind != "fixed":
        keys = words.view(np.uint32)[:, : layout.scheme.n]
        return _independent(keys, layout.scheme.probabilities)
    codes = np.empty((rows, layout.scheme.n), dtype=np.uint8)
    for number, group in enumerate(layout.groups):
        own = words[:, group.word : group.word + group.words]
        if group.table is not None:
            # 53 bits over at most 2048 rows: no row is likelier by more than one part in 2^42.
            pick = (unit_interval(own) * len(group.table)).astype(np.intp)
            drawn = group.table[pick]
        elif group.way == "keys":
            drawn = _by_keys(layout, group, own, seed, first)
        else:
            drawn = _by_coins(group, own, seed, first, number)
        codes[:, group.first : group.last] = drawn.reshape(rows, -1)
    return codes


def _by_keys(
    layout: Layout, group: Group, words: NDArray[np.uint64], seed: Seed, first: int
) -> Codes:
    def keys_of(own: NDArray[np.uint64]) -> NDArray[np.uint32]:
        keys = own.view(np.uint32)[:, : group.cells * group.size]
        return keys.reshape(len(own), group.cells, group.size)

    drawn, tied = split_by_keys(keys_of(words), group.ends)
    for row in tied:
        step = (first + int(row)) * layout.steps
        more = random_words(seed, TIED_KEYS, step, 1, layout.steps, branch=0)
        low = keys_of(more[:, group.word : group.word + group.words])
        long = keys_of(words[row : row + 1]).astype(np.uint64) << np.uint64(32) | low
        drawn[row] = split_by_keys(long, group.ends)[0][0]
    return drawn


def _by_coins(
    group: Group, words: NDArray[np.uint64], seed: Seed, first: int, number: int
) -> Codes:
    rows, steps = len(words), group.cells * STAGE_STEPS

    def positions(stage: int) -> Places:
        branch = (number << 32) + stage
        more = random_words(seed, CHANGES, first * steps, rows, steps, branch=branch)
        chance = unit_interval(more.reshape(rows * group.cells, -1))
        return (chance * group.size).astype(np.intp)

    coins = words.reshape(rows * group.cells, -1)
    return split_by_coins(coins, group.size, group.size - group.ends[0], positions)


def _independent(keys: NDArray[np.uint32], probabilities: tuple[float, ...]) -> Codes:
    """Each patient by its own key; probabilities are met to one part in 2^32."""
    codes = np.zeros(keys.shape, dtype=np.uint8)
    for border in np.cumsum(probabilities)[:-1]:
        codes += keys >= np.uint32(min(round(border * 2**32), 2**32 - 1))
    return codes
