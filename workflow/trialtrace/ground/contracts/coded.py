"""Long tables of few texts, each text as a number: nothing is then searched or compared by text."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.ground.contracts.definitions import TEXT, Contract
from trialtrace.ground.contracts.tables import conform
from trialtrace.ground.store import read_parquet

if TYPE_CHECKING:
    import pyarrow as pa

    from trialtrace.ground.arrays import Codes, Flags, Places, Whole


@dataclass(frozen=True)
class Coded:
    """The columns of a table as whole numbers: a text is its place among `names`, which are in
    order, so that numbers compare as their texts do."""

    codes: "Mapping[str, Whole | Codes]"
    names: Mapping[str, list[str]]

    @classmethod
    def of(cls, table: "pa.Table") -> "Coded":
        """A table of texts and whole numbers without gaps."""
        codes, names = {}, {}
        for name in table.column_names:
            column = table[name]
            if _is_number(column):
                codes[name] = column.to_numpy()
            else:
                codes[name], names[name] = _numbered(column)
        return cls(codes, names)

    def equal(self, column: str, value: str | int) -> "Flags":
        """Whether a column has a value, for each row."""
        if isinstance(value, str):
            known = self.names[column]
            value = known.index(value) if value in known else -1
        flags: Flags = self.codes[column] == value
        return flags

    def spelt(self, column: str, rows: "Places") -> list[object]:
        """The values of a column in these rows."""
        values = self.codes[column][rows].tolist()
        if column not in self.names:
            return list(values)
        names = self.names[column]
        return [names[code] for code in values]

    def table(self, rows: "Places") -> "pa.Table":
        """These rows with their texts."""
        import pyarrow as pa

        return pa.table({name: pa.array(self.spelt(name, rows)) for name in self.codes})

    def increases(self, key: tuple[str, ...]) -> bool:
        """Whether each row's key is above that of the row before."""
        import numpy as np

        above = np.zeros(max(len(self.codes[key[0]]) - 1, 0), dtype=bool)
        for name in reversed(key):
            column = self.codes[name]
            above = (column[:-1] < column[1:]) | ((column[:-1] == column[1:]) & above)
        return bool(above.all())


def read_coded(path: Path, contract: Contract) -> Coded:
    """Read a table of texts and whole numbers, and check its contract.

    In the file a text stands once; a table that is as `write_table` writes it is never spelt out.
    """
    texts = [column.name for column in contract.columns if column.kind == TEXT]
    try:
        table = read_parquet(path, coded=texts)
    except KeyError:  # a column is not there: told below
        table = None
    if table is not None and _as_written(table, contract):
        found = Coded.of(table)
        if found.increases(contract.key):
            return found
    return Coded.of(conform(read_parquet(path), contract, str(path)))


def _as_written(table: "pa.Table", contract: Contract) -> bool:
    """Whether a table has the columns of its contract, in their types and without gaps."""
    import pyarrow as pa

    if table.column_names != contract.names or any(c.null_count for c in table.columns):
        return False
    return all(
        (pa.types.is_dictionary if of.kind == TEXT else pa.types.is_int64)(column.type)
        for of, column in zip(contract.columns, table.columns, strict=True)
    )


def _is_number(column: "pa.ChunkedArray") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(column.type))


def _numbered(column: "pa.ChunkedArray") -> "tuple[Codes, list[str]]":
    """Each value as its place among the sorted distinct ones, and these. Of a file that was written
    in parts each has texts of its own."""
    import numpy as np
    import pyarrow as pa

    coded = pa.types.is_dictionary(column.type)
    parts = [part if coded else part.dictionary_encode() for part in column.chunks]
    texts = [part.dictionary.to_pylist() for part in parts]
    names = sorted(set().union(*texts))
    places = {name: at for at, name in enumerate(names)}
    codes = [np.zeros(0, dtype=np.int32)]
    for part, own in zip(parts, texts, strict=True):
        code = part.indices.to_numpy()
        if own != names:
            code = np.array([places[name] for name in own], dtype=np.int32)[code]
        codes.append(code)
    return codes[1] if len(codes) == 2 else np.concatenate(codes), names
