"""The cells of a raw table as text, part by part, as often as they are asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

PART = 200_000


@dataclass(frozen=True)
class Cells:
    """Column names, and a function from some of them to their rows in parts, in the same order."""

    names: list[str]
    of: Callable[[Sequence[str]], Iterator[pa.RecordBatch]]

    def parts(self) -> Iterator[pa.RecordBatch]:
        """The rows with all columns."""
        return self.of(self.names)


def held(table: pa.Table) -> Cells:
    """The cells of a table that is in memory."""

    def of(names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        return iter(table.select(list(names)).to_batches(max_chunksize=PART))

    return Cells(table.column_names, of)
