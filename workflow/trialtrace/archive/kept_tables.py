"""A Parquet file as objects: a small one whole, of a larger one each column by itself.

One cell that changes then costs a column, not a table. What comes back has the same rows and types.
"""

import io
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from trialtrace.archive.objects import Objects
from trialtrace.ground.store import sha256_file, write_bytes, write_parquet

if TYPE_CHECKING:
    import pyarrow as pa

# Below, a file's frame is more than what a column would save.
WHOLE = 16_384


class KeptTable(TypedDict):
    """Where the content of a table is: one object, or one a column."""

    sha256: str
    whole: NotRequired[str]
    columns: NotRequired[dict[str, str]]


def keep_table(path: Path, objects: Objects) -> KeptTable:
    """Put the content of a Parquet file among the objects."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    digest = sha256_file(path)
    if path.stat().st_size <= WHOLE:
        return {"sha256": digest, "whole": objects.put(path.read_bytes())}
    table = pq.ParquetFile(path).read()
    columns = {}
    for name, values in zip(table.column_names, table.columns, strict=True):
        buffer = io.BytesIO()
        one = pa.table({name: values.combine_chunks()})
        pq.write_table(one, buffer, compression="zstd", compression_level=12, store_schema=False)
        columns[name] = objects.put(buffer.getvalue())
    return {"sha256": digest, "columns": columns}


def objects_of(kept: KeptTable) -> set[str]:
    """The digests of the objects of a table."""
    return {kept["whole"]} if "whole" in kept else set(kept["columns"].values())


def kept_table(kept: KeptTable, objects: Objects) -> "pa.Table":
    """The table again. Raises UserError where an object is gone or changed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if "whole" in kept:
        return pq.ParquetFile(io.BytesIO(objects.get(kept["whole"]))).read()
    columns = {
        name: pq.ParquetFile(io.BytesIO(objects.get(digest))).read()[name]
        for name, digest in kept["columns"].items()
    }
    return pa.table(columns)


def restore_table(kept: KeptTable, objects: Objects, path: Path) -> None:
    """Write the table as a file again, for what reads files."""
    if "whole" in kept:
        write_bytes(path, objects.get(kept["whole"]), 0o600)
    else:
        write_parquet(path, kept_table(kept, objects), 0o600)
