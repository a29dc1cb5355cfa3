"""What the file system of the results can do: a run rests on renaming, locks and rights."""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.report.installation.line import HINDERS, MISSING, OK, Line, judged

ELSEWHERE = "put the project on a file system of this machine"


def file_system(at: Project) -> Iterator[Line]:
    """Tried in a new folder next to the results, which is removed."""
    there = next(folder for folder in (at.results, *at.results.parents) if folder.is_dir())
    try:
        trial = Path(tempfile.mkdtemp(prefix=".doctor", dir=there))
    except OSError as error:
        do = f"chmod u+w {there}, or make room"
        yield Line("results/", HINDERS, f"{there} cannot be written: {error.strerror}", do)
        return
    try:
        yield Line("results/", OK, f"{there} can be written")
        yield _rename(trial)
        yield _locks(trial)
        yield _rights(trial)
    finally:
        shutil.rmtree(trial, ignore_errors=True)


def _rename(folder: Path) -> Line:
    """A file takes the place of another that is open, and its reader keeps what it had."""
    old, new = folder / "old", folder / "new"
    try:
        old.write_bytes(b"old")
        with open(old, "rb") as reader:
            new.write_bytes(b"new")
            os.replace(new, old)
            kept = reader.read()
        good = kept == b"old" and old.read_bytes() == b"new" and not new.exists()
        found = "replaces a file whole" if good else "does not replace a file whole"
    except OSError as error:
        good, found = False, f"a file in use cannot be replaced: {error.strerror}"
    return judged(good, "rename", found, ELSEWHERE)


def _locks(folder: Path) -> Line:
    """Whether another process is kept out; without locks two runs could work in one folder."""
    do = "let one run work in this folder at a time"
    with open(folder / "lock", "w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return Line("file locks", MISSING, f"none: {error.strerror}", do)
        child = os.fork()
        if not child:
            os._exit(_locked(folder / "lock"))
        kept_out = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    found = "keep a second run out" if kept_out else "do not keep another process out"
    return judged(kept_out, "file locks", found, do, MISSING)


def _locked(path: Path) -> int:
    """1 where another process holds the lock."""
    try:
        with open(path, "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return 1 if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else 2
    return 0


def _rights(folder: Path) -> Line:
    private = folder / "private"
    private.mkdir()
    os.chmod(private, 0o700)
    good = private.stat().st_mode & 0o777 == 0o700
    found = "a folder can be its owner's alone" if good else "folders with data are open to others"
    return judged(good, "rights", found, ELSEWHERE)
