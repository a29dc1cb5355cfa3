"""Files of the trial's own: found inside the declared folder, checked by hash, read by format.

    visits: {path: visits.csv, format: csv, encoding: utf-8, separator: ";", decimal: ","}
    labs: {path: labs.xlsx, format: excel, sheet: Lab, date_order: dmy, sha256: "9f86d0…"}

`decimal` and `date_order` are recorded here and applied when the text is cleaned.
"""

import importlib
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from trialtrace.ground.errors import Problem, UserError, did_you_mean, one_of
from trialtrace.ground.store import sha256_bytes
from trialtrace.sources.raw import RawTable
from trialtrace.sources.readers import FORMATS, SUFFIXES
from trialtrace.trial.load import Trial

COMMON = ("path", "format", "sha256", "date_order")
SPELLING = ("decimal", "date_order")
LONGEST_SHOWN = 80
# Of a folder with more, such as a whole disk, not every file is offered for one that is missing.
MOST_LOOKED_AT = 10_000
ALLOWED = {"decimal": (".", ","), "date_order": ("ymd", "dmy", "mdy")}


@dataclass(frozen=True)
class Opened:
    """A file that was found and has the right hash: what a reader gets."""

    path: Path
    name: str
    data: bytes
    format: str
    settings: dict[str, Any]
    place: str


def load(trial: Trial) -> list[RawTable]:
    folder = _folder(trial)
    return [_load_item(trial, folder, name, item) for name, item in trial.source.items.items()]


def _folder(trial: Trial) -> Path:
    """The data folder. An absolute one may lie outside the project, as patient data should."""
    place = f"{trial.name}: source.folder"
    given = trial.source.folder
    if not given:
        raise UserError(Problem(place, expected="the folder that holds the data files"))
    path = Path(given)
    try:
        folder = path.resolve() if path.is_absolute() else trial.at.inside(given)
        there = folder.is_dir()
    except (OSError, ValueError) as error:
        raise UserError(_no_path(given, place, error)) from None
    if not there:
        raise UserError(Problem(place, found=given, expected="a folder that is there"))
    return folder


def _load_item(trial: Trial, folder: Path, name: str, settings: dict[str, Any]) -> RawTable:
    place = f"{trial.name}: source.items.{name}"
    given = settings.get("path")
    if not isinstance(given, str) or not given:
        raise UserError(Problem(f"{place}.path", expected="a file inside source.folder"))
    path = _find(folder, given, f"{place}.path")
    kind = _format(given, settings.get("format"), place)
    reader = importlib.import_module(FORMATS[kind])
    _check_settings(settings, (*COMMON, *reader.SETTINGS), kind, place)
    data = _bytes_of(path, given)
    digest = sha256_bytes(data)
    _check_hash(given, settings.get("sha256"), digest, place)
    shown = path.relative_to(folder).as_posix()
    records = reader.read(Opened(path, shown, data, kind, settings, place))
    notes = {"format": kind, "size": len(data), "sha256": digest} | records.notes
    spelling = {key: settings[key] for key in SPELLING if key in settings}
    return RawTable(name, replace(records, notes=notes), spelling)


def _bytes_of(path: Path, name: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(Problem(name, f"the file cannot be read: {error.strerror}")) from None
    if not data:
        raise UserError(Problem(name, "the file is empty (0 bytes)", do="export the table again"))
    return data


def _no_path(given: str, place: str, error: Exception) -> Problem:
    """What no file system can hold: a name that is too long, or with a character of no name."""
    shown = given if len(given) <= LONGEST_SHOWN else f"{given[:LONGEST_SHOWN]}…"
    why = getattr(error, "strerror", None) or "it holds a character that no name can have"
    return Problem(place, found=f"{shown!r} ({why})", expected="a path that can be there")


def _find(folder: Path, name: str, place: str) -> Path:
    """The file of that name: inside the folder, also where it is a link, and a file."""
    try:
        return _found(folder, name, place)
    except (OSError, ValueError) as error:
        raise UserError(_no_path(name, place, error)) from None


def _found(folder: Path, name: str, place: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise UserError(
            Problem(
                place,
                found=f"{name!r}, which lies outside the data folder (or links to the outside)",
                expected="a file inside source.folder",
                do="move the file into the folder, or name its folder in source.folder",
            )
        )
    if path.is_dir():
        raise UserError(Problem(place, found=f"{name!r}, a folder", expected="a file"))
    if not path.is_file():
        some = islice(folder.rglob("*"), MOST_LOOKED_AT)
        there = sorted(p.relative_to(folder).as_posix() for p in some if p.is_file())
        raise UserError(
            Problem(
                place,
                found=f"{name!r}, which is not in the data folder",
                expected=f"one of its files: {one_of(there)}",
                do=did_you_mean(name, there),
            )
        )
    return path


def _format(name: str, declared: str | None, place: str) -> str:
    suffix = Path(name).suffix.lower()
    kind = declared or SUFFIXES.get(suffix)
    if kind not in FORMATS:
        raise UserError(
            Problem(
                f"{place}.format",
                found=repr(declared) if declared else f"a file named {name!r}",
                expected=f"format: one of {one_of(FORMATS)}; or a file name that ends in "
                f"{', '.join(SUFFIXES)}",
                do="save the workbook as .xlsx" if suffix == ".xls" else None,
            )
        )
    return kind


def _check_settings(
    settings: dict[str, Any], known: tuple[str, ...], kind: str, place: str
) -> None:
    for key, value in settings.items():
        if key not in known:
            raise UserError(
                Problem(
                    f"{place}.{key}",
                    f"is no setting of the format {kind}",
                    expected=one_of(known),
                    do=did_you_mean(key, known),
                )
            )
        if key in ALLOWED and value not in ALLOWED[key]:
            raise UserError(
                Problem(f"{place}.{key}", found=repr(value), expected=f"one of {ALLOWED[key]}")
            )


def _check_hash(name: str, pinned: str | None, found: str, place: str) -> None:
    if pinned and pinned != found:
        raise UserError(
            Problem(
                f"{place}.sha256",
                f"{name} is not the file that was pinned",
                found=found,
                expected=pinned,
                do="bring back the pinned file; if the new export is meant, pin its hash",
            )
        )
