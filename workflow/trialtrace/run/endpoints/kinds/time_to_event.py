"""Times to an event, right-censored: from a row, dates or visits, or the first of several."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.dates import as_dates, day_numbers, days_of, start_days, subject_days
from trialtrace.run.endpoints.kinds.measure import unit_column
from trialtrace.run.endpoints.records import (
    Cells,
    CleanTable,
    Reason,
    Records,
    chosen_cells,
    ended,
    floats,
    joined,
    moved,
    pick,
)
from trialtrace.run.endpoints.study import Study, one_row_each
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.endpoints.truth import as_numbers
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.endpoints.time_to_event import (
    DatedTime,
    FirstOfTimes,
    FirstSeen,
    TimeFromDates,
    TimeInColumn,
    TimeToOccurrence,
)
from trialtrace.run.trial.model import Endpoint, adsl_code

LATER = Reason("beyond_horizon", "the time is cut at the horizon, without the event", "flag")
LATER_EVENT = Reason(
    "event_beyond_horizon", "the event is after the horizon and does not count", "flag"
)


def derive_time_to_event(
    endpoint: Endpoint[FirstOfTimes | FirstSeen | DatedTime | TimeInColumn], study: Study
) -> Records:
    """A record a subject: AVAL time, CNSR 0 event, 1 censored or 2 a competing event first.

    Both are missing where the time is missing or negative or the event is unknown.
    """
    records = _own_times(endpoint, study)
    rivals = [study.trial.endpoints[name] for name in endpoint.entry.competing_events]
    if not rivals:
        return records
    # What rules out a competing event in its turn is no matter of this one.
    parts = [_own_times(rival, study) for rival in rivals]
    _common_unit(study, endpoint, [records, *parts], "competing")
    return _with_competing(records, parts)


def _own_times(endpoint: Endpoint, study: Study) -> Records:
    """The times before competing events, made once."""

    def make() -> Records:
        entry = endpoint.entry
        if isinstance(entry, FirstOfTimes):
            return _first_of(endpoint, entry, study)
        if isinstance(entry, FirstSeen):
            return _seen(endpoint, entry, study)
        if isinstance(entry, TimeInColumn):
            return _of_row(endpoint, entry, study)
        return time_from_dates(endpoint, study)

    return study.once(("own times", endpoint.name), make)


def _seen(endpoint: Endpoint, entry: FirstSeen, study: Study) -> Records:
    """The first visit with the event of an interval-censored time, or the last without it."""
    parent = study.parent(endpoint, entry.seen, ("adtte",))
    kept = ("AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC", "TRTP")
    columns = {name: parent.columns[name] for name in kept if name in parent.columns}
    behind = tuple(cell for cell in parent.cells if cell.variable in ("AVAL", "TRTP"))
    return Records("adtte", parent.subject, columns, behind)


def _of_row(endpoint: Endpoint, entry: TimeInColumn, study: Study) -> Records:
    time, event, where = entry.time, entry.event, entry.where
    deciding = list(dict.fromkeys(columns_of(event) + columns_of(where or {})))
    columns = list(dict.fromkeys([time, *deciding]))
    table = study.table(endpoint, columns)
    row = one_row_each(study, endpoint, table, where)
    days = floats(f"{study.place(endpoint)}: time", pick(table.column(time), row))
    happened = as_numbers(pick(evaluate(event, table.rows), row))
    days, beyond, why = up_to_horizon(entry, days)
    for later, reason in (
        (beyond & (happened == 0), LATER),
        (beyond & (happened == 1), LATER_EVENT),
    ):
        study.reject(endpoint, table, row[later], time, reason)
    # Of whom the event is not known the product is not known either.
    happened = happened * ~beyond
    values = _outcome(days, happened, entry.event_label, why)
    values["AVALU"] = unit_column(study.unit(endpoint, time), study.size)
    treatment, behind = own_treatment(study, endpoint, table, row)
    cells = chosen_cells("AVAL", table.name, row, columns)
    return Records("adtte", np.arange(study.size), values | treatment, (*cells, *behind))


def _outcome(
    time: np.ndarray, happened: np.ndarray, event_text: str | np.ndarray, censored_text: np.ndarray
) -> dict[str, pa.Array]:
    """AVAL, CNSR and their descriptions; texts are one for all or one a subject."""
    unknown = ~(time >= 0) | np.isnan(happened)
    return ended(time, happened == 1, unknown, event_text, censored_text)


def _first_of(endpoint: Endpoint, entry: FirstOfTimes, study: Study) -> Records:
    """The earliest event of several endpoints; without one, their earliest censoring.

    Up to the earliest censoring all were followed, so the subject is known to be free of each. Of
    events at one time the endpoint named first gives the description. Missing where one of them is
    missing, for it might have come first. An event after the censoring of another part counts, up
    to `unseen_at_most` after it where that is given; a later one is censored at that censoring.
    """
    parts = [study.parent(endpoint, name, ("adtte",)) for name in entry.first_of]
    unit = _common_unit(study, endpoint, parts, "first_of")
    time = np.stack([part.numbers("AVAL") for part in parts])
    censored = np.stack([part.numbers("CNSR") for part in parts])
    unknown = (np.isnan(time) | np.isnan(censored)).any(axis=0)
    at_event = np.where(censored == 0, time, np.inf)
    at_end = np.where(censored == 1, time, np.inf)
    any_event = np.isfinite(at_event).any(axis=0)
    if entry.unseen_at_most is not None:
        # An event in time is earlier than the latest that counts; without an end there is none.
        any_event &= at_event.min(axis=0) <= at_end.min(axis=0) + entry.unseen_at_most
    which = np.where(any_event, at_event.argmin(axis=0), np.where(unknown, 0, time.argmin(axis=0)))
    subjects = np.arange(study.size)
    happened = np.where(unknown, np.nan, any_event.astype(np.float64))
    reasons = _reasons(parts, (censored == 1) & (time == time.min(axis=0)))
    values = _outcome(time[which, subjects], happened, _chosen(parts, "EVNTDESC", which), reasons)
    values["AVALU"] = unit_column(unit, study.size)
    own = {"TRTP": parts[0].columns["TRTP"]} if "TRTP" in parts[0].columns else {}
    return Records("adtte", subjects, values | own, tuple(c for part in parts for c in part.cells))


def _chosen(parts: list[Records], column: str, which: np.ndarray) -> np.ndarray:
    texts = np.stack([_texts(records, column) for records in parts])
    return texts[which, np.arange(texts.shape[1])]


def _reasons(parts: list[Records], ends: np.ndarray) -> np.ndarray:
    """Why follow-up ended: the different reasons of the components whose censoring ends it."""
    texts: list[pa.Array] = []
    for records, mask in zip(parts, ends, strict=True):
        new = pa.array(mask)
        for earlier in texts:
            same = pc.equal(records.columns["CNSDTDSC"], earlier)
            new = pc.and_(new, pc.invert(pc.fill_null(same, False)))
        none = pa.scalar(None, type=pa.string())
        texts.append(pc.if_else(new, records.columns["CNSDTDSC"], none))
    return joined(texts, "; ").to_numpy(zero_copy_only=False)


def _with_competing(records: Records, parts: list[Records]) -> Records:
    """The same times, ended with CNSR 2 by the earliest competing event that came first.

    An event at the same time as a competing one counts as the event. A competing event counts up
    to the time of censoring, that day included. A subject censored for the event, whose competing
    events are not all known, is missing.
    """
    time, status = records.numbers("AVAL"), records.numbers("CNSR")
    when = np.stack([part.numbers("AVAL") for part in parts])
    what = np.stack([part.numbers("CNSR") for part in parts])
    at = np.where(what == 0, when, np.inf)
    first = at.argmin(axis=0)
    earliest = at.min(axis=0)
    before = np.where(status == 0, earliest < time, earliest <= time)
    undecided = np.isnan(what).any(axis=0) & (status == 1) & ~before
    unknown = np.isnan(time) | np.isnan(status) | undecided
    before &= ~unknown
    told = _chosen(parts, "EVNTDESC", first)
    end = np.stack([_days(part) for part in parts])[first, np.arange(len(first))]
    columns = dict(records.columns) | {
        "AVAL": pa.array(np.where(before, earliest, time), mask=unknown),
        "CNSR": pa.array(np.where(before, 2, status), mask=unknown).cast(pa.int64()),
        "EVNTDESC": _text(_texts(records, "EVNTDESC"), unknown | before),
        "CNSDTDSC": _text(np.where(before, told, _texts(records, "CNSDTDSC")), unknown),
    }
    if "ADT" in records.columns:
        days = np.where(before, end, _days(records))
        columns["ADT"] = as_dates(np.where(unknown, np.nan, days))
    behind = [cell for part in parts for cell in part.cells if cell.variable == "AVAL"]
    return replace(records, columns=columns, cells=(*records.cells, *behind))


def _texts(records: Records, name: str) -> np.ndarray:
    return records.columns[name].to_numpy(zero_copy_only=False)


def _text(values: np.ndarray, unknown: np.ndarray) -> pa.Array:
    return pa.array(values, type=pa.string(), mask=unknown)


def _days(records: Records) -> np.ndarray:
    if "ADT" not in records.columns:
        return np.full(len(records), np.nan)
    return day_numbers(records.columns["ADT"])


def _common_unit(study: Study, endpoint: Endpoint, parts: list[Records], key: str) -> str | None:
    units = {records.columns["AVALU"][0].as_py() if len(records) else None for records in parts}
    if len(units) > 1:
        found = f"times in different units: {one_of(sorted(str(unit) for unit in units))}"
        raise UserError(f"{study.place(endpoint)}: {key}", found=found, expected="one unit")
    return units.pop()


# Times to an event from dates: start, event, last contact, and a horizon.

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
        used += [entry.event_date, *columns_of(entry.event), *columns_of(entry.event_if_lost or {})]
    table = study.table(endpoint, list(dict.fromkeys(used)))
    row = one_row_each(study, endpoint, table, where)
    contact = days_of(study, endpoint, last, pick(table.column(last), row))
    if isinstance(entry, TimeFromDates):
        candidate = _event_of_row(study, endpoint, entry, table, row)
        if entry.last_seen is not None:
            candidate, contact = _last_seen(study, endpoint, entry, candidate, contact)
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


def _event_of_row(
    study: Study, endpoint: Endpoint, entry: TimeFromDates, table: CleanTable, row: np.ndarray
) -> Found:
    column = entry.event_date
    happened = as_numbers(pick(evaluate(entry.event, table.rows), row))
    study.events[endpoint.name] = happened == 1
    day = days_of(study, endpoint, column, pick(table.column(column), row))
    # One date may be that of an ending of either kind.
    denied = (happened == 0) & ~np.isnan(day) & (column != entry.last_contact)
    for mask, why in (((happened == 1) & np.isnan(day), UNDATED), (denied, DENIED)):
        study.reject(endpoint, table, row[mask & (row >= 0)], column, why)
        happened = np.where(mask, np.nan, happened)
    return Found(happened, day, row, table, column, [])


def _last_seen(
    study: Study, endpoint: Endpoint, entry: TimeFromDates, candidate: Found, contact: np.ndarray
) -> tuple[Found, np.ndarray]:
    """The same with who has neither a status nor a date seen last then, without the event unless
    other columns of the row have it.

    An event without a date is no unknown status."""
    seen = subject_days(study, endpoint, "last_seen")
    nothing = np.isnan(candidate.happened) & np.isnan(contact) & np.isnan(candidate.day)
    lost = nothing & ~study.events[endpoint.name] & (seen >= start_days(study, endpoint))
    to = np.where(lost, np.arange(study.size), -1)
    behind = moved(study.adsl.cells, to, (adsl_code(str(entry.last_seen)),))
    had = np.zeros(study.size)
    if entry.event_if_lost is not None:
        rows = candidate.table.rows
        had = as_numbers(pick(evaluate(entry.event_if_lost, rows), candidate.row))
    happened, day = np.where(lost, had, candidate.happened), np.where(lost, seen, candidate.day)
    found = replace(candidate, happened=happened, day=day, cells=behind)
    return found, np.where(lost, seen, contact)


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
    end = np.where(unknown, np.nan, start + time - entry.day_of_start)
    return {
        **ended(time, happened, unknown, entry.event_label, why),
        "AVALU": unit_column("days", len(time)),
        "STARTDT": as_dates(start),
        "ADT": as_dates(end),
    }
