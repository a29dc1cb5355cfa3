"""Several events a patient: the mean number of events by a time, and how it is compared.

The mean cumulative function is the expected number of events a patient has had by a time, if
nothing but censoring ends the follow-up. Its estimate is that of Nelson and Aalen over all rows at
risk; the variance is the robust one of Lawless and Nadeau, which asks for no Poisson process: a
patient's events may depend on each other. Where death ends the events, it is the mean number in a
world without deaths.

Arms are compared by the ratio of their rates in the model of Lin, Wei, Yang and Ying: that is
`cox_start_stop` of the same rows with variance "robust" and the subject of each row.

References: Nelson, J Qual Technol 1988;20:24. Lawless and Nadeau, Technometrics 1995;37:158. Lin,
Wei, Yang and Ying, J R Stat Soc B 2000;62:711.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import (
    check_choice,
    labels,
    normal_quantile,
    numbers,
)
from trialtrace.stats.results import Columns, StatsError
from trialtrace.stats.survival.cox_start_stop import _entered, _subjects


@dataclass(frozen=True, slots=True, repr=False)
class MeanCumulative(Columns):
    """Mean numbers of events by times, arrays of the shape of the times asked for.

    NaN beyond the last time at which anybody is followed. Bounds are NaN where the mean is 0.
    """

    times: Floats
    estimate: Floats
    se: Floats
    low: Floats
    high: Floats


def mean_cumulative(
    start: ArrayLike | None,
    stop: ArrayLike,
    event: ArrayLike,
    subject: ArrayLike,
    *,
    times: ArrayLike,
    interval: str,
    confidence: float,
) -> MeanCumulative:
    """Mean number of events a patient by each of `times`, with Lawless and Nadeau's variance.

    Rows (start, stop] with an event at their stop or without, as in `cox_start_stop`; arrays of
    shape (n,), start None where everybody has one row from the outset. `times` of any shape.
    `interval`: "log" is symmetric on the scale of the logarithm, "plain" on that of the mean, cut
    at 0. Source: Lawless and Nadeau 1995.

    Raises `StatsError` for rows as in `cox_start_stop`, and for times that are missing or negative.
    Oracle: survfit with `robust = TRUE`.

    R: `survival::survfit(Surv(start, stop, event) ~ 1, id = subject)$cumhaz`.

    >>> found = mean_cumulative([0, 2, 0, 0], [2, 5, 4, 5], [1, 0, 1, 0], ["a", "a", "b", "c"],
    ...     times=[1, 3, 5], interval="log", confidence=0.95)
    >>> found.estimate.round(4).tolist(), found.se.round(4).tolist()
    ([0.0, 0.3333, 0.6667], [0.0, 0.2722, 0.2722])
    """
    check_choice("interval", interval, ("log", "plain"))
    z = normal_quantile(confidence)
    rows, own = _rows(start, stop, event, subject)
    times = numbers(times, "times")
    if (times < 0).any():
        raise StatsError("times must not be negative.")
    flat = times.reshape(-1)
    when, at_risk, deaths = _risk(*rows)
    steps = np.concatenate([[0.0], deaths / at_risk])
    mean = np.cumsum(steps)[np.searchsorted(when, flat, side="right")]
    se = _standard_errors(rows, own, flat, when, at_risk, deaths)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        half = z * se
        if interval == "log":
            factor = np.exp(half / mean)
            low, high = mean / factor, mean * factor
        else:
            low, high = np.maximum(mean - half, 0.0), mean + half
    unknown = flat > rows[1].max()
    low, high = (np.where(mean > 0, one, np.nan) for one in (low, high))
    found = (np.where(unknown, np.nan, one).reshape(times.shape) for one in (mean, se, low, high))
    return MeanCumulative(times, *found)


Rows = tuple[Floats, Floats, Floats]


def _rows(
    start: ArrayLike | None, stop: ArrayLike, event: ArrayLike, subject: ArrayLike
) -> tuple[Rows, Places]:
    """Checked rows, and the number of each row's subject."""
    rows = _entered(start, stop, event)
    _subjects(start, rows[1], subject, None)
    return rows, labels(subject, "subject", rows[1].size)[1]


def _risk(start: Floats, stop: Floats, event: Floats) -> tuple[Floats, Floats, Floats]:
    """Distinct times of events, rows at risk and events at each."""
    when, deaths = np.unique(stop[event == 1], return_counts=True)
    entered = np.searchsorted(np.sort(start), when, side="left")
    left = np.searchsorted(np.sort(stop), when, side="left")
    return when, (entered - left).astype(np.float64), deaths.astype(np.float64)


def _standard_errors(
    rows: Rows, places: Places, times: Floats, when: Floats, at_risk: Floats, deaths: Floats
) -> Floats:
    """Roots of sums over subjects of squared influence: events less what was expected, each over
    the number at risk."""
    start, stop, event = rows
    expected = np.concatenate([[0.0], np.cumsum(deaths / at_risk**2)])
    entered, left = (np.searchsorted(when, one, side="right") for one in (start, stop))
    place = np.searchsorted(when, stop, side="left")
    weight = np.zeros(stop.size)
    weight[event == 1] = 1 / at_risk[place[event == 1]]
    spread = np.empty(times.size)
    for number, t in enumerate(times):
        last = int(np.searchsorted(when, t, side="right"))
        exposure = expected[np.minimum(left, last)] - expected[np.minimum(entered, last)]
        part = np.bincount(places, weight * (stop <= t) - exposure)
        spread[number] = part @ part
    return np.sqrt(spread)
