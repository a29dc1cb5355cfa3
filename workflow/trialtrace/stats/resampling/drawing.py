"""Assignments drawn from a scheme, the same ones however the work is divided.

Randomness is Philox-4x64, a counter-based stream: draw number d of a seed reads the words at a
fixed place, so any range of draws can be made anywhere, in any blocks and by any number of
processes. A small cell (a permuted block) takes one 64-bit word, which picks a row of the table
of all its arrangements. A large one takes a 32-bit key a patient: the patients with the smallest
keys are the first arm, the next the second, found by a partial sort within the cell. Where keys
tie at such a border, 32 more bits a key decide.

References: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
Fan, Muller and Rezucha, J Am Stat Assoc 1962;57:387 (sampling by random keys).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialtrace.stats.resampling.schemes import Scheme, arrangements
from trialtrace.stats.results import StatsError

Codes = NDArray[np.uint8]
Seed = tuple[int, int]

# Words of one draw are told from those of another purpose by the last word of the counter.
ASSIGNMENT, TIED_KEYS, BOOTSTRAP = 0, 1, 2
# Tables up to this many rows stay in the cache and cost less than a partial sort.
LARGEST_TABLE = 2048
# Cells of a block of draws, 1 MiB as float64: what a core keeps close to it.
BLOCK_CELLS = 1 << 17


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Cells of one composition, next to each other in the layout: columns first .. last.

    `ends` are the cumulative sizes of all arms but the last; `table` is None for large cells.
    """

    first: int
    last: int
    size: int
    ends: tuple[int, ...]
    table: Codes | None
    word: int
    words: int


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Patients sorted by composition of their cell and by cell, and the words of one draw."""

    scheme: Scheme
    order: NDArray[np.intp]
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


def random_words(seed: Seed, purpose: int, step: int, rows: int, steps: int) -> NDArray[np.uint64]:
    """Words (rows, 4 * steps) of the stream of `seed` for a purpose, from a step of its counter."""
    counter = np.array([step % 2**64, step >> 64, 0, purpose], dtype=np.uint64)
    stream = np.random.Philox(key=np.array(check_seed(seed), dtype=np.uint64), counter=counter)
    return stream.random_raw(rows * 4 * steps).reshape(rows, 4 * steps)


def unit_interval(words: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1) from the upper 53 bits of each word."""
    return (words >> np.uint64(11)) * 2.0**-53


def layout_of(scheme: Scheme) -> Layout:
    """Arrange the cells of a scheme for drawing."""
    if scheme.kind != "fixed":
        everyone = Group(0, scheme.n, scheme.n, (), None, 0, -(-scheme.n // 2))
        return Layout(scheme, np.arange(scheme.n), (everyone,), everyone.words)
    kinds, kind = np.unique(scheme.margins(), axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    order = np.lexsort((scheme.cell, kind[scheme.cell]))
    groups, first, word = [], 0, 0
    for counts, cells in zip(kinds, np.bincount(kind), strict=True):
        size = int(counts.sum())
        small = arrangements(counts) <= LARGEST_TABLE
        table = all_arrangements(counts) if small else None
        words = int(cells) if small else -(-int(cells) * size // 2)
        last = first + int(cells) * size
        ends = tuple(np.cumsum(counts)[:-1].tolist())
        groups.append(Group(first, last, size, ends, table, word, words))
        first, word = last, word + words
    return Layout(scheme, order, tuple(groups), word)


def all_arrangements(counts: NDArray[np.int64]) -> Codes:
    """Every way to lay arms of these sizes over their patients, one a row, in order of codes."""
    rows, left = np.zeros((1, 0), dtype=np.uint8), np.asarray(counts)[None, :]
    for _ in range(int(np.sum(counts))):
        row, arm = np.nonzero(left > 0)
        rows = np.column_stack([rows[row], arm.astype(np.uint8)])
        left = left[row]
        left[np.arange(row.size), arm] -= 1
    return rows


def draw_assignments(scheme: Scheme, *, seed: Seed, start: int, stop: int) -> Codes:
    """Assignments of the draws start .. stop - 1, shape (draws, n): the index of each arm.

    Columns are the patients in their own order. Draw d is the same for every start and stop.
    Raises `StatsError` for a wrong seed or range.
    """
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
    if not 0 <= start <= stop:
        raise StatsError(f"draws must be numbered from 0 upwards; got {start} to {stop}.")
    rows = rows or max(16, BLOCK_CELLS // layout.scheme.n)
    for first in range(start, stop, rows):
        yield first, draw_block(layout, seed, first, min(rows, stop - first))


def draw_block(layout: Layout, seed: Seed, first: int, rows: int) -> Codes:
    """Codes (rows, n), in the layout's order, of draws from number `first` on."""
    words = random_words(seed, ASSIGNMENT, first * layout.steps, rows, layout.steps)
    codes = np.empty((rows, layout.scheme.n), dtype=np.uint8)
    if layout.scheme.kind != "fixed":
        keys = words.view(np.uint32)[:, : layout.scheme.n]
        _independent(keys, layout.scheme.probabilities, codes)
        return codes
    for group in layout.groups:
        own = words[:, group.word : group.word + group.words]
        part = codes[:, group.first : group.last]
        if group.table is not None:
            # 53 bits over at most 2048 rows: no row is likelier by more than one part in 2^42.
            pick = (unit_interval(own) * len(group.table)).astype(np.intp)
            part[...] = group.table[pick].reshape(rows, -1)
            continue
        cells = (group.last - group.first) // group.size

        def keys_of(words, group=group, cells=cells):
            keys = words[:, group.word : group.word + group.words].view(np.uint32)
            return keys[:, : cells * group.size].reshape(len(words), cells, group.size)

        drawn, tied = split_by_keys(keys_of(words), group.ends)
        for row in tied:
            more = random_words(seed, TIED_KEYS, (first + row) * layout.steps, 1, layout.steps)
            long = keys_of(words[row : row + 1]).astype(np.uint64) << np.uint64(32)
            drawn[row] = split_by_keys(long | keys_of(more), group.ends)[0][0]
        part[...] = drawn.reshape(rows, -1)
    return codes


def split_by_keys(keys: np.ndarray, ends: tuple[int, ...]) -> tuple[Codes, NDArray[np.intp]]:
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


def _independent(keys: np.ndarray, probabilities: tuple[float, ...], codes: Codes) -> None:
    """Each patient by its own key; probabilities are met to one part in 2^32."""
    codes[...] = 0
    for border in np.cumsum(probabilities)[:-1]:
        codes += keys >= np.uint32(min(round(border * 2**32), 2**32 - 1))
