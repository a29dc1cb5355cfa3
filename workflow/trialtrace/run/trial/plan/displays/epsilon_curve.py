"""P-value of an F test within subjects over ε."""

from __future__ import annotations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display


@shape
class EpsilonCurve:
    """A curve with the estimates of ε marked."""

    title: Text = key("Title.")
    analysis: Name = key("Analysis with an F test within subjects.")
    effect: Text = key("Its effect, as the report names it.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")


def _check(files: Files, place: Path_, epsilon_curve: EpsilonCurve) -> None:
    names.analysis(files, (*place, "analysis"), epsilon_curve.analysis)


DISPLAY = Display(
    "epsilon_curve",
    "P-value of an F test within subjects over ε.",
    EpsilonCurve,
    _check,
    figure="epsilon_curve",
)
