import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "helpers"))


@pytest.fixture(scope="session")
def mini(tmp_path_factory):
    """The mini trial, run up to its audit; its source is a file."""
    from mini_run import run_mini

    return run_mini(tmp_path_factory.mktemp("mini"))
