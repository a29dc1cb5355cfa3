"""Parquet: typed columns become canonical text. A row's place is its record number from 1."""

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from trialtrace.base.errors import UserError
from trialtrace.base.synthetic import MARK
from trialtrace.run.sources.raw import Records, check_header
from trialtrace.run.tables.canonical import (
    DOUBLE,
    column_text,
    is_widened,
    precision_of,
    rounded_warning,
    widened_text,
)
from trialtrace.run.trial.study.source import Parquet

if TYPE_CHECKING:
    from trialtrace.run.sources.files import Opened

# Cells that a file may hold: of any, of a larger one for each byte.
SMALL, LARGEST_RATIO = 100_000_000, 200


def read(opened: "Opened[Parquet]") -> Records:
    try:
        file = pq.ParquetFile(pa.BufferReader(opened.data))
        _check_size(file.metadata.num_rows, file.metadata.num_columns, opened)
        table = file.read()
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise UserError(
            opened.name,
            "this is not a whole Parquet file, whatever its name says",
            do="export it again, or declare its true format",
        ) from None
    names = check_header(list(table.column_names), f"{opened.name}, schema")
    columns, warnings = [], []
    for position, (name, column) in enumerate(zip(names, table.columns, strict=True), start=1):
        # A name may be a patient's cell; warnings are told once the dictionary has known the names.
        columns.append(column_text(column, f"{opened.name}, column {position} of {len(names)}"))
        if pa.types.is_floating(column.type):
            values = column.cast(pa.float64()).unique().to_pylist()
            place = f"{opened.name}, column {name}"
            precision = precision_of(column.type)
            warnings += rounded_warning(place, values, precision)
            if precision == DOUBLE and any(map(is_widened, values)):
                warnings.append(widened_text(place))
    numbers = pa.array(range(1, table.num_rows + 1), type=pa.int64())
    notes: dict[str, object] = {"encoding": None} | ({"warnings": warnings} if warnings else {})
    if MARK.encode() in (file.metadata.metadata or {}):
        notes["synthetic"] = "its metadata say so"
    return Records(pa.table(columns, names=names), numbers, opened.source_file, notes)


def _check_size(rows: int, columns: int, opened: "Opened[Parquet]") -> None:
    """Refuse what would not fit into memory: rows that are all the same take no room in a file."""
    most = max(SMALL, LARGEST_RATIO * len(opened.data))
    if rows * columns > most:
        found = f"{rows} rows of {columns} columns in {len(opened.data)} bytes"
        expected = f"at most {most} cells in a file of this size"
        raise UserError(opened.name, found=found, expected=expected)
