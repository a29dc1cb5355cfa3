"""Values of other tables beside the rows of a check: of the same subject, under names of its own.

    beside: {randomised: {table: patients, column: randomised_on}}
    beside: {last_visit: {table: visits, column: visit_date, take: highest}}
    beside: {sessions: {table: sessions, take: count, where: {done: {is: "1"}}}}

What has no row there is missing; a count of no rows is 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, did_you_mean, one_of
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.tables.conditions import met
from trialtrace.run.trial.cleaning import Beside

AGGREGATES = {"lowest": "min", "highest": "max", "sum": "sum", "count": "count"}
_BETWEEN = "\x1f"


@dataclass(frozen=True)
class Accepted:
    """The accepted rows of a table, typed, before any check; and the subject of each as text."""

    table: pa.Table
    subject: pa.Array


def with_beside(
    declared: Mapping[str, Beside],
    mine: Accepted,
    others: Mapping[str, Accepted],
    place: str,
) -> pa.Table:
    """The table with a column for each declared name. Raises UserError for what is not there."""
    table = mine.table
    for name, beside in declared.items():
        other = _table(others, beside.table, f"{place}.{name}")
        values = _values(beside, mine, other, f"{place}.{name}")
        table = table.append_column(name, values)
    return table


def _table(others: Mapping[str, Accepted], name: str, place: str) -> Accepted:
    if name not in others:
        expected = f"a table of trial.yaml: {one_of(others)}"
        do = did_you_mean(name, others)
        raise UserError(f"{place}.table", found=repr(name), expected=expected, do=do)
    return others[name]


def _values(beside: Beside, mine: Accepted, other: Accepted, place: str) -> pa.Array:
    wanted = _keys(mine, list(beside.match))
    there = _keys(other, list(beside.match.values()))
    kept = pc.is_valid(there)
    if beside.where is not None:
        kept = pc.and_(kept, met(beside.where, other.table))
    there = there.filter(kept)
    take = beside.take
    column = there
    if beside.column is not None:
        column = other.table[beside.column].combine_chunks().filter(kept)
    if take is None:
        _check_single(there, place)
        return column.take(pc.index_in(wanted, value_set=there))
    groups = pa.table({"key": there, "value": column}).group_by("key", use_threads=False)
    found = groups.aggregate([("value", AGGREGATES[take])])
    at = pc.index_in(wanted, value_set=found["key"].combine_chunks())
    values = found[f"value_{AGGREGATES[take]}"].combine_chunks().take(at)
    if take != "count":
        return values
    return pc.if_else(pc.is_valid(wanted), pc.fill_null(values, 0), pa.scalar(None, pa.int64()))


def _keys(accepted: Accepted, columns: list[str]) -> pa.Array:
    """The subject and the matching columns of each row as one text; null where one is missing."""
    parts = [column_text(accepted.table[name], name) for name in columns]
    if not parts:
        return accepted.subject
    return pc.binary_join_element_wise(accepted.subject, *parts, _BETWEEN)


def _check_single(keys: pa.Array, place: str) -> None:
    repeats = len(keys) - len(pc.unique(keys))
    if repeats:
        raise UserError(
            place,
            found=f"{repeats} rows beside another of the same subject",
            expected="one row of the other table for each row here",
            do=f"say which by match, or write take: {one_of(AGGREGATES)}",
        )
