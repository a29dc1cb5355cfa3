"""Where the JSON Schemas of the configuration are.

A wheel holds them. A checkout makes them from the shapes at first use: in build/schemas, or in the
user's cache where the checkout cannot be written, under a key of the sources that they follow from.
So a shape that changed is never judged by an older schema, and two jobs at once do no harm.
"""

import atexit
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

from trialtrace.base.paths import PACKAGE, PYTHON, RUNNING, SCHEMAS

MAKER = "trialtrace.run.trial.schemas"
# Folders of the package with all that a schema follows from.
SOURCES = (
    *("audit/candidates", "audit/ledger", "audit/meaning", "audit/printed", "audit/registry"),
    *("base", "run/tables", "run/trial"),
)


@lru_cache(maxsize=1)
def schema_folder() -> Path:
    """The folder with every schema, made where it is not there yet."""
    if RUNNING.is_installed:
        return SCHEMAS
    name = key()
    places = [place / name for place in _places()]
    for place in places:
        if place.is_dir():
            return place
    for place in places:
        try:
            return _made(place)
        except OSError:
            continue
    folder = Path(tempfile.mkdtemp(prefix="trialtrace-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    write_schemas(folder)
    return folder


def key() -> str:
    """A hash over the sources of the schemas, their places and their content."""
    whole = hashlib.sha256()
    for source in SOURCES:
        for folder, folders, names in os.walk(PACKAGE / source):
            folders.sort()
            for name in sorted(names):
                if name.endswith(".py"):
                    path = os.path.join(folder, name)  # noqa: PTH118 - a thousand paths cost more
                    with open(path, "rb", buffering=0) as file:
                        whole.update(os.fsencode(path[len(str(PACKAGE)) :]) + file.readall())
    return whole.hexdigest()[:20]


def _places() -> list[Path]:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return [RUNNING.root / "build" / "schemas", cache / "trialtrace" / "schemas"]


def _made(place: Path) -> Path:
    """The folder, complete from the moment that it is there. Raises OSError where it cannot be."""
    unfinished = place.with_name(f".{place.name}.{secrets.token_hex(6)}")
    unfinished.mkdir(parents=True)
    try:
        write_schemas(unfinished)
        unfinished.rename(place)
    except OSError:
        # Another job was faster, or the disk is full.
        if not place.is_dir():
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return place


def write_schemas(folder: Path) -> None:
    """Write every schema into the folder."""
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [PYTHON, "-m", MAKER, str(folder)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the schemas of the configuration cannot be made:\n{done.stderr}")
