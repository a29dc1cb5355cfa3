"""Rows of a workbook that a person has filled in."""

import datetime
import io
import zipfile

from trialtrace.base.errors import UserError
from trialtrace.run.tables.moments import moment_text


def read_rows(data: bytes, place: str) -> list[dict[str, str]]:
    """The rows of the first sheet of a workbook, each by the header of its columns.

    Raises UserError for what is no workbook.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        lines = [[_text(cell) for cell in row] for row in book.worksheets[0].values]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise UserError(
            place, "this is no workbook", expected="an .xlsx file", do="save it as .xlsx again"
        ) from None
    header = lines[0] if lines else []
    return [dict(zip(header, line, strict=False)) for line in lines[1:] if any(line)]


def _text(cell: object) -> str:
    if isinstance(cell, datetime.datetime):
        return moment_text(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
