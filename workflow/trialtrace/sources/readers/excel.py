"""Excel workbooks (.xlsx, .xlsm): one sheet, whose first row with cells is the header.

Numbers and dates become canonical text (see `canonical`), formulas their cached value. A row's
place is its number in the sheet. Rows and outer columns without any value are no part of the table.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from trialtrace.errors import Problem, UserError, did_you_mean, one_of
from trialtrace.sources.canonical import number_text
from trialtrace.sources.moments import moment_text
from trialtrace.sources.raw import Records, check_header

if TYPE_CHECKING:
    import pyarrow as pa

    from trialtrace.sources.files import Opened

SETTINGS = ("sheet",)
OLD_FORMAT = bytes.fromhex("d0cf11e0a1b11ae1")
LARGEST = 4 << 30
LARGEST_RATIO = 200
SMALL = 100 << 20
FORMULA = re.compile(rb"<f[ >/]")

Row = tuple[Any, ...]


def read(opened: "Opened") -> Records:
    """The cells of a sheet as text."""
    formulas = _check_archive(opened)
    sheet = _sheet(_workbook(opened, values=True), opened)
    source_file = f"{opened.name}[{sheet.title}]"
    _check_merged(sheet, source_file)
    rows = list(sheet.iter_rows(values_only=True))
    if formulas:
        _check_cached(rows, _sheet(_workbook(opened, values=False), opened), source_file)
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if _any(row)]
    if not numbered:
        raise UserError(Problem(source_file, "the sheet is empty", expected="a header"))
    (line, header), *body = numbered
    width = _width([row for _, row in numbered])
    names = check_header(
        [None if name is None else cell_text(name) for name in header[:width]],
        f"{source_file}, row {line}",
    )
    cells = _cells([row for _, row in body], names)
    notes = {"encoding": None, "sheet": sheet.title, "blank_rows": len(rows) - len(numbered)}
    return Records(cells, _numbers(body), source_file, notes)


def _check_archive(opened: "Opened") -> bool:
    """Whether any sheet has formulas; refuses what is no workbook or unpacks to too much."""
    place = opened.name
    if opened.data.startswith(OLD_FORMAT):
        raise UserError(
            Problem(
                place,
                "this is an old .xls workbook, or one with a password",
                expected="an .xlsx workbook without a password",
                do="open it and save it as .xlsx",
            )
        )
    try:
        with zipfile.ZipFile(io.BytesIO(opened.data)) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            if total > LARGEST or total > max(SMALL, LARGEST_RATIO * len(opened.data)):
                raise UserError(
                    Problem(
                        place,
                        found=f"an archive of {len(opened.data)} bytes that unpacks to {total}",
                        expected=f"at most {LARGEST} bytes and {LARGEST_RATIO} times its size",
                    )
                )
            sheets = [m for m in members if m.filename.startswith("xl/worksheets/")]
            return any(FORMULA.search(archive.read(member)) for member in sheets)
    except (zipfile.BadZipFile, zipfile.LargeZipFile):
        raise UserError(_not_excel(place)) from None


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


def _workbook(opened: "Opened", values: bool) -> Any:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return openpyxl.load_workbook(io.BytesIO(opened.data), data_only=values)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile):
        raise UserError(_not_excel(opened.name)) from None
    except Exception as error:  # noqa: BLE001  what is odd in a workbook breaks the library anyhow
        raise UserError(_unreadable(opened.name, type(error).__name__)) from None


def _sheet(book: Any, opened: "Opened") -> Any:
    """The declared sheet, or the only one."""
    names = [sheet.title for sheet in book.worksheets]
    wanted = opened.settings.get("sheet")
    if wanted is None and len(names) == 1:
        return book.worksheets[0]
    if wanted not in names:
        raise UserError(
            Problem(
                f"{opened.place}.sheet",
                found=repr(wanted) if wanted else f"none, and {opened.name} has {len(names)}",
                expected=f"one of its sheets: {one_of(names)}",
                do=did_you_mean(wanted, names) if wanted else "name the sheet",
            )
        )
    return book[wanted]


def _check_merged(sheet: Any, source_file: str) -> None:
    """Merged cells hold one value for several places, and which of them it means is a guess."""
    merged = [str(cells) for cells in sheet.merged_cells.ranges]
    if merged:
        raise UserError(
            Problem(
                source_file,
                found=f"merged cells: {one_of(sorted(merged))}",
                expected="one value in each cell",
                do="unmerge them and fill in every cell",
            )
        )


def _check_cached(rows: list[Row], formulas: Any, source_file: str) -> None:
    """Every formula has the value that Excel last computed."""
    found = [
        cell.coordinate
        for values, cells in zip(rows, formulas.iter_rows(), strict=False)
        for value, cell in zip(values, cells, strict=False)
        if value is None and cell.data_type == "f"
    ]
    if found:
        raise UserError(
            Problem(
                f"{source_file}, cell {one_of(found)}",
                found="a formula without a computed value",
                expected="the value beside each formula",
                do="open the workbook in a spreadsheet program and save it",
            )
        )


def _any(row: Row) -> bool:
    return any(value is not None for value in row)


def _width(rows: list[Row]) -> int:
    """The position of the last column that holds anything."""
    return max(
        position for row in rows for position, value in enumerate(row, 1) if value is not None
    )


def _numbers(body: list[tuple[int, Row]]) -> "pa.Array":
    import pyarrow as pa

    return pa.array([number for number, _ in body], type=pa.int64())


def _cells(rows: Iterable[Row], names: list[str]) -> "pa.Table":
    import pyarrow as pa

    columns = [[] for _ in names]
    for row in rows:
        for column, value in zip(columns, row, strict=False):
            column.append(None if value is None else cell_text(value))
    arrays = [pa.array(column, type=pa.string()) for column in columns]
    return pa.table(arrays, names=names)


def cell_text(value: Any) -> str:
    """A cell's value as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime.datetime):
        return moment_text(value)
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return value.isoformat()
