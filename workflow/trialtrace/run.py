"""The start of a run: configuration checked, hashes computed, one run at a time in a folder."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from trialtrace.config.load import Settings, load_trial
from trialtrace.errors import Problem, UserError
from trialtrace.fresh import STAGES, freshness
from trialtrace.paths import Project

RUN_LOCK, JOB_LOCK = ".snakemake/run.lock", ".snakemake/jobs.lock"


@dataclass
class Run:
    """What the workflow's rules ask for."""

    at: Project
    settings: Settings
    hashes: dict[tuple[str, str | None], str]
    codes: dict[str, dict[str, str]]
    held: list[IO[Any]] = field(default_factory=list)

    @property
    def trials(self) -> tuple[str, ...]:
        return self.settings.trials

    def source_files(self, trial: str) -> list[str]:
        """The data files of a trial whose source is files, as the workflow names them."""
        source = load_trial(trial, self.at).source
        if source.kind != "files":
            return []
        names = dict.fromkeys(item["file"] for item in source.items.values())
        return [os.path.normpath(Path(source.folder or ".") / name) for name in names]

    def lock(self) -> None:
        """Hold the folder until this process ends, however it ends.

        Locks of the kernel vanish with their process, so a run that was killed leaves none behind.
        A job that outlived its run holds the second lock; it is waited for.
        """
        run = _open(self.at.root / RUN_LOCK)
        if not _try(run, fcntl.LOCK_EX):
            raise UserError(
                Problem(
                    "this folder",
                    f"another run is at work here (process {run.read().strip()})",
                    do="wait until it has ended",
                )
            )
        run.truncate(0)
        run.write(str(os.getpid()))
        run.flush()
        jobs = _open(self.at.root / JOB_LOCK)
        if not _try(jobs, fcntl.LOCK_EX):
            print("waiting for a job of an interrupted run to end", file=sys.stderr, flush=True)
            fcntl.flock(jobs, fcntl.LOCK_EX)
        jobs.close()
        self.held.append(run)


def _open(path: Path) -> IO[Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "a+", encoding="utf-8")


def _try(file: IO[Any], kind: int) -> bool:
    file.seek(0)
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def job_lock(root: Path) -> Iterator[None]:
    """Held by every job while it works."""
    with _open(root / JOB_LOCK) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def begin(at: Project, check: bool) -> Run:
    """Check all configuration (if asked to) and compute the hashes. Raises UserError."""
    if check:
        from trialtrace.config.check import check_all

        check_all(at)
    fresh = freshness(at)
    trials = fresh.settings.trials
    codes = {trial: {rule: fresh.code(rule, trial) for rule in STAGES} for trial in trials}
    return Run(at, fresh.settings, fresh.all_jobs(), codes)
