"""Score intervals and tests over strata: printed numbers, and what must always hold."""

from math import isnan, sqrt

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import CONFIDENCE, given, strata, tables

from trialtrace.stats import StatsError, categorical
from trialtrace.stats.categorical.score import risk_difference_score, risk_difference_score_test
from trialtrace.stats.stratified import mantel_haenszel, score

# Four strata of 100 + 100 made-up patients, of which the numbers of SAS are known.
SAS = ([13, 20, 15, 12], [26, 28, 26, 20], [15, 15, 20, 12], [23, 22, 33, 22])
DIFFERENCE = st.sampled_from(score.DIFFERENCE_WEIGHTS)
FACTOR = {"variance": "miettinen_nurminen"}
MEE = {"variance": "farrington_manning"}


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        # Newcombe, Stat Med 1998;17:873, table II, method 7.
        ((56, 70, 48, 80), 0.0533, 0.3377),
        ((9, 10, 3, 10), 0.1821, 0.8370),
        ((5, 56, 0, 29), -0.0313, 0.1926),
    ],
)
def test_mees_interval_as_printed(table, low, high):
    found = risk_difference_score(*table, confidence=0.95, **MEE)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_the_iterated_weights_of_sas():
    """PROC FREQ with COMMONRISKDIFF(CL=MN)."""
    found = score.stratified_risk_difference_score(
        *SAS, confidence=0.95, weights="miettinen_nurminen", **FACTOR
    )
    assert (round(found.low, 5), round(found.high, 5)) == (-0.16116, 0.10954)


def test_the_stratified_newcombe_interval_of_sas():
    """PROC FREQ with COMMONRISKDIFF(CL=NEWCOMBE) of 80 made-up patients in six strata."""
    treated, control = (
        ([8, 4, 2, 5, 6, 5], [9, 4, 5, 7, 7, 8]),
        (
            [3, 6, 2, 3, 3, 3],
            [6, 12, 5, 4, 8, 5],
        ),
    )
    found = score.stratified_risk_difference_newcombe(*treated, *control, confidence=0.95)
    assert [round(each, 4) for each in (found.estimate, found.low, found.high)] == [
        0.2539,
        0.0347,
        0.4454,
    ]


@given(table=tables(), confidence=CONFIDENCE, weights=DIFFERENCE)
def test_one_stratum_is_a_table_without_strata(table, confidence, weights):
    one = [np.array([each]) for each in table]
    found = score.stratified_risk_difference_score(
        *one, confidence=confidence, weights=weights, **FACTOR
    )
    alone = categorical.risk_difference_miettinen_nurminen(*table, confidence=confidence)
    own, same = ([each.estimate, each.low, each.high] for each in (found, alone))
    np.testing.assert_allclose(own, same, rtol=1e-9, atol=1e-11)


@given(table=strata(), confidence=CONFIDENCE)
def test_the_estimates_with_mantel_and_haenszels_weights_are_theirs(table, confidence):
    choices = {"confidence": confidence, "weights": "mantel_haenszel", **FACTOR}
    own = score.stratified_risk_difference_score(*table, **choices).estimate
    theirs = mantel_haenszel.mantel_haenszel_risk_difference(
        *table, confidence=confidence, variance="sato"
    )
    assert own == pytest.approx(theirs.estimate, abs=1e-12)


@given(table=strata(), confidence=CONFIDENCE)
def test_arms_swapped_or_the_event_turned_round_mirror_the_difference(table, confidence):
    x1, n1, x0, n0 = table
    for compute, choices in (
        (score.stratified_risk_difference_score, {"weights": "miettinen_nurminen", **FACTOR}),
        (score.stratified_risk_difference_newcombe, {}),
    ):
        own = compute(x1, n1, x0, n0, confidence=confidence, **choices)
        turned = compute(n1 - x1, n1, n0 - x0, n0, confidence=confidence, **choices)
        np.testing.assert_allclose(
            [own.estimate, own.low, own.high],
            [-turned.estimate, -turned.high, -turned.low],
            rtol=1e-7,
            atol=1e-9,
        )


@given(table=tables(), confidence=CONFIDENCE)
def test_mees_interval_leaves_out_what_farrington_and_mannings_test_rejects(table, confidence):
    found = risk_difference_score(*table, confidence=confidence, **MEE)
    wider = categorical.risk_difference_miettinen_nurminen(*table, confidence=confidence)
    assert wider.low - 1e-12 <= found.low <= found.estimate <= found.high <= wider.high + 1e-12
    for end in (found.low, found.high):
        if abs(end) < 1 and end not in (0, found.estimate):
            test = risk_difference_score_test(
                *table, margin=end, sides="two_sided", variance="farrington_manning"
            )
            assert test.p_value == pytest.approx(1 - confidence, rel=1e-6)


def test_the_stratified_newcombe_interval_of_one_stratum_is_newcombes():
    one = score.stratified_risk_difference_newcombe([27], [295], [52], [307], confidence=0.95)
    own = categorical.risk_difference_newcombe(27, 295, 52, 307, confidence=0.95)
    assert (one.low, one.high) == pytest.approx((own.low, own.high))


def test_an_arm_in_which_no_stratum_varies():
    """Yan and Su's quantile is 0/0 there."""
    table = ([0, 0], [20, 15], [3, 5], [18, 16])
    assert isnan(score.stratified_risk_difference_newcombe(*table, confidence=0.95).low)


@pytest.mark.parametrize(
    "table",
    [
        ([], [], [], []),
        ([1], [0], [0], [5]),
        ([5], [3], [1], [4]),
        ([0.5], [3], [1], [4]),
        ([1, 2], [3, 4], [1], [4]),
        (1, 3, 1, 4),
    ],
)
def test_what_are_no_strata_is_refused(table):
    choices = {"confidence": 0.95, "weights": "mantel_haenszel", **FACTOR}
    with pytest.raises(StatsError):
        score.stratified_risk_difference_score(*table, **choices)
    with pytest.raises(StatsError):
        score.stratified_risk_difference_newcombe(*table, confidence=0.95)


def test_huge_counts():
    table = ([10**9, 10**8], [10**10, 10**9], [9 * 10**8, 10**8], [10**10, 10**9])
    found = score.stratified_risk_difference_score(
        *table, confidence=0.95, weights="miettinen_nurminen", **FACTOR
    )
    half = 1.959963984540054 * sqrt((0.09 + 0.0819) / 1.1e10)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.02)
