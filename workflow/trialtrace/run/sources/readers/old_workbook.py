"""Old Excel workbooks (.xls), as xlrd reads them: sheets with the same canonical text as those of
new ones (see `sheet`). They keep the last value of a formula, and nothing says whether it had one.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError
from trialtrace.base.words import column_letters
from trialtrace.run.sources.readers.sheet import KEPT_DIGITS, Sheet, date_text
from trialtrace.run.tables.canonical import is_widened, stored_text

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Cell
    from xlrd.sheet import Sheet as OldSheet

# Larger ones are data bases: a sheet of such a workbook has 65,536 rows at most.
MOST_BYTES = 64 << 20


def read_sheets(data: bytes, name: str) -> dict[str, Sheet]:
    """The sheets by their titles. Raises UserError for what has a password, or cannot be read to
    its end."""
    import xlrd

    if len(data) > MOST_BYTES:
        raise _unread(name, "it is larger than 64 MB")
    try:
        with xlrd.open_workbook(
            file_contents=data, formatting_info=True, logfile=io.StringIO()
        ) as book:
            return {one.name: _sheet(book, one) for one in book.sheets()}
    except xlrd.XLRDError as error:
        raise _unread(name, "a password, or no sheets inside") from error
    except Exception as error:  # a broken file ends wherever it is read
        raise _unread(name, type(error).__name__) from error


def _unread(name: str, why: str) -> UserError:
    return UserError(
        name,
        f"this old .xls workbook cannot be read ({why})",
        expected="a workbook without a password",
        do="open it and save it as .xlsx",
    )


def _sheet(book: "Book", one: "OldSheet") -> Sheet:
    made = Sheet()
    for number, row in enumerate(one.get_rows(), start=1):
        if cells := dict(_cells(book, row, made)):
            made.rows.append((number, cells))
    for top, below, left, right in one.merged_cells:
        made.merged.append(f"{column_letters(left + 1)}{top + 1}:{column_letters(right)}{below}")
    return made


def _cells(book: "Book", row: "list[Cell]", made: Sheet) -> Iterator[tuple[int, str]]:
    """The cells of a row that have a value, by column from 1."""
    import xlrd

    for column, cell in enumerate(row, start=1):
        if cell.ctype == xlrd.XL_CELL_TEXT and cell.value:
            yield column, cell.value
        elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
            yield column, "TRUE" if cell.value else "FALSE"
        elif cell.ctype == xlrd.XL_CELL_ERROR:
            made.errors[column] += 1
            yield column, xlrd.error_text_from_code.get(cell.value, "#N/A")
        elif cell.ctype == xlrd.XL_CELL_DATE:
            yield column, _day(book, cell)
        elif cell.ctype == xlrd.XL_CELL_NUMBER:
            if abs(cell.value) >= 10**KEPT_DIGITS and cell.value % 1 == 0:
                made.rounded.add(column)
            if is_widened(cell.value):
                made.widened.add(column)
            yield column, stored_text(cell.value)


def _day(book: "Book", cell: "Cell") -> str:
    """A day count by the format of its cell."""
    from openpyxl.styles.numbers import is_timedelta_format
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

    style = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
    serial = int(cell.value) if cell.value.is_integer() else cell.value
    return date_text(
        serial, MAC_EPOCH if book.datemode else WINDOWS_EPOCH, is_timedelta_format(style)
    )
