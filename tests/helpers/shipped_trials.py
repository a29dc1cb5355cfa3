"""The shipped trials up to their results, each made once for all processes of a run of tests."""

from functools import partial
from pathlib import Path

import pytest
from shared_folder import shared

from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import load_trial

STAGES = ("raw", "clean", "derived", "analysis")


def shipped(name: str, temporary: pytest.TempPathFactory) -> Path:
    """The folder of a trial with its stages, which tests read and do not change."""
    return shared(name, temporary, partial(_make, name))


def _make(name: str, folder: Path) -> None:
    trial = load_trial(name)
    ingest_sources(trial, folder / "raw")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")
    analyse_plan(trial, folder / "derived", folder / "analysis")
