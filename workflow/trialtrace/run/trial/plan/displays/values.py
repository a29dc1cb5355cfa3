"""Values and estimates: forests, bars, courses, and what single patients had."""

from typing import Annotated, Literal

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Column, Name, StepName, Text
from trialtrace.base.config.references import NUMERIC, Endpoints, Ref
from trialtrace.base.config.spec import Distinct, key, optional, shape
from trialtrace.run.trial.context import Files, column
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OfAnalyses, OfEndpoint, OfTable
from trialtrace.run.trial.plan.options import HigherLower


@shape
class Forest(OfAnalyses):
    """A forest plot."""

    estimate: StepName | Distinct[StepName] = key(
        ("Estimate that is drawn, as statistic.method, or a list of methods of one statistic."),
        expected="statistic.method, or a list of them",
    )
    better: HigherLower | None = optional(
        "Which values of the endpoints are better: the axis says then which side favours which "
        "arm. Left out, it says so where the scales of all endpoints do, else where there is less."
    )


@shape
class Bar(OfAnalyses):
    """Bars: a group for each analysis, visit and subgroup, a bar an arm."""

    estimate: StepName = key("Proportion that is drawn, as proportion.method.")
    threshold: float | None = optional(
        "A share that the others are held against, drawn as a line; of a primary analysis this "
        "figure then stands in the summary."
    )


@shape
class Band:
    """A range."""

    label: Text = key("Label.")
    from_: float = key("Smallest value.")
    to: float = key("Largest value.")


@shape
class Stacked(OfEndpoint):
    """Stacked bars, a panel an arm."""

    endpoint: Endpoints = key(
        "Endpoint with values; its visits, if it has some, stand side by side."
    )
    missing: Literal["shown", "left_out"] = key(
        "Whether patients without a value are a category of their own."
    )
    bands: Distinct[Band] | None = optional(
        "Ranges of values that are one category, in order; without them each value is one."
    )


@shape
class Profile(OfEndpoint):
    """A profile."""

    endpoint: Endpoints | Distinct[Endpoints] = key(
        "Endpoint with visits, or a list of them: a panel each.",
        expected="an endpoint or a list of endpoints",
    )


@shape
class Spaghetti(OfEndpoint):
    """Courses, a panel an arm."""

    endpoint: Endpoints | Distinct[Endpoints] = key(
        "Endpoint with visits, or a list of them: a row of panels each.",
        expected="an endpoint or a list of endpoints",
    )


@shape
class Missingness(OfEndpoint):
    """Which visits have a value: rows of patterns, a panel an arm."""

    endpoint: Endpoints | Distinct[Endpoints] = key(
        "Endpoint with visits, or a list of them: a row of panels each.",
        expected="an endpoint or a list of endpoints",
    )


@shape
class DoseIntensity(OfEndpoint):
    """Dots and boxes by arm; dots only where disclosure is full."""

    endpoint: Endpoints | Distinct[Endpoints] = key(
        "Endpoint with one value a patient, or a list of them: a panel each.",
        expected="an endpoint or a list of endpoints",
    )
    threshold: float | None = optional("Value at which a line is drawn.")


@shape
class HeatMap(OfTable):
    """A map of sessions, a line a patient."""

    endpoint: Annotated[Name, Ref("endpoints", ("attendance",))] = key(
        "Endpoint of kind attendance: its table is drawn."
    )
    day: Column = key("Column of its table with the number of the day or of the session.")
    day_label: Text | None = optional("Label of the axis; Day without it.")


def _check_heat_map(files: Files, place: Path_, heat_map: HeatMap) -> None:
    for columns in names.of_table(files, place, heat_map):
        column(files.plan, (*place, "day"), heat_map.day, columns, (*NUMERIC, "date"))


DISPLAYS = (
    Display("forest", "Forest plots.", Forest, names.estimates),
    Display("bars", "Proportions as bars with their intervals.", Bar, names.estimates),
    Display("stacked", "Categories as stacked bars over visits.", Stacked, names.valued),
    Display("profile", "Values over the visits.", Profile, names.repeated),
    Display(
        "spaghetti",
        "Every patient's course with means; drawn only where disclosure is full.",
        Spaghetti,
        names.repeated,
        single_patients=True,
    ),
    Display(
        "missingness",
        "Which visits have a value, by patterns of missing ones.",
        Missingness,
        names.repeated,
    ),
    Display(
        "dose_intensity",
        "A value of each patient as dots with median and quartiles.",
        DoseIntensity,
        names.valued,
    ),
    Display(
        "heat_map",
        "Sessions of every patient by day; drawn only where disclosure is full.",
        HeatMap,
        _check_heat_map,
        single_patients=True,
    ),
)
