"""A number is told of those rejects that could have belonged to it, and of checks of its tables."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mini_trial import REPOSITORY

from trialtrace.base.paths import Project
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.variables import CleaningRules
from trialtrace.run.trial.load import load_trial

NAMES = {"fcr": "flexor carpi radialis", "ecr": "extensor carpi radialis", "biceps": "biceps"}


@pytest.fixture(scope="module")
def tracer(tmp_path_factory) -> Tracer:
    """Grades of muscles at visits, of which two rows are there twice."""
    trial = load_trial("musaro2019", Project(REPOSITORY))
    folder: Path = tmp_path_factory.mktemp("musaro2019")
    ingest_sources(trial, folder / "raw")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")
    return Tracer(trial, folder, "full")


def twice(tracer: Tracer) -> list[dict[str, str]]:
    """The rows of grades that are there twice, as the file has them."""
    rejects = pq.ParquetFile(tracer.folder / "clean" / "rejects.parquet").read().to_pylist()
    lines = [row["source_row"] for row in rejects if row["rule"] == "duplicate_row"]
    raw = pq.ParquetFile(tracer.folder / "raw" / "strength.parquet").read().to_pylist()
    found = [row for row in raw if row["source_row"] in lines]
    assert len({row["muscle"] for row in found}) == 2
    return found


def told(tracer: Tracer, **where: str) -> set[int]:
    """The lines of rejected rows of grades with which a selection is told."""
    selection = tracer.frames.select("bds", {"PARAMCD": {"is": "MRC"}, **where})
    assert selection.n
    parts = tracer.raw.parts(selection)
    found = tracer.rejects.behind([selection], parts, {"mrc"})
    return {r["source_row"] for r in found.to_pylist() if r["rule"] == "duplicate_row"}


def test_a_row_that_is_there_twice_is_told_with_its_own_muscle_and_visit(tracer):
    muscles = {NAMES[row["muscle"]]: row["source_row"] for row in twice(tracer)}
    for muscle, line in muscles.items():
        assert told(tracer, LOC={"is": muscle}) == {line}
    others = {*NAMES.values()} - {*muscles}
    assert all(told(tracer, LOC={"is": other}) == set() for other in others)
    assert told(tracer) == set(muscles.values())


def test_a_muscle_that_no_row_has_could_be_any(tracer, monkeypatch):
    keys = tracer.rejects._keys
    raw = keys._raw("strength")
    lines = [row["source_row"] for row in twice(tracer)]
    muscles = [
        "?" if line in lines else muscle
        for line, muscle in zip(
            raw["source_row"].to_pylist(), raw["muscle"].to_pylist(), strict=True
        )
    ]
    at = raw.column_names.index("muscle")
    monkeypatch.setitem(keys._tables, "strength", raw.set_column(at, "muscle", pa.array(muscles)))
    for known in ("_numbers", "_elsewhere"):
        monkeypatch.setattr(keys, known, {})
    selection = tracer.frames.select("bds", {"PARAMCD": {"is": "MRC"}, "LOC": {"is": "deltoid"}})
    files = np.full(len(lines), raw["source_file"][0].as_py())
    numbered = keys.numbered("strength", files, np.array(lines))
    assert not keys.of_another("strength", numbered, selection).any()


def test_checks_are_those_of_the_tables_of_a_number(tracer):
    where = {"PARAMCD": {"is": "MRC"}, "ITTFL": {"is": "Y"}, "TRTP": {"is": "real"}}
    selection = tracer.frames.select("bds", where)
    parts = tracer.raw.parts(selection)
    assert {part.table for part in parts} == {"strength", "patients"}
    keys = [str(one["key"]) for one in CleaningRules(tracer.trial).behind(parts)]
    assert keys and all(
        key.startswith(("checks.", "tables.strength.", "tables.patients.")) for key in keys
    )
    checks = tracer.trial.cleaning.checks
    named = [key.partition(".")[2] for key in keys if key.startswith("checks.")]
    assert named and {checks[name].table for name in named} <= {"strength", "patients"}
