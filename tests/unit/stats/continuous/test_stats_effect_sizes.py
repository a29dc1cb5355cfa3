"""Cohen's d of two samples and of pairs."""

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.continuous.effect_sizes import cohens_d, cohens_d_paired
from trialtrace.stats.continuous.means import paired_t, student_t

SAMPLES = st.lists(st.integers(-20, 20).map(float), min_size=4, max_size=12)
BY = st.sampled_from(["differences", "values"])


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


@given(pairs=st.lists(st.tuples(*[st.integers(-20, 20)] * 2), min_size=4, max_size=12), by=BY)
def test_pairs_likewise(pairs, by):
    first, second = np.array(pairs, dtype=float).T
    assume(min(len(set(each)) for each in (first, second, first - second)) > 1)
    d = cohens_d_paired(first, second, standardiser=by, confidence=0.95)
    p = paired_t(first - second, sides="two_sided").p_value
    assume(abs(p - 0.05) > 1e-6)
    assert d.low < d.estimate < d.high and (p < 0.05) == (d.low > 0 or d.high < 0)
    # By its definition: mean difference over its standard deviation, r taken out for "values".
    r = np.corrcoef(first, second)[0, 1]
    sd = (first - second).std(ddof=1) / (1 if by == "differences" else np.sqrt(2 * (1 - r)))
    same(d.estimate, (first - second).mean() / sd)


def test_what_has_no_standardised_difference():
    with pytest.raises(StatsError, match="got 2 and 3"):
        cohens_d_paired([1, 2], [1, 2, 4], standardiser="differences", confidence=0.95)
    with pytest.raises(StatsError, match="no correlation"):
        cohens_d_paired([1, 2, 4], [1, 1, 1], standardiser="values", confidence=0.95)
    with pytest.raises(StatsError, match="all differences are equal"):
        cohens_d_paired([1, 2, 4], [0, 1, 3], standardiser="differences", confidence=0.95)
    with pytest.raises(StatsError, match="standardiser must be one of differences, values"):
        cohens_d_paired([1, 2], [1, 3], standardiser="pooled", confidence=0.95)
    with pytest.raises(StatsError, match="no limits that can be computed"):
        cohens_d_paired([1, 2], [0, 1.000001], standardiser="differences", confidence=0.999999)


def test_true_values_lie_within_the_interval_as_often_as_is_said():
    """600 draws of d = 0.5 in pairs; Monte Carlo standard error 0.0089."""
    rng, inside = np.random.default_rng(4), 0
    for _ in range(600):
        found = cohens_d_paired(
            rng.normal(0.5, 1, 12), np.zeros(12), standardiser="differences", confidence=0.95
        )
        inside += found.low <= 0.5 <= found.high
    assert abs(inside / 600 - 0.95) < 4 * 0.0089
