"""Events that a subject can have several times, over the time at risk of them."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Column, Condition, Name, Text
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.endpoints.shared import (
    EndLabels,
    Labels,
    TableEntry,
    TimeWithUnit,
    table_words,
)


@shape(last=True)
class OneRowAnEvent(TableEntry, EndLabels):
    """A row an event, and the end of the follow-up of each subject."""

    end: Name = key(
        "Subject variable with the end of the follow-up: a time, or a date where events have dates."
    )
    same_time: Literal["once", "missing"] = key(
        "What several events of a subject at one time are: one event, or a mistake, so that "
        "nothing of the subject is known."
    )

    def _until(self, start: str, labels: Labels) -> str:
        where = self.counted_rows(labels)
        end = lower_first(labels.variable(self.end))
        same = "one event" if self.same_time == "once" else "a mistake"
        return (
            f"every row of {table_words(self.table)}{where} is an event; at risk {start}to {end}; "
            f"several events at one time are {same}"
        )


@shape(by="time")
class EventsAtTimes(OneRowAnEvent, TimeWithUnit):
    """Several events a subject, each a row with its time since the start."""

    time: Column = key("Column of the time of the event since the start of the follow-up, at 0.")
    origin: Text | None = optional(
        "From when the time runs, as the axis of a curve says it: randomisation, registration."
    )

    @property
    def time_column(self) -> str:
        return self.time

    def rule(self, labels: Labels) -> str:
        return self._until(f"from {self.origin} " if self.origin else "", labels)


@shape(by="date")
class EventsOnDates(OneRowAnEvent):
    """Several events a subject, each a row with its date."""

    date: Column = key("Column with the date of the event.")
    start: Name = key("Subject variable with the date from which time runs.")

    def rule(self, labels: Labels) -> str:
        return self._until(f"from {lower_first(labels.variable(self.start))} ", labels)


@shape
class EventIntervals(TimeWithUnit, EndLabels):
    """Several events a subject, in rows of intervals at risk of which each ends with or without
    an event."""

    starts: Column = key("Column of the time after which a subject is at risk.")
    stops: Column = key("Column of the time up to which, and with it, a subject is at risk.")
    event: Condition = key("When the interval ends with an event.")
    origin: Text | None = optional(
        "From when the time runs, as the axis of a curve says it: randomisation, registration."
    )

    @property
    def time_column(self) -> str:
        return self.stops

    def rule(self, labels: Labels) -> str:
        where = self.counted_rows(labels)
        first, last = (labels.column(self.table, one) for one in (self.starts, self.stops))
        start = f", times from {self.origin}" if self.origin else ""
        return (
            f"rows of {table_words(self.table)}{where}: at risk after {first} up to {last}, "
            f"with an event where {labels.condition(self.event, self.table)}{start}"
        )


DescribedEvents = EventsAtTimes | EventsOnDates

ENTRY = EventsAtTimes | EventsOnDates | EventIntervals
