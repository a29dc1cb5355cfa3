"""Mean number of events a patient by time."""

from __future__ import annotations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OverTime, Times


@shape
class MeanCumulative(OverTime):
    """Mean cumulative functions, an arm each."""

    endpoint: Name = key("Endpoint of kind recurrent_events.")
    at: Times = key("Times of the table of numbers at risk, in the unit of the endpoint's time.")


def _check(files: Files, place: Path_, mean_cumulative: MeanCumulative) -> None:
    for here, name in names.of_data(files, place, mean_cumulative):
        names.of_kind(files, here, name, "recurrent_events")


DISPLAY = Display(
    "mean_cumulative",
    "Mean number of events a patient by time.",
    MeanCumulative,
    _check,
    figure="mean_cumulative",
)
