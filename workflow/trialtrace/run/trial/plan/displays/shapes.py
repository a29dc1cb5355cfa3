"""What the shapes of several displays have in common."""

from typing import Annotated, Literal

from trialtrace.base.config.names import Condition, StepName, Text
from trialtrace.base.config.references import (
    AnalysisName,
    Endpoints,
    PopulationName,
    TableCondition,
)
from trialtrace.base.config.spec import Distinct, Rule, key, optional, shape

Times = Distinct[Annotated[float, Rule(minimum=0)]]
AxisUnit = Literal["seconds", "minutes", "hours", "days", "weeks", "months", "years"]


@shape
class OfAnalyses:
    """Estimates of analyses."""

    title: Text = key("Title.")
    of: Distinct[AnalysisName] = key("Analyses, in order.")
    estimate: StepName | Distinct[StepName] = key("Estimate that is drawn.")


@shape(last=True)
class Rows:
    """Which rows are shown."""

    where: Condition | None = optional(
        "Condition over columns of the derived data (LOC, LAT, and those of the "
        "subjects); only rows that meet it are shown."
    )


@shape
class OfEndpoint(Rows):
    """Derived values of a population."""

    title: Text = key("Title.")
    endpoint: Endpoints | Distinct[Endpoints] = key("Endpoint.")
    population: PopulationName = key("Population.")


@shape
class OverTime(OfEndpoint):
    """With an axis of the time of an endpoint."""

    unit: AxisUnit = key("Unit of the axis, to which the times are converted.")
    axis: Text | None = optional(
        "What the axis of time is called, in place of “… since …”; its unit is added."
    )
    at: Times = key("Times of the axis, in the unit of the endpoint's time.")


@shape(last=True)
class TableRows:
    """Which rows of a table are shown."""

    where: TableCondition | None = optional(
        "Condition over columns of the table; only rows that meet it are shown."
    )


@shape
class OfTable(TableRows):
    """The rows of the clean table behind an endpoint."""

    title: Text = key("Title.")
    endpoint: Endpoints = key("Endpoint.")
    population: PopulationName = key("Population.")
