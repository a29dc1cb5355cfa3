"""Who can read what a run writes of an export: its owner alone."""

import os
from pathlib import Path

import pytest

from trialtrace.base.store import write_json, write_text

DATA = ("raw", "clean", "derived", "analysis")


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def _open_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_open_umask")
def test_tables_of_patients_are_their_owner_s(tmp_path):
    """Also where the workflow has made the folder before its job begins."""
    from mini_run import run_mini

    (tmp_path / "results" / "mini" / "derived").mkdir(parents=True)
    run = run_mini(tmp_path)
    for name in DATA:
        folder = run.folder / name
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert files
        assert {rights(path) for path in (folder, *files)} == {0o700, 0o600}
    assert rights(run.folder / "audit" / "claims.parquet") == 0o644


@pytest.mark.usefixtures("_open_umask")
def test_a_file_is_never_more_open_than_its_folder(tmp_path):
    for mode, wanted in {0o700: 0o600, 0o750: 0o640, 0o755: 0o644}.items():
        folder = tmp_path / f"{mode:o}"
        folder.mkdir(mode=mode)
        write_text(folder / "a.txt", "a")
        write_json(folder / "b.json", {}, 0o600)
        assert (rights(folder / "a.txt"), rights(folder / "b.json")) == (wanted, 0o600)
