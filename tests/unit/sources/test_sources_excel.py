"""Excel: numbers and dates as canonical text, sheet rows as places."""

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
import xlrd
from cost import calls
from source_files import Bench, cells, places

from trialtrace.base.errors import UserError
from trialtrace.run.sources.readers.old_workbook import read_sheets


def workbook(rows: list[list[Any]], change: Callable[[Any], None] = lambda sheet: None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Lab"
    for row in rows:
        sheet.append(row)
    change(sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_values_become_text(bench: Bench):
    typed = [3, 3.0, 0.1, True, "007", dt.date(2026, 11, 20), dt.datetime(2026, 11, 20, 8, 5)]
    typed += [dt.time(8, 5), dt.timedelta(hours=30), "", None]
    bench.put("a.xlsx", workbook([[f"c{n}" for n in range(len(typed))], typed, ["x"]]))
    (first, _) = cells(bench.ingest("a.xlsx", sheet="Lab"))
    assert first[:9] == (
        "3",
        "3",
        "0.1",
        "TRUE",
        "007",
        "2026-11-20",
        "2026-11-20T08:05:00",
        "08:05:00",
        "30:00:00",
    )
    assert first[-1] is None


def test_rows_of_blanks_are_no_records(bench: Bench):
    bench.put("a.xlsx", workbook([["id", "age"], [1, 2], [" ", ""], [3, 4], ["", " "]]))
    assert places(bench.ingest("a.xlsx")) == [2, 4]


def test_what_a_library_says_of_styles_is_not_told(bench: Bench):
    """As workbooks of other programs are: without the named styles."""
    whole, bare = zipfile.ZipFile(io.BytesIO(workbook([["id"], [1]]))), io.BytesIO()
    with zipfile.ZipFile(bare, "w") as made:
        for name in whole.namelist():
            text = whole.read(name)
            if name == "xl/styles.xml":
                text = re.sub(rb"<cellStyles.*</cellStyles>", b"", text, flags=re.DOTALL)
            made.writestr(name, text)
    bench.put("a.xlsx", bare.getvalue())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cells(bench.ingest("a.xlsx")) == [("1",)]


def test_rows_keep_their_number_in_the_sheet(bench: Bench):
    bench.put("a.xlsx", workbook([[], ["id", "age"], [1, 54], [], [2, 61], []]))
    rows = bench.ingest("a.xlsx")
    assert places(rows) == [3, 5]
    assert rows[0]["source_file"] == "a.xlsx[Lab]"


def test_a_formula_has_its_cached_value(bench: Bench):
    """openpyxl writes no cached values, so the value is put into the sheet's XML."""
    plain = workbook([["id", "double"], [2, "=A2*2"]])
    bench.put("a.xlsx", edited(plain, "xl/worksheets/sheet1.xml", b"<v></v>", b"<v>4</v>"))
    assert cells(bench.ingest("a.xlsx")) == [("2", "4")]


def with_numbers(*numbers: str, style: str = "General", change=lambda sheet: None) -> bytes:
    """A column x of numbers as they are to stand in the XML."""

    def styled(sheet: Any) -> None:
        for row in range(2, len(numbers) + 2):
            sheet.cell(row, 1).number_format = style
        change(sheet)

    book = workbook([["x"], *([1000 + at] for at in range(len(numbers)))], styled)
    for at, number in enumerate(numbers):
        old, new = f"<v>{1000 + at}</v>".encode(), f"<v>{number}</v>".encode()
        book = edited(book, "xl/worksheets/sheet1.xml", old, new)
    return book


def from_1904(sheet: Any) -> None:
    sheet.parent.epoch = dt.datetime(1904, 1, 1)


# Numbers as they stand in the XML with their texts. Serial 60 became 28 February, a negative one a
# day of 1899: both are no date.
DAYS = {
    "1": "1900-01-01", "59": "1900-02-28", "60": "1900-02-29", "60.5": "1900-02-29T12:00:00",
    "61": "1900-03-01", "-4": "-4", "2958465": "9999-12-31", "2958466": "2958466",
    "45000.25": "2023-03-15T06:00:00",
}  # fmt: skip
DURATIONS = {"1.25": "30:00:00", "-0.0625": "-01:30:00", "0.0000173611111": "00:00:01.500000"}
DIGITS = ("9007199254740992", "9007199254740993", "12345678901234567890", "1.5", "61.1")
NUMBERS = [
    ("yyyy-mm-dd", lambda sheet: None, DAYS),
    ("yyyy-mm-dd", from_1904, {"1": "1904-01-02", "60": "1904-03-01", "-1": "-1"}),
    ("[h]:mm:ss", lambda sheet: None, DURATIONS),
    ("General", lambda sheet: None, dict(zip(DIGITS, DIGITS, strict=True))),
]


@pytest.mark.parametrize(("style", "change", "texts"), NUMBERS)
def test_numbers_are_read_by_their_style(bench: Bench, style: str, change, texts: dict[str, str]):
    bench.put("a.xlsx", with_numbers(*texts, style=style, change=change))
    assert [row["x"] for row in bench.ingest("a.xlsx")] == list(texts.values())
    assert bench.warnings() == []


@pytest.mark.parametrize("number", ["9.0071992547409901E+15", "1234567890123450", "1.5E+17"])
def test_whole_numbers_that_excel_rounded_are_told(bench: Bench, number: str):
    """Excel keeps 15 digits of what is typed: two ids of 17 digits become one."""
    bench.put("a.xlsx", with_numbers("3", number))
    assert bench.ingest("a.xlsx")[1]["x"].isdigit()
    (told,) = bench.warnings()
    assert "demo: source.items.visits, column x holds whole numbers of more than 15 digits" in told


def test_errors_of_formulas_are_told(bench: Bench):
    rows = [["id", "site"], ["#REF!", "A"], ["P2", "#N/A"], ["P3", "#N/A"]]
    bench.put("a.xlsx", workbook(rows))
    assert cells(bench.ingest("a.xlsx"))[1] == ("P2", "#N/A")
    first, second = bench.warnings()
    assert first.startswith(
        "demo: source.items.visits, column id: 1 cell(s) hold an error of a formula"
    )
    assert "column site: 2 cell(s)" in second


def test_a_sheet_formatted_to_its_last_row_is_as_small_as_its_table(bench: Bench):
    """Every cell up to the last formatted one was made: 17 billion of them."""

    def formatted(sheet: Any) -> None:
        for row, column in ((1048576, 8), (1048576, 16384), (7, 3)):
            sheet.cell(row, column).number_format = "0.00"

    bench.put("a.xlsx", workbook([["id", "age"], [1, 54], [2, 61]], formatted))
    made = []
    assert calls(lambda: made.append(bench.ingest("a.xlsx"))) < 1_000_000
    assert cells(made[0]) == [("1", "54"), ("2", "61")]


def test_a_value_far_away_in_a_column_of_the_table_is_a_row(bench: Bench):
    def far(sheet: Any) -> None:
        sheet["A1048576"] = 7

    bench.put("a.xlsx", workbook([["id", "age"], [1, 54]], far))
    made = []
    assert calls(lambda: made.append(bench.ingest("a.xlsx"))) < 1_000_000
    assert (cells(made[0])[-1], places(made[0])[-1]) == (("7", None), 1048576)


def test_a_formula_whose_value_is_no_text_is_an_empty_cell(bench: Bench):
    """Excel writes =IF(A2="","",1) so; it is computed."""
    book = workbook([["id", "double"], [2, "=A2*2"]])
    old, new = b'<c r="B2"><f>A2*2</f><v></v></c>', b'<c r="B2" t="str"><f>A2*2</f><v></v></c>'
    book = edited(book, "xl/worksheets/sheet1.xml", old, new)
    bench.put("a.xlsx", book)
    assert cells(bench.ingest("a.xlsx")) == [("2", None)]


def edited(book: bytes, member: str, old: bytes, new: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == member:
                replaced = content.replace(old, new)
                assert replaced != content
                content = replaced
            target.writestr(name, content)
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (120 << 20))
    return buffer.getvalue()


def two_sheets() -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(workbook([["id"], [1]])))
    book.create_sheet("Notes").append(["x"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def empty_chart_sheet() -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(workbook([["id"], [1]])))
    book.create_chartsheet("Plot")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def in_sheet(old: str, new: str) -> Callable[[], bytes]:
    book = workbook([["id", "n"], [1, 2]])
    return lambda: edited(book, "xl/worksheets/sheet1.xml", old.encode(), new.encode())


BAD = {
    "a value far away": (
        lambda: workbook([["id"], [1]], lambda sheet: sheet.cell(1048576, 16384, "x")),
        {},
        ["source.items.visits, row 1", "cell XFD1048576", "beside the table"],
    ),
    "no number": (in_sheet("<v>2</v>", "<v>1_0</v>"), {}, ["cannot be read (a number that is"]),
    "rows that fall": (in_sheet('<row r="2"', '<row r="1"'), {}, ["numbers do not rise"]),
    "a cell twice": (in_sheet('r="B2"', 'r="A2"'), {}, ["not stand in the order"]),
    "no such text": (in_sheet('t="n"><v>2', 't="s"><v>99'), {}, ["text is not in the workbook"]),
    "half a sheet": (in_sheet("</sheetData>", "<"), {}, ["cannot be read (ParseError)"]),
    "not a workbook": (lambda: b"id,age\n1,2\n", {}, ["not an Excel workbook"]),
    "a zip of something": (
        lambda: edited(b"PK\x05\x06" + b"\0" * 18, "", b"", b""),
        {},
        ["not an"],
    ),
    "password": (lambda: bytes.fromhex("d0cf11e0a1b11ae1"), {}, ["password", "save it as .xlsx"]),
    "unknown sheet": (lambda: workbook([["id"], [1]]), {"sheet": "Labs"}, ["sheet 1 has"]),
    "which sheet": (two_sheets, {}, ["one of its 2 sheets"]),
    "empty sheet": (lambda: workbook([]), {}, ["source.items.visits", "empty"]),
    "blank header": (lambda: workbook([["id", None], [1, 2]]), {}, ["row 1", "position 2 of 2"]),
    "duplicate header": (
        lambda: workbook([["id", "id"], [1, 2]]),
        {},
        ["stand twice, in positions 1, 2 of 2"],
    ),
    "reserved header": (lambda: workbook([["source_file"], [1]]), {}, ["source_file"]),
    "merged header": (
        lambda: workbook([["id", "a"], [1, 2]], lambda sheet: sheet.merge_cells("A1:B1")),
        {},
        ["merged cells: A1:B1"],
    ),
    "formula never computed": (lambda: workbook([["id"], ["=1+1"]]), {}, ["cell A2", "formula"]),
    "bomb": (bomb, {}, ["unpacks to"]),
    "what the library cannot read": (empty_chart_sheet, {}, ["cannot be read", "save the sheet"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_workbooks(bench: Bench, case: str):
    make, settings, told = BAD[case]
    bench.put("a.xlsx", make())
    message = bench.refuses("a.xlsx", **settings)
    for words in told:
        assert words in message


# Saved by LibreOffice.
OLD = Path(__file__).parent / "old_workbooks" / "both.xls"


def test_a_sheet_of_an_old_workbook(bench: Bench):
    bench.put("a.xls", OLD.read_bytes())
    rows = bench.ingest("a.xls", sheet="rows")
    assert (cells(rows), places(rows)) == ([("1", "2")], [2])
    assert rows[0]["source_file"] == "a.xls[rows]"
    # Names of sheets stand in no message: codes, rows.
    with pytest.raises(UserError) as raised:
        bench.ingest("a.xls", sheet="row")
    (problem,) = raised.value.problems
    assert "2 sheets" in (problem.expected or "") and "sheet 2 " in (problem.do or "")
    assert "rows" not in str(problem) and "codes" not in str(problem)


def test_values_of_an_old_workbook_become_the_same_text(monkeypatch):
    """The kinds of cells that xlrd tells: as those of a new workbook, errors and digits counted."""
    kinds = {"General": 0, "yyyy-mm-dd": 1, "[h]:mm": 2}

    def cell(kind: int, value: Any, style: str = "General") -> xlrd.sheet.Cell:
        return xlrd.sheet.Cell(kind, value, kinds[style])

    day = dt.datetime(2026, 11, 20) - dt.datetime(1899, 12, 30)
    row = [cell(2, 3.0), cell(2, 0.1), cell(4, 1), cell(1, "007"), cell(0, "")]
    row += [cell(3, float(day.days), "yyyy-mm-dd"), cell(3, day.days + 0.5, "yyyy-mm-dd")]
    row += [cell(3, 1.25, "[h]:mm"), cell(5, 42), cell(2, 12345678901234567.0), cell(6, "")]
    sheet = SimpleNamespace(name="Lab", get_rows=lambda: [[], row], merged_cells=[(3, 5, 1, 4)])
    styles = [SimpleNamespace(format_key=at) for at in kinds.values()]
    formats = {at: SimpleNamespace(format_str=text) for text, at in kinds.items()}
    book = SimpleNamespace(sheets=lambda: [sheet], xf_list=styles, format_map=formats, datemode=0)
    monkeypatch.setattr(xlrd, "open_workbook", lambda **_: nullcontext(book))
    read = read_sheets(b"", "a.xls")["Lab"]
    texts = {1: "3", 2: "0.1", 3: "TRUE", 4: "007", 6: "2026-11-20", 7: "2026-11-20T12:00:00"}
    ((line, made),) = read.rows
    assert line == 2 and made == texts | {8: "30:00:00", 9: "#N/A", 10: made[10]}
    assert (read.merged, read.rounded, dict(read.errors)) == (["B4:D5"], {10}, {9: 1})
    book.datemode = 1
    assert read_sheets(b"", "a.xls")["Lab"].rows[0][1][6] == "2030-11-21"


@pytest.mark.parametrize("keep", [8, 600, 3000])
def test_a_broken_old_workbook(bench: Bench, keep: int):
    bench.put("a.xls", OLD.read_bytes()[:keep])
    with pytest.raises(
        UserError, match=r"(?s)old \.xls workbook cannot be read.*save it as \.xlsx"
    ):
        bench.ingest("a.xls", sheet="rows")
