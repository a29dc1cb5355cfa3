"""Ratios of medians, and of expression: printed numbers, units, what is refused."""

from math import isnan

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.continuous import ratios

# The example that R's package statpsych prints for ci.ratio.median2: 1.162162 (0.927667, 1.455933).
FIRST = [36, 44, 47, 42, 49, 39, 46, 31, 33, 48]
SECOND = [32, 39, 26, 35, 43, 27, 40, 37, 34, 29, 49, 42, 40]
POSITIVE = st.lists(st.integers(1, 500), min_size=2, max_size=12)


def test_the_printed_example_of_medians():
    found = ratios.median_ratio(FIRST, SECOND, confidence=0.95)
    printed = (1.162162, 0.927667, 1.455933)
    assert (found.estimate, found.low, found.high) == pytest.approx(printed, abs=5e-7)


@given(x=POSITIVE, y=POSITIVE, scale=st.integers(2, 900))
def test_a_unit_changes_nothing_and_swapped_arms_turn_the_ratio_round(x, y, scale):
    def of(one, other):
        found = ratios.median_ratio(one, other, confidence=0.9)
        return np.array([found.estimate, found.low, found.high])

    here = of(x, y)
    same(here, of([scale * v for v in x], [scale * v for v in y]))
    same(1 / here[[0, 2, 1]], of(y, x))


@pytest.mark.parametrize("value", [0, -3])
def test_values_of_which_there_is_no_ratio_are_refused(value):
    with pytest.raises(StatsError, match="values above 0; 1 are 0 or below"):
        ratios.median_ratio([1, 2], [2, value], confidence=0.95)


def test_tied_order_statistics_leave_no_error():
    found = ratios.median_ratio([2, 2, 2], [4, 4, 4], confidence=0.95)
    assert found.estimate == pytest.approx(0.5) and isnan(found.low)


def test_a_ratio_of_expression_by_hand():
    """Two cycles less on one side in each of three subjects on average: four times as much."""
    found = ratios.fold_change([-1, -2, -3], confidence=0.95)
    assert found.estimate == pytest.approx(4)
    # t with 2 degrees of freedom at 0.975 is 4.302653, the error of the mean 1 / sqrt(3).
    half = 4.302652729696 / np.sqrt(3)
    assert (found.low, found.high) == pytest.approx((2 ** (2 - half), 2 ** (2 + half)))
    assert found.scale == "log"


def test_a_ratio_of_expression_turns_round_with_the_sides():
    x = [0.4, -1.2, 0.9, -0.3]
    one, other = (ratios.fold_change(np.multiply(sign, x), confidence=0.9) for sign in (1, -1))
    assert 1 / one.estimate == pytest.approx(other.estimate)
    assert (1 / one.high, 1 / one.low) == pytest.approx((other.low, other.high))


def test_a_ratio_of_expression_without_spread_has_no_bounds():
    found = ratios.fold_change([1.0, 1.0], confidence=0.95)
    assert found.estimate == 0.5 and isnan(found.low) and isnan(found.high)


def test_a_ratio_of_expression_beyond_the_range_of_numbers_is_refused():
    with pytest.raises(StatsError, match="too large or too small"):
        ratios.fold_change([-1e12, 0, 1], confidence=0.95)
