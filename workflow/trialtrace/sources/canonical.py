"""Cells as text: one spelling for every value that a typed format holds.

Numbers are written with as few digits as give the same number again, whole ones without a decimal
point; dates and times in ISO 8601, a time of midnight left out; truth values as TRUE and FALSE.
Text stays as it is. A missing value of the format stays missing.
"""

import csv
import io
import math
from typing import TYPE_CHECKING, Any

from trialtrace.errors import Problem, UserError

if TYPE_CHECKING:
    import pyarrow as pa

EXACT_INTEGERS = 2**53


def number_text(value: float) -> str:
    """A number as text: 3.0 -> "3", 0.1 -> "0.1"."""
    if math.isfinite(value) and value == int(value) and abs(value) < EXACT_INTEGERS:
        return str(int(value))
    return repr(float(value))


def moment_text(value: Any) -> str:
    """A datetime as text; midnight is a date."""
    return value.isoformat().removesuffix("T00:00:00")


def column_text(column: "pa.Array | pa.ChunkedArray", place: str) -> "pa.Array":
    """A typed column as text. `place` names it for the message about a type that has no text."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column_text(column.dictionary_decode(), place)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_integer(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind):
        return _each(column, lambda value: format(value, "f"))
    if pa.types.is_floating(kind):
        return _each(column.cast(pa.float64()), number_text)
    if pa.types.is_boolean(kind):
        return _each(column, lambda value: "TRUE" if value else "FALSE")
    if pa.types.is_timestamp(kind):
        return _each(column.cast(pa.timestamp("us", kind.tz)), moment_text)
    if pa.types.is_date(kind) or pa.types.is_time(kind):
        return _each(column, lambda value: value.isoformat())
    raise UserError(
        Problem(
            place, found=f"values of type {kind}", expected="text, numbers, dates or truth values"
        )
    )


def _each(column: "pa.Array", spell: Any) -> "pa.Array":
    """Spell each different value once."""
    import pyarrow as pa

    coded = column.dictionary_encode()
    spelt = pa.array([spell(value) for value in coded.dictionary.to_pylist()], type=pa.string())
    return spelt.take(coded.indices)


def csv_bytes(cells: "pa.Table") -> bytes:
    """A table of text as CSV: UTF-8, comma, line feed, quotes only where needed."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(cells.column_names)
    columns = [column.to_pylist() for column in cells.columns]
    writer.writerows(zip(*columns, strict=True))
    return buffer.getvalue().encode("utf-8")


def csv_lines(cells: "pa.Table") -> "pa.Array":
    """The line of `csv_bytes` on which each row starts; the header starts on line 1."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    height = np.ones(cells.num_rows, dtype=np.int64)
    for column in cells.columns:
        breaks = pc.fill_null(pc.count_substring(column, "\n"), 0)
        height += breaks.to_numpy().astype(np.int64)
    header = 1 + sum(name.count("\n") for name in cells.column_names)
    return pa.array(header + 1 + np.concatenate(([0], np.cumsum(height)))[: cells.num_rows])
