"""One run at a time in a folder, held by locks of the kernel: they vanish with their process.

So a run that was killed leaves no lock behind, and a job that outlived its run is waited for.
"""

import errno
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from trialtrace.base.errors import Problem, UserError

RUN, JOBS = ".snakemake/trialtrace.run", ".snakemake/trialtrace.jobs"


def lock_run(root: Path) -> IO[str]:
    """Hold the folder while the returned file is open. Raises UserError if another run does."""
    run = _opened(root)
    if not _lock(run, fcntl.LOCK_EX | fcntl.LOCK_NB):
        run.seek(0)
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
    with _open(root / JOBS) as jobs:
        if not _lock(jobs, fcntl.LOCK_EX | fcntl.LOCK_NB):
            print("waiting for a job of an interrupted run to end", file=sys.stderr, flush=True)
            _lock(jobs, fcntl.LOCK_EX)
    return run


@contextmanager
def lock_job(root: Path) -> Iterator[None]:
    """Held by a job while it works; jobs share it."""
    with _open(root / JOBS) as file:
        _lock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def nobody_runs(root: Path) -> Iterator[bool]:
    """Whether no run and no job of one is at work here; none begins until this ends."""
    with _opened(root) as run, _open(root / JOBS) as jobs:
        held = fcntl.LOCK_EX | fcntl.LOCK_NB
        yield _lock(run, held) and _lock(jobs, held)


def _opened(root: Path) -> IO[str]:
    """The file of the lock on runs. Raises UserError where the folder cannot be written."""
    try:
        return _open(root / RUN)
    except OSError as error:
        raise UserError(
            Problem(
                "this folder",
                f"cannot be written: {error.strerror}",
                do="run in a copy of your own, or mend the rights of the folder",
            )
        ) from None


def _open(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "a+", encoding="utf-8")


def _lock(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        return False
    except OSError as error:
        # A cluster's file system may have no such locks; then nothing guards the folder.
        if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
            raise
    return True
