"""Folders that are made once for all processes of a run of tests, and that no test changes."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def shared(name: str, temporary: pytest.TempPathFactory, make: Callable[[Path], object]) -> Path:
    """The folder of a name, made by the process that first asks for it."""
    base = temporary.getbasetemp()
    # The folder of a process of pytest-xdist lies in that of the run.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared" / name
    folder.parent.mkdir(exist_ok=True)
    whole = folder.with_suffix(".whole")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder
