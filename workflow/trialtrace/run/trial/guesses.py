"""guesses.yaml: what a draft guessed of a trial, and what of it nobody has confirmed yet.

`trialtrace new` writes it and `trialtrace confirm` works it off. Pages are stamped with what is
open; as long as an entry that blinds is open, nothing is computed by arm.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from trialtrace.base.config.names import Sha256, Text
from trialtrace.base.config.spec import Distinct, entry_name, key, optional, shape
from trialtrace.run.trial.study.file import Design

if TYPE_CHECKING:
    from trialtrace.run.trial.study.file import Population, TableSpec

FILE = "guesses.yaml"


@shape
class Guess:
    """Something that was guessed."""

    name: str = entry_name(default="")
    file: Literal[
        "trial.yaml", "dictionary.csv", "cleaning.yaml", "endpoints.yaml", "plan.yaml"
    ] = key("File of this folder in which it stands.")
    key_: Text = key("Where it stands in the file.")
    value: Text = key("What was guessed.")
    evidence: Text = key("Why.")
    blinds: bool = optional(
        "Whether nothing is computed by arm as long as this is open.", empty=bool
    )


@shape
class GuessesFile:
    """What a draft guessed, each until it is confirmed."""

    given: Distinct[Text] = key("Files and registry items that `trialtrace new` was given.")
    told: dict[Text, Text] = optional(
        "What it was told by flags and answers: flag to value.", empty=dict
    )
    drafted: dict[Text, Sha256] = optional(
        "Checksum of each file as it was drafted: a file that is still so can be drafted anew.",
        empty=dict,
    )
    guesses: dict[Text, Guess] = key("What nobody has confirmed yet; empty once all is.")

    @property
    def blind(self) -> bool:
        """Whether arms, control or the primary endpoint wait to be confirmed."""
        return any(guess.blinds for guess in self.guesses.values())

    @property
    def stamp(self) -> str:
        """What every page says: draft, 3 guesses; nothing where none is open."""
        n = len(self.guesses)
        if not n:
            return ""
        blind = "; blinded: nothing is computed by arm" if self.blind else ""
        return f"Draft, {n} guess{'es' if n > 1 else ''}{blind}"


def pooled_design(design: Design) -> Design:
    """The design of a blinded draft: no arm is known, and every patient counts once.

    It is that of trials in which a patient has every treatment, whose results are of all patients.
    """
    return replace(design, kind="within_subject", arms={})


def pooled_tables(tables: dict[str, TableSpec]) -> dict[str, TableSpec]:
    """The tables without their arms, so that no derived row holds one."""
    return {name: replace(table, arm=None, arm_of=None) for name, table in tables.items()}


def pooled_populations(
    populations: dict[str, Population], *, endpoints: bool
) -> dict[str, Population]:
    """The populations that can be told without arms; by `endpoints` where these are derived."""
    return {
        name: population
        for name, population in populations.items()
        if not (population.by_arm or (population.endpoints and not endpoints))
    }


def pooled_plan(data: dict[str, object]) -> dict[str, object]:
    """A plan of the baseline table and the flow alone, over all patients: designs are of arms."""
    displays = data.get("displays", {})
    entry: dict[str, object] = {"flow": {"analysed": []}}
    if isinstance(displays, dict) and isinstance(baseline := displays.get("baseline"), dict):
        entry["baseline"] = baseline | {"overall": True}
    without: dict[str, object] = {
        "estimands": {},
        "analyses": {},
        "multiplicity": {},
        "planning": {},
    }
    return {**data, **without, "displays": entry}
