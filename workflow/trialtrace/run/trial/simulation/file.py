"""What stands in simulation.yaml."""

from typing import Annotated

from trialtrace.audit.ledger.shape import Unread as Content
from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import Distinct, Filled, Rule, key, optional, shape

FILE = "simulation.yaml"
# A replicate takes a hundredth of a second or more; more would tell nothing more.
MOST_REPLICATES = 1_000_000
# One trial of so many takes some GB of memory and a minute.
MOST_PATIENTS = 100_000
Patients = Annotated[int, Rule(minimum=2)]


@shape
class Truth:
    """What is taken to be true: cohort.yaml, but for what is said here."""

    label: Text | None = optional("What pages call it; its name where it is left out.")
    why: Text = key("Why it is looked at.")
    no_effect: bool | None = optional(
        "Whether it is one without an effect: what the analyses rest on may not hang on the arm, "
        "so that every effect is none, exactly, and what is rejected is a type I error."
    )
    patients: Filled[Name, Patients] | Patients | None = optional(
        "Patients of each arm in each trial, or of the trial where a patient is not in one arm; "
        f"shares stay. At most {MOST_PATIENTS} together; those of cohort.yaml where left out.",
        expected="{arm: number of patients} for every arm, or a number",
    )
    quantities: Filled[Name, Content] | None = optional(
        "Quantities of cohort.yaml that are otherwise, in its words: the keys that stand here take "
        "the place of the quantity's, whole; with `level` it is a whole quantity, or a new one. "
        "Numbers may tell the arms apart."
    )


@shape
class SimulationFile:
    """Trials drawn from cohort.yaml under stated truths, each analysed by the plan."""

    of: Distinct[Name] | None = optional(
        "Analyses of the plan; the primary ones where it is left out."
    )
    replicates: int = key("Trials drawn under each truth.", minimum=2, maximum=MOST_REPLICATES)
    seed: int = key("Seed of the trials; a trial has a seed of its own, by its number.", minimum=0)
    truths: Filled[Name, Truth] = key("Truths by their names, in the order of pages.")
