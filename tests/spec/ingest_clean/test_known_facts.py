"""What is known of the three trials' data, found again by ingest and cleaning."""

import json
from pathlib import Path

import pytest

from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import REJECTS, read_table
from trialtrace.run.trial.load import load_trial

TRIALS = ("elmunzer2012", "ruetzler2013", "moertel1990")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """raw/ and clean/ of each trial."""
    root = tmp_path_factory.mktemp("results")
    for name in TRIALS:
        trial = load_trial(name)
        ingest_sources(trial, root / name / "raw")
        clean_tables(trial, root / name / "raw", root / name / "clean")
    return root


def rejects(made: Path, trial: str) -> list[dict]:
    return read_table(made / trial / "clean" / "rejects.parquet", REJECTS).to_pylist()


def balance(made: Path, trial: str) -> dict:
    return json.loads((made / trial / "clean" / "conservation.json").read_text())


@pytest.mark.parametrize(
    ("trial", "table", "rows"),
    [
        ("elmunzer2012", "patients", 602),
        ("ruetzler2013", "patients", 235),
        ("moertel1990", "outcomes", 1858),
    ],
)
def test_every_row_is_accepted_and_no_cell_is_rejected(
    made: Path, trial: str, table: str, rows: int
):
    counts = balance(made, trial)[table]
    assert (counts["rows_in"], counts["rows_out"], counts["rows_rejected"]) == (rows, rows, 0)
    assert all(cells["rejected"] == 0 for cells in counts["columns"].values())
    assert {row["severity"] for row in rejects(made, trial)} <= {"flag"}


def test_elmunzer_22_stored_scores_are_not_the_sum_of_their_criteria(made: Path):
    scores = [row for row in rejects(made, "elmunzer2012") if row["rule"] == "risk_score"]
    assert len(scores) == 22
    assert {row["column"] for row in scores} == {"risk"}
