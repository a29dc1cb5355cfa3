"""One sheet of a workbook as it stands in its XML: cells with a value, as canonical text.

Only what is there takes time and room: a sheet that is formatted down to its last row is as small
as its table. A number keeps the digits that the file has; a date that no calendar has keeps its
text, so that cleaning rejects it.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import Problem, located, one_of
from trialtrace.base.words import column_letters
from trialtrace.run.tables.canonical import is_widened, number_text, stored_text
from trialtrace.run.tables.moments import duration_text, moment_text
from trialtrace.run.trial.study.source import File, Laid

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ROW, MERGED, VALUE = f"{_MAIN}row", f"{_MAIN}mergeCell", f"{_MAIN}v"
FORMULA, INLINE = f"{_MAIN}f", f"{_MAIN}is"

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
WHOLE = re.compile(r"[+-]?[0-9]{1,300}")
MIDNIGHT = re.compile(r"T00:00:00(\.0+)?Z?$")
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
TRUE = ("1", "true")
# A spreadsheet program keeps 15 digits of a number that is typed.
KEPT_DIGITS = 15
# The day that Excel counts and no calendar has.
LEAP_DAY, LEAP_SERIAL = "1900-02-29", 60


class OddSheet(Exception):
    """What no spreadsheet program writes; its text says what, without a value of the data."""


@dataclass(frozen=True)
class Workbook:
    """What cells refer to: texts, styles of dates and durations, the day that is counted from."""

    texts: list[str]
    dates: set[int]
    durations: set[int]
    epoch: datetime.datetime


@dataclass
class Sheet:
    """Rows by number, each with its cells by column from 1; what was seen on the way."""

    rows: list[tuple[int, dict[int, str]]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    uncomputed: list[str] = field(default_factory=list)
    rounded: set[int] = field(default_factory=set)
    widened: set[int] = field(default_factory=set)
    errors: Counter[int] = field(default_factory=Counter)


def read_sheet(source: IO[bytes], book: Workbook) -> Sheet:
    """The cells of a sheet that have a value. Raises OddSheet, or what the XML parser raises."""
    from xml.etree.ElementTree import iterparse

    sheet = Sheet()
    number = 0
    for _, element in iterparse(source):
        if element.tag == ROW:
            number = _row_number(element.get("r"), number)
            cells = dict(_cells(element, number, book, sheet))
            if cells:
                sheet.rows.append((number, cells))
            element.clear()
        elif element.tag == MERGED:
            sheet.merged.append(element.get("ref", ""))
    return sheet


def _row_number(text: str | None, before: int) -> int:
    if text is None:
        return before + 1
    if not text.isdecimal() or int(text) <= before:
        raise OddSheet("rows whose numbers do not rise")
    return int(text)


def _cells(row: "Element", number: int, book: Workbook, sheet: Sheet) -> Iterator[tuple[int, str]]:
    column = 0
    for cell in row:
        if (reference := cell.get("r")) is None:
            column += 1
        else:
            column = _column(reference, number, column)
        if not len(cell):
            continue
        text = _cell_text(cell, column, book, sheet)
        if text is not None:
            yield column, text
        elif cell.find(FORMULA) is not None and cell.get("t") != "str":
            sheet.uncomputed.append(f"{column_letters(column)}{number}")


def _column(reference: str, row: int, before: int) -> int:
    """The column of a cell, which stands in its row and right of the cell before."""
    parts = REFERENCE.fullmatch(reference)
    if parts is None or int(parts[2]) != row or (column := _position(parts[1])) <= before:
        raise OddSheet("cells that do not stand in the order of their places")
    return column


def _position(letters: str) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position


def _cell_text(cell: "Element", column: int, book: Workbook, sheet: Sheet) -> str | None:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _inline(cell)
    value = cell.findtext(VALUE)
    if not value:
        return None
    if kind == "n":
        return _number(value, int(cell.get("s", 0)), column, book, sheet)
    if kind == "s":
        return _shared(value, book.texts)
    if kind == "b":
        return "TRUE" if value in TRUE else "FALSE"
    if kind == "e":
        sheet.errors[column] += 1
    return MIDNIGHT.sub("", value) if kind == "d" else value


def _inline(cell: "Element") -> str | None:
    from openpyxl.cell.text import Text

    inside = cell.find(INLINE)
    return None if inside is None else Text.from_tree(inside).content


def _shared(position: str, texts: list[str]) -> str:
    if not position.isdecimal() or int(position) >= len(texts):
        raise OddSheet("a cell whose text is not in the workbook")
    return texts[int(position)]


def _number(value: str, style: int, column: int, book: Workbook, sheet: Sheet) -> str:
    value = value.strip()
    if NUMBER.fullmatch(value) is None:
        raise OddSheet("a number that is none")
    number = int(value) if WHOLE.fullmatch(value) else float(value)
    if style in book.dates:
        return date_text(number, book.epoch, style in book.durations)
    if abs(number) >= 10**KEPT_DIGITS and _may_be_rounded(number):
        sheet.rounded.add(column)
    if is_widened(number):
        sheet.widened.add(column)
    return stored_text(number)


def _may_be_rounded(number: float) -> bool:
    """Whether digits may be gone; a whole number written with more than are kept has them all."""
    if isinstance(number, int):
        return len(str(abs(number)).rstrip("0")) <= KEPT_DIGITS
    return number % 1 == 0


def date_text(serial: float, epoch: datetime.datetime, duration: bool) -> str:
    """A day count as a date, a time or a duration; one that is none of them stays a number."""
    from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

    try:
        if duration:
            length = from_excel(serial, epoch, timedelta=True)
            return duration_text(length // datetime.timedelta(microseconds=1))
        if serial < 0:
            return number_text(serial)
        value: Any = from_excel(serial, epoch)
    except (OverflowError, ValueError):
        return number_text(serial)
    if isinstance(value, datetime.time):
        return value.isoformat()
    if epoch == WINDOWS_EPOCH and LEAP_SERIAL <= serial < LEAP_SERIAL + 1:
        return moment_text(value).replace(value.date().isoformat(), LEAP_DAY)
    return moment_text(value)


# Rows of a file around the table in it: a title, a row of units, sums and notes at the end.

# With fewer values, a row at the end may as well be a note.
FEWEST_VALUES = 2
DECIMAL = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?")
NOTHING_AROUND: Laid = structure(Laid, {})
"""The table is the whole file."""


def around(declared: File) -> Laid:
    """What trial.yaml says of the rows around the table; nothing where it is the whole file."""
    return declared if isinstance(declared, Laid) else NOTHING_AROUND


def with_row_names(header: Sequence[str | None], laid: Laid) -> list[str | None]:
    """The header with the declared name of a first column to which it gives a blank, or nothing."""
    if laid.row_names is None:
        return list(header)
    unnamed = bool(header) and not (header[0] or "").strip()
    return [laid.row_names, *(header[1:] if unnamed else header)]


def no_header(name: str, place: str, wanted: int) -> Problem:
    """The row that is declared as that of the names holds nothing."""
    return Problem(
        located(name, wanted),
        "no row with a value begins here",
        expected="the names of the columns",
        do=f"count the rows of the file from 1, and write that of the names in {place}.header",
    )


def too_few(name: str, place: str, laid: Laid, rows: int) -> Problem:
    """There are fewer rows below the names than are said to be no data."""
    expected = f"at least {laid.under_header + laid.foot}, by {place}.under_header and foot"
    return Problem(name, found=f"{rows} row(s) below the names of the columns", expected=expected)


def left_out(laid: Laid, above: int) -> dict[str, object]:
    """What is noted of rows that are no part of the table; nothing where none is declared."""
    if (laid.header, laid.under_header, laid.foot) == (None, 0, 0):
        return {}
    counted = {"above": above, "under_header": laid.under_header, "foot": laid.foot}
    return {"left_out": counted}


def under_like_data(name: str, under: Sequence[tuple[int, Sequence[str]]]) -> list[str]:
    """A sentence on rows below the names that hold numbers, as units and second names do not.

    `under` are the line and the cells with a value of each.
    """
    lines = [
        str(line)
        for line, cells in under
        if sum(DECIMAL.fullmatch(cell.strip()) is not None for cell in cells) >= FEWEST_VALUES
    ]
    if not lines:
        return []
    return [
        f"{name}: line(s) {one_of(lines, 5)}, left out by `under_header`, hold numbers: are they "
        "data?"
    ]


def like_data(name: str, foot: Sequence[tuple[int, int]], cells: pa.Table) -> list[str]:
    """A sentence on rows at the end that hold as many values as the rows of the table do.

    `foot` are the line and the number of values of each.
    """
    if not foot or not cells.num_rows:
        return []
    filled = np.zeros(cells.num_rows, dtype=np.int64)
    for column in cells.columns:
        there = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(column), ""), False)
        filled += there.to_numpy()
    usual = max(FEWEST_VALUES, float(np.median(filled)))
    lines = [str(line) for line, values in foot if values >= usual]
    if not lines:
        return []
    return [
        f"{name}: line(s) {one_of(lines, 5)}, left out by `foot`, hold as many values as rows of "
        "the table do: are they data?"
    ]


def emptied(name: str, lines: Sequence[int], last: int) -> list[str]:
    """A sentence on rows without a value, on these lines, above the last one that has some."""
    within = [str(line) for line in lines if line < last]
    if not within:
        return []
    return [
        f"{name}: line(s) {one_of(within, 5)} between other rows have no value and are left out: "
        "did a record lose its cells?"
    ]
