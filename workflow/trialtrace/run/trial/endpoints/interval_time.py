"""Time to an event that is only seen at visits: it lies between two of them."""

from __future__ import annotations

from typing import Annotated

from trialtrace.base.config.names import Column, Name, Text, VisitLabel
from trialtrace.base.config.spec import Filled, Rule, key, optional, shape
from trialtrace.run.trial.endpoints.shared import EndLabels, EndpointEntry, Labels, VisitDates


@shape
class Dates:
    """Dates of the visits."""

    table: Name = key("Clean table with a row a subject and visit.")
    visit: VisitDates = key("How visits are told.")
    date: Column = key("Column of the date.")


@shape
class IntervalTime(EndpointEntry, EndLabels):
    """Time to an event that is only seen at visits: it lies between two of them."""

    of: Name = key("Yes/no endpoint with visits.")
    start: Name | None = optional(
        "Subject variable with the date from which days are counted; needed with `dates`."
    )
    origin: Text | None = optional(
        "What day 0 is, as the axis of a curve says it; without it the label of `start`."
    )
    days: Filled[VisitLabel, Annotated[float, Rule(minimum=0)]] | None = optional(
        "Label of a visit to its nominal day; with `dates`, for visits whose date is missing.",
        constant="nominal day of a visit",
    )
    dates: Dates | None = optional("Dates of the visits.")

    @property
    def parents(self) -> list[str]:
        return [self.of]

    def rule(self, labels: Labels) -> str:
        start = f", from {self.origin}" if self.origin else ""
        return (
            f"time to {labels.of(self.of)}{start}, which lies between the last visit "
            "without it and the first with it"
        )


ENTRY = IntervalTime
