"""The machine and the account: Python, C library, memory, disk, home, rights, clock."""

import os
import platform
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.report.installation.line import HINDERS, MISSING, OK, Line, judged

NEWEST_TRIED, OLDEST = (3, 11), (3, 11)
# The packages of the lock come as wheels for this glibc and newer.
GLIBC = (2, 28)
LEAST_MEMORY, LEAST_DISK, FEW_FILES = 2 << 30, 2 << 30, 128
# A limit of the address space counts what is only reserved, too.
LEAST_ADDRESSES = 4 << 30
# Seconds that two machines of one file system may be apart, and years without any newer file.
APART, YEARS = 120, 3


def machine(at: Project) -> Iterator[Line]:
    """A line each, in the order in which a new machine fails."""
    yield _python()
    yield _glibc()
    yield _memory()
    yield _disk(at)
    yield _open_files()
    yield _home(at)
    yield _temporary()
    yield _umask()
    yield _clock(at)


def _python() -> Line:
    found = f"{platform.python_version()}, {sys.executable}"
    if sys.version_info < OLDEST:
        return Line("Python", HINDERS, found, "apt-get install python3.11 python3.11-venv")
    tried = sys.version_info[:2] <= NEWEST_TRIED
    return Line(
        "Python", OK, found if tried else f"{found}; tried is 3.11, the lock has 3.12, 3.13"
    )


def _glibc() -> Line:
    name, version = platform.libc_ver()
    if name != "glibc":
        found = f"{platform.system()} without glibc; untried: the lock's wheels may not install"
        return Line("C library", HINDERS if platform.system() == "Linux" else OK, found)
    do = "a newer system or a container: docs/installation.md"
    return judged(_numbers(version) >= GLIBC, "C library", f"glibc {version}", do)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split(".") if number.isdecimal())


def _memory() -> Line:
    """What this process may have: the least of the machine, its control group, its limit."""
    bytes_of = {"the machine": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")}
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):
            bytes_of["the control group"] = int(Path(path).read_text())
    least = min(bytes_of, key=lambda name: bytes_of[name])
    found = f"{bytes_of[least] / 2**30:.1f} GiB of {least}, {os.cpu_count()} cores"
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY and limit < LEAST_ADDRESSES:
        found += f"; `ulimit -v` allows {limit / 2**30:.1f} GiB of addresses"
        return Line("memory", HINDERS, found, "ulimit -v unlimited, or ask for a larger job")
    return judged(bytes_of[least] >= LEAST_MEMORY, "memory", found, "2 GiB are needed for a run")


def _disk(at: Project) -> Line:
    free = shutil.disk_usage(at.made).free
    found = f"{free / 2**30:.1f} GiB free where the project lies"
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    if limit != resource.RLIM_INFINITY:
        return Line(
            "disk",
            HINDERS,
            f"{found}; `ulimit -f` allows {limit} bytes a file",
            "ulimit -f unlimited",
        )
    return judged(free >= LEAST_DISK, "disk", found, "make room: `make clean` removes results")


def _open_files() -> Line:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return judged(limit >= FEW_FILES, "open files", f"{limit} at a time", "ulimit -n 1024")


def _home(at: Project) -> Line:
    cache = Path(
        os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME", "~"), ".cache").expanduser()
    )
    there = next(folder for folder in (cache, *cache.parents) if folder.exists())
    return judged(
        os.access(there, os.W_OK),
        "HOME",
        f"{cache}, where Snakemake keeps a cache",
        f"export XDG_CACHE_HOME={at.made / '.snakemake' / 'cache'} (`make run` does so by itself)",
    )


def _temporary() -> Line:
    try:
        folder = tempfile.gettempdir()
    except FileNotFoundError as error:
        return Line("TMPDIR", HINDERS, str(error.strerror), "export TMPDIR to a folder of yours")
    free = shutil.disk_usage(folder).free
    return judged(
        free >= 1 << 28, "TMPDIR", f"{folder}, {free / 2**30:.1f} GiB free", "export TMPDIR=…"
    )


def _umask() -> Line:
    mask = os.umask(0o077)
    os.umask(mask)
    found = f"{mask:03o}; folders with data are their owner's alone whatever it is"
    return judged(not mask & 0o700, "umask", found, "umask 022")


def _clock(at: Project) -> Line:
    """Against the newest file that something else has dated."""
    newest = max(_dates(at), default=0.0)
    now = time.time()
    found, last = (f"{datetime.fromtimestamp(when, UTC):%Y-%m-%d %H:%M}" for when in (now, newest))
    if newest - now > APART:
        found += f" UTC, before the newest file here ({last}): a record would have a wrong time"
        return Line("clock", HINDERS, found, "set the clock: timedatectl set-ntp true")
    if now - newest > YEARS * 365.25 * 86_400:
        return Line("clock", MISSING, f"{found} UTC; nothing here is newer than {last}", "date")
    return Line("clock", OK, f"{found} UTC")


def _dates(at: Project) -> Iterator[float]:
    folders = (
        at.made,
        at.config,
        at.results,
        at.site,
        at.made / "logs",
        Path(tempfile.gettempdir()),
    )
    for folder in folders:
        with suppress(OSError):
            yield folder.stat().st_mtime
            yield from (entry.stat().st_mtime for entry in os.scandir(folder) if entry.is_file())
