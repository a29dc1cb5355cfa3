"""Share of the planned sessions that a subject did, from 0 to 1."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.config.spec import Rule, key, optional, shape
from trialtrace.trial.endpoints.shared import Endpoint, WithoutValues
from trialtrace.trial.words import Column, Condition, Name


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
class Attendance(Endpoint):
    """Share of the planned sessions that a subject did, from 0 to 1."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
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
    )
    end: End | None = optional("An event, such as death, after which no session can be done.")
    without_rows: WithoutValues | None = optional(
        "What a subject without any row is whose plan is a number or a variable: 0, or "
        "missing (so where it is left out)."
    )


ENTRY = Attendance
