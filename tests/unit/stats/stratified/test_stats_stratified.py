"""Invariants of pooled estimates and tests over strata."""

from math import inf, isnan

import numpy as np
import pytest
from hypothesis import assume
from stats_strategies import given, numbers_of, same, strata, tables

from trialtrace.stats import StatsError, categorical, stratified
from trialtrace.stats.stratified.mantel_haenszel import _expected_events

SATO = {"confidence": 0.95, "variance": "sato"}
ROBINS = {"confidence": 0.95, "variance": "greenland_robins"}


def everything(*table):
    """Every number of this module for one set of strata, NaN where there is none."""
    results = [
        stratified.cochran_mantel_haenszel(*table, correction="none"),
        stratified.cochran_mantel_haenszel(*table, correction="continuity"),
        stratified.mantel_haenszel_odds_ratio(*table, confidence=0.95),
        stratified.mantel_haenszel_risk_difference(*table, **SATO),
        stratified.mantel_haenszel_risk_difference(*table, **ROBINS),
    ]
    for correction in ("none", "tarone"):
        try:
            results.append(stratified.breslow_day(*table, correction=correction))
        except StatsError as error:
            assert "strata" in str(error) or "odds ratio" in str(error)
    return np.concatenate([numbers_of(result) for result in results])


@given(table=strata())
def test_order_of_strata_and_strata_without_comparison_do_not_matter(table):
    before = everything(*table)
    same(everything(*(column[::-1] for column in table)), before)
    for addition in ((0, 0, 0, 0), (1, 1, 0, 0), (2, 7, 0, 0), (0, 0, 3, 3)):
        longer = [np.append(column, value) for column, value in zip(table, addition, strict=True)]
        same(everything(*longer), before)


@given(table=strata())
def test_swapping_arms(table):
    x1, n1, x0, n0 = table
    swapped = (x0, n0, x1, n1)
    ratio, low, high = numbers_of(stratified.mantel_haenszel_odds_ratio(*table, confidence=0.95))
    inverse = stratified.mantel_haenszel_odds_ratio(*swapped, confidence=0.95)
    same(numbers_of(inverse), (1 / ratio if ratio else inf, 1 / high, 1 / low))
    for options in (SATO, ROBINS):
        d, low, high = numbers_of(stratified.mantel_haenszel_risk_difference(*table, **options))
        negative = stratified.mantel_haenszel_risk_difference(*swapped, **options)
        same(numbers_of(negative), (-d, -high, -low))
        assert isnan(low) or low <= d <= high
    p = stratified.cochran_mantel_haenszel(*table, correction="none").p_value
    same(stratified.cochran_mantel_haenszel(*swapped, correction="none").p_value, p)
    assert 0 <= p <= 1


@given(table=tables())
def test_one_stratum_is_the_plain_table(table):
    x1, n1, x0, n0 = table
    assume(0 < x1 + x0 < n1 + n0)
    one = [np.array([value]) for value in table]
    total = n1 + n0
    pearson = categorical.chi_squared(*table, correction="none").statistic
    cmh = stratified.cochran_mantel_haenszel(*one, correction="none").statistic
    same(cmh, pearson * (total - 1) / total)
    same(
        numbers_of(stratified.mantel_haenszel_odds_ratio(*one, confidence=0.9)),
        numbers_of(categorical.odds_ratio_sample(*table, confidence=0.9)),
    )
    same(
        numbers_of(stratified.mantel_haenszel_risk_difference(*one, **ROBINS)),
        numbers_of(categorical.risk_difference_wald(*table, confidence=0.95)),
    )


@given(table=strata())
def test_expected_events_have_the_common_odds_ratio(table):
    x1, n1, x0, n0 = (column.astype(float) for column in table)
    keep = (n1 > 0) & (n0 > 0) & (x1 + x0 > 0) & (x1 + x0 < n1 + n0)
    n1, n0, events = n1[keep], n0[keep], (x1 + x0)[keep]
    for ratio in (1e-4, 0.3, 1.0, 1 + 1e-12, 7.0, 1e4):
        a = _expected_events(n1, n0, events, ratio)
        same(a * (n0 - events + a) / ((n1 - a) * (events - a)), np.full(a.size, ratio), 1e-5)


def test_degenerate_strata_are_refused_with_a_reason():
    with pytest.raises(StatsError, match="no stratum has both arms and both outcomes"):
        stratified.cochran_mantel_haenszel([0, 5], [9, 5], [0, 4], [8, 4], correction="none")
    with pytest.raises(StatsError, match="no stratum has patients in both arms"):
        stratified.mantel_haenszel_odds_ratio([1], [4], [0], [0], confidence=0.95)
    with pytest.raises(StatsError, match="fewer than two strata"):
        stratified.breslow_day([1, 0], [4, 5], [2, 0], [5, 6], correction="none")
    with pytest.raises(StatsError, match="common odds ratio is 0"):
        stratified.breslow_day([0, 0], [4, 5], [2, 3], [5, 6], correction="tarone")
    with pytest.raises(StatsError, match="differ in shape"):
        stratified.mantel_haenszel_odds_ratio([1, 2], [4], [0], [3], confidence=0.95)
    with pytest.raises(StatsError, match="one length"):
        stratified.mantel_haenszel_odds_ratio([1], [4], [0, 1], [3, 3], confidence=0.95)


def test_the_trend_of_two_scores_is_the_ratio_of_their_odds_ratios():
    """By hand: 3 of 10 against 5 of 10 at 1, 6 of 10 against 2 of 8 at 2; variances add."""
    cells = ((1, 1, 3, 10), (0, 1, 5, 10), (1, 2, 6, 10), (0, 2, 2, 8))
    rows = [(k < x, arm, at) for arm, at, x, n in cells for k in range(n)]
    y, treated, score = np.array(rows, dtype=float).T
    found = stratified.logistic_trend_ratio(y, treated, score, confidence=0.95)
    ratio = (6 / 4) / (2 / 6) / ((3 / 7) / (5 / 5))
    error = sum(1 / x + 1 / (n - x) for *_, x, n in cells) ** 0.5
    assert found.estimate == pytest.approx(ratio, rel=1e-9)
    assert found.high == pytest.approx(ratio * np.exp(1.959963985 * error), rel=1e-8)
    # Half a point is the square root of it.
    half = stratified.logistic_trend_ratio(y, treated, 2 * score, confidence=0.95)
    assert half.estimate == pytest.approx(ratio**0.5, rel=1e-9)
    with pytest.raises(StatsError, match="two arms, 0 and 1, and two scores"):
        stratified.logistic_trend_ratio(y, treated, np.ones(y.size), confidence=0.95)
