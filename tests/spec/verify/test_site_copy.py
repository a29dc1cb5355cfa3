"""A report as the site has it: the way to the site's start is no alteration, all else is one."""

from pathlib import Path

import pytest
from kept_report import FOLDER

from trialtrace.base.paths import Project
from trialtrace.report.links import in_site
from trialtrace.report.verify.verified import verified


@pytest.fixture
def copied(whole: Project) -> Path:
    """The report's pages as build_site copies them."""
    report, site = whole.root / FOLDER / "report", whole.site / "mini"
    for file in (one for one in report.rglob("*") if one.is_file()):
        place = site / file.relative_to(report)
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".html":
            up = "../" * len(place.relative_to(whole.site).parts[:-1])
            place.write_text(in_site(file.read_text(encoding="utf-8"), up), encoding="utf-8")
        else:
            place.write_bytes(file.read_bytes())
    return site


def test_pages_of_the_site_are_those_of_the_report(whole: Project, copied: Path):
    page = copied / "trace" / "relief_primary.html"
    assert 'href="../../index.html"' in page.read_text(encoding="utf-8")
    assert verified(whole, copied / "report.html").found == []
    assert verified(whole, copied).found == []


@pytest.mark.parametrize("name", ["report.html", "trace/relief_primary.html"])
def test_another_step_of_the_way_is_told(whole: Project, copied: Path, name: str):
    page = copied / name
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(">Trials<", ">Trials of 2026<", 1), encoding="utf-8")
    assert [one.file for one in verified(whole, copied).found if one.file.endswith(name)]
