"""Cells as text: one spelling for every value that a typed format holds.

Numbers are written with as few digits as give the same number again in the precision in which
they are stored, whole ones without a decimal point; dates and times in ISO 8601, a time of midnight
left out; truth values as TRUE and FALSE. Text stays as it is. A missing value stays missing.
"""

import csv
import io
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError
from trialtrace.run.tables.moments import date_text, time_text, timestamp_text

DOUBLE, SINGLE, HALF = "float64", "float32", "float16"
# From here on not every whole number is one of the precision.
EXACT_INTEGERS = {DOUBLE: 2**53, SINGLE: 2**24, HALF: 2**11}
# Numbers of so many digits are kept by the precision.
SURE_DIGITS = {DOUBLE: 15, SINGLE: 6, HALF: 3}
LONGEST_WHOLE = 10**21
# A single keeps decimals of 6 digits for sure, and most of 7.
SINGLE_DIGITS, LARGEST_SINGLE = 7, float(np.finfo(np.float32).max)


def number_text(value: float, precision: str = DOUBLE) -> str:
    """A number as text: 3.0 -> "3", 0.1 -> "0.1", the single nearest to 61.1 -> "61.1"."""
    if isinstance(value, int):
        return str(value)
    whole = math.isfinite(value) and value == int(value)
    if whole and abs(value) < EXACT_INTEGERS[precision]:
        return str(int(value))
    shortest = _shortest(value, precision)
    return _in_digits(shortest) if whole and abs(value) < LONGEST_WHOLE else shortest


def stored_text(value: float, precision: str = DOUBLE) -> str:
    """A number of a file as text. A single that was widened on its way is spelt as a single:
    61.099998474121094 -> "61.1"."""
    return number_text(value, SINGLE if precision == DOUBLE and is_widened(value) else precision)


def is_widened(value: object) -> bool:
    """Whether a double of 15 digits or more is the single nearest to a decimal of up to 7 digits.

    So are Stata's floats where R, SPSS, Parquet or a spreadsheet, which may keep 15 digits, holds
    them as doubles. Of doubles that are none, some ten in 2**29 look like a single.
    """
    if not isinstance(value, float) or not abs(value) <= LARGEST_SINGLE or value % 1 == 0:
        return False
    single = np.float32(value)
    return (
        f"{float(single):.15g}" == f"{value:.15g}"
        and _digits(repr(float(value))) >= SURE_DIGITS[DOUBLE]
        and _digits(str(single)) <= SINGLE_DIGITS
    )


def _digits(text: str) -> int:
    return len(Decimal(text).as_tuple().digits)


def widened_text(place: str) -> str:
    """The sentence on a column of doubles that holds singles."""
    return (
        f"{place} holds numbers of single precision as doubles, such as a float of Stata that was "
        "converted: they are read by their shortest decimal, 61.099998474121094 as 61.1."
    )


def _shortest(value: float, precision: str) -> str:
    if precision == DOUBLE:
        return repr(float(value))
    return str(np.dtype(precision).type(value))


def _in_digits(shortest: str) -> str:
    """A whole number without a point or an exponent."""
    return format(Decimal(shortest), "f").partition(".")[0]


def may_be_rounded(value: float, precision: str = DOUBLE) -> bool:
    """Whether a whole number may have had more digits than its precision keeps."""
    if not math.isfinite(value) or value != int(value):
        return False
    if abs(value) < EXACT_INTEGERS[precision]:
        return False
    digits = number_text(value, precision).lstrip("-").rstrip("0")
    return precision == DOUBLE or len(digits) > SURE_DIGITS[precision]


def rounded_warning(place: str, values: Iterable[Any], precision: str = DOUBLE) -> list[str]:
    """A sentence where whole numbers of a column may have lost digits in the file."""
    if not any(isinstance(value, float) and may_be_rounded(value, precision) for value in values):
        return []
    limit = EXACT_INTEGERS[precision]
    return [
        f"{place} holds whole numbers of {limit} or more, of which the file cannot keep every "
        "digit: two that differ may have become one. Export identifiers as text."
    ]


def column_text(column: pa.Array | pa.ChunkedArray, place: str) -> pa.Array:
    """A typed column as text. `place` names it for the message about a type that has no text."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column_text(column.dictionary_decode(), place)
    if kind in (pa.string(), pa.large_string(), pa.string_view(), pa.null()):
        return _checked_text(column, place)
    if pa.types.is_integer(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind):
        return _each(column, lambda value: format(value, "f"))
    if pa.types.is_floating(kind):
        width = precision_of(kind)
        return _each(column.cast(pa.float64()), lambda value: stored_text(value, width))
    if pa.types.is_boolean(kind):
        return _each(column, lambda value: "TRUE" if value else "FALSE")
    if pa.types.is_timestamp(kind) or pa.types.is_date64(kind):
        return _each_stored(column, timestamp_text(kind, place), pa.int64())
    if pa.types.is_date32(kind):
        return _each_stored(column, date_text(place), pa.int32())
    if pa.types.is_time(kind):
        stored = pa.int32() if kind.bit_width == 32 else pa.int64()
        return _each_stored(column, time_text(kind, place), stored)
    raise UserError(
        place, found=f"values of type {kind}", expected="text, numbers, dates or truth values"
    )


def precision_of(kind: pa.DataType) -> str:
    """The precision of a floating type."""
    return {64: DOUBLE, 32: SINGLE, 16: HALF}[kind.bit_width]


def _checked_text(column: pa.Array, place: str) -> pa.Array:
    text = column.cast(pa.string())
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        raise UserError(
            place,
            found="text that is not UTF-8",
            expected="text in UTF-8, as the format demands",
            do="export it again with the text decoded",
        ) from None
    return text


def _each_stored(column: pa.Array, spell: Any, stored: pa.DataType) -> pa.Array:
    """Spell each different value by the number that stands for it in the file."""
    return _each(column.view(stored), spell)


def _each(column: pa.Array, spell: Any) -> pa.Array:
    """Spell each different value once."""
    coded = column.dictionary_encode()
    spelt = pa.array([spell(value) for value in coded.dictionary.to_pylist()], type=pa.string())
    return spelt.take(coded.indices)


def csv_bytes(cells: pa.Table) -> bytes:
    """A table of text as CSV: UTF-8, comma, line feed, quotes only where needed."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(cells.column_names)
    columns = [column.to_pylist() for column in cells.columns]
    writer.writerows(zip(*columns, strict=True))
    return buffer.getvalue().encode("utf-8")


def csv_lines(cells: pa.Table) -> pa.Array:
    """The line of `csv_bytes` on which each row starts; the header starts on line 1."""
    height = np.ones(cells.num_rows, dtype=np.int64)
    for column in cells.columns:
        breaks = pc.fill_null(pc.count_substring(column, "\n"), 0)
        height += breaks.to_numpy().astype(np.int64)
    header = 1 + sum(name.count("\n") for name in cells.column_names)
    return pa.array(header + 1 + np.concatenate(([0], np.cumsum(height)))[: cells.num_rows])
