"""Times to an event from dates: start, event, last contact, and a horizon."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.dates import as_dates, day_numbers, require_dates, start_days
from trialtrace.run.endpoints.kinds.measure import unit_column
from trialtrace.run.endpoints.records import Cells, CleanTable, Records, chosen_cells, moved, pick
from trialtrace.run.endpoints.study import Study, one_row_each
from trialtrace.run.endpoints.truth import as_numbers
from trialtrace.run.endpoints.unused import Reason
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.endpoints.time_to_event import (
    DatedTime,
    TimeFromDates,
    TimeInColumn,
    TimeToOccurrence,
)
from trialtrace.run.trial.model import Endpoint, adsl_code

EARLY_EVENT = Reason("event_before_start", "the event is dated before the start")
EARLY_CONTACT = Reason("contact_before_start", "the last contact is dated before the start")
SEEN_AFTER = Reason("contact_after_event", "a contact is dated after an event that ends all")
UNSEEN = Reason("event_after_contact", "the event is dated after the last contact")
UNDATED = Reason("event_without_date", "the event happened and has no date")
DENIED = Reason("date_without_event", "there is a date of an event that did not happen")


@dataclass(frozen=True)
class Found:
    """A subject each: whether it happened (1, 0, NaN), its day, the row and column of the day."""

    happened: np.ndarray
    day: np.ndarray
    row: np.ndarray
    table: CleanTable
    column: str
    cells: list[Cells]


def time_from_dates(endpoint: Endpoint[DatedTime], study: Study) -> Records:
    """A record a subject: AVAL days from `start` to the event, else to the last contact.

    A time beyond `horizon` is censored there. Dates in an impossible order are listed as rejects,
    and their subject has no time; so has one whose event is unknown.
    """
    entry = endpoint.entry
    last, where = entry.last_contact, entry.where
    used = [last, *columns_of(where or {})]
    if isinstance(entry, TimeFromDates):
        used += [entry.event_date, *columns_of(entry.event)]
    table = study.table(endpoint, list(dict.fromkeys(used)))
    row = one_row_each(study, endpoint, table, where)
    contact = _days(study, endpoint, table, last, row)
    if isinstance(entry, TimeFromDates):
        candidate = _of_row(study, endpoint, entry, table, row)
    else:
        candidate = _of_occurrences(study, endpoint, entry, row)
    start = start_days(study, endpoint)
    wrong = _impossible(study, endpoint, candidate, start, (table, row, contact))
    time = np.where(candidate.happened == 1, candidate.day, contact) - start + entry.day_of_start
    unknown = wrong | np.isnan(time) | np.isnan(candidate.happened)
    code = adsl_code(entry.start)
    cells = [*chosen_cells("AVAL", table.name, row, list(dict.fromkeys(used))), *candidate.cells]
    cells += study.subject_cells(code, "AVAL", np.arange(study.size))
    values = _values(endpoint, time, candidate.happened == 1, start, unknown)
    return Records("adtte", np.arange(study.size), values, tuple(cells))


def up_to_horizon(
    entry: DatedTime | TimeInColumn, time: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times cut at the horizon, which of them are, and why each ends without the event."""
    beyond = time > (np.inf if entry.horizon is None else entry.horizon)
    why = np.where(beyond, entry.horizon_label or "", entry.censored_label).astype(object)
    return np.where(beyond, entry.horizon or 0, time), beyond, why


def _days(
    study: Study, endpoint: Endpoint, table: CleanTable, column: str, row: np.ndarray
) -> np.ndarray:
    dates = require_dates(study.place(endpoint), column, table.column(column))
    return day_numbers(pick(dates, row))


def _of_row(
    study: Study, endpoint: Endpoint, entry: TimeFromDates, table: CleanTable, row: np.ndarray
) -> Found:
    column = entry.event_date
    happened = as_numbers(pick(evaluate(entry.event, table.rows), row))
    study.events[endpoint.name] = happened == 1
    day = _days(study, endpoint, table, column, row)
    for mask, why in (
        ((happened == 1) & np.isnan(day), UNDATED),
        ((happened == 0) & ~np.isnan(day), DENIED),
    ):
        study.reject(endpoint, table, row[mask & (row >= 0)], column, why)
        happened = np.where(mask, np.nan, happened)
    return Found(happened, day, row, table, column, [])


def _of_occurrences(
    study: Study, endpoint: Endpoint, entry: TimeToOccurrence, row: np.ndarray
) -> Found:
    """The first of a subject's occurrences; unknown where one of them has no date."""
    parent = study.parent(endpoint, entry.occurrence, ("occds",))
    of = study.trial.endpoints[entry.occurrence]
    size, column = study.size, of.entry.date
    day = day_numbers(parent.columns["ADT"])
    first = np.full(size, np.inf)
    np.fmin.at(first, parent.subject, day)
    happened = np.isin(np.arange(size), parent.subject).astype(float)
    study.events[endpoint.name] = happened == 1
    happened[parent.subject[np.isnan(day)]] = np.nan
    happened[row < 0] = np.nan
    behind = [cell for cell in parent.cells if cell.variable in ("TERM", "ADT")]
    source = np.full(size, -1, dtype=np.int64)
    for one in parent.cells:
        if one.variable == "ADT":
            is_first = day[one.record] == first[parent.subject[one.record]]
            source[parent.subject[one.record[is_first]]] = one.row[is_first]
    occurrences = study.tables[of.entry.table]
    for one in parent.cells:
        if one.variable == "ADT":
            undated = one.row[np.isnan(day[one.record])]
            study.reject(endpoint, occurrences, undated, column, UNDATED)
    cells = moved(behind, parent.subject, ("TERM", "ADT"))
    first = np.where(np.isinf(first), np.nan, first)
    return Found(happened, first, source, occurrences, column, cells)


def _impossible(
    study: Study,
    endpoint: Endpoint[DatedTime],
    candidate: Found,
    start: np.ndarray,
    last: tuple[CleanTable, np.ndarray, np.ndarray],
) -> np.ndarray:
    """Subjects whose dates contradict each other; the cells are listed as rejects."""
    table, row, contact = last
    yes = candidate.happened == 1
    terminal = endpoint.entry.terminal
    order = (contact > candidate.day) if terminal else (contact < candidate.day)
    wrong = np.zeros(study.size, dtype=bool)
    for mask, why in (
        (yes & (candidate.day < start), EARLY_EVENT),
        (yes & order, SEEN_AFTER if terminal else UNSEEN),
    ):
        rows = candidate.row[mask & (candidate.row >= 0)]
        study.reject(endpoint, candidate.table, rows, candidate.column, why)
        wrong |= mask
    early = contact < start
    rows = row[early & (row >= 0)]
    study.reject(endpoint, table, rows, endpoint.entry.last_contact, EARLY_CONTACT)
    return wrong | early


def _values(
    endpoint: Endpoint[DatedTime],
    time: np.ndarray,
    happened: np.ndarray,
    start: np.ndarray,
    unknown: np.ndarray,
) -> dict[str, pa.Array]:
    entry = endpoint.entry
    time, beyond, why = up_to_horizon(entry, time)
    happened = happened & ~beyond
    event = np.full(len(time), entry.event_label, dtype=object)
    end = np.where(unknown, np.nan, start + time - entry.day_of_start)
    return {
        "AVAL": pa.array(time, mask=unknown),
        "AVALU": unit_column("days", len(time)),
        "CNSR": pa.array(np.where(happened, 0, 1), mask=unknown),
        "EVNTDESC": pa.array(event, type=pa.string(), mask=unknown | ~happened),
        "CNSDTDSC": pa.array(why, type=pa.string(), mask=unknown | happened),
        "STARTDT": as_dates(start),
        "ADT": as_dates(end),
    }
