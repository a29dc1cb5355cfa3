"""Invariants of means, rank methods and adjusted p-values."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import given, numbers_of, same, samples

from trialtrace.stats import StatsError
from trialtrace.stats.continuous import means, ranks
from trialtrace.stats.multiplicity import adjusted as multiplicity

OPPOSITE = {"two_sided": "two_sided", "greater": "less", "less": "greater"}
SIDES = st.sampled_from(sorted(OPPOSITE))


def overlap(x, y):
    return min(x.max(), y.max()) > max(x.min(), y.min())


@given(x=samples(), y=samples(), sides=SIDES)
def test_swapping_samples_turns_every_test_round(x, y, sides):
    assume(overlap(x, y) and np.ptp(x) and np.ptp(y))
    for test in (means.welch_t, means.student_t):
        one, other = test(x, y, sides=sides), test(y, x, sides=OPPOSITE[sides])
        same(one.statistic, -other.statistic)
        same((one.df, one.p_value), (other.df, other.p_value))
        assert 0 <= one.p_value <= 1
    for how in ("none", "continuity"):
        one = ranks.mann_whitney(x, y, correction=how, sides=sides)
        other = ranks.mann_whitney(y, x, correction=how, sides=OPPOSITE[sides])
        same(one.statistic, x.size * y.size - other.statistic)
        same(one.p_value, other.p_value)


@given(x=samples(), y=samples(), seed=st.integers(0, 99))
def test_ranks_ignore_order_of_rows_and_any_rising_scale(x, y, seed):
    assume(overlap(x, y))
    shuffled = np.random.default_rng(seed).permutation(x)
    for first, second in ((shuffled, y), (np.exp(x), np.exp(y))):
        same(
            numbers_of(ranks.probability_of_superiority(first, second, confidence=0.9)),
            numbers_of(ranks.probability_of_superiority(x, y, confidence=0.9)),
        )
        same(
            numbers_of(ranks.mann_whitney(first, second, correction="none", sides="two_sided")),
            numbers_of(ranks.mann_whitney(x, y, correction="none", sides="two_sided")),
        )


@given(x=samples(), y=samples())
def test_superiority_counts_pairs(x, y):
    pairs = np.greater.outer(x, y) + 0.5 * np.equal.outer(x, y)
    p, low, high = numbers_of(ranks.probability_of_superiority(x, y, confidence=0.95))
    same(p, pairs.mean())
    assert isnan(low) or 0 <= low <= p <= high <= 1
    if np.ptp(np.concatenate([x, y])):
        w = ranks.mann_whitney(x, y, correction="none", sides="less").statistic
        same(w, pairs.sum())


@given(x=samples(), y=samples(), offset=st.sampled_from([0.0, -4.0, 1e6]))
def test_units_and_offsets_pass_through_means(x, y, offset):
    assume(np.ptp(x) and np.ptp(y))
    d = numbers_of(means.mean_difference_welch(x, y, confidence=0.95))
    first, second = 10 * x + offset, 10 * y + offset
    moved = means.mean_difference_welch(first, second, confidence=0.95)
    same(numbers_of(moved), 10 * np.array(d), of=np.concatenate([first, second]))
    m = means.mean_interval(x, confidence=0.95)
    same(numbers_of(means.mean_interval(-x, confidence=0.95)), (-m.estimate, -m.high, -m.low))
    assert m.low < m.estimate < m.high and d[1] < d[0] < d[2]


@given(x=samples(1))
def test_summaries_are_in_order(x):
    s = means.describe(x)
    assert s.minimum <= s.q1 <= s.median <= s.q3 <= s.maximum
    assert s.n == x.size and (isnan(s.sd) if x.size == 1 else s.sd >= 0)


@given(x=samples(), y=samples())
def test_interval_and_test_agree(x, y):
    """Welch's 95 % interval contains 0 where and only where p >= 0.05."""
    assume(np.ptp(x) and np.ptp(y))
    d = means.mean_difference_welch(x, y, confidence=0.95)
    p = means.welch_t(x, y, sides="two_sided").p_value
    assume(abs(p - 0.05) > 1e-9)
    assert (d.low <= 0 <= d.high) == (p >= 0.05)


@given(p=st.lists(st.floats(0, 1) | st.just(nan), max_size=12), seed=st.integers(0, 99))
def test_adjusting(p, seed):
    p = np.array(p, dtype=float)
    tested = ~np.isnan(p)
    holm, hochberg, fdr = (
        f(p) for f in (multiplicity.holm, multiplicity.hochberg, multiplicity.benjamini_hochberg)
    )
    order = np.random.default_rng(seed).permutation(p.size)
    for adjusted, f in ((holm, multiplicity.holm), (fdr, multiplicity.benjamini_hochberg)):
        assert np.array_equal(np.isnan(adjusted), ~tested)
        assert np.array_equal(f(p[tested]), adjusted[tested])
        assert np.array_equal(f(p[order]), adjusted[order], equal_nan=True)
    slack = 1 + 1e-12
    assert (p[tested] <= fdr[tested] * slack).all()
    assert (fdr[tested] <= hochberg[tested] * slack).all()
    assert (hochberg[tested] <= holm[tested] * slack).all()
    assert (holm[tested] <= 1).all()


def test_missing_tests_are_not_counted():
    np.testing.assert_allclose(multiplicity.holm([0.01, nan, 0.03]), [0.02, nan, 0.03])
    assert multiplicity.holm([]).size == 0
    for bad in ([-0.1], [1.2], [[0.1]], ["a"]):
        with pytest.raises(StatsError, match="p-values"):
            multiplicity.holm(bad)


def test_degenerate_samples_are_refused_with_a_reason():
    flat = [2.0, 2, 2]
    for test in (means.welch_t, means.student_t):
        with pytest.raises(StatsError, match="both samples are constant"):
            test(flat, [3.0, 3], sides="two_sided")
    with pytest.raises(StatsError, match="all values are equal"):
        ranks.mann_whitney(flat, flat, correction="none", sides="two_sided")
    for other in (flat, [5.0, 6]):
        assert isnan(ranks.probability_of_superiority(flat, other, confidence=0.9).low)
    # 0.1 three times has a mean that rounds, so its computed variance is not 0.
    assert isnan(means.mean_interval([0.1, 0.1, 0.1], confidence=0.95).high)
    assert isnan(means.mean_difference_welch([0.1] * 3, [0.3] * 3, confidence=0.95).low)


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        ([[1.0, 2.0]], "one-dimensional"),
        (np.ma.masked_equal([1.0, 2.0, 9.0], 9.0), "masked"),
    ],
)
def test_bad_samples_are_refused(x, sentence):
    with pytest.raises(StatsError, match=sentence):
        means.mean_interval(x, confidence=0.95)
    with pytest.raises(StatsError, match=sentence):
        ranks.probability_of_superiority(x, [1.0, 2.0], confidence=0.9)


@pytest.mark.parametrize("margins", [None, (1,), (1, 2, 3), (2, -2)])
def test_margins_of_equivalence_are_two_in_order(margins):
    with pytest.raises(StatsError, match="margins must be"):
        means.equivalence_t([1, 2, 4], [2, 3, 5], margins=margins, variance="welch")


def test_difference_and_test_of_two_means_in_one_are_those_of_r():
    """R 4.2.2: t.test(x, y, var.equal = TRUE, conf.level = 0.9), and without var.equal."""
    x, y = [4.1, 5, 4.4], [3.2, 4, 3.1]
    asked = {"sides": "two_sided", "confidence": 0.9}
    found = means.mean_difference_t(x, y, variances="equal", **asked)
    values = (found.p_value, found.low, found.high, found.statistic, found.standard_error)
    assert values == pytest.approx(
        (0.05169353, 0.23795360, 1.89537974, 2.74397736, 0.38873013), rel=1e-7
    )
    with pytest.raises(StatsError, match="variances"):
        means.mean_difference_t(x, y, variances="pooled", **asked)
    welch = means.mean_difference_t(x, y, variances="unequal", **asked)
    assert welch.test == means.welch_t(x, y, sides="two_sided")
    assert welch.interval == means.mean_difference_welch(x, y, confidence=0.9)
