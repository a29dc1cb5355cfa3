"""Checks of cleaning.yaml: what must hold between the cells of a row, a subject, several tables.

A check is judged on the typed values of the accepted rows, before any check takes a cell away, so
their order does not matter. What cannot be judged because a value is missing breaks no check; it
is counted.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problems, one_of
from trialtrace.run.cleaning.other_tables import Accepted, with_beside
from trialtrace.run.cleaning.rejects import FLAG, RULES, Finding, as_mask
from trialtrace.run.cleaning.times import CLOCK, MOMENT
from trialtrace.run.tables.conditions import columns_of, evaluate, met, mistakes, of_time
from trialtrace.run.trial.cleaning import (
    CheckConstant,
    CheckEachOf,
    CheckExpect,
    CheckStored,
    CheckUnique,
    CleaningCheck,
    EachOf,
)
from trialtrace.run.trial.dictionary import FIXED_CHOICES
from trialtrace.run.trial.model import Condition, Variable

RULE = "branching"
_TOKENS = re.compile(
    r"\s*(?:(?P<word>and|or)\b|(?P<sign>[()])|(?P<compare><>|!=|<=|>=|=|<|>)"
    r"|\[(?P<field>[^\[\]()]+)(?:\((?P<code>[^()\[\]]+)\))?\]"
    r"|(?P<quote>['\"])(?P<text>.*?)(?P=quote)|(?P<number>-?\d+(?:\.\d+)?))\s*",
    re.IGNORECASE,
)
_ORDER = {"<": "below", "<=": "at_most", ">": "above", ">=": "at_least"}


def shown_where(logic: str, variables: Mapping[str, Variable]) -> Condition | None:
    """The condition under which a field is shown; None where it cannot be read as one."""
    tokens, at = list[re.Match[str]](), 0
    while at < len(logic):
        token = _TOKENS.match(logic, at)
        if token is None:
            return None
        tokens.append(token)
        at = token.end()
    try:
        condition = _either(tokens, variables)
    except (IndexError, ValueError):
        return None
    return None if tokens else condition


def _either(tokens: list[re.Match[str]], variables: Mapping[str, Variable]) -> Condition:
    parts = [_both(tokens, variables)]
    while tokens and (tokens[0]["word"] or "").lower() == "or":
        tokens.pop(0)
        parts.append(_both(tokens, variables))
    return {"any": parts}


def _both(tokens: list[re.Match[str]], variables: Mapping[str, Variable]) -> Condition:
    parts = [_comparison(tokens, variables)]
    while tokens and (tokens[0]["word"] or "").lower() == "and":
        tokens.pop(0)
        parts.append(_comparison(tokens, variables))
    return {"all": parts}


def _comparison(tokens: list[re.Match[str]], variables: Mapping[str, Variable]) -> Condition:
    """Raises ValueError or IndexError for what is none."""
    first = tokens.pop(0)
    if first["sign"] == "(":
        inner = _either(tokens, variables)
        if tokens.pop(0)["sign"] != ")":
            raise ValueError
        return inner
    compare, against = tokens.pop(0)["compare"], tokens.pop(0)
    operand = against["text"] if against["quote"] else against["number"]
    name = first["field"] or ""
    if code := first["code"]:
        name = f"{name}___{code.lower().replace('-', '_')}"
    if name not in variables or compare is None or operand is None:
        raise ValueError
    return _test(name, compare, operand, variables[name])


def _test(name: str, compare: str, operand: str, variable: Variable) -> Condition:
    unequal = compare in ("<>", "!=")
    if not operand:
        if compare not in ("=", "<>", "!="):
            raise ValueError
        return {name: "present" if unequal else "missing"}
    number = variable.kind in ("number", "integer")
    value = float(operand) if number else operand
    if compare in _ORDER:
        if variable.kind not in ("number", "integer", "date"):
            raise ValueError
        return {name: {_ORDER[compare]: value}}
    equal: Condition = {name: {"is": value}}
    return {"not": equal} if unequal else equal


def where_not_shown(variables: Mapping[str, Variable], table: pa.Table) -> Iterator[Finding]:
    """The cells with a value in rows where their field is surely not shown; a box that is not
    checked holds none. Positions are those of the table."""
    read = {name: one for name, one in variables.items() if name in table.column_names}
    for name, variable in read.items():
        condition = shown_where(variable.branching, read) if variable.branching else None
        if condition is None or name in columns_of(condition):
            continue
        there = table[name].combine_chunks().is_valid()
        if variable.choices == FIXED_CHOICES["checkbox"]:
            there = pc.fill_null(
                pc.equal(table[name].combine_chunks().cast(pa.string()), "1"), False
            )
        hidden = as_mask(pc.invert(evaluate(condition, table)))
        reason = f"the dictionary, line {variable.row}, shows this field only where "
        reason += variable.branching
        yield Finding(RULE, reason, np.flatnonzero(hidden & as_mask(there)), name, FLAG)


# Checks over several rows: the same in all rows of a subject, each of a list once, no row twice.
#
# Each gives (mask of the rows that break it, why) pairs; `Groups.unknown` are rows that cannot be
# judged since a value is missing.


@dataclass(frozen=True)
class Groups:
    """Rows that break a check with the reason, and rows of which nothing can be said."""

    broken: list[tuple[np.ndarray, str]]
    unknown: np.ndarray


def constant(column: pa.Array, subject: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """(rows with a value, those of them whose subject has another value in another row)."""
    value, present = _codes(column)
    return present, present & _varies(_codes(subject)[0], value, present)


def each_of(declared: EachOf, table: pa.Table, subject: pa.Array, looked: np.ndarray) -> Groups:
    """Every group of rows (a subject, and the columns `by`) has each of the values.

    A group without one of them is broken, unless a value is missing in it: then it is unknown.
    """
    group = _group(table, subject, declared.by)
    size = int(group.max()) + 1 if len(group) else 0
    column = table[declared.column].combine_chunks()
    wanted = pa.array([_typed(column, value) for value in declared.values], type=column.type)
    at = pc.fill_null(pc.index_in(column, value_set=wanted), -1).to_numpy(zero_copy_only=False)
    counts = np.zeros((size, len(wanted)), dtype=np.int64)
    chosen = looked & (at >= 0)
    np.add.at(counts, (group[chosen], at[chosen]), 1)
    blank = np.zeros(size, dtype=bool)
    blank[group[looked & column.is_null().to_numpy(zero_copy_only=False)]] = True
    most = 1 if declared.times == "once" else np.inf
    often: np.ndarray = np.any(counts > most, axis=1)
    short = (counts == 0).any(axis=1) & ~often
    told = one_of([str(value) for value in declared.values])
    name = declared.column
    return Groups(
        [
            (looked & often[group], f"{name} has one of {told} more than once"),
            (looked & (short & ~blank)[group], f"{name} has not each of {told}"),
        ],
        looked & (short & blank)[group],
    )


def unique(columns: tuple[str, ...], table: pa.Table, looked: np.ndarray) -> Groups:
    """Rows with the same values in all of the columns; rows with a missing one are not compared."""
    whole = looked.copy()
    group = np.zeros(table.num_rows, dtype=np.int64)
    for name in columns:
        code, present = _codes(table[name].combine_chunks())
        whole &= present
        group = np.unique(group * (code.max(initial=0) + 1) + code, return_inverse=True)[1]
    times = np.bincount(group[whole], minlength=1)
    twice = whole & (times[np.minimum(group, len(times) - 1)] > 1)
    reason = f"another row has the same {', '.join(columns)}"
    return Groups([(twice, reason)], looked & ~whole)


def _typed(column: pa.Array, value: Any) -> Any:
    """A value of the configuration as the column holds it; dates and times stand there as text."""
    return of_time(value, column.type)


def _group(table: pa.Table, subject: pa.Array, by: tuple[str, ...]) -> np.ndarray:
    """A number for each row; the same for rows of a subject that agree in the columns `by`."""
    group = _codes(subject)[0]
    for name in by:
        code, present = _codes(table[name].combine_chunks())
        code = np.where(present, code + 1, 0)
        group = np.unique(group * (code.max(initial=0) + 1) + code, return_inverse=True)[1]
    return group


def _codes(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """(a number for each different value, whether there is one)."""
    indices = column.dictionary_encode().indices
    present = indices.is_valid().to_numpy(zero_copy_only=False)
    return indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64), present


def _varies(group: np.ndarray, value: np.ndarray, present: np.ndarray) -> np.ndarray:
    """For each row, whether its group has more than one different value among the present ones."""
    size = int(group.max()) + 1 if len(group) else 0
    low = np.full(size, np.iinfo(np.int64).max)
    high = np.full(size, -1)
    np.minimum.at(low, group[present], value[present])
    np.maximum.at(high, group[present], value[present])
    return (high > low)[group]


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
    if isinstance(check, CheckExpect) and check.beside:
        table = with_beside(check.beside, mine, others or {}, f"{place}.beside")
    _check_conditions(check, table)
    if isinstance(check, CheckConstant):
        return _constant(check, table, mine.subject)
    looked = np.ones(table.num_rows, dtype=bool)
    if isinstance(check, CheckStored):
        why = f"{check.stored} differs from the sum of its points"
        return _judged(check, table, looked, _each_row(_score_holds(check, table), looked, why))
    looked = as_mask(met(check.where, table)) if check.where else looked
    if isinstance(check, CheckExpect):
        holds = evaluate(check.expect, table)
        judged = _judged(check, table, looked, _each_row(holds, looked, "does not hold"))
        each = check.severity == FLAG and set(check.listed) <= set(check.expect)
        return _at_fault(check, table, judged) if each else judged
    if isinstance(check, CheckEachOf):
        return _judged(check, table, looked, each_of(check.each_of, table, mine.subject, looked))
    return _judged(check, table, looked, unique(check.unique, table, looked))


def _at_fault(check: CheckExpect, table: pa.Table, judged: Judged) -> Judged:
    """Without the flags of cells that meet what is expected of them, where another of the row does
    not: of six columns each with its condition the one that is broken."""
    conditions = {column: {column: check.expect[column]} for column in check.listed}
    bad = {
        column: as_mask(pc.invert(evaluate(condition, table)))
        for column, condition in conditions.items()
    }
    some = np.any(list(bad.values()), axis=0)
    findings = [
        replace(
            finding, positions=finding.positions[(~some | bad[finding.column])[finding.positions]]
        )
        for finding in judged.findings
        if finding.column
    ]
    return replace(judged, findings=findings)


def _each_row(holds: pa.Array, looked: np.ndarray, why: str) -> Groups:
    """The rows of which something does not hold."""
    broken = looked & as_mask(pc.invert(holds))
    return Groups([(broken, why)], looked & as_mask(pc.is_null(holds)))


def _judged(check: CleaningCheck, table: pa.Table, looked: np.ndarray, groups: Groups) -> Judged:
    findings = []
    broken = np.zeros(table.num_rows, dtype=bool)
    for mask, why in groups.broken:
        broken |= mask
        for column in check.listed:
            findings += _cells(check, table, column, mask, f"{check.label}: {why}")
    counts = {"looked_at": looked, "broken": broken, "not_judged": groups.unknown}
    return Judged(findings, {name: int(mask.sum()) for name, mask in counts.items()})


def _cells(
    check: CleaningCheck, table: pa.Table, column: str, broken: np.ndarray, reason: str
) -> list[Finding]:
    """Findings on the cells of a column; a missing cell cannot be taken away, so it is flagged."""
    present = pc.is_valid(table[column]).to_numpy()
    used = np.flatnonzero(broken & present)
    absent = np.flatnonzero(broken & ~present)
    return [
        Finding(check.name, reason, used, column, check.severity),
        Finding(check.name, reason, absent, column, FLAG),
    ]


def _score_holds(check: CheckStored, table: pa.Table) -> pa.Array:
    """Whether the stored score is the sum of its points; unknown where a criterion is."""
    total = pa.repeat(0.0, table.num_rows)
    for point in check.points:
        met_or_not = evaluate(point.when, table).cast(pa.float64())
        total = pc.add(total, pc.multiply(met_or_not, float(point.give)))
    difference = pc.abs(pc.subtract(table[check.stored].combine_chunks().cast(pa.float64()), total))
    return pc.less_equal(difference, TOLERANCE)


def _constant(check: CheckConstant, table: pa.Table, subject: pa.Array) -> Judged:
    """Recorded values of a subject are the same in all its rows; missing ones are not compared."""
    findings, looked, broken = [], 0, 0
    for column in check.listed:
        present, differs = constant(table[column].combine_chunks(), subject)
        reason = f"{check.label}: {column} differs between rows of a subject"
        findings += _cells(check, table, column, differs, reason)
        looked += int(present.sum())
        broken += int(differs.sum())
    counts = {"looked_at": looked, "broken": broken, "not_judged": 0}
    return Judged(findings, counts)


def _check_conditions(check: CleaningCheck, table: pa.Table) -> None:
    """Columns and operands of a check fit the table."""
    place = f"cleaning.yaml: checks.{check.name}"
    problems = Problems()
    kinds = column_kinds(table)
    for key, condition in _conditions(check):
        for path, sentence in mistakes(condition, kinds):
            problems.add(f"{place}.{key}.{path}".rstrip("."), sentence)
    for key, columns in _named_columns(check).items():
        for column in columns:
            if column not in kinds:
                problems.add(f"{place}.{key}", found=repr(column), expected="a column of the table")
    if check.name in RULES:
        problems.add(place, "is the name of a rule that every table is cleaned by", do="rename it")
    problems.raise_if_any()


def _conditions(check: CleaningCheck) -> Iterator[tuple[str, Condition]]:
    """(key, condition) of every condition of a check."""
    if isinstance(check, CheckExpect | CheckEachOf | CheckUnique) and check.where is not None:
        yield "where", check.where
    if isinstance(check, CheckExpect):
        yield "expect", check.expect
    if isinstance(check, CheckStored):
        for number, point in enumerate(check.points):
            yield f"points.{number}.when", point.when


def _named_columns(check: CleaningCheck) -> dict[str, tuple[str, ...]]:
    """Key -> the columns that a check names there."""
    match check:
        case CheckExpect():
            return {"columns": check.columns}
        case CheckStored():
            return {"stored": (check.stored,)}
        case CheckConstant():
            return {"constant": check.constant}
        case CheckEachOf():
            wanted = check.each_of
            return {"columns": check.columns, "each_of": (wanted.column, *wanted.by)}
        case CheckUnique():
            return {"columns": check.columns, "unique": check.unique}


def column_kinds(table: pa.Table) -> dict[str, str]:
    """The columns of a clean table with their kinds, as conditions know them."""
    kinds = {pa.string(): "text", pa.float64(): "number", pa.int64(): "integer"}
    kinds |= {CLOCK: "time", MOMENT: "datetime"}
    return {field.name: kinds.get(field.type, "date") for field in table.schema}
