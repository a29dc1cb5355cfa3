"""Nobody is lost between the export and ADSL: in the export = in ADSL + excluded by reason."""

import json
from dataclasses import asdict

import pytest
from tiny_trial import derived, drawn, tiny

from trialtrace.base.errors import ConservationError, UserError
from trialtrace.run.cleaning.account import FILE, Account, Excluded, SubjectCount, read_account
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.tables.contracts import CLEAN, write_table

PATIENTS = "id rx\na 1\nb 0\nc 1\n"


def account(folder, **subjects) -> None:
    given = asdict(Account(SubjectCount("patients", 3, 3), {}))
    given["subjects"] |= subjects
    (folder / "clean" / FILE).write_text(json.dumps(given))


def test_excluded_subjects_are_accounted_for(tmp_path):
    derived(tiny(), tmp_path, patients=PATIENTS)
    account(tmp_path, in_export=5, excluded=[{"n": 2, "reason": "duplicate_key"}])
    derive_datasets(tiny(), tmp_path / "clean", tmp_path / "derived")
    assert read_account(tmp_path / "clean").subjects.excluded == (Excluded(2, "duplicate_key"),)


def test_a_subject_that_is_gone_from_the_clean_table_stops_the_run(tmp_path):
    derived(tiny(), tmp_path, patients=PATIENTS)
    before = (tmp_path / "derived" / "adsl.parquet").read_bytes()
    write_table(tmp_path / "clean" / "patients.parquet", drawn(PATIENTS.rpartition("c")[0]), CLEAN)
    with pytest.raises(ConservationError) as error:
        derive_datasets(tiny(), tmp_path / "clean", tmp_path / "derived")
    assert "tiny: subjects of patients" in str(error.value)
    assert "3 in the export, 0 excluded, 2 in ADSL" in str(error.value)
    assert (tmp_path / "derived" / "adsl.parquet").read_bytes() == before


@pytest.mark.parametrize("subjects", [{"in_export": 4}, {"excluded": [{"n": 1, "reason": "x"}]}])
def test_an_account_that_does_not_add_up_stops_the_run(tmp_path, subjects):
    derived(tiny(), tmp_path, patients=PATIENTS)
    account(tmp_path, **subjects)
    with pytest.raises(ConservationError, match="accounted for"):
        derive_datasets(tiny(), tmp_path / "clean", tmp_path / "derived")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is not there"),
        ("{", "not a whole account"),
        ('{"subjects": 1}', "not a whole account"),
        ("[]", "not a whole account"),
        ('{"subjects": {"excluded": [], "patients": 1}, "tables": {}}', "not a whole account"),
    ],
)
def test_a_folder_without_a_whole_account(tmp_path, text, message):
    derived(tiny(), tmp_path, patients=PATIENTS)
    if text is None:
        (tmp_path / "clean" / FILE).unlink()
    else:
        (tmp_path / "clean" / FILE).write_text(text)
    with pytest.raises(UserError, match=message):
        derive_datasets(tiny(), tmp_path / "clean", tmp_path / "derived")
