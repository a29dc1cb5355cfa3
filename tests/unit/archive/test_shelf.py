"""The shelf of a trial: runs are found, whole or told, and go without harm to the others."""

from pathlib import Path

import pytest

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.archive.shelf import VERSION, Manifest, Shelf, run_id


def kept(shelf: Shelf, **files: str) -> str:
    """A run of some files."""
    manifest: Manifest = {
        "archive": VERSION,
        "contract": 1,
        "trial": "t",
        "tables": {},
        "files": {name: shelf.put_file(text.encode()) for name, text in files.items()},
        "code": shelf.put_file(b"{}"),
        "own": shelf.put_file(b"[]"),
        "environment": [],
        "made": {},
    }
    run = run_id(manifest)
    shelf.put(manifest, {"run": run, "ended": ""})
    return run


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(Project(tmp_path), "t")


def test_equal_runs_have_one_name(shelf: Shelf):
    assert kept(shelf, a="1") == kept(shelf, a="1") != kept(shelf, a="2")


def test_a_run_is_found_by_the_beginning_of_its_name(shelf: Shelf):
    run = kept(shelf, a="1")
    assert shelf.find(run[:6]) == run
    with pytest.raises(UserError, match="no kept run of this name"):
        shelf.find("xyz")
    with pytest.raises(UserError, match="no kept run of this name"):
        shelf.find("")


def test_what_another_run_holds_stays(shelf: Shelf):
    first, second = kept(shelf, a="1", b="shared"), kept(shelf, a="2", b="shared")
    assert shelf.remove(first) == 1
    assert shelf.faults() == []
    assert [line["run"] for line in shelf.log()] == [second]
    assert shelf.file(shelf.manifest(second)["files"]["b"]) == b"shared"


def test_what_is_missing_changed_or_too_many_is_told(shelf: Shelf):
    run = kept(shelf, a="1", b="2")
    a, b = (shelf.manifest(run)["files"][name] for name in "ab")
    shelf.objects.place(a).unlink()
    shelf.objects.place(b).write_bytes(b"other")
    extra = shelf.objects.put(b"of no run")
    told = {problem.place: problem.message for problem in shelf.faults()}
    assert told[str(shelf.objects.place(a))].startswith("is gone")
    assert told[str(shelf.objects.place(b))].startswith("was changed")
    assert told[str(shelf.objects.place(extra))] == "belongs to no kept run"


@pytest.mark.parametrize("by", [b"", b"{}", b"\x78\x9c"])
def test_a_manifest_that_was_changed_is_told(shelf: Shelf, by: bytes):
    run = kept(shelf, a="1")
    (shelf.folder / "runs" / f"{run}.json.z").write_bytes(by)
    with pytest.raises(UserError, match="is not what was kept under this name"):
        shelf.manifest(run)
    assert len(shelf.faults()) == 1


def test_a_manifest_that_is_gone_is_told(shelf: Shelf):
    run = kept(shelf, a="1")
    (shelf.folder / "runs" / f"{run}.json.z").unlink()
    with pytest.raises(UserError, match="is gone"):
        shelf.manifest(run)


def test_a_run_of_another_version_is_told(shelf: Shelf):
    run = kept(shelf, a="1")
    manifest = shelf.manifest(run)
    manifest["archive"] = VERSION + 1
    other = run_id(manifest)
    shelf.put(manifest, {"run": other, "ended": ""})
    with pytest.raises(UserError, match=f"a run kept in version {VERSION + 1}"):
        shelf.manifest(other)


def test_a_run_that_the_log_has_lost_keeps_its_objects(shelf: Shelf):
    first, second = kept(shelf, a="1"), kept(shelf, a="2")
    log = shelf.folder / "log.jsonl"
    log.write_text(log.read_text().splitlines()[0] + "\n")
    shelf.remove(first)
    assert shelf.file(shelf.manifest(second)["files"]["a"]) == b"2"
