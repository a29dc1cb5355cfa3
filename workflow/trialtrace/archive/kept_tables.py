"""A Parquet file as objects: of a small one groups of columns; of a larger one each column by
itself, and of a long column of numbers blocks of rows.

One cell that changes then costs a group, a column, or a block, not a table. What comes back has the
same rows and types.
"""

import io
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from trialtrace.archive.objects import Objects
from trialtrace.ground.store import sha256_file, write_bytes, write_parquet

if TYPE_CHECKING:
    import pyarrow as pa

# Up to this size of a file, the frame of a Parquet file a column is more than what it would save.
SMALL = 65_536
# What a group of columns of a small table comes to, about; and how it is written.
GROUP = 2048
PARQUET, ARROW = b"P", b"A"
# What a block of numbers comes to, about. Text is kept whole: in blocks it would take more room.
BLOCK = 4096


class KeptTable(TypedDict):
    """Where the content of a table is: of its columns in groups, or of each column one or more
    objects; the first version of the archive had small tables `whole`."""

    sha256: str
    whole: NotRequired[str]
    groups: NotRequired[list[str]]
    columns: NotRequired[dict[str, list[str]]]


def keep_table(path: Path, objects: Objects) -> KeptTable:
    """Put the content of a Parquet file among the objects."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    digest = sha256_file(path)
    table = pq.ParquetFile(path).read()
    size = path.stat().st_size
    if size <= SMALL:
        return {"sha256": digest, "groups": [objects.put(part) for part in _groups(table, size)]}
    columns = {}
    for name in table.column_names:
        one = table.select([name]).combine_chunks()
        parts = [_parquet(one)]
        if pa.types.is_floating(one.schema.field(name).type) and len(parts[0]) > BLOCK:
            rows = _rows(one.num_rows, len(parts[0]))
            parts = [_parquet(one.slice(at, rows)) for at in range(0, one.num_rows, rows)]
        columns[name] = [objects.put(part) for part in parts]
    return {"sha256": digest, "columns": columns}


def _rows(rows: int, size: int) -> int:
    """Rows of a block: a power of two, so that a cell more or less moves no boundary."""
    return int(2 ** max(0, math.floor(math.log2(rows * BLOCK / size))))


def _parquet(table: "pa.Table") -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", compression_level=12, store_schema=False)
    return buffer.getvalue()


def _groups(table: "pa.Table", size: int) -> Iterator[bytes]:
    """The columns of a small table in their order, so many together as come to a group."""
    names = table.column_names
    # A power of two, so that a cell more or less makes no other groups.
    many = int(2 ** max(0, math.floor(math.log2(max(len(names), 1) * GROUP / size))))
    # What a file says of itself is that of its contract, which the file as a whole has.
    plain = table.replace_schema_metadata(None)
    for at in range(0, len(names), many):
        yield _small(plain.select(names[at : at + many]))


def _small(table: "pa.Table") -> bytes:
    """A few columns as Parquet or as a stream of Arrow, whichever comes to less."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = table.combine_chunks()
    parquet, arrow = io.BytesIO(), io.BytesIO()
    pq.write_table(
        table,
        parquet,
        compression="zstd",
        compression_level=12,
        store_schema=False,
        write_statistics=False,
    )
    with pa.ipc.new_stream(arrow, table.schema) as stream:
        stream.write_table(table)
    made = (
        PARQUET + zlib.compress(parquet.getvalue(), 9),
        ARROW + zlib.compress(arrow.getvalue(), 9),
    )
    return min(made, key=len)


def _of_small(part: bytes) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = io.BytesIO(zlib.decompress(part[1:]))
    if part[:1] == ARROW:
        return pa.ipc.open_stream(content).read_all()
    return pq.ParquetFile(content).read()


def objects_of(kept: KeptTable) -> set[str]:
    """The digests of the objects of a table."""
    if "groups" in kept:
        return set(kept["groups"])
    return {kept["whole"]} if "whole" in kept else set().union(*kept["columns"].values())


def kept_table(kept: KeptTable, objects: Objects) -> "pa.Table":
    """The table again. Raises UserError where an object is gone or changed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if "whole" in kept:
        return pq.ParquetFile(io.BytesIO(objects.get(kept["whole"]))).read()
    columns: dict[str, pa.ChunkedArray] = {}
    for digest in kept.get("groups", ()):
        group = _of_small(objects.get(digest))
        columns |= {name: group[name].combine_chunks() for name in group.column_names}
    for name, parts in kept.get("columns", {}).items():
        read = [pq.ParquetFile(io.BytesIO(objects.get(digest))).read() for digest in parts]
        columns[name] = pa.concat_tables(read)[name].combine_chunks()
    return pa.table(columns)


def restore_table(kept: KeptTable, objects: Objects, path: Path) -> None:
    """Write the table as a file again, for what reads files."""
    if "whole" in kept:
        write_bytes(path, objects.get(kept["whole"]), 0o600)
    else:
        write_parquet(path, kept_table(kept, objects), 0o600)
