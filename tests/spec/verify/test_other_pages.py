"""Files that are no report: known by their bytes; a page that is another is not compared."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from kept_report import FOLDER

from trialtrace.base.paths import Project
from trialtrace.cli import main
from trialtrace.report.pages.site_copy import copy_report
from trialtrace.run.jobs.products import record_path, write_record

PAGES = ("audit.html", "plan.html", "code.html", "trace/relief_primary.html", "style.css")


def call(whole: Project, *arguments: object) -> int:
    return main(["--project", str(whole.root), "verify", *map(str, arguments)])


@pytest.fixture
def site(whole: Project) -> Iterator[Path]:
    """A site of the report, with the record of the job that built it."""
    site = whole.site
    shutil.rmtree(site, ignore_errors=True)
    copy_report(whole.root / FOLDER / "report", site / "mini")
    (site / "index.html").write_text("<title>Trials</title><h1>Trials</h1>")
    record = record_path("build_site", None)
    write_record(whole.root, record, ("build_site", "x"), [], ["site"])
    yield site
    shutil.rmtree(site)
    (whole.root / record).unlink()


@pytest.mark.parametrize("arguments", [(), ("--trial", "mini")])
@pytest.mark.parametrize("name", PAGES)
def test_an_untouched_file_is_whole_wherever_it_lies(
    whole: Project, site: Path, tmp_path: Path, capsys, name: str, arguments: tuple[str, ...]
):
    assert call(whole, site / "mini" / name, *arguments) == 0
    for folder in (site / "mini", whole.root / FOLDER / "report"):
        copy = shutil.copy(folder / name, tmp_path / f"mailed{Path(name).suffix}")
        assert call(whole, copy, *arguments) == 0
        assert f"is {FOLDER}/report/{name}, as it was written" in capsys.readouterr().out


def test_a_page_that_is_another_is_not_compared(whole: Project, tmp_path: Path, capsys):
    """Its content is compared with nothing, so it is neither whole nor altered."""
    page = whole.root / FOLDER / "report" / "audit.html"
    copy = tmp_path / "mailed.html"
    copy.write_text(page.read_text(encoding="utf-8").replace("</main>", "<p>More.</p></main>"))
    assert call(whole, copy) == call(whole, copy, "--trial", "mini") == 3
    told = capsys.readouterr().out
    assert "not compared (run of mini)" in told and "ALTERED" not in told
    assert f"calls itself as {FOLDER}/report/audit.html does" in told
    assert call(whole, copy, "--format", "json") == 3
    assert json.loads(capsys.readouterr().out)["uncompared"]


@pytest.mark.parametrize("name", ["report.html", "summary.html", "supplement.html"])
def test_a_report_that_is_another_is_altered(whole: Project, tmp_path: Path, name: str):
    page = whole.root / FOLDER / "report" / name
    copy = tmp_path / "mailed.html"
    copy.write_text(page.read_text(encoding="utf-8").replace("</main>", "<p>More.</p></main>"))
    assert call(whole, copy) == call(whole, copy, "--trial", "mini") == 1


def test_the_site_and_its_pages(whole: Project, site: Path, tmp_path: Path, capsys):
    assert call(whole, site) == call(whole, site / "index.html") == 0
    copy = Path(shutil.copy(site / "index.html", tmp_path / "start.html"))
    assert call(whole, copy) == 0
    copy.write_text("<title>Trials</title><h1>Two trials</h1>")
    assert call(whole, copy) == 3
    shutil.copy(copy, site / "index.html")
    (site / "mini" / "trace" / "new.html").write_text("x")
    (site / "mini" / "plan.html").unlink()
    capsys.readouterr()
    assert call(whole, site / "index.html") == call(whole, site) == 1
    told = capsys.readouterr().out
    for line in (
        "changed: site/index.html, written by build_site",
        "extra: site/mini/trace/new.html",
        "missing: site/mini/plan.html",
    ):
        assert line in told
