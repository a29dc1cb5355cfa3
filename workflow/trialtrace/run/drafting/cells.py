"""The cells of a raw table as text, part by part, as often as they are asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from trialtrace.run.sources.raw import with_joined, with_split

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


def and_split(cells: Cells, split: Mapping[str, tuple[str, str, str]]) -> Cells:
    """The cells with columns that are a part of another's."""
    if not split:
        return cells

    def of(names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        made = {name: told for name, told in split.items() if name in names}
        needed = [column for column, _, _ in made.values()]
        own = [name for name in dict.fromkeys([*names, *needed]) if name not in split]
        for part in cells.of(own):
            whole = with_split(pa.Table.from_batches([part]), made).select(list(names))
            yield from whole.to_batches()

    return Cells([*cells.names, *split], of)


def and_joined(cells: Cells, joined: Mapping[str, Sequence[str]]) -> Cells:
    """The cells with columns that are made of others."""
    if not joined:
        return cells

    def of(names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        needed = [part for name, parts in joined.items() if name in names for part in parts]
        own = [name for name in dict.fromkeys([*names, *needed]) if name not in joined]
        made = {name: parts for name, parts in joined.items() if name in names}
        for part in cells.of(own):
            whole = with_joined(pa.Table.from_batches([part]), made).select(list(names))
            yield from whole.to_batches()

    return Cells([*cells.names, *joined], of)
