"""Power, sample size and precision: printed tables, invariants, and what is refused."""

from math import nan, sqrt

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.run.simulation.performance import (
    mean_measured,
    model_error_measured,
    share_measured,
    spread_measured,
)
from trialtrace.stats import StatsError
from trialtrace.stats.design import clusters, events, means, proportions, ranks

TWO = {"alpha": 0.05, "sides": "two_sided"}
ALPHA = st.sampled_from([0.01, 0.05, 0.1])
POWER = st.sampled_from([0.5, 0.8, 0.95])
SIDES = st.sampled_from(["two_sided", "one_sided"])
RATIO = st.sampled_from([0.5, 1.0, 2.0, 3.0])


# Machin, Campbell, Tan and Tan 2009, table 5.1 (two means, two-sided 0.05): standardised
# difference, power, patients of an arm. The first row is Cohen's (1988) as well.
@pytest.mark.parametrize(("d", "power", "n"), [(0.5, 0.8, 64), (0.8, 0.8, 26), (0.2, 0.8, 394)])
def test_printed_sizes_of_two_means(d, power, n):
    found = means.sample_size_two_means(d, 1, null=0, power=power, ratio=1, **TWO)
    assert list(found) == [n, n]


# By hand: 4 (1.960 + 1.282)² over the squared logarithm of the hazard ratio.
@pytest.mark.parametrize(("ratio", "power", "count"), [(1.5, 0.9, 256), (2.0, 0.9, 88)])
def test_events_of_a_hazard_ratio(ratio, power, count):
    options = {"null": 1, "ratio": 1, "formula": "schoenfeld"}
    assert events.sample_size_log_rank(ratio, power=power, **options, **TWO) == count


# By hand from Frison and Pocock's formulas, correlation 0.7: 2 - 1.4, 1 - 0.49, 0.75 - 0.49 / 0.8.
@pytest.mark.parametrize(
    ("analysis", "baselines", "follow_ups", "factor"),
    [
        ("change", 1, 1, 0.6),
        ("ancova", 1, 1, 0.51),
        ("follow_up", 0, 1, 1),
        ("ancova", 3, 6, 0.1375),
    ],
)
def test_factors_of_baselines_and_follow_ups(analysis, baselines, follow_ups, factor):
    found = means.variance_factor(
        0.7, baselines=baselines, follow_ups=follow_ups, analysis=analysis
    )
    assert found == pytest.approx(factor, abs=1e-9)


@given(
    d=st.floats(0.1, 3), sd=st.floats(0.5, 5), power=POWER, ratio=RATIO, alpha=ALPHA, sides=SIDES
)
def test_a_size_is_the_least_that_suffices(d, sd, power, ratio, alpha, sides):
    test = {"alpha": alpha, "sides": sides}
    shift = {"null": 0, **test}
    n1, n0 = means.sample_size_two_means(d, sd, power=power, ratio=ratio, **shift)
    assert means.power_two_means(d, sd, n1, n0, **shift) >= power
    if n0 > 2:
        less = np.maximum(np.ceil(ratio * (n0 - 1)), 2)
        assert means.power_two_means(d, sd, less, n0 - 1, **shift) < power
    p = 0.5 + d / 10
    n1, n0 = ranks.sample_size_mann_whitney(p, power=power, ratio=ratio, **test)
    assert ranks.power_mann_whitney(p, n1, n0, **test) >= power
    hazard = {"null": 1, "ratio": ratio, "formula": "freedman"}
    count = events.sample_size_log_rank(1 + d, power=power, **hazard, **test)
    assert events.power_log_rank(1 + d, count, **hazard, **test) >= power
    risk = {"null": 0, "variance": "pooled"}
    n1, n0 = proportions.sample_size_two_proportions(
        p, 0.4, power=power, ratio=ratio, **risk, **test
    )
    assert proportions.power_two_proportions(p, 0.4, n1, n0, **risk, **test) >= power


def test_arguments_are_arrays_that_broadcast():
    found = means.power_two_means([[0.5], [1.0]], 1, [10, 20, 40], [10, 20, 40], null=0, **TWO)
    assert found.shape == (2, 3)
    assert (np.diff(found, axis=1) > 0).all()
    assert means.power_two_means([], 1, 10, 10, null=0, **TWO).shape == (0,)
    sizes = means.sample_size_two_means([0.5, 1.0], 1, null=0, power=0.9, ratio=1, **TWO)
    assert [each.shape for each in sizes] == [(2,), (2,)]


def test_a_pair_is_a_sample_and_a_cluster_of_one_a_patient():
    same(means.precision_paired_means(5, 30, confidence=0.9) / sqrt(2 * 29 / 58), 3.0754, 2e-4)
    same(clusters.design_effect(1, 0.3, variation=0), 1)
    same(clusters.sample_size_clusters(64, 1, 0.3, variation=0), 64)
    same(clusters.design_effect(21, 0.05, variation=0), 2)


def test_events_of_a_trial_without_losses_and_without_accrual():
    chance = events.event_probability(0.1, accrual=0, follow_up=10, losses=0)
    same(chance, 1 - np.exp(-1))
    slow = events.event_probability(1e-12, accrual=5, follow_up=10, losses=0)
    same(slow, 12.5e-12, 1e-6, of=0)
    n1, n0 = events.patients_for_events(100, 0.5, 0.5, ratio=1)
    assert (n1, n0) == (100, 100)


MEANS = {"difference": 1, "sd": 1, "n1": 10, "n0": 10, "null": 0, **TWO}
RISKS = {"p1": 0.5, "p0": 0.3, "n1": 10, "n0": 10, "null": 0, "variance": "pooled", **TWO}
HAZARDS = {"hazard_ratio": 2, "events": 50, "null": 1, "ratio": 1, "formula": "freedman", **TWO}
RANKS = {"superiority": 0.7, "n1": 10, "n0": 10, **TWO}
PATIENTS = {"hazard": 0.1, "accrual": 1, "follow_up": 1, "losses": 0}
EFFECT = {"size": 20, "icc": 0.1, "variation": 0}


@pytest.mark.parametrize(
    ("function", "given_", "wrong"),
    [
        (means.power_two_means, MEANS, {"difference": 0}),
        (means.power_two_means, MEANS, {"sd": 0}),
        (means.power_two_means, MEANS, {"alpha": 0}),
        (means.power_two_means, MEANS, {"alpha": 1}),
        (means.power_two_means, MEANS, {"alpha": 0.6, "sides": "one_sided"}),
        (proportions.power_two_proportions, RISKS, {"p1": 1}),
        (proportions.power_two_proportions, RISKS, {"p1": 0.3}),
        (proportions.power_two_proportions, RISKS, {"null": 0.1}),
        (events.power_log_rank, HAZARDS, {"hazard_ratio": 1}),
        (events.power_log_rank, HAZARDS, {"hazard_ratio": -1}),
        (events.power_log_rank, HAZARDS, {"null": 1.3}),
        (events.power_log_rank, HAZARDS, {"events": 0}),
        (ranks.power_mann_whitney, RANKS, {"superiority": 0.5}),
        (ranks.power_mann_whitney, RANKS, {"superiority": 1.0}),
        (events.event_probability, PATIENTS, {"hazard": 0}),
        (events.event_probability, PATIENTS, {"losses": -1}),
        (events.event_probability, PATIENTS, {"accrual": 0, "follow_up": 0}),
        (clusters.design_effect, EFFECT, {"size": 0.5}),
        (clusters.design_effect, EFFECT, {"icc": 1.1}),
        (clusters.design_effect, EFFECT, {"variation": -1}),
    ],
)
def test_odd_arguments_are_refused(function, given_, wrong):
    function(**given_)
    with pytest.raises(StatsError):
        function(**(given_ | wrong))


def test_a_power_that_cannot_be_reached_is_refused_not_searched_for():
    options = {"null": 0, "ratio": 1, **TWO}
    for power in (0.05, 1.0, nan):
        with pytest.raises(StatsError):
            means.sample_size_two_means(1, 1, power=power, **options)
    for difference in (1e-9, 1e-200):
        with pytest.raises(StatsError, match="no sample size"):
            means.sample_size_two_means(difference, 1, power=0.9, **options)


def test_far_arguments_have_a_power():
    for far in (1e308, 1e30):
        assert means.power_two_means(far, 1, 5, 5, null=0, **TWO) == 1
    assert means.power_two_means(1, 1, 10**12, 10**12, null=0, **TWO) == 1
    # R: power.t.test(n, delta, 1, type = "paired", strict = TRUE): 0.9999999999996455 and 1.
    assert means.power_paired_means(1.2, 1, 60, null=0, **TWO) == pytest.approx(1, abs=1e-12)
    assert means.power_paired_means(2, 1, 52, null=0, **TWO) == 1
    assert 0.0499 < means.power_two_means(1e-200, 1, 5, 5, null=0, **TWO) < 0.0501


@pytest.mark.parametrize("sides", ["two_sided", "one_sided"])
def test_exact_power_is_that_of_every_table(sides):
    """By scipy's Fisher test of each table."""
    from scipy.stats import binom, fisher_exact

    p1, p0, n1, n0 = 0.3, 0.7, 7, 6
    alternative = "two-sided" if sides == "two_sided" else "less"
    power = sum(
        binom.pmf(a, n1, p1) * binom.pmf(b, n0, p0)
        for a in range(n1 + 1)
        for b in range(n0 + 1)
        if fisher_exact([[a, n1 - a], [b, n0 - b]], alternative=alternative).pvalue <= 0.1
    )
    found = proportions.power_fisher(p1, p0, n1, n0, alpha=0.1, sides=sides)
    assert found == pytest.approx(power, rel=1e-10)
    for wrong in ({"n1": 10**5, "n0": 10**5}, {"n1": 0}, {"p1": 0}):
        with pytest.raises(StatsError):
            proportions.power_fisher(
                **({"p1": p1, "p0": p0, "n1": n1, "n0": n0} | wrong), alpha=0.1, sides=sides
            )


def test_bias_is_the_mean_with_the_spread_by_the_root_of_n():
    # Estimates 9, 11, 13 of 10: bias 1, sum of squares 8, sd 2.
    assert mean_measured([-1, 1, 3]) == pytest.approx((1.0, 2 / sqrt(3)))


def test_the_empirical_standard_error_and_its_own():
    assert spread_measured([9, 11, 13]) == pytest.approx((2.0, 2 / sqrt(2 * 2)))


def test_the_model_standard_error_is_a_root_mean_square():
    # Squares 4, 9, 11: mean 8, variance 13 (16 + 1 + 9 by 2).
    found = model_error_measured([2.0, 3.0, sqrt(11)])
    assert found == pytest.approx((sqrt(8), sqrt(13 / (4 * 3 * 8))))
    assert model_error_measured([0.0, 0.0]) == (0.0, 0.0)


def test_shares_have_the_error_of_a_proportion():
    assert share_measured([1, 1, 0, 1, 0]) == pytest.approx((0.6, sqrt(0.6 * 0.4 / 5)))


@pytest.mark.parametrize(
    "measure", [mean_measured, spread_measured, model_error_measured, share_measured]
)
def test_one_trial_tells_nothing(measure):
    with pytest.raises(StatsError, match="at least 2"):
        measure([1.0])


def test_numbers_give_floats_and_arrays_give_arrays():
    """Floats print as such; an array without a dimension does not."""
    size = means.sample_size_two_means(5, 10, power=0.9, ratio=1, null=0, **TWO)
    assert repr(size) == "(86.0, 86.0)"
    power = means.power_two_means(5, 10, 64, 64, null=0, **TWO)
    assert type(power) is float
    assert means.power_two_means(5, 10, [64], 64, null=0, **TWO).tolist() == [power]
