"""A value measured once."""

from __future__ import annotations

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.endpoints.shared import Endpoint, Location, Scale, Side
from trialtrace.trial.words import Column, Condition, Name, Text


@shape
class Measure(Endpoint):
    """A value measured once."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    column: Column = key("Column of the value.")
    scale: Scale | None = optional("Scale of the value.")
    unit: Text | None = optional("Unit of the value.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")


ENTRY = Measure
