"""Rates of events per person-time: one arm's, and the difference and ratio of two arms.

Events are counted over the time that people were followed, and their number is taken as Poisson:
the rate is the same all along and in everybody. Where people differ in their rate, counts of
several events a person vary more than that, and these intervals are too short.

References: Garwood, Biometrika 1936;28:437. Clopper and Pearson, Biometrika 1934;26:404 (of the
share of one arm among all events). Lehmann and Romano, Testing Statistical Hypotheses, section 4.5.
Rothman, Greenland and Lash, Modern Epidemiology, 3rd ed. 2008, chapter 14 (mid-P, Byar, logarithm).
"""

from collections.abc import Callable
from math import inf, log, nan, sqrt

import numpy as np
from scipy.special import bdtr, gammaincinv, pdtr

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    normal_quantile,
    one_number,
)
from trialtrace.stats._roots import roots
from trialtrace.stats._wald import exponential, wald_contrast
from trialtrace.stats.categorical.binomial import binomial_test
from trialtrace.stats.categorical.proportions import clopper_pearson
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult

# Beyond this a count is no longer exact in a float.
LARGEST = 2.0**53


def garwood_rate(events: float, time: float, *, confidence: float) -> Interval:
    """Events per unit of person-time, with Garwood's exact interval.

    `events` a whole number from 0, `time` the sum of the times followed, above 0. Each tail of the
    Poisson distribution has (1 - confidence) / 2; with no event the lower bound is 0 and the upper
    one still has that tail.

    Raises `StatsError` for events that are no such number and a time that is not above 0.
    Oracle: `poisson.test`.

    R: `poisson.test(events, time)$conf.int`.

    >>> found = garwood_rate(10, 100, confidence=0.95)
    >>> found.estimate, round(found.low, 6), round(found.high, 6)
    (0.1, 0.047954, 0.183904)
    """
    events, time = _counted(events, time)
    tail = (1 - check_confidence(confidence)) / 2
    low = float(gammaincinv(events, tail)) if events else 0.0
    return Interval(events / time, low / time, float(gammaincinv(events + 1, 1 - tail)) / time)


def rate_interval(events: float, time: float, *, method: str, confidence: float) -> Interval:
    """Events per unit of person-time, with an interval that is shorter than Garwood's exact one.

    `method`: "mid_p" counts half of the observed number's probability in each tail, "byar" is
    Byar's approximation of the exact interval, "log" Wald's on the scale of the logarithm, NaN
    without events.

    Raises `StatsError` as `garwood_rate` does. Source: Rothman, Greenland and Lash 2008. Oracle:
    the formulas in R, mid-P by uniroot.

    R: by hand in rates.R.

    >>> found = rate_interval(10, 100, method="byar", confidence=0.95)
    >>> round(found.low, 6), round(found.high, 6)
    (0.047874, 0.183915)
    """
    check_choice("method", method, ("mid_p", "byar", "log"))
    x, time = _counted(events, time)
    z = normal_quantile(confidence)
    if method == "mid_p":
        low, high = _mid_p_ends(lambda k, mean: pdtr(k, mean), x, confidence, 4 * x + 40 + 9 * z**2)
    elif method == "byar":
        down, up = (
            1 - 1 / (9 * max(n, 1)) + s * z / (3 * sqrt(max(n, 1)))
            for n, s in ((x, -1), (x + 1, 1))
        )
        low, high = x * down**3, (x + 1) * up**3
    else:
        low, high = (x * np.exp(s * z / sqrt(x)) if x else nan for s in (-1, 1))
    ends = float(low) / time, float(high) / time
    if method == "log" and x:
        return Interval(x / time, *ends, standard_error=1 / sqrt(x), scale="log")
    return Interval(x / time, *ends)


def _mid_p_ends(
    below: Callable[[float, Floats], Floats], x: float, confidence: float, most: float
) -> tuple[float, float]:
    """Where the tails, with half of x's probability, are (1 - confidence) / 2.

    `below`, P(X <= k), falls as its parameter, from 0 to `most`, grows; without x below 0.
    """
    tail = (1 - check_confidence(confidence)) / 2

    def middle(at: Floats, which: Places) -> Floats:
        under = below(x - 1, at) if x else np.zeros_like(at)
        # The lower end has this much below it, with half of x, the upper the rest.
        apart: Floats = (under + below(x, at)) / 2 - np.array([1 - tail, tail])[which]
        return apart

    low, high = roots(middle, np.zeros(2), np.full(2, most)).tolist()
    return (low if x else 0.0), high


def rate_difference(
    events1: float, time1: float, events0: float, time0: float, *, confidence: float, sides: str
) -> Contrast:
    """Difference of two rates, arm 1 less arm 0, with Wald's interval and test.

    The variance is the sum of events over squared times. `sides` "greater" tests for the larger
    rate in arm 1. Oracle: the formula in R.

    Raises `StatsError` as `garwood_rate` does, and with no event in either arm.

    R: by hand in rates.R.

    >>> found = rate_difference(8, 100, 18, 100, confidence=0.95, sides="two_sided")
    >>> round(found.estimate, 4), round(found.low, 4), round(found.p_value, 4)
    (-0.1, -0.1999, 0.0499)
    """
    check_choice("sides", sides, SIDES)
    check_confidence(confidence)
    (x1, t1), (x0, t0) = _counted(events1, time1), _counted(events0, time0)
    if x1 + x0 == 0:
        raise StatsError("no event in either arm, so the rates have no variance.")
    difference = x1 / t1 - x0 / t0
    se = sqrt(x1 / t1**2 + x0 / t0**2)
    return wald_contrast(difference, se, df=inf, sides=sides, confidence=confidence)


def rate_ratio(
    events1: float, time1: float, events0: float, time0: float, *, confidence: float, sides: str
) -> Contrast:
    """Ratio of two rates, arm 1 over arm 0, with the exact conditional interval and test.

    Given all events, those of arm 1 are binomial, with the odds of the ratio times the times'; the
    bounds are Clopper and Pearson's, the two-sided test adds all counts no more likely. The
    statistic is the share of arm 1 among the events. Infinite with no event in arm 0.

    Raises `StatsError` as `garwood_rate` does, and with no event in either arm. Oracle:
    `poisson.test`.

    R: `poisson.test(c(events1, events0), c(time1, time0))`.

    >>> found = rate_ratio(8, 100, 18, 100, confidence=0.95, sides="two_sided")
    >>> round(found.estimate, 4), round(found.high, 4), round(found.p_value, 4)
    (0.4444, 1.0742, 0.0755)
    """
    check_choice("sides", sides, SIDES)
    (x1, t1), (x0, t0) = _counted(events1, time1), _counted(events0, time0)
    if x1 + x0 == 0:
        raise StatsError("no event in either arm, so there is no ratio.")
    share = clopper_pearson(x1, x1 + x0, confidence=confidence)
    low, high = (_odds(one) * t0 / t1 for one in (share.low, share.high))
    ratio = _odds(share.estimate) * t0 / t1
    test = binomial_test(x1, x1 + x0, threshold=t1 / (t1 + t0), sides=sides)
    return Contrast(Interval(ratio, low, high), test)


def rate_ratio_log(
    events1: float, time1: float, events0: float, time0: float, *, confidence: float, sides: str
) -> Contrast:
    """Ratio of two rates, arm 1 over arm 0, with Wald's interval and test of its logarithm.

    The variance is 1 / events1 + 1 / events0. Raises `StatsError` as `garwood_rate` does, and with
    no event in an arm. Oracle: the formula in R.

    R: by hand in rates.R.

    >>> found = rate_ratio_log(8, 100, 18, 100, confidence=0.95, sides="two_sided")
    >>> round(found.estimate, 4), round(found.high, 4), round(found.p_value, 4)
    (0.4444, 1.0221, 0.0563)
    """
    (x1, t1), (x0, t0) = _counted(events1, time1), _counted(events0, time0)
    if not (x1 and x0):
        raise StatsError("an arm has no event, so the logarithm of the ratio has no variance.")
    centre, se = log(x1 / t1) - log(x0 / t0), sqrt(1 / x1 + 1 / x0)
    of_logs = wald_contrast(centre, se, df=inf, sides=sides, confidence=confidence)
    return Contrast(exponential(of_logs.interval), of_logs.test)


def rate_ratio_mid_p(
    events1: float, time1: float, events0: float, time0: float, *, confidence: float, sides: str
) -> Contrast:
    """Ratio of two rates, arm 1 over arm 0, with the mid-P conditional interval and test.

    As `rate_ratio`, with half of the probability of the observed events in each tail; two sides are
    twice the smaller tail. Raises `StatsError` as `rate_ratio` does. Source: Rothman, Greenland and
    Lash 2008. Oracle: binomial tails by uniroot in R.

    R: by hand in rates.R.

    >>> found = rate_ratio_mid_p(8, 100, 18, 100, confidence=0.95, sides="two_sided")
    >>> round(found.low, 4), round(found.high, 4), round(found.p_value, 4)
    (0.1825, 1.0076, 0.0522)
    """
    check_choice("sides", sides, SIDES)
    (x1, t1), (x0, t0) = _counted(events1, time1), _counted(events0, time0)
    total = int(x1 + x0)
    if total == 0:
        raise StatsError("no event in either arm, so there is no ratio.")
    low, high = _mid_p_ends(lambda k, p: bdtr(k, total, p), x1, confidence, 1.0)
    share = t1 / (t1 + t0)
    under = float(bdtr(x1 - 1, total, share)) if x1 else 0.0
    less = (under + float(bdtr(x1, total, share))) / 2
    p_value = {"less": less, "greater": 1 - less, "two_sided": 2 * min(less, 1 - less)}[sides]
    ends = (_odds(one) * t0 / t1 for one in (x1 / total, low, high if x0 else 1.0))
    return Contrast(Interval(*ends), TestResult(x1 / total, nan, min(p_value, 1.0)))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else inf


def _counted(events: float, time: float) -> tuple[float, float]:
    events, time = one_number(events, "events"), one_number(time, "time")
    if events < 0 or events != round(events) or events >= LARGEST:
        raise StatsError(f"events must be a whole number from 0; got {events:g}.")
    if not 1 / LARGEST < time < LARGEST**2:
        raise StatsError(f"time must be a sum of times above 0; got {time:g}.")
    return events, time
