"""Ways to lay arms of fixed sizes over the patients of one block or stratum, each equally likely.

By table: one row of all arrangements. By keys: the patients with the smallest random keys are the
first arm, the next the second. By coins: every patient tosses one, then patients drawn from the
arm that has too many change over until the sizes are right; given how many the coins chose, they
are a uniform choice, and so is what is left of it. The first suits small cells, the last large
ones.

References: Fan, Muller and Rezucha, J Am Stat Assoc 1962;57:387 (sampling by random keys).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trialtrace.base.arrays import Places, Whole

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
    places: Places,
    many: Codes,
    surplus: Whole,
    cell: Places,
) -> None:
    """Move found patients, one a cell at a time, out of the arm `many` that has too many."""
    need = np.abs(surplus[cell])
    for column in np.ascontiguousarray(places.T):
        arm = flat[column]
        moves = (arm == many) & (need > 0)
        flat[column] = arm ^ moves
        need -= moves
        if not need.any():
            break
    surplus[cell] = np.where(many == 1, need, -need)
