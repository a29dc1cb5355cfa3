"""A trial of files of its own: only a folder of configuration, and messy exports."""

import csv
import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from mini_trial import CONFIG

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.conditions import evaluate
from trialtrace.run.tables.contracts import CLEAN, REJECTS, read_table
from trialtrace.run.trial.load import Trial, load_trial

REPOSITORY = Path(__file__).parents[3]

TRIAL = """
title: A trial of two visits
question: Does it work?
design:
  kind: parallel
  arms:
    active: {label: Active, code: "1"}
    placebo: {label: Placebo, code: "2", control: true}
  randomisation: {scheme: simple}
source:
  kind: files
  folder: data
  items:
    people:
      path: people.csv
      format: csv
      encoding: windows-1252
      separator: ";"
      decimal: ","
    lab: {path: lab.xlsx, format: excel, sheet: Lab}
tables:
  patients: {of: people, key: [id], subject: id, arm: group}
  labs: {of: lab, key: [id, visit], subject: id}
subjects:
  table: patients
  age: {column: age, unit: years}
populations:
  itt: {label: All randomised, flag: ITTFL, where: {group: present}}
"""
CLEANING = """
tables:
  patients:
    ignore: {free: never analysed}
    missing: {weight: ["-9"]}
  labs:
    convert: {creatinine: {unit_column: unit, to: mg/dL, factors: {mg/dL: 1, "µmol/L": 0.0113}}}
checks:
  lab_after_birth:
    label: A laboratory value is dated after 2000
    table: labs
    severity: reject
    columns: [taken]
    expect: {taken: {at_least: "2000-01-01"}}
"""
HEADER = (REPOSITORY / "config/trials/moertel1990/dictionary.csv").read_text().splitlines()[0]


def variable(table: str, name: str, validation: str = "", low: str = "", high: str = "", **more):
    row = [name, table, "", "radio" if "choices" in more else "text", name]
    row += [more.get("choices", ""), "", validation, low, high, "", "", more.get("required", "")]
    return [*row, "", "", "", "", ""]


DICTIONARY = [
    variable("patients", "id", "integer", required="y"),
    variable("patients", "group", choices="1, Active | 2, Placebo"),
    variable("patients", "age", "integer", "18", "110"),
    variable("patients", "weight", "number", "30", "250"),
    variable("patients", "born", "date_dmy"),
    variable("labs", "id", "integer"),
    variable("labs", "visit"),
    variable("labs", "creatinine", "number"),
    variable("labs", "unit"),
    variable("labs", "taken", "date_ymd"),
]
PEOPLE = """id;group;age;weight;born;free
1;1;54;70,5;01.02.1970;"two
lines"
2;2;17;-9;31.02.1980;Müller
3;2; 61 ;81.2;1959-12-24;
3;2;61;81.2;1959-12-24;
"""
PEOPLE += "".join(f"{number};1;50;70,5;01.02.1970;\n" for number in range(11, 23))
LAB = [
    ["id", "visit", "creatinine", "unit", "taken"],
    [1, "base", 1.2, "mg/dL", "2020-01-02"],
    [1, "week 4", 100, "µmol/L", "1920-01-02"],
    [2, "base", 1, "?", None],
    [7, "base", 1, "mg/dL", None],
    *([number, "base", 1, "mg/dL", "2020-01-02"] for number in range(11, 23)),
]


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    folder = tmp_path / "config" / "trials" / "mine"
    folder.mkdir(parents=True)
    (tmp_path / "workflow").symlink_to(REPOSITORY / "workflow")
    (tmp_path / "config" / "config.yaml").write_text(CONFIG)
    (folder / "trial.yaml").write_text(TRIAL)
    (folder / "cleaning.yaml").write_text(CLEANING)
    with open(folder / "dictionary.csv", "w", newline="") as file:
        file.write(HEADER + "\n")
        csv.writer(file).writerows(DICTIONARY)
    data = tmp_path / "data"
    data.mkdir()
    (data / "people.csv").write_bytes(PEOPLE.encode("windows-1252"))
    book = openpyxl.Workbook()
    book.active.title = "Lab"
    for row in LAB:
        book.active.append(row)
    book.save(data / "lab.xlsx")
    return load_trial("mine", Project(tmp_path))


def run(trial: Trial, root: Path) -> None:
    ingest_sources(trial, root / "raw")
    clean_tables(trial, root / "raw", root / "clean")


def test_the_whole_way(trial: Trial, tmp_path: Path):
    run(trial, tmp_path)
    patients = read_table(tmp_path / "clean" / "patients.parquet", CLEAN)
    assert patients.drop_columns(["source_file", "born"]).to_pylist()[:3] == [
        {"source_row": 2, "id": 1, "group": "1", "age": 54, "weight": 70.5},
        {"source_row": 4, "id": 2, "group": "2", "age": None, "weight": None},
        {"source_row": 5, "id": 3, "group": "2", "age": 61, "weight": None},
    ]
    labs = read_table(tmp_path / "clean" / "labs.parquet", CLEAN)
    assert labs["creatinine"].to_pylist()[:3] == [1.2, 1.13, None]
    assert set(labs["source_file"].to_pylist()) == {"lab.xlsx[Lab]"}


def test_everything_that_was_not_accepted_is_listed(trial: Trial, tmp_path: Path):
    run(trial, tmp_path)
    rejects = read_table(tmp_path / "clean" / "rejects.parquet", REJECTS).to_pylist()
    found = {(r["table"], r["source_row"], r["column"], r["rule"]) for r in rejects}
    assert found == {
        ("patients", 4, "age", "below_minimum"),
        ("patients", 4, "born", "impossible_date"),
        ("patients", 5, "weight", "decimal_sign"),
        ("patients", 6, "weight", "decimal_sign"),
        ("patients", 6, None, "duplicate_row"),
        ("labs", 3, "taken", "lab_after_birth"),
        ("labs", 4, "creatinine", "unknown_unit"),
        ("labs", 5, None, "unknown_subject"),
    }


def test_only_the_quarantine_holds_values(trial: Trial, tmp_path: Path):
    run(trial, tmp_path)
    for path in (tmp_path / "raw" / "manifest.json", tmp_path / "clean" / "conservation.json"):
        text = path.read_text()
        assert "Müller" not in text
        assert "31.02" not in text
    settings = json.loads((tmp_path / "raw" / "manifest.json").read_text())["tables"]["people"]
    assert settings["settings"] == {"decimal": ","}


def test_a_wrong_arm_stops_the_run_and_nothing_is_written(trial: Trial, tmp_path: Path):
    people = tmp_path / "data" / "people.csv"
    people.write_bytes(people.read_bytes().replace(b"\n2;2;", b"\n2;5;"))
    with pytest.raises(UserError, match="arms that the design does not have"):
        run(trial, tmp_path)
    assert not (tmp_path / "clean").exists()


def test_weights_of_single_precision_meet_their_threshold(trial: Trial, tmp_path: Path):
    """Stata's default type: 61.1 was 61.0999984741, and no patient weighed at least 61.1."""
    text = TRIAL[: TRIAL.index("      path: people.csv")] + "      path: people.dta\n"
    text += "      format: stata\n" + TRIAL[TRIAL.index("    lab: {path") :]
    (tmp_path / "config/trials/mine/trial.yaml").write_text(text)
    frame = pd.DataFrame(
        {
            "id": range(1, 31),
            "group": ["1", "2"] * 15,
            "age": [54] * 30,
            "weight": np.array([61.1, 61.0, 70.5] * 10, dtype="float32"),
            "born": [""] * 30,
            "free": [""] * 30,
        }
    )
    frame.to_stata(tmp_path / "data/people.dta", write_index=False)
    run(load_trial("mine", Project(tmp_path)), tmp_path)
    patients = read_table(tmp_path / "clean" / "patients.parquet", CLEAN)
    assert patients["weight"].to_pylist() == [61.1, 61.0, 70.5] * 10
    heavy = evaluate({"weight": {"at_least": 61.1}}, patients)
    assert heavy.to_pylist() == [True, False, True] * 10


def test_the_day_that_only_excel_has_is_rejected(trial: Trial, tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.title = "Lab"
    rows = [[1, f"week {week}", 1.5, "mg/dL", 44000 + week] for week in range(12)]
    for row in [LAB[0], [2, "base", 1.5, "mg/dL", 60], [3, "base", 1.5, "mg/dL", -4], *rows]:
        book.active.append(row)
    for row in range(2, 16):
        book.active.cell(row, 5).number_format = "yyyy-mm-dd"
    book.save(tmp_path / "data/lab.xlsx")
    run(trial, tmp_path)
    rejects = read_table(tmp_path / "clean" / "rejects.parquet", REJECTS).to_pylist()
    taken = {row["source_row"]: row["rule"] for row in rejects if row["column"] == "taken"}
    assert taken == {2: "impossible_date", 3: "not_a_date"}
