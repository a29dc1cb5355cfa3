"""Several events a patient: the mean number of events by a time, and how it is compared.

The mean cumulative function is the expected number of events a patient has had by a time, if
nothing but censoring ends the follow-up. Its estimate is that of Nelson and Aalen over all rows at
risk. `variance` "robust" is that of Lawless and Nadeau, which asks for no Poisson process: a
patient's events may depend on each other; "poisson" is that of such a process. Where death ends the
events, it is the mean number in a world without deaths.

Arms are compared by the difference or the ratio of these means at a time, or by the ratio of their
rates in the model of Lin, Wei, Yang and Ying: that is `cox_start_stop` of the same rows with
variance "robust" and the subject of each row.

References: Nelson, J Qual Technol 1988;20:24. Lawless and Nadeau, Technometrics 1995;37:158. Lin,
Wei, Yang and Ying, J R Stat Soc B 2000;62:711.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf, log

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import (
    as_array,
    check_choice,
    labels,
    normal_quantile,
    numbers,
    one_number,
    two_arms,
)
from trialtrace.stats._wald import exponential, wald_contrast
from trialtrace.stats.results import Columns, Contrast, StatsError, WithErrors
from trialtrace.stats.survival.cox_start_stop import _entered, _subjects


@dataclass(frozen=True, slots=True, repr=False)
class MeanCumulative(WithErrors[Floats], Columns):
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
    variance: str,
    confidence: float,
) -> MeanCumulative:
    """Mean number of events a patient by each of `times`; `variance` "robust" or "poisson".

    Rows (start, stop] with an event at their stop or without, as in `cox_start_stop`; arrays of
    shape (n,), start None where everybody has one row from the outset. `times` of any shape.
    `interval`: "log" is symmetric on the scale of the logarithm, "plain" on that of the mean, cut
    at 0. Source: Lawless and Nadeau 1995.

    Raises `StatsError` for rows as in `cox_start_stop`, and for times that are missing or negative.
    Oracle: survfit with `robust = TRUE` or without.

    R: `survival::survfit(Surv(start, stop, event) ~ 1, id = subject)$cumhaz`.

    >>> found = mean_cumulative([0, 2, 0, 0], [2, 5, 4, 5], [1, 0, 1, 0], ["a", "a", "b", "c"],
    ...     times=[1, 3, 5], interval="log", variance="robust", confidence=0.95)
    >>> found.estimate.round(4).tolist(), found.se.round(4).tolist()
    ([0.0, 0.3333, 0.6667], [0.0, 0.2722, 0.2722])
    """
    check_choice("interval", interval, ("log", "plain"))
    check_choice("variance", variance, ("robust", "poisson"))
    z = normal_quantile(confidence)
    rows, own = _rows(start, stop, event, subject)
    times = numbers(times, "times")
    if (times < 0).any():
        raise StatsError("times must not be negative.")
    flat = times.reshape(-1)
    when, at_risk, deaths = _risk(*rows)
    steps = np.concatenate([[0.0], deaths / at_risk])
    until = np.searchsorted(when, flat, side="right")
    mean = np.cumsum(steps)[until]
    if variance == "robust":
        se = _standard_errors(rows, own, flat, when, at_risk, deaths)
    else:
        se = np.sqrt(np.concatenate([[0.0], np.cumsum(deaths / at_risk**2)])[until])
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


def mean_cumulative_difference(
    start: ArrayLike | None,
    stop: ArrayLike,
    event: ArrayLike,
    subject: ArrayLike,
    group: ArrayLike,
    *,
    treated: object,
    reference: object,
    at: float,
    variance: str,
    confidence: float,
    sides: str,
) -> Contrast:
    """Difference of two arms' mean numbers of events by a time, treated less reference, with its z.

    Rows and `variance` as in `mean_cumulative`; group are labels of the rows, and who has another
    one than `treated` and `reference` is left out. Source: Lawless and Nadeau 1995. Oracle:
    survfit's means and errors of each arm, joined in R.

    Raises `StatsError` for rows as in `cox_start_stop`, an arm without patients or not followed up
    to the time, and where neither arm has a variance.

    R: by hand in rates.R, from `survival::survfit(Surv(start, stop, event) ~ arm, id = subject)`.

    >>> start, stop, event = [0, 2, 0, 0, 0, 3, 0], [2, 5, 4, 5, 3, 6, 6], [1, 0, 1, 0, 1, 0, 0]
    >>> rows = start, stop, event, list("aabcdde"), list("xxxxyyy")
    >>> arms = {"treated": "y", "reference": "x", "at": 5, "variance": "robust"}
    >>> found = mean_cumulative_difference(*rows, **arms, confidence=0.95, sides="two_sided")
    >>> round(found.estimate, 4), round(found.standard_error, 4)
    (-0.1667, 0.4462)
    """
    arms = _arms(start, stop, event, subject, group, (treated, reference), at, variance)
    (mean1, se1), (mean0, se0) = arms
    se = _error(hypot(se1, se0))
    return wald_contrast(mean1 - mean0, se, df=inf, sides=sides, confidence=confidence)


def mean_cumulative_ratio(
    start: ArrayLike | None,
    stop: ArrayLike,
    event: ArrayLike,
    subject: ArrayLike,
    group: ArrayLike,
    *,
    treated: object,
    reference: object,
    at: float,
    variance: str,
    confidence: float,
    sides: str,
) -> Contrast:
    """Ratio of two arms' mean numbers of events by a time, treated over reference, by its log.

    Arguments as in `mean_cumulative_difference`. Source: Lawless and Nadeau 1995, the delta method.
    Oracle: survfit's means and errors of each arm, joined in R.

    Raises `StatsError` as `mean_cumulative_difference` does, and for an arm without events by then.

    R: by hand in rates.R, from `survival::survfit(Surv(start, stop, event) ~ arm, id = subject)`.

    >>> start, stop, event = [0, 2, 0, 0, 0, 3, 0], [2, 5, 4, 5, 3, 6, 6], [1, 0, 1, 0, 1, 0, 0]
    >>> rows = start, stop, event, list("aabcdde"), list("xxxxyyy")
    >>> arms = {"treated": "y", "reference": "x", "at": 5, "variance": "robust"}
    >>> found = mean_cumulative_ratio(*rows, **arms, confidence=0.95, sides="two_sided")
    >>> round(found.estimate, 4), round(found.standard_error, 4)
    (0.75, 0.8165)
    """
    arms = _arms(start, stop, event, subject, group, (treated, reference), at, variance)
    (mean1, se1), (mean0, se0) = arms
    if not (mean1 > 0 and mean0 > 0):
        raise StatsError("an arm has no events by this time, so a ratio has no interval.")
    se = _error(hypot(se1 / mean1, se0 / mean0))
    of_logs = wald_contrast(log(mean1 / mean0), se, df=inf, sides=sides, confidence=confidence)
    return Contrast(exponential(of_logs.interval), of_logs.test)


def _arms(
    start: ArrayLike | None,
    stop: ArrayLike,
    event: ArrayLike,
    subject: ArrayLike,
    group: ArrayLike,
    pair: tuple[object, object],
    at: float,
    variance: str,
) -> list[tuple[float, float]]:
    """The mean of each arm at a time, with its standard error."""
    at = one_number(at, "at")
    _rows(start, stop, event, subject)
    ends, events, who = (as_array(each, "rows") for each in (stop, event, subject))
    begin = None if start is None else as_array(start, "start")
    found = []
    for own in two_arms(group, ends.size, *pair):
        mean = mean_cumulative(
            None if begin is None else begin[own],
            ends[own],
            events[own],
            who[own],
            times=at,
            interval="plain",
            variance=variance,
            confidence=0.95,
        )
        if np.isnan(mean.estimate):
            raise StatsError(f"an arm is not followed up to time {at:g}.")
        found.append((float(mean.estimate), float(mean.se)))
    return found


def _error(se: float) -> float:
    if not se > 0:
        raise StatsError("the means have no variance at this time.")
    return se


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
