"""Entries of values over several rows of a subject."""

from typing import Annotated, Literal

from trialtrace.base.config.names import Text, VisitLabel
from trialtrace.base.config.references import DATED, NUMERIC, SubjectDate
from trialtrace.base.config.spec import Rule, key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import (
    Columns,
    Files,
    Given,
    column,
    known,
    proposed_codes,
    told_kind,
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


def _check_aggregate(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document, statistic = files.endpoints, entry["statistic"]
    if (statistic == "quantile") != ("quantile" in entry):
        document.add(
            (name, "statistic"),
            f"{statistic} {'with' if 'quantile' in entry else 'without'} quantile",
            "quantile with statistic: quantile, and only there",
        )
    if entry.get("without_rows") == "zero" and statistic not in ("count", "distinct", "sum"):
        expected = "missing; zero only for count, distinct and sum"
        document.add((name, "without_rows"), f"zero for a {statistic}", expected)
    if "codes" in entry and statistic in ("count", "distinct"):
        found = f"codes with statistic: {statistic}, which asks for no numbers"
        document.add((name, "codes"), found, "no codes")
    variable = (columns or {}).get(entry["column"])
    if variable is None or not variable.kind or statistic in ("count", "distinct"):
        return
    if "codes" in entry:
        return
    if variable.kind == "text":
        document.add(
            (name, "column"),
            f"{variable.name}, a column of {told_kind(variable)}",
            "a column of number or integer by the dictionary, or `codes`",
            do=proposed_codes(variable),
        )
        return
    allowed: tuple[str, ...] = (*NUMERIC, "date") if statistic == "span" else NUMERIC
    allowed = DATED if "start" in entry else allowed
    column(document, (name, "column"), entry["column"], columns, allowed)


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


ENTRIES = {
    "repeated": RepeatedInRows | RepeatedInColumns,
    "aggregate": Aggregate,
}

CHECKS = {
    "repeated": check_dated,
    "aggregate": _check_aggregate,
}
