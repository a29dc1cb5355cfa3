"""Analyses of variance of repeated measures, their ranks and contrasts: invariants, edges."""

from dataclasses import astuple
from functools import partial
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.continuous import means
from trialtrace.stats.repeated.anova import mixed_anova, rm_anova
from trialtrace.stats.repeated.anova_general import corrected_test, repeated_anova
from trialtrace.stats.repeated.contrasts import repeated_contrast
from trialtrace.stats.repeated.eta import (
    generalised_eta_squared,
    partial_eta_squared_interval,
)
from trialtrace.stats.repeated.friedman import friedman
from trialtrace.stats.repeated.ordinal_ranks import rank_anova


@st.composite
def trials(draw):
    """Responses of shape (subjects, visits) and an arm label for each subject."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    sizes = [draw(st.integers(4, 9)) for _ in range(draw(st.integers(2, 4)))]
    arm = np.repeat(list("abcd")[: len(sizes)], sizes)
    y = rng.normal(size=(arm.size, draw(st.integers(2, 5)))) + rng.normal(size=(arm.size, 1))
    return y, arm


def effects(fit):
    return np.concatenate([astuple(e) for e in (fit.between, fit.within, fit.interaction)])


def test_mauchly_needs_as_many_degrees_of_freedom_as_contrasts():
    rng = np.random.default_rng(4)
    fit = rm_anova(rng.normal(size=(3, 4)))
    assert isnan(fit.mauchly_w) and isnan(fit.mauchly_p)
    assert 1 / 3 <= fit.within.epsilon_gg <= 1
    twin = rng.normal(size=(12, 3))
    singular = rm_anova(np.column_stack([twin, twin[:, 0]]))
    assert isnan(singular.mauchly_w)


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


def anova(y, arm, sex, kind="III", measured=()):
    between = {"arm": arm, "sex": sex}
    return repeated_anova(
        y, within=("visit", "side"), between=between, sums_of_squares=kind, measured=measured
    )


def unitless(fit):
    """The numbers of every effect that have no unit, by factors."""
    out = {}
    for e in fit.effects:
        numbers = [e.f, e.df1, e.df2, e.p_value, e.partial_eta_squared, e.generalised_eta_squared]
        if e.corrections:
            c = e.corrections
            tests = (
                c.greenhouse_geisser,
                c.huynh_feldt_lecoutre,
                c.huynh_feldt_1976,
                c.lower_bound,
            )
            numbers += [value for t in tests for value in (t.epsilon, t.df1, t.df2, t.p_value)]
            numbers += [c.mauchly_w, c.mauchly_p, c.mauchly_p_anderson]
        out[frozenset(e.between + e.within)] = numbers
    return out


def alike(one, other, relative=1e-6):
    assert one.keys() == other.keys()
    for factors, numbers in one.items():
        same(numbers, other[factors], relative)


def test_two_levels_and_few_subjects():
    rng = np.random.default_rng(2)
    two = repeated_anova(
        rng.normal(size=(5, 2)), within=("v",), between={}, sums_of_squares="II", measured=()
    ).effect("v")
    tests = two.corrections
    assert tests.greenhouse_geisser == tests.lower_bound == tests.huynh_feldt_1976
    assert tests.greenhouse_geisser.p_value == two.p_value
    assert isnan(tests.mauchly_w) and isnan(tests.mauchly_p_anderson)
    few = repeated_anova(
        rng.normal(size=(3, 4)), within=("v",), between={}, sums_of_squares="II", measured=()
    ).effect("v")
    assert isnan(few.corrections.mauchly_w)
    assert 1 / 3 <= few.corrections.greenhouse_geisser.epsilon <= 1
    # On one degree of freedom Huynh and Feldt's denominator is 0 but for rounding.
    for seed in range(20):
        pair = np.random.default_rng(seed).normal(size=(2, 4))
        assert isnan(rm_anova(pair).within.epsilon_hf) and isnan(rm_anova(pair).within.p_hf)
    none = corrected_test(4.0, 3, 6, -0.5)
    assert none.epsilon == -0.5 and isnan(none.p_value) and isnan(none.df1)


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_units_of_designs_beyond_the_range_of_squares(unit):
    y, arm = np.random.default_rng(4).normal(size=(9, 3)), ["a", "b", "b"] * 3
    options = {"within": ("v",), "between": {"g": arm}, "sums_of_squares": "II", "measured": ()}
    alike(unitless(repeated_anova(unit * y, **options)), unitless(repeated_anova(y, **options)))


USUAL = {"confidence": 0.95, "sides": "two_sided"}


def test_weights_need_not_sum_to_zero():
    """The mean of one arm's last visit, with the error of that arm or of both."""
    y = np.random.default_rng(3).normal(size=(12, 2)) + 40
    arm = np.repeat(["a", "b"], [5, 7])
    options = {"within": [0, 1], "cells": arm, "between": {"a": 1, "b": 0}, "variance": "separate"}
    alone = repeated_contrast(y, **options, **USUAL).interval
    interval = means.mean_interval(y[:5, 1], confidence=0.95)
    same((alone.estimate, alone.low, alone.high), (interval.estimate, interval.low, interval.high))


# Friedman 1937, table V: columns, subjects, the statistic.
@pytest.mark.parametrize(
    ("ranks", "statistic"),
    [
        ([[1, 2, 3]] * 3, 6.0),
        ([[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 3, 2]], 6.5),
        ([[1, 2, 3]] * 4, 8.0),
        ([[1, 2, 3, 4]] * 2, 6.0),
        ([[1, 2, 3, 4]] * 3, 9.0),
    ],
)
def test_the_printed_table(ranks, statistic):
    assert friedman(ranks).statistic == pytest.approx(statistic, rel=1e-12)


def test_large_values_are_not_refused():
    drawn = np.random.default_rng(1).normal(0, 1, (200, 5))
    same(friedman(drawn / 10 * 1e308).p_value, friedman(drawn).p_value)


def numbers(fit):
    tests = (fit.between, fit.between_box, fit.within, fit.interaction)
    return [value for t in tests for value in (t.statistic, t.df, t.p_value)]


RNG = np.random.default_rng(5)
Y, ARM = RNG.normal(size=(8, 3)), [0, 1] * 4
FLAT = np.repeat(RNG.normal(size=(8, 1)), 3, axis=1)
EXPLAINED = "no variation beyond what arms and visits explain, within"
ADDITIVE = FLAT + np.array([0.1, 0.7, 1.3])
NO_MIXED = [
    (np.full((8, 3), 0.1), ARM, "all responses are equal"),
    (FLAT, ARM, EXPLAINED),
    (1e6 * ADDITIVE, ARM, EXPLAINED),
    (Y - Y.mean(axis=1)[:, None], ARM, "between subjects"),
    (Y, [0] * 8, "one arm only"),
    (Y, range(8), "leave nothing for the error"),
    (Y, [0, 1], "between must have shape"),
    (Y, [0, nan] * 4, "missing labels"),
    (Y, ["a", nan] * 4, "missing labels"),
    (Y, np.ma.masked_equal(ARM, 1), "masked labels"),
    (Y, np.array(["a", None] * 4, dtype=object), "missing labels"),
    (Y, np.array(["a", 1] * 4, dtype=object), "cannot be sorted"),
    (Y[:, :1], ARM, "one visit only"),
    (Y[0], ARM, "shape"),
]
SCORES = np.random.default_rng(8).integers(0, 4, (6, 3)).astype(float)
PARALLEL, OF_SIX = np.tile([1.0, 2.0, 3.0], (6, 1)), [0, 0, 0, 1, 1, 1]
NO_RANKS = [
    (np.ones((6, 3)), OF_SIX, "all responses are equal"),
    (PARALLEL, OF_SIX, "ranks do not vary within arms, so the arms"),
    (np.repeat([[1.0], [2.0], [3.0]] * 2, 3, axis=1), OF_SIX, "so the visits cannot be tested"),
    (SCORES, [0] * 6, "one arm only"),
    (SCORES, [0, 0, 0, 0, 0, 1], "arm of one subject"),
    (SCORES, [0, 1], "shape"),
    (SCORES[:, :1], OF_SIX, "two or more visits"),
]
CUBE = np.random.default_rng(5).normal(size=(12, 3, 2))
DESIGN = {"y": CUBE, "arm": ["a", "b", "c"] * 4, "sex": [0] * 6 + [1] * 6}
LEVEL_CUBE = CUBE - CUBE.mean(axis=(1, 2), keepdims=True)
NO_DESIGN = [
    ({"y": np.ones_like(CUBE)}, "all responses are equal"),
    ({"y": np.broadcast_to(CUBE[:, :1, :1], CUBE.shape)}, "visit and side explain, within"),
    ({"y": np.repeat(CUBE[:, :, :1], 2, axis=2)}, r"within subjects \(side\)"),
    ({"y": LEVEL_CUBE}, "between subjects"),
    ({"arm": ["a"] * 12}, "arm has one level only"),
    ({"arm": ["a", "b"] * 6, "sex": ["m", "f"] * 6}, "2 of 4 cells have no subjects"),
    ({"arm": list("abcdef") * 2}, "leave nothing for the error"),
    ({"arm": ["a", "b", "c", "a", "b"]}, "arm must have shape"),
    ({"arm": [None, *(["a", "b", "c"] * 4)[1:]]}, "missing labels"),
    ({"y": CUBE[:, :1]}, "visit has 1 level"),
    ({"y": CUBE[:, 0]}, "shape"),
    ({"measured": ["age"]}, "factors of the design"),
]
OF_ARM = {"between": {"arm": DESIGN["arm"]}, "sums_of_squares": "III", "measured": ()}
ETA = {"terms": [("arm",), ("sex",), ("arm", "sex"), ("visit",)], "squares": [4.0, 3.0, 2.0, 5.0]}
ETA |= {"errors": [10.0, 6.0]}
F_TEST = {"f": 4.0, "df1": 3, "df2": 63, "confidence": 0.9}
CELLS, ALONE = ["a", "a", "a", "a", "b", "b"], ["a", "a", "a", "a", "a", "b"]
SIX = np.random.default_rng(5).normal(size=(6, 3))
CONTRAST = {"y": SIX, "within": [-1, 0, 1], "cells": CELLS, "between": {"a": 1, "b": -1}}
CONTRAST |= {"variance": "pooled", **USUAL}
PARALLEL_CHANGES = 0.1 * np.arange(3) + SIX[:, :1]
REFUSED = [
    *(
        (mixed_anova, {"y": y, "between": arm, "sums_of_squares": "II"}, named)
        for y, arm, named in NO_MIXED
    ),
    (rm_anova, {"y": Y[:1]}, "at least 2"),
    (
        rm_anova,
        {"y": [1, 2, 3, 5, 4], "subject": [1, 1, 2, 2, 3], "visit": [1, 2, 1, 2, 1]},
        "missing",
    ),
    *((rank_anova, {"y": y, "between": arm}, named) for y, arm, named in NO_RANKS),
    *((anova, DESIGN | wrong, named) for wrong, named in NO_DESIGN),
    (repeated_anova, {"y": CUBE, "within": ("arm", "side")} | OF_ARM, "names that differ"),
    (repeated_anova, {"y": CUBE, "within": "side"} | OF_ARM, "list of names"),
    (repeated_anova, {"y": CUBE, "within": (1, 2)} | OF_ARM, "names in words"),
    (repeated_anova, {"y": CUBE[:, 0, 0], "within": ()} | OF_ARM | {"between": {}}, "none"),
    (partial(anova(**DESIGN).effect, "age"), {}, "no effect of age"),
    *(
        (friedman, {"values": values}, "shape")
        for values in ([], [1, 2, 3], [[1, 2, 3]], [[1], [2]], 5)
    ),
    (friedman, {"values": [[1, 1], [2, 2]]}, "one value"),
    *(
        (generalised_eta_squared, {**ETA, "measured": ()} | wrong, named)
        for wrong, named in (
            ({"measured": ["age"]}, "factors of the design"),
            ({"measured": "sex"}, "must be a list"),
            ({"squares": [4, 3, 2, -5]}, "negative"),
            ({"squares": [4.0, 3.0, 2.0]}, "shape"),
        )
    ),
    (partial_eta_squared_interval, F_TEST | {"f": -1.0}, "must not be negative"),
    (partial_eta_squared_interval, F_TEST | {"df1": 0}, "positive"),
    (partial_eta_squared_interval, F_TEST | {"f": 1e12}, "too large"),
    *(
        (repeated_contrast, CONTRAST | wrong, named)
        for wrong, named in (
            ({"within": [1, -1]}, "within must have shape"),
            ({"within": [0, 0, 0]}, "all weights are 0"),
            ({"between": {"a": 0, "b": 0}}, "all weights are 0"),
            ({"between": {"a": 1}}, "weight for each of the cells"),
            ({"cells": list("abcdef"), "between": dict.fromkeys("abcdef", 1)}, "do not vary"),
            ({"cells": ALONE, "variance": "separate"}, "cell of one subject"),
            ({"y": PARALLEL_CHANGES}, "scores do not vary"),
        )
    ),
]


@pytest.mark.parametrize(("compute", "arguments", "named"), REFUSED)
def test_refused(compute, arguments, named):
    with pytest.raises(StatsError, match=named):
        compute(**arguments)


def test_a_cell_of_one_subject_may_stay_out_of_a_contrast():
    wrong = {"cells": ALONE, "between": {"a": 1, "b": 0}, "variance": "separate"}
    assert repeated_contrast(**CONTRAST | wrong).df == 4


def test_order_of_subjects_and_columns_and_any_rising_scale_change_no_friedman_test():
    table = np.random.default_rng(4).integers(0, 6, (7, 4)).astype(float)
    found = friedman(table)
    for other in (table[::-1], table[:, ::-1], np.exp(table)):
        same(friedman(other).p_value, found.p_value)


@given(trial=trials(), seed=st.integers(0, 99))
def test_rows_labels_units_and_order_of_visits_change_no_f(trial, seed):
    y, arm = trial
    rng = np.random.default_rng(seed)
    rows, visits = rng.permutation(arm.size), rng.permutation(y.shape[1])
    fit = mixed_anova(y, arm, sums_of_squares="II")
    names = np.array([{"a": 9, "b": 3, "c": 5, "d": 1}[a] for a in arm])[rows]
    other = mixed_anova(1000 - 40 * y[rows][:, visits], names, sums_of_squares="II")
    for one, two in zip(*((e.between, e.within, e.interaction) for e in (fit, other)), strict=True):
        same((one.f, one.p_value), (two.f, two.p_value), 1e-6)
    same(other.mauchly_w, fit.mauchly_w, 1e-6)
