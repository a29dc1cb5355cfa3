"""Differences of arms by the bootstrap: every resample of small arms, and invariances."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialtrace.stats import StatsError, resampling
from trialtrace.stats.resampling.bootstrap import bootstrap_replicates

STATISTICS = {"mean": resampling.difference_of_means, "median": resampling.difference_of_medians}
OF = {"mean": np.mean, "median": np.median}
every_statistic = pytest.mark.parametrize("name", STATISTICS)


def interval(samples, statistic, method="percentile", confidence=0.9, seed=(1, 2), resamples=4000):
    return resampling.bootstrap_interval(
        samples, statistic, method=method, resamples=resamples, confidence=confidence, seed=seed
    )


@every_statistic
def test_resamples_come_about_as_often_as_all_of_them_say(name):
    """Two strata of an arm and one of the other: 2^2 * 3^3 * 2^2 resamples, each once."""
    strata = [np.array([1.0, 2.5]), np.array([4.0, 7.0, 11.0])], [np.array([0.5, 3.0])]
    samples = [*strata[0], *strata[1]]
    exact = {}
    for drawn in product(*(product(own, repeat=len(own)) for own in samples)):
        value = OF[name]([*drawn[0], *drawn[1]]) - OF[name](drawn[2])
        exact[round(value, 9)] = exact.get(round(value, 9), 0) + 1 / (4 * 27 * 4)
    draws = 40_000
    found = bootstrap_replicates(samples, STATISTICS[name](2), seed=(5, 5), start=0, stop=draws)
    values, counts = np.unique(np.round(found, 9), return_counts=True)
    assert set(values) <= set(exact)
    for value, count in zip(values, counts, strict=True):
        p = exact[value]
        assert abs(count / draws - p) < 5 * np.sqrt(p / draws)


@every_statistic
@pytest.mark.parametrize("method", ["percentile", "bca"])
@settings(max_examples=10)
@given(st.integers(0, 99), st.sampled_from([1e-3, 0.5, 1e4]), st.floats(-50, 50))
def test_units_and_offsets_move_an_interval_and_no_more(name, method, seed, unit, offset):
    rng = np.random.default_rng(seed)
    samples, statistic = [rng.normal(size=12), rng.exponential(size=9)], STATISTICS[name](1)
    plain = interval(samples, statistic, method, resamples=300)
    moved = interval([offset + unit * own for own in samples], statistic, method, resamples=300)
    for part in ("estimate", "low", "high"):
        expected = unit * getattr(plain, part)
        assert getattr(moved, part) == pytest.approx(expected, rel=1e-6, abs=1e-6 * unit)


def test_strata_that_differ_widen_no_interval_of_resamples_within_them():
    rng = np.random.default_rng(3)
    low, high, other = rng.normal(0, 1, 20), rng.normal(50, 1, 20), rng.normal(0, 1, 30)
    within = interval([low, high, other], resampling.difference_of_means(2))
    across = interval([np.concatenate([low, high]), other], resampling.difference_of_means(1))
    assert within.estimate == pytest.approx(across.estimate)
    assert within.high - within.low < (across.high - across.low) / 5


@every_statistic
@pytest.mark.parametrize("treated", [0, 2, 3, -1])
def test_an_arm_without_samples_is_told(name, treated):
    with pytest.raises(StatsError, match="leave an arm without any"):
        interval([[1.0, 2], [3.0, 4]], STATISTICS[name](treated))


@every_statistic
@pytest.mark.parametrize(
    "samples",
    [[[1.0, np.nan], [2.0]], [[], [1.0]], [["a"], [1.0]], [1.0, 2.0], [[1.0, np.inf], [2.0]]],
)
def test_odd_samples_are_told(name, samples):
    with pytest.raises(StatsError):
        interval(samples, STATISTICS[name](1))
