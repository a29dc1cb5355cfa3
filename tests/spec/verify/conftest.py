"""The report of a small trial, as a run left it; each test puts back what it changes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import kept_report
import pytest

from trialtrace.base.paths import Project
from trialtrace.report.verify.verified import Verified, verified


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return kept_report.copied(tmp_path_factory, tmp_path_factory.mktemp("whole"))


@pytest.fixture
def spoil(whole: Project) -> Iterator[Callable[[str, bytes], Verified]]:
    """A function: put other bytes into a file of the results, and verify that file."""
    before: dict[Path, bytes] = {}

    def put(name: str, data: bytes) -> Verified:
        path = whole.root / kept_report.FOLDER / name
        before.setdefault(path, path.read_bytes())
        path.write_bytes(data)
        return verified(whole, path)

    yield put
    for path, data in before.items():
        path.write_bytes(data)
