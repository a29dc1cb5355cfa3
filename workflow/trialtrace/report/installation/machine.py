"""The machine and the account: Python, memory, disk, home, temporary files, clock."""

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
from trialtrace.report.installation.line import HINDERS, OK, Line, judged

NEWEST_TRIED, OLDEST = (3, 11), (3, 11)
LEAST_MEMORY, LEAST_DISK = 2 << 30, 2 << 30
# A limit of the address space counts what is only reserved, too.
LEAST_ADDRESSES = 4 << 30
# Seconds that two machines of one file system may differ by.
APART = 120


def machine(at: Project) -> Iterator[Line]:
    """A line each, in the order in which a new machine fails."""
    yield _python()
    yield _memory()
    yield _disk(at)
    yield _home(at)
    yield _temporary()
    yield _clock(at)


def _python() -> Line:
    found = f"{platform.python_version()}, {sys.executable}"
    if sys.version_info < OLDEST:
        return Line("Python", HINDERS, found, "apt-get install python3.11 python3.11-venv")
    tried = sys.version_info[:2] <= NEWEST_TRIED
    return Line(
        "Python", OK, found if tried else f"{found}; tried is 3.11, the lock has 3.12, 3.13"
    )


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


def _clock(at: Project) -> Line:
    """Against the newest file that something else has dated."""
    newest = max(_dates(at), default=0.0)
    now = time.time()
    found, last = (f"{datetime.fromtimestamp(when, UTC):%Y-%m-%d %H:%M}" for when in (now, newest))
    if newest - now > APART:
        found += f" UTC, before the newest file here ({last}): a record would have a wrong time"
        return Line("clock", HINDERS, found, "set the clock: timedatectl set-ntp true")
    return Line("clock", OK, f"{found} UTC")


def _dates(at: Project) -> Iterator[float]:
    for folder in (at.made, at.config, at.results, at.site, Path(tempfile.gettempdir())):
        with suppress(OSError):
            yield folder.stat().st_mtime
            yield from (entry.stat().st_mtime for entry in os.scandir(folder) if entry.is_file())
