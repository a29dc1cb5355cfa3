"""Edits whose reruns are counted are edits of files that are there, and are taken back."""

from pathlib import Path

import pytest

from edits import EDITS, Change, changed, downstream
from record import ROOT


@pytest.mark.parametrize("edit", EDITS, ids=[edit.what for edit in EDITS])
def test_an_edit_is_of_the_tree_as_it_stands(edit):
    for change in edit.changes:
        path = ROOT / change.file
        content = path.read_text(encoding="utf-8") if path.exists() else None
        assert change.text in change.of(content)


def test_a_file_that_has_moved_is_told():
    with pytest.raises(ValueError, match=r"a\.py: not there"):
        Change("a.py").of(None)
    with pytest.raises(ValueError, match="no line has two"):
        Change("a.py", after="two").of("one\n")


def test_changes_are_taken_back(tmp_path: Path):
    (tmp_path / "old.py").write_text("one\ntwo\n")
    changes = (Change("old.py", "middle\n", "one"), Change("new.py", new=True))
    with changed(tmp_path, changes):
        assert (tmp_path / "old.py").read_text() == "one\nmiddle\ntwo\n"
        assert (tmp_path / "new.py").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["old.py"]
    assert (tmp_path / "old.py").read_text() == "one\ntwo\n"


def test_what_is_made_from_a_job_follows_it_in_its_trial():
    following = downstream({("check_results", "a"), ("render_report", "b")}, ("a",))
    assert following == {
        ("check_results", "a"),
        ("audit_claims", "a"),
        ("render_report", "a"),
        ("render_report", "b"),
        ("build_site", None),
    }
