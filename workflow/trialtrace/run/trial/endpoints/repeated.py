"""Entries of values over several rows of a subject."""

from typing import Annotated, Literal

from trialtrace.base.config.names import Text, VisitLabel
from trialtrace.base.config.references import SubjectDate
from trialtrace.base.config.spec import Rule, key, optional, shape
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
    VisitDates,
    WithoutValues,
    table_words,
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


WORDS = {
    "sd": "standard deviation",
    "min": "lowest",
    "max": "highest",
    "distinct": "number of values",
}


@shape
class Aggregate(TableEntry, Coded):
    """One number from several rows of a subject."""

    column: ValueColumn = key("Column of the values.")
    visit: VisitDates | None = optional("How visits are told.")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")
    side: Side | None = optional("How sides of the body are told (LAT).")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    unit: Text | None = optional("Unit of the value.")
    scale: Scale | None = optional("Scale of the value.")
    start: SubjectDate | None = optional(
        "Subject variable with a date: dates of the column become days since it."
    )
    statistic: Literal[
        "mean", "median", "sd", "min", "max", "sum", "span", "count", "distinct", "quantile"
    ] = key(
        "Statistic of the values: sd divides by n - 1; span is the highest less the "
        "lowest (of dates: days); quantile interpolates as R's type 7."
    )
    quantile: float | None = optional(
        "Share below the quantile; needed with statistic: quantile.",
        exclusiveMinimum=0,
        exclusiveMaximum=1,
        constant="share below the quantile",
    )
    min_rows: int | None = optional(
        "Fewest values for a result; 1 where it is left out (counts: 0).",
        minimum=0,
        constant="least number of values",
    )
    without_rows: WithoutValues | None = optional(
        "What a record without any row is: 0 or missing (so where it is left out); zero "
        "only for count, distinct and sum."
    )

    @property
    def endpoint_kind(self) -> str:
        return self.kind

    def rule(self, labels: Labels) -> str:
        statistic = WORDS.get(self.statistic, self.statistic)
        statistic += f" {self.quantile:g}" if self.quantile is not None else ""
        what = labels.column(self.table, self.column)
        what += f", in days since {labels.variable(self.start)}," if self.start else ""
        return self.told(f"{statistic} of {what} over the rows of {table_words(self.table)}")


ENTRIES = {
    "repeated": RepeatedInRows | RepeatedInColumns,
    "aggregate": Aggregate,
}
