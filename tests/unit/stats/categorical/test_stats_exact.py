"""Invariants of exact and score methods for 2x2 tables, one or several strata."""

from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import CONFIDENCE, given, numbers_of, same, strata, tables

from trialtrace.stats import StatsError, categorical, stratified
from trialtrace.stats.categorical import proportions
from trialtrace.stats.categorical.score import risk_difference_score_test
from trialtrace.stats.categorical.score_ratio import risk_ratio_score, risk_ratio_score_test
from trialtrace.stats.categorical.unconditional import barnard, boschloo
from trialtrace.stats.stratified.exact import exact_conditional_test, odds_ratio_conditional

SIDES = ("two_sided", "greater", "less")
OPPOSITE = {"two_sided": "two_sided", "greater": "less", "less": "greater"}
MN = {"variance": "miettinen_nurminen"}


@pytest.mark.parametrize("method", ["wald", "agresti_coull", "jeffreys"])
@given(table=tables(), confidence=CONFIDENCE)
def test_counting_failures_mirrors_the_interval(method, table, confidence):
    x, n = table[:2]
    p, low, high = numbers_of(getattr(proportions, method)(x, n, confidence=confidence))
    mirrored = numbers_of(getattr(proportions, method)(n - x, n, confidence=confidence))
    same(mirrored, (1 - p, 1 - high, 1 - low))
    assert isnan(low) or low <= p <= high


@given(table=tables(), confidence=CONFIDENCE)
def test_agresti_coull_contains_wilson(table, confidence):
    wide = proportions.agresti_coull(*table[:2], confidence=confidence)
    narrow = proportions.wilson(*table[:2], confidence=confidence)
    assert wide.low <= narrow.low + 1e-12 and narrow.high <= wide.high + 1e-12


@given(table=tables(), margin=st.sampled_from([0, 0.05, -0.1, 0.4]))
def test_score_tests_mirror_and_meet_their_interval(table, margin):
    x1, n1, x0, n0 = table
    assume(margin != 0 or 0 < x1 + x0 < n1 + n0)
    for sides in SIDES:
        result = risk_difference_score_test(*table, margin=margin, sides=sides, **MN)
        arms = risk_difference_score_test(
            x0, n0, x1, n1, margin=-margin, sides=OPPOSITE[sides], **MN
        )
        same((arms.statistic, arms.p_value), (-result.statistic, result.p_value), 1e-7)
        outcome = risk_difference_score_test(
            n1 - x1, n1, n0 - x0, n0, margin=-margin, sides=OPPOSITE[sides], **MN
        )
        same((outcome.statistic, outcome.p_value), (-result.statistic, result.p_value), 1e-7)
    interval = categorical.risk_difference_miettinen_nurminen(*table, confidence=0.9)
    for bound, side in ((interval.low, "greater"), (interval.high, "less")):
        if 1e-6 < abs(bound) < 1 - 1e-6:
            p = risk_difference_score_test(*table, margin=bound, sides=side, **MN).p_value
            assert p == pytest.approx(0.05, rel=1e-6)


@given(table=tables(), confidence=CONFIDENCE)
def test_score_ratio_inverts_and_its_test_meets_it(table, confidence):
    x1, n1, x0, n0 = table
    ratio, low, high = numbers_of(risk_ratio_score(*table, confidence=confidence, **MN))
    inverse = numbers_of(risk_ratio_score(x0, n0, x1, n1, confidence=confidence, **MN))
    same(inverse, (inf if ratio == 0 else 1 / ratio, 1 / high, 1 / low if low else inf))
    assert isnan(ratio) or low <= ratio <= high
    for bound, side in ((low, "greater"), (high, "less")):
        if 0 < bound < inf and abs(bound - 1) > 1e-6:
            p = risk_ratio_score_test(*table, margin=bound, sides=side, **MN).p_value
            assert p == pytest.approx((1 - confidence) / 2, rel=1e-6)


@given(table=tables())
def test_score_tests_of_equal_risks_are_pearsons(table):
    assume(0 < table[0] + table[2] < table[1] + table[3])
    pearson = categorical.chi_squared(*table, correction="none").statistic
    difference = risk_difference_score_test(
        *table, margin=0, sides="two_sided", variance="farrington_manning"
    )
    ratio = risk_ratio_score_test(*table, margin=1, sides="two_sided", variance="koopman")
    same((difference.statistic**2, ratio.statistic**2), (pearson, pearson), 1e-8)


@given(table=tables())
def test_mid_p_lies_between_half_of_fishers_and_fishers(table):
    for sides in SIDES:
        exact = categorical.fisher_exact(*table, sides=sides).p_value
        same(exact_conditional_test(*table, sides=sides, mid_p="none").p_value, exact)
        observed, every = (
            exact_conditional_test(*table, sides=sides, mid_p=how).p_value
            for how in ("half_of_observed", "half_of_all")
        )
        assert exact / 2 - 1e-12 <= every <= observed + 1e-12 <= exact + 2e-12
    one = [
        exact_conditional_test(*table, sides=sides, mid_p="half_of_all").p_value
        for sides in SIDES[1:]
    ]
    same(sum(one), 1)


@given(table=strata(), confidence=CONFIDENCE)
def test_strata_order_arms_and_strata_without_comparison(table, confidence):
    x1, n1, x0, n0 = table
    estimate, low, high = numbers_of(odds_ratio_conditional(*table, confidence=confidence))
    inverse = odds_ratio_conditional(x0, n0, x1, n1, confidence=confidence)
    same(
        numbers_of(inverse),
        (1 / estimate if estimate else inf, 1 / high, 1 / low if low else inf),
        1e-7,
    )
    longer = [np.append(c, v) for c, v in zip(table, (2, 7, 0, 0), strict=True)]
    again = odds_ratio_conditional(*(c[::-1] for c in longer), confidence=confidence)
    same(numbers_of(again), (estimate, low, high), 1e-8)
    for sides in SIDES:
        p = exact_conditional_test(*table, sides=sides, mid_p="none").p_value
        swapped = exact_conditional_test(x0, n0, x1, n1, sides=OPPOSITE[sides], mid_p="none")
        same(swapped.p_value, p)
        assert 0 < p <= 1


@given(table=tables(most=12))
def test_interval_and_one_sided_tests_agree(table):
    """1 lies above the lower bound exactly where the upper tail at 1 exceeds half of 0.1."""
    interval = odds_ratio_conditional(*table, confidence=0.9)
    upper = exact_conditional_test(*table, sides="greater", mid_p="none").p_value
    assert (interval.low > 1) == (upper < 0.05)


@given(table=strata())
def test_risk_ratio_over_strata_swaps(table):
    x1, n1, x0, n0 = table
    ratio, low, high = numbers_of(stratified.mantel_haenszel_risk_ratio(*table, confidence=0.95))
    inverse = stratified.mantel_haenszel_risk_ratio(x0, n0, x1, n1, confidence=0.95)
    same(numbers_of(inverse), (1 / ratio if ratio else inf, 1 / high, 1 / low))
    one = [np.array([c[0]]) for c in table]
    same(
        numbers_of(stratified.mantel_haenszel_risk_ratio(*one, confidence=0.9)),
        numbers_of(categorical.risk_ratio_log(*(c[0] for c in table), confidence=0.9)),
    )


@given(table=strata())
def test_a_stratum_split_with_itself_keeps_the_risk_ratio(table):
    """Two strata of the same counts weigh as much as one of twice the counts."""
    twice = stratified.mantel_haenszel_risk_ratio(*(2 * c for c in table), confidence=0.95)
    halves = [np.concatenate([c, c]) for c in table]
    same(
        numbers_of(stratified.mantel_haenszel_risk_ratio(*halves, confidence=0.95)),
        numbers_of(twice),
    )


@given(table=tables(most=12), sides=st.sampled_from(SIDES))
def test_unconditional_tests_mirror(table, sides):
    x1, n1, x0, n0 = table
    found = [
        barnard(*table, sides=sides, statistic="score").p_value,
        boschloo(*table, sides=sides, two_sided="fisher").p_value,
    ]
    arms, outcomes = (x0, n0, x1, n1), (n1 - x1, n1, n0 - x0, n0)
    for other in (arms, outcomes):
        same(barnard(*other, sides=OPPOSITE[sides], statistic="score").p_value, found[0])
        same(boschloo(*other, sides=OPPOSITE[sides], two_sided="fisher").p_value, found[1])
    assert found[1] <= categorical.fisher_exact(*table, sides=sides).p_value + 1e-12


def test_degenerate_tables_have_a_clear_answer():
    for x1, x0 in ((0, 0), (4, 6)):
        assert exact_conditional_test(x1, 4, x0, 6, sides="two_sided", mid_p="none").p_value == 1
        assert barnard(x1, 4, x0, 6, sides="two_sided", statistic="wald").p_value == 1
        nothing = odds_ratio_conditional(x1, 4, x0, 6, confidence=0.95)
        assert isnan(nothing.estimate) and (nothing.low, nothing.high) == (0, inf)
    assert risk_ratio_score(0, 4, 0, 6, confidence=0.95, **MN).high == inf
    assert isnan(stratified.mantel_haenszel_risk_ratio([0], [4], [0], [6], confidence=0.9).low)
    assert isnan(proportions.wald(0, 9, confidence=0.95).low)
    # Infinite z of the unpooled statistic: at "less" every table is as extreme.
    assert barnard(5, 5, 0, 5, sides="less", statistic="wald").p_value == pytest.approx(1)


def test_bad_input_is_refused_with_a_reason():
    two = {"sides": "two_sided"}
    with pytest.raises(StatsError, match="nobody has the event"):
        risk_difference_score_test(0, 4, 0, 6, margin=0, **two, **MN)
    with pytest.raises(StatsError, match="everybody has the event"):
        risk_ratio_score_test(4, 4, 6, 6, margin=1, **two, **MN)
    for margin in (1, -1, nan, "0.1", 10):
        with pytest.raises(StatsError, match="between -1 and 1"):
            risk_difference_score_test(1, 4, 2, 6, margin=margin, **two, **MN)
    for margin in (0, -1, nan, inf, None):
        with pytest.raises(StatsError, match="margin"):
            risk_ratio_score_test(1, 4, 2, 6, margin=margin, **two, **MN)
    with pytest.raises(StatsError, match="no stratum has patients in both arms"):
        odds_ratio_conditional([1], [4], [0], [0], confidence=0.95)
    with pytest.raises(StatsError, match="too large for an unconditional"):
        barnard(100, 40000, 90, 40000, sides="less", statistic="score")
    with pytest.raises(StatsError, match="the control arm has no patients"):
        boschloo(1, 4, 0, 0, sides="less", two_sided="fisher")
    with pytest.raises(TypeError, match="mid_p"):
        exact_conditional_test(1, 4, 2, 6, sides="less")
