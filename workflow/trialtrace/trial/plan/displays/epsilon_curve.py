"""P-value of an F test within subjects over ε."""

from __future__ import annotations

from trialtrace.config.compose import Path_
from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.context import Files
from trialtrace.trial.plan.displays import names
from trialtrace.trial.plan.displays.display import Display
from trialtrace.trial.words import Name, Text


@shape
class EpsilonCurve:
    """A curve with the estimates of ε marked."""

    title: Text = key("Title.")
    analysis: Name = key("Analysis with an F test within subjects.")
    effect: Text = key("Its effect, as the report names it.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")


def _check(files: Files, place: Path_, given: EpsilonCurve) -> None:
    names.analysis(files, (*place, "analysis"), given.analysis)


DISPLAY = Display(
    "epsilon_curve",
    "P-value of an F test within subjects over ε.",
    EpsilonCurve,
    _check,
    figure="epsilon_curve",
)
