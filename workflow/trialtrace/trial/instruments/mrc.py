"""MRC grades."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import Filled, key, optional, shape
from trialtrace.trial.endpoints.shared import Location, Side, Visit
from trialtrace.trial.instruments.shared import InstrumentEntry
from trialtrace.trial.words import Column, Condition, Name, Text, Value, VisitLabel


@shape
class Mrc(InstrumentEntry):
    """MRC grades."""

    label: Text = key(
        "Label in reports; of a score that has a name of its own, what stands before it."
    )
    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    column: Column = key("Column of the grade.")
    grades: Filled[Value, float] | None = optional(
        "Value of each code that is no whole number: code, in quotes, to a number from 0 to 5."
    )
    summary: Literal["each", "sum", "mean"] = key(
        "A record a muscle, or the sum or mean over the muscles of `location`."
    )
    visit: Visit | None = optional("How visits are told.")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")


ENTRY = Mrc
