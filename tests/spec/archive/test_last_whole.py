"""A run that was stopped leaves the results of the run before it readable, and said to be its."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from kept_runs import ROW, Runs

from trialtrace.cli import main
from trialtrace.run.jobs.data import data_digest
from trialtrace.run.jobs.products import record_path
from trialtrace.run.jobs.stages import ANALYSE, CLEAN, STAGES

Make = Callable[..., Runs]
RESULT = "mini/relief_primary/risk_difference.newcombe@drug-placebo"
COMMANDS = {
    "results": ("results", "mini", "--format", "json"),
    "claims": ("claims", "mini", "--format", "json"),
    "trace": ("trace", RESULT, "--format", "json"),
    "rows": ("trace", RESULT, "--rows"),
    "script": ("script", RESULT),
    "impact": ("impact", "mini", "export.csv:4:pain1", "--format", "json"),
    "csv": ("claims", "mini", "--format", "csv"),
    "html": ("claims", "mini", "--format", "html"),
}
EXPORTED = [("adam", "adsl.xpt"), ("csv", "adsl.csv")]


class Asked:
    """The commands of a trial whose last run is stopped at a stage."""

    def __init__(self, runs: Runs, capsys: pytest.CaptureFixture[str]):
        self.runs, self._capsys = runs, capsys

    def call(self, *words: str) -> tuple[int, str, str]:
        """Exit code, what is printed, and what is said of it, as in a process of its own."""
        data_digest.cache_clear()
        status = main(["--project", str(self.runs.at.root), *words])
        return status, *self._capsys.readouterr()

    def stop(self, stage: str) -> None:
        """The next run, of other data, as it is killed in a stage: what it had made is replaced,
        and no record of this stage or a later one is there. It has not come to where it is kept."""
        self.runs.edit("data/export.csv", ROW, ROW.replace("1,6,3,30", "0,6,3,30"))
        self.runs.run_unkept()
        stages = list(STAGES)
        for rule in stages[stages.index(stage) :]:
            (self.runs.at.root / record_path(rule, "mini")).unlink(missing_ok=True)


@pytest.fixture
def asked(runs: Make, capsys: pytest.CaptureFixture[str]) -> Asked:
    return Asked(runs(), capsys)


@pytest.mark.parametrize("stage", [pytest.param(CLEAN, marks=pytest.mark.full), ANALYSE])
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_command_answers_of_the_last_whole_run(asked: Asked, stage: str, words: tuple[str, ...]):
    before = asked.call(*words)
    (run,) = asked.runs.shelf.names()
    asked.stop(stage)
    status, out, said = asked.call(*words)
    assert (status, _numbers(out, run)) == (before[0], _numbers(before[1], run))
    assert said.startswith("mini: ")
    assert f"NOT THE LAST RUN: these are of run {run}, the last that is whole" in said
    assert f"mini: {stage}\n  has not ended on these results" in said
    assert "trialtrace run mini" in said


def _numbers(out: str, run: str) -> object:
    """What a command tells, but for where the plan stands and what a trace says of its run."""
    out = out.replace(f"run {run}: config/", "config/")
    if out.startswith("{"):
        told = json.loads(out)
        return {key: value for key, value in told.items() if key not in ("run", "changed")}
    return [line for line in out.splitlines() if not line.startswith("outdated")]


def test_a_kept_run_that_is_not_whole_is_told_with_what_stopped(asked: Asked):
    asked.stop(ANALYSE)
    shutil.rmtree(asked.runs.shelf.folder / "objects")
    status, out, said = asked.call("results", "mini")
    assert (status, out) == (1, "")
    assert said.startswith("mini: analyse_plan\n  has not ended on these results")
    assert "--remove" in said


def test_what_may_be_shown_is_what_may_be_shown_today(asked: Asked):
    """The kept run was made under full disclosure."""
    asked.stop(ANALYSE)
    asked.runs.edit("config/config.yaml", "disclosure: full", "disclosure: restricted")
    status, out, said = asked.call("trace", RESULT, "--rows")
    assert (status, out) == (1, "") and "disclosure" in said


def test_the_plan_of_an_answer_is_the_one_that_its_run_had(asked: Asked):
    (run,) = asked.runs.shelf.names()
    asked.stop(ANALYSE)
    plan = asked.runs.at.trial_config("mini") / "plan.yaml"
    plan.write_text("# a remark\n\n" + plan.read_text())
    _, out, said = asked.call("trace", RESULT)
    assert f"run {run}: config/trials/mini/plan.yaml, line " in out
    assert "code, configuration or data of clean_tables, analyse_plan" in said


@pytest.mark.parametrize(("form", "file"), EXPORTED)
def test_an_export_is_of_the_last_whole_run(asked: Asked, tmp_path: Path, form: str, file: str):
    folders = [tmp_path / "whole", tmp_path / "stopped"]
    asked.call("export", "mini", str(folders[0]), "--as", form)
    asked.stop(ANALYSE)
    status, _, said = asked.call("export", "mini", str(folders[1]), "--as", form)
    assert status == 0 and "NOT THE LAST RUN" in said and (folders[1] / file).exists()
    whole, stopped = ({p.name: p.read_bytes() for p in one.iterdir()} for one in folders)
    assert whole == stopped


def test_an_edited_file_is_no_run_that_was_stopped(asked: Asked):
    results = asked.runs.at.results / "mini/analysis/results.parquet"
    results.write_bytes(results.read_bytes() + b" ")
    status, out, said = asked.call("results", "mini")
    assert (status, out) == (1, "") and "is not what analyse_plan wrote" in said
