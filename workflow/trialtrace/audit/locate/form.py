"""The table form: a table typed off a paper, a line a row, as CSV or as a spreadsheet.

The head is that of the paper: a cell "Training (n=27): mean" names the arm, its patients and what
the column holds. A line with one cell only is the table's name; an empty line ends a table.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from trialtrace.audit.locate.characters import tidy
from trialtrace.audit.locate.grid import WIDEST, Span, placed
from trialtrace.audit.locate.marked import numbered
from trialtrace.audit.locate.paper import Excluded, Passage, ReadPaper, Table
from trialtrace.base.bounded import check_package
from trialtrace.base.errors import Problem, UserError, located

MOST_ROWS = 5_000
LONGEST_CELL = 100_000
EXAMPLE = """\
paper: Author A et al. Journal 2024;1:1-10
Table 1. Baseline
label,Training (n=27),Control (n=29),p
"Men, n (%)",13 (48.1),12 (41.4),.611
"Age, mean (SD)",62.1 (8.8),61.1 (8.5),.724

Table 2. Strength
label,Training: n,Training: mean,Training: SD,Control: n,Control: mean,Control: SD,p
Baseline,27,41.2,9.8,29,40.7,10.1,.85
Week 12,25,46.0,10.3,28,41.5,9.9,.11
"""


def read_form(content: bytes, place: str) -> ReadPaper:
    """The tables of a CSV file. Raises UserError where a line has more cells than its head, or a
    cell is too long."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = next((line for line in text.splitlines() if re.search(r"[,;\t].*[,;\t]", line)), "")
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text), delimiter=delimiter)
    csv.field_size_limit(LONGEST_CELL)
    try:
        rows = [[tidy(cell) for cell in row] for row in lines]
    except csv.Error as error:
        found = f"line {lines.line_num}: {error}"
        raise UserError(
            Problem(place, found=found, expected="a table of printed numbers")
        ) from None
    return form_of(rows, place)


def form_of(rows: Sequence[Sequence[str]], text: str) -> ReadPaper:
    """The paper of typed rows."""
    if len(rows) > MOST_ROWS:
        raise UserError(Problem(text, found=f"{len(rows)} lines", expected=f"at most {MOST_ROWS}"))
    title, caption = "", ""
    passages: list[Passage] = []
    tables: list[Table] = []
    block: list[tuple[int, Sequence[str]]] = []
    for number, row in [*enumerate(rows, 1), (len(rows) + 1, [""])]:
        filled = [cell for cell in row if cell]
        if filled[:1] and filled[0].lower().startswith("paper:"):
            title = ", ".join(filled)[6:].strip()
        elif len(filled) == 1 and not block:
            passages += [Passage(caption, "text")] if caption else []
            caption = filled[0]
        elif filled:
            block.append((number, row))
        elif block:
            tables.append(_table(block, caption, len(tables) + 1, text))
            block, caption = [], ""
    passages += [Passage(caption, "text")] if caption else []
    excluded = (Excluded("title", title),)
    return ReadPaper(title, tuple(passages), tuple(tables), None, (), excluded, typed=True)


def _table(
    block: Sequence[tuple[int, Sequence[str]]], caption: str, position: int, text: str
) -> Table:
    head = list(block[0][1])
    while head and not head[-1]:
        head.pop()
    if len(head) > WIDEST or len(head) < 2:
        raise UserError(
            Problem(
                located(text, block[0][0]),
                found=f"a head of {len(head)} cells",
                expected=f"a label and a column for each number, at most {WIDEST}",
                do="trialtrace read --form shows one",
            )
        )
    parted = [[tidy(word) for word in cell.split(":")] for cell in head]
    deep = max(map(len, parted))
    rows = [[Span(cell) for cell in row] for row in _heads(parted, deep)]
    rows += [
        [Span(cell) for cell in _cells(row, len(head), located(text, number))]
        for number, row in block[1:]
    ]
    return Table(numbered(caption, position), caption, placed(rows), deep)


def _heads(parted: Sequence[Sequence[str]], deep: int) -> Iterator[list[str]]:
    """The rows of heads; a name that stands over several columns is typed over each of them."""
    for at in range(deep):
        yield [parts[at] if at < len(parts) else "" for parts in parted]


def _cells(row: Sequence[str], width: int, place: str) -> Iterator[str]:
    if any(row[width:]):
        raise UserError(
            Problem(
                place,
                found=f"{len(row)} cells",
                expected=f"as many as its table's head has: {width}",
                do="put a cell that holds a comma in quotes",
            )
        )
    yield from row[:width]
    yield from [""] * (width - len(row))


# The table form as a spreadsheet.


def read_sheet(content: bytes, text: str) -> ReadPaper:
    """The tables of every sheet. A number has the decimals that its cell shows."""
    return form_of(sheet_rows(content, text), text)


def sheet_rows(content: bytes, text: str) -> list[list[str]]:
    """The rows of every sheet as texts, an empty one between sheets."""
    import openpyxl

    try:
        check_package(content, text)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows: list[list[str]] = []
        for sheet in book.worksheets:
            # What a sheet declares may be as wide as one can be; each row has its own width then.
            sheet.reset_dimensions()
            for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS), 1):
                if any(cell.value is not None for cell in row[WIDEST:]):
                    raise UserError(_too_wide(text, sheet.title, number))
                rows.append(
                    [_text(cell.value, str(cell.number_format or "")) for cell in row[:WIDEST]]
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
    return rows


def _too_wide(text: str, sheet: str, row: int) -> Problem:
    return Problem(
        f"{text}, sheet {sheet}, row {row}",
        found=f"a cell beyond column {WIDEST}",
        expected=f"a label and a column for each number, at most {WIDEST} columns",
        do="take out what stands beside the table; trialtrace read --form shows one",
    )


def _text(value: object, number_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and (found := re.match(r"#?,?#*0(?:\.(0+))?", number_format)):
        return f"{value:.{len(found.group(1) or '')}f}"
    return tidy(str(value))
