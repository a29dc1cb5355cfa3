"""Survival of two arms at one time: their difference and their ratio, by Kaplan-Meier.

For hazards that cross, or where one time matters: the share without the event at a year. Variances
are Greenwood's. Beside the plain scale, tests and intervals have those of the logarithm (also as a
ratio), of the arcsine of the root, the logit and log(-log S), whose bounds stay inside 0 and 1; the
test on the last is conservative in small arms.

References: Klein, Logan, Harhoff and Andersen, Stat Med 2007;26:4505 (tests by scale). Zou and
Donner, Stat Med 2008;27:1693 (a difference's bounds from those of its parts). Greenwood, 1926.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, hypot, inf, log, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    normal_quantile,
    one_number,
    survival_data,
    two_arms,
)
from trialtrace.stats._wald import exponential, wald_contrast, wald_test_of
from trialtrace.stats.results import Contrast, Interval, StatsError
from trialtrace.stats.survival.kaplan_meier import SCALES, curve_bounds, kaplan_meier


@dataclass(frozen=True, slots=True)
class _Survival:
    """Survival of an arm at a time, and the standard error of its logarithm."""

    estimate: float
    log_se: float


def survival_difference(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    treated: object,
    reference: object,
    at: float,
    interval: str,
    confidence: float,
    sides: str,
) -> Contrast:
    """Difference of the shares without the event at a time, treated less reference, and its test.

    time and event as in `survival.kaplan_meier`, group labels of shape (n,); `treated` and
    `reference` are two of the labels, and who has another one is left out. `interval`: "plain" is
    Wald's, cut at -1 and 1, with its z; every other scale of `survival.kaplan_meier` joins the
    arms' bounds on it by the root of squared distances, so that it has no standard error, and its z
    compares the arms on that scale. `sides` "greater" tests for more survival in the treated arm.
    Source: Klein et al. 2007; Zou and Donner 2008. Oracle: survfit's estimates, standard errors and
    bounds, joined in R.

    Raises `StatsError` for data as in `survival.kaplan_meier`, an arm without patients, a time that
    an arm is not observed up to, where neither arm has a variance, and but for "plain" where an arm
    is at 0 or 1.

    R: by hand in hazards.R, from `survival::survfit(Surv(time, event) ~ arm)`.

    >>> time, event = [5, 8, 9, 9, 2, 3, 7, 9], [1, 1, 0, 0, 1, 1, 1, 0]
    >>> arms = {"group": list("aaaabbbb"), "treated": "a", "reference": "b"}
    >>> given = {"confidence": 0.95, "sides": "two_sided"}
    >>> survival_difference(time, event, **arms, at=8, interval="plain", **given).interval
    Interval(estimate=0.25, low=-0.398197, high=0.898197, standard_error=0.330719)
    """
    check_choice("interval", interval, SCALES)
    check_choice("sides", sides, SIDES)
    z = normal_quantile(confidence)
    arm1, arm0 = _two_arms(time, event, group, (treated, reference), at)
    difference = arm1.estimate - arm0.estimate
    if interval == "plain":
        se = hypot(*(_times(arm.estimate, arm.log_se) for arm in (arm1, arm0)))
        _check_variance(se)
        ends = max(difference - z * se, -1.0), min(difference + z * se, 1.0)
        found = Interval(difference, *ends, standard_error=se)
        return Contrast(found, wald_test_of(difference, se, df=inf, sides=sides))
    (own, own_se), (other, other_se) = (_scaled(arm, interval) for arm in (arm1, arm0))
    (low1, high1), (low0, high0) = (_bounds(arm, interval, confidence) for arm in (arm1, arm0))
    low = difference - hypot(arm1.estimate - low1, high0 - arm0.estimate)
    high = difference + hypot(high1 - arm1.estimate, arm0.estimate - low0)
    test = wald_test_of(own - other, hypot(own_se, other_se), df=inf, sides=sides)
    return Contrast(Interval(difference, low, high), test)


def survival_ratio(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    treated: object,
    reference: object,
    at: float,
    confidence: float,
    sides: str,
) -> Contrast:
    """Ratio of the shares without the event at a time, treated over reference, on the log scale.

    Arrays and `sides` as in `survival_difference`; "greater" tests for a ratio above 1. Source:
    Klein et al. 2007. Oracle: survfit's estimates and standard errors, joined in R.

    Raises `StatsError` as `survival_difference` does, and where survival is 0 in an arm.

    R: by hand in hazards.R, from `survival::survfit(Surv(time, event) ~ arm)`.

    >>> time, event = [5, 8, 9, 9, 2, 3, 7, 9], [1, 1, 0, 0, 1, 1, 1, 0]
    >>> arms = {"group": list("aaaabbbb"), "treated": "a", "reference": "b"}
    >>> found = survival_ratio(time, event, **arms, at=8, confidence=0.95, sides="two_sided")
    >>> round(found.estimate, 4), round(found.statistic, 4)
    (2.0, 0.6931)
    """
    check_choice("sides", sides, SIDES)
    check_confidence(confidence)
    arm1, arm0 = _two_arms(time, event, group, (treated, reference), at)
    if not (arm1.estimate > 0 and arm0.estimate > 0):
        raise StatsError("survival is 0 in an arm, so a ratio has no interval.")
    se = hypot(arm1.log_se, arm0.log_se)
    _check_variance(se)
    centre = log(arm1.estimate / arm0.estimate)
    of_logs = wald_contrast(centre, se, df=inf, sides=sides, confidence=confidence)
    return Contrast(exponential(of_logs.interval), of_logs.test)


def _two_arms(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, pair: tuple[object, object], at: float
) -> tuple[_Survival, _Survival]:
    """Survival of the treated arm and of the reference."""
    at = one_number(at, "at")
    if at < 0:
        raise StatsError(f"at must be a time from 0; got {at:g}.")
    times, events = survival_data(time, event)
    treated, reference = two_arms(group, times.size, *pair)
    return (
        _one_arm(times[treated], events[treated], at),
        _one_arm(times[reference], events[reference], at),
    )


def _one_arm(time: Floats, event: Floats, at: float) -> _Survival:
    if at > time.max():
        raise StatsError(f"an arm is not observed up to time {at:g}.")
    # The interval decides nothing here; the curve's standard errors are those of survival.
    curve = kaplan_meier(time, event, confidence=0.95, interval="log")
    row = int((curve.time <= at).sum()) - 1
    if row < 0:
        return _Survival(1.0, 0.0)
    estimate, se = float(curve.survival[row]), float(curve.se[row])
    return _Survival(estimate, se / estimate) if estimate > 0 else _Survival(0.0, nan)


def _times(estimate: float, log_se: float) -> float:
    """The standard error of survival itself: none where it is 0."""
    return estimate * log_se if estimate > 0 else 0.0


def _scaled(arm: _Survival, scale: str) -> tuple[float, float]:
    """Survival on a scale that rises with it, and its standard error there by the delta method."""
    survival = arm.estimate
    if not 0 < survival < 1:
        raise StatsError(f"survival of 0 or 1 in an arm has no place on the scale {scale}.")
    if scale == "log":
        return log(survival), arm.log_se
    if scale == "logit":
        return log(survival / (1 - survival)), arm.log_se / (1 - survival)
    if scale == "arcsin":
        return asin(sqrt(survival)), arm.log_se / 2 * sqrt(survival / (1 - survival))
    return -log(-log(survival)), arm.log_se / -log(survival)


def _bounds(arm: _Survival, interval: str, confidence: float) -> tuple[float, float]:
    ends = curve_bounds(
        np.array(arm.estimate), np.array(arm.log_se), confidence=confidence, interval=interval
    )
    return float(ends[0]), float(ends[1])


def _check_variance(se: float) -> None:
    if not se > 0:
        raise StatsError("survival has no variance at this time.")
