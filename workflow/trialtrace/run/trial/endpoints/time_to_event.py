"""Entries of times to one event."""

from typing import Annotated

from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.references import (
    Ref,
    SubjectDate,
    TableCondition,
)
from trialtrace.base.config.spec import Distinct, Having, key, optional, shape
from trialtrace.base.words import number
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.shared import (
    EndLabels,
    EndpointEntry,
    Entry,
    Labels,
    TableEntry,
    TimeEndpoint,
    TimeWithUnit,
    ValueDate,
    ValueNumber,
)
from trialtrace.run.trial.plan.methods import INTERVALS


@shape(by="first_of")
class FirstOfTimes(EndpointEntry):
    """The first of several events."""

    first_of: tuple[TimeEndpoint, ...] = key(
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

    competing: Distinct[TimeEndpoint] | None = optional(
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

    seen: Annotated[Name, Ref("endpoint", INTERVALS)] = key(
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

    start: SubjectDate = key("Subject variable with the date from which time runs.")
    last_contact: ValueDate = key(
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

    occurrence: Annotated[Name, Ref("endpoint", ("occurrence",))] = key(
        "Endpoint of kind occurrence with dates; the first counts."
    )

    @property
    def parents(self) -> list[str]:
        return [self.occurrence, *super().parents]

    def rule(self, labels: Labels) -> str:
        first = f"the first {labels.of(self.occurrence)}"
        return self._until(first, _rows(self.counted_rows(labels)) + self._span(labels), labels)


@shape
class TimeFromDates(TableEntry, WithCompeting, EndLabels, TimeFromStart):
    """Time to an event from dates."""

    event_date: ValueDate = key(
        "Column with the date of the event; that of `last_contact` where a row has a status and "
        "one date, of the event or of the last contact."
    )
    event: TableCondition = key("When the event happened; unknown makes the time missing.")
    last_seen: SubjectDate | None = optional(
        "Subject variable with a date at which a subject was seen without the event: who has "
        "neither a status nor a date of the table is censored there, in place of missing."
    )
    event_if_lost: TableCondition | None = optional(
        "With `last_seen`: which of these subjects had had the event by then, by other columns of "
        "the table; their time ends with it there."
    )

    def rule(self, labels: Labels) -> str:
        text = self._until(
            labels.condition(self.event, self.table),
            _rows(self.counted_rows(labels)) + self._span(labels),
            labels,
        )
        if self.last_seen is None:
            return text
        seen = lower_first(labels.variable(self.last_seen))
        text = f"{text}; who has no status is censored at {seen}"
        if self.event_if_lost is None:
            return text
        had = labels.condition(self.event_if_lost, self.table)
        return f"{text}, or has the event there where {had}"


@shape
class TimeInColumn(TimeWithUnit, WithCompeting, EndLabels, WithHorizon):
    """Time to an event."""

    time: ValueNumber = key("Column of the time.")
    origin: Text | None = optional(
        "From when the time runs, as the axis of a curve says it: randomisation, "
        "registration. Without it the axis has its unit alone."
    )
    event: TableCondition = key("When the time ends with the event; otherwise it is censored.")

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


def _check_time(files: Files, name: str, entry: Given, columns: Columns) -> None:
    if "event_if_lost" in entry and "last_seen" not in entry:
        files.endpoints.add((name, "event_if_lost"), "no last_seen", "last_seen, where it ends")
    if ("horizon" in entry) != ("horizon_label" in entry):
        found = "horizon without horizon_label, or the other way round"
        files.endpoints.add((name,), found, "both together")
    of = entry.get("occurrence", "")
    dated = files.endpoints.get(of)
    if files.endpoint_kind(of) == "occurrence" and dated is not None and "date" not in dated:
        files.endpoints.add((name, "occurrence"), f"{of} without a date", "one with `date`")


ENTRIES = {
    "time_to_event": FirstOfTimes | FirstSeen | Annotated[DatedTime, Having("start")] | TimeInColumn
}

CHECKS = {"time_to_event": _check_time}
