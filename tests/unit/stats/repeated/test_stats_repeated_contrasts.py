"""Planned contrasts: t tests in disguise, signs and scales, coverage, refusals."""

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import CONFIDENCE, given, same

from trialtrace.stats import StatsError
from trialtrace.stats.continuous import means
from trialtrace.stats.repeated.contrasts import repeated_contrast

OPTIONS = {"confidence": 0.95, "sides": "two_sided"}


def numbers(contrast):
    inside = contrast.interval
    return [
        inside.estimate,
        inside.low,
        inside.high,
        contrast.standard_error,
        contrast.statistic,
        contrast.df,
        contrast.p_value,
    ]


@given(seed=st.integers(0, 10**6), confidence=CONFIDENCE)
def test_change_between_two_arms_is_a_t_test_of_changes(seed, confidence):
    rng = np.random.default_rng(seed)
    y, arm = rng.normal(size=(17, 3)) + 50, rng.permutation(np.repeat(["a", "b"], [7, 10]))
    change = y[:, 2] - y[:, 0]
    a, b = change[arm == "a"], change[arm == "b"]
    for variance, test in (("pooled", means.student_t), ("separate", means.welch_t)):
        ours = repeated_contrast(
            y,
            within=[-1, 0, 1],
            cells=arm,
            between={"a": 1, "b": -1},
            variance=variance,
            confidence=confidence,
            sides="greater",
        )
        theirs = test(a, b, sides="greater")
        same(
            (ours.statistic, ours.df, ours.p_value),
            (theirs.statistic, theirs.df, theirs.p_value),
            1e-8,
        )
        same(ours.interval.estimate, a.mean() - b.mean(), 1e-8)
    interval = means.mean_difference_welch(a, b, confidence=confidence)
    same((ours.interval.low, ours.interval.high), (interval.low, interval.high), 1e-8)


def test_weights_need_not_sum_to_zero():
    """The mean of one arm's last visit, with the error of that arm or of both."""
    y = np.random.default_rng(3).normal(size=(12, 2)) + 40
    arm = np.repeat(["a", "b"], [5, 7])
    options = {"within": [0, 1], "cells": arm, "between": {"a": 1, "b": 0}, "variance": "separate"}
    alone = repeated_contrast(y, **options, **OPTIONS).interval
    interval = means.mean_interval(y[:5, 1], confidence=0.95)
    same((alone.estimate, alone.low, alone.high), (interval.estimate, interval.low, interval.high))


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_units_beyond_the_range_of_squares(unit):
    y, cells = np.random.default_rng(2).normal(size=(9, 3)), ["a", "b", "b"] * 3
    one, other = (
        repeated_contrast(
            scale * y,
            within=[-1, 0, 1],
            cells=cells,
            between={"a": 1, "b": -1},
            variance="separate",
            **OPTIONS,
        )
        for scale in (1.0, unit)
    )
    same((other.statistic, other.df, other.p_value), (one.statistic, one.df, one.p_value))
    same(other.interval.low / unit, one.interval.low)


@given(seed=st.integers(0, 10**6), variance=st.sampled_from(["pooled", "separate"]))
def test_rows_signs_and_scales(seed, variance):
    rng = np.random.default_rng(seed)
    y, cells = rng.normal(size=(14, 2, 3)), rng.permutation(np.repeat([1, 2, 3], [4, 5, 5]))
    weights, between = (
        rng.normal(size=(2, 3)),
        dict(zip([1, 2, 3], rng.normal(size=3), strict=True)),
    )

    def of(y=y, cells=cells, weights=weights):
        return repeated_contrast(
            y, within=weights, cells=cells, between=between, variance=variance, **OPTIONS
        )

    expected = numbers(of())
    rows = rng.permutation(14)
    same(numbers(of(y[rows], cells[rows])), expected, 1e-8)
    estimate, low, high, se, t, df, p = expected
    same(
        numbers(of(weights=-2 * weights)),
        [-2 * estimate, -2 * high, -2 * low, 2 * se, -t, df, p],
        1e-8,
    )


def test_degenerate_contrasts_are_refused_with_a_reason():
    rng = np.random.default_rng(5)
    y, cells = rng.normal(size=(6, 3)), ["a", "a", "a", "a", "b", "b"]
    both = {"a": 1, "b": -1}
    alone = ["a", "a", "a", "a", "a", "b"]
    constant = np.broadcast_to(0.1 * np.arange(3), (6, 3)) + rng.normal(size=(6, 1))
    cases = [
        (y, [1, -1], cells, both, "pooled", "within must have shape"),
        (y, [0, 0, 0], cells, both, "pooled", "all weights are 0"),
        (y, [-1, 0, 1], cells, {"a": 0, "b": 0}, "pooled", "all weights are 0"),
        (y, [-1, 0, 1], cells, {"a": 1}, "pooled", "weight for each of the cells"),
        (y, [-1, 0, 1], list("abcdef"), dict.fromkeys("abcdef", 1), "pooled", "do not vary"),
        (y, [-1, 0, 1], alone, both, "separate", "cell of one subject"),
        (constant, [-1, 0, 1], cells, both, "pooled", "scores do not vary"),
    ]
    for data, within, of, between, variance, sentence in cases:
        with pytest.raises(StatsError, match=sentence):
            repeated_contrast(
                data, within=within, cells=of, between=between, variance=variance, **OPTIONS
            )
    unused = repeated_contrast(
        y, within=[-1, 0, 1], cells=alone, between={"a": 1, "b": 0}, variance="separate", **OPTIONS
    )
    assert unused.df == 4
