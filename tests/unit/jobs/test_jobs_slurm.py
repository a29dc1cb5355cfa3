"""What the plugin for SLURM is told of its jobs, how they are named, and which are cancelled: no
answer loses a job or hides its end, and no other's job is touched."""

import asyncio
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from trialtrace.run.jobs import slurm
from trialtrace.run.jobs.slurm import PLUGIN, cancel_orphans, complete_plugin

RUN = "0c7eaa59-9b7e-4f2c-8a53-1f8d1c6f0e77"
# The states of a job that ended (man sacct, JOB STATE CODES), and of one that may go on.
STATES = [
    "BOOT_FAIL",
    "CANCELLED",
    "COMPLETED",
    "DEADLINE",
    "FAILED",
    "NODE_FAIL",
    "OUT_OF_MEMORY",
    "TIMEOUT",
    "PENDING",
    "RUNNING",
    "REQUEUED",
    "SUSPENDED",
]


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the plugin has of what is changed: each gives back what it is asked."""
    report = SimpleNamespace(get_sacct_data=lambda run, logger: run)
    plugin = SimpleNamespace(
        query_job_status=None,
        get_job_wildcards=lambda job: "_".join(dict(job.wildcards).values()),
        get_submit_command=lambda job, params, settings: params["run_uuid"],
        query_job_status_sacct=lambda run: run,
        query_job_status_squeue=lambda run: run,
        Executor=type("Executor", (), {}),
    )
    monkeypatch.setitem(sys.modules, PLUGIN, plugin)
    monkeypatch.setitem(sys.modules, f"{PLUGIN}.efficiency_report", report)
    complete_plugin()
    return plugin


def told(monkeypatch: pytest.MonkeyPatch, plugin: SimpleNamespace, *answers: tuple) -> list[tuple]:
    """What the plugin gets where SLURM gives these answers, one after the other."""
    left = [*answers]

    async def ask(command: str, logger: object):
        return left.pop(0)

    plugin.query_job_status = ask
    complete_plugin()
    return [asyncio.run(plugin.query_job_status("squeue", None)) for _ in answers]


def test_where_slurm_does_not_answer_no_job_has_a_state(
    monkeypatch: pytest.MonkeyPatch, plugin, capsys: pytest.CaptureFixture[str]
):
    answers = [({"7": "RUNNING"}, 0.2), (None, None), ({}, 0.1)]
    assert told(monkeypatch, plugin, *answers) == [({"7": "RUNNING"}, 0.2), ({}, 0.0), ({}, 0.1)]
    assert capsys.readouterr().err.count("SLURM does not answer") == 1


@pytest.mark.parametrize("added", ["", " by 0", " by 1000", "+", ",COMPLETING", " "])
def test_the_state_of_a_job_stands_alone(monkeypatch: pytest.MonkeyPatch, plugin, added: str):
    answer = {str(job): f"{state}{added}" for job, state in enumerate(STATES)}
    assert told(monkeypatch, plugin, (answer, 0.2)) == [
        ({str(job): state for job, state in enumerate(STATES)}, 0.2)
    ]


def test_a_job_that_was_preempted_has_ended(monkeypatch: pytest.MonkeyPatch, plugin):
    """The profile keeps SLURM from putting it back into its queue."""
    assert told(monkeypatch, plugin, ({"7": "PREEMPTED"}, 0.2)) == [({"7": "CANCELLED"}, 0.2)]


@pytest.mark.parametrize("answer", ["", "0", "unknown state"])
def test_what_is_no_state_is_passed_on(monkeypatch: pytest.MonkeyPatch, plugin, answer: str):
    assert told(monkeypatch, plugin, ({"7": answer}, 0.2)) == [({"7": answer}, 0.2)]


def test_without_the_plugin_nothing_is_changed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, PLUGIN, raising=False)
    before = set(sys.modules)
    complete_plugin()
    assert set(sys.modules) == before


def job(name: str, *trials: str, **wildcards: str) -> SimpleNamespace:
    """A job of the cluster: one of Snakemake's, or a group of one for each of the trials."""
    jobs = [job(name, trial=trial) for trial in trials]
    return SimpleNamespace(name=name, jobs=jobs, wildcards=wildcards, is_group=lambda: bool(jobs))


def test_jobs_are_named_for_their_trials_and_asked_for_by_all_names(plugin):
    jobs = [
        job("trial_analyse_plan_audit_claims", "a", "a"),
        job("draw_multiverse", trial="b", part="1"),
        job("draw_multiverse", trial="b", part="2"),
        job("build_site"),
    ]
    assert [plugin.get_job_wildcards(one) for one in jobs] == ["a", "b_1", "b_2", ""]
    query = plugin.query_job_status_sacct
    assert query(RUN) == RUN
    names = [plugin.get_submit_command(one, {"run_uuid": RUN}, settings=None) for one in jobs]
    assert names == [f"a_{RUN}", f"b_{RUN}", f"b_{RUN}", f"build_site_{RUN}"]
    every = f"a_{RUN},b_{RUN},build_site_{RUN}"
    assert query(RUN) == plugin.query_job_status_squeue(RUN) == every
    assert sys.modules[f"{PLUGIN}.efficiency_report"].get_sacct_data(RUN, None) == every


def test_an_interrupt_cancels_the_jobs_of_the_run_and_waits_for_no_question(
    plugin, queue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(slurm, "PATIENCE", 0.01)
    asleep, left = threading.Event(), [True]
    executor = plugin.Executor()
    executor.wait_thread = threading.Thread(target=asleep.wait, daemon=True)
    executor.wait_thread.start()
    executor._job_submission_executor = SimpleNamespace(
        shutdown=lambda cancel_futures: left.clear()
    )
    # As the plugin has it: it ends when the thread does that asks for states.
    executor.shutdown = lambda: executor.wait_thread.join()
    executor.cancel()
    # Nothing was submitted, so that no job can be this run's.
    assert not left and not (queue / "scancel.txt").exists()
    del executor.wait_thread.join
    plugin.get_submit_command(job("clean_tables", trial="a"), {"run_uuid": RUN}, settings=None)
    (queue / "squeue.txt").write_text(f"7|a_{RUN}|/here\n8|a_{RUN}|/here\n")
    executor.cancel()
    assert (queue / "scancel.txt").read_text() == "7 8\n"
    assert f"--name=a_{RUN}" in (queue / "squeue.txt.asked").read_text()
    assert "7, 8" in capsys.readouterr().err
    assert executor.wait_thread.is_alive()
    asleep.set()


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a squeue that shows the file `queue`, and a scancel that notes its jobs."""
    for name, text in (
        ("squeue", 'echo "$@" >> "$0.txt.asked"; cat "$0.txt"'),
        ("scancel", 'echo "$@" >> "$0.txt"'),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_those_of_runs_in_this_folder_are_cancelled(queue: Path, capsys):
    (queue / "here").mkdir()
    here, other = queue / "here", queue / "other"
    lines = [
        f"42|{RUN}|{here}",
        f"43|{RUN}|{other}",
        f"44|trialtrace|{here}",  # the main process as a job of its own
        f"45|ours_{RUN}|{here}",
        f"46|my job {RUN}x|{here}",
        "",
    ]
    (queue / "squeue.txt").write_text("\n".join(lines))
    cancel_orphans(here)
    assert (queue / "scancel.txt").read_text() == "42 45\n"
    assert "42, 45" in capsys.readouterr().err


@pytest.mark.parametrize("says", [None, "", "slurm_load_jobs error: Unable to contact controller"])
def test_nothing_is_cancelled_where_slurm_says_nothing(queue: Path, says, capsys):
    if says is None:
        (queue / "squeue").unlink()
    else:
        (queue / "squeue.txt").write_text(says)
    cancel_orphans(queue)
    assert not (queue / "scancel.txt").exists() and not capsys.readouterr().err
