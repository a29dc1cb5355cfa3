"""Proportions as bars with their intervals."""

from __future__ import annotations

from trialtrace.base.config.names import StepName
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OfAnalyses


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
