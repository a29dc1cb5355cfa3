"""What must hold of bounds, fragility and compliers whatever the counts are."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trialtrace.stats import StatsError, categorical
from trialtrace.stats.categorical.binomial import binomial_test, upper_bound
from trialtrace.stats.categorical.complier import complier_bounds, complier_difference
from trialtrace.stats.categorical.fragility import fragility_index

ARM = st.integers(1, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(ARM, ARM)
def test_so_many_changes_turn_the_decision_and_one_less_does_not(one, other):
    (x1, n1), (x0, n0) = one, other
    try:
        index = fragility_index(x1, n1, x0, n0, level=0.2, rule="smallest")
    except StatsError:
        assume(False)

    def significant(a, b):
        return categorical.fisher_exact(a, n1, b, n0, sides="two_sided").p_value < 0.2

    now = significant(x1, x0)
    turned = [
        abs(a - x1) + abs(b - x0)
        for a in range(n1 + 1)
        for b in range(n0 + 1)
        if significant(a, b) != now
    ]
    assert index == min(turned)


@given(ARM, ARM, st.integers(1, 12))
def test_the_effect_in_compliers_lies_in_its_bounds_if_the_others_are_alike(one, other, taken):
    (x1, n1), (x0, n0) = one, other
    assume(taken <= n1)
    treated, control = (np.arange(n1) < x1) * 1.0, (np.arange(n0) < x0) * 1.0
    received = (np.arange(n1) < taken) * 1.0
    bounds = complier_bounds(treated, received, control)
    assert -1 <= bounds.low <= bounds.high <= 1
    if taken == n1:
        effect = complier_difference(treated, received, control, confidence=0.9).estimate
        assert bounds.low == pytest.approx(effect) == pytest.approx(bounds.high)


@given(ARM, st.floats(0.02, 0.98), st.floats(0.5, 0.99))
def test_the_upper_bound_is_where_the_test_stops_rejecting(arm, threshold, confidence):
    x, n = arm
    bound = upper_bound(x, n, confidence=confidence)
    assume(abs(bound - threshold) > 1e-6)
    p = binomial_test(x, n, threshold=threshold, sides="less").p_value
    assert (p < 1 - confidence) == (bound < threshold)
