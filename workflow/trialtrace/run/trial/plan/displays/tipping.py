"""Tipping-point maps of a binary outcome."""

from __future__ import annotations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name, Text, VisitLabel
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.context import Files, known_arm
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.options import TwoByTwoTest
from trialtrace.run.trial.resolve import principal


@shape
class Tipping:
    """P-values over the possible numbers of events among the missing of two arms."""

    title: Text = key("Title.")
    analysis: Name = key("Analysis that describes a proportion.")
    of: Name = key("First arm.")
    to: Name = key("Second arm.")
    visit: VisitLabel | None = optional("Visit, where the analysis has several.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")
    test: TwoByTwoTest = key("Test; its level is the decision level of the analysis.")


def _check(files: Files, place: Path_, tipping: Tipping) -> None:
    name = tipping.analysis
    known_arm(files, files.plan, (*place, "of"), tipping.of)
    known_arm(files, files.plan, (*place, "to"), tipping.to)
    if not names.analysis(files, (*place, "analysis"), name):
        return
    analysis = files.plan.get("analyses", name)
    if analysis and not any(step.startswith("proportion.") for step in principal(analysis)):
        files.plan.add(
            (*place, "analysis"),
            found=f"{name}, which counts no events",
            expected="an analysis that describes a proportion",
        )


DISPLAY = Display(
    "tipping",
    "Tipping-point maps of a binary outcome.",
    Tipping,
    _check,
    figure="tipping",
)
