"""Invariants of the analysis of variance of repeated measures."""

from dataclasses import astuple
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.repeated.anova import mixed_anova, rm_anova
from trialtrace.stats.repeated.friedman import friedman


@st.composite
def trials(draw, *, balanced=False):
    """Responses of shape (subjects, visits) and an arm label for each subject."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    sizes = [draw(st.integers(4, 9)) for _ in range(draw(st.integers(2, 4)))]
    if balanced:
        sizes = [sizes[0]] * len(sizes)
    arm = np.repeat(list("abcd")[: len(sizes)], sizes)
    y = rng.normal(size=(arm.size, draw(st.integers(2, 5)))) + rng.normal(size=(arm.size, 1))
    return y, arm


def effects(fit):
    return np.concatenate([astuple(e) for e in (fit.between, fit.within, fit.interaction)])


def unitless(fit):
    """All but the sums of squares, which have the squared unit of y."""
    values = [
        getattr(e, name)
        for e in (fit.between, fit.within, fit.interaction)
        for name in e.__dataclass_fields__
        if "sum_of_squares" not in name
    ]
    return [*values, fit.mauchly_w, fit.mauchly_p]


@given(trial=trials(), kind=st.sampled_from(["II", "III"]), seed=st.integers(0, 99))
def test_rows_labels_units_and_order_of_visits_do_not_matter(trial, kind, seed):
    y, arm = trial
    rng = np.random.default_rng(seed)
    fit = mixed_anova(y, arm, sums_of_squares=kind)
    rows = rng.permutation(arm.size)
    same(effects(mixed_anova(y[rows], arm[rows], sums_of_squares=kind)), effects(fit), 1e-7)
    visits = rng.permutation(y.shape[1])
    same(effects(mixed_anova(y[:, visits], arm, sums_of_squares=kind)), effects(fit), 1e-7)
    other_names = np.array([{"a": 9, "b": 3, "c": 5, "d": 1}[a] for a in arm])
    same(effects(mixed_anova(y, other_names, sums_of_squares=kind)), effects(fit), 1e-7)
    scaled = mixed_anova(-40 * y + 1000, arm, sums_of_squares=kind)
    same(unitless(scaled), unitless(fit), 1e-6)


@given(trial=trials())
def test_ranges(trial):
    y, arm = trial
    fit = mixed_anova(y, arm, sums_of_squares="III")
    d = y.shape[1] - 1
    for effect in (fit.within, fit.interaction):
        assert 1 / d - 1e-9 <= effect.epsilon_gg <= 1
        assert effect.epsilon_gg <= effect.epsilon_hf + 1e-9 or d == 1
        for p in (effect.p_value, effect.p_gg, effect.p_hf, effect.p_lower):
            assert 0 <= p <= 1
        assert 0 <= effect.generalised_eta_squared <= effect.partial_eta_squared <= 1
    assert isnan(fit.mauchly_w) or 0 < fit.mauchly_w <= 1 + 1e-9


@given(trial=trials(balanced=True))
def test_types_agree_in_equal_arms(trial):
    two, three = (mixed_anova(*trial, sums_of_squares=kind) for kind in ("II", "III"))
    same(effects(two), effects(three), 1e-7)


@given(trial=trials())
def test_types_differ_for_visits_alone(trial):
    two, three = (mixed_anova(*trial, sums_of_squares=kind) for kind in ("II", "III"))
    assert two.between == three.between and two.interaction == three.interaction


def test_mauchly_needs_as_many_degrees_of_freedom_as_contrasts():
    rng = np.random.default_rng(4)
    fit = rm_anova(rng.normal(size=(3, 4)))
    assert isnan(fit.mauchly_w) and isnan(fit.mauchly_p)
    assert 1 / 3 <= fit.within.epsilon_gg <= 1
    twin = rng.normal(size=(12, 3))
    singular = rm_anova(np.column_stack([twin, twin[:, 0]]))
    assert isnan(singular.mauchly_w)


def test_degenerate_tables_are_refused_with_a_reason():
    rng = np.random.default_rng(5)
    y = rng.normal(size=(8, 3))
    options = {"sums_of_squares": "II"}
    flat = np.repeat(rng.normal(size=(8, 1)), 3, axis=1)
    additive = flat + np.array([0.1, 0.7, 1.3])
    cases = [
        (np.full((8, 3), 0.1), [0, 1] * 4, "all responses are equal"),
        (flat, [0, 1] * 4, "no variation beyond what arms and visits explain, within"),
        (1e6 * additive, [0, 1] * 4, "no variation beyond what arms and visits explain, within"),
        (y - y.mean(axis=1)[:, None], [0, 1] * 4, "between subjects"),
        (y, [0] * 8, "one arm only"),
        (y, range(8), "leave nothing for the error"),
        (y, [0, 1], "between must have shape"),
        (y, [0, nan] * 4, "missing labels"),
        (y, ["a", nan] * 4, "missing labels"),
        (y, np.ma.masked_equal([0, 1] * 4, 1), "masked labels"),
        (y, np.array(["a", None] * 4, dtype=object), "missing labels"),
        (y, np.array(["a", 1] * 4, dtype=object), "cannot be sorted"),
        (y[:, :1], [0, 1] * 4, "one visit only"),
        (y[0], [0, 1] * 4, "shape"),
    ]
    for data, arm, sentence in cases:
        with pytest.raises(StatsError, match=sentence):
            mixed_anova(data, arm, **options)
    with pytest.raises(StatsError, match="at least 2"):
        rm_anova(y[:1])


@given(trial=trials(), seed=st.integers(0, 1000))
def test_long_rows_in_any_order_are_the_same_analysis(trial, seed):
    y, arm = trial
    who, when = (each.ravel() for each in np.indices(y.shape))
    order = np.random.default_rng(seed).permutation(y.size)
    subject, visit = who[order], when[order]
    rows = {"subject": subject, "visit": visit}
    long = y[subject, visit]
    fit = mixed_anova(long, arm[subject], sums_of_squares="III", **rows)
    same(effects(fit), effects(mixed_anova(y, arm, sums_of_squares="III")))
    same(rm_anova(long, **rows).within.p_gg, rm_anova(y).within.p_gg)
    same(friedman(long, **rows).statistic, friedman(y).statistic)


def test_a_visit_that_a_subject_lacks_is_refused_of_long_rows_too():
    rows = {"subject": [1, 1, 2, 2, 3], "visit": [1, 2, 1, 2, 1]}
    with pytest.raises(StatsError, match="missing"):
        rm_anova([1, 2, 3, 5, 4], **rows)
