"""The mess of a real export: declared defects, each in a declared number of rows.

A defect touches no margin. Values that cleaning cannot accept stand where the value is missing
anyway; what stands on a value (blanks, another unit) is taken back by cleaning; rows that are too
many are rejected. So what cleaning has to say of each defect is known, and listed with it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialtrace.ground.errors import Problem, UserError
from trialtrace.synthetic.drawn import Drawn
from trialtrace.synthetic.forms import rows_met
from trialtrace.synthetic.sheet import Sheet, dates, order_of, spelt
from trialtrace.trial.load import Trial
from trialtrace.trial.model import Variable

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

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
    given: Mapping[str, Any]
    place: str
    stream: str

    def choose(self, free: "np.ndarray", what: str) -> "np.ndarray":
        """Free rows without a defect, in their order; all where a simulated cohort has too few."""
        import numpy as np

        open_ = np.flatnonzero(free & ~self.sheet.used)
        wanted = self.given["rows"]
        if len(open_) < wanted and self.drawn.mode == "display":
            raise UserError(
                Problem(
                    f"{self.place}.rows",
                    found=f"{wanted}, while {len(open_)} rows {what} and have no other defect",
                    expected="a defect in so many rows at most",
                    do="let the cohort miss more values there, or ask for fewer rows",
                )
            )
        chosen = np.sort(self.drawn.stream(self.stream).permutation(open_)[:wanted])
        self.sheet.used[chosen] = True
        return chosen

    def put(self, column: str, rows: "np.ndarray", text: "pa.Array | str") -> None:
        """Write text into cells of a column."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        mask = np.zeros(self.sheet.size, dtype=bool)
        mask[rows] = True
        values = pa.repeat(pa.scalar(text), len(rows)) if isinstance(text, str) else text
        cells = self.sheet.columns[column]
        self.sheet.columns[column] = pc.replace_with_mask(cells, pa.array(mask), values)


Defect = Callable[[Job], tuple["np.ndarray", list[Expected]]]


@dataclass(frozen=True)
class Done:
    """A defect as it stands in a sheet: the rows of the sheet, and what cleaning has to list."""

    given: Mapping[str, Any]
    sheet: Sheet
    rows: "np.ndarray"
    expected: list[Expected]


def make_mess(trial: Trial, drawn: Drawn, sheets: list[Sheet]) -> list[Done]:
    """Put every defect of cohort.yaml into its sheet. Each has a stream of its own."""
    by_name = {sheet.name: sheet for sheet in sheets}
    made: list[Done] = []
    seen: Counter[str] = Counter()
    for number, given in enumerate(trial.cohort.mess, start=1):
        if given["form"] not in by_name:
            continue
        where = given.get("column", given.get("check", ""))
        name = f"mess/{given['form']}/{where}/{given['defect']}"
        seen[name] += 1
        place = f"config/trials/{trial.name}/cohort.yaml: mess[{number}]"
        job = Job(trial, drawn, by_name[given["form"]], given, place, f"{name}/{seen[name]}")
        rows, expected = DEFECTS[given["defect"]](job)
        made.append(Done(given, job.sheet, rows, expected))
    return made


def _missing_cell(job: Job, rule: str, text: str | None = None) -> tuple[Any, list[Expected]]:
    """A value that breaks a rule, in cells that are missing anyway."""
    column = job.given["column"]
    rows = job.choose(job.sheet.blank[column], f"have no {column}")
    job.put(column, rows, job.given["value"] if text is None else text)
    return rows, [Expected(column, rule)]


def _impossible(job: Job) -> tuple[Any, list[Expected]]:
    variable = job.sheet.variables[job.given["column"]]
    low = below_minimum(job.given["value"], variable)
    return _missing_cell(job, "below_minimum" if low else "above_maximum")


def below_minimum(text: str, variable: Variable) -> bool:
    """Whether a number, or a date as 2026-11-20, is below the dictionary's minimum."""
    if variable.minimum is None:
        return False
    if variable.kind == "date":
        return text < variable.minimum
    return float(text.replace(",", ".")) < float(variable.minimum.replace(",", "."))


def _half(job: Job) -> tuple[Any, list[Expected]]:
    coded = job.sheet.variables[job.given["column"]].choices
    return _missing_cell(job, "unknown_code" if coded else "not_an_integer")


def _free_text(job: Job) -> tuple[Any, list[Expected]]:
    dated = job.sheet.variables[job.given["column"]].kind == "date"
    return _missing_cell(job, "not_a_date" if dated else "not_a_number")


def _coded_missing(job: Job) -> tuple[Any, list[Expected]]:
    return _missing_cell(job, "")[0], []


def _unit(job: Job) -> Mapping[str, Any]:
    """How cleaning converts the column."""
    return job.trial.cleaning.tables[job.sheet.table.name].convert[job.given["column"]]


def _no_unit(job: Job) -> tuple[Any, list[Expected]]:
    import pyarrow as pa

    rows, expected = _missing_cell(job, "missing_unit")
    unit = _unit(job)["unit_column"]
    job.put(unit, rows, pa.nulls(len(rows), pa.string()))
    if job.sheet.variables[unit].required:
        expected.append(Expected(unit, "required", FLAG))
    return rows, expected


def _unknown_unit(job: Job) -> tuple[Any, list[Expected]]:
    rows, expected = _missing_cell(job, "unknown_unit")
    unit = _unit(job)["unit_column"]
    job.put(unit, rows, job.given["unit"])
    if job.sheet.variables[unit].choices:
        expected.append(Expected(unit, "unknown_code"))
    return rows, expected


def _stray_space(job: Job) -> tuple[Any, list[Expected]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = job.given["column"]
    rows = job.choose(~job.sheet.blank[column], f"have a {column}")
    cells = job.sheet.columns[column].take(pa.array(rows))
    job.put(column, rows, pc.binary_join_element_wise("  ", cells, " ", ""))
    return rows, []


def _wrong_unit(job: Job) -> tuple[Any, list[Expected]]:
    """The value in another unit: (value - add) / multiply, as cleaning's conversion undoes it."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from trialtrace.ground.store import significant

    column, unit, sheet = job.given["column"], job.given["unit"], job.sheet
    conversion = _unit(job)
    factor = conversion["factors"][unit]
    factor = factor if isinstance(factor, dict) else {"multiply": factor, "add": 0}
    multiply, add = float(factor["multiply"]), float(factor["add"])
    sign = "," if "," in (sheet.spelling.decimal, sheet.variables[column].decimal) else "."
    plain = sheet.columns[column].filter(pa.array(~sheet.blank[column]))
    value = np.full(sheet.size, np.nan)
    value[~sheet.blank[column]] = pc.replace_substring(plain, sign, ".").cast(pa.float64())
    other = significant((value - add) / multiply)
    back = significant(other * multiply + add)
    rows = job.choose(back == significant(value), f"have a {column} that comes back from {unit}")
    variable = sheet.variables[column]
    job.put(column, rows, spelt(pa.array(other[rows]), variable, sheet.spelling, {}))
    job.put(conversion["unit_column"], rows, unit)
    return rows, []


def _duplicate(job: Job) -> tuple[Any, list[Expected]]:
    rows = job.choose(_all(job), "are there")
    rows = _add_rows(job.sheet, rows, {})
    return rows, [Expected(None, "duplicate_row")]


def _unknown_subject(job: Job) -> tuple[Any, list[Expected]]:
    rows = job.choose(_all(job), "are there")
    rows = _add_rows(job.sheet, rows, {job.sheet.table.subject: job.given["value"]})
    return rows, [Expected(None, "unknown_subject")]


def _no_subject(job: Job) -> tuple[Any, list[Expected]]:
    rows = job.choose(_all(job), "are there")
    rows = _add_rows(job.sheet, rows, {job.sheet.table.subject: None})
    return rows, [Expected(None, "subject_missing")]


def _breaks_check(job: Job) -> tuple[Any, list[Expected]]:
    import numpy as np

    put, where = job.given["put"], job.given.get("where")
    free = np.logical_and.reduce([job.sheet.blank[column] for column in put])
    if where:
        free &= rows_met(where, job.sheet.level)[job.sheet.rows]
    told = " where it may stand" if where else ""
    rows = job.choose(free, f"have no {', no '.join(put)}{told}")
    for column, given in put.items():
        text = given if isinstance(given, str) else _shifted(job, column, given, rows)
        job.put(column, rows, text)
    check = job.trial.cleaning.checks[job.given["check"]]
    return rows, [
        Expected(column, check.name, check.severity if column in put else FLAG)
        for column in check.columns
    ]


def _shifted(job: Job, column: str, given: Mapping[str, Any], rows: "np.ndarray") -> "pa.Array":
    """Days after a date among the quantities, as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    sheet = job.sheet
    start = sheet.level.view(given["date"]).take(pa.array(sheet.rows[rows]))
    moved = pc.add(start.cast(pa.int32()), pa.scalar(given["days"], pa.int32()))
    order = order_of(sheet.variables[column], sheet.spelling)
    return dates(moved.cast(pa.date32()), order)


def _all(job: Job) -> "np.ndarray":
    import numpy as np

    return np.ones(job.sheet.size, dtype=bool)


def _add_rows(sheet: Sheet, rows: "np.ndarray", changed: Mapping[str, str | None]) -> "np.ndarray":
    """Copies at the end of the sheet, with other text in some columns; they get no more defects."""
    import numpy as np
    import pyarrow as pa

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


DEFECTS: dict[str, Defect] = {
    "coded_missing": _coded_missing,
    "stray_space": _stray_space,
    "wrong_unit": _wrong_unit,
    "no_unit": _no_unit,
    "unknown_unit": _unknown_unit,
    "impossible": _impossible,
    "free_text": _free_text,
    "half_value": _half,
    "unknown_code": lambda job: _missing_cell(job, "unknown_code"),
    "decimal_sign": lambda job: _missing_cell(job, "decimal_sign"),
    "impossible_date": lambda job: _missing_cell(job, "impossible_date"),
    "duplicate_row": _duplicate,
    "unknown_subject": _unknown_subject,
    "no_subject": _no_subject,
    "breaks_check": _breaks_check,
}
