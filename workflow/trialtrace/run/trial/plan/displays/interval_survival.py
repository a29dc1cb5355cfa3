"""Survival from interval-censored times."""

from __future__ import annotations

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OverTime, Times
from trialtrace.run.trial.plan.methods import INTERVALS


@shape
class IntervalSurvival(OverTime):
    """Turnbull's estimate, an arm each."""

    endpoint: Name = key("Endpoint of kind interval_time.")
    at: Times = key("Times that the axis marks, in days.")


DISPLAY = Display(
    "interval_survival",
    "Survival from interval-censored times.",
    IntervalSurvival,
    names.only(INTERVALS),
    figure="interval_survival",
)
