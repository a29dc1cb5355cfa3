"""One run at a time in a folder, by locks of the kernel, which vanish with their process.

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

from trialtrace.base.errors import UserError

NO_LOCKS = "this file system has no locks: nothing keeps a second run out of this folder\n"
RUN, JOBS = ".snakemake/trialtrace.run", ".snakemake/trialtrace.jobs"


class RunLock:
    """The folder of a run, held until the process ends, however it ends.

    Raises UserError where another run holds it, or it cannot be written. Waits for the jobs of a
    run that was killed. The file has the number of the process until the run has come to its end;
    `after_cut` is whether the run before this one did not.
    """

    def __init__(self, root: Path):
        self._file = _opened(root)
        free = _lock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, NO_LOCKS)
        self._file.seek(0)
        before = self._file.read().strip()
        if not free:
            do = "wait until it has ended"
            raise UserError("this folder", f"another run is at work here (process {before})", do=do)
        self.after_cut = bool(before)
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()
        with _open(root / JOBS) as jobs:
            if not _lock(jobs, fcntl.LOCK_EX | fcntl.LOCK_NB):
                print("waiting for a job of an interrupted run to end", file=sys.stderr, flush=True)
                _lock(jobs, fcntl.LOCK_EX)

    def done(self) -> None:
        """Note that nothing of this run is left to be done."""
        self._file.truncate(0)

    def close(self) -> None:
        self._file.close()


@contextmanager
def lock_job(root: Path) -> Iterator[None]:
    """Held by a job while it works; jobs share it."""
    with _open(root / JOBS) as file:
        _lock(file, fcntl.LOCK_SH)
        yield


def is_at_work(root: Path) -> bool:
    """Whether a run, or a job that outlived its run, is at work here; changes nothing."""
    # Jobs share their lock, so that only one that is not shared meets it.
    return _is_locked(root / RUN, fcntl.LOCK_SH) or _is_locked(root / JOBS, fcntl.LOCK_EX)


def _is_locked(path: Path, how: int) -> bool:
    try:
        with open(path, encoding="utf-8") as file:
            return not _lock(file, how | fcntl.LOCK_NB)
    except OSError:
        return False  # no run has been here, or its file is not for this user


def _opened(root: Path) -> IO[str]:
    """The file of the lock on runs. Raises UserError where the folder cannot be written."""
    try:
        return _open(root / RUN)
    except OSError as error:
        raise UserError(
            "this folder",
            f"cannot be written: {error.strerror}",
            do="run in a copy of your own, or mend the rights of the folder",
        ) from None


def _open(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "a+", encoding="utf-8")


def _lock(file: IO[str], how: int, without: str = "") -> bool:
    """Whether it is held; also where a cluster's file system has no such locks, with a word."""
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
            raise
        print(without, end="", file=sys.stderr, flush=True)
    return True
