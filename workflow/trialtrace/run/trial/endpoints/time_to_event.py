"""Entries of times to one event or to several."""

from itertools import pairwise
from typing import Annotated, Literal

from trialtrace.base.config.names import Name, Text, VisitLabel
from trialtrace.base.config.references import (
    DateColumn,
    Ref,
    SubjectDate,
    SubjectNumber,
    TableCondition,
    TableName,
)
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import Distinct, Filled, Having, Rule, key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.base.words import number
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.shared import (
    BinaryEndpoint,
    EndLabels,
    EndpointEntry,
    Entry,
    Labels,
    TableEntry,
    TimeEndpoint,
    TimeWithUnit,
    ValueDate,
    ValueNumber,
    VisitDates,
    table_words,
)
from trialtrace.run.trial.plan.methods import INTERVALS, OWN_TREATMENT


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


@shape
class Dates:
    """Dates of the visits."""

    table: TableName = key("Clean table with a row a subject and visit.")
    visit: VisitDates = key("How visits are told.")
    date: DateColumn = key("Column of the date.")


@shape
class IntervalTime(EndpointEntry, EndLabels):
    """Time to an event that is only seen at visits: it lies between two of them."""

    of: BinaryEndpoint = key("Yes/no endpoint with visits.")
    start: SubjectDate | None = optional(
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


END = "Subject variable with the end of the follow-up: a time, or a date where events have dates."


@shape(last=True)
class OneRowAnEvent(TableEntry, EndLabels):
    """A row an event, and the end of the follow-up of each subject."""

    end: SubjectNumber = key(END)
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

    time: ValueNumber = key(
        "Column of the time of the event since the start of the follow-up, at 0."
    )
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

    date: ValueDate = key("Column with the date of the event.")
    end: SubjectDate = key(END)
    start: SubjectDate = key("Subject variable with the date from which time runs.")

    def rule(self, labels: Labels) -> str:
        return self._until(f"from {lower_first(labels.variable(self.start))} ", labels)


@shape
class EventIntervals(TimeWithUnit, EndLabels):
    """Several events a subject, in rows of intervals at risk of which each ends with or without
    an event."""

    starts: ValueNumber = key("Column of the time after which a subject is at risk.")
    stops: ValueNumber = key("Column of the time up to which, and with it, a subject is at risk.")
    event: TableCondition = key("When the interval ends with an event.")
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


def _check_interval_time(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    if "days" not in entry and "dates" not in entry:
        document.add((name,), "no days", "days or dates of the visits, or both")
    if ("dates" in entry) != ("start" in entry):
        found = "dates without start, or start without dates"
        document.add((name,), found, "start and dates together")
    labels = files.visits_of(entry["of"])
    if labels is None:
        return
    if not labels:
        expected = "a yes/no endpoint with visits"
        document.add((name, "of"), f"{entry['of']}, which has no visits", expected)
    days = entry.get("days")
    if days is not None and not set(labels) <= set(days):
        document.add((name, "days"), one_of(days), f"a day for {one_of(labels)}")
    elif days is not None and any(a >= b for a, b in pairwise(days[label] for label in labels)):
        document.add((name, "days"), "days that do not ascend", "ascending days")
    if "dates" in entry:
        _check_dates(files, name, entry["dates"], labels)


def _check_dates(files: Files, name: str, entry: Given, labels: list[str]) -> None:
    told = list(entry["visit"]["labels"].values())
    if not set(labels) <= set(told):
        expected = f"every visit of the event: {one_of(labels)}"
        files.endpoints.add((name, "dates", "visit", "labels"), one_of(told), expected)


def _check_recurrent_events(files: Files, name: str, entry: Given, columns: Columns) -> None:
    if (design := files.trial.get("design", "kind")) in OWN_TREATMENT:
        found = f"recurrent_events in a design of kind {tell(design)}"
        files.endpoints.add((name, "kind"), found, "a design in which a subject has one treatment")


ENTRIES = {
    "time_to_event": FirstOfTimes
    | FirstSeen
    | Annotated[DatedTime, Having("start")]
    | TimeInColumn,
    "interval_time": IntervalTime,
    "recurrent_events": EventsAtTimes | EventsOnDates | EventIntervals,
}

CHECKS = {
    "time_to_event": _check_time,
    "interval_time": _check_interval_time,
    "recurrent_events": _check_recurrent_events,
}
