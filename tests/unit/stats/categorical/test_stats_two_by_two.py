"""2x2 tables, one or several: mirrored arms, exact counting, tests at margins."""

from fractions import Fraction
from functools import partial
from math import comb, inf, isclose, isnan, nan

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from scipy.special import erfc
from stats_strategies import CONFIDENCE, given, numbers_of, same, strata, tables

from trialtrace.audit.summaries.count_tests import p_values_of_counts, p_values_of_tables
from trialtrace.stats import StatsError, stratified
from trialtrace.stats import categorical as c
from trialtrace.stats.stratified.mantel_haenszel import _expected_events

LEVEL = {"confidence": 0.95}
MN = {"variance": "miettinen_nurminen"}
FM = {"variance": "farrington_manning"}
DIFFERENCES = [
    c.risk_difference_newcombe,
    c.risk_difference_wald,
    c.risk_difference_miettinen_nurminen,
    partial(c.risk_difference_score, **FM),
]
RATIOS = [
    c.risk_ratio_log,
    c.odds_ratio_sample,
    partial(c.risk_ratio_score, **MN),
    stratified.odds_ratio_conditional,
]
POOLED_DIFFERENCES = [
    partial(stratified.mantel_haenszel_risk_difference, variance="sato"),
    partial(stratified.mantel_haenszel_risk_difference, variance="greenland_robins"),
    partial(stratified.stratified_risk_difference_score, weights="miettinen_nurminen", **MN),
    stratified.stratified_risk_difference_newcombe,
]
POOLED_RATIOS = [
    stratified.mantel_haenszel_risk_ratio,
    stratified.mantel_haenszel_odds_ratio,
    stratified.odds_ratio_conditional,
]


def mirrored(found, ratio):
    """The numbers of a difference with its sign turned, or of a ratio turned round."""
    estimate, low, high = numbers_of(found)
    if not ratio:
        return -estimate, -high, -low
    return tuple(1 / x if x else inf for x in (estimate, high, low))


@pytest.mark.parametrize("measure", DIFFERENCES + RATIOS)
@given(table=tables(), confidence=CONFIDENCE)
def test_swapped_arms_mirror_a_measure(measure, table, confidence):
    x1, n1, x0, n0 = table
    own = measure(*table, confidence=confidence)
    other = measure(x0, n0, x1, n1, confidence=confidence)
    same(numbers_of(other), mirrored(own, measure in RATIOS), 1e-8)
    assert isnan(own.low) or isnan(own.estimate) or own.low <= own.estimate <= own.high
    if measure in DIFFERENCES:
        turned = measure(n1 - x1, n1, n0 - x0, n0, confidence=confidence)
        same(numbers_of(turned), mirrored(own, False), 1e-8)


@pytest.mark.parametrize("measure", POOLED_DIFFERENCES + POOLED_RATIOS)
@given(table=strata(), confidence=CONFIDENCE)
def test_swapped_arms_mirror_and_strata_without_comparison_leave(measure, table, confidence):
    x1, n1, x0, n0 = table
    own = measure(*table, confidence=confidence)
    other = measure(x0, n0, x1, n1, confidence=confidence)
    same(numbers_of(other), mirrored(own, measure in POOLED_RATIOS), 1e-7)
    for more in ((0, 0, 0, 0), (2, 7, 0, 0), (0, 0, 3, 3)):
        longer = [np.append(column, value)[::-1] for column, value in zip(table, more, strict=True)]
        same(numbers_of(measure(*longer, confidence=confidence)), numbers_of(own), 1e-7)


@given(table=strata())
def test_tests_over_strata_do_not_see_strata_without_comparison(table):
    longer = [np.append(column, more) for column, more in zip(table, (1, 1, 0, 0), strict=True)]
    for compute, options in (
        (stratified.cochran_mantel_haenszel, {"correction": "continuity"}),
        (stratified.breslow_day, {"correction": "tarone"}),
        (stratified.exact_conditional_test, {"sides": "less", "mid_p": "none"}),
    ):
        try:
            found = compute(*table, **options)
        except StatsError:
            continue
        same(numbers_of(compute(*longer, **options)), numbers_of(found))


@given(table=strata())
def test_expected_events_have_the_common_odds_ratio(table):
    x1, n1, x0, n0 = (column.astype(float) for column in table)
    keep = (n1 > 0) & (n0 > 0) & (x1 + x0 > 0) & (x1 + x0 < n1 + n0)
    n1, n0, events = n1[keep], n0[keep], (x1 + x0)[keep]
    for ratio in (1e-4, 0.3, 1.0, 1 + 1e-12, 7.0, 1e4):
        a = _expected_events(n1, n0, events, ratio)
        same(a * (n0 - events + a) / ((n1 - a) * (events - a)), np.full(a.size, ratio), 1e-5)


@pytest.mark.parametrize("method", DIFFERENCES[:3])
@given(table=tables(most=10**6))
def test_rare_events_in_large_arms_keep_their_digits(method, table):
    x1, n1, x0, n0 = table
    x1, x0 = min(x1, 3), min(x0, 2)
    result = np.array(numbers_of(method(x1, n1, x0, n0, confidence=0.95)))
    turned = np.array(numbers_of(method(n0 - x0, n0, n1 - x1, n1, confidence=0.95)))
    same(turned, result, 1e-8, of=((x1 + 1) / n1, (x0 + 1) / n0))


def test_bounds_next_to_one_keep_their_digits():
    """One of one v one of 13,328: 1 - bound is 1.3e-5, of which 1.5e-3 was lost once."""
    high = c.risk_difference_miettinen_nurminen(1, 1, 1, 13328, **LEVEL).high
    low = c.risk_difference_miettinen_nurminen(1, 13328, 1, 1, **LEVEL).low
    turned = c.risk_difference_miettinen_nurminen(13327, 13328, 0, 1, **LEVEL)
    assert 1 + low == pytest.approx(1 - high, rel=1e-10)
    assert 1 - turned.high == pytest.approx(1 - high, rel=1e-10)


def counted(a, n, c, m):
    """Exact p-values as fractions of all tables with these margins."""
    events = a + c
    ways = {
        k: comb(n, k) * comb(m, events - k) for k in range(max(0, events - m), min(n, events) + 1)
    }
    own, total = ways[a], sum(ways.values())
    both = sum(way for way in ways.values() if way <= own)
    tied = sum(way for way in ways.values() if way == own)
    return {
        "fisher": Fraction(both, total),
        "mid_p": Fraction(2 * both - own, 2 * total),
        "mid_p_all": Fraction(2 * both - tied, 2 * total),
        "fisher_less": Fraction(sum(way for k, way in ways.items() if k <= a), total),
        "fisher_greater": Fraction(sum(way for k, way in ways.items() if k >= a), total),
    }


def chi_squared(a, n, c, m, corrected):
    """Upper tail with 1 df, from observed less expected in each cell as fractions."""
    events, total = a + c, n + m
    if events in (0, total):
        return nan
    rows = [(a, n * events), (c, m * events)]
    rows += [(n - a, n * (total - events)), (m - c, m * (total - events))]
    statistic = Fraction(0)
    for observed, product in rows:
        expected = Fraction(product, total)
        distance = abs(observed - expected)
        distance -= min(Fraction(1, 2), distance) if corrected else 0
        statistic += distance**2 / expected
    return float(erfc((float(statistic) / 2) ** 0.5))


@given(many=st.lists(tables(), min_size=1, max_size=8))
def test_p_values_of_tables_as_counted(many):
    """Whole-number arithmetic: a tie is a tie here, without any tolerance."""
    found = p_values_of_tables(*np.array(many).T)
    for place, one in enumerate(many):
        exact = counted(*one)
        expected = {name: float(p) for name, p in exact.items()}
        expected["chi_squared"] = chi_squared(*one, corrected=False)
        expected["chi_squared_corrected"] = chi_squared(*one, corrected=True)
        expected["chi_squared_one_sided"] = expected["chi_squared"] / 2
        own = {name: float(p[place]) for name, p in found.items()}
        assert own == pytest.approx(expected, rel=1e-11, nan_ok=True)
        for sides, name in (("two_sided", "fisher"), ("less", "fisher_less")):
            alone = c.fisher_exact(*one, sides=sides).p_value
            given_margins = stratified.exact_conditional_test(*one, sides=sides, mid_p="none")
            assert alone == pytest.approx(expected[name], rel=1e-10)
            assert given_margins.p_value == pytest.approx(expected[name], rel=1e-10)
        for sides in ("less", "greater"):
            tail = p_values_of_counts(*one, sides=sides)
            # The tails of both sides share the observed table, of which mid-p takes a half.
            half = (exact["fisher_less"] + exact["fisher_greater"] - 1) / 2
            assert tail["fisher"] == pytest.approx(expected[f"fisher_{sides}"], rel=1e-11)
            mid_p = float(exact[f"fisher_{sides}"] - half)
            assert [tail["mid_p"], tail["mid_p_all"]] == pytest.approx([mid_p] * 2, rel=1e-11)


TABLE_TESTS = [
    (partial(c.risk_difference_score, **MN), partial(c.risk_difference_score_test, **MN)),
    (partial(c.risk_difference_score, **FM), partial(c.risk_difference_score_test, **FM)),
    (partial(c.risk_ratio_score, **MN), partial(c.risk_ratio_score_test, **MN)),
    (
        partial(c.risk_ratio_score, variance="koopman"),
        partial(c.risk_ratio_score_test, variance="koopman"),
    ),
    (c.odds_ratio_sample, c.odds_ratio_wald_test),
]


def decide_alike(interval, test, confidence, margin):
    """A one-sided test at alpha rejects where the bound of the 1 - 2 alpha interval says so."""
    alpha = (1 - confidence) / 2
    found = interval(confidence=confidence)
    for sides, beyond in (("greater", found.low > margin), ("less", found.high < margin)):
        p_value = test(sides=sides).p_value
        if not isclose(p_value, alpha, rel_tol=1e-6):
            assert (p_value < alpha) == beyond


@pytest.mark.parametrize("place", range(len(TABLE_TESTS)))
@given(table=tables(), confidence=CONFIDENCE, share=st.floats(0.05, 0.95), sign=st.booleans())
def test_of_tables_an_interval_and_a_test_at_a_margin_decide_alike(
    place, table, confidence, share, sign
):
    interval, test = TABLE_TESTS[place]
    assume(all(0 < x < n for x, n in (table[:2], table[2:])))
    margin = (share if sign else -share) if place < 2 else share ** (3 if sign else -0.7)
    test = partial(test, *table, margin=margin)
    decide_alike(partial(interval, *table), test, confidence, margin)
