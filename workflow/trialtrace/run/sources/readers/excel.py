"""Excel workbooks (.xlsx, .xlsm, old .xls): one sheet, whose first row with cells is the header.

Numbers and dates become canonical text (see `sheet`), formulas their cached value. A row's place is
its number in the sheet. Rows and outer columns without any value are no part of the table, nor are
rows around it as declared (`header`, `under_header`, `foot`).
"""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from trialtrace.base.bounded import check_package
from trialtrace.base.errors import Problem, UserError, did_you_mean, one_of
from trialtrace.base.words import column_letters
from trialtrace.run.sources.raw import Records, check_header
from trialtrace.run.sources.readers.old_workbook import read_sheets
from trialtrace.run.sources.readers.sheet import (
    KEPT_DIGITS,
    OddSheet,
    Sheet,
    Workbook,
    around,
    emptied,
    left_out,
    like_data,
    no_header,
    read_sheet,
    too_few,
    under_like_data,
    with_row_names,
)
from trialtrace.run.tables.canonical import widened_text
from trialtrace.run.trial.study.source import Excel, Laid

if TYPE_CHECKING:
    from trialtrace.run.sources.files import Opened

OLD_FORMAT = bytes.fromhex("d0cf11e0a1b11ae1")

Row = tuple[int, dict[int, str]]
Rows = list[Row]
ROWS_OF = re.compile(r"[0-9]+")
LAST_ROW = 1 << 20


def read(opened: "Opened[Excel]") -> Records:
    """The cells of a sheet as text."""
    title, sheet = _opened(opened)
    source_file, told = f"{opened.source_file}[{title}]", opened.name
    rows = [(number, cells) for number, cells in sheet.rows if any(map(str.strip, cells.values()))]
    if not rows:
        raise UserError(told, "the sheet is empty", expected="a header")
    laid = around(opened.declared)
    (line, header), body, foot = _table(rows, laid, told, opened.place)
    inside = partial(_inside, _bounds(line, body, foot, laid))
    _check_merged(sheet, inside, told)
    _check_computed(sheet, inside, told)
    _check_beside(header, body, f"{told}, row {line}")
    records = [header.get(position) for position in range(1, max(header) + 1)]
    if records[0] is None:
        records = with_row_names(records, laid)
    names = check_header(records, f"{told}, row {line}")
    last = sheet.rows[-1][0]
    above = sum(number < line for number, _ in rows)
    blank = last - len(rows)
    notes: dict[str, object] = {"encoding": None, "sheet": title, "blank_rows": blank}
    notes |= left_out(laid, above)
    cells = _cells(body, names)
    ends = [(number, len(values)) for number, values in foot]
    below = [row for row in rows if row[0] > line][: laid.under_header]
    under = [(number, list(values.values())) for number, values in below]
    warnings = _doubts(sheet, names, told) + like_data(told, ends, cells)
    if body:
        valued = {number for number, _ in rows}
        empty = [at for at, _ in sheet.rows if at > line and at not in valued]
        warnings += emptied(told, empty, body[-1][0])
    if warnings := warnings + under_like_data(told, under):
        notes["warnings"] = warnings
    return Records(
        cells, pa.array([number for number, _ in body], type=pa.int64()), source_file, notes
    )


def _table(rows: Rows, laid: Laid, source_file: str, place: str) -> tuple[Row, Rows, Rows]:
    """The row of the names, the rows of the table, and those at the foot."""
    numbers = [number for number, _ in rows]
    if laid.header is not None and laid.header not in numbers:
        raise UserError(no_header(source_file, place, laid.header))
    at = 0 if laid.header is None else numbers.index(laid.header)
    body = rows[at + 1 + laid.under_header :]
    if len(body) < laid.foot or len(rows) - at - 1 < laid.under_header:
        raise UserError(too_few(source_file, place, laid, len(rows) - at - 1))
    end = len(body) - laid.foot
    return rows[at], body[:end], body[end:]


def rows_of_sheets(opened: "Opened[Excel]") -> dict[str, Rows]:
    """The sheets that have a cell with a value, in their order, each with its rows."""
    if opened.data.startswith(OLD_FORMAT):
        each = {title: one.rows for title, one in read_sheets(opened.data, opened.name).items()}
    else:
        book = _workbook(opened)
        each = {one.title: _read_cells(book, one, opened.name).rows for one in book.worksheets}
    return {title: rows for title, rows in each.items() if rows}


def rows(opened: "Opened[Excel]") -> Rows:
    """All rows of the sheet that have a cell, those around the table and of blanks too."""
    return _opened(opened)[1].rows


def _opened(opened: "Opened[Excel]") -> tuple[str, Sheet]:
    """The declared sheet, or the only one, with its name."""
    if opened.data.startswith(OLD_FORMAT):
        each = read_sheets(opened.data, opened.name)
        title = _title([*each], opened)
        return title, each[title]
    book = _workbook(opened)
    title = _title([sheet.title for sheet in book.worksheets], opened)
    return title, _read_cells(book, book[title], opened.name)


def _check_archive(opened: "Opened[Excel]") -> None:
    """Refuse what is no workbook, unpacks to too much, or could declare entities."""
    try:
        check_package(opened.data, opened.name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile):
        raise UserError(_not_excel(opened.name)) from None


def _not_excel(place: str) -> Problem:
    return Problem(
        place,
        "this is not an Excel workbook, whatever its name says",
        expected="a whole .xlsx file",
        do="export it again, or declare its true format: csv, tsv, …",
    )


def _unreadable(place: str, why: str) -> Problem:
    return Problem(
        place,
        f"this workbook holds something that cannot be read ({why})",
        expected="a workbook with sheets of cells",
        do="save the sheet alone as a new .xlsx, or as csv",
    )


def _workbook(opened: "Opened[Excel]") -> Any:
    """The workbook without the cells of its sheets."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    _check_archive(opened)
    try:
        with warnings.catch_warnings():
            # Of styles and the like, which no cell is read by.
            warnings.simplefilter("ignore", UserWarning)
            return openpyxl.load_workbook(io.BytesIO(opened.data), read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile):
        raise UserError(_not_excel(opened.name)) from None
    except Exception as error:  # noqa: BLE001  what is odd in a workbook breaks the library anyhow
        raise UserError(_unreadable(opened.name, type(error).__name__)) from None


def _title(names: list[str], opened: "Opened[Excel]") -> str:
    """The declared sheet, or the only one. Names of sheets tell as much as those of files, and
    stand in no message."""
    wanted = opened.declared.sheet
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted not in names:
        near = [at for at, name in enumerate(names, 1) if wanted and did_you_mean(wanted, [name])]
        spelt = f"sheet {near[0]} has nearly this name: " if near else ""
        raise UserError(
            f"{opened.place}.sheet",
            found="a name that no sheet has" if wanted else "no name",
            expected=f"the name of one of its {len(names)} sheets",
            do=f"{spelt}write the name as it stands in the workbook",
        )
    return wanted


def _read_cells(book: Any, chosen: Any, name: str) -> Sheet:
    """The cells that have a value. openpyxl would make every cell up to the last formatted one."""
    from xml.etree.ElementTree import ParseError

    refers = Workbook(
        chosen._shared_strings, book._date_formats, book._timedelta_formats, book.epoch
    )
    try:
        with chosen._get_source() as source:
            return read_sheet(source, refers)
    except OddSheet as error:
        raise UserError(_unreadable(name, str(error))) from None
    except (ParseError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, TypeError) as error:
        raise UserError(_unreadable(name, type(error).__name__)) from None


def _bounds(line: int, body: Rows, foot: Rows, laid: Laid) -> list[tuple[int, int]]:
    """First and last row of each part of the sheet that is left out as declared."""
    last = max([line, *(number for number, _ in body)])
    first = min([*(number for number, _ in body), *(number for number, _ in foot), LAST_ROW])
    parts = [(1, line - 1)]
    parts += [(line + 1, first - 1)] * bool(laid.under_header)
    return parts + [(last + 1, LAST_ROW)] * bool(laid.foot)


def _inside(left_out: list[tuple[int, int]], places: str) -> bool:
    """Whether a range of cells, such as A1:D2, is not within a part that is left out."""
    rows = [int(row) for row in ROWS_OF.findall(places)]
    return not any(start <= min(rows) and max(rows) <= end for start, end in left_out)


def _check_merged(sheet: Sheet, inside: Callable[[str], bool], source_file: str) -> None:
    """Merged cells hold one value for several places, and which of them it means is a guess.

    Those of a title, outside of the rows of the table, do no harm.
    """
    merged = [places for places in sheet.merged if inside(places)]
    if merged:
        found = f"merged cells: {one_of(sorted(merged))}"
        do = "unmerge them and fill in every cell"
        raise UserError(source_file, found=found, expected="one value in each cell", do=do)


def _check_computed(sheet: Sheet, inside: Callable[[str], bool], source_file: str) -> None:
    """Every formula has the value that Excel last computed."""
    uncomputed = [place for place in sheet.uncomputed if inside(place)]
    if uncomputed:
        raise UserError(
            f"{source_file}, cell {one_of(uncomputed)}",
            found="a formula without a computed value",
            expected="the value beside each formula",
            do="open the workbook in a spreadsheet program and save it",
        )


def _check_beside(header: dict[int, str], body: Rows, place: str) -> None:
    """Values right of the last column name, such as a note far away from the table."""
    end = max(header)
    cells = [(column, row) for row, values in body if max(values) > end for column in values]
    beside = [f"{column_letters(column)}{row}" for column, row in cells if column > end]
    if beside:
        furthest = max(column for column, _ in cells)
        raise UserError(
            place,
            found=f"a value in cell {one_of(beside)}, and no column name in position "
            f"{end + 1} of {furthest}",
            expected="a name for every column, and nothing beside the table",
            do="name the column in the header, or clear what stands beside the table",
        )


def _doubts(sheet: Sheet, names: list[str], source_file: str) -> list[str]:
    """What the workbook did not keep of the values that were meant."""
    rounded = [
        f"{source_file}, column {names[column - 1]} holds whole numbers of more than "
        f"{KEPT_DIGITS} digits, of which a spreadsheet keeps {KEPT_DIGITS}: two that differ may "
        "have become one. Format the column as text before identifiers are typed or imported."
        for column in sorted(sheet.rounded)
        if column <= len(names)
    ]
    rounded += [
        widened_text(f"{source_file}, column {names[column - 1]}")
        for column in sorted(sheet.widened)
        if column <= len(names)
    ]
    return rounded + [
        f"{source_file}, column {names[column - 1]}: {count} cell(s) hold an error of a formula, "
        "such as #N/A or #REF!, instead of a value."
        for column, count in sorted(sheet.errors.items())
        if column <= len(names)
    ]


def _cells(body: Rows, names: list[str]) -> pa.Table:
    columns = [
        pa.array([cells.get(position) for _, cells in body], type=pa.string())
        for position in range(1, len(names) + 1)
    ]
    return pa.table(columns, names=names)
