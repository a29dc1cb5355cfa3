"""A report of an earlier run that the archive keeps is not told as altered."""

import re
import shutil
from pathlib import Path

import kept_report
import pytest
from kept_report import FOLDER, repacked

from trialtrace.base.paths import Project
from trialtrace.report.commands.verify import verified_text
from trialtrace.report.verify.verified import verified
from trialtrace.run.archive.shelf import Shelf


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Path]:
    """The small trial after a second run, and the reports of its first, as they were mailed."""
    at = kept_report.copied(tmp_path_factory, tmp_path_factory.mktemp("later"))
    mailed = tmp_path_factory.mktemp("mailed") / "report"
    shutil.copytree(at.root / FOLDER / "report", mailed)
    plan = at.trial_config("mini") / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(re.sub(r"confidence: 0\.\d+", "confidence: 0.9", text, count=1))
    assert plan.read_text(encoding="utf-8") != text
    kept_report.run(at)
    return at, mailed


def first_run(at: Project) -> str:
    return Shelf(at, "mini").log()[0]["run"]


@pytest.mark.parametrize("name", ["report.html", "report.docx", ""])
def test_it_is_whole_and_of_which_run_is_said(later, name: str):
    at, mailed = later
    told = verified(at, mailed / name, "mini")
    assert (told.found, told.earlier) == ([], first_run(at))
    assert f"whole (run {first_run(at)} of mini, not the last" in verified_text(told)
    assert any("not of the last" in note for note in told.notes)


def test_an_altered_number_of_it_is_named(later, tmp_path: Path):
    at, mailed = later

    def other(name: str, data: bytes) -> bytes:
        return data.replace(b">33.3", b">13.3") if name == "word/document.xml" else data

    path = tmp_path / "better.docx"
    path.write_bytes(repacked((mailed / "report.docx").read_bytes(), other))
    told = verified(at, path, "mini")
    assert told.earlier == first_run(at) and told.found
    assert all("13.3" in str(one.shown) for one in told.found if one.what == "changed")
    page = tmp_path / "better.html"
    page.write_bytes((mailed / "report.html").read_bytes().replace(b">33.3", b">13.3"))
    assert [one.what for one in verified(at, page, "mini").found] == ["changed"]


def test_in_the_place_of_the_last_it_is_altered(later):
    at, mailed = later
    place = at.root / FOLDER / "report" / "report.html"
    before = place.read_bytes()
    place.write_bytes((mailed / "report.html").read_bytes())
    try:
        assert verified(at, place).found and verified(at, place).earlier is None
    finally:
        place.write_bytes(before)
