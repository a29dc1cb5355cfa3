"""Installed files: held against what their packages say of them, the lock, and the commit."""

import csv
import hashlib
import json
import marshal
import os
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import cache_from_source
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.report.installation.evidence import NOT_RUN, Test, tested
from trialtrace.report.installation.line import OK
from trialtrace.report.installation.packages import (
    Pin,
    against_lock,
    folders,
    installed,
    read_pins,
)
from trialtrace.run.jobs.installed import built_from, digest_of, recorded

CODE = (".py", ".pth", ".so", ".pyd")
# What of a checkout is the program; configuration and documents are their owner's.
PROGRAM = ("Snakefile", "scripts/", "workflow/", "requirements.lock", "pyproject.toml", "tests/")
SHOWN = 12


def installation(at: Project, wheels: Path | None, *, quick: bool) -> Iterator[Test]:
    """The tests of what is installed here."""
    there = installed()
    files = {path: digest for _, info in there.values() for path, digest in recorded(info)}
    yield _lock(at, there)
    yield _files(files, there)
    strange = sorted(_strange(files))
    seen = f"{sum(path.suffix in CODE for path in files)} files of code, all of a package"
    yield tested("I.strange", "No code lies between the packages", _named(strange), seen)
    yield _memory(strange)
    yield _wheels(wheels, read_pins(at), there)
    if quick:
        yield Test("I.bytecode", "Compiled code is that of its source", NOT_RUN, "--quick")
    else:
        yield _bytecode(files)
    yield _project(at)


def _lock(at: Project, there: Mapping[str, tuple[str, Path]]) -> Test:
    line = against_lock(read_pins(at), there)
    wrong = "" if line.state == OK else line.found
    return tested("I.lock", "Versions are those of the lock", wrong, line.found)


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
    return tested("I.files", "Files are as their packages record them", _named(wrong), seen)


def _strange(files: Iterable[Path]) -> Iterator[str]:
    """Files of code that no package names, where Python looks for packages."""
    known = set(files)
    for folder in folders():
        for path in folder.rglob("*"):
            if path.suffix in CODE and path not in known and path.is_file():
                yield _short(path)


def _memory(strange: list[str]) -> Test:
    """A Python of its own, begun as every job is, looks for functions from elsewhere."""
    what = "No function of a package comes from elsewhere, in a Python that has begun"
    call = [sys.executable, "-m", "trialtrace.report.installation.in_memory", json.dumps(strange)]
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        return tested("I.memory", what, f"packages do not load: {done.stderr.strip()[-300:]}", "")
    found = json.loads(done.stdout)
    return tested("I.memory", what, _named(found["strange"]), f"{found['functions']:,} functions")


def _wheels(
    wheels: Path | None, locked: Mapping[str, Pin], there: Mapping[str, tuple[str, Path]]
) -> Test:
    """From the hashes of the lock by the archives to the files: without the archives, what a
    package records of itself has only the installer's word."""
    what = "Packages record what the archives of the lock's hashes do"
    if wheels is None:
        return Test("I.wheels", what, NOT_RUN, "--wheels FOLDER has them, as a bundle does")
    archives = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path for path in wheels.glob("*.whl")
    }
    wrong: list[str] = []
    built: list[str] = []
    seen = 0
    for pin in locked.values():
        if not pin.asked or pin.name not in there:
            continue
        archive = next((archives[digest] for digest in pin.hashes if digest in archives), None)
        if archive is None:
            built.append(pin.name)
            continue
        seen += 1
        installed_record = dict(recorded(there[pin.name][1]))
        wrong += _other_records(archive, there[pin.name][1], installed_record)
    told = f"{seen} of the lock" + (f"; no archive of {', '.join(built)}" if built else "")
    return tested(
        "I.wheels", what, _named(wrong) or ("" if seen else "no archive of the lock"), told
    )


def _other_records(archive: Path, info: Path, record: Mapping[Path, str]) -> Iterator[str]:
    with zipfile.ZipFile(archive) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/RECORD"))
        for file, digest, _ in csv.reader(wheel.read(name).decode("utf-8").splitlines()):
            moved = re.match(r"[^/]+\.data/", file)
            path = Path(os.path.normpath(info.parent / file))
            if digest and not moved and record.get(path) != digest.removeprefix("sha256="):
                yield f"{_short(path)} is not that of {archive.name}"


def _bytecode(files: Iterable[Path]) -> Test:
    """What Python runs is the compiled file beside a source, if that has its time and size."""
    wrong, seen = [], 0
    for source in files:
        compiled = Path(cache_from_source(str(source))) if source.suffix == ".py" else None
        if compiled is None or not compiled.is_file() or not source.is_file():
            continue
        seen += 1
        if not _compiled_from(source, compiled.read_bytes()):
            wrong.append(f"{_short(compiled)} is of other code")
    return tested(
        "I.bytecode", "Compiled code is that of its source", _named(wrong), f"{seen:,} files"
    )


def _compiled_from(source: Path, compiled: bytes) -> bool:
    flags, time, size = struct.unpack("<III", compiled[4:16])
    stat = source.stat()
    if not flags and (time, size) != (int(stat.st_mtime) & 0xFFFFFFFF, stat.st_size & 0xFFFFFFFF):
        return True  # Python leaves it alone and compiles the source.
    try:
        code = compile(source.read_bytes(), str(source), "exec", dont_inherit=True)
        return bool(marshal.loads(compiled[16:]) == code)
    except (SyntaxError, ValueError, EOFError, TypeError):
        return False


def _project(at: Project) -> Test:
    """The program's files beside those of the commit, by the hashes that git keeps them under."""
    what = "The project's code is that of its commit"
    if at.code.is_installed:
        built = built_from(at.code)
        other = "a file of it is not as its RECORD has it" if built["dirty"] else ""
        return tested("I.project", what, other, f"a wheel, of commit {built['commit']}")
    done = subprocess.run(["git", "ls-tree", "-r", "-z", "HEAD"], cwd=at.root, capture_output=True)
    if done.returncode:
        return Test("I.project", what, NOT_RUN, "there is no commit here to hold it against")
    wrong, seen = [], 0
    for entry in done.stdout.decode("utf-8", "surrogateescape").split("\0"):
        head, _, name = entry.partition("\t")
        if not name.startswith(PROGRAM) or head.startswith("120000"):
            continue
        seen += 1
        path = at.root / name
        content = path.read_bytes() if path.is_file() else b""
        blob = hashlib.sha1(
            b"blob %d\0" % len(content) + content, usedforsecurity=False
        ).hexdigest()
        wrong += [] if blob == head.split()[2] else [f"{name} is altered"]
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=at.root, capture_output=True, text=True
    )
    return tested(
        "I.project", what, _named(wrong), f"{seen} files of commit {commit.stdout.strip()}"
    )


def _short(path: Path) -> str:
    for folder in folders():
        if path.is_relative_to(folder):
            return str(path.relative_to(folder))
    return str(path)


def _named(names: list[str]) -> str:
    more = f"; and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return "; ".join(names[:SHOWN]) + more
