"""Curves over time: survival, incidence, mean numbers of events."""

from typing import Annotated

from trialtrace.base.config.names import Name
from trialtrace.base.config.references import Ref
from trialtrace.base.config.spec import Distinct, key, shape
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OverTime, Times
from trialtrace.run.trial.plan.methods import INTERVALS, RECURRENT, TIMES

TimeEndpoint = Annotated[Name, Ref("endpoints", TIMES)]


@shape
class KaplanMeierFigure(OverTime):
    """Survival curves, an arm each."""

    endpoint: TimeEndpoint | Distinct[TimeEndpoint] = key(
        "Endpoint of kind time_to_event, or a list of them: a panel each, side by side.",
        expected="an endpoint or a list of endpoints",
    )
    at: Times = key("Times of the table of numbers at risk, in the unit of the endpoint's time.")


@shape
class CumulativeIncidence(OverTime):
    """Curves of the share with the event, an arm each."""

    endpoint: TimeEndpoint = key("Endpoint of kind time_to_event.")
    at: Times = key("Times of the table of numbers at risk, in the unit of the endpoint's time.")


@shape
class MeanCumulative(OverTime):
    """Mean cumulative functions, an arm each."""

    endpoint: Annotated[Name, Ref("endpoints", RECURRENT)] = key(
        "Endpoint of kind recurrent_events."
    )
    at: Times = key("Times of the table of numbers at risk, in the unit of the endpoint's time.")


@shape
class IntervalSurvival(OverTime):
    """Turnbull's estimate, an arm each."""

    endpoint: Annotated[Name, Ref("endpoints", INTERVALS)] = key("Endpoint of kind interval_time.")
    at: Times = key("Times that the axis marks, in days.")


DISPLAYS = (
    Display("kaplan_meier", "Survival curves.", KaplanMeierFigure, names.times),
    Display(
        "cumulative_incidence",
        "Cumulative incidence with competing events.",
        CumulativeIncidence,
        names.times,
    ),
    Display(
        "mean_cumulative",
        "Mean number of events a patient by time.",
        MeanCumulative,
        names.of_data,
    ),
    Display(
        "interval_survival",
        "Survival from interval-censored times.",
        IntervalSurvival,
        names.of_data,
    ),
)
