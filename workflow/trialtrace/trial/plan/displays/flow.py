"""Flow of the patients."""

from __future__ import annotations

from trialtrace.config.compose import Path_
from trialtrace.config.spec import Distinct, key, optional, shape
from trialtrace.trial.check_conditions import check_condition
from trialtrace.trial.context import Files, known
from trialtrace.trial.endpoints import check_derived as derived
from trialtrace.trial.plan.displays import names
from trialtrace.trial.plan.displays.display import Display
from trialtrace.trial.plan.methods import OWN_TREATMENT
from trialtrace.trial.words import Condition, Name, Text


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


def _check(files: Files, place: Path_, given: FlowDisplay) -> None:
    for position, name in enumerate(given.analysed):
        names.analysis(files, (*place, "analysed", position), name)
    if given.received is not None:
        columns = derived.columns_of_analysis(files, "measure")
        here = (*place, "received")
        check_condition(files.plan, here, given.received, columns, "a column of ADSL")
    if given.excluded is not None:
        _excluded(files, (*place, "excluded"), given.excluded.variable)
    if given.ended is not None:
        _ended(files, (*place, "ended"), given.ended)


def _ended(files: Files, place: Path_, given: Ended) -> None:
    name, what = given.variable, "a variable of subjects"
    if known(files.plan, (*place, "variable"), name, files.subject_variables, what):
        derived.check_levels(files, (*place, "variable"), name)
        for position, level in enumerate(given.completed):
            at = (*place, "completed", position)
            known(files.plan, at, level, files.subject_choices(name), f"a label of {name}")


def _excluded(files: Files, place: Path_, name: str) -> None:
    """Reasons of those without an arm, which only a design of one arm a subject can tell."""
    if files.trial.get("design", "kind") in OWN_TREATMENT:
        files.plan.add(
            place, found="subjects without an arm", expected="a design of one arm a subject"
        )
    elif known(
        files.plan, (*place, "variable"), name, files.subject_variables, "a variable of subjects"
    ):
        derived.check_levels(files, (*place, "variable"), name)


DISPLAY = Display(
    "flow",
    "Flow of the patients.",
    FlowDisplay,
    _check,
    figure="flow",
    once=True,
    results=True,
)
