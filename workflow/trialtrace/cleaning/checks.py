"""Checks of cleaning.yaml: what must hold between the cells of a row, a subject, several tables.

A check is judged on the typed values of the accepted rows, before any check takes a cell away, so
their order does not matter. What cannot be judged because a value is missing breaks no check; it
is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialtrace.cleaning.beside import Accepted, with_beside
from trialtrace.cleaning.cells import as_mask
from trialtrace.cleaning.groups import constant, each_of, unique
from trialtrace.cleaning.rejects import FLAG, REJECT, RULES, Finding
from trialtrace.ground.conditions import columns_of, evaluate, met, mistakes
from trialtrace.ground.errors import Problem, Problems, UserError
from trialtrace.trial.model import CleaningCheck, Condition

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Judged:
    """A check's outcome. Counts are of rows, for `constant` of cells."""

    findings: list[Finding]
    counts: dict[str, int]


def run_check(
    check: CleaningCheck, mine: Accepted, others: Mapping[str, Accepted] | None = None
) -> Judged:
    """Judge a check in every row of its table; `others` are all tables, for what stands beside."""
    place = f"cleaning.yaml: checks.{check.name}"
    table = mine.table
    if check.beside:
        table = with_beside(check.beside, mine, others or {}, f"{place}.beside")
    _check_conditions(check, table)
    if check.constant:
        return _constant(check, table, mine.subject)
    where = as_mask(met(check.where, table)) if check.where else None
    if check.each_of is not None or check.unique:
        return _grouped(check, table, mine.subject, where)
    if check.stored is not None:
        holds = _score_holds(check, table)
        reason = f"{check.stored} differs from the sum of its points"
    elif check.expect is not None:
        holds = evaluate(check.expect, table)
        reason = "does not hold"
    else:
        expected = "expect, stored, constant, each_of or unique"
        raise UserError(Problem(place, expected=expected))
    return _judged(check, table, holds, where, f"{check.label}: {reason}")


def _grouped(
    check: CleaningCheck, table: "pa.Table", subject: "pa.Array", where: "np.ndarray | None"
) -> Judged:
    """A check over several rows, `each_of` or `unique`."""
    import numpy as np

    looked = np.ones(table.num_rows, dtype=bool) if where is None else where
    if check.each_of is not None:
        found = each_of(check.each_of, table, subject, looked)
    else:
        found = unique(check.unique, table, looked)
    findings = []
    broken = np.zeros(table.num_rows, dtype=bool)
    for mask, why in found.broken:
        broken |= mask
        for column in columns_of_check(check):
            findings += _cells(check, table, column, mask, f"{check.label}: {why}")
    counts = {"looked_at": looked, "broken": broken, "not_judged": found.unknown}
    return Judged(findings, {name: int(mask.sum()) for name, mask in counts.items()})


def _judged(
    check: CleaningCheck,
    table: "pa.Table",
    holds: "pa.Array",
    where: "np.ndarray | None",
    reason: str,
) -> Judged:
    import numpy as np
    import pyarrow.compute as pc

    looked = np.ones(table.num_rows, dtype=bool) if where is None else where
    broken = looked & as_mask(pc.invert(holds))
    unknown = looked & as_mask(pc.is_null(holds))
    findings = []
    for column in columns_of_check(check):
        findings += _cells(check, table, column, broken, reason)
    counts = {"looked_at": looked, "broken": broken, "not_judged": unknown}
    return Judged(findings, {name: int(mask.sum()) for name, mask in counts.items()})


def _cells(
    check: CleaningCheck, table: "pa.Table", column: str, broken: "np.ndarray", reason: str
) -> list[Finding]:
    """Findings on the cells of a column; a missing cell cannot be taken away, so it is flagged."""
    import numpy as np
    import pyarrow.compute as pc

    present = pc.is_valid(table[column]).to_numpy()
    used = np.flatnonzero(broken & present)
    absent = np.flatnonzero(broken & ~present)
    return [
        Finding(check.name, reason, used, column, REJECT if check.severity == REJECT else FLAG),
        Finding(check.name, reason, absent, column, FLAG),
    ]


def _score_holds(check: CleaningCheck, table: "pa.Table") -> "pa.Array":
    """Whether the stored score is the sum of its points; unknown where a criterion is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    total = pa.repeat(0.0, table.num_rows)
    for point in check.points:
        met_or_not = evaluate(point["when"], table).cast(pa.float64())
        total = pc.add(total, pc.multiply(met_or_not, float(point["give"])))
    difference = pc.abs(pc.subtract(table[check.stored].combine_chunks().cast(pa.float64()), total))
    return pc.less_equal(difference, TOLERANCE)


def _constant(check: CleaningCheck, table: "pa.Table", subject: "pa.Array") -> Judged:
    """Recorded values of a subject are the same in all its rows; missing ones are not compared."""
    findings, looked, broken = [], 0, 0
    for column in columns_of_check(check):
        present, differs = constant(table[column].combine_chunks(), subject)
        reason = f"{check.label}: {column} differs between rows of a subject"
        findings += _cells(check, table, column, differs, reason)
        looked += int(present.sum())
        broken += int(differs.sum())
    counts = {"looked_at": looked, "broken": broken, "not_judged": 0}
    return Judged(findings, counts)


def _check_conditions(check: CleaningCheck, table: "pa.Table") -> None:
    """Columns and operands of a check fit the table."""
    place = f"cleaning.yaml: checks.{check.name}"
    problems = Problems()
    kinds = column_kinds(table)
    conditions: dict[str, Condition | None] = {"where": check.where, "expect": check.expect}
    for number, point in enumerate(check.points):
        conditions[f"points.{number}.when"] = point["when"]
    for key, condition in conditions.items():
        for path, sentence in mistakes(condition, kinds) if condition is not None else ():
            problems.add(f"{place}.{key}.{path}".rstrip("."), sentence)
    named = {"columns": check.columns, "constant": check.constant, "unique": check.unique}
    if check.each_of is not None:
        named["each_of"] = (check.each_of["column"], *check.each_of.get("by", ()))
    named["stored"] = (check.stored,) if check.stored else ()
    for key, columns in named.items():
        for column in columns:
            if column not in kinds:
                problems.add(f"{place}.{key}", found=repr(column), expected="a column of the table")
    if check.name in RULES:
        problems.add(place, "is the name of a rule that every table is cleaned by", do="rename it")
    if check.severity not in (REJECT, FLAG):
        problems.add(f"{place}.severity", found=repr(check.severity), expected="flag or reject")
    problems.raise_if_any()


def columns_of_check(check: CleaningCheck) -> tuple[str, ...]:
    """The columns that a check lists, and takes away if its severity is reject."""
    if check.constant:
        return check.constant
    if check.stored is not None:
        return check.columns or (check.stored,)
    if check.unique:
        return check.columns or check.unique
    if check.each_of is not None:
        return check.columns or (check.each_of["column"],)
    return check.columns or tuple(columns_of(check.expect or {}))


def column_kinds(table: "pa.Table") -> dict[str, str]:
    """The columns of a clean table with their kinds, as conditions know them."""
    import pyarrow as pa

    kinds = {pa.string(): "text", pa.float64(): "number", pa.int64(): "integer"}
    return {field.name: kinds.get(field.type, "date") for field in table.schema}
