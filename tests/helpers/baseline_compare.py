"""The baseline's files: written with the same bytes each time, read, and held against a run."""

import csv
import io
import lzma
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from math import isclose
from pathlib import Path

from baseline_record import Table

# Two numbers of 12 digits, of which the last may differ where another processor adds in another
# order.
LAST_DIGIT = 2e-11
SHOWN = 20
WRITE = ".venv/bin/python tests/results/baseline.py --write"


def write_tables(folder: Path, tables: Mapping[str, Table]) -> None:
    """Write each table as `<name>.csv.xz`, and remove those of other names."""
    for old in folder.glob("*.csv.xz"):
        old.unlink()
    for name, table in tables.items():
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        # The columns of the key end in a star.
        named = [f"{c}*" if i < table.key else c for i, c in enumerate(table.columns)]
        writer.writerows([named, *table.rows])
        packed = lzma.compress(text.getvalue().encode(), preset=9)
        (folder / f"{name}.csv.xz").write_bytes(packed)


def read_table(folder: Path, name: str) -> Table:
    """A table as it was written."""
    text = lzma.decompress((folder / f"{name}.csv.xz").read_bytes()).decode()
    header, *rows = csv.reader(io.StringIO(text))
    key = sum(column.endswith("*") for column in header)
    return Table(tuple(c.removesuffix("*") for c in header), key, [tuple(row) for row in rows])


def differences(trial: str, folder: Path, tables: Mapping[str, Table]) -> str:
    """What of the tables is not as the files in `folder` have it; empty where all of it is.

    Of each table how many rows changed, are gone or new, and the first of them: what a row is of,
    then each value that moved, "was" -> "is".
    """
    parts = []
    for name, table in sorted(tables.items()):
        if not (folder / f"{name}.csv.xz").is_file():
            parts.append(f"{name}: the baseline has no such table")
        elif lines := _of_table(read_table(folder, name), table):
            parts.append("\n".join([f"{name}: {lines[0]}", *(f"  {line}" for line in lines[1:])]))
    if not parts:
        return ""
    what = (
        f"{trial}: {len(parts)} of {len(tables)} tables differ from {folder.name}/ of the baseline"
    )
    todo = f"If this is meant: {WRITE} {trial}, and say why in docs/changed-numbers.md."
    return "\n\n".join([what, *parts, todo])


def _of_table(was: Table, now: Table) -> list[str]:
    """How many rows differ, and the first of them; nothing where none does."""
    if (was.columns, was.key) != (now.columns, now.key):
        return [f"columns were {', '.join(was.columns)}, are {', '.join(now.columns)}"]
    old, new = _by_key(was), _by_key(now)
    changed, gone, added = [], [], []
    for key in sorted(old.keys() | new.keys()):
        for a, b in zip_longest(*_unlike(old.get(key, []), new.get(key, []))):
            at = _named(was.columns, key)
            if b is None:
                gone.append(f"{at}: was {_named(was.columns[was.key :], a)}, is gone")
            elif a is None:
                added.append(f"{at}: is new, {_named(was.columns[was.key :], b)}")
            else:
                changed.append(f"{at}: {_moved(was.columns[was.key :], a, b)}")
    lines = [*changed, *gone, *added]
    if not lines:
        return []
    of = f"{len(changed)} changed, {len(gone)} gone, {len(added)} new, of {len(was.rows)} rows"
    more = [f"… and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return [of, *lines[:SHOWN], *more]


Row = tuple[str, ...]


def _by_key(table: Table) -> dict[Row, list[Row]]:
    rows: dict[Row, list[Row]] = {}
    for row in table.rows:
        rows.setdefault(row[: table.key], []).append(row[table.key :])
    return rows


def _unlike(old: Iterable[Row], new: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of one key that the other side does not have."""
    left, right = [], list(new)
    for row in old:
        twin = next((one for one in right if _alike(row, one)), None)
        if twin is None:
            left.append(row)
        else:
            right.remove(twin)
    return left, right


def _alike(a: Row, b: Row) -> bool:
    return len(a) == len(b) and all(map(_equal, a, b))


def _equal(a: str, b: str) -> bool:
    if a == b:
        return True
    try:
        return isclose(float(a), float(b), rel_tol=LAST_DIGIT, abs_tol=1e-13)
    except ValueError:
        return False


def _moved(columns: Row, was: Row, now: Row) -> str:
    moved = zip(columns, was, now, strict=True)
    return "; ".join(f"{c} {a or '-'} -> {b or '-'}" for c, a, b in moved if not _equal(a, b))


def _named(columns: Iterable[str], values: Row) -> str:
    return ", ".join(f"{c} {v}" for c, v in zip(columns, values, strict=False) if v) or "nothing"
