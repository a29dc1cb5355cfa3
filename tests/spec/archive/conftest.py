"""A small trial of files whose runs are kept, one after the other."""

from collections.abc import Callable
from pathlib import Path

import pytest
from kept_runs import Runs


@pytest.fixture
def runs(tmp_path: Path) -> Callable[..., Runs]:
    """Makes the trial with its first run; under full disclosure unless told otherwise."""

    def make(disclosure: str = "full") -> Runs:
        made = Runs(tmp_path, disclosure)
        assert made.run() is not None
        return made

    return make
