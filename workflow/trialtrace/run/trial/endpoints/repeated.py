"""Entries of a value at several visits."""

from typing import Annotated

from trialtrace.base.config.names import Text, VisitLabel
from trialtrace.base.config.spec import Rule, key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import (
    Columns,
    Files,
    Given,
    known,
)
from trialtrace.run.trial.endpoints.shared import (
    Coded,
    DatedRecords,
    Labels,
    Location,
    Scale,
    Side,
    TableEntry,
    ValueColumn,
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
        # A visit that is called so needs no word.
        other = self.baseline and self.baseline.lower() != "baseline"
        baseline = f"; baseline is {self.baseline}" if other else ""
        return self.told(f"value at {', '.join(self.visit_labels)}{baseline}")


@shape(by="visit")
class RepeatedInRows(Repeated, DatedRecords):
    """A value at several visits, a row a visit."""

    column: ValueColumn = key("Column of the value.")
    visit: VisitWindows | Visit = key("How visits are told.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")


@shape
class RepeatedInColumns(Repeated):
    """A value at several visits, a column a visit."""

    visits: VisitPattern | Annotated[dict[ValueColumn, VisitLabel], Rule(minProperties=2)] = key(
        "Visits in order: column to label, or a pattern of the columns' names."
    )

    @property
    def columns(self) -> dict[str, str]:
        """Column -> label of its visit, in order."""
        return self.visits.columns if isinstance(self.visits, VisitPattern) else self.visits

    @property
    def visit_labels(self) -> list[str]:
        return list(self.columns.values())


def check_dated(files: Files, name: str, entry: Given, columns: Columns) -> None:
    """Dates of records, and windows of visits with what they need."""
    document = files.endpoints
    keys = ("windows", "outside")
    needed = ("date", "start", *keys) if set(keys) & set(entry) else ("date",) * ("start" in entry)
    lacking = [key for key in needed if key not in entry]
    if lacking:
        expected = "date with start; date, start and outside with windows"
        document.add((name,), f"no {one_of(lacking)}", expected)
    labels = list(entry.get("visit", {}).get("labels", {}).values())
    for label, (low, high) in entry.get("windows", {}).items():
        place = (name, "windows", label)
        known(document, place, label, labels, "the label of a visit")
        if low > high:
            document.add(place, f"{low} to {high}", "the first day first")


ENTRIES = {"repeated": RepeatedInRows | RepeatedInColumns}

CHECKS = {"repeated": check_dated}
