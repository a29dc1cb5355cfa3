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

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import check_range, whole_number
from trialtrace.stats.resampling.cells import (
    Codes,
    all_arrangements,
    coin_words,
    split_by_coins,
    split_by_keys,
)
from trialtrace.stats.resampling.schemes import Scheme, few_arrangements
from trialtrace.stats.results import StatsError

Seed = int | tuple[int, int]

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


def check_seed(seed: Seed) -> tuple[int, int]:
    """Two whole numbers from 0 to 2^64 - 1, or the first alone; anything else is an error."""
    words = seed if isinstance(seed, tuple | list) else (seed, 0)
    whole = all(isinstance(word, int | np.integer) and 0 <= word < 2**64 for word in words)
    if len(words) != 2 or not whole:
        raise StatsError(
            f"seed must be a whole number from 0 to 2^64 - 1, or two of them; got {seed!r}."
        )
    return int(words[0]), int(words[1])


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
    def keys_of(values: NDArray[np.uint64]) -> NDArray[np.uint32]:
        keys = values.view(np.uint32)[:, : group.cells * group.size]
        return keys.reshape(len(values), group.cells, group.size)

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
