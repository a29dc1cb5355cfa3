"""Shifts of two samples: invariants, their test, coverage."""

from math import inf

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, samples

from trialtrace.stats import StatsError
from trialtrace.stats.continuous.hodges_lehmann import hodges_lehmann
from trialtrace.stats.continuous.ranks import mann_whitney

CORRECTIONS = st.sampled_from(["none", "continuity"])


def parts(found):
    return [found.estimate, found.low, found.high]


@given(x=samples(), y=samples(), correction=CORRECTIONS, seed=st.integers(0, 99))
def test_labels_units_and_order_do_not_matter(x, y, correction, seed):
    x[:2] = 0, 1
    options = {"correction": correction, "confidence": 0.9}
    found = parts(hodges_lehmann(x, y, **options))
    assert found[1] <= found[0] <= found[2]
    estimate, low, high = parts(hodges_lehmann(y, x, **options))
    assert [-estimate, -high, -low] == found
    moved = parts(hodges_lehmann(4 * x + 8, 4 * y, **options))
    assert moved == [4 * value + 8 for value in found]
    rng = np.random.default_rng(seed)
    assert parts(hodges_lehmann(rng.permutation(x), rng.permutation(y), **options)) == found


@given(x=samples(), y=samples(), correction=CORRECTIONS)
def test_interval_holds_what_the_test_does_not_reject(x, y, correction):
    x[:2] = 0, 1
    found = hodges_lehmann(x, y, correction=correction, confidence=0.9)
    # Whole values: at these shifts nothing is tied between the arms.
    for shift in np.arange(-14, 14) + 0.5:
        test = mann_whitney(x - shift, y, correction=correction, sides="two_sided")
        assert (test.p_value > 0.1) == (found.low < shift < found.high)


def test_small_and_constant_samples():
    found = hodges_lehmann([3.0], [1.0, 2.0], correction="none", confidence=0.95)
    assert parts(found) == [1.5, -inf, inf]
    with pytest.raises(StatsError, match="constant"):
        hodges_lehmann([3.0, 3.0], [1.0], correction="none", confidence=0.95)
    with pytest.raises(StatsError, match="correction"):
        hodges_lehmann([3.0], [1.0], correction="yes", confidence=0.95)
