"""Long tables of few texts, each text as a number: nothing is then searched or compared by text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from trialtrace.base.arrays import Codes, Flags, Places, Whole
from trialtrace.base.store import column_names, read_columns, read_parquet
from trialtrace.run.tables.contracts.definitions import TEXT, Contract
from trialtrace.run.tables.contracts.tables import conform


@dataclass(frozen=True)
class Coded:
    """The columns of a table as whole numbers: a text is its place among `names`, which are in
    order, so that numbers compare as their texts do."""

    codes: Mapping[str, Whole | Codes]
    names: Mapping[str, list[str]]

    @classmethod
    def of(cls, columns: Iterable[tuple[str, pa.ChunkedArray]]) -> "Coded":
        """Columns of texts and whole numbers without gaps, each by its name."""
        codes, names = {}, {}
        for name, column in columns:
            if pa.types.is_integer(column.type):
                codes[name] = _narrow(column)
            else:
                codes[name], names[name] = _numbered(column)
        return cls(codes, names)

    def equal(self, column: str, value: str | int) -> Flags:
        """Whether a column has a value, for each row."""
        if isinstance(value, str):
            known = self.names[column]
            value = known.index(value) if value in known else -1
        flags: Flags = self.codes[column] == value
        return flags

    def spelt(self, column: str, rows: Places) -> list[object]:
        """The values of a column in these rows."""
        values = self.codes[column][rows].tolist()
        if column not in self.names:
            return list(values)
        names = self.names[column]
        return [names[code] for code in values]

    def table(self, rows: Places) -> pa.Table:
        """These rows with their texts."""
        return pa.table({name: pa.array(self.spelt(name, rows)) for name in self.codes})

    def increases(self, key: tuple[str, ...]) -> bool:
        """Whether each row's key is above that of the row before."""
        above = np.zeros(max(len(self.codes[key[0]]) - 1, 0), dtype=bool)
        for name in reversed(key):
            column = self.codes[name]
            above = (column[:-1] < column[1:]) | ((column[:-1] == column[1:]) & above)
        return bool(above.all())


def read_coded(path: Path, contract: Contract) -> Coded:
    """Read a table of texts and whole numbers, and check its contract.

    In the file a text stands once; a table that is as `write_table` writes it is never spelt out,
    and never held whole but as numbers: to be given memory takes longer than to read.
    """
    if column_names(path) == contract.names:
        texts = [column.name for column in contract.columns if column.kind == TEXT]
        try:
            found = Coded.of(_as_written(read_columns(path, texts), contract))
        except _Otherwise:
            found = None
        if found is not None and found.increases(contract.key):
            return found
    table = conform(read_parquet(path), contract, str(path))
    return Coded.of(zip(table.column_names, table.columns, strict=True))


class _Otherwise(Exception):
    """A column is not as it is written, so that its contract must be looked at."""


def _as_written(
    columns: Iterable[tuple[str, pa.ChunkedArray]], contract: Contract
) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """The columns of a contract, in their types and without gaps."""
    kinds = {column.name: column.kind for column in contract.columns}
    for name, column in columns:
        fits = pa.types.is_dictionary if kinds[name] == TEXT else pa.types.is_int64
        if column.null_count or not fits(column.type):
            raise _Otherwise
        yield name, column


def _narrow(column: pa.ChunkedArray) -> Whole | Codes:
    """Whole numbers in as little memory as holds them."""
    parts = [chunk.to_numpy() for chunk in column.chunks]
    ends = [int(end) for part in parts if len(part) for end in (part.min(), part.max())]
    table = np.empty(len(column), holding(*ends))
    for piece, part in zip(_pieces(table, parts), parts, strict=True):
        piece[:] = part
    return table


def _numbered(column: pa.ChunkedArray) -> tuple[Whole | Codes, list[str]]:
    """Each value as its place among the sorted distinct ones, and these. Of a file that was written
    in parts each has texts of its own."""
    coded = pa.types.is_dictionary(column.type)
    parts = [chunk if coded else chunk.dictionary_encode() for chunk in column.chunks]
    texts = [part.dictionary.to_pylist() for part in parts]
    names = sorted(set().union(*texts))
    places = {name: at for at, name in enumerate(names)}
    table = np.empty(len(column), holding(len(names)))
    for piece, part, spelt in zip(_pieces(table, parts), parts, texts, strict=True):
        if spelt == names:
            piece[:] = part.indices.to_numpy()
        elif spelt:
            here = np.array([places[name] for name in spelt], dtype=table.dtype)
            np.take(here, part.indices.to_numpy(), out=piece, mode="clip")
    return table, names


def holding(*ends: int) -> type[np.signedinteger]:
    """The shortest numbers that reach from the lowest of these to the highest."""
    for short in (np.int8, np.int16, np.int32):
        limits = np.iinfo(short)
        if all(limits.min <= end <= limits.max for end in ends):
            return short
    return np.int64


def _pieces(whole: Whole | Codes, parts: Sequence[Sized]) -> Iterator[Whole | Codes]:
    """An array in pieces as long as each of these."""
    begin = 0
    for sized in parts:
        yield whole[begin : begin + len(sized)]
        begin += len(sized)
