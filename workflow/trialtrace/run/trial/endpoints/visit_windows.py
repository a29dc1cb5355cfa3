"""Visits that are told by the day of a record, not by a column of the table."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Column, VisitLabel
from trialtrace.base.config.spec import Filled, key, optional, shape


@shape
class Window:
    """The days of a visit, both ends included."""

    from_: float = key("First day.")
    to: float = key("Last day.")
    target: float | None = optional("Planned day; needed where the nearest record counts.")


@shape(by="windows")
class VisitWindows:
    """How visits are told by the day of the record."""

    windows: Filled[VisitLabel, Window] = key("Visits in order: label to the days of its window.")
    day: Column | None = optional(
        "Column of the day, a number. Where it is left out, the day is counted from `start` to "
        "`date` of the entry, 0 on the day of the start."
    )
    take: Literal["nearest", "first", "last"] = key(
        "Which record of a window counts, of those with a value: the one nearest the target, the "
        "first or the last. The others are listed."
    )
    tie: Literal["first", "last"] | None = optional(
        "Which of two records counts that are as near, one before and one after the target; "
        "needed with nearest."
    )

    @property
    def labels(self) -> dict[str, str]:
        """The labels of the visits, as those of a column are told."""
        return {label: label for label in self.windows}
