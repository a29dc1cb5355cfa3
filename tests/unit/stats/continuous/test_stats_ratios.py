"""The ratio of expression: by hand, what is refused."""

from math import isnan

import numpy as np
import pytest

from trialtrace.stats import StatsError
from trialtrace.stats.continuous import ratios


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
