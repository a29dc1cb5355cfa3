"""Time to an event."""

from __future__ import annotations

from typing import Annotated

from trialtrace.base.config.names import Column, Condition, Name, Text
from trialtrace.base.config.spec import Distinct, Having, key, optional, shape
from trialtrace.base.words import number
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.endpoints.shared import (
    EndLabels,
    EndpointEntry,
    Entry,
    Labels,
    TableEntry,
    TimeWithUnit,
)


@shape(by="first_of")
class FirstOfTimes(EndpointEntry):
    """The first of several events."""

    first_of: tuple[Name, ...] = key(
        "Time-to-event endpoints; the first event counts.", minItems=2, uniqueItems=True
    )
    unseen_at_most: float | None = optional(
        "How long after the end of observation of another part an event still counts, in their "
        "unit; a later one is censored at that end, for an event of the other part may have come "
        "first and not have been seen. 0 counts none of them. Without it all count, and results "
        "say of how many patients that is so.",
        minimum=0,
    )

    @property
    def parents(self) -> list[str]:
        return list(self.first_of)

    @property
    def time_of(self) -> str:
        return self.first_of[0]

    def rule(self, labels: Labels) -> str:
        text = f"time to the first of {labels.listed(self.first_of)}"
        if self.unseen_at_most is None:
            return text
        after = f"more than {number(self.unseen_at_most)} after" if self.unseen_at_most else "after"
        return f"{text}; an event {after} the end of observation of another is censored there"


@shape(last=True)
class WithCompeting(Entry):
    """A time that other events can rule out."""

    competing: Distinct[Name] | None = optional(
        "Time-to-event endpoints that rule the event out: whose event came first has CNSR 2. Two "
        "may name each other; what competes with one of these itself does not count."
    )

    @property
    def parents(self) -> list[str]:
        return self.competing_events

    @property
    def competing_events(self) -> list[str]:
        return list(self.competing or ())

    def _until(self, event: str, circumstances: str, labels: Labels) -> str:
        ruled_out = f"; competing: {labels.listed(self.competing)}" if self.competing else ""
        return f"time until {event}{circumstances}{ruled_out}"


@shape(by="seen")
class FirstSeen(EndpointEntry, WithCompeting):
    """Time at which an event that is only seen at visits was first seen."""

    seen: Name = key(
        "Endpoint of kind interval_time; its time is that of the first visit with the "
        "event, which is late."
    )

    @property
    def parents(self) -> list[str]:
        return [self.seen, *super().parents]

    @property
    def time_of(self) -> str:
        return self.seen

    def rule(self, labels: Labels) -> str:
        return self._until(f"the first visit with the event of {labels.of(self.seen)}", "", labels)


@shape(last=True)
class WithHorizon(Entry):
    """A time that is not looked at beyond a horizon."""

    horizon: float | None = optional(
        "Time after which every time is censored, in its unit; an event after it does not count.",
        exclusiveMinimum=0,
    )
    horizon_label: Text | None = optional("Why a time ends at the horizon; needed with `horizon`.")


@shape(last=True)
class TimeFromStart(WithHorizon):
    """A time that runs from a date of the subject to one of a table."""

    start: Name = key("Subject variable with the date from which time runs.")
    last_contact: Column = key(
        "Column with the date of the last contact; with terminal: true, of the last "
        "contact alive or of the event."
    )
    terminal: bool = key(
        "Whether the event ends everything: a contact after it is impossible. Otherwise "
        "an event after the last contact is."
    )
    day_of_start: int = key(
        "Number of the day of the start: 0, or 1 as ADaM counts.", minimum=0, maximum=1
    )

    def _span(self, labels: Labels) -> str:
        end = f", to day {number(self.horizon)}" if self.horizon is not None else ""
        return f", from {lower_first(labels.variable(self.start))}{end}"


@shape(by="occurrence")
class TimeToOccurrence(TableEntry, WithCompeting, EndLabels, TimeFromStart):
    """Time to the first of a subject's occurrences."""

    occurrence: Name = key("Endpoint of kind occurrence with dates; the first counts.")

    @property
    def parents(self) -> list[str]:
        return [self.occurrence, *super().parents]

    def rule(self, labels: Labels) -> str:
        first = f"the first {labels.of(self.occurrence)}"
        return self._until(first, _rows(self.counted_rows(labels)) + self._span(labels), labels)


@shape
class TimeFromDates(TableEntry, WithCompeting, EndLabels, TimeFromStart):
    """Time to an event from dates."""

    event_date: Column = key("Column with the date of the event.")
    event: Condition = key("When the event happened; unknown makes the time missing.")

    def rule(self, labels: Labels) -> str:
        return self._until(
            labels.condition(self.event, self.table),
            _rows(self.counted_rows(labels)) + self._span(labels),
            labels,
        )


@shape
class TimeInColumn(TimeWithUnit, WithCompeting, EndLabels, WithHorizon):
    """Time to an event."""

    time: Column = key("Column of the time.")
    origin: Text | None = optional(
        "From when the time runs, as the axis of a curve says it: randomisation, "
        "registration. Without it the axis has its unit alone."
    )
    event: Condition = key("When the time ends with the event; otherwise it is censored.")

    @property
    def time_column(self) -> str:
        return self.time

    def rule(self, labels: Labels) -> str:
        span = f", from {self.origin}" if self.origin else ""
        if self.horizon is not None:
            unit = self.unit or labels.column_units.get(self.table, {}).get(self.time, "")
            span += f", up to {number(self.horizon)} {unit}".rstrip()
        return self._until(
            labels.condition(self.event, self.table),
            _rows(self.counted_rows(labels)) + span,
            labels,
        )


def _rows(counted: str) -> str:
    return f" (rows{counted})" if counted else ""


DatedTime = TimeToOccurrence | TimeFromDates


ENTRY = FirstOfTimes | FirstSeen | Annotated[DatedTime, Having("start")] | TimeInColumn
