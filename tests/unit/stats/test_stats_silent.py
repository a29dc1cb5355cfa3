"""Input that once gave numbers without a word: masks, labels, causes, times, ranges."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st
from stats_strategies import given

import trialtrace.stats as ts
from trialtrace.audit.subsets.group_means import group_moments, mann_whitney_p
from trialtrace.stats import StatsError
from trialtrace.stats._inputs import labels
from trialtrace.stats._ties import tied_times
from trialtrace.stats.multiplicity.graphical import chain
from trialtrace.stats.survival.risk_sets import risk_sets

DECLARED = ["unused", "placebo", "low", "high"]


def test_a_declared_order_of_arms_is_kept_and_arms_of_nobody_are_none():
    arm = pd.Categorical(["low", "high", "placebo", "high"], categories=DECLARED)
    for values in (arm, pd.Series(arm)):
        found, index = labels(values, "arm", 4)
        assert (found.tolist(), index.tolist()) == (["placebo", "low", "high"], [1, 2, 0, 2])
    assert ts.survival.log_rank([1, 2, 3, 4], [1] * 4, arm).df == 2
    assert labels(list(arm), "arm", 4)[0].tolist() == ["high", "low", "placebo"]
    # A level may well be called as what is missing elsewhere.
    levels = ["None", "NA", "NA", "None"]
    assert ts.survival.log_rank([1, 2, 3, 4], [1, 1, 1, 0], levels).df == 1


def test_ones_and_zeros_are_members_too():
    found = group_moments([1, 2, 3.0], [0, 1, 0], np.ones((1, 3)), groups=2)
    assert found.n.tolist() == [[2.0, 1.0]] and found.mean.tolist() == [[2.0, 2.0]]


def test_times_that_differ_by_rounding_are_one_time():
    """The printed value is that of R (timefix) and of rounded times."""
    time, event = [0.1 + 0.2, 0.3, 0.5, 0.7, 0.1 * 3, 0.9, 0.3, 0.8], [1] * 8
    assert round(ts.survival.log_rank(time, event, list("ABABABAB")).statistic, 4) == 4.0353
    curve = ts.survival.kaplan_meier(time, event, confidence=0.95, interval="log_log")
    assert curve.time.tolist() == [0.3, 0.5, 0.7, 0.8, 0.9]
    fit = ts.survival.turnbull([0.1 + 0.2, 0.2], [0.3 + 1e-12, 0.3])
    assert fit.right.tolist() == [0.3] and fit.mass.tolist() == [1.0]


def ranks(values):
    return np.unique(values, return_inverse=True)[1]


@given(
    steps=st.lists(st.integers(1, 400), min_size=1, max_size=40),
    share=st.floats(-1e-10, 1e-10),
    unit=st.floats(1e-6, 1e6),
)
def test_ties_do_not_depend_on_unit_or_order(steps, share, unit):
    exact = np.array(steps, dtype=np.float64)
    noisy = exact * (1 + share * np.arange(exact.size) / exact.size)
    found = tied_times(noisy)[0]
    assert np.array_equal(ranks(found), ranks(exact)) and np.isin(found, noisy).all()
    again = tied_times(noisy[::-1] * unit)[0][::-1]
    assert np.array_equal(ranks(again), ranks(found))


X, TIME, EVENT = np.random.default_rng(1).normal(size=(20, 1)), np.arange(1.0, 21), np.ones(20)
EFRON = {"ties": "efron", "confidence": 0.95}


@pytest.mark.parametrize("scale", [1e-100, 1e100])
def test_the_unit_of_a_covariate_is_free(scale):
    one, other = (ts.survival.cox(TIME, EVENT, X * unit, **EFRON) for unit in (1, scale))
    assert np.allclose(other.coef * scale, one.coef, rtol=1e-9)
    assert np.allclose(other.se * scale, one.se, rtol=1e-9)


def test_means_far_apart_are_told_for_certain():
    assert ts.design.power_several_means([0, 1e12], 1, [10, 10], alpha=0.05) == 1.0
    assert ts.design.power_several_means([0, 30], 1, [10, 10], alpha=0.05) == pytest.approx(1.0)
    size = partial(ts.design.sample_size_several_means, [0, 0.5], power=0.8, alpha=0.05)
    assert size([1.0, 2.0]).tolist() == [size(1.0), size(2.0)]


def test_counts_whose_exposures_add_up_beyond_range_have_their_rate_ratio():
    y, x = [3, 5, 2, 9], [[1, 0], [1, 0], [1, 1], [1, 1]]
    plain, large = (
        ts.regression.poisson_rates(
            y, x, exposure=np.array([1.0, 1.5, 1.0, 1.7]) * unit, variance="model", confidence=0.95
        )
        for unit in (1, 1e308)
    )
    assert large.coef[1] == pytest.approx(plain.coef[1], rel=1e-9)


THREE = [1, 2, 3.0]
MOMENTS, SETS = partial(group_moments, groups=2), partial(risk_sets, THREE, [1, 1, 0], groups=2)
P_VALUES = partial(mann_whitney_p, THREE, first=0, second=1, correction="none")
AALEN = {"confidence": 0.95, "variance": "aalen"}
CAUSES = partial(ts.survival.cumulative_incidence, [1, 2, 3], [1, 2, 0], **AALEN)
GRAY = partial(ts.survival.gray_test, [1, 2, 3], [1, 2, 0], [0, 1, 1], rho=0.0)
TWO_CAUSES = partial(
    ts.survival.cumulative_incidence_difference,
    *([1, 2, 1, 2], [1, 0, 1, 0], [1, 1, 0, 0]),
    **{"treated": 1, "reference": 0, "at": 1, "sides": "two_sided"} | AALEN,
)
GROUPS = partial(ts.survival.log_rank, [1, 2, 3, 4], [1, 1, 1, 0])
START_STOP = partial(ts.survival.cox_start_stop, variance="model", **EFRON)
TWO_SIDED = {"alpha": 0.05, "sides": "two_sided"}
SPENDING = partial(ts.multiplicity.spending_boundary, [0.5, 1])
ONES = np.ones((1, 3), dtype=bool)
BRANT = np.zeros((60, 1))
BRANT[30] = 1
REFUSED = [
    (partial(labels, pd.Categorical(["low", None], DECLARED), "arm", 2), "missing labels"),
    *((partial(chain, size), "chain") for size in (-1, 2.0, True)),
    *(
        (partial(compute, group, ONES), "group must")
        for group in ([0, 2, 1], [-1, 0, 1])
        for compute in (partial(MOMENTS, THREE), SETS)
    ),
    (partial(MOMENTS, THREE, [0, 1, 0], [1]), "members"),
    (partial(SETS, [0, 1, 0], [1]), "members"),
    (partial(P_VALUES, [0, 1, 0], [1]), "members"),
    *(
        (partial(compute, of=of), "a cause is a whole number")
        for of in (None, "1", [1], True, 0, -1, float("nan"))
        for compute in (CAUSES, GRAY, TWO_CAUSES)
    ),
    (partial(CAUSES, of=3), "nobody has"),
    (partial(GRAY, of=3), "nobody has"),
    *(
        (partial(GROUPS, ["A", missing, "B", "A"]), "group has missing labels")
        for missing in ("", " ", "nan", "NaN", "NaT", "<NA>")
    ),
    # A row of no length but rounding.
    (
        partial(START_STOP, [0, 0.3, 0], [1, 0.1 * 3, 2], [1, 1, 0], [[0.0], [1.0], [0.0]]),
        "start before it stops",
    ),
    *(
        (partial(fit, *data, X * scale), "rescale")
        for scale in (1e-320, 1e-200, 1e-170, 1e170, 1e307)
        for fit, data in (
            (partial(ts.survival.cox, **EFRON), (TIME, EVENT)),
            (START_STOP, (None, TIME, EVENT)),
            (
                partial(ts.survival.proportional_hazards_test, ties="efron", transform="km"),
                (None, TIME, EVENT),
            ),
        )
    ),
    *(
        (partial(SPENDING, spending="hwang_shih_decani", parameter=value, **TWO_SIDED), "must")
        for value in (-800, 800, 1e308)
    ),
    *(
        (partial(ts.multiplicity.pocock, [0.5, 1], alpha=alpha, sides="two_sided"), "alpha must")
        for alpha in (0.0, 1e-300, 0.5)
    ),
    *(
        (
            partial(SPENDING, alpha=alpha, sides="greater", spending="pocock", parameter=None),
            "alpha must",
        )
        for alpha in (0.0, 1e-300, 0.5)
    ),
    *(
        (partial(ts.multiplicity.wang_tsiatis, [0.5, 1], delta=delta, **TWO_SIDED), "delta")
        for delta in (1e308, -1e308, 50)
    ),
    # A level of minus zero has no sign.
    (partial(ts.regression.brant_test, np.array([-0.0, 1, 2] * 20), BRANT), "a value above 0 can"),
    (
        partial(ts.design.sample_size_several_means, [], 1, power=0.8, alpha=0.05),
        "two arms or more",
    ),
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_refused(call, named):
    with pytest.raises(StatsError, match=named):
        call()
