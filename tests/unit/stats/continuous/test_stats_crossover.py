"""Two treatments in two periods: Senn's printed example, and what must always hold."""

from itertools import combinations
from math import comb, isnan

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import CONFIDENCE, given

from trialtrace.stats import StatsError
from trialtrace.stats.continuous import crossover as c

# Senn, Cross-over Trials in Clinical Research, 2002, table 3.1: peak expiratory flow, formoterol
# first in seven children, salbutamol first in six.
FIRST = [310, 310, 370, 410, 250, 380, 330, 370, 310, 380, 290, 260, 90]
SECOND = [270, 260, 300, 390, 210, 350, 365, 385, 400, 410, 320, 340, 220]
FORMOTEROL_FIRST = [1] * 7 + [0] * 6

WHOLE = st.integers(-30, 30).map(float)
TRIAL = st.lists(st.tuples(WHOLE, WHOLE), min_size=2, max_size=9)
YES_NO = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=8)


def both(treated, reference):
    """Periods and sequences of the subjects of two sequences."""
    first, second = np.array([*treated, *reference], dtype=float).T
    return first, second, np.repeat([1.0, 0.0], [len(treated), len(reference)])


def test_senns_example():
    """Adjusted for the period 46.6 with standard error 10.8 and 11 degrees of freedom."""
    data = FIRST, SECOND, FORMOTEROL_FIRST
    found = c.crossover_effect(*data, effect="treatment", confidence=0.95)
    test = c.crossover_t(*data, effect="treatment", sides="two_sided")
    assert round(found.estimate, 1) == 46.6
    assert (round(found.estimate / test.statistic, 1), test.df) == (10.8, 11)


def test_by_hand():
    """Differences 40, 20 and -10, -30: halves 15 and -10, their difference 25."""
    data = [50, 40, 20, 10], [10, 20, 30, 40], [1, 1, 0, 0]
    assert c.crossover_effect(*data, effect="treatment", confidence=0.9).estimate == 25
    assert c.crossover_effect(*data, effect="period", confidence=0.9).estimate == -5
    assert c.crossover_effect(*data, effect="carry_over", confidence=0.9).estimate == 10


@given(treated=TRIAL, reference=TRIAL, shift=st.integers(-50, 50), confidence=CONFIDENCE)
def test_a_shift_of_one_period_changes_the_effect_of_the_period_alone(
    treated, reference, shift, confidence
):
    first, second, sequence = both(treated, reference)
    for effect, change in (("treatment", 0), ("period", shift), ("carry_over", 0)):
        own = c.crossover_effect(first, second, sequence, effect=effect, confidence=confidence)
        moved = c.crossover_effect(
            first, second + shift, sequence, effect=effect, confidence=confidence
        )
        assert moved.estimate == pytest.approx(own.estimate + change, abs=1e-9)


@given(treated=TRIAL, reference=TRIAL)
def test_treatments_renamed_turn_the_effect_round(treated, reference):
    first, second, sequence = both(treated, reference)
    for effect, sign in (("treatment", -1), ("period", 1), ("carry_over", -1)):
        own = c.crossover_effect(first, second, sequence, effect=effect, confidence=0.9)
        other = c.crossover_effect(first, second, 1 - sequence, effect=effect, confidence=0.9)
        assert other.estimate == pytest.approx(sign * own.estimate, abs=1e-9)


@given(treated=TRIAL, reference=TRIAL, confidence=CONFIDENCE)
def test_interval_and_test_decide_alike(treated, reference, confidence):
    data = both(treated, reference)
    for effect in c.EFFECTS:
        found = c.crossover_effect(*data, effect=effect, confidence=confidence)
        if isnan(found.low):
            with pytest.raises(StatsError, match="constant"):
                c.crossover_t(*data, effect=effect, sides="two_sided")
            continue
        p_value = c.crossover_t(*data, effect=effect, sides="two_sided").p_value
        assume(abs(p_value - (1 - confidence)) > 1e-9)
        assert (p_value < 1 - confidence) == (not found.low <= 0 <= found.high)


@given(treated=YES_NO, reference=YES_NO)
def test_prescotts_variance_is_that_of_all_assignments(treated, reference):
    first, second, sequence = both(treated, reference)
    score = first - second
    assume(np.ptp(score))
    n, m = len(score), len(treated)
    sums = [score[list(chosen)].sum() for chosen in combinations(range(n), m)][: comb(n, m)]
    z = c.prescott(first, second, sequence, sides="greater").statistic
    by_hand = (score[:m].sum() - np.mean(sums)) / np.std(sums)
    assert z == pytest.approx(by_hand, abs=1e-9)


def test_mainland_and_gart_is_fishers_test_of_who_differs():
    """8 of 9 prefer the first period, treated first; 2 of 8, reference first: by hand."""
    treated = [(1, 0)] * 8 + [(0, 1)] + [(1, 1)] * 5
    reference = [(1, 0)] * 2 + [(0, 1)] * 6 + [(0, 0)] * 4
    found = c.mainland_gart(*both(treated, reference), sides="greater").p_value
    by_hand = (comb(9, 8) * comb(8, 2) + comb(9, 9) * comb(8, 1)) / comb(17, 10)
    assert found == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("first", "second", "sequence", "told"),
    [
        ([1, 2, 3], [1, 2, 3], [1, 1, 0], "at least two"),
        ([1, 2], [1, 2, 3], [1, 1, 0], "length"),
        ([1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 0, 0], "treated_first"),
        ([[1, 2]], [1, 2], [1, 0], "one-dimensional"),
    ],
)
def test_what_is_no_crossover(first, second, sequence, told):
    with pytest.raises(StatsError, match=told):
        c.crossover_effect(first, second, sequence, effect="treatment", confidence=0.95)


def test_yes_no_that_cannot_be_compared():
    with pytest.raises(StatsError, match="no subject differs"):
        c.mainland_gart([1, 0, 1], [0, 0, 1], [1, 1, 0], sides="less")
    with pytest.raises(StatsError, match="nothing to compare"):
        c.prescott([1, 1], [0, 0], [1, 0], sides="less")
    with pytest.raises(StatsError, match="no subject"):
        c.prescott([1, 0], [0, 0], [1, 1], sides="less")
    with pytest.raises(StatsError, match="1 for the event"):
        c.prescott([2, 0], [0, 0], [1, 0], sides="less")
