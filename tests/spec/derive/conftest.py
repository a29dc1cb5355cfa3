from pathlib import Path

import pyarrow as pa
import pytest
from shipped_trials import shipped

from trialtrace.run.tables.contracts import ADSL, ADTTE, BDS, OCCDS, SOURCES, read_table

CONTRACTS = (ADSL, BDS, ADTTE, OCCDS, SOURCES)


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory):
    """A function: the folder of a trial with raw, clean and derived, made once."""
    made: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in made:
            made[name] = shipped(name, tmp_path_factory)
        return made[name]

    return folder


@pytest.fixture(scope="session")
def derived(folder_of):
    """A function: the five derived tables of a trial."""

    def tables(name: str) -> dict[str, pa.Table]:
        derived = folder_of(name) / "derived"
        return {c.name: read_table(derived / f"{c.name}.parquet", c) for c in CONTRACTS}

    return tables
