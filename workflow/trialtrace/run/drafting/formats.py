"""A file of any format that a run reads: what it is, how it is read, and what it says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_bytes
from trialtrace.run.drafting.cells import Cells, held
from trialtrace.run.drafting.delimited import FALLBACK, ROW_NAMES, read_text
from trialtrace.run.drafting.described import Described, described_units
from trialtrace.run.drafting.title_and_foot import around
from trialtrace.run.sources.files import Opened, contents
from trialtrace.run.sources.readers import excel, parquet, statistical
from trialtrace.run.sources.readers.statistical import table_name, variables
from trialtrace.run.trial.study.source import Excel, Parquet, StatisticalFile

if TYPE_CHECKING:
    from trialtrace.run.sources.raw import Records

# By the ending of a file's name; text is whatever has another.
ENDINGS = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xls"), "excel"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".xpt", ".xport"), "xpt"),
    **dict.fromkeys((".sav", ".zsav", ".por"), "spss"),
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt", ".dat"), "text"),
    ".sas7bdat": "sas7bdat",
    ".dta": "stata",
}
TOLD = {"xpt": "The SAS transport file", "sas7bdat": "The SAS file", "spss": "The SPSS file"}
TOLD |= {"stata": "The Stata file"}
# Words for "no label", which programs write in its place.
ANY = "any"
NOTHING_AROUND: Mapping[str, str | int] = {}
NO_LABELS = ("", ".", "-", "*")


@dataclass(frozen=True)
class Read:
    """The cells of a table, the keys of its source, and what the file says of the columns."""

    reading: Mapping[str, str | int]
    sha256: str
    cells: Cells
    described: Mapping[str, Described] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    inside: str = ""


def format_of(path: Path) -> str:
    """The format by the ending of the name: one of `source.items`, or `text`."""
    return ENDINGS.get(path.suffix.lower(), "text")


def sheets_of(path: Path, text: str) -> list[str]:
    """The sheets of a workbook that have cells."""
    return [*excel.rows_of_sheets(_excel(path, text, ANY))]


def sheet_rows(path: Path) -> dict[str, excel.Rows]:
    """The rows of each sheet of a workbook, whatever stands in them; nothing of one that no run
    reads."""
    return _sheet_rows(path, path.stat().st_mtime_ns)


# The book is opened once for all of its sheets.
@lru_cache(maxsize=1)
def _sheet_rows(path: Path, state: int) -> dict[str, excel.Rows]:
    try:
        return excel.rows_of_sheets(_excel(path, str(path), ANY))
    except UserError:
        return {}


def read_sheet(path: Path, text: str, sheet: str) -> Read:
    """A sheet of a workbook."""
    rows = excel.rows(_excel(path, text, sheet))
    context = around(rows)
    more, evidence = dict[str, str | int](context.keys), dict(context.evidence)
    if "header" not in more and _without_first_name(rows):
        more["row_names"] = ROW_NAMES
        evidence["row_names"] = "The header has no name for the first column, as pandas leaves it."
    opened = _excel(path, text, sheet, more)
    reading: dict[str, str | int] = {"format": "excel", "sheet": sheet, **more}
    described = described_units(context.units)
    cells = held(excel.read(opened).cells)
    return Read(reading, sha256_bytes(opened.data), cells, described, evidence)


def _without_first_name(rows: Sequence[tuple[int, Mapping[int, str]]]) -> bool:
    """Whether all columns have a name but the first, in which all rows have a value."""
    if len(rows) < 2:
        return False
    (_, header), *body = rows
    return sorted(header) == list(range(2, len(header) + 2)) and all(1 in row for _, row in body)


def read_file(path: Path, place: str) -> Read:
    """A file with one table."""
    kind = format_of(path)
    if kind == "text":
        text = read_text(path, place)
        described = described_units(text.units)
        return Read(text.reading, text.sha256, text.cells, described, text.evidence)
    if kind == "parquet":
        return _parquet(path, place)
    return _statistical(path, place, kind)


def _excel(
    path: Path, text: str, sheet: str, around_it: Mapping[str, str | int] = NOTHING_AROUND
) -> Opened[Excel]:
    given = {"path": text, "format": "excel", "sheet": sheet, **around_it}
    declared = structure(Excel, given)
    told = text if sheet == ANY else f"{text}[{sheet}]"
    return Opened(path, told, contents(path, text), declared, text, text)


def _parquet(path: Path, text: str) -> Read:
    declared = structure(Parquet, {"path": text, "format": "parquet"})
    opened = Opened(path, text, contents(path, text), declared, text, text)
    records = parquet.read(opened)
    return Read({"format": "parquet"}, sha256_bytes(opened.data), held(records.cells))


def _statistical(path: Path, text: str, kind: str) -> Read:
    """A file of a statistical package, in the encoding that it says, or in that of Windows."""
    data = contents(path, text)

    def opened(more: Mapping[str, str]) -> Opened[StatisticalFile]:
        declared = structure(StatisticalFile, {"path": text, "format": kind} | dict(more))
        return Opened(path, text, data, declared, text, text)

    more: dict[str, str] = {}
    evidence: dict[str, str] = {}
    records, wrong = _tried(opened(more))
    if records is None:
        more = {"encoding": FALLBACK}
        records, _ = _tried(opened(more))
        if records is None:
            raise wrong or UserError(text, "the file cannot be read")
        evidence["encoding"] = (
            f"It cannot be read in the encoding that it says, and it can as {FALLBACK}. "
            "Wrong letters in the labels would show another one."
        )
    by = TOLD[kind]
    found = records.notes.get("missing", {})
    described = {
        name: Described(
            by=by,
            label="" if variable.label in NO_LABELS else variable.label,
            choices=tuple(variable.labels.items()),
            # A code that is declared missing is no level where no cell has it.
            missing=tuple(dict.fromkeys((*found.get(name, ()), *variable.missing))),
            format=variable.format,
        )
        for name, variable in variables(opened(more)).items()
    }
    return Read(
        {"format": kind, **more},
        sha256_bytes(data),
        held(records.cells),
        described,
        evidence,
        table_name(opened(more)),
    )


def _tried(opened: Opened[StatisticalFile]) -> "tuple[Records | None, UserError | None]":
    try:
        return statistical.read(opened), None
    except UserError as error:
        return None, error
