from pathlib import Path

import pyarrow as pa
import pytest

from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import ADSL, ADTTE, BDS, OCCDS, SOURCES, read_table
from trialtrace.run.trial.load import load_trial

CONTRACTS = (ADSL, BDS, ADTTE, OCCDS, SOURCES)


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory):
    """A function: the folder of a trial with raw, clean and derived, made once."""
    made: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name)
            trial = load_trial(name)
            ingest_sources(trial, made[name] / "raw")
            clean_tables(trial, made[name] / "raw", made[name] / "clean")
            derive_datasets(trial, made[name] / "clean", made[name] / "derived")
        return made[name]

    return folder


@pytest.fixture(scope="session")
def derived(folder_of):
    """A function: the five derived tables of a trial."""

    def tables(name: str) -> dict[str, pa.Table]:
        derived = folder_of(name) / "derived"
        return {c.name: read_table(derived / f"{c.name}.parquet", c) for c in CONTRACTS}

    return tables
