"""The account of cleaning: what came in is kept or rejected by rule, and it holds no value."""

import dataclasses
import json
from pathlib import Path

import pytest
from tiny_tables import TinyTrial, variable, write_raw

from trialtrace.run.cleaning.account import Account, ConservationError, read_account
from trialtrace.run.cleaning.clean import clean_tables

VISITS = [variable("id", "integer"), variable("x", "number", maximum="10"), variable("y")]
TEXT = "id|x|y\n1|1|a\n2|11|\n3|one|c\n3|one|c\n" + "".join(f"{n}|1|a\n" for n in range(4, 24))


def account(tmp_path: Path, text: str = TEXT, **given) -> Account:
    trial = TinyTrial(VISITS, **given)
    clean_tables(trial, write_raw(trial, text, tmp_path / "raw"), tmp_path / "clean")
    return read_account(tmp_path / "clean")


def test_rows_and_cells_stand_by_rule(tmp_path: Path):
    found = account(tmp_path).tables["visits"]
    assert (found.rows_in, found.rows_kept, found.rows_rejected) == (24, 23, {"duplicate_row": 1})
    assert (found.cells_in, found.cells_accepted, found.cells_missing) == (72, 66, 1)
    assert found.cells_rejected == {"above_maximum": 1, "not_a_number": 1, "with_row": 3}
    assert (found.subjects, found.of_subjects, found.declared) == (23, 23, None)


def test_subjects_of_the_export_are_counted(tmp_path: Path):
    who = account(tmp_path).subjects
    assert (who.table, who.in_export, who.kept, who.excluded) == ("visits", 23, 23, ())


def test_an_account_that_does_not_add_up_is_a_fault_of_the_program(tmp_path: Path):
    found = account(tmp_path)
    one = found.tables["visits"]
    for wrong in (
        dataclasses.replace(found, subjects=dataclasses.replace(found.subjects, kept=22)),
        dataclasses.replace(found, tables={"v": dataclasses.replace(one, rows_kept=22)}),
        dataclasses.replace(found, tables={"v": dataclasses.replace(one, cells_missing=0)}),
    ):
        with pytest.raises(ConservationError, match="accounted for"):
            wrong.verify()


def test_warnings_of_the_readers_are_handed_on(tmp_path: Path):
    trial = TinyTrial(VISITS)
    raw = write_raw(trial, TEXT, tmp_path / "raw")
    manifest = {
        "tables": {
            "export": {"source_file": "a.csv", "file": {"warnings": ["A cell holds a line break."]}}
        }
    }
    (raw / "manifest.json").write_text(json.dumps(manifest))
    clean_tables(trial, raw, tmp_path / "clean")
    told = read_account(tmp_path / "clean").warnings
    assert [(one.kind, one.table, one.text) for one in told if one.kind == "file"] == [
        ("file", "visits", "A cell holds a line break.")
    ]
