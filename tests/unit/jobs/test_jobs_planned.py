"""What the workflow adds to a plan of Snakemake: forced jobs, reasons; nothing in a query."""

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trialtrace.base.errors import UserError
from trialtrace.run.jobs import planned
from trialtrace.run.jobs.planned import list_true_changes, plan_by_records
from trialtrace.run.jobs.progress import Progress
from trialtrace.run.jobs.workflow_config import EXECUTORS, check_executor, check_image

RECORD = "results/mini/made/analyse_plan.json"
PLAN = "config/trials/mini/plan.yaml"


class File(str):
    """A file of a job, that has the same content as these checksums say."""

    async def is_same_checksum(self, before: str, size: int) -> bool:
        assert size == 7
        return before == "same"


class Reason(SimpleNamespace):
    def __init__(self) -> None:
        super().__init__(
            forced=True, params_changed=False, updated_input=set(), missing_output=set()
        )


class Inputs(list):
    def get(self, name: str, default: object) -> object:
        return {"configuration": [PLAN], "data": []}.get(name, default)


class Workflow:
    """As much of Snakemake's as is used: one job, whose record and input are as it is said."""

    def __init__(self, executor: str | None = "local", dry: bool = False):
        settings = SimpleNamespace(dryrun_exec=dry)
        self.executor_plugin = (
            SimpleNamespace(name=executor, common_settings=settings) if executor else None
        )
        self.job = SimpleNamespace(input=Inputs([File(PLAN), File("other")]), output=[RECORD])
        self.reason = Reason()
        self.checksums: list[str | None] = ["same"]
        self.needed = True
        self.dag = SimpleNamespace(
            jobs=[self.job],
            reason=lambda job: self.reason,
            forcefiles=set(),
            max_checksum_file_size=7,
            update_needrun=self.update,
            needrun_jobs=lambda: [self.job] * self.needed,
        )
        self.persistence = SimpleNamespace(
            params_changed=lambda job: False, input_checksums=lambda job, one: self.checksums
        )
        self.said: list[str] = []
        self._prepare_dag: Any = lambda *words: self.said.append("planned")

    async def update(self) -> None:
        self.said.append("updated")


class Run(SimpleNamespace):
    """A run that writes down what is asked of it."""

    def __init__(self, workflow: Workflow, root: Path):
        said = workflow.said
        super().__init__(
            executor="",
            progress=Progress(),
            outdated={RECORD: "why"},
            hold=lambda: said.append("held"),
            check_files=lambda: said.append("checked"),
            outdated_lines=lambda: iter(["mini: analyse_plan again: why"]),
            make_ready=lambda: said.append("ready"),
            check_rights=lambda: said.append("rights"),
        )


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "orig_argv", ["snakemake"])
    monkeypatch.chdir(tmp_path)
    (tmp_path / RECORD).parent.mkdir(parents=True)
    (tmp_path / RECORD).touch()


def plan(workflow: Workflow, tmp_path: Path) -> Run:
    run = Run(workflow, tmp_path)
    plan_by_records(workflow, run, lambda: workflow.said.append("started"))  # type: ignore[arg-type]
    workflow._prepare_dag("words")
    asyncio.run(workflow.dag.update_needrun())
    return run


def test_a_run_holds_its_folder_before_it_plans(tmp_path: Path, capsys):
    workflow = Workflow()
    run = plan(workflow, tmp_path)
    assert workflow.said == ["held", "checked", "ready", "started", "planned", "updated", "rights"]
    assert workflow.dag.forcefiles == {RECORD}
    assert (run.executor, run.progress.remote) == ("local", False)
    assert capsys.readouterr().err == "mini: analyse_plan again: why\n"


def test_a_run_with_nothing_to_do_needs_no_rights(tmp_path: Path):
    workflow = Workflow("slurm")
    workflow.needed = False
    run = plan(workflow, tmp_path)
    assert "rights" not in workflow.said and run.progress.remote


def test_a_dry_run_changes_nothing(tmp_path: Path, capsys):
    workflow = Workflow("dryrun", dry=True)
    assert not plan(workflow, tmp_path).progress.remote
    assert workflow.said == ["checked", "planned", "updated"]
    assert workflow.dag.forcefiles == {RECORD}
    assert "analyse_plan again" in capsys.readouterr().err


def test_a_query_without_an_executor_plans_alone(tmp_path: Path, capsys):
    workflow = Workflow(None)
    plan(workflow, tmp_path)
    assert workflow.said == ["planned", "updated"] and workflow.dag.forcefiles == {RECORD}
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("at", ["check_files", "make_ready", "check_rights"])
def test_a_mistake_ends_the_process_without_frames(tmp_path: Path, at: str):
    workflow = Workflow()
    run = Run(workflow, tmp_path)

    def wrong() -> None:
        raise UserError("a file", "is wrong")

    setattr(run, at, wrong)
    plan_by_records(workflow, run, lambda: None)  # type: ignore[arg-type]
    with pytest.raises(SystemExit, match="a file\n  is wrong"):
        workflow._prepare_dag("words")
        asyncio.run(workflow.dag.update_needrun())


def test_what_snakemake_cannot_see_stays_forced(tmp_path: Path):
    workflow = Workflow()
    plan(workflow, tmp_path)
    assert workflow.reason == Reason()


def test_a_file_with_another_content_is_the_reason(tmp_path: Path):
    """Of configuration and data alone, whatever their times; of no memory of the run before."""
    workflow = Workflow()
    workflow.checksums = [None, "other"]
    plan(workflow, tmp_path)
    assert workflow.reason.updated_input == {PLAN} and not workflow.reason.forced
    workflow = Workflow()
    workflow.checksums = [None]
    plan(workflow, tmp_path)
    assert workflow.reason == Reason()


def test_parameters_and_files_that_are_gone_are_reasons(tmp_path: Path):
    workflow = Workflow()
    workflow.persistence.params_changed = lambda job: "changes"
    plan(workflow, tmp_path)
    assert (workflow.reason.params_changed, workflow.reason.forced) == ("changes", False)
    (tmp_path / RECORD).unlink()
    workflow = Workflow()
    plan(workflow, tmp_path)
    assert workflow.reason.missing_output == {RECORD} and not workflow.reason.forced


def test_a_job_that_something_else_forces_keeps_its_reason(tmp_path: Path):
    workflow = Workflow()
    workflow.job.output = ["another"]
    plan(workflow, tmp_path)
    assert workflow.reason == Reason()
    workflow = Workflow()
    workflow.reason.forced = False
    plan(workflow, tmp_path)
    assert workflow.reason.missing_output == set() and not workflow.reason.forced


def test_a_change_of_nothing_lists_no_file(monkeypatch):
    kind = type("ParamsChange", (), {"files": ["a"], "__bool__": lambda change: change.real})
    module = SimpleNamespace(ParamsChange=kind)
    monkeypatch.setattr(planned, "import_module", lambda name: module)
    list_true_changes()
    real, none = kind(), kind()
    real.real, none.real = True, False
    assert (list(real), list(none)) == (["a"], [])


@pytest.mark.parametrize("name", EXECUTORS)
def test_a_profile_of_a_cluster_runs_nothing_here(name: str):
    for words in (["--workflow-profile", f"workflow/profiles/{name}"],
                  [f"--workflow-profile=/a/profiles/{name}"]):  # fmt: skip
        with pytest.raises(UserError, match=f"--executor {EXECUTORS[name]}"):
            check_executor(words, "local")
        check_executor(words, "dryrun")
        check_executor(words, EXECUTORS[name])
    check_executor(["profiles/default", f"ours/{name}"], "local")


def test_no_image_is_made_of_no_environments():
    check_image(["--sdm", "apptainer"])
    with pytest.raises(UserError, match="bundle/Dockerfile"):
        check_image(["-n", "--containerize"])
