"""Partial dates: the day that a declared rule takes, within bounds, and what says so.

The rule is that of the ADaM Implementation Guide 1.3, section 3.1.3 (flags DTF and TMF): D, M and Y
say that the day, the month with it, or all was imputed, H that the time of day was. A bound counts
where it is known. A cell whose possible days all lie outside of the bounds is rejected as before.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.rejects import FLAG, Finding
from trialtrace.run.cleaning.times import MOMENT, partial_days
from trialtrace.run.cleaning.values import CleanColumn, Spelling, check_range, parse_dates
from trialtrace.run.tables.contracts import mark_column
from trialtrace.run.trial.cleaning import PartialDates
from trialtrace.run.trial.model import Variable

RULE = "imputed_date"
WORDS = {"H": "the time of day", "D": "the day", "M": "the month and the day"}
TAKEN = {"first": "the first possible", "mid": "the middle", "last": "the last possible"}
ALLOWED = {"time": "H", "day": "HD", "month": "HDM"}
DAY = np.timedelta64(1, "D")
# Days and months after the first: the 15th, and of a year the 30th of June, as the R package
# admiral takes them (get_imputation_target_date).
MIDDLE_DAY, MIDDLE_MONTH, MIDDLE_OF_YEAR = 14, 5, 29


@dataclass(frozen=True)
class _Cell:
    """A partial date: its row, its first and last possible second, what is imputed (H, D, M)."""

    row: int
    first: np.datetime64
    last: np.datetime64
    flag: str


def imputed(
    variable: Variable,
    column: CleanColumn,
    text: pa.Array,
    spelling: Spelling,
    rule: PartialDates,
    bounds: Callable[[str], pa.Array],
) -> tuple[CleanColumn, dict[str, pa.Array]]:
    """A column with the partial dates that the rule allows as dates, and its further columns of
    flags (DTF, TMF) by name. `bounds` gives the dates of a column in every row."""
    low = _bound([bounds(name) for name in rule.not_before], np.fmax)
    high = _bound([bounds(name) for name in rule.not_after], np.fmin)
    if len(high):
        high = high + DAY - np.timedelta64(1, "s")
    values: dict[int, np.datetime64] = {}
    flags: dict[int, str] = {}
    for cell in _partial(variable, text, spelling):
        if cell.flag not in ALLOWED[rule.highest]:
            continue
        first, last = cell.first, cell.last
        if len(low) and not np.isnat(low[cell.row]):
            first = max(first, low[cell.row])
        if len(high) and not np.isnat(high[cell.row]):
            last = min(last, high[cell.row])
        if first <= last:
            values[cell.row] = min(max(_taken(cell, rule.impute), first), last)
            flags[cell.row] = cell.flag
    return _filled(variable, column, values, flags, rule, spelling)


def _partial(variable: Variable, text: pa.Array, spelling: Spelling) -> Iterable[_Cell]:
    order = spelling.order(variable)
    for row, (first, last) in partial_days(text, order).items():
        flag = "D" if last - first < 31 * DAY else "M"
        yield _cell(row, first, last, flag)
    if variable.kind == "datetime" and not spelling.typed:
        days, _ = parse_dates(text, order)
        for row, date in enumerate(days.to_pylist()):
            if date is not None:
                day = np.datetime64(date, "D")
                yield _cell(row, day, day, "H")


def _cell(row: int, first: np.datetime64, last: np.datetime64, flag: str) -> _Cell:
    """From the first second of the first day to the last of the last."""
    begins, after = (day.astype("datetime64[s]") for day in (first, last + DAY))
    return _Cell(row, begins, after - np.timedelta64(1, "s"), flag)


def _taken(cell: _Cell, impute: str) -> np.datetime64:
    """The first, the middle or the last of what is possible."""
    if impute != "mid":
        return cell.first if impute == "first" else cell.last
    day = cell.first.astype("datetime64[D]")
    if cell.flag == "M":
        day = (day.astype("datetime64[M]") + MIDDLE_MONTH).astype("datetime64[D]") + MIDDLE_OF_YEAR
    elif cell.flag == "D":
        day = day + MIDDLE_DAY
    return (day.astype("datetime64[h]") + 12).astype("datetime64[s]")


def _bound(dates: list[pa.Array], nearest: np.ufunc) -> np.ndarray:
    """The latest or the earliest of several dates in each row; NaT where none is known."""
    found = np.array([], dtype="datetime64[s]")
    for values in dates:
        days = values.cast(pa.date32(), safe=False).to_numpy(zero_copy_only=False)
        days = days.astype("datetime64[s]")
        found = nearest(found, days) if len(found) else days
    return found


def _filled(
    variable: Variable,
    column: CleanColumn,
    values: Mapping[int, np.datetime64],
    flags: Mapping[int, str],
    rule: PartialDates,
    spelling: Spelling,
) -> tuple[CleanColumn, dict[str, pa.Array]]:
    rows = np.array(sorted(values), dtype=np.int64)
    size, kind = len(column.values), MOMENT if variable.kind == "datetime" else pa.date32()
    taken = np.full(size, np.datetime64("NaT", "s"))
    for row in rows:
        taken[row] = values[int(row)]
    imputed_values = pa.array(taken).cast(kind, safe=False)
    allowed, broken = check_range(variable, imputed_values, spelling.unit)
    findings = [
        replace(one, positions=np.setdiff1d(one.positions, rows)) for one in column.findings
    ]
    findings += [
        Finding(one.rule, one.reason, np.flatnonzero(one.mask), variable.name) for one in broken
    ]
    bounds = [
        f"{words} {', '.join(names)}"
        for words, names in (("not before", rule.not_before), ("not after", rule.not_after))
        if names
    ]
    every = [flags.get(row) for row in range(size)]
    dates = [flag if flag != "H" else None for flag in every]
    marks = {mark_column(variable.name, "DTF"): pa.array(dates, type=pa.string())}
    if variable.kind == "datetime":
        times = ["H" if flag else None for flag in every]
        marks[mark_column(variable.name, "TMF")] = pa.array(times, type=pa.string())
    for flag, words in WORDS.items():
        at = np.array([row for row in rows if flags[int(row)] == flag], dtype=np.int64)
        if flag != "H" and variable.kind == "datetime":
            words += ", and the time,"
        reason = f"{words} imputed: {', '.join([TAKEN[rule.impute], *bounds])}"
        findings.append(Finding(RULE, reason, at, variable.name, FLAG))
    return replace(column, values=pc.coalesce(column.values, allowed), findings=findings), marks
