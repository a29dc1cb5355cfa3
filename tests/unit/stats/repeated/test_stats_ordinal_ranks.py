"""Relative effects and ANOVA-type statistics: invariants, error rates."""

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.repeated.ordinal_ranks import rank_anova


@st.composite
def trials(draw):
    """Scores of 0 to 4, so that ties are everywhere, and unequal arms."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    sizes = draw(st.lists(st.integers(4, 9), min_size=2, max_size=4))
    arm = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return rng.integers(0, 5, (arm.size, draw(st.integers(2, 5)))).astype(float), arm


def numbers(fit):
    tests = (fit.between, fit.between_box, fit.within, fit.interaction)
    return [value for t in tests for value in (t.statistic, t.df, t.p_value)]


@given(trial=trials(), seed=st.integers(0, 99))
def test_rows_labels_visits_and_distances_do_not_matter(trial, seed):
    y, arm = trial
    rng = np.random.default_rng(seed)
    fit = rank_anova(y, arm)
    rows, visits = rng.permutation(arm.size), rng.permutation(y.shape[1])
    turned = rank_anova(np.exp(3 * y)[rows][:, visits], -arm[rows])
    same(numbers(turned), numbers(fit), 1e-8)
    same(turned.relative_effects, fit.relative_effects[::-1][:, visits])
    upside_down = rank_anova(-y, arm)
    same(numbers(upside_down), numbers(fit), 1e-8)
    same(upside_down.relative_effects, 1 - fit.relative_effects)
    same(np.average(fit.relative_effects.mean(axis=1), weights=fit.group_sizes), 0.5)


@given(trial=trials())
def test_relative_effects_are_comparisons_of_pairs(trial):
    y, arm = trial
    fit = rank_anova(y, arm)
    mine = y[arm == 0][:, 1][:, None]
    below = np.mean((y.ravel() < mine) + 0.5 * (y.ravel() == mine))
    same(fit.relative_effects[0, 1], below)


def test_degenerate_tables_are_refused_with_a_reason():
    rng = np.random.default_rng(8)
    y = rng.integers(0, 4, (6, 3)).astype(float)
    arm = [0, 0, 0, 1, 1, 1]
    parallel = np.arange(6.0)[:, None] * 0 + [1.0, 2.0, 3.0]
    cases = [
        (np.ones((6, 3)), arm, "all responses are equal"),
        (parallel, arm, "ranks do not vary within arms, so the arms"),
        (np.repeat([[1.0], [2.0], [3.0]] * 2, 3, axis=1), arm, "so the visits cannot be tested"),
        (y, [0] * 6, "one arm only"),
        (y, [0, 0, 0, 0, 0, 1], "arm of one subject"),
        (y, [0, 1], "shape"),
        (y[:, :1], arm, "two or more visits"),
    ]
    for data, labels, sentence in cases:
        with pytest.raises(StatsError, match=sentence):
            rank_anova(data, labels)
