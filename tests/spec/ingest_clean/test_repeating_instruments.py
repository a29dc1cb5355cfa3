"""One REDCap export with repeating instruments: several clean tables, each of its own rows."""

from pathlib import Path

import pytest
from lossy_trial import TRIAL, Given, made
from mini_trial import HEADER

from trialtrace.base.errors import UserError
from trialtrace.run.cleaning.account import Account, read_account
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import CLEAN, read_table
from trialtrace.run.trial.load import load_trial

HEAD, _, REST = TRIAL.partition("  items:\n")
REPEATING = (
    HEAD
    + """\
  items:
    export: {path: export.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}
tables:
  patients:
    of: export
    key: [record_id]
    subject: record_id
    arm: arm
    where: {redcap_repeat_instrument: missing}
  events:
    of: export
    key: [record_id, redcap_repeat_instance]
    subject: record_id
    where: {redcap_repeat_instrument: {present: true, is: "adverse_events"}}
  doses:
    of: export
    key: [record_id, redcap_repeat_instance]
    subject: record_id
    where: {redcap_repeat_instrument: {present: true, is: "infusions"}}
subjects:
"""
    + REST.partition("subjects:\n")[2]
)
REPEATED = """\
record_id,{0},,text,Number,,,,,,,,y,,,,,
redcap_repeat_instrument,{0},,text,Repeated form,,,,,,,,,,,,,
redcap_repeat_instance,{0},,text,Number of the form,,,integer,1,99,,,,,,,,
"""
DICTIONARY = (
    HEADER
    + """\
record_id,patients,,text,Number,,,,,,,,y,,,,,
redcap_repeat_instrument,patients,,text,Repeated form,,,,,,,,,,,,,
arm,patients,,radio,Arm,"A, Active | C, Control",,,,,,,,,,,,
age,patients,,text,Age,,,integer,18,110,,,y,,,,,
"""
    + REPEATED.format("events")
    + "grade,events,,text,Grade,,,integer,1,5,,,,,,,,\n"
    + REPEATED.format("doses")
    + "dose,doses,,text,Dose,,,number,0,500,,,,,,,,\n"
)
CLEANING = """
tables:
  patients: {ignore: {redcap_repeat_instance: numbers rows of repeated forms}}
  events: {covers: some}
  doses: {}
"""
EXPORT = """\
record_id,redcap_repeat_instrument,redcap_repeat_instance,arm,age,grade,dose
1,,,A,50,,
1,adverse_events,1,,,3,
1,adverse_events,2,,,1,
1,infusions,1,,,,100
2,,,C,61,,
2,infusions,1,,,,90.5
2,infusions,2,,,,80
"""


def cleaned(root: Path, export: str = EXPORT, cleaning: str = CLEANING) -> Account:
    given = Given(trial=REPEATING, cleaning=cleaning, dictionary=DICTIONARY)
    at = made(root, given)
    (root / "data" / "export.csv").write_text(export, encoding="utf-8")
    trial = load_trial("lossy", at)
    ingest_sources(trial, root / "raw")
    clean_tables(trial, root / "raw", root / "clean")
    return read_account(root / "clean")


def rows(root: Path, table: str) -> list[dict[str, object]]:
    return read_table(root / "clean" / f"{table}.parquet", CLEAN).to_pylist()


def test_each_form_is_a_table_of_its_own_rows(tmp_path: Path):
    found = cleaned(tmp_path)
    assert found.warnings == ()
    assert [(row["record_id"], row["age"]) for row in rows(tmp_path, "patients")] == [
        ("1", 50),
        ("2", 61),
    ]
    events = [(r["source_row"], r["record_id"], r["grade"]) for r in rows(tmp_path, "events")]
    assert events == [(3, "1", 3), (4, "1", 1)]
    doses = [
        (r["source_row"], r["redcap_repeat_instance"], r["dose"]) for r in rows(tmp_path, "doses")
    ]
    assert doses == [(5, 1, 100), (7, 1, 90.5), (8, 2, 80)]
    assert "dose" not in rows(tmp_path, "events")[0]
    assert {one.table: one.undecided for one in found.selections} == {
        "patients": 0,
        "events": 0,
        "doses": 0,
    }


def given() -> Given:
    return Given(trial=REPEATING, cleaning=CLEANING, dictionary=DICTIONARY)


def test_a_repeated_instance_that_stands_twice_stops(tmp_path: Path):
    with pytest.raises(UserError, match="redcap_repeat_instance"):
        cleaned(tmp_path, EXPORT + "2,infusions,2,,,,70\n")


def test_a_column_of_no_form_is_told_still(tmp_path: Path):
    export = EXPORT.replace("grade,dose", "grade,dose,note").replace("\n", ",\n")
    export = export.replace("note,\n", "note\n")
    with pytest.raises(UserError, match="1 of 8 columns"):
        cleaned(tmp_path, export)
    others = CLEANING.replace("doses: {}", "doses: {ignore: {others: free text}}")
    with pytest.raises(UserError, match="table events"):
        cleaned(tmp_path / "one", export, others)
