"""Time to an event."""

from __future__ import annotations

from typing import Annotated

from trialtrace.config.spec import Distinct, Having, key, optional, shape
from trialtrace.trial.endpoints.shared import Endpoint
from trialtrace.trial.words import Column, Condition, Name, Text


@shape(by="first_of")
class FirstOfTimes(Endpoint):
    """The first of several events."""

    first_of: tuple[Name, ...] = key(
        "Time-to-event endpoints; the first event counts.", minItems=2, uniqueItems=True
    )


@shape(by="seen")
class FirstSeen(Endpoint):
    """Time at which an event that is only seen at visits was first seen."""

    seen: Name = key(
        "Endpoint of kind interval_time; its time is that of the first visit with the "
        "event, which is late."
    )
    competing: Distinct[Name] | None = optional(
        "Time-to-event endpoints that rule the event out: whose event came first has CNSR 2."
    )


@shape(by="occurrence")
class TimeToOccurrence(Endpoint):
    """Time to the first of a subject's occurrences."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    occurrence: Name = key("Endpoint of kind occurrence with dates; the first counts.")
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
    horizon: float | None = optional("Days after which every time is censored.", exclusiveMinimum=0)
    horizon_label: Text | None = optional("Why a time ends at the horizon; needed with `horizon`.")
    event_label: Text = key("What happened.")
    censored_label: Text = key("Why the time ends without the event.")
    competing: Distinct[Name] | None = optional(
        "Time-to-event endpoints that rule the event out: whose event came first has CNSR 2."
    )


@shape
class TimeFromDates(Endpoint):
    """Time to an event from dates."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    event_date: Column = key("Column with the date of the event.")
    event: Condition = key("When the event happened; unknown makes the time missing.")
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
    horizon: float | None = optional("Days after which every time is censored.", exclusiveMinimum=0)
    horizon_label: Text | None = optional("Why a time ends at the horizon; needed with `horizon`.")
    event_label: Text = key("What happened.")
    censored_label: Text = key("Why the time ends without the event.")
    competing: Distinct[Name] | None = optional(
        "Time-to-event endpoints that rule the event out: whose event came first has CNSR 2."
    )


@shape
class TimeInColumn(Endpoint):
    """Time to an event."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    time: Column = key("Column of the time.")
    origin: Text | None = optional(
        "From when the time runs, as the axis of a curve says it: randomisation, "
        "registration. Without it the axis has its unit alone."
    )
    event: Condition = key("When the time ends with the event; otherwise it is censored.")
    event_label: Text = key("What happened.")
    censored_label: Text = key("Why the time ends without the event.")
    competing: Distinct[Name] | None = optional(
        "Time-to-event endpoints that rule the event out: whose event came first has CNSR 2."
    )


ENTRY = (
    FirstOfTimes
    | FirstSeen
    | Annotated[TimeToOccurrence | TimeFromDates, Having("start")]
    | TimeInColumn
)
