"""Installed files compared with their packages' records, the lock, and the commit."""

import hashlib
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.report.installation.evidence import NOT_RUN, Test, tested
from trialtrace.report.installation.line import OK
from trialtrace.report.installation.packages import against_lock, folders, installed, read_pins
from trialtrace.run.jobs.installed import built_from, digest_of, recorded

CODE = (".py", ".pth", ".so", ".pyd")
# What of a checkout is the program; configuration and documents are their owner's.
PROGRAM = ("Snakefile", "scripts/", "workflow/", "requirements.lock", "pyproject.toml", "tests/")
SHOWN = 12


def installation(at: Project) -> Iterator[Test]:
    """The tests of what is installed here."""
    there = installed()
    files = {path: digest for _, info in there.values() for path, digest in recorded(info)}
    line = against_lock(read_pins(at), there)
    wrong = "" if line.state == OK else line.found
    yield tested("I.lock", "Versions are those of the lock", wrong, line.found)
    yield _files(files, there)
    strange = sorted(_strange(files))
    seen = f"{sum(path.suffix in CODE for path in files)} files of code, all of a package"
    yield tested("I.strange", "No code lies between the packages", _named(strange), seen)
    yield _project(at)


def _files(files: Mapping[Path, str], there: Mapping[str, tuple[str, Path]]) -> Test:
    wrong = []
    hashed = {path: digest for path, digest in files.items() if digest}
    for path, digest in hashed.items():
        try:
            same = digest_of(path.read_bytes()) == digest
            wrong += [] if same else [f"{_short(path)} is altered"]
        except OSError as error:
            wrong.append(f"{_short(path)}: {error.strerror}")
    seen = f"{len(hashed):,} files of {len(there)} packages"
    if bare := [name for name, (_, info) in there.items() if info.suffix == ".egg-info"]:
        seen += f"; of {', '.join(bare)} no hashes are recorded (installed by pip before 23.1)"
    wrong += [] if hashed else ["no package records its files here"]
    return tested("I.files", "Files are as their packages record them", _named(wrong), seen)


def _strange(files: Iterable[Path]) -> Iterator[str]:
    """Files of code that no package names, where Python looks for packages."""
    known = set(files)
    for folder in folders():
        for path in folder.rglob("*"):
            if path.suffix in CODE and path not in known and path.is_file():
                yield _short(path)


def _project(at: Project) -> Test:
    """The program's files compared with those of the commit, by git's own hashes."""
    what = "The project's code is that of its commit"
    if at.code.is_installed:
        built = built_from(at.code)
        other = "a file of it is not as its RECORD has it" if built["dirty"] else ""
        return tested("I.project", what, other, f"a wheel, of commit {built['commit']}")
    done = subprocess.run(["git", "ls-tree", "-r", "-z", "HEAD"], cwd=at.root, capture_output=True)
    if done.returncode:
        return Test("I.project", what, NOT_RUN, "there is no commit here to compare with")
    wrong, seen = [], 0
    for entry in done.stdout.decode("utf-8", "surrogateescape").split("\0"):
        head, _, name = entry.partition("\t")
        if name.startswith(PROGRAM) and not head.startswith("120000"):
            seen += 1
            path = at.root / name
            content = path.read_bytes() if path.is_file() else b""
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
            wrong += [] if blob.hexdigest() == head.split()[2] else [f"{name} is altered"]
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=at.root, capture_output=True, text=True
    )
    seen_of = f"{seen} files of commit {commit.stdout.strip()}"
    return tested("I.project", what, _named(wrong), seen_of)


def _short(path: Path) -> str:
    for folder in folders():
        if path.is_relative_to(folder):
            return str(path.relative_to(folder))
    return str(path)


def _named(names: list[str]) -> str:
    more = f"; and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return "; ".join(names[:SHOWN]) + more
