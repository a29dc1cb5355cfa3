"""Changes of dose, a record each: Not given, Reduced, Delayed, Stopped."""

from __future__ import annotations

from trialtrace.config.spec import Filled, key, optional, shape
from trialtrace.trial.endpoints.shared import Endpoint
from trialtrace.trial.words import Column, Condition, Name, ShortName


@shape
class Reduced:
    """Doses below the planned one are a change (needs planned and delivered)."""

    tolerance: float = key(
        "Share of the planned dose that may lack without being a change.",
        minimum=0,
        exclusiveMaximum=1,
    )


@shape
class Delayed:
    """Late doses are a change (needs date and planned_date)."""

    more_than: float = key("Days that a dose may be late without being a change.", minimum=0)


@shape
class DoseChange(Endpoint):
    """Changes of dose, a record each: Not given, Reduced, Delayed, Stopped."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    planned: Column | None = optional("Column of the planned dose.")
    delivered: Column | None = optional("Column of the delivered dose; 0 where none was given.")
    date: Column | None = optional("Column with the date of the dose.")
    planned_date: Column | None = optional("Column with the planned date; needed with `delayed`.")
    reduced: Reduced | None = optional(
        "Doses below the planned one are a change (needs planned and delivered)."
    )
    delayed: Delayed | None = optional("Late doses are a change (needs date and planned_date).")
    stopped: Condition | None = optional(
        "Rows that tell that treatment was stopped or left out, as for a reason."
    )
    columns: Filled[ShortName, Column] | None = optional(
        "Further columns of OCCDS: a name of your choice (in capitals there) to a column "
        "of the table."
    )


ENTRY = DoseChange
