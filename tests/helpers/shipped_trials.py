"""The shipped trials up to their results, each made once for all processes of a run of tests."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import load_trial

STAGES = ("raw", "clean", "derived", "analysis")


def shipped(name: str, temporary: pytest.TempPathFactory) -> Path:
    """The folder of a trial with its stages, which tests read and do not change."""
    base = temporary.getbasetemp()
    # The folder of a process of pytest-xdist lies in that of the run.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shipped" / name
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _make(name, folder.with_suffix(".begun"))
            folder.with_suffix(".begun").rename(folder)
    return folder


def _make(name: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    trial = load_trial(name)
    ingest_sources(trial, folder / "raw")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")
    analyse_plan(trial, folder / "derived", folder / "analysis")
