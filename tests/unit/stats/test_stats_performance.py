"""Monte Carlo measures by the formulas of Morris, White and Crowther (2019), table 6, by hand."""

from math import sqrt

import pytest

from trialtrace.stats.design.performance import (
    mean_measured,
    model_error_measured,
    share_measured,
    spread_measured,
)
from trialtrace.stats.results import StatsError


def test_bias_is_the_mean_with_the_spread_by_the_root_of_n():
    # Estimates 9, 11, 13 of 10: bias 1, sum of squares 8, sd 2.
    assert mean_measured([-1, 1, 3]) == pytest.approx((1.0, 2 / sqrt(3)))


def test_the_empirical_standard_error_and_its_own():
    assert spread_measured([9, 11, 13]) == pytest.approx((2.0, 2 / sqrt(2 * 2)))


def test_the_model_standard_error_is_a_root_mean_square():
    # Squares 4, 9, 11: mean 8, variance 13 (16 + 1 + 9 by 2).
    found = model_error_measured([2.0, 3.0, sqrt(11)])
    assert found == pytest.approx((sqrt(8), sqrt(13 / (4 * 3 * 8))))
    assert model_error_measured([0.0, 0.0]) == (0.0, 0.0)


def test_shares_have_the_error_of_a_proportion():
    assert share_measured([1, 1, 0, 1, 0]) == pytest.approx((0.6, sqrt(0.6 * 0.4 / 5)))


@pytest.mark.parametrize(
    "measure", [mean_measured, spread_measured, model_error_measured, share_measured]
)
def test_one_trial_tells_nothing(measure):
    with pytest.raises(StatsError, match="at least 2"):
        measure([1.0])
