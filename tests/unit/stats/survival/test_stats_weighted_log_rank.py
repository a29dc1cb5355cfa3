"""Weighted log-rank tests: relations to the log-rank test, symmetries."""

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import follow_up, given, numbers_of, same

from trialtrace.stats import StatsError
from trialtrace.stats.survival.kaplan_meier import log_rank
from trialtrace.stats.survival.weighted_log_rank import weighted_log_rank

POWERS = st.sampled_from([(0, 0), (1, 0), (0, 1), (0.5, 2), (0.3, 0)])


def or_skip(test, *data, **options):
    try:
        return test(*data, **options)
    except StatsError:
        assume(False)


@given(data=follow_up(groups=3), powers=POWERS, seed=st.integers(0, 99))
def test_weights_ignore_labels_order_and_unit(data, powers, seed):
    time, event, group = data
    rho, gamma = powers
    test = or_skip(weighted_log_rank, time, event, group, rho=rho, gamma=gamma)
    rows = np.random.default_rng(seed).permutation(time.size)
    names = np.array(["c", "a", "b"])[group][rows]
    again = weighted_log_rank(time[rows] / 7, event[rows], names, rho=rho, gamma=gamma)
    same(numbers_of(again), numbers_of(test), 1e-7)
    one = weighted_log_rank(time, event, group, rho=rho, gamma=gamma, strata=np.ones(time.size))
    same(numbers_of(one), numbers_of(test))
    if powers == (0, 0):
        same(numbers_of(test), numbers_of(log_rank(time, event, group)), 1e-7)


@given(data=follow_up(), powers=POWERS)
def test_a_stratum_beside_itself_doubles_the_statistic(data, powers):
    time, event, group = data
    rho, gamma = powers
    test = or_skip(weighted_log_rank, time, event, group, rho=rho, gamma=gamma)
    twice = [np.tile(x, 2) for x in data]
    # A third stratum in which nobody has an event changes nothing.
    strata = np.repeat([0, 1, 2], [time.size, time.size, 1])
    twice = [np.append(x, last) for x, last in zip(twice, (5, 0, 0), strict=True)]
    doubled = weighted_log_rank(*twice, rho=rho, gamma=gamma, strata=strata)
    same(doubled.statistic, 2 * test.statistic, 1e-7)


def test_early_weights_find_early_differences_and_late_ones_late():
    time = np.arange(1.0, 41)
    early = np.where(time <= 10, time % 4 == 0, time % 2 == 0)
    ones = np.ones(40)
    first = weighted_log_rank(time, ones, early, rho=1, gamma=0).statistic
    last = weighted_log_rank(time, ones, early, rho=0, gamma=1).statistic
    assert first > last


def test_what_is_refused():
    data = [1, 2, 3, 4], [1, 1, 1, 1], list("aabb")
    with pytest.raises(StatsError, match="fewer than two groups"):
        weighted_log_rank([1, 2], [1, 1], ["a", "a"], rho=1, gamma=0)
    with pytest.raises(StatsError, match="at least 0"):
        weighted_log_rank(*data, rho=-1, gamma=0)
    with pytest.raises(StatsError, match="never at risk together"):
        weighted_log_rank(*data, rho=1, gamma=0, strata=[1, 1, 2, 2])
    # The only event time has S = 1 before it, so with gamma it has no weight.
    with pytest.raises(StatsError, match="fewer than two groups"):
        weighted_log_rank([3, 3, 5, 6], [1, 1, 0, 0], list("abab"), rho=0, gamma=1)
