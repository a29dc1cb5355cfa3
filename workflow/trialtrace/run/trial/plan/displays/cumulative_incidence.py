"""Cumulative incidence with competing events."""

from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.kaplan_meier import KaplanMeierFigure

DISPLAY = Display(
    "cumulative_incidence",
    "Cumulative incidence with competing events.",
    KaplanMeierFigure,
    names.times,
    figure="cumulative_incidence",
)
