"""What stands in claims.yaml."""

from typing import Annotated, Literal

from trialtrace.audit.ledger.paper import About
from trialtrace.audit.ledger.shape import Expression, Published, SourceItems
from trialtrace.base.config.names import Effect, Name, Text, VisitLabel
from trialtrace.base.config.references import ArmName, Ref
from trialtrace.base.config.spec import Filled, Rule, key, optional, shape

BASELINE, FLOW, ADVERSE, ALL = "baseline", "flow", "adverse_events", "all"
# What claims name in place of an analysis: what the report shows beside these.
OF_DISPLAYS = (BASELINE, FLOW, ADVERSE)


@shape
class Compare:
    """Comparison, where an analysis has several."""

    of: ArmName = key("Treated arm.")
    to: ArmName = key("Reference arm.")


@shape
class Is:
    """What recomputes the number."""

    analysis: Annotated[Name, Ref("analysis", also=OF_DISPLAYS)] = key(
        "Analysis of the plan, or baseline, or flow."
    )
    group: Annotated[Name, Ref("arm", also=(ALL,))] | None = optional("Arm, or all.")
    compare: Compare | None = optional("Comparison, where an analysis has several.")
    stat: str | None = optional(
        "Statistic, as statistic.method; the proportion where it is left out.",
        expected="a statistic such as p_value.fisher",
        pattern="^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)?$",
    )
    visit: VisitLabel | None = optional("Label of the visit.")
    stratum: str | None = optional(
        "Stratum, as variable=level.",
        expected="variable=level, such as sod=No",
        pattern="^[a-z][a-z0-9_]*=.+$",
    )
    population: Name | None = optional("Population of the baseline table, where it has two.")
    parameter: Name | None = optional("Variable of the baseline table, or endpoint.")
    level: Text | None = optional("Level of that variable, by its label, in quotes.")
    time: float | None = optional("Time of a curve, as the plan lists it.", minimum=0)
    effect: Effect | None = optional("Effect of an analysis of variance.")
    category: float | None = optional("Value of an ordinal endpoint whose share it is.")
    contrast: Name | None = optional("Contrast of arms, by the name that its step gives it.")
    term: Text | None = optional(
        "Term of a coefficient: arm, time, intercept, a covariate, or covariate=level."
    )
    as_: (
        Literal[
            "percent",
            "percent_reduction",
            "percent_decrease",
            "years_from_days",
            "months_from_days",
            "inverse",
            "log",
            "value",
        ]
        | None
    ) = optional("How the number is printed.")
    factor: float | None = optional(
        "What the result times this is printed: 10 where millimetres are printed and the data have "
        "centimetres, 0.001 for thousands.",
        exclusiveMinimum=0,
    )


@shape(last=True)
class Other:
    """What an arm or a stratum is compared with."""

    than: Text = key("Arm; with `by` a stratum, by its label.")
    by: Name | None = optional("Variable whose strata are compared in place of arms.")


@shape(by="lower")
class DirectionLower(Other):
    """The first is lower."""

    lower: Text = key("Arm; with `by` a stratum, by its label.")


@shape(by="higher")
class DirectionHigher(Other):
    """The first is higher."""

    higher: Text = key("Arm; with `by` a stratum, by its label.")


@shape(last=True)
class Tied:
    """What ties a number to others of its paper."""

    about: About | None = optional(
        "What the number is about; numbers about the same outcome, population, visit and "
        "stratum are held against each other."
    )


@shape(by="is")
class ClaimIs(Expression, Tied):
    """A number that the data can recompute."""

    is_: Is = key("What recomputes the number.")
    direction: (
        Annotated[
            DirectionLower | DirectionHigher,
            Rule(expected="{lower: arm, than: arm} or {higher: arm, than: arm}"),
        ]
        | None
    ) = optional("Which arm is said to be lower or higher, where no number is printed.")
    readings: None = optional("What it may be.", expected="either is or readings, not both")
    cannot: None = optional("Why nothing recomputes it.", expected="either is or cannot, not both")


@shape
class Reading:
    """One thing that a printed number may be."""

    label: Text = key("What the number is by this reading, in words.")
    is_: Is = key("What recomputes it then.")


@shape(by="readings")
class ClaimReadings(Expression, Tied):
    """A number of which the paper does not say what it is: one claim, several readings."""

    readings: Annotated[Filled[Name, Reading], Rule(minProperties=2)] = key(
        "What the number may be: a claim that agrees with one of them holds."
    )
    cannot: None = optional(
        "Why nothing recomputes it.", expected="either readings or cannot, not both"
    )


@shape(by="cannot")
class ClaimCannot(Expression, Tied):
    """A number that nothing recomputes."""

    cannot: Text = key("Why nothing recomputes it.")


DeclaredClaim = Annotated[
    ClaimIs | ClaimReadings | ClaimCannot,
    Rule(expected="is (what recomputes it), readings (what it may be) or cannot (why nothing can)"),
]


@shape
class ClaimsFile(Published):
    """Published numbers to audit."""

    claims: dict[Name, DeclaredClaim] = key("Claims: one printed expression each.")
    items: SourceItems | None = optional(
        "What the texts tell besides, each with what covers it: for `trialtrace sources`."
    )
