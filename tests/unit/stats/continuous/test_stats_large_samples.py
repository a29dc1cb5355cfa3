"""Order statistics that are not listed, signed ranks of many differences, exact sums of many."""

from math import comb, inf, sqrt

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.continuous import _selection
from trialtrace.stats.continuous.signed_rank import METHODS, pseudomedian, signed_rank
from trialtrace.stats.resampling.binary import binary_exact
from trialtrace.stats.stratified.exact import exact_conditional_test, odds_ratio_conditional

VALUES = st.lists(st.integers(-30, 30).map(lambda v: v / 4), min_size=1, max_size=25)


@given(x=VALUES, y=VALUES, share=st.floats(0, 1), listed=st.integers(1, 40))
def test_selected_differences_are_those_of_the_sorted_list(x, y, share, listed):
    x, below = np.sort(x), np.sort(y)[::-1]
    everything = np.sort(np.subtract.outer(x, below).ravel())
    rank = min(int(share * everything.size), everything.size - 1)
    start, end = np.zeros(x.size, dtype=np.intp), np.full(x.size, below.size, dtype=np.intp)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_selection, "LISTED", listed)
        found = _selection.order_statistic(lambda i, j: x[i] - below[j], start, end, rank)
    assert found == everything[rank]


@given(values=VALUES, method=st.sampled_from(METHODS), unit=st.sampled_from([0.25, 1.0, 64.0]))
def test_pseudomedians_keep_side_and_unit(values, method, unit):
    values = np.array(values)
    if method != "exact" and np.unique(values).size == 1:
        with pytest.raises(StatsError, match="equal"):
            pseudomedian(values, confidence=0.9, method=method)
        return
    found = pseudomedian(values, confidence=0.9, method=method)
    assert found.low <= found.estimate <= found.high
    other = pseudomedian(-values * unit, confidence=0.9, method=method)
    same(
        [other.estimate, other.low, other.high],
        [-unit * v for v in (found.estimate, found.high, found.low)],
    )


@given(values=VALUES, zeros=st.sampled_from(["wilcoxon", "pratt"]), method=st.sampled_from(METHODS))
def test_signed_ranks_of_the_other_sign(values, zeros, method):
    values = np.array(values)
    if not values.any():
        return
    options = {"zeros": zeros, "method": method}
    greater = signed_rank(values, sides="greater", **options)
    less = signed_rank(-values, sides="less", **options)
    assert greater.p_value == pytest.approx(less.p_value, rel=1e-12)
    both = signed_rank(values, sides="two_sided", **options)
    assert 0 <= both.p_value <= 1


def test_few_differences_reject_no_shift():
    for method in METHODS:
        found = pseudomedian([1.0, 2.0], confidence=0.95, method=method)
        assert (found.low, found.estimate, found.high) == (-inf, 1.5, inf)


@pytest.mark.parametrize("far", [0, 40, 400])
def test_one_large_stratum_is_counted_in_whole_numbers(far):
    n, cases = 2000, 1500
    x1 = cases // 2 + far
    total = comb(2 * n, cases)
    above = sum(comb(n, x) * comb(n, cases - x) for x in range(x1, min(n, cases) + 1))
    found = binary_exact([x1], [n], [cases - x1], [n])
    assert found.greater == pytest.approx(above / total, rel=1e-10)
    given_margins = exact_conditional_test(x1, n, cases - x1, n, sides="greater", mid_p="none")
    assert given_margins.p_value == pytest.approx(above / total, rel=1e-10)


def test_large_strata_add_up():
    """Three strata of 200,000: the tail beside the normal one, odds ratio beside Woolf's."""
    table = [[50000] * 3, [100000] * 3, [49700] * 3, [100000] * 3]
    found = binary_exact(*table)
    assert found.expected == pytest.approx(3 * 49850, rel=1e-12)
    z = (found.events - found.expected) / sqrt(found.variance)
    assert z == pytest.approx(2.324, abs=1e-3)
    assert found.greater == pytest.approx(0.01011, rel=1e-2)
    ratio = odds_ratio_conditional(*table, confidence=0.95)
    assert ratio.estimate == pytest.approx(50000 * 50300 / (49700 * 50000), rel=1e-4)


@pytest.mark.parametrize("n", [1e12, 1e15])
def test_counts_beyond_exact_sums_are_refused(n):
    table = [[n / 2] * 2, [n] * 2, [n / 2 - 1] * 2, [n] * 2]
    with pytest.raises(StatsError, match="too large for an exact distribution"):
        binary_exact(*table)
    with pytest.raises(StatsError, match="too large for an exact distribution"):
        exact_conditional_test(*table, sides="two_sided", mid_p="none")


def test_what_cannot_be_told_from_nothing_has_no_probability():
    found = binary_exact([10**5], [10**5], [0], [10**5])
    assert (found.greater, found.less, found.probability, found.distance) == (0, 1, 0, 0)
