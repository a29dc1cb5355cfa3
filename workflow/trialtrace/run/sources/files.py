"""Files of the trial's own: found inside the declared folder, checked by hash, read by format.

    visits: {path: visits.csv, format: csv, encoding: utf-8, separator: ";", decimal: ","}
    labs: {path: labs.xlsx, format: excel, sheet: Lab, date_order: dmy, sha256: "9f86d0…"}

`decimal` and `date_order` are recorded here and applied when the text is cleaned.
"""

import importlib
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.store import sha256_bytes
from trialtrace.base.synthetic import SIGN, TRUTH
from trialtrace.run.sources.raw import NOTE, RawTable, without_mark
from trialtrace.run.sources.readers import FORMATS
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.source import File, Files, spelling

# Of a folder with more, such as a whole disk, not every file is offered for one that is missing.
MOST_LOOKED_AT = 10_000
# Files that hold the hashes of drawn ones; what a run notes of its sources has such of others too,
# and then not these words.
HOLD_HASHES = {TRUTH: b"", "manifest.json": b'"synthetic":'}

Declared = TypeVar("Declared", bound=File)


@dataclass(frozen=True)
class Opened(Generic[Declared]):
    """A file that was found and has the right hash, and what trial.yaml declares of it. `name` is
    what messages call it: file names tell of hospitals and patients, so that of a trial's own file
    stands in its rows alone, as `source_file`."""

    path: Path
    name: str
    data: bytes
    declared: Declared
    place: str
    source_file: str


def load(trial: Trial, source: Files) -> list[RawTable]:
    folder = _folder(trial, source.folder)
    return [_load_item(trial, folder, name, file) for name, file in source.items.items()]


def _folder(trial: Trial, text: str) -> Path:
    """The data folder. An absolute one may lie outside the project, as patient data should."""
    place = f"{trial.name}: source.folder"
    path = Path(text)
    try:
        folder = path.resolve() if path.is_absolute() else trial.at.inside(text)
        there = folder.is_dir()
    except (OSError, ValueError) as error:
        raise UserError(_no_path(place, error)) from None
    if not there:
        raise UserError(
            place,
            found="a path where no folder is",
            expected="a folder that is there",
            do="put the data there, or mend the path; trialtrace check --no-data looks at the "
            "configuration alone",
        )
    return folder


def _load_item(trial: Trial, folder: Path, name: str, declared: File) -> RawTable:
    place = f"{trial.name}: source.items.{name}"
    path = _find(folder, declared.path, f"{place}.path")
    reader = importlib.import_module(FORMATS[declared.format])
    data = contents(path, place)
    digest = sha256_bytes(data)
    _check_hash(declared.sha256, digest, place)
    shown = path.relative_to(folder).as_posix()
    records = without_mark(reader.read(Opened(path, place, data, declared, place, shown)))
    notes = {"format": declared.format, "size": len(data), "sha256": digest}
    if NOTE not in records.notes and (sign := _sign(path, folder, digest)):
        notes[NOTE] = sign
    notes |= records.notes
    return RawTable(name, replace(records, notes=notes), spelling(declared))


def _sign(path: Path, folder: Path, digest: str) -> str:
    """What beside a file says that a program drew it; empty where nothing does."""
    for at in dict.fromkeys((path.parent, folder)):
        for name, words in HOLD_HASHES.items():
            known = contents(at / name, name) if (at / name).is_file() else b""
            if digest.encode() in known and words in known:
                return f"{name} beside it has its hash"
        if (at / SIGN).is_file():
            return f"{SIGN} lies beside it"
    return ""


def contents(path: Path, name: str) -> bytes:
    """The bytes of a file that is there and not empty."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(name, f"the file cannot be read: {error.strerror}") from None
    if not data:
        raise UserError(name, "the file is empty (0 bytes)", do="export the table again")
    return data


def _no_path(place: str, error: Exception) -> Problem:
    """What no file system can hold: a name that is too long, or with a character of no name."""
    why = getattr(error, "strerror", None) or "it holds a character that no name can have"
    return Problem(place, found=f"no path ({why})", expected="a path that can be there")


def _find(folder: Path, name: str, place: str) -> Path:
    """The file of that name: inside the folder, also where it is a link, and a file."""
    try:
        return _path(folder, name, place)
    except (OSError, ValueError) as error:
        raise UserError(_no_path(place, error)) from None


def _path(folder: Path, name: str, place: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        found = "a path that lies outside the data folder (or links to the outside)"
        do = "move the file into the folder, or name its folder in source.folder"
        raise UserError(place, found=found, expected="a file inside source.folder", do=do)
    if path.is_dir():
        raise UserError(place, found="a folder", expected="a file")
    if not path.is_file():
        there = sum(one.is_file() for one in islice(folder.rglob("*"), MOST_LOOKED_AT))
        found = "a path that is not in the data folder"
        expected = f"one of its {there} file{'s' if there != 1 else ''}"
        do = "mend the path in trial.yaml; names of files are told nowhere"
        raise UserError(place, found=found, expected=expected, do=do)
    return path


def _check_hash(pinned: str | None, text: str, place: str) -> None:
    if pinned and pinned != text:
        raise UserError(
            f"{place}.sha256",
            "this is not the file that was pinned",
            found=text,
            expected=pinned,
            do="bring back the pinned file; if the new export is meant, pin its hash: "
            f'sha256: "{text}"',
        )
