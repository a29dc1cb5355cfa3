import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "helpers"))

from made_exports import long, wide, write
from mini_run import write_mini

from trialtrace.base.paths import Project


@pytest.fixture
def at(tmp_path: Path) -> Project:
    """A project with another trial, and two exports in its folder data."""
    made = write_mini(tmp_path)
    write(tmp_path / "data" / "trial.csv", wide())
    write(tmp_path / "data" / "visits.csv", long())
    return made


@pytest.fixture
def call(at: Project) -> Callable[..., int]:
    """The program with arguments, without a terminal."""
    from trialtrace.cli import main

    return lambda *arguments: main(["--project", str(at.root), *map(str, arguments)])
