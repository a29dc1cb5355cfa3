"""Cells as numbers of 64 bits, so that rows of a large table can be compared in little memory.

Two different texts have the same number about once in 10^19 pairs. A key that these numbers find
unique is unique; one that is not for two rows in so many would be lost, and no wrong one found.
"""

from collections.abc import Iterable
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    Numbers = np.ndarray[tuple[int], np.dtype[np.uint64]]

WORD = 8
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# The bytes of a word that belong to a text which ends in it, by how many there are.
_ENDS = np.array([(1 << (8 * size)) - 1 for size in range(WORD + 1)], dtype=np.uint64)


def fingerprints(text: pa.Array) -> "Numbers":
    """A number for each text; a missing one is an empty one."""
    text = pc.fill_null(text, "").cast(pa.string())
    if not len(text):
        return np.empty(0, dtype=np.uint64)
    _, edges, held = text.buffers()
    offsets = np.frombuffer(edges, dtype=np.int32)[text.offset : text.offset + len(text) + 1]
    data = np.frombuffer(held or b"", dtype=np.uint8)[: offsets[-1]]
    padded = np.concatenate([data, np.zeros(WORD, dtype=np.uint8)])
    words = np.ndarray((len(data) + 1,), dtype="<u8", buffer=padded.data, strides=(1,))
    lengths = np.diff(offsets)
    mixed = _mixed(lengths.astype(np.uint64))
    for at in range(0, int(lengths.max()), WORD):
        rows = np.flatnonzero(lengths > at)
        part = words[offsets[rows] + at] & _ENDS[np.minimum(lengths[rows] - at, WORD)]
        mixed[rows] = _mixed(mixed[rows] ^ part)
    return mixed


def joined(columns: "list[Numbers]") -> "Numbers":
    """One number for the cells of a row."""
    return reduce(lambda row, column: _mixed(row + _mixed(column)), columns)


def unique(rows: "Numbers") -> bool:
    """Whether no number stands twice."""
    ordered = np.sort(rows)
    return not bool(np.any(ordered[1:] == ordered[:-1]))


def marks_of(texts: Iterable[str]) -> "Numbers":
    """The numbers of these texts; that of an empty one is that of a cell without a value."""
    return fingerprints(pa.array(list(texts), type=pa.string()))


def _mixed(value: "Numbers") -> "Numbers":
    """Each bit of the result hangs on each bit of the value (SplitMix64)."""
    value = value + _STEP
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))
