"""Several events a subject: a record for each interval at risk, which ends with an event or not."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from trialtrace.base.config.names import Text
from trialtrace.base.config.references import (
    SubjectDate,
    SubjectNumber,
    TableCondition,
)
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.endpoints.dates import as_dates, days_of, start_days
from trialtrace.run.endpoints.kinds.measure import unit_column
from trialtrace.run.endpoints.records import Cells, CleanTable, Reason, Records, ended, floats
from trialtrace.run.endpoints.study import Study, met_rows
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.endpoints.truth import as_numbers
from trialtrace.run.tables.conditions import columns_of, evaluate, lower_first
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.shared import (
    EndLabels,
    Labels,
    TableEntry,
    TimeWithUnit,
    ValueDate,
    ValueNumber,
    table_words,
)
from trialtrace.run.trial.model import Endpoint, adsl_code
from trialtrace.run.trial.plan.methods import OWN_TREATMENT

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


def _check_recurrent_events(files: Files, name: str, entry: Given, columns: Columns) -> None:
    if (design := files.trial.get("design", "kind")) in OWN_TREATMENT:
        found = f"recurrent_events in a design of kind {tell(design)}"
        files.endpoints.add((name, "kind"), found, "a design in which a subject has one treatment")


ENTRIES = {"recurrent_events": EventsAtTimes | EventsOnDates | EventIntervals}
CHECKS = {"recurrent_events": _check_recurrent_events}


# --- what is derived -----------------------------------------------------------------------------

UNBOUNDED = Reason("interval_without_bounds", "an interval at risk has no start or no end")
BEFORE = Reason("interval_before_start", "an interval at risk begins before time 0")
EMPTY = Reason("interval_of_no_length", "an interval at risk does not end after its start")
UNKNOWN = Reason("interval_unknown", "it is unknown whether the interval ends with an event")
OVERLAP = Reason("interval_overlap", "intervals at risk of a subject overlap")
GAP = Reason("interval_gap", "the subject was not at risk before this interval", "flag")
UNDATED = Reason("event_without_time", "an event has no time")
EARLY = Reason("event_not_after_start", "an event is not after the start of the follow-up")
LATE = Reason("event_after_follow_up", "an event is after the end of the follow-up")
TWICE = Reason("events_at_one_time", "another event of the subject has the same time")
NEVER = Reason("follow_up_of_no_length", "the follow-up does not end after its start")


@dataclass(frozen=True)
class Intervals:
    """Intervals at risk of subjects, in their order, and whether each ends with an event.

    `cells` are those behind each; `start` is the day from which days of a subject are counted.
    """

    subject: np.ndarray
    begin: np.ndarray
    stop: np.ndarray
    event: np.ndarray
    cells: list[Cells]
    unit: str | None
    start: np.ndarray | None = None


def derive_recurrent_events(
    endpoint: Endpoint[DescribedEvents | EventIntervals], study: Study
) -> Records:
    """A record an interval (TSTART, TSTOP]: AVAL its end, CNSR 0 where that is an event, else 1.

    The last interval ends with the follow-up, or with an event at its end. Events are the records
    with CNSR 0, time at risk the sum of the intervals. What contradicts itself is listed, and its
    subject, of whom the events are then unknown, has one record without values; so has one without
    rows or without an end of the follow-up. A gap between two intervals is listed and kept.
    """
    entry = endpoint.entry
    if isinstance(entry, EventIntervals):
        intervals = _of_intervals(endpoint, entry, study)
    else:
        intervals = _of_events(endpoint, entry, study)
    without = np.setdiff1d(np.arange(study.size), intervals.subject)
    subject = np.concatenate([intervals.subject, without])
    blank = np.full(len(without), np.nan)
    begin, stop, event = (
        np.concatenate([part, blank]) for part in (intervals.begin, intervals.stop, intervals.event)
    )
    order = np.lexsort((begin, subject))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    cells = [
        Cells(cell.variable, place[cell.record], cell.table, cell.row, cell.column)
        for cell in intervals.cells
    ]
    values = _values(entry, begin[order], stop[order], event[order])
    values["AVALU"] = unit_column(intervals.unit, len(order))
    if intervals.start is not None:
        start = intervals.start[subject[order]]
        values |= {"STARTDT": as_dates(start), "ADT": as_dates(start + stop[order])}
    return Records("adtte", subject[order], values, tuple(cells))


def _values(
    entry: DescribedEvents | EventIntervals,
    begin: np.ndarray,
    stop: np.ndarray,
    event: np.ndarray,
) -> dict[str, pa.Array]:
    unknown = np.isnan(event)
    return {
        **ended(stop, event == 1, unknown, entry.event_label, entry.censored_label),
        "TSTART": pa.array(begin, mask=unknown),
        "TSTOP": pa.array(stop, mask=unknown),
    }


def _of_intervals(endpoint: Endpoint, entry: EventIntervals, study: Study) -> Intervals:
    columns = [entry.starts, entry.stops, *columns_of(entry.event), *columns_of(entry.where or {})]
    columns = list(dict.fromkeys(columns))
    table = study.table(endpoint, columns)
    rows = met_rows(table, entry.where)
    own_treatment(study, endpoint, table, rows)
    begin = _numbers(study, endpoint, table, entry.starts)[rows]
    stop = _numbers(study, endpoint, table, entry.stops)[rows]
    event = as_numbers(evaluate(entry.event, table.rows))[rows]
    order = np.lexsort((stop, begin, table.subject[rows]))
    rows, begin, stop, event = rows[order], begin[order], stop[order], event[order]
    subject = table.subject[rows]
    study.events[endpoint.name] = np.bincount(subject[event == 1], minlength=study.size) > 0
    same = np.concatenate([[False], subject[1:] == subject[:-1]])
    # The end so far of a subject's intervals, beyond which the next must start.
    before = np.concatenate([[np.nan], stop[:-1]])
    unbounded = np.isnan(begin) | np.isnan(stop)
    unusable = np.zeros(study.size, dtype=bool)
    for mask, column, why in (
        (np.isnan(begin), entry.starts, UNBOUNDED),
        (np.isnan(stop), entry.stops, UNBOUNDED),
        (begin < 0, entry.starts, BEFORE),
        (~unbounded & (stop <= begin), entry.stops, EMPTY),
        (np.isnan(event), columns_of(entry.event)[0], UNKNOWN),
        (same & (begin < before), entry.starts, OVERLAP),
    ):
        study.reject(endpoint, table, rows[mask], column, why)
        unusable[subject[mask]] = True
    kept = ~unusable[subject]
    study.reject(endpoint, table, rows[kept & same & (begin > before)], entry.starts, GAP)
    record = np.cumsum(kept) - 1
    cells = [Cells("AVAL", record[kept], table.name, rows[kept], column) for column in columns]
    return Intervals(
        subject[kept],
        begin[kept],
        stop[kept],
        event[kept],
        cells,
        study.unit(endpoint, entry.stops),
    )


def _of_events(endpoint: Endpoint, entry: DescribedEvents, study: Study) -> Intervals:
    dated = isinstance(entry, EventsOnDates)
    told = entry.date if isinstance(entry, EventsOnDates) else entry.time
    columns = list(dict.fromkeys([told, *columns_of(entry.where or {})]))
    table = study.table(endpoint, columns)
    start = start_days(study, endpoint) if dated else np.zeros(study.size)
    end = _end(study, endpoint, entry) - start
    rows = met_rows(table, entry.where)
    own_treatment(study, endpoint, table, rows)
    if dated:
        time = days_of(study, endpoint, told, table.column(told))
    else:
        time = _numbers(study, endpoint, table, told)
    time = time[rows] - start[table.subject[rows]]
    order = np.lexsort((time, table.subject[rows]))
    rows, time = rows[order], time[order]
    subject = table.subject[rows]
    study.events[endpoint.name] = np.bincount(subject, minlength=study.size) > 0
    again = np.concatenate([[False], (subject[1:] == subject[:-1]) & (time[1:] == time[:-1])])
    unusable = np.isnan(end) | ~(end > 0)
    _list_subjects(study, endpoint, entry.end, ~np.isnan(end) & ~(end > 0))
    once = entry.same_time == "once"
    twice = Reason(TWICE.rule, TWICE.sentence, "flag") if once else TWICE
    for mask, why, stops in (
        (np.isnan(time) & ~np.isnan(start[subject]), UNDATED, True),
        (time <= 0, EARLY, True),
        (time > end[subject], LATE, True),
        (again, twice, not once),
    ):
        study.reject(endpoint, table, rows[mask], told, why)
        if stops:
            unusable[subject[mask]] = True
    first = ~unusable[subject] & ~again
    # An interval up to each event, then one to the end of the follow-up where it is later.
    last = np.zeros(study.size)
    np.maximum.at(last, subject[first], time[first])
    left = np.flatnonzero(~unusable & (end > last))
    whose = np.concatenate([subject[first], left])
    stop = np.concatenate([time[first], end[left]])
    event = np.concatenate([np.ones(int(first.sum())), np.zeros(len(left))])
    order = np.lexsort((stop, whose))
    whose, stop, event = whose[order], stop[order], event[order]
    same = np.concatenate([[False], whose[1:] == whose[:-1]])
    begin = np.where(same, np.concatenate([[0.0], stop[:-1]]), 0.0)
    cells = _behind_events(table, columns, rows, (subject, time), (whose, begin, stop))
    cells += study.subject_cells(adsl_code(entry.end), "AVAL", whose)
    if isinstance(entry, EventsOnDates):
        cells += study.subject_cells(adsl_code(entry.start), "AVAL", whose)
    unit = "days" if dated else study.unit(endpoint, told)
    return Intervals(whose, begin, stop, event, cells, unit, start if dated else None)


def _behind_events(
    table: CleanTable,
    columns: list[str],
    rows: np.ndarray,
    events: tuple[np.ndarray, np.ndarray],
    intervals: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> list[Cells]:
    """The cells of the events at which each interval starts and ends."""
    subject, time = events
    whose, begin, stop = intervals
    cells = []
    for edge in (begin, stop):
        known = {pair: number for number, pair in enumerate(zip(whose, edge, strict=True))}
        record = np.array(
            [known.get(pair, -1) for pair in zip(subject, time, strict=True)], dtype=np.int64
        )
        met = record >= 0
        cells += [Cells("AVAL", record[met], table.name, rows[met], column) for column in columns]
    return cells


def _end(study: Study, endpoint: Endpoint, entry: DescribedEvents) -> np.ndarray:
    """The end of the follow-up: a time, or the day of a date."""
    values = study.adsl.columns[adsl_code(entry.end)]
    if isinstance(entry, EventsOnDates):
        return days_of(study, endpoint, entry.end, values)
    return values.cast("float64").to_numpy(zero_copy_only=False)


def _list_subjects(study: Study, endpoint: Endpoint, name: str, mask: np.ndarray) -> None:
    """List the end of the follow-up of these subjects."""
    for cells in study.subject_cells(adsl_code(name), "AVAL", np.flatnonzero(mask)):
        table = study.tables[cells.table]
        study.reject(endpoint, table, cells.row, cells.column, NEVER)


def _numbers(study: Study, endpoint: Endpoint, table: CleanTable, column: str) -> np.ndarray:
    return floats(f"{study.place(endpoint)}, column {column}", table.column(column))
