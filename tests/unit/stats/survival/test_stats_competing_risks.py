"""Cumulative incidence and Gray's test: sums over causes, one cause alone, symmetries, level."""

from math import nan

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from stats_strategies import given, joined, numbers_of, same

from trialtrace.stats import StatsError
from trialtrace.stats.survival.competing_risks import (
    cumulative_incidence,
    cumulative_incidence_difference,
)
from trialtrace.stats.survival.gray import gray_test
from trialtrace.stats.survival.kaplan_meier import kaplan_meier

PAIR = {"treated": "T", "reference": "R"}
VARIANCES = st.sampled_from(["aalen", "delta"])


@st.composite
def causes(draw, *, groups=2):
    """(time, cause, group) with ties, causes 0 to 2, cause 1 in every group."""
    n = draw(st.integers(4 * groups, 30))
    time = draw(arrays(float, n, elements=st.integers(1, 12).map(float)))
    cause = draw(arrays(float, n, elements=st.sampled_from([0.0, 1.0, 2.0])))
    cause[:groups] = 1
    return time, cause, np.arange(n) % groups


def test_incidence_by_hand():
    # 2: one of four relapses; 5: one of two dies; 8: the last relapses.
    curve = cumulative_incidence(
        [2, 3, 5, 8], [1, 0, 2, 1], of=1, confidence=0.95, variance="delta"
    )
    same(curve.incidence, [1 / 4, 1 / 4, 1 / 4 + 3 / 4 * 1 / 2])
    assert curve.n_event.tolist() == [1, 0, 1] and curve.n_other.tolist() == [0, 1, 0]
    assert curve.n_risk.tolist() == [4, 2, 1]
    found = curve.at([1, 2, 7.9, 8, 9])
    estimate, se, low, high = found.estimate, found.se, found.low, found.high
    assert repr(curve.at(2)).splitlines()[0] == "CurveAt"
    same(estimate, [0, 0.25, 0.25, 0.625, nan])
    same(se[:2], [0, np.sqrt(0.25 * 0.75 / 4)])
    assert np.isnan(low[[0, 4]]).all() and (low[1:4] < estimate[1:4]).all()
    assert (estimate[1:4] < high[1:4]).all()


@given(data=causes(), variance=VARIANCES, seed=st.integers(0, 99))
def test_incidences_and_survival_sum_to_one(data, variance, seed):
    time, cause, _ = data
    assume((cause == 2).any())
    options = {"confidence": 0.9, "variance": variance}
    one, two = (cumulative_incidence(time, cause, of=k, **options) for k in (1, 2))
    free = kaplan_meier(time, cause > 0, confidence=0.9, interval="log")
    same(one.incidence + two.incidence, 1 - free.at(one.time).estimate)
    rows = np.random.default_rng(seed).permutation(time.size)
    again = cumulative_incidence(time[rows] * 30, cause[rows] * 4, of=4, **options)
    same(again.incidence, one.incidence)
    same(again.se, one.se)
    same(again.high, one.high)
    inside = ~np.isnan(one.low)
    assert (one.low[inside] <= one.incidence[inside] * (1 + 1e-12)).all()
    assert (one.incidence[inside] <= one.high[inside] * (1 + 1e-12)).all()


@given(data=causes())
def test_one_cause_alone_is_one_less_kaplan_meier(data):
    time, cause, _ = data
    event = 1.0 * (cause > 0)
    found = cumulative_incidence(time, event, of=1, confidence=0.9, variance="delta")
    curve = kaplan_meier(time, event, confidence=0.9, interval="log")
    rows = curve.n_event > 0
    same(found.incidence, 1 - curve.survival[rows])
    known = curve.survival[rows] > 0
    same(found.se[known], curve.se[rows][known], 1e-7)


@given(data=causes(), variance=VARIANCES, at=st.sampled_from([3, 6.5]))
def test_difference_turns_round_with_the_arms(data, variance, at):
    time, cause, group = data
    one, zero = ([x[group == g] for x in (time, cause)] for g in (1, 0))
    options = {"of": 1, "at": at, "confidence": 0.9, "variance": variance, **PAIR}
    try:
        found = cumulative_incidence_difference(*joined(one, zero), sides="two_sided", **options)
    except StatsError:
        assume(False)
    back = cumulative_incidence_difference(*joined(zero, one), sides="two_sided", **options)
    same(back.interval.high, -found.interval.low)
    p = [
        cumulative_incidence_difference(*joined(one, zero), sides=s, **options).p_value
        for s in ("greater", "less")
    ]
    same(sum(p), 1)
    same(2 * min(p), found.p_value)


@given(data=causes(groups=3), rho=st.sampled_from([0, 1]), seed=st.integers(0, 99))
def test_gray_ignores_labels_order_unit_and_what_follows_the_last_event(data, rho, seed):
    time, cause, group = data
    try:
        test = gray_test(time, cause, group, of=1, rho=rho)
    except StatsError:
        assume(False)
    rows = np.random.default_rng(seed).permutation(time.size)
    names = np.array(["c", "a", "b"])[group][rows]
    again = gray_test(time[rows] / 7, cause[rows], names, of=1, rho=rho)
    assume(test.statistic < 1e6)
    same(numbers_of(again), numbers_of(test), 1e-6)
    own = time[cause == 1].max()
    later = time > own
    same(
        numbers_of(gray_test(time + 5 * later, np.where(later, 0, cause), group, of=1, rho=rho)),
        numbers_of(test),
        1e-6,
    )
    # A stratum beside itself, and one without the cause.
    twice = [np.append(np.tile(x, 2), y) for x, y in zip(data, (5, 2, 0), strict=True)]
    strata = np.repeat([0, 1, 2], [time.size, time.size, 1])
    doubled = gray_test(*twice, of=1, rho=rho, strata=strata)
    same(doubled.statistic, 2 * test.statistic, 1e-6)


def test_what_is_refused():
    options = {"of": 1, "confidence": 0.95, "variance": "aalen"}
    for time, cause, sentence in (
        ([1, 2], [0, 2], "nobody has an event of cause 1"),
        ([1, 2], [1, 0.5], "whole number"),
        ([1, 2], [1, -1], "whole number"),
        ([1, -2], [1, 0], "negative"),
        ([1, nan], [1, 0], "missing"),
        ([1, 2], [1], "cause 1"),
    ):
        with pytest.raises(StatsError, match=sentence):
            cumulative_incidence(time, cause, **options)
    one, none = ([1, 2, 3], [1, 2, 0]), ([2, 3, 4], [2, 2, 0])
    more = {"sides": "two_sided", **options, **PAIR}
    found = cumulative_incidence_difference(*joined(one, none), at=2, **more)
    assert found.estimate == pytest.approx(1 / 3)
    with pytest.raises(StatsError, match=r"not observed up to time 3\.5"):
        cumulative_incidence_difference(*joined(one, none), at=3.5, **more)
    with pytest.raises(StatsError, match="no variance"):
        cumulative_incidence_difference(*joined(none, none), at=2, **more)
    for pair, sentence in (
        ({"treated": "A"}, "nobody is of group 'A'"),
        ({"treated": "R"}, "same"),
    ):
        with pytest.raises(StatsError, match=sentence):
            cumulative_incidence_difference(*joined(one, none), at=2, **more | pair)
    with pytest.raises(StatsError, match="one group only"):
        gray_test([1, 2], [1, 2], ["a", "a"], of=1, rho=0)
    with pytest.raises(StatsError, match="never at risk of the cause together"):
        gray_test([1, 2, 3, 4], [1, 1, 1, 1], list("aabb"), of=1, rho=0, strata=[1, 1, 2, 2])
    with pytest.raises(StatsError, match="nobody has an event of cause 3"):
        gray_test([1, 2], [1, 2], ["a", "b"], of=3, rho=0)
