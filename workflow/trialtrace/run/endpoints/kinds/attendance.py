"""Attendance: the share of a subject's planned sessions that was done."""

from typing import Annotated, Literal

import numpy as np
import pyarrow as pa

from trialtrace.base.config.references import (
    DateColumn,
    SubjectNumber,
    TableCondition,
)
from trialtrace.base.config.spec import Rule, key, optional, shape
from trialtrace.base.words import number
from trialtrace.run.endpoints.dates import day_numbers
from trialtrace.run.endpoints.layout import Placed, gather
from trialtrace.run.endpoints.records import Cells, Reason, Records, joined
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.truth import as_numbers
from trialtrace.run.tables.conditions import columns_of, evaluate, lower_first
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.shared import (
    Labels,
    TableEntry,
    TimeEndpoint,
    WithoutValues,
)
from trialtrace.run.trial.model import Endpoint, adsl_code
from trialtrace.run.trial.plan.methods import TIMES


@shape
class PlannedVariable:
    """A subject variable."""

    variable: SubjectNumber = key("Subject variable with the number of planned sessions.")


@shape
class End:
    """An event, such as death, after which no session can be done."""

    event: TimeEndpoint = key("Time-to-event endpoint with dates.")
    date: DateColumn = key("Column with the date of the session.")
    after: Literal["not_done", "not_planned"] = key(
        "Whether a session after it was planned and not done, or was not planned any more."
    )
    lost: Literal["done"] | None = optional(
        "What the sessions after the last contact of who was lost without the event are: done. "
        "Left out, they are as the rows say."
    )


@shape
class Attendance(TableEntry):
    """Share of the planned sessions that a subject did, from 0 to 1."""

    done: TableCondition = key("When a session was done.")
    unknown: Literal["missing", "not_done"] = key(
        "What a session is of which this is unknown: it makes the share missing, or was not done."
    )
    planned: (
        Annotated[float, Rule(expected="a number above 0", exclusiveMinimum=0)]
        | Literal["rows"]
        | PlannedVariable
    ) = key(
        "Planned sessions: rows (each row that counts is one), a number, or {variable: …}.",
        expected="rows, a number, or {variable: a subject variable}",
        constant="planned sessions",
    )
    end: End | None = optional("An event, such as death, after which no session can be done.")
    without_rows: WithoutValues | None = optional(
        "What a subject without any row is whose plan is a number or a variable: 0, or "
        "missing (so where it is left out)."
    )

    @property
    def parents(self) -> list[str]:
        return [self.end.event] if self.end else []

    def rule(self, labels: Labels) -> str:
        done = labels.condition(self.done, self.table)
        where = labels.condition(self.where, self.table) if self.where else ""
        among = f", of those where {where}" if where else ""
        if self.planned == "rows":
            text = f"share of the rows where {done}{among}"
        else:
            plan = _plan(self.planned, labels)
            text = f"rows where {done}{among}, over the planned {plan}"
        unknown = "counts as not done" if self.unknown == "not_done" else "makes it missing"
        text += f"; an unknown session {unknown}"
        if self.end:
            after = "is not done" if self.end.after == "not_done" else "is not planned"
            text += f"; a session after the event ({labels.of(self.end.event)}) {after}"
            text += "; those of who was lost that nobody could see are done" * bool(self.end.lost)
        return text


def _plan(planned: float | PlannedVariable, labels: Labels) -> str:
    if isinstance(planned, PlannedVariable):
        return f"number in {lower_first(labels.variable(planned.variable))}"
    return number(planned)


def _check_attendance(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    if entry["planned"] == "rows" and entry.get("without_rows") == "zero":
        expected = "missing; without rows nothing is planned"
        document.add((name, "without_rows"), "zero with planned: rows", expected)
    if end := entry.get("end"):
        ending = files.derived.get(end["event"])
        if ending is not None and ending.kind in TIMES and ending.entry.start is None:
            found = f"{end['event']}, a time without dates"
            document.add((name, "end", "event"), found, "a time_to_event endpoint from dates")


ENTRIES = {"attendance": Attendance}
CHECKS = {"attendance": _check_attendance}


# --- what is derived -----------------------------------------------------------------------------

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
