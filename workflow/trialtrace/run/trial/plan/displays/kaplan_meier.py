"""Survival curves."""

from __future__ import annotations

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OverTime, Times


@shape
class KaplanMeierFigure(OverTime):
    """Survival curves, an arm each."""

    endpoint: Name = key("Endpoint of kind time_to_event.")
    at: Times = key("Times of the table of numbers at risk, in the unit of the endpoint's time.")


DISPLAY = Display(
    "kaplan_meier",
    "Survival curves.",
    KaplanMeierFigure,
    names.times,
    figure="kaplan_meier",
)
