"""The table form as a spreadsheet."""

import io
import re
import zipfile

from trialtrace.ground.errors import Problem, UserError
from trialtrace.reading.characters import tidy
from trialtrace.reading.formats.form import MOST_ROWS, form_of
from trialtrace.reading.paper import ReadPaper


def read_sheet(content: bytes, shown: str) -> ReadPaper:
    """The tables of every sheet. A number has the decimals that its cell shows."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows: list[list[str]] = []
        for sheet in book.worksheets:
            for row in sheet.iter_rows(max_row=MOST_ROWS):
                rows.append([_shown(cell.value, str(cell.number_format or "")) for cell in row])
            rows.append([""])
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise UserError(
            Problem(
                shown, found=f"a spreadsheet that cannot be opened: {error}", expected="a whole one"
            )
        ) from None
    return form_of(rows, shown)


def _shown(value: object, number_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and (found := re.match(r"#?,?#*0(?:\.(0+))?", number_format)):
        return f"{value:.{len(found.group(1) or '')}f}"
    return tidy(str(value))
