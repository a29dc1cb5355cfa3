"""Where the derived data of endpoints by a rule lie, and whether they are what was derived.

A rule is what the levels of a specification say of endpoints; specifications of one rule share its
data. Where no level says anything, data are those of the trial.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_file, write_json
from trialtrace.run.tables.blocks import key_of

# Beside the tables of a multiverse: the folder of each rule, and the digests of its files.
INDEX, FOLDERS = "derived.json", "derived"
# In the folder of a rule: the digests as the data were derived. The index is made anew by each job.
RECORD = "digests.json"
DO = f"delete {INDEX}, {FOLDERS}/ and multiverse.html of this multiverse; trialtrace run multiverse"


def _digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.iterdir() if path.name != RECORD]
    return {path.name: sha256_file(path) for path in sorted(files)}


def record(place: Path) -> None:
    """Keep the digests of data beside them."""
    write_json(place / RECORD, _digests(place))


def recorded(place: Path) -> dict[str, str]:
    """The digests of a rule's data. Raises UserError where a file is not what was derived."""
    try:
        files: dict[str, str] = json.loads((place / RECORD).read_bytes())
    except (OSError, ValueError):
        raise UserError(str(place / RECORD), "is not what the run wrote", do=DO) from None
    _hold(place, files)
    return files


def _hold(place: Path, files: Mapping[str, str]) -> None:
    found = _digests(place) if place.is_dir() else {}
    for name, digest in files.items():
        if found.get(name) != digest:
            raise UserError(str(place / name), "is not what the run wrote", do=DO)


def data_of(folder: Path, rule: str) -> tuple[Path, str]:
    """Where the data of a rule lie, in the folder of a multiverse, and their digest.

    Raises UserError where they are not there, or not what was derived.
    """
    try:
        index = json.loads((folder / INDEX).read_bytes())
        entry: Mapping[str, dict[str, str]] = index[rule]
    except (OSError, ValueError, KeyError):
        raise UserError(str(folder / INDEX), "has no data of a rule", do=DO) from None
    place = folder / FOLDERS / str(entry["folder"])
    _hold(place, entry["files"])
    return place, key_of(*entry["files"].values())
