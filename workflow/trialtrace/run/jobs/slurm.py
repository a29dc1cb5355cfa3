"""What Snakemake's plugin for SLURM lacks (version 2.8): names of jobs that say their trial,
answers that end a run, an interrupt that cancels, and an end for the jobs of a killed run.

The plugin is changed where it is loaded, in the process that submits. Each change is one function
of it that is wrapped, so that an update of the plugin is read against this module alone.
"""

import getpass
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable
from functools import partial, wraps
from pathlib import Path
from typing import Any

PLUGIN = "snakemake_executor_plugin_slurm"
# States of jobs by their numbers, and how long the answer took; None for both where there is none.
Answer = tuple[dict[str, str] | None, float | None]
AWAY = "SLURM does not answer; its jobs go on, and it is asked again"
_STATE = re.compile(r"[A-Z_]+")
# The name of a job ends with that of its run: the plugin gives each run one at random.
_OF_A_RUN = re.compile(r"(.*[_-])?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Seconds for the thread that asks for states to end by itself; it sleeps for up to three minutes.
PATIENCE = 5


def complete_plugin() -> None:
    """Change the plugin, where it is loaded."""
    plugin = sys.modules.get(PLUGIN)
    if plugin is None:
        return
    of_plugin, names = vars(plugin), list[str]()
    of_plugin["query_job_status"] = _answered(of_plugin["query_job_status"])
    of_plugin["get_job_wildcards"] = _with_trial(of_plugin["get_job_wildcards"])
    of_plugin["get_submit_command"] = _named(of_plugin["get_submit_command"], names)
    for query in ("query_job_status_sacct", "query_job_status_squeue"):
        of_plugin[query] = _of_all(of_plugin[query], names)
    report = vars(sys.modules[f"{PLUGIN}.efficiency_report"])
    report["get_sacct_data"] = _of_all(report["get_sacct_data"], names)
    of_plugin["Executor"].cancel = lambda executor: _cancel(executor, names)


def _answered(ask: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    """The state of each job alone; no states in place of no answer, which is reported.

    The plugin takes a job whose state it does not know for one that runs, and would wait for ever:
    where `sacct` writes more than the state ("CANCELLED by 0"), and where there is no answer. It
    also waits for SLURM to resume a job that was preempted, which by the profile SLURM never does.
    """

    async def query_job_status(*words: object) -> Answer:
        states, seconds = await ask(*words)
        if states is None:
            print(AWAY, file=sys.stderr, flush=True)
            return {}, 0.0
        return {job: state_alone(state) for job, state in states.items()}, seconds

    return query_job_status


def state_alone(answer: str) -> str:
    """The state of a job without what SLURM adds to it: who cancelled the job, a "+" for more text,
    a flag behind a comma. One that was preempted is cancelled."""
    found = _STATE.match(answer.strip())
    state = found[0] if found else answer
    return "CANCELLED" if state == "PREEMPTED" else state


def trials_of(job: Any) -> list[str]:
    """The trials of a job of the cluster, which may be a group of Snakemake's jobs."""
    jobs = job.jobs if job.is_group() else [job]
    return sorted({one.wildcards.get("trial") for one in jobs} - {None})


def _with_trial(wildcards: Callable[[Any], str]) -> Callable[[Any], str]:
    """The wildcards of a job as its comment and the folder of its log have them; of a group, which
    has none, the trials."""
    return lambda job: wildcards(job) or "_".join(trials_of(job))


def _named(submit: Callable[..., str], names: list[str]) -> Callable[..., str]:
    """Have the name of a job begin with its trial, or its rule where it has none, so that `squeue`
    shows it; `names` are all that were given."""

    @wraps(submit)
    def get_submit_command(job: Any, given: dict[str, Any], *words: Any, **more: Any) -> str:
        name = f"{'_'.join(trials_of(job)) or job.name}_{given['run_uuid']}"
        if name not in names:
            names.append(name)
        return submit(job, given | {"run_uuid": name}, *words, **more)

    return get_submit_command


def _of_all(ask: Callable[..., Any], names: list[str]) -> Callable[..., Any]:
    """Have SLURM asked for the jobs of all names of the run."""
    return lambda run, *words: ask(",".join(names) or run, *words)


def _cancel(executor: Any, names: Iterable[str]) -> None:
    """In place of the plugin's own: jobs that wait to be submitted are not, jobs that it does not
    count at this moment are cancelled too, and its end is not waited for."""
    executor._job_submission_executor.shutdown(cancel_futures=True)
    jobs = [number for number, *_ in _queue(f"--name={','.join(names)}")] if names else []
    _cancelled(jobs, "interrupted, jobs of this run are cancelled")
    executor.wait_thread.join = partial(executor.wait_thread.join, PATIENCE)
    executor.shutdown()


def cancel_orphans(folder: Path) -> None:
    """Cancel this user's jobs of killed runs in this folder that wait in the queue, and say which.

    To be called by who holds the folder's lock: then no run is there that they could be of. Jobs
    that run hold a lock and are waited for. Where SLURM does not answer, nothing is cancelled.
    """
    here = str(folder.resolve())
    jobs = _queue("--states=PENDING")
    orphans = [number for number, name, at in jobs if at == here and _OF_A_RUN.fullmatch(name)]
    _cancelled(orphans, "jobs of an interrupted run that had not begun are cancelled")


def _queue(which: str) -> list[list[str]]:
    """Number, name and folder of this user's jobs in the queue."""
    words = ["squeue", f"--user={getpass.getuser()}", "--noheader", which, "--format=%A|%j|%Z"]
    lines = _said(words).splitlines()
    return [line.strip().split("|", 2) for line in lines if line.count("|") >= 2]


def _cancelled(numbers: list[str], message: str) -> None:
    if numbers:
        _said(["scancel", *numbers])
        print(f"{message}: {', '.join(numbers)}", file=sys.stderr, flush=True)


def _said(words: list[str]) -> str:
    try:
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
