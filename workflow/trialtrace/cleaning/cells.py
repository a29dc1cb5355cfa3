"""Columns of cells: blanks and missing codes taken off, masks, and what breaks a rule."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True)
class Broken:
    """A rule, why it is broken in words without a value, and the rows in which it is."""

    rule: str
    reason: str
    mask: "np.ndarray"


Parsed = tuple["pa.Array", list[Broken]]

# Squares of larger numbers, and sums of these, would be infinite.
LARGEST = 1e100


def limited(values: "pa.Array") -> Parsed:
    """Numbers that can be calculated with."""
    import pyarrow.compute as pc

    large = pc.greater_equal(pc.abs(values), LARGEST)
    return blank(values, large), [Broken("too_large", f"beyond {LARGEST:.0e}", as_mask(large))]


def stripped(raw: "pa.ChunkedArray", missing: tuple[str, ...]) -> "pa.Array":
    """Text without blanks around it; null where the cell is empty or holds a code for missing."""
    import pyarrow.compute as pc

    return present_text(pc.utf8_trim_whitespace(raw.combine_chunks()), missing)


def present_text(trimmed: "pa.Array", missing: tuple[str, ...]) -> "pa.Array":
    """Trimmed text; null where it is empty or a code for missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    absent = pa.array(["", *missing], type=pa.string())
    return blank(trimmed, pc.is_in(trimmed, value_set=absent))


def blank(values: "pa.Array", mask: "pa.Array") -> "pa.Array":
    """Null where the mask is true; an unknown mask is false."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(pc.fill_null(mask, False), pa.scalar(None, type=values.type), values)


def as_mask(mask: "pa.Array") -> "np.ndarray":
    """A mask as numpy; unknown is false."""
    import pyarrow.compute as pc

    return pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
