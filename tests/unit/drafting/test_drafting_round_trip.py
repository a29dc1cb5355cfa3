"""What the project writes of a registry trial is profiled as the trial's configuration says."""

from pathlib import Path

import pytest
from redcap_export import write_export

from trialtrace.base.paths import Project
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.tables import profile
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import Trial, load_trial

ROOT = Path(__file__).resolve().parents[3]
TRIAL = "moertel1990"


@pytest.fixture(scope="module")
def trial(tmp_path_factory) -> Trial:
    """The registry trial, derived in a project of its own."""
    root = tmp_path_factory.mktemp("project")
    for name in ("config", "workflow", "reports", "Snakefile"):
        (root / name).symlink_to(ROOT / name)
    made = load_trial(TRIAL, Project(root))
    folder = made.at.results / TRIAL
    ingest_sources(made, folder / "raw")
    clean_tables(made, folder / "raw", folder / "clean")
    derive_datasets(made, folder / "clean", folder / "derived")
    return made


def written(trial: Trial, folder: Path, form: str) -> dict[str, Table]:
    write_export(trial, folder / form, form)
    return {one.name: one for one in profile([str(folder / form)])}


def test_a_redcap_export_is_read_as_its_dictionary_says(trial: Trial, tmp_path: Path):
    tables = written(trial, tmp_path, "redcap")
    assert set(tables) == set(trial.dictionary)
    for name, table in tables.items():
        fields = {
            column: variable
            for column, variable in trial.dictionary[name].items()
            if column != trial.tables[name].subject
        }
        profiled = {one.name: one for one in table.columns}
        for column, variable in fields.items():
            one = profiled.get(column) or profiled[f"{name}_{column}"]
            assert dict(one.choices) == variable.choices, column
            assert one.label == variable.label
            assert (one.low or None, one.high or None) == (variable.minimum, variable.maximum)
            assert "contradiction" not in one.evidence
        assert table.subject[0] == "record_id"
    first = tables[trial.subjects.table]
    # Two rows a patient: one of recurrence, one of death.
    assert first.keys[0] == ("record_id", "redcap_repeat_instance")
    assert first.arm[0] == trial.tables[trial.subjects.table].arm


def test_an_adam_folder_is_read_as_its_define_xml_says(trial: Trial, tmp_path: Path):
    tables = written(trial, tmp_path, "adam")
    assert "adsl" in tables
    for name, table in tables.items():
        assert table.reading == {"format": "xpt"}
        assert table.subject[0] == "USUBJID"
        assert "declared key" in table.evidence["keys"]
        planned = "TRT01P" if name == "adsl" else "TRTP"
        assert planned in table.arm
        arms = {arm.name: arm.label for arm in trial.design.arms.values()}
        assert dict(table.column(planned).choices) == arms
    flags = [one for one in tables["adsl"].columns if one.name.endswith("FL")]
    assert all(dict(one.choices) == {"Y": "Yes", "N": "No"} for one in flags)
    assert dict(tables["adtte"].column("CNSR").choices) == {"0": "Event", "1": "Censored"}


def test_an_adam_folder_without_define_xml_goes_by_the_conventions(trial: Trial, tmp_path: Path):
    write_export(trial, tmp_path / "adam", "adam")
    (tmp_path / "adam" / "define.xml").unlink()
    tables = {one.name: one for one in profile([str(tmp_path / "adam")])}
    for table in tables.values():
        assert table.subject[0] == "USUBJID"
    assert tables["adsl"].keys[0] == ("USUBJID",)
    assert dict(tables["adtte"].column("CNSR").choices) == {"0": "Event", "1": "Censored"}
    assert set(tables["adtte"].keys[0]) <= {"USUBJID", "ASEQ", "PARAMCD"}
