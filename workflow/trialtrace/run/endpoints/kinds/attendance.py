"""Attendance: the share of a subject's planned sessions that was done."""

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.dates import day_numbers
from trialtrace.run.endpoints.layout import Placed, gather
from trialtrace.run.endpoints.records import Cells, Reason, Records, joined
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.truth import as_numbers
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.endpoints.doses import Attendance, End, PlannedVariable
from trialtrace.run.trial.model import Endpoint, adsl_code

TOO_MANY = Reason("more_than_planned", "more sessions done than planned")
AFTER_DEATH = Reason("after_the_end", "a session done after the subject's death")


def derive_attendance(endpoint: Endpoint[Attendance], study: Study) -> Records:
    """AVAL done / planned, from 0 to 1; GROUNDS "12 of 16 sessions".

    Missing where nothing was planned or the plan is unknown, where a session may or may not have
    been done (unless `unknown: not_done`), and where more were done than planned (listed).
    """
    entry = endpoint.entry
    used = [*columns_of(entry.done), *([entry.end.date] if entry.end else [])]
    gathered = gather(endpoint, study, used)
    done = as_numbers(evaluate(entry.done, gathered.table.rows))[gathered.rows]
    counts = np.ones(len(done), dtype=bool)
    cells = gathered.cells(used)
    if entry.end:
        counts, done, behind = _after_the_end(gathered, entry.end, done)
        cells += behind
    if entry.unknown == "not_done":
        done = np.where(np.isnan(done), 0.0, done)
    sure = gathered.count(counts & (done == 1)).astype(float)
    unclear = gathered.count(counts & np.isnan(done)) > 0
    planned, behind = _planned(gathered, counts)
    cells += behind
    too_many = sure > planned
    gathered.reject((done == 1) & too_many[gathered.record], used[0], TOO_MANY)
    if entry.end and entry.end.lost:
        sure = _with_the_lost(gathered, entry.end, counts & (done != 1), sure, planned)
    absent = (gathered.layout.row < 0) & (entry.without_rows != "zero")
    unknown = unclear | too_many | absent | ~(planned > 0)
    share = sure / np.where(unknown, np.nan, planned)
    values = {"AVAL": pa.array(share, mask=unknown), "GROUNDS": _sessions(sure, planned, unknown)}
    return Records("bds", np.arange(study.size), values, tuple(cells))


def _with_the_lost(
    gathered: Placed[Attendance],
    end: End,
    missed: np.ndarray,
    sure: np.ndarray,
    planned: np.ndarray,
) -> np.ndarray:
    """Of who was last seen before the last session of all, without the event, all planned sessions
    but those `missed` by then; of the others those that are `sure`."""
    parent = gathered.study.parent(gathered.endpoint, end.event, ("adtte",))
    contact, start = (day_numbers(parent.columns[name]) for name in ("ADT", "STARTDT"))
    day = gathered.days(end.date)
    longest = np.nanmax(day - start[gathered.record], initial=0)
    lost = (parent.numbers("CNSR") == 1) & (contact - start < longest) & (gathered.layout.row >= 0)
    seen = gathered.count(missed & (day <= contact[gathered.record]))
    return np.where(lost, planned - seen, sure)


def _sessions(done: np.ndarray, planned: np.ndarray, unknown: np.ndarray) -> pa.Array:
    parts = [
        pa.array(np.where(unknown, 0, number).astype(np.int64), mask=unknown).cast(pa.string())
        for number in (done, planned)
    ]
    sessions = pa.array(
        np.full(len(done), "sessions", dtype=object), mask=unknown, type=pa.string()
    )
    return joined([joined(parts, " of "), sessions], " ")


def _planned(gathered: Placed[Attendance], counts: np.ndarray) -> tuple[np.ndarray, list[Cells]]:
    """The number of planned sessions of each subject, NaN where it is unknown."""
    study, planned = gathered.study, gathered.endpoint.entry.planned
    if planned == "rows":
        return gathered.count(counts).astype(float), []
    if not isinstance(planned, PlannedVariable):
        return np.full(study.size, float(planned)), []
    code = adsl_code(planned.variable)
    return study.adsl.numbers(code), study.subject_cells(code, "AVAL", np.arange(study.size))


def _after_the_end(
    gathered: Placed[Attendance], end: End, done: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[Cells]]:
    """Which rows count, whether they were done, and the cells of the event that ends the plan.

    A session after the day of the event is not planned any more, or planned and not done. One that
    is said to be done then is listed, and is not done.
    """
    parent = gathered.study.parent(gathered.endpoint, end.event, ("adtte",))
    happened = parent.numbers("CNSR") == 0
    last = np.where(happened, day_numbers(parent.columns["ADT"]), np.nan)
    day = gathered.days(end.date)
    after = day > last[gathered.record]
    gathered.reject(after & (done == 1), end.date, AFTER_DEATH)
    counts = ~after if end.after == "not_planned" else np.ones(len(done), dtype=bool)
    behind = [cell for cell in parent.cells if cell.variable == "AVAL"]
    return counts, np.where(after, 0.0, done), behind
