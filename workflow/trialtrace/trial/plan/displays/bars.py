"""Proportions as bars with their intervals."""

from __future__ import annotations

from trialtrace.config.spec import key, shape
from trialtrace.trial.plan.displays import names
from trialtrace.trial.plan.displays.display import Display
from trialtrace.trial.plan.displays.shapes import OfAnalyses
from trialtrace.trial.words import StepName


@shape
class Bar(OfAnalyses):
    """Bars: a group for each analysis, visit and subgroup, a bar an arm."""

    estimate: StepName = key("Proportion that is drawn, as proportion.method.")


DISPLAY = Display(
    "bars",
    "Proportions as bars with their intervals.",
    Bar,
    names.estimates,
    figure="bars",
)
