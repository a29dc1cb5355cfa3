"""Whole runs of the workflow are made once a session and shared."""

import shutil
from pathlib import Path

import pytest
from checkout import Copy, Traced, copy_checkout, keep_trials, own_project, traced_run

# The trials that are run here: three of a registry, one synthetic.
TRIALS = ("elmunzer2012", "ruetzler2013", "moertel1990", "musaro2019")


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Copy, Traced]:
    """The trials above, two cores, a folder with a space in its name; every job traced."""
    made = copy_checkout(tmp_path_factory.mktemp("first run"))
    keep_trials(made, TRIALS)
    return made, traced_run(made, tmp_path_factory.mktemp("traces"))


@pytest.fixture(scope="session")
def run(first_run: tuple[Copy, Traced]) -> Copy:
    return first_run[0]


@pytest.fixture(scope="session")
def traced(first_run: tuple[Copy, Traced]) -> Traced:
    return first_run[1]


@pytest.fixture
def own(tmp_path: Path) -> Copy:
    """A small trial of files of its own, before its first run."""
    return own_project(tmp_path / "own data")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Copy, Traced]:
    """A small trial of files of its own, run to its site, traced."""
    made = own_project(tmp_path_factory.mktemp("whole") / "project")
    return made, traced_run(made, tmp_path_factory.mktemp("traces"))


@pytest.fixture
def kept(whole: tuple[Copy, Traced], tmp_path: Path) -> Copy:
    """A copy of the finished run of the small trial, for a test to spoil."""
    shutil.copytree(whole[0].root, tmp_path / "kept", symlinks=True)
    return Copy(tmp_path / "kept")


@pytest.fixture
def changing(run: Copy):
    """Change files of the finished run; they are put back after the test."""
    before: dict[Path, bytes] = {}

    def change(*names: str, by: str = "\n") -> None:
        for name in names:
            path = run.root / name
            before.setdefault(path, path.read_bytes())
            path.write_bytes(path.read_bytes() + by.encode())

    yield change
    for path, data in before.items():
        path.write_bytes(data)
