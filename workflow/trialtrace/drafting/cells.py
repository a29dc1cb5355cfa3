"""The cells of a raw table as text, part by part, as often as they are asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

PART = 200_000


@dataclass(frozen=True)
class Cells:
    """Column names, and a function that gives the rows in parts, always in the same order."""

    names: list[str]
    parts: "Callable[[], Iterator[pa.RecordBatch]]"


def held(table: "pa.Table") -> Cells:
    """The cells of a table that is in memory."""
    return Cells(table.column_names, lambda: iter(table.to_batches(max_chunksize=PART)))
