"""Restricted mean survival time: the mean time without the event up to a stated horizon tau.

Estimates mu(tau) = E min(T, tau), the area under the survival curve from 0 to tau, from one arm's
Kaplan-Meier curve, and two arms' difference and ratio of it. It needs no proportional hazards.
Time tau - mu(tau) lost to the event is compared by the ratio of times lost.

The variance is that of the area under a Kaplan-Meier curve with Greenwood's increments: the sum
over event times of (area to the right, up to tau)^2 d / (n (n - d)).

Horizon: a curve is known up to the last time of its arm, and beyond it only where that last time
holds events and no censoring, so that the curve has reached 0. A contrast therefore refuses tau
beyond the last time of both arms, and beyond the last time of an arm that ends with a censoring;
one arm alone is refused beyond its last time. This is the rule of the R package survRM2.

References: Irwin, J Hyg 1949;47:188. Karrison, Stat Med 1987;6:1169. Uno and others, J Clin Oncol
2014;32:2380 (contrasts). Tian, Zhao and Wei, Biostatistics 2014;15:222.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    normal_quantile,
    survival_data,
    two_arms,
)
from trialtrace.stats._ties import SAME_TIME
from trialtrace.stats._wald import exponential, wald_contrast
from trialtrace.stats.results import Columns, Contrast, StatsError, WithErrors


@dataclass(frozen=True, slots=True, repr=False)
class RestrictedMean(WithErrors[float], Columns):
    """One arm's restricted mean with its Wald bounds, in the unit of time.

    `n_risk` is the number still observed just before `tau`: where it is small, so is what the end
    of the curve rests on.
    """

    estimate: float
    se: float
    low: float
    high: float
    tau: float
    n_risk: int
    n_event: int


def restricted_mean(
    time: ArrayLike, event: ArrayLike, *, tau: float, confidence: float
) -> RestrictedMean:
    """Mean time without the event up to `tau`, with a Wald interval.

    time and event of shape (n,), event 1 or True for the event, 0 for censoring; tau in the unit
    of time. Equals `print(survfit(...), rmean = tau)` of R's survival, standard error included
    (the oracle). Where nobody has the event before tau the estimate is tau with standard error 0,
    and the bounds are NaN: the variance is then not estimable.

    Raises `StatsError` for tau not above 0 or beyond the last time, missing or negative times,
    events other than 0 and 1.

    R: `summary(survival::survfit(Surv(time, event) ~ 1), rmean = tau)$table`.

    >>> found = restricted_mean([5, 8, 9, 12, 12], [1, 1, 0, 1, 0], tau=10, confidence=0.95)
    >>> round(found.estimate, 4), round(found.se, 4)
    (8.6, 0.8764)
    """
    z = normal_quantile(confidence)
    time, event = survival_data(time, event)
    _check_tau(tau, [(time, event)])
    mean, variance = _area(time, event, float(tau))
    se = sqrt(variance)
    low, high = (mean - z * se, mean + z * se) if se > 0 else (nan, nan)
    before = time <= tau
    return RestrictedMean(
        estimate=mean,
        se=se,
        low=low,
        high=high,
        tau=float(tau),
        n_risk=int(np.count_nonzero(time >= tau)),
        n_event=int(event[before].sum()),
    )


def restricted_mean_difference(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    treated: object,
    reference: object,
    tau: float,
    confidence: float,
    sides: str,
) -> Contrast:
    """Difference of restricted means, treated less reference, with a Wald interval and test.

    time and event as in `restricted_mean`, group labels of shape (n,); `treated` and `reference`
    are two of the labels, and who has another one is left out. `sides`: "two_sided"; "greater"
    tests for more time without the event in the treated arm, "less" for less.

    Raises `StatsError` as `restricted_mean` does, with the rule for tau at the head of this
    module, for an arm without patients, and where no variance can be estimated because neither arm
    has events before tau.

    Oracle: differences of the restricted means and variances of `survfit`.

    R: by hand in restricted_mean.R, from `survfit` with `rmean = tau`.

    >>> time, event = [5, 8, 9, 12, 3, 4, 7, 9], [1, 1, 0, 1, 1, 1, 1, 0]
    >>> arms = {"group": list("aaaabbbb"), "treated": "a", "reference": "b"}
    >>> restricted_mean_difference(
    ...     time, event, **arms, tau=8, confidence=0.95, sides="two_sided"
    ... ).interval
    Interval(estimate=1.75, low=-0.637921, high=4.13792, standard_error=1.21835)
    """
    check_confidence(confidence)
    (mean1, variance1), (mean0, variance0) = _two_areas(
        time, event, group, (treated, reference), tau
    )
    se = sqrt(variance1 + variance0)
    return _contrast(mean1 - mean0, se, sides, confidence)


def restricted_mean_ratio(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    treated: object,
    reference: object,
    tau: float,
    confidence: float,
    sides: str,
    of: str,
) -> Contrast:
    """Ratio of restricted means, treated over reference, with interval and test on the log scale.

    Arrays as in `restricted_mean_difference`. `of`: "time_without_event" for mu, "time_lost" for
    tau - mu. By the delta method the variance of the logarithm is the sum of variance/mean^2.
    `sides` "greater" tests for a ratio above 1.

    Raises `StatsError` as `restricted_mean_difference` does, and where a mean is 0.

    Oracle: ratios of the restricted means of `survfit`, the delta method in R.

    R: by hand in restricted_mean.R, from `survfit` with `rmean = tau`.

    >>> time, event = [5, 8, 9, 12, 3, 4, 7, 9], [1, 1, 0, 1, 1, 1, 1, 0]
    >>> arms = {"group": list("aaaabbbb"), "treated": "a", "reference": "b"}
    >>> given = {"tau": 8, "confidence": 0.95, "sides": "two_sided"}
    >>> restricted_mean_ratio(time, event, **arms, **given, of="time_without_event").interval
    Interval(estimate=1.31818, low=0.877321, high=1.98058, standard_error=0.207726, scale='log')
    """
    check_choice("of", of, ("time_without_event", "time_lost"))
    check_confidence(confidence)
    areas = _two_areas(time, event, group, (treated, reference), tau)
    if of == "time_lost":
        areas = tuple((tau - mean, variance) for mean, variance in areas)
    # Squares of such means are no numbers any more.
    if min(mean for mean, _ in areas) < SMALLEST:
        raise StatsError("an arm has a mean of 0, so a ratio has no interval.")
    (mean1, variance1), (mean0, variance0) = areas
    se = sqrt(variance1 / mean1**2 + variance0 / mean0**2)
    contrast = _contrast(log(mean1) - log(mean0), se, sides, confidence)
    return Contrast(exponential(contrast.interval), contrast.test)


def _two_areas(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, pair: tuple[object, object], tau: float
) -> tuple[tuple[float, float], ...]:
    """Mean and variance of the treated arm and of the reference."""
    times, events = survival_data(time, event)
    arms = [(times[flags], events[flags]) for flags in two_arms(group, times.size, *pair)]
    _check_tau(tau, arms)
    return tuple(_area(time, event, float(tau)) for time, event in arms)


# Whole numbers beyond it are no floats.
LARGEST = float(np.finfo(np.float64).max)
SMALLEST = 1e-150


def _check_tau(tau: float, arms: list[tuple[Floats, Floats]]) -> None:
    if not (isinstance(tau, int | float | np.number) and 0 < tau <= LARGEST):
        raise StatsError(f"tau must be a time above 0; got {tau!r}.")
    limit = max(time.max() for time, _ in arms)
    for time, event in arms:
        if not event[time == time.max()].all():
            limit = min(limit, time.max())
    # A last time is the least of those that differ from it by rounding.
    if tau > limit * (1 + SAME_TIME):
        raise StatsError(f"tau is {tau:g}, but the curves are known only up to {limit:g}.")


def _area(time: Floats, event: Floats, tau: float) -> tuple[float, float]:
    """Area under the Kaplan-Meier curve up to tau, and its variance."""
    when, deaths = np.unique(time[(event == 1) & (time <= tau)], return_counts=True)
    ordered = np.sort(time)
    at_risk = time.size - np.searchsorted(ordered, when, side="left")
    survival = np.concatenate([[1.0], np.cumprod((at_risk - deaths) / at_risk)])
    pieces = survival * np.diff(np.concatenate([[0.0], when, [tau]]))
    right = np.cumsum(pieces[:0:-1])[::-1]
    # Where all at risk die the curve is 0 from there on, and the variance term 0/0 is 0.
    left = at_risk * np.maximum(at_risk - deaths, 1).astype(np.float64)
    return float(pieces.sum()), float(np.sum(right**2 * deaths / left))


def _contrast(estimate: float, se: float, sides: str, confidence: float) -> Contrast:
    check_choice("sides", sides, SIDES)
    if se == 0:
        raise StatsError("no variance can be estimated: nothing varies before tau in either arm.")
    return wald_contrast(estimate, se, df=inf, sides=sides, confidence=confidence)
