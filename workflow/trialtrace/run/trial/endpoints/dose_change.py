"""Changes of dose, a record each: Not given, Reduced, Delayed, Stopped."""

from __future__ import annotations

from trialtrace.base.config.names import Column, Condition
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.base.words import number
from trialtrace.run.trial.endpoints.occurrence import FurtherColumns
from trialtrace.run.trial.endpoints.shared import Labels, TableEntry, table_words


@shape
class Reduced:
    """Doses below the planned one are a change (needs planned and delivered)."""

    tolerance: float = key(
        "Share of the planned dose that may lack without being a change.",
        minimum=0,
        exclusiveMaximum=1,
        constant="share of a dose that may lack",
    )


@shape
class Delayed:
    """Late doses are a change (needs date and planned_date)."""

    more_than: float = key(
        "Days that a dose may be late without being a change.",
        minimum=0,
        constant="days that a dose may be late",
    )


@shape
class DoseChange(TableEntry, FurtherColumns):
    """Changes of dose, a record each: Not given, Reduced, Delayed, Stopped."""

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

    def rule(self, labels: Labels) -> str:
        changes = []
        if self.reduced:
            share = 100 * self.reduced.tolerance
            changes.append(f"a dose more than {number(share)} % below the planned one")
        if self.delayed:
            changes.append(f"a dose more than {number(self.delayed.more_than)} days late")
        if self.stopped is not None:
            stopped = labels.condition(self.stopped, self.table)
            changes.append(f"treatment stopped ({stopped})")
        return f"every row of {table_words(self.table)} with {' or '.join(changes)}"


ENTRY = DoseChange
