"""A drawn cohort as the files of a real export, and what is true of them.

The files are delimited text with the columns of the dictionary, spelt as `source.items` declares.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.config.spec import mapping_of
from trialtrace.base.errors import UserError
from trialtrace.base.store import SYNTHETIC, sha256_bytes, significant
from trialtrace.base.synthetic import MARK
from trialtrace.run.synthetic.rows import Drawn
from trialtrace.run.synthetic.sheet import Sheet, dates, order_of, rows_met, sheets, spelt
from trialtrace.run.tables.canonical import csv_lines
from trialtrace.run.trial.cleaning import Convert
from trialtrace.run.trial.cohort.mess import (
    BreaksCheck,
    CodedMissing,
    DateAfter,
    Defect,
    DefectOfCell,
    DefectWithValue,
    DuplicateRow,
    FreeText,
    HalfValue,
    Impossible,
    NoSubject,
    NoUnit,
    StraySpace,
    UnknownSubject,
    UnknownUnit,
    WrongUnit,
)
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Variable

REJECT, FLAG = "reject", "flag"


@dataclass(frozen=True)
class Expected:
    """What cleaning has to list in each row: a column (None for the row), a rule, how severe."""

    column: str | None
    rule: str
    severity: str = REJECT


@dataclass(frozen=True)
class Job:
    """A defect to be put into a sheet, and the generator that says where."""

    trial: Trial
    drawn: Drawn
    sheet: Sheet
    defect: Defect
    place: str
    stream: str

    def choose(self, free: np.ndarray, what: str) -> np.ndarray:
        """Free rows without a defect, in their order; all where a simulated cohort has too few."""
        open_ = np.flatnonzero(free & ~self.sheet.used)
        wanted = self.defect.rows
        if len(open_) < wanted and self.drawn.mode == "display":
            raise UserError(
                f"{self.place}.rows",
                found=f"{wanted}, while {len(open_)} rows {what} and have no other defect",
                expected="a defect in so many rows at most",
                do="let the cohort miss more values there, or ask for fewer rows",
            )
        chosen = np.sort(self.drawn.stream(self.stream).permutation(open_)[:wanted])
        self.sheet.used[chosen] = True
        return chosen

    def put(self, column: str, rows: np.ndarray, text: pa.Array | str) -> None:
        """Write text into cells of a column."""
        mask = np.zeros(self.sheet.size, dtype=bool)
        mask[rows] = True
        values = pa.repeat(pa.scalar(text), len(rows)) if isinstance(text, str) else text
        cells = self.sheet.columns[column]
        self.sheet.columns[column] = pc.replace_with_mask(cells, pa.array(mask), values)


@dataclass(frozen=True)
class Done:
    """A defect as it stands in a sheet: the rows of the sheet, and what cleaning has to list."""

    defect: Defect
    sheet: Sheet
    rows: np.ndarray
    expected: list[Expected]


def make_mess(trial: Trial, drawn: Drawn, sheets: list[Sheet]) -> list[Done]:
    """Put every defect of cohort.yaml into its sheet. Each has a stream of its own."""
    by_name = {sheet.name: sheet for sheet in sheets}
    dones: list[Done] = []
    seen: Counter[str] = Counter()
    for number, defect in enumerate(trial.cohort.mess or (), start=1):
        if defect.form not in by_name:
            continue
        name = f"mess/{defect.form}/{defect.place}/{defect.defect}"
        seen[name] += 1
        place = f"config/trials/{trial.name}/cohort.yaml: mess[{number}]"
        job = Job(trial, drawn, by_name[defect.form], defect, place, f"{name}/{seen[name]}")
        rows, expected = put_in(defect, job)
        dones.append(Done(defect, job.sheet, rows, expected))
    return dones


@singledispatch
def put_in(defect: Defect, job: Job) -> tuple[np.ndarray, list[Expected]]:
    """Put a defect into its sheet: the rows that have it, and what cleaning lists in each."""
    raise NotImplementedError(defect.defect)


def _missing_cells(defect: DefectWithValue, job: Job) -> np.ndarray:
    """Write the value into cells that are missing anyway: the rows."""
    rows = job.choose(job.sheet.blank[defect.column], f"have no {defect.column}")
    job.put(defect.column, rows, defect.value)
    return rows


@put_in.register(DefectWithValue)
def _(defect: DefectWithValue, job: Job) -> tuple[np.ndarray, list[Expected]]:
    rule = _rule_of(defect, job.sheet.variables[defect.column])
    return _missing_cells(defect, job), [Expected(defect.column, rule)] if rule else []


def _rule_of(defect: DefectWithValue, variable: Variable) -> str:
    """The rule by which cleaning rejects a value: most have the name of the defect, and a code for
    missing is not rejected."""
    if isinstance(defect, CodedMissing):
        return ""
    if isinstance(defect, Impossible):
        return "below_minimum" if below_minimum(defect.value, variable) else "above_maximum"
    if isinstance(defect, HalfValue):
        return "unknown_code" if variable.choices else "not_an_integer"
    if isinstance(defect, FreeText):
        return "not_a_date" if variable.kind == "date" else "not_a_number"
    return defect.defect


def below_minimum(text: str, variable: Variable) -> bool:
    """Whether a number, or a date as 2026-11-20, is below the dictionary's minimum."""
    if variable.minimum is None:
        return False
    if variable.kind == "date":
        return text < variable.minimum
    return float(text.replace(",", ".")) < float(variable.minimum.replace(",", "."))


def _conversion(defect: DefectOfCell, job: Job) -> Convert:
    """How cleaning converts the column."""
    convert = job.trial.cleaning.tables[job.sheet.table.name].convert[defect.column]
    assert isinstance(convert, Convert)  # the check of cohort.yaml refuses others
    return convert


@put_in.register(NoUnit)
def _(defect: NoUnit, job: Job) -> tuple[np.ndarray, list[Expected]]:
    rows, expected = _missing_cells(defect, job), [Expected(defect.column, "missing_unit")]
    unit = _conversion(defect, job).unit_column
    job.put(unit, rows, pa.nulls(len(rows), pa.string()))
    if job.sheet.variables[unit].required:
        expected.append(Expected(unit, "required", FLAG))
    return rows, expected


@put_in.register(UnknownUnit)
def _(defect: UnknownUnit, job: Job) -> tuple[np.ndarray, list[Expected]]:
    rows, expected = _missing_cells(defect, job), [Expected(defect.column, "unknown_unit")]
    unit = _conversion(defect, job).unit_column
    job.put(unit, rows, defect.unit)
    if job.sheet.variables[unit].choices:
        expected.append(Expected(unit, "unknown_code"))
    return rows, expected


@put_in.register(StraySpace)
def _(defect: StraySpace, job: Job) -> tuple[np.ndarray, list[Expected]]:
    column = defect.column
    rows = job.choose(~job.sheet.blank[column], f"have a {column}")
    cells = job.sheet.columns[column].take(pa.array(rows))
    job.put(column, rows, pc.binary_join_element_wise("  ", cells, " ", ""))
    return rows, []


@put_in.register(WrongUnit)
def _(defect: WrongUnit, job: Job) -> tuple[np.ndarray, list[Expected]]:
    """The value in another unit: (value - add) / multiply, as cleaning's conversion undoes it."""
    column, unit, sheet = defect.column, defect.unit, job.sheet
    conversion = _conversion(defect, job)
    factor = conversion.linear[unit]
    multiply, add = float(factor.multiply), float(factor.add)
    sign = "," if "," in (sheet.spelling.decimal, sheet.variables[column].decimal) else "."
    plain = sheet.columns[column].filter(pa.array(~sheet.blank[column]))
    value = np.full(sheet.size, np.nan)
    value[~sheet.blank[column]] = pc.replace_substring(plain, sign, ".").cast(pa.float64())
    other = significant((value - add) / multiply)
    back = significant(other * multiply + add)
    rows = job.choose(back == significant(value), f"have a {column} that comes back from {unit}")
    variable = sheet.variables[column]
    job.put(column, rows, spelt(pa.array(other[rows]), variable, sheet.spelling, {}))
    job.put(conversion.unit_column, rows, unit)
    return rows, []


@put_in.register(DuplicateRow)
def _(defect: DuplicateRow, job: Job) -> tuple[np.ndarray, list[Expected]]:
    return _copied_rows(job, {}), [Expected(None, "duplicate_row")]


@put_in.register(UnknownSubject)
def _(defect: UnknownSubject, job: Job) -> tuple[np.ndarray, list[Expected]]:
    rows = _copied_rows(job, {job.sheet.table.subject: defect.value})
    return rows, [Expected(None, "unknown_subject")]


@put_in.register(NoSubject)
def _(defect: NoSubject, job: Job) -> tuple[np.ndarray, list[Expected]]:
    rows = _copied_rows(job, {job.sheet.table.subject: None})
    return rows, [Expected(None, "subject_missing")]


@put_in.register(BreaksCheck)
def _(defect: BreaksCheck, job: Job) -> tuple[np.ndarray, list[Expected]]:
    put, where = defect.put, defect.where
    free = np.logical_and.reduce([job.sheet.blank[column] for column in put])
    if where:
        free &= rows_met(where, job.sheet.level)[job.sheet.rows]
    told = " where it may stand" if where else ""
    rows = job.choose(free, f"have no {', no '.join(put)}{told}")
    for column, written in put.items():
        text = _shifted(job, column, written, rows) if isinstance(written, DateAfter) else written
        job.put(column, rows, text)
    check = job.trial.cleaning.checks[defect.check]
    return rows, [
        Expected(column, check.name, check.severity if column in put else FLAG)
        for column in check.listed
    ]


def _shifted(job: Job, column: str, written: DateAfter, rows: np.ndarray) -> pa.Array:
    """Days after a date among the quantities, as text."""
    sheet = job.sheet
    start = sheet.level.view(written.date).take(pa.array(sheet.rows[rows]))
    moved = pc.add(start.cast(pa.int32()), pa.scalar(written.days, pa.int32()))
    order = order_of(sheet.variables[column], sheet.spelling)
    return dates(moved.cast(pa.date32()), order)


def _copied_rows(job: Job, changed: Mapping[str, str | None]) -> np.ndarray:
    """Copies at the end of the sheet, with other text in some columns; they get no more defects."""
    sheet = job.sheet
    rows = job.choose(np.ones(sheet.size, dtype=bool), "are there")
    n, before = len(rows), sheet.size
    for name, cells in sheet.columns.items():
        if name in changed:
            copied = pa.repeat(pa.scalar(changed[name], type=pa.string()), n)
        else:
            copied = cells.take(pa.array(rows))
        sheet.columns[name] = pa.concat_arrays([cells, copied])
        again = sheet.blank[name]
        sheet.blank[name] = np.concatenate([again, again[rows]])
    sheet.rows = np.concatenate([sheet.rows, sheet.rows[rows]])
    sheet.used = np.concatenate([sheet.used, np.ones(n, dtype=bool)])
    return np.arange(before, before + n)


NOTICE = (
    "SYNTHETIC: drawn by a program from cohort.yaml. No row is a patient, and no number of it is "
    "evidence."
)


@dataclass(frozen=True)
class Export:
    """The files by name, and the truth manifest: parameters of the draw, files, mess."""

    files: dict[str, bytes]
    truth: dict[str, Any]


def export(trial: Trial, drawn: Drawn) -> Export:
    """Write every form of the source, with its mess. Raises UserError for what does not fit."""
    made = sheets(trial, drawn)
    mess = make_mess(trial, drawn, made)
    files = {f"{sheet.name}.csv": file_bytes(trial, sheet) for sheet in made}
    lines = {sheet.name: csv_lines(pa.table(sheet.columns)) for sheet in made}
    truth = {
        "notice": NOTICE,
        "trial": drawn.trial,
        "mode": drawn.mode,
        "seed": drawn.seed,
        "levels": {name: level.size for name, level in drawn.levels.items()},
        "parameters": drawn.truth,
        "files": {
            f"{sheet.name}.csv": {
                "rows": sheet.size,
                "sha256": sha256_bytes(files[f"{sheet.name}.csv"]),
            }
            for sheet in made
        },
        "mess": [_mess_row(done, lines[done.sheet.name]) for done in mess],
    }
    return Export(files, truth)


def file_bytes(trial: Trial, sheet: Sheet) -> bytes:
    """A sheet as delimited text: a header, line feeds, quotes only where needed."""
    text = delimited(_marked(trial, sheet), sheet.spelling.separator)
    try:
        return text.encode(sheet.spelling.encoding)
    except (UnicodeEncodeError, LookupError) as error:
        found = (
            "a name that is none"
            if isinstance(error, LookupError)
            else error.object[error.start : error.end]
        )
        raise UserError(
            f"{trial.name}: trial.yaml: source.items.{sheet.name}.encoding",
            found=f"{sheet.spelling.encoding}: {found!r}",
            expected="an encoding in which every cell can be written, such as utf-8",
        ) from None


def _marked(trial: Trial, sheet: Sheet) -> dict[str, pa.Array]:
    """The columns with the one by which the file is known again wherever it is copied to."""
    if MARK in sheet.columns:
        place = f"{trial.name}: dictionary.csv: {sheet.table.name}"
        expected = "another name: a drawn file says in that column that it is drawn"
        raise UserError(place, found=f"a column {MARK}", expected=expected)
    return {**sheet.columns, MARK: pa.repeat(SYNTHETIC, sheet.size)}


def delimited(columns: dict[str, pa.Array], separator: str) -> str:
    """Columns of text as lines of cells between separators; nulls are empty cells."""
    header = separator.join(_quoted(pa.array(list(columns)), separator).to_pylist())
    cells = [pc.fill_null(_quoted(column, separator), "") for column in columns.values()]
    if len(cells) == 1:
        # A line without any character would be no record.
        cells = [pc.if_else(pc.equal(cells[0], ""), '""', cells[0])]
    rows = cells[0] if len(cells) == 1 else pc.binary_join_element_wise(*cells, separator)
    return "\n".join([header, *rows.to_pylist()]) + "\n"


def _quoted(column: pa.Array, separator: str) -> pa.Array:
    """Cells with quotes around them where they hold a separator, a quote or a line break."""
    special = pc.match_substring_regex(column, f'[\\{separator}"\r\n]')
    if not pc.any(special).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    inside = pc.binary_join_element_wise('"', doubled, '"', "")
    return pc.if_else(special, inside, column).cast(pa.string())


def _mess_row(done: Done, lines: pa.Array) -> dict[str, Any]:
    """A defect in the truth manifest: as declared, where, and what cleaning has to list of it."""
    n = len(done.rows)
    return {
        **mapping_of(done.defect),
        "table": done.sheet.table.name,
        "source_rows": lines.take(pa.array(done.rows)).to_pylist(),
        "expected": [
            {"column": one.column, "rule": one.rule, "severity": one.severity, "rejects": n}
            for one in done.expected
        ],
    }
