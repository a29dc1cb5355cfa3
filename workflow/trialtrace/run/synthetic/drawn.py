"""A drawn cohort: levels of rows, their quantities as Arrow columns, and the truth behind them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa


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
