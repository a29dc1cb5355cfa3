"""Cohen's d of two samples."""

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.continuous.effect_sizes import cohens_d
from trialtrace.stats.continuous.means import student_t

SAMPLES = st.lists(st.integers(-20, 20).map(float), min_size=4, max_size=12)


def ends(interval):
    return np.array([interval.estimate, interval.low, interval.high])


@given(x=SAMPLES, y=SAMPLES)
def test_an_interval_without_zero_is_a_significant_t_whatever_the_unit(x, y):
    assume(len(set(x)) > 1 and len(set(y)) > 1)
    d = cohens_d(x, y, confidence=0.95)
    assert d.low < d.estimate < d.high
    p = student_t(x, y, sides="two_sided").p_value
    assume(abs(p - 0.05) > 1e-6)
    assert (p < 0.05) == (d.low > 0 or d.high < 0)
    same(ends(cohens_d(np.array(x) * 30 - 7, np.array(y) * 30 - 7, confidence=0.95)), ends(d))
    same(ends(cohens_d(y, x, confidence=0.95))[[0, 2, 1]], -ends(d))


def test_what_has_no_limits_is_refused():
    with pytest.raises(StatsError, match="no limits that can be computed"):
        cohens_d([1, 1.000001], [0, 0.000001], confidence=0.999999)
