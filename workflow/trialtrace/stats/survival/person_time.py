"""Rates of events per person-time: one arm's, and the difference and ratio of two arms.

Events are counted over the time that people were followed, and their number is taken as Poisson:
the rate is the same all along and in everybody. Where people differ in their rate, counts of
several events a person vary more than that, and these intervals are too short.

References: Garwood, Biometrika 1936;28:437. Clopper and Pearson, Biometrika 1934;26:404 (of the
share of one arm among all events). Lehmann and Romano, Testing Statistical Hypotheses, section 4.5.
"""

from math import inf, sqrt

from scipy.special import gammaincinv

from trialtrace.stats._inputs import (
    SIDES,
    check_choice,
    check_confidence,
    one_number,
)
from trialtrace.stats._wald import wald_contrast
from trialtrace.stats.categorical.binomial import binomial_test
from trialtrace.stats.categorical.proportions import clopper_pearson
from trialtrace.stats.results import Contrast, Interval, StatsError

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


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else inf


def _counted(events: float, time: float) -> tuple[float, float]:
    events, time = one_number(events, "events"), one_number(time, "time")
    if events < 0 or events != round(events) or events >= LARGEST:
        raise StatsError(f"events must be a whole number from 0; got {events:g}.")
    if not 1 / LARGEST < time < LARGEST**2:
        raise StatsError(f"time must be a sum of times above 0; got {time:g}.")
    return events, time
