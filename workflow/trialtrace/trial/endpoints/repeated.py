"""A value at several visits."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.config.spec import Filled, Rule, key, optional, shape
from trialtrace.trial.endpoints.shared import Endpoint, Location, Scale, Side, Visit
from trialtrace.trial.words import Column, Condition, Name, Text, VisitLabel


@shape(by="visit")
class RepeatedInRows(Endpoint):
    """A value at several visits, a row a visit."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    scale: Scale | None = optional("Scale of the value.")
    unit: Text | None = optional("Unit of the value.")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    column: Column = key("Column of the value.")
    visit: Visit = key("How visits are told.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")
    date: Column | None = optional("Column with the date of the record (ADT).")
    start: Name | None = optional(
        "Subject variable with the date from which days are counted (ADY); needed with windows."
    )
    windows: (
        Filled[VisitLabel, Annotated[tuple[float, ...], Rule(minItems=2, maxItems=2)]] | None
    ) = optional("Label of a visit to its first and last day, 0 on the day of the start.")
    outside: Literal["flag", "reject"] | None = optional(
        "What a record outside its window is: listed and kept, or listed and without a "
        "value; needed with windows."
    )


@shape
class RepeatedInColumns(Endpoint):
    """A value at several visits, a column a visit."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    scale: Scale | None = optional("Scale of the value.")
    unit: Text | None = optional("Unit of the value.")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    visits: dict[Column, VisitLabel] = key("Visits in order: column to label.", minProperties=2)


ENTRY = RepeatedInRows | RepeatedInColumns
