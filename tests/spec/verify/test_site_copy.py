"""A report as the site has it: the way to the site's start is no alteration, all else is one."""

import shutil
from pathlib import Path

import pytest
from kept_report import FOLDER

from trialtrace.base.paths import Project
from trialtrace.report.pages.site_copy import alone, copy_report
from trialtrace.report.verify.verified import verified


@pytest.fixture
def copied(whole: Project) -> Path:
    """The report's pages as build_site copies them."""
    site = whole.site / "mini"
    shutil.rmtree(site, ignore_errors=True)
    copy_report(whole.root / FOLDER / "report", site)
    return site


def test_pages_of_the_site_are_those_of_the_report(whole: Project, copied: Path):
    page = copied / "trace" / "relief_primary.html"
    assert "<h1>" not in page.read_text(encoding="utf-8")
    assert (
        alone(page.read_bytes()) == (whole.root / FOLDER / "report/trace" / page.name).read_bytes()
    )
    assert 'href="../../index.html"' in page.read_text(encoding="utf-8")
    assert verified(whole, copied / "report.html").found == []
    assert verified(whole, copied).found == []


@pytest.mark.parametrize("name", ["report.html", "trace/relief_primary.html"])
def test_another_step_of_the_way_is_told(whole: Project, copied: Path, name: str):
    page = copied / name
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(">Trials<", ">Trials of 2026<", 1), encoding="utf-8")
    assert [one.file for one in verified(whole, copied).found if one.file.endswith(name)]


def test_a_packed_page_that_was_changed_around_its_content_is_told(whole: Project, copied: Path):
    page = copied / "trace" / "relief_primary.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("</body>", "<p>Risk 40%</p></body>"), encoding="utf-8")
    assert b"data-page=" in alone(page.read_bytes())
    assert [Path(one.file).name for one in verified(whole, copied).found] == [page.name]
