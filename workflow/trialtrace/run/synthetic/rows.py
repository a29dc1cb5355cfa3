"""The rows of a level while a cohort is drawn: made from their parents, thinned out by `keep`.

Values of a quantity while a cohort is drawn: plain arrays, and which of them are known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from trialtrace.run.tables.conditions import columns_of, met
from trialtrace.run.trial.cohort.forms import Level as DeclaredLevel

NUMBER, INTEGER, CATEGORY, DATE = "number", "integer", "category", "date"
NO, YES = 0, 1
YES_NO = ("no", "yes")


@dataclass(frozen=True)
class Values:
    """One value a row. `data` is float64, int64 (integer, days since 1970) or codes of `labels`."""

    kind: str
    data: np.ndarray
    known: np.ndarray
    labels: tuple[str, ...] = ()

    def take(self, rows: np.ndarray) -> "Values":
        return Values(self.kind, self.data[rows], self.known[rows], self.labels)

    def within(self, known: np.ndarray) -> "Values":
        """The same, missing where `known` is false."""
        return Values(self.kind, self.data, self.known & known, self.labels)

    @property
    def numbers(self) -> np.ndarray:
        """float64, NaN where it is missing."""
        return np.where(self.known, self.data, np.nan).astype(np.float64)

    def coded(self) -> tuple[np.ndarray, tuple[str, ...]]:
        """Codes and labels of the values, -1 where missing; whole numbers by their digits."""
        if self.kind == CATEGORY:
            return np.where(self.known, self.data, -1), self.labels
        found, codes = np.unique(self.data[self.known], return_inverse=True)
        whole = np.full(len(self.data), -1)
        whole[self.known] = codes
        return whole, tuple(f"{value:g}" for value in found.tolist())

    def is_yes(self) -> np.ndarray:
        codes, labels = self.coded()
        return codes == (labels.index("yes") if "yes" in labels else -2)

    def to_arrow(self) -> pa.Array:
        missing = ~self.known
        if self.kind == CATEGORY:
            codes = pa.array(self.data.astype(np.int32), mask=missing)
            names = pa.array(list(self.labels), type=pa.string())
            return pa.DictionaryArray.from_arrays(codes, names).cast(pa.string())
        if self.kind == DATE:
            return pa.array(self.data.astype(np.int32), mask=missing).cast(pa.date32())
        kind = pa.int64() if self.kind == INTEGER else pa.float64()
        data = np.where(missing, 0, self.data)
        return pa.array(
            data.astype(np.int64 if self.kind == INTEGER else np.float64), kind, missing
        )


def yes_no(yes: np.ndarray, known: np.ndarray) -> Values:
    return Values(CATEGORY, yes.astype(np.int64), known, YES_NO)


def number(data: np.ndarray, known: np.ndarray, step: float | None = None) -> Values:
    """A number; one recorded in whole steps of a whole number is an integer."""
    known = known & np.isfinite(data)
    if step is not None and float(step).is_integer():
        return Values(INTEGER, np.where(known, data, 0).astype(np.int64), known)
    return Values(NUMBER, np.where(known, data, np.nan), known)


@dataclass
class Level:
    """Rows of one kind. `parent` has the row of the level above (`above`) for each row.

    `columns` are its own quantities: text, float64, int64 or date32; what is missing is null. A
    yes/no quantity is the text yes or no. Rows of one parent stand together, in order.
    """

    name: str
    size: int
    above: "Level | None" = None
    parent: np.ndarray | None = None
    columns: dict[str, pa.Array] = field(default_factory=dict)

    def rows_of(self, ancestor: "Level") -> np.ndarray:
        """For each row, the row of a level above (or of this one)."""
        level, rows = self, np.arange(self.size)
        while level is not ancestor:
            if level.above is None or level.parent is None:
                raise KeyError(f"{ancestor.name} is not above {self.name}")
            rows, level = level.parent[rows], level.above
        return rows

    def holder(self, name: str) -> "Level":
        """The level, this one or one above, that has a quantity. Raises KeyError."""
        level: Level | None = self
        while level is not None:
            if name in level.columns:
                return level
            level = level.above
        raise KeyError(name)

    def view(self, name: str) -> pa.Array:
        """A quantity of this level or of one above, with a value for each row of this one."""
        holder = self.holder(name)
        column = holder.columns[name]
        return column if holder is self else column.take(pa.array(self.rows_of(holder)))

    @cached_property
    def names(self) -> list[str]:
        """Every quantity that `view` gives, the own ones first."""
        above = self.above.names if self.above is not None else []
        return [*self.columns, *above]


@dataclass(frozen=True)
class Drawn:
    """A cohort. `truth` has a row for every parameter; `stream` gives a generator by name."""

    trial: str
    mode: str
    seed: int
    levels: dict[str, Level]
    truth: list[dict[str, Any]]
    stream: Callable[[str], np.random.Generator]


class Rows:
    """Rows of one level.

    `serial` is a row's number before `keep`, of `all` rows; `position` its number under its
    parent, of at most `width`. Random numbers go by `serial`, so that `keep` changes none.
    """

    def __init__(
        self, level: DeclaredLevel, above: "Rows | None", parent: np.ndarray | None, size: int
    ):
        self.level = level
        self.name = level.name
        self.above = above
        self.parent = parent
        self.size = self.all = size
        self.serial = np.arange(size)
        self.position = np.zeros(size, dtype=np.int64)
        self.width = 1
        self.own: dict[str, Values] = {}

    def __getitem__(self, name: str) -> Values:
        """A quantity of this level or of one above, for each row of this one."""
        if name in self.own:
            return self.own[name]
        if self.above is None or self.parent is None:
            raise KeyError(name)
        return self.above[name].take(self.parent)

    def rows_of(self, ancestor: "Rows") -> np.ndarray:
        """The row of a level above (or this one) for each row."""
        level, rows = self, np.arange(self.size)
        while level is not ancestor:
            assert level.above is not None and level.parent is not None
            rows, level = level.parent[rows], level.above
        return rows

    def table(self, names: list[str]) -> pa.Table:
        """Quantities as an Arrow table, for conditions."""
        return pa.table({name: self[name].to_arrow() for name in names})

    def met(self, condition: Mapping[str, Any] | None) -> np.ndarray:
        """Where a condition is surely met; everywhere where there is none."""
        if not condition:
            return np.ones(self.size, dtype=bool)
        truth = met(condition, self.table(columns_of(condition)))
        return np.asarray(truth.to_numpy(zero_copy_only=False), dtype=bool)

    def keep(self, mask: np.ndarray) -> None:
        """Leave the rows where `mask` is true."""
        rows = np.flatnonzero(mask)
        self.own = {name: values.take(rows) for name, values in self.own.items()}
        self.serial, self.position = self.serial[rows], self.position[rows]
        self.parent = None if self.parent is None else self.parent[rows]
        self.size = len(rows)

    def drawn(self, above: Level | None) -> Level:
        """As it is given away."""
        columns = {name: values.to_arrow() for name, values in self.own.items()}
        return Level(self.name, self.size, above, self.parent, columns)


def patients(level: DeclaredLevel, sizes: Mapping[str, int], order: np.ndarray | None) -> Rows:
    """The first level; `order` shuffles the arms over its rows."""
    size = sum(sizes.values())
    rows = Rows(level, None, None, size)
    every = np.ones(size, dtype=bool)
    rows.own["id"] = Values(INTEGER, np.arange(1, size + 1), every)
    if level.arms:
        codes = np.repeat(np.arange(len(sizes)), list(sizes.values()))
        codes = codes if order is None else codes[order]
        rows.own["arm"] = Values(CATEGORY, codes, every, tuple(sizes))
    return rows


def labelled(level: DeclaredLevel, above: Rows) -> Rows:
    """A row for each label under each parent."""
    days = np.array([np.nan if day is None else day for day in level.days.values()])
    width = len(days)
    rows = Rows(level, above, np.repeat(np.arange(above.size), width), above.size * width)
    rows.position = np.tile(np.arange(width), above.size)
    rows.width = width
    every = np.ones(rows.size, dtype=bool)
    rows.own[level.column] = Values(CATEGORY, rows.position, every, tuple(level.days))
    if level.dated:
        whole = bool(np.all(days == np.floor(days)))
        values = days[rows.position]
        kind, data = (INTEGER, values.astype(np.int64)) if whole else (NUMBER, values)
        rows.own[f"{level.column}_day"] = Values(kind, data, np.isfinite(values))
    return rows


def counted(level: DeclaredLevel, above: Rows, counts: np.ndarray) -> Rows:
    """So many rows under each parent, numbered from 1."""
    parent = np.repeat(np.arange(above.size), counts)
    rows = Rows(level, above, parent, len(parent))
    first = np.concatenate(([0], np.cumsum(counts)))[:-1]
    rows.position = np.arange(len(parent)) - first[parent]
    rows.width = int(counts.max()) if len(counts) else 0
    every = np.ones(rows.size, dtype=bool)
    rows.own[level.column] = Values(INTEGER, rows.position + 1, every)
    return rows
