"""Survival of two arms at a time: published numbers, by hand, symmetries, refusals."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.stats import StatsError
from trialtrace.stats.survival.survival_at import survival_difference, survival_ratio
from trialtrace.stats.survival.weighted_log_rank import at_risk_log_rank

OPTIONS = {"confidence": 0.95, "sides": "two_sided"}
# Remission in weeks under 6-MP and placebo (Freireich et al. 1963).
SIX_MP = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
REMITTED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def of_arms(time1, event1, time0, event0):
    """The arguments of two arms."""
    group = [1] * len(time1) + [0] * len(time0)
    both = {"time": [*time1, *time0], "event": [*event1, *event0], "group": group}
    return both | {"treated": 1, "reference": 0}


LEUKAEMIA = of_arms(SIX_MP, REMITTED, PLACEBO, [1] * 21)


def test_remission_at_ten_weeks_as_printed():
    """Kalbfleisch and Prentice print .753 (SE .0963) at 10 weeks; of placebo 8 of 21 remain."""
    found = survival_difference(**LEUKAEMIA, at=10, interval="plain", **OPTIONS)
    other = sqrt(8 / 21 * 13 / 21 / 21)
    assert found.estimate == pytest.approx(0.753 - 8 / 21, abs=5e-4)
    assert found.statistic == pytest.approx((0.753 - 8 / 21) / sqrt(0.0963**2 + other**2), abs=5e-3)
    ratio = survival_ratio(**LEUKAEMIA, at=10, **OPTIONS)
    assert ratio.estimate == pytest.approx(0.753 / (8 / 21), abs=2e-3)


def test_without_censoring_it_is_the_difference_of_proportions():
    """Before any censoring Greenwood's variance is p (1 - p) / n."""
    times, events = [1, 1, 2, 5, 5], [1] * 5
    others = [1, 2, 2, 2, 5, 5, 5, 5]
    both = of_arms(times, events, others, [1] * 8)
    found = survival_difference(**both, at=3, interval="plain", **OPTIONS)
    se = sqrt(0.4 * 0.6 / 5 + 0.5 * 0.5 / 8)
    assert found.estimate == pytest.approx(-0.1)
    assert found.statistic == pytest.approx(-0.1 / se)
    assert found.standard_error == pytest.approx(se)
    assert found.high == pytest.approx(-0.1 + 1.959963985 * se)


def test_of_the_scale_of_log_minus_log_by_hand():
    """.5 (of 4) against .25 (of 4): errors of log S are .5 and sqrt(.75), over |log S|."""
    both = of_arms([1, 1, 9, 9], [1, 1, 0, 0], [1, 1, 1, 9], [1, 1, 1, 0])
    test = survival_difference(**both, at=2, interval="log_log", **OPTIONS)
    se = sqrt((0.5 / log(2)) ** 2 + (sqrt(0.75) / log(4)) ** 2)
    assert test.statistic == pytest.approx(log(2) / se)


@given(st.integers(0, 10_000), st.sampled_from(["plain", "log_log"]))
def test_swapping_arms_turns_the_sign(seed, interval):
    rng = np.random.default_rng(seed)
    arms = [np.ceil(rng.exponential(10, 15)) for _ in range(2)]
    events = [rng.integers(0, 2, 15) for _ in range(2)]
    options = {"at": 5.0, "interval": interval} | OPTIONS
    try:
        one = survival_difference(**of_arms(arms[0], events[0], arms[1], events[1]), **options)
    except StatsError:
        return
    other = survival_difference(**of_arms(arms[1], events[1], arms[0], events[0]), **options)
    assert other.estimate == pytest.approx(-one.estimate)
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low))
    assert -1 <= one.low <= one.estimate <= one.high <= 1
    assert other.statistic == pytest.approx(-one.statistic)
    assert other.p_value == pytest.approx(one.p_value)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"at": 24}, "not observed up to time 24"),
        ({"at": 0.5}, "no variance"),
        ({"at": 0.5, "interval": "log_log"}, "no place"),
        ({"at": 23, "interval": "log_log"}, "no place"),
        ({"at": -1}, "from 0"),
        ({"reference": 2}, "nobody is of group 2"),
    ],
)
def test_refused_differences(wrong, told):
    with pytest.raises(StatsError, match=told):
        survival_difference(**(LEUKAEMIA | {"at": 10, "interval": "plain"} | OPTIONS | wrong))


def test_a_ratio_with_nobody_left_is_refused():
    with pytest.raises(StatsError, match="survival is 0"):
        survival_ratio(**LEUKAEMIA, at=23, **OPTIONS)


def test_gehan_is_mann_whitney_without_censoring():
    """Gehan's score of a group is the sum of signs of all pairs: here 4 pairs, all one way."""
    test = at_risk_log_rank([1, 2, 3, 4], [1] * 4, [0, 0, 1, 1], weight="gehan")
    # (O - E) n: 4 · 1/2 + 3 · 2/3 = 4; variance 16 · 1/4 + 9 · 2/9 = 6, less one for no tie.
    assert test.statistic == pytest.approx(16 / 6)


@pytest.mark.parametrize("weight", ["gehan", "tarone_ware"])
def test_of_a_stratum_twice_the_statistic_doubles(weight):
    data = [np.array(one) for one in (SIX_MP + PLACEBO, REMITTED + [1] * 21, [1] * 21 + [0] * 21)]
    one = at_risk_log_rank(*data, weight=weight)
    twice = [np.tile(part, 2) for part in data]
    both = at_risk_log_rank(*twice, weight=weight, strata=np.repeat([1, 2], 42))
    assert both.statistic == pytest.approx(2 * one.statistic)
