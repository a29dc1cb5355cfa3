"""Tables that keep a contract: checked where they are written and where they are read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError, one_of
from trialtrace.base.store import read_parquet, write_parquet
from trialtrace.run.tables.contracts.definitions import (
    DATE,
    FLAG,
    INTEGER,
    NUMBER,
    TEXT,
    Column,
    Contract,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from trialtrace.base.arrays import Whole

# Rows as whole numbers by what stands in some of their columns.

# Of so many rows a loop takes less than to load the functions of pyarrow.
FEW = 10_000
# A number above this could not be multiplied by that of one more column.
LARGEST = 2**31


def numbered(table: "pa.Table", names: Iterable[str]) -> "Whole":
    """A number for each row: the same where all of these columns are, a missing value as any, and
    in the order of the first column, then of the next; what is missing comes last.

    Grouping and sorting tables by pyarrow would load its data sets, which takes longer than all of
    this.
    """
    import numpy as np
    import pyarrow.compute as pc

    number: Whole = np.zeros(table.num_rows, dtype=np.int64)
    for name in names:
        coded = table[name].combine_chunks().dictionary_encode(null_encoding="encode")
        if number.max(initial=0) >= LARGEST:
            number = np.unique(number, return_inverse=True)[1].astype(np.int64)
        rank = np.empty(len(coded.dictionary), dtype=np.int64)
        rank[pc.sort_indices(coded.dictionary).to_numpy()] = np.arange(len(rank))
        number = number * len(rank) + rank[coded.indices.to_numpy()]
    return number


def _arrow_type(kind: str) -> "pa.DataType":
    import pyarrow as pa

    return {
        TEXT: pa.string(),
        NUMBER: pa.float64(),
        INTEGER: pa.int64(),
        FLAG: pa.bool_(),
        DATE: pa.date32(),
    }[kind]


def conform(table: "pa.Table", contract: Contract, place: str) -> "pa.Table":
    """Check a table against its contract and give it the contract's types and order of columns.

    Raises UserError naming `place` for a missing or unknown column, a value of another type, an
    empty required value, or a key that stands twice.
    """
    check_names(table.column_names, contract, place)
    extra = [name for name in table.column_names if name not in contract.names]
    table = typed(table.select(contract.names + extra), contract, place)
    order = order_of(table, contract, place)
    return table if order is None else table.take(order)


def typed(table: "pa.Table", contract: Contract, place: str) -> "pa.Table":
    """The table with those columns in the contract's types that it has of it, none of the required
    without a value."""
    known = {column.name: column for column in contract.columns}
    for position, name in enumerate(table.column_names):
        if name in known:
            table = _typed(table, position, known[name], f"{place}: table {contract.name}")
    for name, column in known.items():
        if column.required and name in table.column_names and table[name].null_count:
            raise UserError(
                f"{place}: table {contract.name}, column {name}",
                found=f"{table[name].null_count} empty values",
                expected="a value in every row",
            )
        if column.choices and name in table.column_names:
            _among(table[name], column, f"{place}: table {contract.name}, column {name}")
    return table


def _among(values: "pa.ChunkedArray", column: Column, place: str) -> None:
    if other := sorted(set(values.unique().to_pylist()) - {*column.choices}):
        raise UserError(place, found=one_of(other), expected=one_of(column.choices))


def order_of(table: "pa.Table", contract: Contract, place: str) -> "pa.Array | None":
    """The rows in the order of the contract's key, which no two of them have; None where they
    stand so, or as their writer wants them."""
    if _stands_so(table, contract):
        return None
    order = _by_key(table, contract, place)
    return order if contract.sorted_by_key else None


def check_names(names: list[str], contract: Contract, place: str) -> None:
    known = contract.names
    wrong = {
        "no column": [name for name in known if name not in names],
        "unknown column": [] if contract.extra else [n for n in names if n not in known],
        "twice": [name for name, times in Counter(names).items() if times > 1],
    }
    if any(wrong.values()):
        found = "; ".join(f"{what} {one_of(which)}" for what, which in wrong.items() if which)
        expected = f"columns {one_of(known, 40)}"
        raise UserError(f"{place}: table {contract.name}", found=found, expected=expected)


def _typed(table: "pa.Table", position: int, column: Column, place: str) -> "pa.Table":
    """The table with a column in its contract's type. What does not fit is told without values."""
    import pyarrow as pa

    field = pa.field(column.name, _arrow_type(column.kind))
    if table.schema.field(position).equals(field, check_metadata=True):
        return table
    given = table.column(position)
    try:
        return table.set_column(position, field, given.cast(field.type))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise UserError(
            f"{place}, column {column.name}",
            found=f"a value of type {given.type} that is no {column.kind}",
            expected=f"{column.kind} in every row",
        ) from None


def _stands_so(table: "pa.Table", contract: Contract) -> bool:
    """Whether no key stands twice, and all are known and each is above that of the row before where
    rows are in the order of the key. So tables are written; to see it takes less than to sort."""
    key, few = contract.key, table.num_rows < FEW
    rows = list(zip(*(table[name].to_pylist() for name in key), strict=True)) if few else []
    if few and not contract.sorted_by_key:
        return len(set(rows)) == len(rows)
    if any(table[name].null_count for name in key):
        return False
    if few:
        return all(one < other for one, other in pairwise(rows))
    import pyarrow as pa
    import pyarrow.compute as pc

    n = max(table.num_rows - 1, 0)
    above = pa.array([False] * n, type=pa.bool_())
    for name in reversed(key):
        column = table[name].combine_chunks()
        one, other = column.slice(0, n), column.slice(1)
        above = pc.or_(pc.less(one, other), pc.and_(pc.equal(one, other), above))
    return pc.all(above, min_count=0).as_py() is True


def _by_key(table: "pa.Table", contract: Contract, place: str) -> "pa.Array":
    """The places of the rows by the contract's key. Refuses one that stands in two rows."""
    import numpy as np
    import pyarrow as pa

    keys = numbered(table, contract.key)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    repeats = int((ordered[1:] == ordered[:-1]).sum())
    if repeats:
        found = f"{repeats} rows whose key stands twice"
        expected = f"unique {', '.join(contract.key)}"
        raise UserError(f"{place}: table {contract.name}", found=found, expected=expected)
    return pa.array(order)


def empty(contract: Contract) -> "pa.Table":
    """A table of the contract without rows."""
    import pyarrow as pa

    return pa.schema([(c.name, _arrow_type(c.kind)) for c in contract.columns]).empty_table()


def from_rows(rows: Iterable[Mapping[str, object]], contract: Contract) -> "pa.Table":
    """A table of the contract from dictionaries; a missing key is a missing value."""
    import pyarrow as pa

    return pa.Table.from_pydict(
        {
            column.name: pa.array(
                [row.get(column.name) for row in rows],
                type=_arrow_type(column.kind),
                from_pandas=True,
            )
            for column in contract.columns
        }
    )


def write_table(
    path: Path, table: "pa.Table", contract: Contract, *, synthetic: bool = False
) -> None:
    """Write a table that keeps its contract; a private one is readable by its owner only."""
    mode = 0o600 if contract.private else 0o644
    write_parquet(path, conform(table, contract, str(path)), mode, synthetic=synthetic)


# Rows of a table that are objects at once.
BATCH = 4096


def write_rows(
    folder: Path,
    tables: Iterable[tuple[Contract, Iterable[Mapping[str, object]]]],
    *,
    synthetic: bool,
) -> None:
    """Write tables by the names of their contracts, from rows of which a batch is there at once."""
    import pyarrow as pa

    for contract, rows in tables:
        left, parts = iter(rows), [from_rows([], contract)]
        while batch := list(islice(left, BATCH)):
            parts.append(from_rows(batch, contract))
        path = Path(folder) / f"{contract.name}.parquet"
        write_table(path, pa.concat_tables(parts), contract, synthetic=synthetic)


def read_table(path: Path, contract: Contract) -> "pa.Table":
    """Read a table and check its contract."""
    return conform(read_parquet(path), contract, str(path))
