"""The same trial in every format that is read, and sheets and folders of several tables."""

from pathlib import Path

import pandas as pd
import pytest
from exports import ARMS, LABELS, WRITERS, frame, rows_of, sheets

from trialtrace.run.drafting import raw_tables
from trialtrace.run.drafting.places import neutral_name
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.repeats import cells_of
from trialtrace.run.drafting.tables import profile
from trialtrace.run.sources.readers import statistical

FORMATS = {".csv": "csv", ".xlsx": "excel", ".parquet": "parquet"}
FORMATS |= {".xpt": "xpt", ".sav": "spss", ".dta": "stata"}
LABELLED = (".sav", ".dta")


@pytest.fixture(params=sorted(WRITERS))
def ending(request) -> str:
    return request.param


@pytest.fixture
def table(tmp_path: Path, ending: str) -> Table:
    path = tmp_path / f"visits{ending}"
    WRITERS[ending](path)
    (made,) = profile([str(path)])
    return made


def test_rows_keys_and_roles_are_those_of_the_trial(table: Table, ending: str):
    assert table.name == "visits"
    assert table.reading["format"] == FORMATS[ending]
    assert table.rows == len(frame())
    assert table.keys[0] == ("subjid", "week")
    assert (table.subject[0], table.arm[0], table.visit[0]) == ("subjid", "arm", "week")


def test_a_code_for_missing_is_outside_of_the_range(table: Table, ending: str):
    weight = table.column("weight")
    assert [float(code) for code in weight.missing_codes] == [999]
    assert (weight.validation, weight.low, weight.high) == ("number", "51.5", "64.5")
    told = "says that 999 is missing" if ending == ".sav" else "far off"
    assert told in weight.evidence["missing_codes"]


def test_labels_of_columns_and_codes_are_those_of_the_file(table: Table, ending: str):
    if ending in (".sav", ".dta", ".xpt"):
        assert {one.name: one.label for one in table.columns} == LABELS
        assert table.column("weight").unit == "kg"
    arm = dict(table.column("arm").choices)
    assert arm == (
        {str(c): w for c, w in ARMS.items()} if ending in LABELLED else {"1": "1", "2": "2"}
    )


def test_a_sheet_is_a_table(tmp_path: Path):
    patients = frame()[["subjid", "arm"]].drop_duplicates()
    content = {"Baseline data": rows_of(patients), "Notes": [], "Visits": rows_of(frame())}
    path = sheets(tmp_path / "all.xlsx", content)
    tables = profile([str(path)])
    assert [(one.name, one.reading["sheet"]) for one in tables] == [
        ("baseline_data", "Baseline data"),
        ("visits", "Visits"),
    ]
    assert [one.rows for one in tables] == [len(patients), len(frame())]


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("Visits 2", "visits_2"),
        ("adsl", "adsl"),
        ("Quality of life", "data"),
        ("Vital signs", "vital_signs"),
        ("QoL week 12", "qol_week_12"),
        ("help_data_2003_01_31_1412", "data"),
        ("mueller_patients", "data"),
        ("Prüfung Dr. Groß", "data"),
        ("patients_03_11_25", "data"),
    ],
)
def test_a_table_is_not_named_after_a_person_or_a_day(stem: str, name: str):
    assert neutral_name(stem) == name


def test_files_without_a_name_to_show_are_numbered(tmp_path: Path):
    for name in ("smith.csv", "visits.csv", "jones.csv"):
        WRITERS[".csv"](tmp_path / name)
    assert [one.name for one in profile([str(tmp_path)])] == ["data", "data_2", "visits"]


def test_sheets_of_one_name_are_numbered(tmp_path: Path):
    paths = [
        sheets(tmp_path / f"{name}.xlsx", {s: rows_of(frame()) for s in ("visits", "labs")})
        for name in "xy"
    ]
    assert [one.name for one in profile([str(path) for path in paths])] == [
        "visits",
        "labs",
        "visits_2",
        "labs_2",
    ]


def test_the_tables_of_a_folder(tmp_path: Path):
    WRITERS[".csv"](tmp_path / "visits.csv")
    WRITERS[".dta"](tmp_path / "labs.dta")
    (tmp_path / "readme.txt").write_text("Exported on Friday.")
    (tmp_path / ".hidden.csv").write_text("a\n1\n")
    assert [one.name for one in profile([str(tmp_path)])] == ["labs", "visits"]


def test_a_stata_file_of_codes_alone_without_labels(tmp_path: Path):
    path = tmp_path / "a.dta"
    pd.DataFrame({"id": range(40), "grade": [1, 2, 3, 4] * 10}).to_stata(path, write_index=False)
    (made,) = profile([str(path)])
    assert made.column("grade").type == "radio"


def test_a_file_is_parsed_once_however_often_its_rows_are_looked_at(tmp_path: Path, monkeypatch):
    path = tmp_path / "a.dta"
    WRITERS[".dta"](path)
    parsed: list[str] = []
    read = statistical.read
    monkeypatch.setattr(statistical, "read", lambda o: parsed.append("") or read(o))
    (made,) = profile([str(path)])
    rows = cells_of(made, ["subjid"])
    assert cells_of(made, ["arm"]) and len(parsed) == 1
    frame().head(6).to_stata(path, write_index=False)
    assert len(cells_of(made, ["subjid"])) == 6 < len(rows) and len(parsed) == 2


def test_a_data_set_of_the_registry_is_opened_once_too(monkeypatch):
    raw_tables._item.cache_clear()
    opened: list[str] = []
    load = raw_tables.load_installed
    monkeypatch.setattr(
        raw_tables, "load_installed", lambda items, at: opened.append(at) or load(items, at)
    )
    (made,) = profile(["registry:medicaldata/licorice_gargle"])
    assert len(cells_of(made, ["treat"])) == made.rows and len(opened) == 1


R = {
    # As R 4 writes d <- data.frame(id, arm, age): write.csv(d), write.table(d), with sep = "\t".
    "csv": '"","id","arm","age"\n"{n}",{n},"{arm}",{age}\n',
    "txt": '"id" "arm" "age"\n"{n}" {n} "{arm}" {age}\n',
    "tsv": '"id"\t"arm"\t"age"\n"{n}"\t{n}\t"{arm}"\t{age}\n',
}


@pytest.mark.parametrize("ending", list(R))
def test_names_of_rows_as_r_writes_them(tmp_path: Path, ending: str):
    header, row = R[ending].splitlines()
    rows = [row.format(n=n, arm=("new drug", "old")[n % 2], age=30 + n) for n in range(1, 31)]
    path = tmp_path / f"d.{ending}"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (table,) = profile([str(path)])
    assert table.reading["row_names"] == "rownames"
    assert [one.name for one in table.columns] == ["rownames", "id", "arm", "age"]
    assert table.subject[0] == "id" and table.arm[0] == "arm"
    assert dict(table.column("arm").values) == {"new drug": 15, "old": 15}


def test_names_of_rows_in_a_sheet(tmp_path: Path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append([None, "id", "arm"])
    for n in range(30):
        book.active.append([n, n + 1, "ab"[n % 2]])
    book.save(tmp_path / "d.xlsx")
    (table,) = profile([str(tmp_path / "d.xlsx")])
    assert table.reading["row_names"] == "rownames"
    assert [one.name for one in table.columns] == ["rownames", "id", "arm"]
