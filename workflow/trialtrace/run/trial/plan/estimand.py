"""An estimand (ICH E9(R1))."""

from typing import Annotated, Literal

from trialtrace.base.config.names import Name, Text, VisitLabel
from trialtrace.base.config.references import ArmName, PopulationName, Ref
from trialtrace.base.config.spec import Distinct, Filled, key, optional, shape
from trialtrace.run.trial.plan.methods import ANALYSABLE

AnalysedEndpoint = Annotated[Name, Ref("endpoints", ANALYSABLE)]


@shape
class Treatment:
    """What is compared."""

    of: ArmName | Distinct[ArmName] = key(
        "Treated arm, or a list of them. Models and tests of all arms are made of the "
        "arms named here and the reference: of three arms name both others to have the "
        "third in the model.",
        expected="an arm or a list of arms",
    )
    to: ArmName = key("Reference arm.")
    reason: Text | None = optional(
        "Why the control (`control: true` of trial.yaml) is among the treated arms and another arm "
        "the reference; the report says it. Needed where that is so."
    )


@shape
class Death:
    """By which time a patient counts as dead: after it no missing value is imputed."""

    of: Name = key("Endpoint of kind time_to_event with `terminal: true`; its event is the death.")
    day: float | None = optional(
        "Days of that time by which whoever died has no value, at whatever visit.",
        exclusiveMinimum=0,
    )
    days: Filled[VisitLabel, float] | None = optional(
        "The same by visit, of each visit that is analysed; one of `day`, `days` and `before`."
    )
    before: Literal[True] | None = optional(
        "The outcome is what happened before death, so that whoever died has one, known or not."
    )


@shape
class Intercurrent:
    """An intercurrent event."""

    event: Text = key("What happens.")
    strategy: Literal[
        "treatment policy",
        "hypothetical",
        "composite",
        "while on treatment",
        "while alive",
        "principal stratum",
    ] = key("How it is handled.")
    death: Death | None = optional(
        "The event is death. Needed for analyses that impute, in a trial with an endpoint of kind "
        "time_to_event with `terminal: true`: while alive, and of binary outcomes composite, "
        "refuse to impute what is missing after it; hypothetical imputes it as if nobody had died, "
        "and the summary must call it that."
    )


@shape
class Estimand:
    """An estimand."""

    treatment: Treatment = key("What is compared.")
    population: PopulationName = key("Population.")
    variable: AnalysedEndpoint | Distinct[AnalysedEndpoint] = key(
        "Endpoint, or a list of them; an entry of endpoints.yaml that makes several "
        "stands for all. Results of a list carry `;parameter=`.",
        expected="an endpoint or a list of endpoints",
    )
    intercurrent: tuple[Intercurrent, ...] = key(
        "Intercurrent events, each with its strategy; an empty list where there are none."
    )
    summary: Text = key("Population-level summary, in words.")
