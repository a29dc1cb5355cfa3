"""What stands in simulation.yaml."""

from typing import Annotated

from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.references import AnalysisName, ArmName, EndpointName
from trialtrace.base.config.spec import Distinct, Filled, Rule, key, optional, shape

FILE = "simulation.yaml"
# A replicate takes a hundredth of a second or more; more would tell nothing more.
MOST_REPLICATES = 1_000_000
# One trial of so many takes some GB of memory and a minute.
MOST_PATIENTS = 100_000
Patients = Annotated[int, Rule(minimum=2)]


@shape
class DrawnEndpoint:
    """An endpoint of a trial without a script: what is true in the control arm, and its effect."""

    control: float = key(
        "Level of the control arm: the probability of an event, the mean of a measure, or the "
        "median of a time in days."
    )
    effect: Filled[ArmName, float] | float | None = optional(
        "What another arm has: a difference of probabilities or means, or a hazard ratio; for "
        "every other arm, or {arm: effect}. None (0, or a ratio of 1) where it is left out."
    )
    sd: float | None = optional(
        "Standard deviation of a measure, in every arm.", exclusiveMinimum=0
    )
    follow_up: float | None = optional(
        "Days after which times are censored; each patient is followed so long.", exclusiveMinimum=0
    )


@shape
class Truth:
    """What is taken to be true, but for what is not said here."""

    label: Text | None = optional("What pages call it; its name where it is left out.")
    why: Text = key("Why it is looked at.")
    no_effect: bool | None = optional(
        "Whether it is one without an effect: no parameter may differ between the arms, so that "
        "every effect is none, exactly, and what is rejected is a type I error."
    )
    patients: Filled[Name, Patients] | Patients | None = optional(
        "Patients of each arm in each trial, or of the trial where a patient is not in one arm. At "
        f"most {MOST_PATIENTS} together; those of the trial where left out.",
        expected="{arm: number of patients} for every arm, or a number",
    )
    parameters: Filled[Name, Filled[Name, float] | float | bool] | None = optional(
        "Of a synthetic trial: parameters of TRUTH in scripts/cohorts/TRIAL.py that are otherwise, "
        "each a number, or {arm: number} where it may differ between the arms."
    )
    endpoints: Filled[EndpointName, DrawnEndpoint] | None = optional(
        "Of any other trial: what is true of the endpoints of the analyses that are looked at."
    )


@shape
class SimulationFile:
    """Trials drawn under stated truths, each analysed by the plan."""

    of: Distinct[AnalysisName] | None = optional(
        "Analyses of the plan; the primary ones where it is left out."
    )
    replicates: int = key("Trials drawn under each truth.", minimum=2, maximum=MOST_REPLICATES)
    seed: int = key("Seed of the trials; a trial has a seed of its own, by its number.", minimum=0)
    truths: Filled[Name, Truth] = key("Truths by their names, in the order of pages.")
