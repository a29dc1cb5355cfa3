"""A Parquet file as objects: a small one whole; of a larger one each column by itself, and of a
long column of numbers blocks of rows.

One cell that changes then costs a column, or a block, not a table. What comes back has the same
rows and types.
"""

import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from trialtrace.archive.objects import Objects
from trialtrace.ground.store import sha256_file, write_bytes, write_parquet

if TYPE_CHECKING:
    import pyarrow as pa

# Below, a file's frame is more than what a column would save.
WHOLE = 16_384
# What a block of numbers comes to, about. Text is kept whole: in blocks it would take more room.
BLOCK = 4096


class KeptTable(TypedDict):
    """Where the content of a table is: one object, or of each column one or more."""

    sha256: str
    whole: NotRequired[str]
    columns: NotRequired[dict[str, list[str]]]


def keep_table(path: Path, objects: Objects) -> KeptTable:
    """Put the content of a Parquet file among the objects."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    digest = sha256_file(path)
    if path.stat().st_size <= WHOLE:
        return {"sha256": digest, "whole": objects.put(path.read_bytes())}
    table = pq.ParquetFile(path).read()
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


def objects_of(kept: KeptTable) -> set[str]:
    """The digests of the objects of a table."""
    return {kept["whole"]} if "whole" in kept else set().union(*kept["columns"].values())


def kept_table(kept: KeptTable, objects: Objects) -> "pa.Table":
    """The table again. Raises UserError where an object is gone or changed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if "whole" in kept:
        return pq.ParquetFile(io.BytesIO(objects.get(kept["whole"]))).read()
    columns = {}
    for name, parts in kept["columns"].items():
        read = [pq.ParquetFile(io.BytesIO(objects.get(digest))).read() for digest in parts]
        columns[name] = pa.concat_tables(read)[name].combine_chunks()
    return pa.table(columns)


def restore_table(kept: KeptTable, objects: Objects, path: Path) -> None:
    """Write the table as a file again, for what reads files."""
    if "whole" in kept:
        write_bytes(path, objects.get(kept["whole"]), 0o600)
    else:
        write_parquet(path, kept_table(kept, objects), 0o600)
