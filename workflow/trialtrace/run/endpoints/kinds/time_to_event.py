"""Times to an event, right-censored: from a row, dates or visits, or the first of several."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.kinds.measure import unit_column
from trialtrace.run.endpoints.records import Records, chosen_cells, pick
from trialtrace.run.endpoints.study import Study, one_row_each
from trialtrace.run.endpoints.time_from_dates import time_from_dates, up_to_horizon
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.endpoints.truth import as_numbers
from trialtrace.run.endpoints.unused import Reason
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.endpoints.time_to_event import (
    DatedTime,
    FirstOfTimes,
    FirstSeen,
    TimeInColumn,
)
from trialtrace.run.trial.model import Endpoint

LATER = Reason("beyond_horizon", "the time is cut at the horizon, without the event", "flag")
LATER_EVENT = Reason(
    "event_beyond_horizon", "the event is after the horizon and does not count", "flag"
)


def derive(
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
    days = _numeric(study, endpoint, pick(table.column(time), row))
    happened = as_numbers(pick(evaluate(event, table.rows), row))
    days, beyond, why = up_to_horizon(entry, days)
    for later, reason in (
        (beyond & (happened == 0), LATER),
        (beyond & (happened == 1), LATER_EVENT),
    ):
        study.reject(endpoint, table, row[later], time, reason)
    # Of whom the event is not known the product is not known either.
    happened = happened * ~beyond
    values = _outcome(days, happened, np.array([entry.event_label], dtype=object), why)
    values["AVALU"] = unit_column(study.unit(endpoint, time), study.size)
    treatment, behind = own_treatment(study, endpoint, table, row)
    cells = chosen_cells("AVAL", table.name, row, columns)
    return Records("adtte", np.arange(study.size), values | treatment, (*cells, *behind))


def _numeric(study: Study, endpoint: Endpoint, values: pa.Array) -> np.ndarray:
    if not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
        raise UserError(
            f"{study.place(endpoint)}: time",
            found="a column without numbers",
            expected="a number or integer by the dictionary",
        )
    return _numpy(values.cast("float64"))


def _numpy(values: pa.Array) -> np.ndarray:
    """Floats with NaN where a value is missing."""
    return values.to_numpy(zero_copy_only=False)


def _outcome(
    time: np.ndarray, happened: np.ndarray, event_text: np.ndarray, censored_text: np.ndarray
) -> dict[str, pa.Array]:
    """AVAL, CNSR and their descriptions; texts are one for all or one a subject."""
    unknown = ~(time >= 0) | np.isnan(happened)
    yes = happened == 1
    said = np.broadcast_to(event_text, time.shape), np.broadcast_to(censored_text, time.shape)
    return {
        "AVAL": pa.array(time, mask=unknown),
        "CNSR": pa.array(np.where(yes, 0, 1).astype(np.int64), mask=unknown),
        "EVNTDESC": pa.array(said[0], type=pa.string(), mask=unknown | ~yes),
        "CNSDTDSC": pa.array(said[1], type=pa.string(), mask=unknown | yes),
    }


def _first_of(endpoint: Endpoint, entry: FirstOfTimes, study: Study) -> Records:
    """The earliest event of several endpoints; without one, their earliest censoring.

    Up to the earliest censoring all were followed, so the subject is known to be free of each. Of
    events at one time the endpoint named first gives the description. Missing where one of them is
    missing, for it might have come first. An event after the censoring of another part counts, up
    to `unseen_at_most` after it where that is given; a later one is censored at that censoring.
    """
    parts = [study.parent(endpoint, name, ("adtte",)) for name in entry.first_of]
    unit = _common_unit(study, endpoint, parts, "first_of")
    time = np.stack([_numpy(part.columns["AVAL"]) for part in parts])
    censored = np.stack([_status(part) for part in parts])
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
    values = _outcome(time[which, subjects], happened, _told(parts, "EVNTDESC", which), reasons)
    values["AVALU"] = unit_column(unit, study.size)
    own = {"TRTP": parts[0].columns["TRTP"]} if "TRTP" in parts[0].columns else {}
    return Records("adtte", subjects, values | own, tuple(c for part in parts for c in part.cells))


def _told(parts: list[Records], column: str, which: np.ndarray) -> np.ndarray:
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
    joined = texts[0]
    for text in texts[1:]:
        joined = pc.coalesce(pc.binary_join_element_wise(joined, text, "; "), joined, text)
    return joined.to_numpy(zero_copy_only=False)


def _with_competing(records: Records, parts: list[Records]) -> Records:
    """The same times, ended with CNSR 2 by the earliest competing event that came first.

    An event at the same time as a competing one counts as the event. A competing event counts up
    to the time of censoring, that day included. A subject censored for the event, whose competing
    events are not all known, is missing.
    """
    time, status = _numpy(records.columns["AVAL"]), _status(records)
    when = np.stack([_numpy(part.columns["AVAL"]) for part in parts])
    what = np.stack([_status(part) for part in parts])
    at = np.where(what == 0, when, np.inf)
    first = at.argmin(axis=0)
    earliest = at.min(axis=0)
    before = np.where(status == 0, earliest < time, earliest <= time)
    undecided = np.isnan(what).any(axis=0) & (status == 1) & ~before
    unknown = np.isnan(time) | np.isnan(status) | undecided
    before &= ~unknown
    told = np.stack([_texts(part, "EVNTDESC") for part in parts])[first, np.arange(len(first))]
    end = np.stack([_days(part) for part in parts])[first, np.arange(len(first))]
    columns = dict(records.columns) | {
        "AVAL": pa.array(np.where(before, earliest, time), mask=unknown),
        "CNSR": pa.array(np.where(before, 2, status), mask=unknown).cast(pa.int64()),
        "EVNTDESC": _text(_texts(records, "EVNTDESC"), unknown | before),
        "CNSDTDSC": _text(np.where(before, told, _texts(records, "CNSDTDSC")), unknown),
    }
    if "ADT" in records.columns:
        days = np.where(before, end, _days(records))
        dates = np.where(np.isnan(days) | unknown, 0, days).astype(np.int32)
        columns["ADT"] = pa.array(dates, mask=unknown | np.isnan(days)).cast(pa.date32())
    behind = [cell for part in parts for cell in part.cells if cell.variable == "AVAL"]
    return replace(records, columns=columns, cells=(*records.cells, *behind))


def _status(records: Records) -> np.ndarray:
    """CNSR as floats with NaN where it is missing."""
    return _numpy(records.columns["CNSR"].cast("float64"))


def _texts(records: Records, name: str) -> np.ndarray:
    return records.columns[name].to_numpy(zero_copy_only=False)


def _text(values: np.ndarray, unknown: np.ndarray) -> pa.Array:
    return pa.array(values, type=pa.string(), mask=unknown)


def _days(records: Records) -> np.ndarray:
    if "ADT" not in records.columns:
        return np.full(len(records), np.nan)
    days = records.columns["ADT"].cast("int32").cast("float64")
    return days.to_numpy(zero_copy_only=False).astype(float)


def _common_unit(study: Study, endpoint: Endpoint, parts: list[Records], key: str) -> str | None:
    units = {records.columns["AVALU"][0].as_py() if len(records) else None for records in parts}
    if len(units) > 1:
        raise UserError(
            f"{study.place(endpoint)}: {key}",
            found=f"times in different units: {one_of(sorted(str(unit) for unit in units))}",
            expected="one unit",
        )
    return units.pop()
