"""Share of the planned sessions that a subject did, from 0 to 1."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.base.config.names import Column, Condition, Name
from trialtrace.base.config.spec import Rule, key, optional, shape
from trialtrace.base.words import number
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.endpoints.shared import Labels, TableEntry, WithoutValues


@shape
class PlannedVariable:
    """A subject variable."""

    variable: Name = key("Subject variable with the number of planned sessions.")


@shape
class End:
    """An event, such as death, after which no session can be done."""

    event: Name = key("Time-to-event endpoint with dates.")
    date: Column = key("Column with the date of the session.")
    after: Literal["not_done", "not_planned"] = key(
        "Whether a session after it was planned and not done, or was not planned any more."
    )


@shape
class Attendance(TableEntry):
    """Share of the planned sessions that a subject did, from 0 to 1."""

    done: Condition = key("When a session was done.")
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
        return text


def _plan(planned: float | PlannedVariable, labels: Labels) -> str:
    if isinstance(planned, PlannedVariable):
        return f"number in {lower_first(labels.variable(planned.variable))}"
    return number(planned)


ENTRY = Attendance
