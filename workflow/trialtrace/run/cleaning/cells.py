"""Columns of cells: blanks and missing codes taken off, masks, and what breaks a rule."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"


@dataclass(frozen=True)
class Broken:
    """A rule, why it is broken in words without a value, and the rows in which it is."""

    rule: str
    reason: str
    mask: np.ndarray


Parsed = tuple[pa.Array, list[Broken]]

# Squares of larger numbers, and sums of these, would be infinite.
LARGEST = 1e100


def limited(values: pa.Array) -> Parsed:
    """Numbers that can be calculated with."""
    large = pc.greater_equal(pc.abs(values), LARGEST)
    return blank(values, large), [Broken("too_large", f"beyond {LARGEST:.0e}", as_mask(large))]


def stripped(raw: pa.ChunkedArray, missing: tuple[str, ...]) -> pa.Array:
    """Text without blanks around it; null where the cell is empty or holds a code for missing."""
    return present_text(pc.utf8_trim_whitespace(raw.combine_chunks()), missing)


def present_text(trimmed: pa.Array, missing: tuple[str, ...]) -> pa.Array:
    """Trimmed text; null where it is empty or a code for missing."""
    absent = pa.array(["", *missing], type=pa.string())
    return blank(trimmed, pc.is_in(trimmed, value_set=absent))


def respelt(text: pa.Array, spelt: Mapping[str, str]) -> pa.Array:
    """Other spellings as the codes that they are read as."""
    index = pc.index_in(text, value_set=pa.array(list(spelt), type=pa.string()))
    return pc.coalesce(pa.array(list(spelt.values()), type=pa.string()).take(index), text)


def without_numbers(text: pa.Array, codes: tuple[str, ...], sign: str) -> pa.Array:
    """Numbers that are a code for missing in another spelling, as null: -9.0 and -09 are -9."""
    wanted = {number for code in codes if (number := _number(code, sign)) is not None}
    if not wanted:
        return text
    distinct = text.unique()
    numbers = [one for one in distinct.to_pylist() if one and _number(one, sign) in wanted]
    return blank(text, pc.is_in(text, value_set=pa.array(numbers, type=pa.string())))


def _number(text: str, sign: str) -> float | None:
    """The number that a text spells with a point or with the decimal sign."""
    if not re.match(NUMBER, spelt := text.replace(sign, ".")):
        return None
    return float(spelt)


def blank(values: pa.Array, mask: pa.Array) -> pa.Array:
    """Null where the mask is true; an unknown mask is false."""
    return pc.if_else(pc.fill_null(mask, False), pa.scalar(None, type=values.type), values)


def as_mask(mask: pa.Array) -> np.ndarray:
    """A mask as numpy; unknown is false."""
    return pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
