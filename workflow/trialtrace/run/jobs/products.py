"""What each job made, by content: a record a job, held against the files before they are used.

A job of the workflow ends by writing its record: the hash of the code and configuration that it
came from, a digest of every input, and the sha256 of every file that it made. From the records
follows what is to do, whatever the times of the files say: a job is done where its record is there,
fits code, configuration and inputs, and every file is there. A file whose content is not what its
job wrote is a mistake that stops the run, never an input.
"""

import errno
import fcntl
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.store import sha256_bytes, sha256_file, write_json
from trialtrace.run.tables.contracts.definitions import VERSION

# One run at a time in a folder, held by locks of the kernel: they vanish with their process.
# So a run that was killed leaves no lock behind, and a job that outlived its run is waited for.

NO_LOCKS = "this file system has no locks: nothing keeps a second run out of this folder\n"
RUN, JOBS = ".snakemake/trialtrace.run", ".snakemake/trialtrace.jobs"


def lock_run(root: Path) -> IO[str]:
    """Hold the folder while the returned file is open. Raises UserError if another run does."""
    run = _opened(root)
    if not _lock(run, fcntl.LOCK_EX | fcntl.LOCK_NB, NO_LOCKS):
        run.seek(0)
        place = "this folder"
        do = "wait until it has ended"
        raise UserError(place, f"another run is at work here (process {run.read().strip()})", do=do)
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


def is_at_work(root: Path) -> bool:
    """Whether a run, or a job of one, is at work here; changes nothing, unlike `nobody_runs`."""
    return any(_is_locked(root / name) for name in (RUN, JOBS))


def _is_locked(path: Path) -> bool:
    try:
        with open(path, encoding="utf-8") as file:
            return not _lock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False  # no run has been here, or its file is not for this user


@contextmanager
def cut_short(root: Path) -> Iterator[bool]:
    """Whether the run before this one did not come to its end, as one that was killed; once this
    is left without an error, it counts as mended. A run that is at work is none."""
    path = root / RUN
    if not path.is_file() or not path.stat().st_size:
        yield False
        return
    with nobody_runs(root) as alone:
        yield alone
        if alone:
            os.truncate(path, 0)


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


# Files beside those of a job that differ from run to run.
VOLATILE = ("run.json", "changes.html", ".snakemake_timestamp")
FOLDER = "made"
# Folders of what runs where it is asked for.
APART = ("multiverse", "simulation")
OTHERS = 0o044

Contents = dict[str, str]


@dataclass(frozen=True)
class Made:
    """What a job came from and what it made. Paths are those of the rules, from the root.

    `fresh` is the hash of its code and configuration. `inputs` has a digest for each file or folder
    that it read; `outputs`, for each that it made, the sha256 of every file there. `contract` is
    the version of the contracts that its tables keep; a record that names none is of the first.
    """

    rule: str
    fresh: str
    inputs: dict[str, str]
    outputs: dict[str, Contents]
    contract: int = 1


def record_path(rule: str, trial: str | None) -> str:
    """Where a job's record stands; the site, of all trials, has no trial."""
    return f"results/{trial}/{FOLDER}/{rule}.json" if trial else f"results/{rule}.json"


def read_record(path: Path) -> Made | None:
    """A job's record; None where there is none, or it is not whole. Raises UserError where this
    user may not read it."""
    try:
        return Made(**json.loads(path.read_bytes()))
    except PermissionError:
        raise UserError(_denied(path)) from None
    except (OSError, ValueError, TypeError):
        return None


def write_record(
    root: Path, path: str, origin: tuple[str, str], inputs: Iterable[str], outputs: Iterable[str]
) -> None:
    """Record what a job read and made; `origin` is its rule and hash. Raises UserError.

    Where only the owner enters a folder that was read or written, only the owner reads the hashes:
    those of a small table can be found by trying.
    """
    read = {one: together(contents(root, one)) for one in inputs}
    made = {output: contents(root, output) for output in outputs}
    shared = all(_folder(root / one).stat().st_mode & OTHERS for one in (*read, *made))
    mode = 0o644 if shared else 0o600
    write_json(root / path, asdict(Made(*origin, read, made, VERSION)), mode)


def _folder(path: Path) -> Path:
    """A folder, or the nearest around a file that is there."""
    while not path.is_dir():
        path = path.parent
    return path


def contents(root: Path, path: str) -> Contents:
    """The sha256 of a file, or of every file in a folder, by their paths from the root."""
    return {name: sha256_file(root / name) for name in _files(root, path)}


def _files(root: Path, path: str) -> list[str]:
    """The file at a path, or the files in the folder there, but for those that are volatile."""
    place = root / path
    below = sorted(place.rglob("*")) if place.is_dir() else [place]
    found = (one for one in below if one.is_file() and one.name not in VOLATILE)
    return [one.relative_to(root).as_posix() for one in found]


def together(files: Contents) -> str:
    """One digest over files and their contents."""
    return sha256_bytes("".join(f"{name}\0{files[name]}\n" for name in sorted(files)).encode())


def check_inputs(root: Path, inputs: Iterable[str], records: Iterable[str]) -> None:
    """Every input is what the job before wrote. Raises UserError with the first file that is not.

    `records` are the paths of the records of the jobs that made them.
    """
    known = [product for path in records if (product := read_record(root / path))]
    written = {path: (made, files) for made in known for path, files in made.outputs.items()}
    for one in inputs:
        if one not in written:
            page, make = _maker(one)
            do = f'delete it, and it is made again: rm -r "{one}"{page}; {make}'
            raise UserError(one, "no record says which job wrote this", do=do)
        made, files = written[one]
        for name in altered(root, files):
            raise UserError(edited(root, name, made.rule))


def altered(root: Path, files: Contents) -> Iterator[str]:
    """The files whose content is another, or that are not there. Raises UserError where this user
    may not read one."""
    for name, digest in files.items():
        try:
            same = sha256_file(root / name) == digest
        except PermissionError:
            raise UserError(_denied(root / name)) from None
        except OSError:
            same = False
        if not same:
            yield name


def _denied(path: Path) -> Problem:
    """A file that is of another user."""
    do = "ask its owner, or ask again as the user who ran the workflow"
    return Problem(str(path), "permission denied: this user may not read it", do=do)


def edited(root: Path, name: str, rule: str) -> Problem:
    """A file whose content is not what its job wrote, or that is not there."""
    page, make = _maker(name)
    if not (root / name).exists():
        do = f"rm{page}; {make}" if page else make
        return Problem(name, f"is gone, which {rule} wrote", do=f"{do}, which makes it again")
    return Problem(
        name,
        f"is not what {rule} wrote: something else has changed it since",
        expected="every file of results/ and site/ as the workflow wrote it",
        do=f'delete it, and it is made again: rm "{name}"{page}; {make}',
    )


def _maker(name: str) -> tuple[str, str]:
    """What has to go beside a file so that it is made again, if anything, and what makes it.

    A page of what runs where it is asked for is asked for itself: while it is there, nothing that
    it is made from is missed.
    """
    top, trial, stage = (*Path(name).parts, "", "", "")[:3]
    if top != "results" or stage not in APART:
        return "", "trialtrace run"
    page = Path(top, trial, stage, f"{stage}.html").as_posix()
    return f' "{page}"' if page != name else "", f"trialtrace run {trial} --{stage}"
