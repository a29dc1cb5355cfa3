"""What is known of the code that a wheel brought: its commit, and the packages around it."""

import base64
import csv
import hashlib
import os
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from trialtrace.base.paths import Code

# Written by setup.py where the wheel was built from a commit and nothing besides.
COMMIT = "commit"
# Builds packages, and comes with every environment: no run uses it.
BUILDER = "setuptools"
LOCKED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


def built_from(code: Code) -> dict[str, str | bool | None]:
    """The commit of an installed package, and whether a file is another than pip installed."""
    try:
        commit = (code.root / COMMIT).read_text(encoding="utf-8").strip()
    except OSError:
        commit = ""
    return {"commit": commit or None, "dirty": any(altered_files(code))}


def altered_files(code: Code) -> Iterator[str]:
    """The files of an installed package that are not as its RECORD has them, or not there."""
    site = code.package.parent
    for info in site.glob("trialtrace-*.dist-info"):
        for path, digest in recorded(info):
            if digest and not (path.is_file() and digest_of(path.read_bytes()) == digest):
                yield os.path.relpath(path, site)


def recorded(info: Path) -> Iterator[tuple[Path, str]]:
    """Each file that an installed package names, with its sha256 as the package gives it; also
    those that are gone, which importlib.metadata leaves out from Python 3.12 on. Without sha256 the
    files of an `.egg-info`, which pip before 23.1 makes of an archive of sources."""
    listed = info / "installed-files.txt"
    if listed.is_file():
        for name in listed.read_text(encoding="utf-8").splitlines():
            yield Path(os.path.normpath(info / name)), ""
    record = info / "RECORD"
    if record.is_file():
        with record.open(encoding="utf-8", newline="") as lines:
            for name, digest, _ in csv.reader(lines):
                yield Path(os.path.normpath(info.parent / name)), digest.removeprefix("sha256=")


def digest_of(content: bytes) -> str:
    """As a RECORD writes it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def not_as_locked(lock: Path) -> tuple[str, ...]:
    """Installed packages whose version is none that the lock has, as name==version."""
    pinned: dict[str, set[str]] = {}
    for name, pin in LOCKED.findall(lock.read_text(encoding="utf-8")):
        pinned.setdefault(name, set()).add(pin)
    here = ((name, _version(name)) for name in sorted(pinned.keys() - {BUILDER}))
    return tuple(f"{name}=={now}" for name, now in here if now and now not in pinned[name])


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
