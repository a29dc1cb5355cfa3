"""Many data sets at once: equal to one by one, blind to blocks, NaN where undefined."""

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.repeated import anova_batch as repeated_batch
from trialtrace.stats.repeated.anova import mixed_anova, rm_anova
from trialtrace.stats.repeated.anova_batch import mixed_anova_batch, rm_anova_batch

# The batch promises 1e-10; a p-value multiplies a difference in F by the size of its exponent.
EQUAL = 1e-10


def of_one_arm(fit, i):
    return [
        fit.within.f[i],
        fit.within.df1,
        fit.within.df2,
        fit.within.p_value[i],
        fit.within_p_gg[i],
        fit.within.p_at(fit.epsilon_hf)[i],
        fit.epsilon_gg[i],
        fit.epsilon_hf[i],
        fit.mauchly_w[i],
        fit.mauchly_p[i],
    ]


def alone(fit):
    w = fit.within
    return [
        w.f,
        w.df1,
        w.df2,
        w.p_value,
        w.p_gg,
        w.p_hf,
        w.epsilon_gg,
        w.epsilon_hf,
        fit.mauchly_w,
        fit.mauchly_p,
    ]


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(3, 12),
    k=st.integers(2, 6),
    offset=st.sampled_from([0.0, 1e3]),
)
def test_one_arm_equals_one_by_one(seed, n, k, offset):
    y = np.random.default_rng(seed).normal(size=(4, n, k)) + offset
    fit = rm_anova_batch(y)
    for i, one in enumerate(y):
        same(of_one_arm(fit, i), alone(rm_anova(one)), EQUAL if not offset else 1e-8)


@given(
    seed=st.integers(0, 10**6),
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=4),
    k=st.integers(2, 5),
    kind=st.sampled_from(["II", "III"]),
)
def test_several_arms_equal_one_by_one(seed, sizes, k, kind):
    rng = np.random.default_rng(seed)
    sizes[0] += 2
    arm = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    y = rng.normal(size=(3, arm.size, k))
    fit = mixed_anova_batch(y, arm, sums_of_squares=kind)
    drawn = np.stack([rng.permutation(arm) for _ in y])
    redrawn = mixed_anova_batch(y, drawn, sums_of_squares=kind)
    for i, one in enumerate(y):
        for batch, labels in ((fit, arm), (redrawn, drawn[i])):
            r = mixed_anova(one, labels, sums_of_squares=kind)
            same(of_one_arm(batch, i), alone(r), EQUAL)
            same(
                [
                    batch.between.f[i],
                    batch.between.p_value[i],
                    batch.interaction.f[i],
                    batch.interaction.p_value[i],
                    batch.interaction_p_gg[i],
                ],
                [
                    r.between.f,
                    r.between.p_value,
                    r.interaction.f,
                    r.interaction.p_value,
                    r.interaction.p_gg,
                ],
                EQUAL,
            )


def test_blocks_do_not_matter(monkeypatch):
    y = np.random.default_rng(1).normal(size=(50, 9, 4))
    arm = [0, 1, 1] * 3
    whole = mixed_anova_batch(y, arm, sums_of_squares="II")
    monkeypatch.setattr(repeated_batch, "BLOCK_BYTES", 8 * 9 * 4 * 7)
    parts = mixed_anova_batch(y, arm, sums_of_squares="II")
    np.testing.assert_array_equal(whole.interaction_p_gg, parts.interaction_p_gg)
    np.testing.assert_array_equal(whole.mauchly_p, parts.mauchly_p)


def test_many_visits():
    """More pivots than one product holds, and a determinant too small for a number."""
    rng = np.random.default_rng(2)
    for y in (rng.normal(size=(2, 300, 21)), rng.normal(size=(1, 230, 220)).cumsum(axis=2)):
        fit = rm_anova_batch(y)
        for i, one in enumerate(y):
            same(of_one_arm(fit, i), alone(rm_anova(one)), 1e-9)


def test_data_sets_without_an_answer_are_nan_and_counted():
    rng = np.random.default_rng(3)
    y = rng.normal(size=(5, 8, 3))
    y[1] = 0.1
    y[2] = np.array([0.1, 0.7, 1.3]) + rng.normal(size=(8, 1))
    y[3, :, 2] = y[3, :, 0]
    y[4] -= y[4].mean(axis=1, keepdims=True)
    fit = mixed_anova_batch(y, [0, 1] * 4, sums_of_squares="III")
    assert fit.undefined == 2
    np.testing.assert_array_equal(np.isnan(fit.within.f), [False, True, True, False, False])
    np.testing.assert_array_equal(np.isnan(fit.within_p_gg), [False, True, True, False, False])
    np.testing.assert_array_equal(np.isnan(fit.epsilon_gg), [False, True, True, False, False])
    assert np.isnan(fit.between.f[[1, 4]]).all() and np.isfinite(fit.between.f[[0, 2, 3]]).all()
    np.testing.assert_array_equal(np.isnan(fit.mauchly_w), [False, True, True, True, False])
    beyond = mixed_anova_batch(
        y[:1] * np.array([1e-160, 1.0, 1e160])[:, None, None], [0, 1] * 4, sums_of_squares="II"
    )
    np.testing.assert_array_equal(np.isnan(beyond.within.f), [True, False, True])
    np.testing.assert_array_equal(np.isnan(beyond.between.f), [True, False, True])
    two = rm_anova_batch(y[:2, :, :2])
    assert two.epsilon_gg[0] == 1 and np.isnan(two.epsilon_gg[1])
    assert np.isnan(two.mauchly_p).all()


def test_refusals():
    y = np.random.default_rng(4).normal(size=(2, 6, 3))
    arm = [0, 0, 0, 1, 1, 1]
    for data, labels, sentence in [
        (y[0], arm, "shape"),
        (y[:0], arm, "shape"),
        (y[:, :, :1], arm, "one visit only"),
        (np.where(y == y[0, 0, 0], np.nan, y), arm, "missing or infinite"),
        (y, [0] * 6, "one arm only"),
        (y, range(6), "leave nothing for the error"),
        (y, arm[:3], "shape"),
        (y, [arm], "shape"),
        (y, [arm, [0, 0, 1, 1, 1, 1]], "sizes of the arms differ"),
    ]:
        with pytest.raises(StatsError, match=sentence):
            mixed_anova_batch(data, labels, sums_of_squares="II")
    with pytest.raises(StatsError, match="sums_of_squares"):
        mixed_anova_batch(y, arm, sums_of_squares="I")
    with pytest.raises(StatsError, match="at least 2"):
        rm_anova_batch(y[:, :1])


def test_type_one_error():
    """Random walks, far from spherical, in unequal arms of one mean.

    Greenhouse-Geisser keeps 5 %, the uncorrected test does not. Monte Carlo standard error
    sqrt(0.05 * 0.95 / 20,000) = 0.0015; 0.004 more for the approximation.
    """
    rng = np.random.default_rng(5)
    y = rng.normal(size=(20_000, 28, 5)).cumsum(axis=2)
    fit = mixed_anova_batch(y, np.repeat([0, 1], [18, 10]), sums_of_squares="III")
    for p in (fit.interaction_p_gg, fit.within_p_gg, fit.between.p_value):
        assert abs(np.mean(p < 0.05) - 0.05) < 4 * 0.0015 + 0.004
    assert np.mean(fit.interaction.p_value < 0.05) > 0.08
