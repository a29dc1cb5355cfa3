import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "helpers"))
PROGRAM = Path(sys.executable).with_name("trialtrace")


@pytest.fixture(scope="session")
def mini(tmp_path_factory):
    """The mini trial, run up to its audit; its source is a file, so disclosure is restricted."""
    from mini_run import run_mini

    return run_mini(tmp_path_factory.mktemp("mini"))


@pytest.fixture(scope="session")
def run(mini):
    """A function: the program with arguments, as a user calls it, in the project's folder."""

    def call(*arguments, at=mini.at.root, **environment):
        return subprocess.run(
            [PROGRAM, *arguments],
            cwd=at,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )

    return call
