"""A value measured once."""

from __future__ import annotations

from trialtrace.base.config.names import Column, Text
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.endpoints.shared import Coded, Labels, Location, Scale, Side, TableEntry


@shape
class Measure(TableEntry, Coded):
    """A value measured once."""

    column: Column = key("Column of the value.")
    scale: Scale | None = optional("Scale of the value.")
    unit: Text | None = optional("Unit of the value.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")

    def rule(self, labels: Labels) -> str:
        return self.told(f"value of {labels.column(self.table, self.column)}")


ENTRY = Measure
