"""A value at several visits."""

from __future__ import annotations

from typing import Annotated

from trialtrace.base.config.names import Column, Text, VisitLabel
from trialtrace.base.config.spec import Rule, key, optional, shape
from trialtrace.run.trial.endpoints.shared import (
    Coded,
    DatedRecords,
    Labels,
    Location,
    Scale,
    Side,
    TableEntry,
    Visit,
)
from trialtrace.run.trial.endpoints.wide import VisitPattern, VisitWindows


@shape
class Repeated(TableEntry, Coded):
    """A value at several visits."""

    scale: Scale | None = optional("Scale of the value.")
    unit: Text | None = optional("Unit of the value.")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")

    def rule(self, labels: Labels) -> str:
        baseline = f"; baseline is {self.baseline}" if self.baseline else ""
        return self.told(f"value at {', '.join(self.visit_labels)}{baseline}")


@shape(by="visit")
class RepeatedInRows(Repeated, DatedRecords):
    """A value at several visits, a row a visit."""

    column: Column = key("Column of the value.")
    visit: VisitWindows | Visit = key("How visits are told.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")


@shape
class RepeatedInColumns(Repeated):
    """A value at several visits, a column a visit."""

    visits: VisitPattern | Annotated[dict[Column, VisitLabel], Rule(minProperties=2)] = key(
        "Visits in order: column to label, or a pattern of the columns' names."
    )

    @property
    def columns(self) -> dict[str, str]:
        """Column -> label of its visit, in order."""
        return self.visits.columns if isinstance(self.visits, VisitPattern) else self.visits

    @property
    def visit_labels(self) -> list[str]:
        return list(self.columns.values())


ENTRY = RepeatedInRows | RepeatedInColumns
