"""Every trial of the project on a synthetic cohort: mess, margins, a real export in its place."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from mini_trial import REPOSITORY
from stand_in import alone, put_files

from trialtrace.base.paths import Project
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import REJECTS, read_table
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import Trial, load_trial

pytestmark = pytest.mark.full

NAMES = sorted(path.parent.name for path in REPOSITORY.glob("config/trials/*/cohort.yaml"))
DERIVED = ("adsl", "bds", "adtte", "occds", "sources")


@dataclass(frozen=True)
class Made:
    """As much of a report's material as margins are measured on."""

    trial: Trial
    folder: Path

    @property
    def tracer(self) -> "Made":
        return self

    @property
    def frames(self) -> Frames:
        return Frames(self.folder / "derived")


def run(trial: Trial, folder: Path) -> Made:
    ingest_sources(trial, folder / "raw")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")
    return Made(trial, folder)


@pytest.fixture(scope="module", params=NAMES)
def made(request, tmp_path_factory) -> Made:
    trial = load_trial(request.param, Project(REPOSITORY))
    return run(trial, tmp_path_factory.mktemp(request.param))


def truth(made: Made) -> dict:
    return json.loads((made.folder / "raw" / "truth.json").read_text())


def test_rejects_found_are_the_mess_declared(made: Made):
    declared: Counter = Counter()
    for done in truth(made)["mess"]:
        for one in done["expected"]:
            declared[done["table"], one["column"], one["rule"], one["severity"]] += one["rejects"]
    rejects = read_table(made.folder / "clean" / "rejects.parquet", REJECTS).to_pylist()
    found = Counter((r["table"], r["column"], r["rule"], r["severity"]) for r in rejects)
    # Two answers of the drawn cohort contradict each other, which is no mess put in.
    found -= Counter({("follow_up", "progressed", "progressive_disease_progressed", "flag"): 2})
    assert found == declared
    assert found


def test_every_margin_of_a_check_holds_in_the_derived_data(made: Made):
    from trialtrace.report.audit.targets import _met, measure

    rows = [row for row in truth(made)["parameters"] if row["margin"]]
    measured = [(row, found) for row in rows if (found := measure(made, row)) is not None]
    assert bool(measured) == any(row["check"] for row in rows)
    assert [row["quantity"] for row, found in measured if not _met(row, found)] == []


def test_no_identifier_of_a_row_is_without_its_mark(made: Made):
    adsl = pq.ParquetFile(made.folder / "derived" / "adsl.parquet").read()
    assert all(one.startswith("SYN-") for one in adsl["USUBJID"].to_pylist())
    assert set(adsl["SYNTHFL"].to_pylist()) == {"Y"}


def test_the_exported_files_give_the_same_derived_data(made: Made, tmp_path: Path):
    """Only `source` changes, and cohort.yaml goes."""
    name = made.trial.name
    at = alone(tmp_path, name)
    put_files(at, made.trial)
    assert check_trial(at, name) == []
    swapped = run(load_trial(name, at), tmp_path / "results")
    for table in DERIVED:
        assert values(made, table).equals(values(swapped, table)), table


def values(made: Made, name: str):
    table = pq.ParquetFile(made.folder / "derived" / f"{name}.parquet").read().to_pandas()
    for column in ("USUBJID", "row_id"):
        if column in table:
            table[column] = table[column].str.removeprefix("SYN-")
    table = table.drop(columns="SYNTHFL", errors="ignore")
    keys = [column for column in table.columns if table[column].notna().any()]
    return table.sort_values(keys, ignore_index=True)
