"""Mean number of events a patient by time."""

from __future__ import annotations

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OverTime, Times
from trialtrace.run.trial.plan.methods import RECURRENT


@shape
class MeanCumulative(OverTime):
    """Mean cumulative functions, an arm each."""

    endpoint: Name = key("Endpoint of kind recurrent_events.")
    at: Times = key("Times of the table of numbers at risk, in the unit of the endpoint's time.")


DISPLAY = Display(
    "mean_cumulative",
    "Mean number of events a patient by time.",
    MeanCumulative,
    names.only(RECURRENT),
    figure="mean_cumulative",
)
