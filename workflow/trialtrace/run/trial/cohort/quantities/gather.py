"""gather: a summary of the rows of a level below."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Condition, Name
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cohort.quantities.quantity import Columns, Held, Quantity


@shape
class Summary:
    """What is summarised, and how."""

    level: Name = key("The level below.")
    of: Name | None = optional("A quantity of that level; not needed for count.")
    statistic: Literal["count", "sum", "mean", "min", "max", "first"] = key(
        "count of rows, sum, mean, min, max of numbers, or first value."
    )
    where: Condition | None = optional("Rows that count.")


@shape
class Gather(Quantity):
    """A summary of the rows of a level below."""

    kind = "gather"
    gather: Summary = key("A summary of the rows of a level below.")

    def holds(self, columns: Columns) -> Held | None:
        summary = self.gather
        source = columns(summary.of) if summary.of else None
        if summary.statistic == "count":
            return Held("integer")
        if source is None:
            return None
        if summary.statistic == "mean":
            return Held("number")
        return Held(source.kind, source.values)

    @property
    def level_below(self) -> str:
        return self.gather.level

    @property
    def gathers(self) -> list[str]:
        named = [self.gather.of] if self.gather.of else []
        return list(dict.fromkeys([*named, *columns_of(self.gather.where or {})]))
