"""What two reports of nearly the same patients would give away of those between them."""

import html
import re
from pathlib import Path

import kept_report
import kept_runs
import mini_run
import pytest
from kept_runs import Runs

from trialtrace.report.commands.after_run import _latest
from trialtrace.report.pages.changes_page import changes_page
from trialtrace.run.archive.keep import few_lines
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.run import Run


@pytest.mark.parametrize(("disclosure", "long"), [("full", True), ("restricted", False)])
def test_pages_have_the_digits_of_print(
    tmp_path_factory: pytest.TempPathFactory, disclosure: str, long: bool
):
    """With twelve digits two means and their n give the value of one patient exactly."""
    at = kept_report.made(tmp_path_factory, disclosure)
    report = at.results / "mini" / "report"
    pages = [*(report / "trace").iterdir(), *report.glob("*.js"), *report.glob("[ft]*/*.csv")]
    found = [one for one in pages if re.search(r"\d\.\d{6,}", one.read_text(encoding="utf-8"))]
    assert bool(found) == long, found


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The trial with its first run, which each test copies."""
    runs = Runs.written(tmp_path_factory.mktemp("first"), "restricted")
    runs.run()
    return runs


@pytest.mark.parametrize(("left_out", "told"), [(1, "1 patient:"), (4, "4 patients:"), (5, None)])
def test_a_run_of_nearly_the_same_patients_is_named(
    first: Runs, tmp_path: Path, left_out: int, told
):
    runs = first.copied(tmp_path)
    (name,) = runs.shelf.names()
    assert list(few_lines(runs.shelf)) == []
    rows = mini_run.patients()[:-left_out]
    text = mini_run.csv_text(rows, mini_run.COLUMNS)
    (runs.at.root / "data" / "export.csv").write_text(text, encoding="utf-8")
    runs.run()
    lines = list(few_lines(runs.shelf))
    assert len(lines) == (told is not None)
    assert all(told in line and str(name) in line for line in lines)
    # The page of changes has it too, beside what changed.
    page = html.unescape(changes_page(_latest(Run(runs.at, freshness(runs.at)), [])))
    assert "→ run" in page
    assert [line for line in lines if line[1:] in page] == lines
    assert ("mail one of the two" in page) == (told is not None)


def test_other_values_of_the_same_patients_are_not(first: Runs, tmp_path: Path):
    runs = first.copied(tmp_path)
    runs.edit("data/export.csv", kept_runs.ROW, kept_runs.ROW.replace(",6,3,", ",7,3,"))
    runs.run()
    assert len(runs.shelf.names()) == 2 and list(few_lines(runs.shelf)) == []
