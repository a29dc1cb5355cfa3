"""Forest plots."""

from __future__ import annotations

from trialtrace.config.spec import Distinct, key, shape
from trialtrace.trial.plan.displays import names
from trialtrace.trial.plan.displays.display import Display
from trialtrace.trial.plan.displays.shapes import OfAnalyses
from trialtrace.trial.words import StepName


@shape
class Forest(OfAnalyses):
    """A forest plot."""

    estimate: StepName | Distinct[StepName] = key(
        ("Estimate that is drawn, as statistic.method, or a list of methods of one statistic."),
        expected="statistic.method, or a list of them",
    )


DISPLAY = Display(
    "forest",
    "Forest plots.",
    Forest,
    names.estimates,
    figure="forest",
)
