"""The table form as a spreadsheet."""

import io
import re

from trialtrace.audit.reading.characters import tidy
from trialtrace.audit.reading.formats.form import MOST_ROWS, form_of
from trialtrace.audit.reading.grid import WIDEST
from trialtrace.audit.reading.paper import ReadPaper
from trialtrace.base.errors import Problem, UserError


def read_sheet(content: bytes, text: str) -> ReadPaper:
    """The tables of every sheet. A number has the decimals that its cell shows."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows: list[list[str]] = []
        for sheet in book.worksheets:
            # What a sheet declares may be as wide as one can be; each row has its own width then.
            sheet.reset_dimensions()
            for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS), 1):
                if any(cell.value is not None for cell in row[WIDEST:]):
                    raise UserError(_too_wide(text, sheet.title, number))
                rows.append(
                    [_shown(cell.value, str(cell.number_format or "")) for cell in row[:WIDEST]]
                )
            rows.append([""])
    except (UserError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  what is odd in a workbook breaks the library anyhow
        raise UserError(
            Problem(
                text,
                found=f"a spreadsheet that cannot be opened: {str(error) or type(error).__name__}",
                expected="a whole one",
            )
        ) from None
    return form_of(rows, text)


def _too_wide(text: str, sheet: str, row: int) -> Problem:
    return Problem(
        f"{text}, sheet {sheet}, row {row}",
        found=f"a cell beyond column {WIDEST}",
        expected=f"a label and a column for each number, at most {WIDEST} columns",
        do="take out what stands beside the table; trialtrace read --form shows one",
    )


def _shown(value: object, number_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and (found := re.match(r"#?,?#*0(?:\.(0+))?", number_format)):
        return f"{value:.{len(found.group(1) or '')}f}"
    return tidy(str(value))
