"""Input that once gave numbers without a word: masks, labels, causes, times."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st
from stats_strategies import given

from trialtrace.stats import StatsError
from trialtrace.stats._inputs import labels
from trialtrace.stats._ties import tied_times
from trialtrace.stats.continuous.group_means import group_moments, mann_whitney_p
from trialtrace.stats.design.several import power_several_means, sample_size_several_means
from trialtrace.stats.multiplicity.graphical import chain
from trialtrace.stats.multiplicity.group_sequential import pocock, spending_boundary, wang_tsiatis
from trialtrace.stats.regression.counts import poisson_rates
from trialtrace.stats.regression.ordinal import brant_test
from trialtrace.stats.survival.competing_risks import (
    cumulative_incidence,
    cumulative_incidence_difference,
)
from trialtrace.stats.survival.cox import cox
from trialtrace.stats.survival.cox_start_stop import cox_start_stop
from trialtrace.stats.survival.gray import gray_test
from trialtrace.stats.survival.interval_censored import turnbull
from trialtrace.stats.survival.kaplan_meier import kaplan_meier, log_rank
from trialtrace.stats.survival.proportional_hazards import proportional_hazards_test
from trialtrace.stats.survival.risk_sets import risk_sets

AALEN = {"confidence": 0.95, "variance": "aalen"}


def test_a_declared_order_of_arms_is_kept_and_arms_of_nobody_are_none():
    declared = ["unused", "placebo", "low", "high"]
    arm = pd.Categorical(["low", "high", "placebo", "high"], categories=declared)
    for values in (arm, pd.Series(arm)):
        found, index = labels(values, "arm", 4)
        assert (found.tolist(), index.tolist()) == (["placebo", "low", "high"], [1, 2, 0, 2])
    assert log_rank([1, 2, 3, 4], [1] * 4, arm).df == 2
    assert labels(list(arm), "arm", 4)[0].tolist() == ["high", "low", "placebo"]
    with pytest.raises(StatsError, match="missing labels"):
        labels(pd.Categorical(["low", None], categories=declared), "arm", 2)


def test_a_chain_has_a_size():
    for size in (-1, 2.0, True):
        with pytest.raises(StatsError, match="chain"):
            chain(size)


@pytest.mark.parametrize(
    "group",
    [
        [0, 2, 1],
        [-1, 0, 1],
    ],
)
def test_groups_of_many_subsets_are_numbers(group):
    members = np.ones((1, 3), dtype=bool)
    with pytest.raises(StatsError, match="group must"):
        group_moments([1, 2, 3.0], group, members, groups=2)
    with pytest.raises(StatsError, match="group must"):
        risk_sets([1, 2, 3.0], [1, 1, 0], group, members, groups=2)


@pytest.mark.parametrize("members", [[1]])
def test_members_of_subsets_are_true_or_false(members):
    for compute in (
        lambda: group_moments([1, 2, 3.0], [0, 1, 0], members, groups=2),
        lambda: risk_sets([1, 2, 3.0], [1, 1, 0], [0, 1, 0], members, groups=2),
        lambda: mann_whitney_p(
            [1, 2, 3.0], [0, 1, 0], members, first=0, second=1, correction="none"
        ),
    ):
        with pytest.raises(StatsError, match="members"):
            compute()


def test_ones_and_zeros_are_members_too():
    found = group_moments([1, 2, 3.0], [0, 1, 0], np.ones((1, 3)), groups=2)
    assert found.n.tolist() == [[2.0, 1.0]] and found.mean.tolist() == [[2.0, 2.0]]


@pytest.mark.parametrize("of", [None, "1", [1], True, 0, -1, float("nan")])
def test_a_cause_is_a_number(of):
    with pytest.raises(StatsError, match="a cause is a whole number"):
        cumulative_incidence([1, 2, 3], [1, 2, 0], of=of, **AALEN)
    with pytest.raises(StatsError, match="a cause is a whole number"):
        gray_test([1, 2, 3], [1, 2, 0], [0, 1, 1], of=of, rho=0.0)
    with pytest.raises(StatsError, match="a cause is a whole number"):
        cumulative_incidence_difference(
            [1, 2, 1, 2],
            [1, 0, 1, 0],
            [1, 1, 0, 0],
            of=of,
            treated=1,
            reference=0,
            at=1,
            sides="two_sided",
            **AALEN,
        )


def test_a_cause_that_nobody_has():
    with pytest.raises(StatsError, match="nobody has"):
        cumulative_incidence([1, 2, 3], [1, 2, 0], of=3, **AALEN)
    with pytest.raises(StatsError, match="nobody has"):
        gray_test([1, 2, 3], [1, 2, 0], [0, 1, 1], of=3, rho=0.0)


@pytest.mark.parametrize("missing", ["", " ", "nan", "NaN", "NaT", "<NA>"])
def test_a_missing_label_as_text_is_no_group(missing):
    with pytest.raises(StatsError, match="group has missing labels"):
        log_rank([1, 2, 3, 4], [1, 1, 1, 0], ["A", missing, "B", "A"])
    # A level may well be called so.
    assert log_rank([1, 2, 3, 4], [1, 1, 1, 0], ["None", "NA", "NA", "None"]).df == 1


def test_times_that_differ_by_rounding_are_one_time():
    """The printed value is that of R (timefix) and of rounded times."""
    time = [0.1 + 0.2, 0.3, 0.5, 0.7, 0.1 * 3, 0.9, 0.3, 0.8]
    assert round(log_rank(time, [1] * 8, list("ABABABAB")).statistic, 4) == 4.0353
    curve = kaplan_meier(time, [1] * 8, confidence=0.95, interval="log_log")
    assert curve.time.tolist() == [0.3, 0.5, 0.7, 0.8, 0.9]
    fit = turnbull([0.1 + 0.2, 0.2], [0.3 + 1e-12, 0.3])
    assert fit.right.tolist() == [0.3] and fit.mass.tolist() == [1.0]


@given(
    steps=st.lists(st.integers(1, 400), min_size=1, max_size=40),
    share=st.floats(-1e-10, 1e-10),
    unit=st.floats(1e-6, 1e6),
)
def test_ties_do_not_depend_on_unit_or_order(steps, share, unit):
    exact = np.array(steps, dtype=np.float64)
    noisy = exact * (1 + share * np.arange(exact.size) / exact.size)
    found = tied_times(noisy)[0]
    assert np.array_equal(
        np.unique(found, return_inverse=True)[1], np.unique(exact, return_inverse=True)[1]
    )
    assert np.isin(found, noisy).all()
    again = tied_times(noisy[::-1] * unit)[0][::-1]
    assert np.array_equal(
        np.unique(again, return_inverse=True)[1], np.unique(found, return_inverse=True)[1]
    )


def test_a_row_of_no_length_but_rounding_is_refused():
    with pytest.raises(StatsError, match="start before it stops"):
        cox_start_stop(
            [0, 0.3, 0],
            [1, 0.1 * 3, 2],
            [1, 1, 0],
            [[0.0], [1.0], [0.0]],
            ties="efron",
            confidence=0.95,
            variance="model",
        )


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e-170, 1e170, 1e307])
def test_a_covariate_beyond_the_range_of_numbers_is_refused(scale):
    x = np.random.default_rng(1).normal(size=(20, 1)) * scale
    time, event = np.arange(1.0, 21), np.ones(20)
    with pytest.raises(StatsError, match="rescale"):
        cox(time, event, x, ties="efron", confidence=0.95)
    with pytest.raises(StatsError, match="rescale"):
        cox_start_stop(None, time, event, x, ties="efron", confidence=0.95, variance="model")
    with pytest.raises(StatsError, match="rescale"):
        proportional_hazards_test(None, time, event, x, ties="efron", transform="km")


@pytest.mark.parametrize("scale", [1e-100, 1e100])
def test_the_unit_of_a_covariate_is_free(scale):
    x = np.random.default_rng(1).normal(size=(20, 1))
    time, event = np.arange(1.0, 21), np.ones(20)
    one = cox(time, event, x, ties="efron", confidence=0.95)
    other = cox(time, event, x * scale, ties="efron", confidence=0.95)
    assert np.allclose(other.coef * scale, one.coef, rtol=1e-9)
    assert np.allclose(other.se * scale, one.se, rtol=1e-9)


TWO_SIDED = {"alpha": 0.05, "sides": "two_sided"}


@pytest.mark.parametrize(
    "parameter",
    [
        -800,
        800,
        1e308,
    ],
)
def test_a_parameter_of_spending_is_a_number_within_range(parameter):
    with pytest.raises(StatsError, match=r"parameter must be|gamma must lie"):
        spending_boundary([0.5, 1], spending="hwang_shih_decani", parameter=parameter, **TWO_SIDED)


@pytest.mark.parametrize("alpha", [0.0, 1e-300, 0.5])
def test_alpha_is_a_number_within_range(alpha):
    with pytest.raises(StatsError, match="alpha must"):
        pocock([0.5, 1], alpha=alpha, sides="two_sided")
    with pytest.raises(StatsError, match="alpha must"):
        spending_boundary([0.5, 1], alpha=alpha, sides="greater", spending="pocock", parameter=None)


@pytest.mark.parametrize("delta", [1e308, -1e308, 50])
def test_delta_sets_looks_within_reach(delta):
    with pytest.raises(StatsError, match="delta"):
        wang_tsiatis([0.5, 1], delta=delta, **TWO_SIDED)


def test_a_level_of_minus_zero_has_no_sign():
    y = np.array([-0.0, 1, 2] * 20)
    x = np.zeros((60, 1))
    x[30] = 1
    with pytest.raises(StatsError, match="a value above 0 cannot be estimated"):
        brant_test(y, x)


def test_means_far_apart_are_told_for_certain_and_empty_arms_refused():
    assert power_several_means([0, 1e12], 1, [10, 10], alpha=0.05) == 1.0
    assert power_several_means([0, 30], 1, [10, 10], alpha=0.05) == pytest.approx(1.0)
    with pytest.raises(StatsError, match="two arms or more"):
        sample_size_several_means([], 1, power=0.8, alpha=0.05)
    found = sample_size_several_means([0, 0.5], [1.0, 2.0], power=0.8, alpha=0.05)
    each = [sample_size_several_means([0, 0.5], sd, power=0.8, alpha=0.05) for sd in (1.0, 2.0)]
    assert found.tolist() == each


def test_counts_whose_exposures_add_up_beyond_range_have_their_rate_ratio():
    y, x = [3, 5, 2, 9], [[1, 0], [1, 0], [1, 1], [1, 1]]
    given = {"variance": "model", "confidence": 0.95}
    plain = poisson_rates(y, x, exposure=[1.0, 1.5, 1.0, 1.7], **given)
    large = poisson_rates(y, x, exposure=np.array([1.0, 1.5, 1.0, 1.7]) * 1e308, **given)
    assert large.coef[1] == pytest.approx(plain.coef[1], rel=1e-9)
