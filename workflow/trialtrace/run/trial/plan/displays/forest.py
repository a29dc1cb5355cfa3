"""Forest plots."""

from __future__ import annotations

from trialtrace.base.config.names import StepName
from trialtrace.base.config.spec import Distinct, key, optional, shape
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OfAnalyses
from trialtrace.run.trial.plan.options import HigherLower


@shape
class Forest(OfAnalyses):
    """A forest plot."""

    estimate: StepName | Distinct[StepName] = key(
        ("Estimate that is drawn, as statistic.method, or a list of methods of one statistic."),
        expected="statistic.method, or a list of them",
    )
    better: HigherLower | None = optional(
        "Which values of the endpoints are better: the axis says then which side favours which "
        "arm. Left out, it says so where the scales of all endpoints do, else where there is less."
    )


DISPLAY = Display(
    "forest",
    "Forest plots.",
    Forest,
    names.estimates,
    figure="forest",
)
