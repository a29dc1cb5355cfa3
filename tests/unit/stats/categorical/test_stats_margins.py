"""Tests at a margin and the intervals beside them decide alike, of risks, odds and means."""

from functools import partial
from math import isclose

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import CONFIDENCE, given, tables

from trialtrace.stats import StatsError
from trialtrace.stats.categorical.contingency import odds_ratio_sample, odds_ratio_wald_test
from trialtrace.stats.categorical.score import risk_difference_score, risk_difference_score_test
from trialtrace.stats.categorical.score_ratio import risk_ratio_score, risk_ratio_score_test
from trialtrace.stats.continuous import means

DIFFERENCE, RATIO = st.floats(-0.9, 0.9).filter(bool), st.floats(0.1, 8)
VALUES = st.lists(st.integers(-9, 9).map(float), min_size=2, max_size=12)


def decide_alike(interval, test, confidence, margin):
    """A one-sided test at alpha rejects where the bound of the 1 - 2 alpha interval says so."""
    alpha = (1 - confidence) / 2
    found = interval(confidence=confidence)
    for sides, beyond in (("greater", found.low > margin), ("less", found.high < margin)):
        p_value = test(margin, sides)
        if not isclose(p_value, alpha, rel_tol=1e-6):
            assert (p_value < alpha) == beyond


@given(
    table=tables(),
    confidence=CONFIDENCE,
    margin=DIFFERENCE,
    variance=st.sampled_from(["miettinen_nurminen", "farrington_manning"]),
)
def test_of_a_risk_difference(table, confidence, margin, variance):
    def test(margin, sides):
        choices = {"margin": margin, "sides": sides, "variance": variance}
        return risk_difference_score_test(*table, **choices).p_value

    interval = partial(risk_difference_score, *table, variance=variance)
    decide_alike(interval, test, confidence, margin)


@given(
    table=tables(),
    confidence=CONFIDENCE,
    margin=RATIO,
    variance=st.sampled_from(["miettinen_nurminen", "koopman"]),
)
def test_of_a_risk_ratio(table, confidence, margin, variance):
    assume(table[0] + table[2] and margin != 1)

    def test(margin, sides):
        choices = {"margin": margin, "sides": sides, "variance": variance}
        return risk_ratio_score_test(*table, **choices).p_value

    interval = partial(risk_ratio_score, *table, variance=variance)
    decide_alike(interval, test, confidence, margin)


@given(table=tables(), confidence=CONFIDENCE, margin=RATIO)
def test_of_an_odds_ratio(table, confidence, margin):
    assume(0 < table[0] < table[1] and 0 < table[2] < table[3])

    def test(margin, sides):
        return odds_ratio_wald_test(*table, margin=margin, sides=sides).p_value

    decide_alike(partial(odds_ratio_sample, *table), test, confidence, margin)


@given(x=VALUES, y=VALUES, confidence=CONFIDENCE, margin=st.floats(-10, 10))
def test_of_means(x, y, confidence, margin):
    x, y = np.array(x), np.array(y)
    assume(np.ptp(x) or np.ptp(y))
    for compute, t in (
        (means.mean_difference_welch, means.welch_t),
        (means.mean_difference_student, means.student_t),
    ):

        def test(margin, sides, t=t):
            return t(x - margin, y, sides=sides).p_value

        decide_alike(partial(compute, x, y), test, confidence, margin)


def test_an_odds_ratio_against_a_margin_by_hand():
    """Cells 30, 20, 25, 25: log(1.5 / 0.8) over the root of 1/30 + 1/20 + 2/25 is 1.5554."""
    found = odds_ratio_wald_test(30, 50, 25, 50, margin=0.8, sides="greater")
    assert found.statistic == pytest.approx(np.log(1.5 / 0.8) / np.sqrt(1 / 30 + 1 / 20 + 2 / 25))
    assert found.statistic == pytest.approx(1.5554, abs=5e-5)


@pytest.mark.parametrize(
    "margin",
    [
        0,
        -1,
    ],
)
def test_what_is_no_margin_of_a_ratio(margin):
    with pytest.raises(StatsError, match=r"positive|must be a"):
        odds_ratio_wald_test(3, 5, 2, 5, margin=margin, sides="less")


@pytest.mark.parametrize("table", [(0, 5, 2, 5), (5, 5, 2, 5), (1, 5, 0, 5), (1, 5, 5, 5)])
def test_an_empty_cell_has_no_error(table):
    with pytest.raises(StatsError, match="empty"):
        odds_ratio_wald_test(*table, margin=1, sides="less")
