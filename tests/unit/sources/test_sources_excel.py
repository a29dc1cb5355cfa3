"""Excel: numbers and dates as canonical text, sheet rows as places."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from source_files import Bench, cells, places


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
        "3", "3", "0.1", "TRUE", "007", "2026-11-20", "2026-11-20T08:05:00", "08:05:00", "30:00:00",
    )  # fmt: skip
    assert first[-1] is None


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


def edited(book: bytes, member: str, old: bytes, new: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == member:
                replaced = content.replace(old, new).replace(b"<v />", new)
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


BAD = {
    "not a workbook": (lambda: b"id,age\n1,2\n", {}, ["not an Excel workbook"]),
    "a zip of something": (
        lambda: edited(b"PK\x05\x06" + b"\0" * 18, "", b"", b""),
        {},
        ["not an"],
    ),
    "password": (lambda: bytes.fromhex("d0cf11e0a1b11ae1"), {}, ["password", "save it as .xlsx"]),
    "unknown sheet": (lambda: workbook([["id"], [1]]), {"sheet": "Labs"}, ['did you mean "Lab"?']),
    "which sheet": (two_sheets, {}, ["has 2", "Lab, Notes"]),
    "empty sheet": (lambda: workbook([]), {}, ["a.xlsx[Lab]", "empty"]),
    "blank header": (lambda: workbook([["id", None], [1, 2]]), {}, ["row 1", "position 2 of 2"]),
    "duplicate header": (lambda: workbook([["id", "id"], [1, 2]]), {}, ["stand twice: id"]),
    "reserved header": (lambda: workbook([["source_file"], [1]]), {}, ["source_file"]),
    "merged header": (
        lambda: workbook([["id", "a"], [1, 2]], lambda sheet: sheet.merge_cells("A1:B1")),
        {},
        ["merged cells: A1:B1"],
    ),
    "formula never computed": (lambda: workbook([["id"], ["=1+1"]]), {}, ["cell A2", "formula"]),
    "bomb": (bomb, {}, ["unpacks to"]),
    "what the library cannot read": (empty_chart_sheet, {}, ["cannot be read", "save the sheet"]),
    "separator": (lambda: workbook([["id"], [1]]), {"separator": ","}, ["format excel"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_workbooks(bench: Bench, case: str):
    make, settings, told = BAD[case]
    bench.put("a.xlsx", make())
    message = bench.refuses("a.xlsx", **settings)
    for words in told:
        assert words in message
