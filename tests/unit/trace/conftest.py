import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "helpers"))


@pytest.fixture(scope="session")
def mini(tmp_path_factory):
    """The mini trial, run up to its audit."""
    from mini_run import run_mini

    return run_mini(tmp_path_factory.mktemp("mini"))


@pytest.fixture(scope="session")
def full(mini):
    from trialtrace.run.trace.content import Tracer

    return Tracer(mini.trial, mini.folder, "full")


@pytest.fixture(scope="session")
def restricted(mini):
    from trialtrace.run.trace.content import Tracer

    return Tracer(mini.trial, mini.folder, "restricted")
