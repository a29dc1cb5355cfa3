"""A run as a REDCap export: one record of a subject, repeating instruments, unique fields."""

import csv
import io

import pyarrow.parquet as pq
import pytest
from lossy_trial import DICTIONARY, TRIAL, Given, account

from trialtrace.base.paths import Project
from trialtrace.report.interchange.redcap import RECORD, REPEAT, redcap_files
from trialtrace.run.trial.load import load_trial


@pytest.fixture(scope="module")
def files(mini) -> dict[str, list[dict[str, str]]]:
    made = redcap_files(mini.trial)
    return {
        name.removeprefix("mini_"): list(csv.DictReader(io.StringIO(data.decode())))
        for name, data in made.items()
    }


def clean(mini, table: str) -> list[dict]:
    return pq.ParquetFile(mini.folder / "clean" / f"{table}.parquet").read().to_pylist()


def test_a_subject_has_one_record_without_a_repeat(mini, files):
    single = [row for row in files["DATA.csv"] if not row[REPEAT[0]]]
    assert [row[RECORD] for row in single] == [str(row["id"]) for row in clean(mini, "patients")]


def test_rows_of_another_table_repeat_and_are_numbered(mini, files):
    repeated = [row for row in files["DATA.csv"] if row[REPEAT[0]]]
    assert {row[REPEAT[0]] for row in repeated} == {"adverse"}
    told = [(row[RECORD], row[REPEAT[1]], row["what"]) for row in repeated]
    assert told == [("1", "1", "nausea"), ("4", "1", "nausea"), ("4", "2", "nausea")]


def test_cells_are_the_accepted_ones(mini, files):
    by_record = {row[RECORD]: row for row in files["DATA.csv"] if not row[REPEAT[0]]}
    for row in clean(mini, "patients"):
        cells = by_record[str(row["id"])]
        for column in ("arm", "age", "sex", "relief", "seen"):
            value = row[column]
            told = str(int(value)) if isinstance(value, float) else str(value)
            assert cells[column] == ("" if value is None else told), column


def test_the_dictionary_has_the_fields_of_the_file_each_once(files):
    fields = [row["Variable / Field Name"] for row in files["DataDictionary.csv"]]
    columns = [name for name in files["DATA.csv"][0] if name not in REPEAT]
    assert len(set(fields)) == len(fields)
    assert [name for name in fields if name in columns] == columns
    assert fields[0] == RECORD


def test_rows_that_are_their_own_subjects_have_their_line_as_record(tmp_path):
    """No column of the file says whose a row is."""
    given = Given(
        trial=TRIAL.replace("[id], subject: id, arm", "[source_row], subject: source_row, arm")
    )
    given.trial = "\n".join(
        line for line in given.trial.splitlines() if "visits" not in line and "events" not in line
    )
    given.cleaning = "tables: {}\n"
    given.dictionary = "\n".join(
        line
        for line in DICTIONARY.splitlines()
        if ",visits," not in line and ",events," not in line
    )
    account(tmp_path, given)
    trial = load_trial("lossy", Project(tmp_path))
    (tmp_path / "results" / "lossy").mkdir(parents=True)
    (tmp_path / "clean").rename(tmp_path / "results" / "lossy" / "clean")
    made = {
        name: csv.DictReader(io.StringIO(data.decode()))
        for name, data in redcap_files(trial).items()
    }
    rows = list(made["lossy_DATA.csv"])
    assert [row[RECORD] for row in rows] == [str(line) for line in range(2, 42)]
    first, *fields = made["lossy_DataDictionary.csv"]
    assert (first["Variable / Field Name"], first["Form Name"]) == (RECORD, "patients")
    assert (first["Field Type"], first["Field Label"]) == ("text", "Line of the file")
    assert [one["Variable / Field Name"] for one in fields][:2] == ["id", "arm"]


def test_two_exports_are_the_same_bytes(mini):
    assert redcap_files(mini.trial) == redcap_files(mini.trial)
