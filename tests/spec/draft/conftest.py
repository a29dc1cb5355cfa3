import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "helpers"))

from mini_run import write_mini

from trialtrace.base.paths import Project


@pytest.fixture
def at(tmp_path: Path) -> Project:
    """A project with another trial."""
    return write_mini(tmp_path)


@pytest.fixture
def new(at: Project) -> Callable[..., int]:
    """`trialtrace new mine FILE` without a terminal; flags by their names."""
    from trialtrace.cli import main

    def run(*files: object, name: str = "mine", **flags: str) -> int:
        told = [
            word for key, text in flags.items() for word in (f"--{key.replace('_', '-')}", text)
        ]
        return main(["--project", str(at.root), "new", name, *map(str, files), *told])

    return run


@pytest.fixture
def export(at: Project) -> Path:
    """The file of the patients."""
    from made import patients, write

    return write(patients(), at.root / "data" / "mine.csv")
