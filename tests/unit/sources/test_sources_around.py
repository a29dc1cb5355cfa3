"""Titles, rows of units and rows at the end: left out, and places stay those of the file."""

import json
from typing import Any

import pytest
from source_files import Bench, cells, places
from test_sources_excel import workbook

from trialtrace.base.errors import UserError

TEXT = (
    'Visits of the trial, "final"\n\nid;pain;weight\n;0-10;kg\n\n1;3;60\n2;"4\n5";61\n\n'
    "mean;3.5;\nexported on Monday\n"
)
DECLARED: dict[str, Any] = {"separator": ";", "header": 3, "under_header": 1, "foot": 2}


def noted(bench: Bench) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((bench.out / "manifest.json").read_text())
    return found["tables"]["visits"]["file"]


def test_rows_around_a_text_are_left_out(bench: Bench):
    bench.put("a.csv", TEXT)
    rows = bench.ingest("a.csv", **DECLARED)
    assert cells(rows) == [("1", "3", "60"), ("2", "4\n5", "61")]
    assert places(rows) == [6, 7]
    notes = noted(bench)
    assert notes["left_out"] == {"above": 1, "under_header": 1, "foot": 2}
    assert notes["blank_lines"] == 3
    assert "foot" not in str(notes.get("warnings"))


def test_without_a_word_nothing_is_noted(bench: Bench):
    bench.put("a.csv", "id;pain\n1;2\n")
    bench.ingest("a.csv", separator=";")
    assert "left_out" not in noted(bench)


SHEET = [
    ["Visits of the trial"],
    [],
    ["id", "pain", "weight"],
    [None, "0-10", "kg"],
    [1, 3, 60],
    [],
    [2, 4, 61],
    ["mean", 3.5],
    ["exported on Monday"],
]


def merged(sheet: Any) -> None:
    sheet.merge_cells("A1:C1")
    sheet["C8"] = "=AVERAGE(C5:C7)"


def test_rows_around_a_sheet_are_left_out(bench: Bench):
    """A merged title and a formula without a value do no harm where they are no data."""
    bench.put("a.xlsx", workbook(SHEET, merged))
    rows = bench.ingest("a.xlsx", header=3, under_header=1, foot=2)
    assert cells(rows) == [("1", "3", "60"), ("2", "4", "61")]
    assert places(rows) == [5, 7]
    assert noted(bench)["left_out"] == {"above": 1, "under_header": 1, "foot": 2}


def test_cells_merged_in_the_table_are_refused_still(bench: Bench):
    bench.put("a.xlsx", workbook(SHEET, lambda sheet: sheet.merge_cells("B5:B7")))
    with pytest.raises(UserError, match="merged cells: B5:B7"):
        bench.ingest("a.xlsx", header=3, under_header=1, foot=2)


@pytest.mark.parametrize("header", [2, 5, 40])
def test_a_row_of_names_that_is_not_there_is_told(bench: Bench, header: int):
    bench.put("a.csv", TEXT.replace("\n1;3;60", '\n"1\n1";3;60').replace("id;", '"i\n\nd";'))
    place = f":{header}\n"
    with pytest.raises(UserError) as told:
        bench.ingest("a.csv", separator=";", header=header)
    assert "no row with a value begins here" in str(told.value) and place in str(told.value)
    bench.put("a.xlsx", workbook(SHEET))
    with pytest.raises(UserError, match=r"source\.items\.visits\.header"):
        bench.ingest("a.xlsx", header=2)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
@pytest.mark.parametrize(
    "around", [{"foot": 6}, {"under_header": 6}, {"under_header": 3, "foot": 3}]
)
def test_more_rows_than_there_are_is_told(bench: Bench, name: str, around: dict[str, int]):
    bench.put("a.csv", TEXT)
    bench.put("a.xlsx", workbook(SHEET))
    separator = {"separator": ";"} if name == "a.csv" else {}
    with pytest.raises(UserError) as told:
        bench.ingest(name, header=3, **separator, **around)
    assert "5 row(s) below the names" in str(told.value) and "at least 6" in str(told.value)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_data_at_the_foot_are_told(bench: Bench, name: str):
    """A new export without the sums would lose its last patients in silence."""
    bench.put("a.csv", "id;pain;weight\n1;3;60\n2;4;\n3;5;61\n4;1;62\n")
    rows = [["id", "pain", "weight"], [1, 3, 60], [2, 4], [3, 5, 61], [4, 1, 62]]
    bench.put("a.xlsx", workbook(rows))
    separator = {"separator": ";"} if name == "a.csv" else {}
    bench.ingest(name, foot=1, **separator)
    told = noted(bench)["warnings"]
    assert len(told) == 1 and "line(s) 5, left out by `foot`" in told[0]
    assert "61" not in told[0]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_data_below_the_names_are_told(bench: Bench, name: str):
    """A row of units is as full as a row of data; numbers tell them apart."""
    if name.endswith("csv"):
        bench.put(name, "id;pain;weight\n1;3;60\n2;4;61\n3;2;62\n")
        bench.ingest(name, separator=";", under_header=1)
    else:
        bench.put(name, workbook([["id", "pain", "weight"], [1, 3, 60], [2, 4, 61], [3, 2, 62]]))
        bench.ingest(name, under_header=1)
    (told,) = noted(bench)["warnings"]
    assert "line(s) 2, left out by `under_header`, hold numbers" in told


@pytest.mark.parametrize("header", [",pain", "pain", '"",pain'])
def test_a_first_column_without_a_name_gets_the_declared_one(bench: Bench, header: str):
    bench.put("a.csv", f"{header}\n7,3\n8,4\n")
    rows = bench.ingest("a.csv", row_names="rownames")
    assert list(rows[0])[-2:] == ["rownames", "pain"]
    assert cells(rows) == [("7", "3"), ("8", "4")]


@pytest.mark.parametrize("header", [",pain", "pain"])
def test_without_it_the_key_is_proposed(bench: Bench, header: str):
    bench.put("a.csv", f"{header}\n7,3\n8,4\n")
    with pytest.raises(UserError, match="write row_names: rownames"):
        bench.ingest("a.csv")
