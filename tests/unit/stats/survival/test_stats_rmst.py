"""Restricted means: against areas by hand, their symmetries, the rule for tau."""

from math import isnan, log, sqrt

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import follow_up, given, joined, numbers_of, same

from trialtrace.stats import StatsError
from trialtrace.stats.survival.kaplan_meier import kaplan_meier
from trialtrace.stats.survival.rmst import (
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_ratio,
)

PAIR = {"treated": "T", "reference": "R"}
WALD = {"confidence": 0.95, "sides": "two_sided", **PAIR}


def split(data):
    time, event, group = data
    return (time[group == 1], event[group == 1]), (time[group == 0], event[group == 0])


def horizon(arms):
    """The rule of the module, arm by arm."""
    ends = [t.max() for t, e in arms if not e[t == t.max()].all()]
    return min([max(t.max() for t, _ in arms), *ends])


def test_an_area_by_hand():
    # 4 patients: one of four dies at 2, one of two at 5; 3 and 8 are censored.
    found = restricted_mean([2, 3, 5, 8], [1, 0, 1, 0], tau=7, confidence=0.95)
    assert found.estimate == pytest.approx(2 * 1 + 3 * 0.75 + 2 * 0.375)
    # Areas to the right of 2 and of 5, squared, with Greenwood's 1/(4*3) and 1/(2*1).
    right = 3 * 0.75 + 2 * 0.375, 2 * 0.375
    assert found.se == pytest.approx(sqrt(right[0] ** 2 / 12 + right[1] ** 2 / 2))
    assert (found.n_risk, found.n_event, found.tau) == (1, 2, 7.0)


@given(data=follow_up())
def test_without_censoring_it_is_the_mean_of_the_capped_times(data):
    time = data[0]
    tau = float(np.median(time))
    found = restricted_mean(time, np.ones(time.size), tau=tau, confidence=0.9)
    capped = np.minimum(time, tau)
    same(found.estimate, capped.mean())
    same(found.se, capped.std() / sqrt(time.size))


@given(data=follow_up(), share=st.sampled_from([0.3, 0.7, 1.0]), seed=st.integers(0, 99))
def test_area_under_the_curve_in_any_order_and_unit(data, share, seed):
    time, event, _ = data
    tau = share * time.max()
    found = restricted_mean(time, event, tau=tau, confidence=0.95)
    grid = np.concatenate([[0.0], time[time < tau], [tau]])
    grid.sort()
    curve = kaplan_meier(time, event, confidence=0.95, interval="log")
    same(found.estimate, np.sum(np.diff(grid) * curve.at(grid[:-1]).estimate))
    rows = np.random.default_rng(seed).permutation(time.size)
    other = restricted_mean(time[rows] * 30, event[rows], tau=tau * 30, confidence=0.95)
    same(numbers_of(other)[:4], 30 * np.array(numbers_of(found)[:4]))


@given(data=follow_up(), share=st.sampled_from([0.5, 1.0]))
def test_contrasts_turn_round_with_the_arms(data, share):
    one, zero = split(data)
    tau = share * horizon((one, zero))
    options = {"tau": tau, "confidence": 0.9, **PAIR}
    try:
        two = restricted_mean_difference(*joined(one, zero), sides="two_sided", **options)
    except StatsError:
        assume(False)
    back = restricted_mean_difference(*joined(zero, one), sides="two_sided", **options)
    same(back.interval.low, -two.interval.high)
    same(back.test.p_value, two.test.p_value)
    greater, less = (
        restricted_mean_difference(*joined(one, zero), sides=s, **options).test.p_value
        for s in ("greater", "less")
    )
    same(greater + less, 1)
    same(2 * min(greater, less), two.test.p_value)
    for of in ("time_without_event", "time_lost"):
        try:
            ratio, inverse = (
                restricted_mean_ratio(*joined(a, b), of=of, sides="two_sided", **options)
                for a, b in ((one, zero), (zero, one))
            )
        except StatsError:
            continue
        same(1 / ratio.interval.high, inverse.interval.low)
        same(log(ratio.interval.estimate) / ratio.standard_error, ratio.test.statistic)


def test_where_tau_may_lie():
    died, censored = ([2.0, 5.0], [1, 1]), ([1.0, 8.0], [1, 0])

    def difference(one, zero, tau):
        return restricted_mean_difference(*joined(one, zero), tau=tau, **WALD)

    # An arm whose last patient dies stays at 0 for as long as the other is known.
    assert difference(died, censored, 8).interval.estimate == pytest.approx(3.5 - 4.5)
    with pytest.raises(StatsError, match="only up to 8"):
        difference(died, censored, 8.1)
    with pytest.raises(StatsError, match="only up to 8"):
        difference(censored, ([3.0, 9.0], [1, 1]), 8.5)
    # Two arms that end with deaths, at 5 and 9.
    difference(died, ([3.0, 9.0], [1, 1]), 9)
    with pytest.raises(StatsError, match="only up to 9"):
        difference(died, ([3.0, 9.0], [1, 1]), 9.5)
    # A death and a censoring at the last time: the curve is above 0 there.
    with pytest.raises(StatsError, match="only up to 5"):
        difference(([2.0, 5.0, 5.0], [1, 1, 0]), censored, 6)


def test_what_has_no_answer():
    quiet = restricted_mean([3, 4, 9], [0, 0, 1], tau=8, confidence=0.95)
    assert (quiet.estimate, quiet.se) == (8.0, 0.0) and isnan(quiet.low) and isnan(quiet.high)
    for tau in (0, -1, float("nan"), float("inf"), "3", None):
        with pytest.raises(StatsError, match="tau must be a time above 0"):
            restricted_mean([1, 2], [1, 0], tau=tau, confidence=0.95)
    one, nobody = ([1, 3], [1, 0]), ([3, 4], [0, 0])
    with pytest.raises(StatsError, match="no variance"):
        restricted_mean_difference(*joined(nobody, nobody), tau=3, **WALD)
    with pytest.raises(StatsError, match="mean of 0"):
        restricted_mean_ratio(*joined(one, nobody), tau=3, of="time_lost", **WALD)
