"""The command line of a multiverse: what it lists before a run, and traces after it."""

import shutil
from pathlib import Path

import mini_multiverse
import pytest
from mini_multiverse import RELIEF, run, write_multiverse

from trialtrace.base.paths import Project
from trialtrace.base.store import write_json
from trialtrace.cli import main
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.products import record_path, write_record


@pytest.fixture
def at(tmp_path: Path) -> Project:
    return mini_multiverse.derived(tmp_path)


def said(capsys: pytest.CaptureFixture[str], at: Project, *words: str, code: int = 0) -> str:
    assert main(["--project", str(at.root), *words]) == code
    told = capsys.readouterr()
    return told.out + told.err


def recorded(at: Project) -> dict[str, list[dict]]:
    """The multiverse run, with the record that its job leaves."""
    repository = mini_multiverse.mini_run.mini_trial.REPOSITORY
    for name in ("scripts", "workflow"):
        (at.root / name).symlink_to(repository / name)
    shutil.copy(repository / "requirements.lock", at.root)
    folder = at.results / "mini/multiverse"
    tables = run(at, RELIEF, folder)
    outputs = [f"results/mini/multiverse/{name}.parquet" for name in tables]
    fresh = freshness(at).job("run_multiverse", "mini")
    path = record_path("run_multiverse", "mini")
    write_record(at.root, path, ("run_multiverse", fresh), [], outputs)
    return tables


def test_an_estimate_is_traced_to_its_rows(at: Project, capsys):
    tables = recorded(at)
    (row,) = [
        each for each in tables["specifications"] if each["specification"] == "method=plain;who=old"
    ]
    text = said(capsys, at, "trace", row["result_id"])
    assert "analysed: 14 records of bds where" in text
    assert "config/trials/mini/multiverse.yaml" in text
    assert "risk_difference_newcombe" in text and "no independent check" in text
    assert "trialtrace r-script" not in text
    assert "Relief, Drug against Placebo" in said(capsys, at, "multiverse", "mini")


def test_tables_that_were_altered_are_not_traced(at: Project, capsys):
    tables = recorded(at)
    result_id = tables["results"][0]["result_id"]
    write_json(at.results / "mini/multiverse/results.parquet", {})
    assert "results.parquet" in said(capsys, at, "trace", result_id, code=1)


def test_a_run_of_other_choices_is_not_traced(at: Project, capsys):
    tables = recorded(at)
    result_id = tables["results"][0]["result_id"]
    write_multiverse(at, RELIEF.replace("seed: 7", "seed: 8"))
    assert "changed since it ran" in said(capsys, at, "trace", result_id, code=1)
