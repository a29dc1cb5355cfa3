"""Rows around a table: titles, units, sums and notes; and tables that only look like it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from exports import put, sheets, text

from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.tables import profile

NAMES = ["subjid", "arm", "weight", "height"]
UNITS = ["", "", "kg", "(cm)"]
BODY = [[f"P{n:02}", "AB"[n % 2], 60 + n, 160 + n] for n in range(1, 13)]
TITLE = [["Trial of something, export of Friday"], ["", "made by the data office"]]
SUMS = [["Total", "", 798, 1998]]
NOTES = [["Note: weights are without shoes"]]


@pytest.fixture(params=["xlsx", "csv"])
def of(request, tmp_path: Path):
    """The profile of these rows as a sheet and as text."""

    def made(rows: Sequence[Sequence[object]]) -> Table:
        if request.param == "xlsx":
            path = sheets(tmp_path / "a.xlsx", {"Visits": rows})
        else:
            path = put(tmp_path / "a.csv", text(rows, ";"))
        (table,) = profile([str(path)])
        return table

    return made


def keys(table: Table) -> dict[str, object]:
    return {
        key: table.reading[key]
        for key in ("header", "under_header", "foot")
        if key in table.reading
    }


def test_a_title_units_sums_and_notes(of):
    table = of([*TITLE, [], NAMES, UNITS, *BODY, *SUMS, *NOTES])
    assert keys(table) == {"header": 4, "under_header": 1, "foot": 2}
    assert table.rows == len(BODY)
    assert [one.unit for one in table.columns] == ["", "", "kg", "cm"]
    assert table.column("weight").evidence["unit"] == "The row of units says kg."
    assert {"header", "under_header", "foot"} <= set(table.evidence)
    assert table.keys[0] == ("subjid",)


def test_a_row_of_means_alone(of):
    """In words of German, with nothing but the mean of an age."""
    assert keys(of([NAMES, *BODY, ["Mittel", "", 66.5, ""]])) == {"foot": 1}


def test_a_plain_table_has_none(of):
    assert keys(of([NAMES, *BODY])) == {}


def test_the_last_patients_are_no_foot(of):
    """A patient of whom nothing is known but the number, and one whose arm is not."""
    table = of([NAMES, *BODY, ["P13", "A", "", ""], ["P14", "", "", ""]])
    assert keys(table) == {}
    assert table.rows == len(BODY) + 2


@pytest.mark.parametrize("blank", [["", "", "", ""], [" ", "", "", " "]])
def test_rows_of_blanks_are_no_patients(of, blank: list[str]):
    table = of([NAMES, *BODY[:5], blank, *BODY[5:], blank, *SUMS, blank])
    assert (table.rows, keys(table)) == (len(BODY), {"foot": 1})
    assert table.subject == ("subjid",) and table.column("subjid").blank == 0
    told = "3 without a value: 7, 15, 17."
    # Of a sheet what is no cell is nothing.
    assert table.evidence.get("blank", told) == told
    assert "blank" in table.evidence or " " not in blank


def test_a_first_row_of_words_is_no_row_of_units(of):
    rows = [["P00", "A", "not done", "not done"], *BODY]
    assert keys(of([NAMES, *rows])) == {}


def test_names_that_are_numbers_are_no_title(of):
    """A wide table with a column a week."""
    table = of([["subjid", "arm", "0", "4"], *BODY])
    assert keys(table) == {}


CODED = ["nr", "sex", "asa", "age", "seen"]
CODED_BODY = [[n, "mf"[n % 2], 1 + n % 3, 30 + n, f"{n:02}.03.2020"] for n in range(1, 25)]


def test_units_below_codes_and_dates(of):
    """Codes, levels of a scale and the order of a date tell a row of units, as units do."""
    table = of([CODED, ["", "m/f", "1-3", "Jahre", "dd.mm.yyyy"], *CODED_BODY])
    assert keys(table) == {"under_header": 1}
    assert [one.unit for one in table.columns] == ["", "", "", "years", ""]
    assert "m/f, 1-3, Jahre, dd.mm.yyyy" in table.evidence["under_header"]


@pytest.mark.parametrize("first", [[0, "m/f", "1-3", "Jahre", ""], ["", "m", "1-3", "Jahre", ""]])
def test_a_row_with_one_cell_of_its_columns_kind_is_data(of, first):
    assert keys(of([CODED, first, *CODED_BODY])) == {}


@pytest.mark.parametrize(("score", "foot"), [(48, {"foot": 1}), (47, {})])
def test_a_total_without_a_word(of, score: int, foot: dict[str, int]):
    body = [[f"P{n:02}", "AB"[n % 2], 60, 4] for n in range(1, 13)]
    assert keys(of([NAMES, *body, ["", "", 720, score]])) == foot
