"""Flow of the patients."""

from typing import Annotated

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.references import (
    AnalysisName,
    LevelVariable,
    SubjectCondition,
    TableName,
)
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import Distinct, Listed, Rule, key, optional, shape
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.why import NO_VALUE, OUTSIDE, UNREPORTED
from trialtrace.run.trial.plan.methods import OWN_TREATMENT


@shape
class Ended:
    """Who did not complete the trial, by reason; of those who `received` where that is given."""

    variable: LevelVariable = key("Variable of `subjects` with the end of the trial or the reason.")
    completed: tuple[Text, ...] = key(
        "Its values that mean that the trial was completed; all others are reasons.",
        minItems=0,
        uniqueItems=True,
    )


@shape
class Excluded:
    """Where the subjects' table has everybody who was assessed: why those without an arm were
    not randomised."""

    variable: LevelVariable = key("Variable of `subjects` with the reason.")


@shape(by="variable")
class Recorded:
    """Reasons that a variable has; whoever has none stands under "reason not reported"."""

    variable: LevelVariable = key("Variable of `subjects` with the reason.")
    no_reason: tuple[Text, ...] = optional(
        "Its values that are no reason, such as that the trial was completed.",
        empty=tuple,
        uniqueItems=True,
    )


@shape
class Reason:
    """A reason, by a condition."""

    label: Text = key("The reason, in words.")
    where: SubjectCondition = key(
        "Whose it is: a condition over columns of ADSL, its flags among them."
    )


@shape(by="reasons")
class Conditioned:
    """Reasons by conditions; a subject is counted at the first that surely holds."""

    reasons: Listed[Reason] = key("The reasons, in the order in which they are asked.")


Why = Annotated[
    Recorded | Conditioned,
    Rule(expected="{variable: NAME}, or {reasons: [{label: WORDS, where: CONDITION}]}"),
]


@shape
class FlowDisplay:
    """Flow of the patients."""

    analysed: Distinct[AnalysisName] = key("Analyses whose numbers end the flow.")
    patients: Text | None = optional(
        "Who the patients with an arm in the data are where they are not all who were randomised, "
        "such as Eligible. Nobody is called randomised then, and the flow and the summary say that "
        "their number is not in the data."
    )
    received: SubjectCondition | None = optional(
        "Who received the treatment: a condition over columns of ADSL."
    )
    not_received: Why | None = optional("Why others did not receive it. Needs `received`.")
    ended: Ended | None = optional("Who did not complete the trial, by reason.")
    excluded: Excluded | None = optional(
        "Where the subjects' table has everybody who was assessed: why those without an "
        "arm were not randomised."
    )
    screening: TableName | None = optional(
        "Table that is a log of who was assessed: its `where` leaves out who was not randomised, "
        "by `reason`. Not with `excluded`."
    )
    not_analysed: dict[Name, Why] = optional(
        "Why subjects who were randomised did not enter an analysis of `analysed`, by its name.",
        empty=dict,
    )


def _check(files: Files, place: Path_, flow_display: FlowDisplay) -> None:
    if flow_display.not_received is not None:
        here = (*place, "not_received")
        if flow_display.received is None:
            files.plan.add(here, "not_received without received", "who received the treatment")
        _why(files, here, flow_display.not_received)
    for name, why in flow_display.not_analysed.items():
        here = (*place, "not_analysed", name)
        known(files.plan, here, name, flow_display.analysed, "an analysis of `analysed`")
        _why(files, here, why)
    if flow_display.excluded is not None:
        _excluded(files, (*place, "excluded"))
    if flow_display.screening is not None:
        if flow_display.excluded is not None:
            files.plan.add((*place, "screening"), "screening beside excluded", "one of the two")
        _screening(files, (*place, "screening"), flow_display.screening)
    if flow_display.ended is not None:
        ended = flow_display.ended
        _labels(files, (*place, "ended", "completed"), ended.variable, ended.completed)


def _screening(files: Files, place: Path_, log: str) -> None:
    table = files.trial.get("tables", log)
    if table is not None and "reason" not in table:
        files.plan.add(
            place,
            f"{log}, a table without a reason for the rows left out",
            "a table with `where` and `reason` in trial.yaml",
        )


def _why(files: Files, place: Path_, reasons: Recorded | Conditioned) -> None:
    """Reasons that are there, each once, none of them called as those without a reason are."""
    if isinstance(reasons, Recorded):
        _labels(files, (*place, "no_reason"), reasons.variable, reasons.no_reason)
        return
    seen = {UNREPORTED, OUTSIDE, NO_VALUE}
    for position, reason in enumerate(reasons.reasons):
        here = (*place, "reasons", position)
        if reason.label in seen:
            files.plan.add((*here, "label"), tell(reason.label), "a label of its own")
        seen.add(reason.label)


def _labels(files: Files, place: Path_, variable: str, labels: tuple[str, ...]) -> None:
    for position, label in enumerate(labels):
        choices = files.subject_choices(variable)
        known(files.plan, (*place, position), label, choices, f"a label of {variable}")


def _excluded(files: Files, place: Path_) -> None:
    """Reasons of those without an arm, which only a design of one arm a subject can tell."""
    if files.trial.get("design", "kind") in OWN_TREATMENT:
        files.plan.add(place, "subjects without an arm", "a design of one arm a subject")


DISPLAYS = (Display("flow", "Flow of the patients.", FlowDisplay, _check, once=True, results=True),)
