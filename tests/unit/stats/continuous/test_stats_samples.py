"""Two samples, pairs and crossover trials: symmetries, enumeration, what has no answer."""

from functools import partial
from math import comb, inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import given, numbers_of, same, samples

from trialtrace.stats import StatsError
from trialtrace.stats import continuous as c
from trialtrace.stats.continuous import _selection
from trialtrace.stats.continuous.signed_rank import METHODS
from trialtrace.stats.resampling.binary import binary_exact
from trialtrace.stats.stratified.exact import exact_conditional_test, odds_ratio_conditional

LEVEL = {"confidence": 0.9}
OPPOSITE = {"two_sided": "two_sided", "greater": "less", "less": "greater"}
SIDES = st.sampled_from(sorted(OPPOSITE))
TESTS = [
    c.welch_t,
    c.student_t,
    partial(c.mann_whitney, correction="none"),
    partial(c.mann_whitney, correction="continuity"),
]
SHIFTS = [
    c.mean_difference_welch,
    partial(c.hodges_lehmann, correction="none"),
    partial(c.hodges_lehmann, correction="continuity"),
]


@pytest.mark.parametrize("test", TESTS)
@given(x=samples(), y=samples(), sides=SIDES, seed=st.integers(0, 99))
def test_order_swapped_samples_and_units_turn_a_test_round_or_leave_it(test, x, y, sides, seed):
    assume(np.ptp(x) and np.ptp(y))
    one, other = test(x, y, sides=sides), test(y, x, sides=OPPOSITE[sides])
    ranked = test not in TESTS[:2]
    same(one.statistic, x.size * y.size - other.statistic if ranked else -other.statistic)
    same(one.p_value, other.p_value)
    assert 0 <= one.p_value <= 1
    rising = np.exp if ranked else lambda values: 8 * values + 4
    moved = test(rising(np.random.default_rng(seed).permutation(x)), rising(y), sides=sides)
    same((moved.statistic, moved.p_value), (one.statistic, one.p_value))


@pytest.mark.parametrize("shift", SHIFTS)
@given(x=samples(), y=samples(), seed=st.integers(0, 99))
def test_order_swapped_samples_and_units_move_a_shift(shift, x, y, seed):
    x[:2] = y[:2] = 0, 1
    found = np.array(numbers_of(shift(x, y, **LEVEL)))
    assert found[1] <= found[0] <= found[2]
    same(numbers_of(shift(y, x, **LEVEL)), -found[[0, 2, 1]])
    moved = shift(4 * np.random.default_rng(seed).permutation(x) + 8, 4 * y, **LEVEL)
    same(numbers_of(moved), 4 * found + 8)


@given(x=samples(), y=samples(), correction=st.sampled_from(["none", "continuity"]))
def test_a_shift_of_ranks_holds_what_the_test_does_not_reject(x, y, correction):
    x[:2] = 0, 1
    found = c.hodges_lehmann(x, y, correction=correction, confidence=0.9)
    # Whole values: at these shifts nothing is tied between the arms.
    for shift in np.arange(-14, 14) + 0.5:
        test = c.mann_whitney(x - shift, y, correction=correction, sides="two_sided")
        assert (test.p_value > 0.1) == (found.low < shift < found.high)


def test_difference_and_test_of_two_means_in_one_are_those_of_r():
    """R 4.2.2: t.test(x, y, var.equal = TRUE, conf.level = 0.9), and without var.equal."""
    x, y = [4.1, 5, 4.4], [3.2, 4, 3.1]
    asked = {"sides": "two_sided", "confidence": 0.9}
    found = c.mean_difference_t(x, y, variances="equal", **asked)
    values = (found.p_value, found.low, found.high, found.statistic, found.standard_error)
    assert values == pytest.approx(
        (0.05169353, 0.23795360, 1.89537974, 2.74397736, 0.38873013), rel=1e-7
    )
    welch = c.mean_difference_t(x, y, variances="unequal", **asked)
    assert welch.test == c.welch_t(x, y, sides="two_sided")
    assert welch.interval == c.mean_difference_welch(x, y, confidence=0.9)


def test_a_ratio_of_expression_by_hand():
    """Two cycles less on one side in each of three subjects on average: four times as much."""
    found = c.fold_change([-1, -2, -3], confidence=0.95)
    # t with 2 degrees of freedom at 0.975 is 4.302653, the error of the mean 1 / sqrt(3).
    half = 4.302652729696 / np.sqrt(3)
    assert numbers_of(found) == pytest.approx((4, 2 ** (2 - half), 2 ** (2 + half)))
    assert found.scale == "log"


# 0.1 three times has a mean that rounds, so its computed variance is not 0.
FLAT = [2.0, 2, 2]
WITHOUT = [
    (lambda: c.probability_of_superiority(FLAT, FLAT, **LEVEL), (0.5, nan, nan)),
    (lambda: c.probability_of_superiority(FLAT, [5.0, 6], **LEVEL), (0, nan, nan)),
    (lambda: c.mean_interval([0.1, 0.1, 0.1], **LEVEL), (0.1, nan, nan)),
    (lambda: c.mean_difference_welch([0.1] * 3, [0.3] * 3, **LEVEL), (-0.2, nan, nan)),
    (lambda: c.fold_change([1.0, 1.0], **LEVEL), (0.5, nan, nan)),
    (lambda: c.hodges_lehmann([3.0], [1.0, 2.0], correction="none", **LEVEL), (1.5, -inf, inf)),
    *(
        (partial(c.pseudomedian, [1.0, 2.0], confidence=0.95, method=how), (1.5, -inf, inf))
        for how in METHODS
    ),
]


@pytest.mark.parametrize(("call", "expected"), WITHOUT)
def test_what_has_no_bounds(call, expected):
    assert numbers_of(call()) == pytest.approx(expected, nan_ok=True)


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


@given(values=VALUES, method=st.sampled_from(METHODS), zeros=st.sampled_from(["wilcoxon", "pratt"]))
def test_signed_ranks_and_their_medians_of_the_other_sign(values, method, zeros):
    values = np.array(values)
    assume(values.any() and (method == "exact" or np.unique(values).size > 1))
    found = c.pseudomedian(values, confidence=0.9, method=method)
    other = c.pseudomedian(-values * 64, confidence=0.9, method=method)
    assert found.low <= found.estimate <= found.high
    same(numbers_of(other), [-64 * v for v in (found.estimate, found.high, found.low)])
    options = {"zeros": zeros, "method": method}
    greater = c.signed_rank(values, sides="greater", **options)
    less = c.signed_rank(-values, sides="less", **options)
    assert greater.p_value == pytest.approx(less.p_value, rel=1e-12)
    assert 0 <= c.signed_rank(values, sides="two_sided", **options).p_value <= 1


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
    everyone = binary_exact([10**5], [10**5], [0], [10**5])
    parts = (everyone.greater, everyone.less, everyone.probability, everyone.distance)
    assert parts == (0, 1, 0, 0)


def both(treated, reference):
    """Periods and sequences of the subjects of two sequences."""
    first, second = np.array([*treated, *reference], dtype=float).T
    return first, second, np.repeat([1.0, 0.0], [len(treated), len(reference)])


def test_a_crossover_trial_as_printed():
    """Senn, Cross-over Trials in Clinical Research, 2002, table 3.1: peak expiratory flow.

    Formoterol first in seven children: 46.6 with standard error 10.8 and 11 degrees of freedom.
    """
    first = [310, 310, 370, 410, 250, 380, 330, 370, 310, 380, 290, 260, 90]
    second = [270, 260, 300, 390, 210, 350, 365, 385, 400, 410, 320, 340, 220]
    data = first, second, [1] * 7 + [0] * 6
    found = c.crossover_effect(*data, effect="treatment", confidence=0.95)
    test = c.crossover_t(*data, effect="treatment", sides="two_sided")
    assert round(found.estimate, 1) == 46.6
    assert (round(found.estimate / test.statistic, 1), test.df) == (10.8, 11)


FIRST_OF = {"effect": "treatment", "confidence": 0.95}
TWO = {"sides": "two_sided"}
NONE, LESS = {"correction": "none"}, {"sides": "less"}
HUGE = [[5e11] * 2, [1e12] * 2, [5e11 - 1] * 2, [1e12] * 2]
MASKED = np.ma.masked_equal([1.0, 2.0, 9.0], 9.0)
REFUSED = [
    (c.welch_t, (FLAT, [3.0, 3]), TWO, "both samples are constant"),
    (c.student_t, (FLAT, [3.0, 3]), TWO, "both samples are constant"),
    (c.mann_whitney, (FLAT, FLAT), TWO | NONE, "all values are equal"),
    (c.mean_interval, ([[1.0, 2.0]],), LEVEL, "one-dimensional"),
    (c.mean_interval, (MASKED,), LEVEL, "masked"),
    (c.probability_of_superiority, ([[1.0, 2.0]], [1.0, 2.0]), LEVEL, "one-dimensional"),
    (c.probability_of_superiority, (MASKED, [1.0, 2.0]), LEVEL, "masked"),
    (
        c.mean_difference_t,
        ([1, 2], [2, 4]),
        TWO | LEVEL | {"variances": "pooled"},
        "variances",
    ),
    (c.hodges_lehmann, ([3.0, 3.0], [1.0]), LEVEL | NONE, "constant"),
    (c.hodges_lehmann, ([3.0], [1.0]), LEVEL | {"correction": "yes"}, "correction"),
    (c.pseudomedian, ([3.0, 3.0],), LEVEL | {"method": "normal"}, "equal"),
    (c.fold_change, ([-1e12, 0, 1],), LEVEL, "too large or too small"),
    (binary_exact, HUGE, {}, "too large for an exact distribution"),
    (exact_conditional_test, HUGE, TWO | {"mid_p": "none"}, "too large for an exact distribution"),
    (c.crossover_effect, ([1, 2, 3], [1, 2, 3], [1, 1, 0]), FIRST_OF, "at least two"),
    (c.crossover_effect, ([1, 2], [1, 2, 3], [1, 1, 0]), FIRST_OF, "length"),
    (c.crossover_effect, ([1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 0, 0]), FIRST_OF, "treated_first"),
    (c.crossover_effect, ([[1, 2]], [1, 2], [1, 0]), FIRST_OF, "one-dimensional"),
    (c.mainland_gart, ([1, 0, 1], [0, 0, 1], [1, 1, 0]), LESS, "no subject differs"),
    (c.prescott, ([1, 1], [0, 0], [1, 0]), LESS, "nothing to compare"),
    (c.prescott, ([1, 0], [0, 0], [1, 1]), LESS, "no subject"),
    (c.prescott, ([2, 0], [0, 0], [1, 0]), LESS, "1 for the event"),
]


@pytest.mark.parametrize(("compute", "data", "options", "named"), REFUSED)
def test_refused(compute, data, options, named):
    with pytest.raises(StatsError, match=named):
        compute(*data, **options)
