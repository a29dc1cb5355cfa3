"""A small trial of files whose runs are kept, one after the other."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from kept_runs import ROW, Runs


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Runs]:
    """The trial with its first run, by disclosure: never changed, copied by each test."""

    @cache
    def made(disclosure: str) -> Runs:
        one = Runs.written(tmp_path_factory.mktemp(f"first {disclosure}"), disclosure)
        assert one.run() is not None
        return one

    return made


@pytest.fixture(scope="session")
def two_runs(first_run: Callable[[str], Runs], tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """With a second run in which patient 3 has another value; copied by each test too."""
    one = first_run("full").copied(tmp_path_factory.mktemp("second"))
    one.edit("data/export.csv", ROW, ROW.replace("1,6,3,30", "1,1,3,30"))
    assert one.run() is not None
    return one


@pytest.fixture
def runs(first_run: Callable[[str], Runs], tmp_path: Path) -> Callable[..., Runs]:
    """Gives the trial with its first run; under full disclosure unless told otherwise."""

    def given(disclosure: str = "full") -> Runs:
        return first_run(disclosure).copied(tmp_path)

    return given
