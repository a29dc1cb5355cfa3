"""Rates per person-time: printed numbers, by hand, symmetries, refusals."""

from math import exp, inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.stats import StatsError
from trialtrace.stats.survival.person_time import (
    garwood_rate,
    rate_difference,
    rate_ratio,
)

OPTIONS = {"confidence": 0.95, "sides": "two_sided"}
COUNTS, TIMES = st.integers(0, 200), st.floats(0.01, 1e6)


def test_garwood_as_printed():
    """Of 10 events Garwood's limits are 4.795 and 18.390, of none 0 and 3.689."""
    ten, none = (garwood_rate(x, 1, confidence=0.95) for x in (10, 0))
    assert (ten.low, ten.high) == pytest.approx((4.795, 18.390), abs=5e-4)
    assert (none.low, none.high) == pytest.approx((0, 3.689), abs=5e-4)


def test_breast_cancer_after_fluoroscopy_as_printed():
    """Rothman and Greenland: 41 in 28,010 person-years against 15 in 19,017: ratio 1.86."""
    ratio = rate_ratio(41, 28010, 15, 19017, **OPTIONS)
    difference = rate_difference(41, 2.8010, 15, 1.9017, **OPTIONS)
    assert ratio.estimate == pytest.approx(1.86, abs=5e-3)
    assert difference.estimate == pytest.approx(6.75, abs=5e-3)


def test_upper_bound_of_no_event_by_hand():
    """exp(-m) is .025."""
    assert exp(-garwood_rate(0, 1, confidence=0.95).high) == pytest.approx(0.025)


def test_exact_ratio_by_hand():
    """3 of 3 events in half of the time: p = 2 / 8 of two sides, and 1 / 8 of one."""
    found = rate_ratio(3, 10, 0, 10, **OPTIONS)
    assert (found.estimate, found.high) == (inf, inf)
    assert found.low == pytest.approx(0.025 ** (1 / 3) / (1 - 0.025 ** (1 / 3)))
    assert found.p_value == pytest.approx(0.25)
    other = rate_ratio(3, 10, 0, 10, confidence=0.95, sides="greater")
    assert other.p_value == pytest.approx(1 / 8)


@given(COUNTS, TIMES, COUNTS, TIMES, st.floats(0.1, 10))
def test_symmetries(x1, t1, x0, t0, unit):
    if x1 + x0 == 0:
        return
    one = rate_difference(x1, t1, x0, t0, **OPTIONS)
    other = rate_difference(x0, t0, x1, t1, **OPTIONS)
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low), rel=1e-9, abs=1e-9)
    assert other.p_value == pytest.approx(one.p_value)
    ratio = rate_ratio(x1, t1, x0, t0, **OPTIONS)
    scaled = rate_ratio(x1, unit * t1, x0, unit * t0, **OPTIONS)
    assert (scaled.low, scaled.high) == pytest.approx((ratio.low, ratio.high))
    assert scaled.p_value == pytest.approx(ratio.p_value)
    turned = rate_ratio(x0, t0, x1, t1, **OPTIONS)
    assert turned.low == pytest.approx(1 / ratio.high if ratio.high else inf, rel=1e-6)


@pytest.mark.parametrize(
    ("events", "time"),
    [
        *((x, 1) for x in (-1, 1.5, nan, inf, True, "1", [1], 1e308, None)),
        *((1, t) for t in (0, -2, nan, inf, 1e308, 1e-200, "2", True)),
    ],
)
def test_odd_counts_and_times_are_refused(events, time):
    with pytest.raises(StatsError):
        garwood_rate(events, time, confidence=0.95)
    for function in (rate_difference, rate_ratio):
        with pytest.raises(StatsError):
            function(3, 4, events, time, **OPTIONS)


def test_no_event_at_all_has_no_comparison():
    for function in (rate_difference, rate_ratio):
        with pytest.raises(StatsError, match="no event"):
            function(0, 4, 0, 3, **OPTIONS)
