"""Survival from interval-censored times."""

from __future__ import annotations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OverTime, Times


@shape
class IntervalSurvival(OverTime):
    """Turnbull's estimate, an arm each."""

    endpoint: Name = key("Endpoint of kind interval_time.")
    at: Times = key("Times that the axis marks, in days.")


def _check(files: Files, place: Path_, interval_survival: IntervalSurvival) -> None:
    for here, name in names.of_data(files, place, interval_survival):
        names.of_kind(files, here, name, "interval_time")


DISPLAY = Display(
    "interval_survival",
    "Survival from interval-censored times.",
    IntervalSurvival,
    _check,
    figure="interval_survival",
)
