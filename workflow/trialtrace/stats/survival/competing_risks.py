"""Competing risks: cumulative incidence of one cause, and the difference of two arms at a time.

Estimates F(t) = P(T <= t, cause k) where another cause may come first: a death without relapse
makes relapse impossible, it does not censor it. The estimate is that of Aalen and Johansen: each
event of the cause counts with the probability of having had no event of any cause before. One
less the Kaplan-Meier estimate with other causes censored would be too large. To compare hazards
of the cause, use the log-rank test with other causes censored; `gray` compares whole incidences.

References: Aalen and Johansen, Scand J Stat 1978;5:141. Aalen, Ann Stat 1978;6:534 (variance).
Marubini and Valsecchi, Analysing Survival Data from Clinical Trials, 1995, chapter 10 (variance by
the delta method, log-log interval).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    MOST_COUNTED,
    SIDES,
    check_choice,
    check_confidence,
    normal_quantile,
    one_number,
    times_of,
    two_arms,
)
from trialtrace.stats._wald import wald_contrast
from trialtrace.stats.results import Columns, Contrast, StatsError, WithErrors
from trialtrace.stats.survival._curves import CurveAt, read_off


@dataclass(frozen=True, slots=True, repr=False)
class CumulativeIncidence(WithErrors[Floats], Columns):
    """The incidence of one cause with one row for each time at which anybody has any event.

    `n_event` counts events of the cause, `n_other` those of other causes. Row i holds from its
    time up to the next. Bounds are NaN where the incidence is 0 or its variance is undefined.
    """

    time: Floats
    n_risk: Floats
    n_event: Floats
    n_other: Floats
    incidence: Floats
    se: Floats
    low: Floats
    high: Floats
    variance: str
    last_time: float

    def at(self, times: ArrayLike) -> CurveAt:
        """Return incidence, standard error and bounds at `times`.

        Before the first event: 0, standard error 0, no bounds. Beyond the last observed time
        nothing is known and all are NaN.
        """
        curves = ((0.0, self.incidence), (0.0, self.se), (nan, self.low), (nan, self.high))
        return read_off(times, self.time, self.last_time, curves)


def cumulative_incidence(
    time: ArrayLike, cause: ArrayLike, *, of: int, confidence: float, variance: str
) -> CumulativeIncidence:
    """Aalen-Johansen estimate of the cumulative incidence of cause `of`, with its intervals.

    time and cause of shape (n,); cause is 0 for censoring and a positive whole number for each
    cause. `variance`: "aalen" is Aalen's (as R's cmprsk), "delta" the delta method's, which treats
    the events of a time as multinomial (Greenwood's for one cause). Bounds are symmetric on the
    scale of log(-log F): F^exp(-+ z se / (F log F)). Oracles: cmprsk for
    "aalen", the product of covariance matrices in R for "delta".

    Raises `StatsError` for a cause nobody has, missing or negative times, causes that are no whole
    numbers from 0.

    R: `cmprsk::cuminc(time, cause)`.

    >>> time, cause = [5, 8, 9, 12, 3, 4, 7, 9], [1, 2, 0, 1, 1, 2, 1, 0]
    >>> curve = cumulative_incidence(time, cause, of=1, confidence=0.95, variance="aalen")
    >>> curve.incidence.round(4)
    array([0.125, 0.125, 0.25 , 0.375, 0.375, 0.75 ])
    """
    check_choice("variance", variance, ("aalen", "delta"))
    z = normal_quantile(confidence)
    time, cause = check_causes(time, cause, of)
    if not (cause == of).any():
        raise StatsError(f"nobody has an event of cause {of!r}.")
    when, row = np.unique(time[cause > 0], return_inverse=True)
    own = np.bincount(row, cause[cause > 0] == of, minlength=when.size).astype(np.float64)
    every = np.bincount(row, minlength=when.size).astype(np.float64)
    at_risk = time.size - np.searchsorted(np.sort(time), when, side="left").astype(np.float64)
    before = just_before(((at_risk - every) / at_risk).cumprod(), 1.0)
    incidence = np.cumsum(before * own / at_risk)
    spread = _aalen if variance == "aalen" else _delta
    se = np.sqrt(np.maximum(spread(incidence, before, own, every, at_risk), 0.0))
    low, high = _bounds(incidence, se, z)
    return CumulativeIncidence(
        when, at_risk, own, every - own, incidence, se, low, high, variance, float(time.max())
    )


def cumulative_incidence_difference(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    *,
    of: int,
    treated: object,
    reference: object,
    at: float,
    confidence: float,
    variance: str,
    sides: str,
) -> Contrast:
    """Difference of the cumulative incidences at one time, treated less reference.

    time and cause as in `cumulative_incidence`, group labels of shape (n,); `treated` and
    `reference` are two of the labels, and who has another one is left out. Wald interval and test
    of no difference, a normal statistic, from the two variances of the kind `variance`; `sides`
    "greater" tests for the larger incidence in the treated arm. Oracle: cmprsk's estimates and
    variances.

    Raises `StatsError` as `cumulative_incidence` does, though an arm may be without the cause;
    for an arm without patients; for a time beyond the last of an arm or missing; and where neither
    arm has a variance.

    R: by hand in competing_risks.R, from `cmprsk::cuminc(time, cause)`.

    >>> time, cause = [5, 8, 9, 12, 3, 4, 7, 9], [1, 2, 0, 1, 1, 2, 1, 0]
    >>> arms = {"group": list("aaaabbbb"), "treated": "a", "reference": "b"}
    >>> given = {"confidence": 0.95, "variance": "aalen", "sides": "two_sided"}
    >>> cumulative_incidence_difference(time, cause, **arms, of=1, at=8, **given).interval
    Interval(estimate=-0.25, low=-1.05431, high=0.554309, standard_error=0.410369)
    """
    check_choice("sides", sides, SIDES)
    check_choice("variance", variance, ("aalen", "delta"))
    check_confidence(confidence)
    at = one_number(at, "at")
    arms = []
    times, causes = check_causes(time, cause, of)
    for flags in two_arms(group, times.size, treated, reference):
        if not (causes[flags] == of).any():
            # Nobody with the cause: the incidence is 0 for as long as the arm is observed.
            known = at <= times[flags].max()
            arms.append((0.0 if known else nan, 0.0))
            continue
        curve = cumulative_incidence(
            times[flags], causes[flags], of=of, confidence=confidence, variance=variance
        )
        found = curve.at(at)
        arms.append((float(found.estimate), float(found.se)))
    (f1, se1), (f0, se0) = arms
    if np.isnan(f1 - f0):
        raise StatsError(f"an arm is not observed up to time {at:g}.")
    se = sqrt(se1**2 + se0**2)
    if not se > 0:
        raise StatsError("the incidences have no variance at this time.")
    return wald_contrast(f1 - f0, se, df=inf, sides=sides, confidence=confidence)


def check_causes(time: ArrayLike, cause: ArrayLike, of: int) -> tuple[Floats, Floats]:
    """Return times, equal ones as `tied_times`, and causes as floats; `of` must be a cause."""
    cause_of = isinstance(of, int | float | np.number) and not isinstance(of, bool)
    if not (cause_of and 0 < of <= MOST_COUNTED):
        raise StatsError(f"a cause is a whole number above 0; got {of!r}.")
    time, cause = times_of(time, cause, "cause")
    if (cause < 0).any() or (cause != np.floor(cause)).any():
        raise StatsError("cause must be 0 for censoring or a whole number above 0.")
    return time, cause


def just_before(after: Floats, start: float) -> Floats:
    """Curves, down the rows, just before each of their rows; `start` before the first."""
    return np.concatenate([np.full_like(after[:1], start), after[:-1]])


def _bounds(incidence: Floats, se: Floats, z: float) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        power = np.exp(z * se / (incidence * np.log(incidence)))
        low, high = incidence ** (1 / power), incidence**power
    inside = (incidence > 0) & (incidence < 1)
    return np.where(inside, low, nan), np.where(inside, high, nan)


def _quadratic(incidence: Floats, first: Floats, second: Floats, third: Floats) -> Floats:
    """Sum over times s <= t of (F(t) - F(s))^2 first + second - 2 (F(t) - F(s)) third."""
    a, b, c = np.cumsum(first), np.cumsum(incidence * first), np.cumsum(incidence**2 * first)
    own, cross = np.cumsum(third), np.cumsum(incidence * third)
    squares = incidence**2 * a - 2 * incidence * b + c
    return squares + np.cumsum(second) - 2 * (incidence * own - cross)


def _delta(
    incidence: Floats, before: Floats, values: Floats, every: Floats, at_risk: Floats
) -> Floats:
    """Variance by the delta method, the events of a time being multinomial."""
    left = np.maximum(at_risk - every, 1)
    first = every / (at_risk * left)
    second = before**2 * values * (at_risk - values) / at_risk**3
    third = before * values / at_risk**2
    return _quadratic(incidence, first, second, third)


def _aalen(
    incidence: Floats, before: Floats, values: Floats, every: Floats, at_risk: Floats
) -> Floats:
    """Aalen's variance: the two kinds of events are counting processes without covariance."""
    left, other = np.maximum(at_risk - every, 1), every - values
    values, other = (
        values * hypergeometric_factor(values, at_risk),
        other * hypergeometric_factor(other, at_risk),
    )
    first = (values + other) / left**2
    second = before**2 * values / at_risk**2
    third = before * values / (at_risk * left)
    return _quadratic(incidence, first, second, third)


def hypergeometric_factor(events: Floats, at_risk: Floats) -> Floats:
    """Factor by which ties shrink a variance: (n - d)/(n - 1) for d > 0 events among n."""
    return 1 - np.maximum(events - 1, 0) / np.where(events > 1, at_risk - 1, 1)
