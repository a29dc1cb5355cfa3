"""The former report comes back where a run made none, and only there."""

import shutil
from pathlib import Path

import pytest

from trialtrace.base.paths import Project
from trialtrace.run.jobs.former import keep_former, put_back
from trialtrace.run.jobs.products import record_path
from trialtrace.run.jobs.stages import RENDER


@pytest.fixture
def at(tmp_path: Path) -> Project:
    """A project with the report of a trial, and its record."""
    at = Project(tmp_path)
    write(at, "first")
    return at


def write(at: Project, text: str) -> None:
    folder = at.results / "mini"
    (folder / "report/trace").mkdir(parents=True, exist_ok=True)
    (folder / "report/trace/a.html").write_text(text)
    (folder / "seal.json").write_text(text)
    record = at.made / record_path(RENDER, "mini")
    record.parent.mkdir(exist_ok=True)
    record.write_text("{}")


def take_away(at: Project) -> None:
    shutil.rmtree(at.results / "mini")
    (at.results / "mini").mkdir()


def shown(at: Project) -> list[str]:
    folder = at.results / "mini"
    return [(folder / name).read_text() for name in ("report/trace/a.html", "seal.json")]


def test_a_report_that_failed_leaves_the_former_one_without_its_record(at: Project):
    keep_former(at, ["mini", "of_no_run"])
    take_away(at)
    (at.results / "mini/report").mkdir()
    (at.results / "mini/report/half.html").write_text("cut short")
    put_back(at)
    assert shown(at) == ["first", "first"]
    assert not (at.results / "mini/report/half.html").exists()
    assert not (at.made / record_path(RENDER, "mini")).exists()
    assert not list((at.made / ".snakemake").iterdir())


def test_a_new_report_stays_and_nothing_of_the_former_one_does(at: Project):
    keep_former(at, ["mini"])
    take_away(at)
    write(at, "second")
    put_back(at)
    assert shown(at) == ["second", "second"] and not list((at.made / ".snakemake").iterdir())


def test_after_a_run_that_was_killed_the_next_one_puts_it_back_first(at: Project):
    keep_former(at, ["mini"])
    take_away(at)
    keep_former(at, ["mini"])
    assert shown(at) == ["first", "first"]
    take_away(at)
    put_back(at)
    assert shown(at) == ["first", "first"]
