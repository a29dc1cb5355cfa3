"""Installed packages compared with the lock by their folders' names; nothing is imported."""

import re
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from trialtrace.base.errors import one_of
from trialtrace.base.extras import EXTRAS
from trialtrace.base.paths import Project
from trialtrace.report.installation.line import HINDERS, MISSING, OK, Line
from trialtrace.run.jobs.installed import BUILDER

LOCK = "requirements.lock"
INSTALL = "python -m pip install --require-hashes -r requirements.lock"
# What every command needs; of the extras each is missed by those who use it.
NEEDED = ("numpy", "scipy", "threadpoolctl", "yaml", "jsonschema")
_ENTRY = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)\s*(?:;(.*))?")


@dataclass(frozen=True)
class Pin:
    """A package of the lock. `asked` says whether its marker names this Python."""

    name: str
    version: str
    asked: bool


def canonical(name: str) -> str:
    """A name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, Pin]:
    """The packages of a lock by their names; of one that is there twice, that of this Python."""
    found: dict[str, Pin] = {}
    for entry in re.split(r"\n(?=\S)", lock):
        if (named := _ENTRY.match(entry.partition("\\")[0])) is None:
            continue
        pin = Pin(canonical(named[1]), named[2], _asked(named[3] or ""))
        if pin.asked or pin.name not in found:
            found[pin.name] = pin
    return found


def _asked(marker: str) -> bool:
    if not marker.strip():
        return True
    try:
        from packaging.markers import Marker
    except ModuleNotFoundError:
        return False
    return Marker(marker).evaluate()


def read_pins(at: Project) -> dict[str, Pin]:
    """The lock of the project's code; empty where there is none."""
    path = at.code.root / LOCK
    return pins(path.read_text(encoding="utf-8")) if path.is_file() else {}


def folders() -> tuple[Path, ...]:
    """Where packages of this Python lie."""
    places = sysconfig.get_paths()
    return tuple(dict.fromkeys(Path(places[kind]) for kind in ("purelib", "platlib")))


def installed() -> dict[str, tuple[str, Path]]:
    """Version and `.dist-info` or `.egg-info` of each installed package, by its name."""
    found = {}
    for folder in folders():
        for info in sorted(folder.glob("*-*.*-info")):
            name, version, *_ = info.stem.split("-")
            found[canonical(name)] = (version, info)
    return found


def packages(at: Project) -> Iterator[Line]:
    """What cannot be imported, then what is not as the lock has it."""
    lacking = [name for name in NEEDED if not _importable(name)]
    if lacking:
        yield Line("packages", HINDERS, f"no {', '.join(lacking)}", "pip install trialtrace")
    extras: dict[str, list[str]] = {}
    for module, extra in EXTRAS.items():
        if not _importable(module):
            extras.setdefault(extra, []).append(module)
    for extra, modules in extras.items():
        do = f"pip install 'trialtrace[{extra}]'"
        yield Line(f"for {extra}", MISSING, f"no {', '.join(modules)}", do)
    yield against_lock(read_pins(at), installed())


def _importable(module: str) -> bool:
    # Past the hook by which the command line does without pandas.
    return PathFinder.find_spec(module) is not None


def against_lock(locked: Mapping[str, Pin], there: Mapping[str, tuple[str, Path]]) -> Line:
    if not locked:
        return Line("lock", MISSING, f"no {LOCK} here: versions are not compared")
    asked = [pin for pin in locked.values() if pin.asked and pin.name != BUILDER]
    others = [
        f"{pin.name} {there[pin.name][0]} (locked {pin.version})"
        for pin in asked
        if pin.name in there and not _same(there[pin.name][0], pin.version)
    ]
    absent = [pin.name for pin in asked if pin.name not in there]
    if not others and not absent:
        return Line("lock", OK, f"{len(asked)} packages, all as {LOCK} has them")
    told = [f"other versions: {one_of(others)}"] if others else []
    told += [f"not installed: {one_of(absent)}"] if absent else []
    return Line("lock", MISSING, "; ".join(told), INSTALL)


def _same(installed_version: str, locked: str) -> bool:
    """Versions as wheels write them: + and - become _ there."""
    return re.sub(r"[-_+]", "_", installed_version) == re.sub(r"[-_+]", "_", locked)
