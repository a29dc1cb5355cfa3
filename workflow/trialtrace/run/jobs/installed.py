"""What is known of the code that a wheel brought: its commit, and the packages around it."""

import base64
import hashlib
import re
from collections.abc import Iterator
from importlib.metadata import (
    Distribution,
    PackageNotFoundError,
    PackagePath,
    distributions,
    version,
)
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
    """The files of an installed package that are not as its RECORD has them."""
    for found in distributions(name="trialtrace", path=[str(code.package.parent)]):
        for file in found.files or ():
            if file.hash and not _as_recorded(found, file):
                yield str(file)


def _as_recorded(found: Distribution, file: PackagePath) -> bool:
    assert file.hash is not None
    try:
        data = Path(str(found.locate_file(file))).read_bytes()
    except OSError:
        return False
    digest = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, data).digest())
    return digest.decode().rstrip("=") == file.hash.value


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
