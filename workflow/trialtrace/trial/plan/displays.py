"""What the report shows beside the analyses."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.config.spec import Distinct, Listed, Rule, key, optional, shape
from trialtrace.trial.plan.options import TwoByTwoTest
from trialtrace.trial.words import Column, Condition, Name, StepName, Text, TimeUnit, VisitLabel


@shape
class Baseline:
    """Table of the subjects at entry."""

    population: Name = key("Population.")
    overall: bool = key("Whether a column of all arms is shown.")
    variables: Distinct[Name] = key(
        "Variables of `subjects`, in order; age, sex and site by these names."
    )


@shape
class Ended:
    """Who did not complete the trial, by reason."""

    variable: Name = key("Variable of `subjects` with the end of the trial or the reason.")
    completed: tuple[Text, ...] = key(
        "Its values that mean that the trial was completed; all others are reasons.",
        minItems=0,
        uniqueItems=True,
    )


@shape
class Excluded:
    """Where the subjects' table has everybody who was assessed: why those without an arm were
    not randomised."""

    variable: Name = key("Variable of `subjects` with the reason.")


@shape
class FlowDisplay:
    """Flow of the patients."""

    analysed: Distinct[Name] = key("Analyses whose numbers end the flow.")
    received: Condition | None = optional(
        "Who received the treatment: a condition over columns of ADSL."
    )
    ended: Ended | None = optional("Who did not complete the trial, by reason.")
    excluded: Excluded | None = optional(
        "Where the subjects' table has everybody who was assessed: why those without an "
        "arm were not randomised."
    )


@shape
class Forest:
    """A forest plot."""

    title: Text = key("Title.")
    of: Distinct[Name] = key("Analyses, in order.")
    estimate: StepName | Distinct[StepName] = key(
        ("Estimate that is drawn, as statistic.method, or a list of methods of one statistic."),
        expected="statistic.method, or a list of them",
    )


@shape
class KaplanMeierFigure:
    """Survival curves, an arm each."""

    title: Text = key("Title.")
    endpoint: Name = key("Endpoint of kind time_to_event.")
    population: Name = key("Population.")
    unit: TimeUnit = key("Unit of the axis; times are in days.")
    axis: Text | None = optional(
        "What the axis of time is called, in place of “… since …”; its unit is added."
    )
    at: Distinct[Annotated[float, Rule(minimum=0)]] = key(
        "Times of the table of numbers at risk, in days."
    )
    where: Condition | None = optional(
        "Condition over columns of the derived data (LOC, LAT, and those of the "
        "subjects); only rows that meet it are shown."
    )


@shape
class Profile:
    """A profile."""

    title: Text = key("Title.")
    endpoint: Name | Distinct[Name] = key(
        "Endpoint with visits, or a list of them: a panel each.",
        expected="an endpoint or a list of endpoints",
    )
    population: Name = key("Population.")
    where: Condition | None = optional(
        "Condition over columns of the derived data (LOC, LAT, and those of the "
        "subjects); only rows that meet it are shown."
    )


@shape
class Bar:
    """Bars: a group for each analysis, visit and subgroup, a bar an arm."""

    title: Text = key("Title.")
    of: Distinct[Name] = key("Analyses, in order.")
    estimate: StepName = key("Proportion that is drawn, as proportion.method.")


@shape
class Band:
    """A range."""

    label: Text = key("Label.")
    from_: float = key("Smallest value.")
    to: float = key("Largest value.")


@shape
class Stacked:
    """Stacked bars, a panel an arm."""

    title: Text = key("Title.")
    endpoint: Name = key("Endpoint with values; its visits, if it has some, stand side by side.")
    population: Name = key("Population.")
    missing: Literal["shown", "left_out"] = key(
        "Whether patients without a value are a category of their own."
    )
    bands: Distinct[Band] | None = optional(
        "Ranges of values that are one category, in order; without them each value is one."
    )
    where: Condition | None = optional(
        "Condition over columns of the derived data (LOC, LAT, and those of the "
        "subjects); only rows that meet it are shown."
    )


@shape
class IntervalSurvival:
    """Turnbull's estimate, an arm each."""

    title: Text = key("Title.")
    endpoint: Name = key("Endpoint of kind interval_time.")
    population: Name = key("Population.")
    unit: TimeUnit = key("Unit of the axis; times are in days.")
    axis: Text | None = optional(
        "What the axis of time is called, in place of “… since …”; its unit is added."
    )
    at: Distinct[Annotated[float, Rule(minimum=0)]] = key("Times that the axis marks, in days.")
    where: Condition | None = optional(
        "Condition over columns of the derived data (LOC, LAT, and those of the "
        "subjects); only rows that meet it are shown."
    )


@shape
class Spaghetti:
    """Courses, a panel an arm."""

    title: Text = key("Title.")
    endpoint: Name | Distinct[Name] = key(
        "Endpoint with visits, or a list of them: a row of panels each.",
        expected="an endpoint or a list of endpoints",
    )
    population: Name = key("Population.")
    where: Condition | None = optional(
        "Condition over columns of the derived data (LOC, LAT, and those of the "
        "subjects); only rows that meet it are shown."
    )


@shape
class PairedSlope:
    """Pairs joined by lines, a panel an arm."""

    title: Text = key("Title.")
    endpoint: Name = key("Endpoint with visits.")
    population: Name = key("Population.")
    visits: tuple[VisitLabel, ...] = key(
        "The visit before and the visit after.", minItems=2, maxItems=2, uniqueItems=True
    )
    where: Condition | None = optional(
        "Condition over columns of the derived data (LOC, LAT, and those of the "
        "subjects); only rows that meet it are shown."
    )


@shape
class EpsilonCurve:
    """A curve with the estimates of ε marked."""

    title: Text = key("Title.")
    analysis: Name = key("Analysis with an F test within subjects.")
    effect: Text = key("Its effect, as the report names it.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")


@shape
class Tipping:
    """P-values over the possible numbers of events among the missing of two arms."""

    title: Text = key("Title.")
    analysis: Name = key("Analysis that describes a proportion.")
    of: Name = key("First arm.")
    to: Name = key("Second arm.")
    visit: VisitLabel | None = optional("Visit, where the analysis has several.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")
    test: TwoByTwoTest = key("Test; its level is the decision level of the analysis.")


DeltaRange = Annotated[tuple[float, ...], Rule(minItems=2, maxItems=2)]


@shape
class DeltaTipping:
    """P-values over what is added to the imputed values of two arms."""

    title: Text = key("Title.")
    analysis: Name = key("Analysis that estimates a mean difference by multiple imputation.")
    of: Name = key("First arm, treated.")
    to: Name = key("Second arm, the reference.")
    visit: VisitLabel = key("Visit.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")
    of_deltas: DeltaRange = key("Smallest and largest delta of the first arm.")
    to_deltas: DeltaRange = key("Smallest and largest delta of the second arm.")


@shape
class DoseIntensity:
    """Dots and boxes by arm; dots only where disclosure is full."""

    title: Text = key("Title.")
    endpoint: Name | Distinct[Name] = key(
        "Endpoint with one value a patient, or a list of them: a panel each.",
        expected="an endpoint or a list of endpoints",
    )
    population: Name = key("Population.")
    threshold: float | None = optional("Value at which a line is drawn.")
    where: Condition | None = optional(
        "Condition over columns of the derived data (LOC, LAT, and those of the "
        "subjects); only rows that meet it are shown."
    )


@shape
class Swimmer:
    """Cycles on a line a patient, by whether the dose was full, reduced or left out."""

    title: Text = key("Title.")
    endpoint: Name = key("Endpoint of kind dose_intensity: its table is drawn.")
    planned_date: Name | None = optional(
        "Column of the planned date, at which a cycle without a date that was not given is drawn."
    )
    population: Name = key("Population.")
    where: Condition | None = optional(
        "Condition over columns of the table; only rows that meet it are shown."
    )


@shape
class HeatMap:
    """A map of sessions, a line a patient."""

    title: Text = key("Title.")
    endpoint: Name = key("Endpoint of kind attendance: its table is drawn.")
    population: Name = key("Population.")
    day: Column = key("Column of its table with the number of the day or of the session.")
    day_label: Text | None = optional("Label of the axis; Day without it.")
    where: Condition | None = optional(
        "Condition over columns of the table; only rows that meet it are shown."
    )


@shape
class Ridgeline:
    """Ridges, one a patient, the arms laid over each other."""

    title: Text = key("Title.")
    endpoint: Name = key("Endpoint of kind aggregate: the column that it summarises is drawn.")
    population: Name = key("Population.")
    where: Condition | None = optional(
        "Condition over columns of the table; only rows that meet it are shown."
    )


@shape
class AdverseEvent:
    """Patients with any and occurrences by arm: all, by term, by further columns."""

    title: Text = key("Title.")
    endpoint: Name = key("Endpoint of kind occurrence; in one table only.")
    population: Name = key("Population: the denominator.")
    columns: Distinct[Name] | None = optional(
        "Columns of the endpoint's `columns`, in order: grade, seriousness, relation."
    )
    terms: Literal["coded"] | None = optional(
        "`coded`: the terms and columns without choices in the dictionary are words of a "
        "coding system (MedDRA, CTCAE) and may be shown. Needed under restricted "
        "disclosure, since free text tells of persons."
    )


@shape
class Displays:
    """What the report shows beside the analyses; every part may be left out."""

    baseline: Baseline | None = optional("Table of the subjects at entry.")
    flow: FlowDisplay | None = optional("Flow of the patients.")
    forest: Listed[Forest] | None = optional("Forest plots.")
    kaplan_meier: Listed[KaplanMeierFigure] | None = optional("Survival curves.")
    profile: Listed[Profile] | None = optional("Values over the visits.")
    bars: Listed[Bar] | None = optional("Proportions as bars with their intervals.")
    stacked: Listed[Stacked] | None = optional("Categories as stacked bars over visits.")
    cumulative_incidence: Listed[KaplanMeierFigure] | None = optional(
        "Cumulative incidence with competing events."
    )
    interval_survival: Listed[IntervalSurvival] | None = optional(
        "Survival from interval-censored times."
    )
    spaghetti: Listed[Spaghetti] | None = optional(
        "Every patient's course with means; drawn only where disclosure is full."
    )
    paired_slopes: Listed[PairedSlope] | None = optional(
        "Before and after of every patient; drawn only where disclosure is full."
    )
    epsilon_curve: Listed[EpsilonCurve] | None = optional(
        "P-value of an F test within subjects over ε."
    )
    tipping: Listed[Tipping] | None = optional("Tipping-point maps of a binary outcome.")
    delta_tipping: Listed[DeltaTipping] | None = optional(
        "Tipping-point maps of means after multiple imputation."
    )
    dose_intensity: Listed[DoseIntensity] | None = optional(
        "A value of each patient as dots with median and quartiles."
    )
    swimmer: Listed[Swimmer] | None = optional(
        "Cycles of every patient; drawn only where disclosure is full."
    )
    heat_map: Listed[HeatMap] | None = optional(
        "Sessions of every patient by day; drawn only where disclosure is full."
    )
    ridgeline: Listed[Ridgeline] | None = optional(
        "Distributions of many values a patient; drawn only where disclosure is full."
    )
    adverse_events: Listed[AdverseEvent] | None = optional("Tables of adverse events.")
