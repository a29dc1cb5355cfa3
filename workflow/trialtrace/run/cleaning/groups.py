"""Checks over several rows: the same in all rows of a subject, each of a list once, no row twice.

Each gives (mask of the rows that break it, why) pairs; `Groups.unknown` are rows that cannot be
judged since a value is missing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import one_of
from trialtrace.run.trial.cleaning import EachOf


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
    """A value of the configuration as the column holds it; dates stand there as text."""
    import datetime

    return datetime.date.fromisoformat(value) if pa.types.is_date(column.type) else value


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
