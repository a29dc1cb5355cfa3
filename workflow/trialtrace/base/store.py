"""The one writer: every output is written whole or not at all, with the same bytes every time."""

import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.base.synthetic import MARK

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

SIGNIFICANT_DIGITS = 12
SYNTHETIC = "synthetic data: not evidence"
# Up to this size of a file, to start threads takes longer than to read it in one.
THREADED = 1 << 23


def write_bytes(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file atomically: a temporary file beside it, then a rename.

    A link stays, and the file that it leads to is written. A device or a pipe, such as /dev/null,
    is written to. Raises UserError for a folder, a socket or a disk.

    The rights are `mode` less what the user's umask takes away, and less what the folder keeps from
    others: what is written into a folder of its owner's is its owner's.
    """
    with _write_errors(path):
        _write(Path(path), data, mode)


def make_folder(path: Path, private: bool) -> None:
    """A folder that is there; of a private one nobody but its owner can read or write anything."""
    with _write_errors(path):
        Path(path).mkdir(parents=True, exist_ok=True)
        if private:
            os.chmod(path, 0o700)


@contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    from trialtrace.base.errors import UserError

    try:
        yield
    # Of who reads a pipe, the command line says nothing either.
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserError(
            str(path),
            f"cannot be written: {error.strerror}",
            do="make room on the disk, or mend the rights of the folder, and run again",
        ) from error


def _write(path: Path, data: bytes, mode: int) -> None:
    stream = _stream(path)
    if stream is None:
        _replace(path, data, mode)
        return
    # What was printed before stands before.
    sys.stdout.flush()
    with open(stream, "wb") as file:
        file.write(data)


def _replace(path: Path, data: bytes, mode: int) -> None:
    """Write a file, at the end of the links that lead to it."""
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    target.parent.mkdir(parents=True, exist_ok=True)
    mode &= _shared(path.parent) & _shared(target.parent)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, mode & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _stream(path: Path) -> Path | int | None:
    """Where to write what leads to no file: the path of a device or a pipe, or a copy of a
    descriptor of this process, such as that of /dev/stdout; None for a file, or none yet.

    Raises UserError where nothing can be written.
    """
    from trialtrace.base.errors import UserError

    if (number := _own_descriptor(path)) is not None:
        # Opened anew by its path, a file would be written from its start again.
        return os.dup(number)
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISCHR(kind) or stat.S_ISFIFO(kind):
        return path
    if stat.S_ISREG(kind):
        return None
    named = {stat.S_IFDIR: "a folder", stat.S_IFSOCK: "a socket", stat.S_IFBLK: "a disk"}
    raise UserError(
        str(path),
        found=named.get(stat.S_IFMT(kind), "no file"),
        expected="a file, a pipe, or a device such as /dev/null",
        do="name another path, or move away what is there",
    )


def _own_descriptor(path: Path) -> int | None:
    """The number of the open file of this process that a path such as /dev/stdout leads to."""
    own = os.path.realpath("/proc/self/fd")
    for _ in range(40):  # as many links as Linux follows
        folder = Path(os.path.realpath(path.parent))
        if str(folder) == own and path.name.isdecimal():
            return int(path.name)
        if not path.is_symlink():
            return None
        path = folder / path.readlink()
    return None


def _shared(folder: Path) -> int:
    """The rights a file can have in a folder: of group and others only where they may enter."""
    rights = folder.stat().st_mode
    return 0o700 | (0o070 if rights & 0o070 else 0) | (0o007 if rights & 0o007 else 0)


def _umask() -> int:
    """The user's umask, which can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def write_text(path: Path, text: str, mode: int = 0o644) -> None:
    write_bytes(path, text.encode("utf-8"), mode)


def write_json(path: Path, value: object, mode: int = 0o644) -> None:
    """JSON with sorted keys, two spaces, UTF-8, a final newline; NaN is refused."""
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n", mode)


def sha256_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def significant(values: Any) -> Any:
    """Round a float array to 12 significant digits (NaN and infinities stay; -0 becomes 0)."""
    import numpy as np

    array = np.asarray(values, dtype=np.float64)
    distinct, place = np.unique(array, return_inverse=True)
    text = np.char.mod(f"%.{SIGNIFICANT_DIGITS - 1}e", distinct)
    return (text.astype(np.float64) + 0.0)[place].reshape(array.shape)


def difference(first: Any, second: Any) -> Any:
    """first - second of decimal numbers, free of what binary floats leave, so that equals tie.

    Rounded at the 12th digit of the larger of the two: 0.67 - 0.33 is 0.34 as 0.34 - 0 is, and
    12 - 12.000000000000002 is 0.
    """
    import numpy as np

    first, second = (np.asarray(one, dtype=np.float64) for one in (first, second))
    size = np.maximum(np.abs(first), np.abs(second))
    usable = np.isfinite(size) & (size > 0)
    digit = np.floor(np.log10(np.where(usable, size, 1.0))) - (SIGNIFICANT_DIGITS - 1)
    unit = 10.0**digit
    plain = first - second
    return significant(np.where(usable, np.round(plain / unit) * unit, plain))


def write_parquet(path: Path, table: Any, mode: int = 0o644, *, synthetic: bool = False) -> None:
    """A pyarrow table as Parquet: floats to 12 digits, no metadata of the writing program.

    A file of a synthetic cohort says so in the key SYNTHETIC of its metadata.
    """
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = []
    for column in table.columns:
        if pa.types.is_floating(column.type):
            array = column.combine_chunks()
            rounded = significant(array.to_numpy(zero_copy_only=False))
            columns.append(pa.array(rounded, type=pa.float64(), from_pandas=True))
        else:
            columns.append(column.combine_chunks())
    fields = [pa.field(f.name, c.type) for f, c in zip(table.schema, columns, strict=True)]
    plain = pa.Table.from_arrays(columns, schema=pa.schema(fields))
    buffer = io.BytesIO()
    with pq.ParquetWriter(buffer, plain.schema, store_schema=False, compression="zstd") as writer:
        writer.write_table(plain)
        if synthetic:
            writer.add_key_value_metadata({MARK: SYNTHETIC})
    write_bytes(path, buffer.getvalue(), mode)


def read_parquet(path: Path, columns: list[str] | None = None) -> Any:
    """A pyarrow table; a missing or broken file is told with the stage to run.

    Reads by ParquetFile, since the data set reader of pyarrow loads pandas.
    """
    with _parquet(path) as file:
        return file.read(columns, use_threads=Path(path).stat().st_size > THREADED)


def read_columns(path: Path, coded: list[str]) -> "Iterator[tuple[str, pa.ChunkedArray]]":
    """Name and values of each column of a Parquet file, so that one need not be held beside the
    next; those of texts that are `coded` stay dictionaries, as they are in the file."""
    with _parquet(path, coded) as file:
        for name in file.schema_arrow.names:
            yield name, file.read([name], use_threads=False)[name]


def column_names(path: Path) -> list[str]:
    """The names of the columns of a Parquet file, in order."""
    with _parquet(path) as file:
        return list(file.schema_arrow.names)


@contextmanager
def _parquet(path: Path, coded: list[str] | None = None) -> "Iterator[ParquetFile]":
    import pyarrow as pa
    import pyarrow.parquet as pq

    from trialtrace.base.errors import UserError

    try:
        yield pq.ParquetFile(path, read_dictionary=coded)
    except FileNotFoundError:
        raise UserError(
            str(path), "this file is not there", do="run the workflow first: trialtrace run"
        ) from None
    # A name in its schema that is no text is told by Python.
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError) as error:
        raise UserError(
            str(path),
            f"this is not a whole Parquet file: {error}",
            do="delete it and run the workflow again: trialtrace run",
        ) from None
