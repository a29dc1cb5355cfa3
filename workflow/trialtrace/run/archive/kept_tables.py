"""A Parquet file as objects: groups of its columns, of a larger one each column by itself.

One cell that changes then costs a group or a column, not a table. What comes back has the same rows
and types.
"""

import io
import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

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


# What a group of columns comes to, about, in bytes of the file; and how it is written.
GROUP = 2048
PARQUET, ARROW = b"P", b"A"


class KeptTable(TypedDict):
    """Where the content of a table is: an object for each group of its columns."""

    sha256: str
    groups: list[str]


def keep_table(path: Path, objects: Objects) -> KeptTable:
    """Put the content of a Parquet file among the objects."""
    table = pq.ParquetFile(path).read()
    groups = [objects.put(part) for part in _groups(table, path.stat().st_size)]
    return {"sha256": sha256_file(path), "groups": groups}


def _groups(table: pa.Table, size: int) -> Iterator[bytes]:
    """The columns of a table in their order, so many together as come to a group."""
    names = table.column_names
    # A power of two, so that a cell more or less makes no other groups.
    many = int(2 ** max(0, math.floor(math.log2(max(len(names), 1) * GROUP / size))))
    # What a file says of itself is that of its contract, which the file as a whole has.
    plain = table.replace_schema_metadata(None)
    for at in range(0, len(names), many):
        yield _written(plain.select(names[at : at + many]))


def _written(table: pa.Table) -> bytes:
    """A few columns as Parquet or as a stream of Arrow, whichever comes to less: of a small table
    the frame of a Parquet file is more than what it saves."""
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


def _read(data: bytes) -> pa.Table:
    content = io.BytesIO(zlib.decompress(data[1:]))
    if data[:1] == ARROW:
        return pa.ipc.open_stream(content).read_all()
    return pq.ParquetFile(content).read()


def kept_table(kept: KeptTable, objects: Objects) -> pa.Table:
    """The table again. Raises UserError where an object is gone or changed."""
    columns: dict[str, pa.ChunkedArray] = {}
    for digest in kept["groups"]:
        group = _read(objects.get(digest))
        columns |= {name: group[name].combine_chunks() for name in group.column_names}
    return pa.table(columns)


def restore_table(kept: KeptTable, objects: Objects, path: Path) -> None:
    """Write the table as a file again, for what reads files."""
    write_parquet(path, kept_table(kept, objects), PRIVATE)
