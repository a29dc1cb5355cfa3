"""The mess of a real export: declared defects, each in a declared number of rows.

A defect touches no margin. Values that cleaning cannot accept stand where the value is missing
anyway; what stands on a value (blanks, another unit) is taken back by cleaning; rows that are too
many are rejected. So what cleaning has to say of each defect is known, and listed with it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError
from trialtrace.base.store import significant
from trialtrace.run.synthetic.rows import Drawn
from trialtrace.run.synthetic.sheet import Sheet, dates, order_of, rows_met, spelt
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
