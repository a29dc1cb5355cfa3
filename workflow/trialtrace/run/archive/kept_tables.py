"""A Parquet file as objects: of a small one groups of columns; of a larger one each column by
itself, and of a long column of numbers blocks of rows.

One cell that changes then costs a group, a column, or a block, not a table; in a small table that
has the rows of the run before, the cells alone that are others, if that is less. They are always
those since a table that lies there whole. What comes back has the same rows and types.
"""

import io
import json
import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NotRequired, TypedDict

import pyarrow as pa
import pyarrow.parquet as pq

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.store import (
    make_folder,
    sha256_bytes,
    sha256_file,
    write_bytes,
    write_parquet,
)

PRIVATE = 0o600


@dataclass(frozen=True)
class Objects:
    """A folder of objects by the sha256 of their content, so that what two runs share lies there
    once. Nobody but its owner reads or writes there: they are patients' data."""

    folder: Path
    # The commands that let the runs go which hold an object.
    removal: Callable[[str], Sequence[str]] = field(default=lambda _: (), compare=False)

    def put(self, content: bytes) -> str:
        """Keep some bytes, if they are not there yet. Returns their sha256."""
        digest = sha256_bytes(content)
        place = self.place(digest)
        if not place.is_file():
            make_folder(self.folder, private=True)
            make_folder(place.parent, private=True)
            write_bytes(place, content, PRIVATE)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of a digest. Raises UserError where they are gone or are others."""
        place = self.place(digest)
        try:
            content = place.read_bytes()
        except OSError:
            raise UserError(self.broken(digest, "is gone")) from None
        if sha256_bytes(content) != digest:
            raise UserError(self.broken(digest, "was changed since it was kept"))
        return content

    def names(self) -> set[str]:
        """The digests of all objects that are there."""
        if not self.folder.is_dir():
            return set()
        return {f"{path.parent.name}{path.name}" for path in self.folder.glob("??/*")}

    def remove(self, digests: Iterable[str]) -> None:
        """Let objects go."""
        for digest in digests:
            self.place(digest).unlink(missing_ok=True)

    def size(self) -> int:
        """Bytes of all objects."""
        return sum(self.place(digest).stat().st_size for digest in self.names())

    def broken(self, digest: str, what: str) -> Problem:
        """An object that is not as it was kept."""
        place = str(self.place(digest))
        do = "; or ".join(["bring the file back from a copy", *self.removal(digest)])
        return Problem(place, f"{what}: the runs that hold it are not whole", do=do)

    def place(self, digest: str) -> Path:
        """Where the object of a digest lies."""
        return self.folder / digest[:2] / digest[2:]


# Up to this size of a file, the frame of a Parquet file a column is more than what it would save.
SMALL = 65_536
# What a group of columns of a small table comes to, about; and how it is written.
GROUP = 2048
PARQUET, ARROW = b"P", b"A"
# What a block of numbers comes to, about. Text is kept whole: in blocks it would take more room.
BLOCK = 4096


class KeptTable(TypedDict):
    """Where the content of a table is: of its columns in groups, or of each column one or more
    objects; `changed` has the cells that are others than in the groups. The first version of the
    archive had small tables `whole`."""

    sha256: str
    whole: NotRequired[str]
    groups: NotRequired[list[str]]
    changed: NotRequired[str]
    columns: NotRequired[dict[str, list[str]]]


def keep_table(path: Path, objects: Objects, before: KeptTable | None = None) -> KeptTable:
    """Put the content of a Parquet file among the objects; `before` is the table of the run before,
    whose objects are there."""
    digest = sha256_file(path)
    table = pq.ParquetFile(path).read()
    size = path.stat().st_size
    if size <= SMALL:
        parts = list(_groups(table, size))
        if before is not None and (since := _since(before, digest, table, parts, objects)):
            return since
        return {"sha256": digest, "groups": [objects.put(part) for part in parts]}
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


def _parquet(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", compression_level=12, store_schema=False)
    return buffer.getvalue()


def _groups(table: pa.Table, size: int) -> Iterator[bytes]:
    """The columns of a small table in their order, so many together as come to a group."""
    names = table.column_names
    # A power of two, so that a cell more or less makes no other groups.
    many = int(2 ** max(0, math.floor(math.log2(max(len(names), 1) * GROUP / size))))
    # What a file says of itself is that of its contract, which the file as a whole has.
    plain = table.replace_schema_metadata(None)
    for at in range(0, len(names), many):
        yield _small(plain.select(names[at : at + many]))


def _small(table: pa.Table) -> bytes:
    """A few columns as Parquet or as a stream of Arrow, whichever comes to less."""
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
    data = (
        PARQUET + zlib.compress(parquet.getvalue(), 9),
        ARROW + zlib.compress(arrow.getvalue(), 9),
    )
    return min(data, key=len)


def _since(
    before: KeptTable, digest: str, table: pa.Table, parts: list[bytes], objects: Objects
) -> KeptTable | None:
    """A table by what changed since one that is kept; None where to keep it anew takes less."""
    if "groups" not in before:
        return None
    groups = before["groups"]
    try:
        changes = _changes(kept_table({"sha256": "", "groups": groups}, objects), table)
    except UserError:  # an object is gone or changed: what is kept now does not rest on it
        return None
    if changes is None:
        return None
    if not changes:
        return {"sha256": digest, "groups": groups}
    content = zlib.compress(json.dumps(changes, separators=(",", ":")).encode(), 9)
    new = (data for data in parts if not objects.place(sha256_bytes(data)).is_file())
    if len(content) >= sum(map(len, new)):
        return None
    return {"sha256": digest, "groups": groups, "changed": objects.put(content)}


# Column -> rows whose cells are others, and these cells.
Changes = dict[str, tuple[list[int], list[object]]]


def _changes(old: pa.Table, new: pa.Table) -> Changes | None:
    """The cells that are others; None where rows or columns are, or JSON does not know a type."""
    if old.num_rows != new.num_rows or not old.schema.equals(new.schema):
        return None
    changes: Changes = {}
    for name, of in zip(new.column_names, new.schema.types, strict=True):
        cells = new[name].to_pylist()
        pairs = zip(old[name].to_pylist(), cells, strict=True)
        # By their spelling, so that of two numbers that are equal none becomes the other.
        rows = [at for at, (one, other) in enumerate(pairs) if repr(one) != repr(other)]
        if rows and of not in (pa.string(), pa.float64(), pa.int64(), pa.bool_()):
            return None
        if rows:
            changes[name] = rows, [cells[at] for at in rows]
    return changes


def _of_small(data: bytes) -> pa.Table:
    content = io.BytesIO(zlib.decompress(data[1:]))
    if data[:1] == ARROW:
        return pa.ipc.open_stream(content).read_all()
    return pq.ParquetFile(content).read()


def objects_of(kept: KeptTable) -> set[str]:
    """The digests of the objects of a table."""
    if "groups" in kept:
        return {*kept["groups"], *([kept["changed"]] if "changed" in kept else [])}
    return {kept["whole"]} if "whole" in kept else set().union(*kept["columns"].values())


def kept_table(kept: KeptTable, objects: Objects) -> pa.Table:
    """The table again. Raises UserError where an object is gone or changed."""
    if "whole" in kept:
        return pq.ParquetFile(io.BytesIO(objects.get(kept["whole"]))).read()
    columns: dict[str, pa.ChunkedArray] = {}
    for digest in kept.get("groups", ()):
        group = _of_small(objects.get(digest))
        columns |= {name: group[name].combine_chunks() for name in group.column_names}
    if "changed" in kept:
        changes: Changes = json.loads(zlib.decompress(objects.get(kept["changed"])))
        for name, (rows, values) in changes.items():
            cells = columns[name].to_pylist()
            for row, value in zip(rows, values, strict=True):
                cells[row] = value
            columns[name] = pa.array(cells, type=columns[name].type)
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
