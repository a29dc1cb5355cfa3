"""What stands in multiverse.yaml."""

from typing import Annotated, Literal

from trialtrace.audit.ledger.shape import Unread as Content
from trialtrace.base.config.names import AnalysedValue, Condition, Name, Text, VisitLabel
from trialtrace.base.config.references import (
    AnalysisName,
    Endpoints,
    EntryName,
    PopulationName,
    SubjectVariable,
)
from trialtrace.base.config.spec import (
    AS_WRITTEN,
    Distinct,
    Filled,
    Listed,
    Rule,
    key,
    optional,
    shape,
)
from trialtrace.run.trial.plan.steps import EstimateStep

FILE = "multiverse.yaml"
# More would not be looked at, and an estimate of each takes some milliseconds.
MOST_SPECIFICATIONS = 1_000_000
# A step of `estimates` of the plan, kept as it is written: levels add options to it.
Estimate = Annotated[EstimateStep, AS_WRITTEN]
# Keys of an endpoint as endpoints.yaml has them: which it may have is told when they are in place.
EndpointKeys = Annotated[
    Content,
    AS_WRITTEN,
    Rule(minProperties=1, expected="keys of the endpoint, as in endpoints.yaml"),
]


@shape
class Level:
    """A level of a factor: what it changes, in the words of plan.yaml."""

    why: Text | None = optional("Why this level is defensible, where the factor does not say it.")
    registered: bool | None = optional("Whether this is the level that was registered.")
    published: bool | None = optional("Whether this is the level that was published.")
    population: PopulationName | None = optional(
        "Population of trial.yaml in place of the estimand's."
    )
    variable: Endpoints | None = optional("Endpoint of endpoints.yaml in place of the estimand's.")
    where: Condition | None = optional(
        "Condition over columns of the derived data; with those of other levels, all must be met."
    )
    endpoints: Filled[EntryName, EndpointKeys] | None = optional(
        "Entries of endpoints.yaml by their names, each with keys in place of its own, and empty "
        "where it is to have none: a threshold, a missing-data rule, a conversion table. The "
        "endpoints that are made from these follow."
    )
    asks: Literal["the_same", "another"] | None = optional(
        "Whether by these `endpoints` the same question is asked, measured otherwise, or another "
        "one, whose estimates are a curve of their own; needed with endpoints."
    )
    visits: Distinct[VisitLabel] | None = optional("Labels of visits in place of the analysis's.")
    value: AnalysedValue | None = optional("What is analysed, as in plan.yaml.")
    estimate: Estimate | None = optional("Estimate in place of the file's, as in plan.yaml.")
    covariates: Distinct[SubjectVariable] | None = optional(
        "Covariates added to those of the estimate."
    )
    strata: Distinct[SubjectVariable] | None = optional("Strata added to those of the estimate.")
    known: Literal["before_randomisation", "after_randomisation", "not_recorded"] | None = optional(
        "When that was known by which this level chooses patients or adjusts; needed with "
        "population, where, covariates and strata; with endpoints where their keys choose by "
        "what is no outcome, such as attendance. What was not known before randomisation is "
        "estimated and shown, and not tested."
    )


@shape
class Factor:
    """A choice with its levels, in their order."""

    label: Text = key("What is chosen, in words.")
    why: Text = key("Why each of its levels is defensible.")
    levels: Annotated[dict[Name, Level], Rule(minProperties=2, expected="two levels or more")] = (
        key("Levels by their names, in the order of pages.")
    )


@shape
class MultiverseFile:
    """Every combination of the levels of all factors is a specification of one analysis."""

    of: AnalysisName = key(
        "Analysis of the plan that is varied; its tests and descriptions are not."
    )
    estimate: Estimate = key("Its estimate where no level has another, as in plan.yaml.")
    limit: int = key(
        "How many specifications there may be at most.", minimum=1, maximum=MOST_SPECIFICATIONS
    )
    draws: int = key("Re-randomisations.", minimum=99, maximum=10_000_000)
    seed: int = key("Seed of the re-randomisations.", minimum=0)
    factors: Filled[Name, Factor] = key("Factors by their names, in the order of pages.")
    forbid: Listed[dict[Name, Name]] | None = optional(
        "Combinations that make no sense: level by factor. What has all of these is left out."
    )
