"""Invariants of one proportion and of one 2x2 table."""

from math import comb, inf, isnan, log, nan, sqrt

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import CONFIDENCE, given, numbers_of, same, tables

from trialtrace.stats import StatsError, categorical
from trialtrace.stats.categorical.proportions import clopper_pearson, wilson

DIFFERENCES = [
    categorical.risk_difference_newcombe,
    categorical.risk_difference_wald,
    categorical.risk_difference_miettinen_nurminen,
]
RATIOS = [categorical.risk_ratio_log, categorical.odds_ratio_sample]


@pytest.mark.parametrize("method", [wilson, clopper_pearson])
@given(table=tables(), confidence=CONFIDENCE)
def test_counting_failures_mirrors_the_interval(method, table, confidence):
    x, n = table[:2]
    p, low, high = numbers_of(method(x, n, confidence=confidence))
    q, q_low, q_high = numbers_of(method(n - x, n, confidence=confidence))
    same((1 - q, 1 - q_high, 1 - q_low), (p, low, high))
    assert 0 <= low <= p <= high <= 1


@pytest.mark.parametrize("method", DIFFERENCES)
@given(table=tables(), confidence=CONFIDENCE)
def test_swapping_arms_or_outcomes_negates_a_difference(method, table, confidence):
    x1, n1, x0, n0 = table
    d, low, high = numbers_of(method(*table, confidence=confidence))
    same(numbers_of(method(x0, n0, x1, n1, confidence=confidence)), (-d, -high, -low))
    same(numbers_of(method(n1 - x1, n1, n0 - x0, n0, confidence=confidence)), (-d, -high, -low))
    assert isnan(low) or low <= d <= high


@pytest.mark.parametrize("method", DIFFERENCES)
@given(table=tables(most=10**6))
def test_rare_events_in_large_arms_keep_their_digits(method, table):
    x1, n1, x0, n0 = table
    x1, x0 = min(x1, 3), min(x0, 2)
    result = np.array(numbers_of(method(x1, n1, x0, n0, confidence=0.95)))
    mirrored = np.array(numbers_of(method(n0 - x0, n0, n1 - x1, n1, confidence=0.95)))
    same(mirrored, result, 1e-8, of=((x1 + 1) / n1, (x0 + 1) / n0))


@pytest.mark.parametrize("method", RATIOS)
@given(table=tables(), confidence=CONFIDENCE)
def test_swapping_arms_inverts_a_ratio(method, table, confidence):
    x1, n1, x0, n0 = table
    ratio, low, high = numbers_of(method(*table, confidence=confidence))
    inverse = numbers_of(method(x0, n0, x1, n1, confidence=confidence))
    same(inverse, (inf if ratio == 0 else 1 / ratio, 1 / high, 1 / low))
    assert isnan(low) or low <= ratio <= high


def test_bounds_next_to_one_keep_their_digits():
    """One of one v one of 13,328: 1 - bound is 1.3e-5, of which 1.5e-3 was lost once."""
    high = categorical.risk_difference_miettinen_nurminen(1, 1, 1, 13328, confidence=0.95).high
    low = categorical.risk_difference_miettinen_nurminen(1, 13328, 1, 1, confidence=0.95).low
    mirrored = categorical.risk_difference_miettinen_nurminen(13327, 13328, 0, 1, confidence=0.95)
    assert 1 + low == pytest.approx(1 - high, rel=1e-10)
    assert 1 - mirrored.high == pytest.approx(1 - high, rel=1e-10)


@given(table=tables())
def test_score_interval_has_the_stated_statistic_at_its_bounds(table):
    """At a bound inside -1..1 the difference is z constrained standard errors away."""
    from trialtrace.stats.categorical.score import _constrained_variance

    d, low, high = numbers_of(
        categorical.risk_difference_miettinen_nurminen(*table, confidence=0.95)
    )
    for bound in (low, high):
        if abs(bound) < 1:
            variance = _constrained_variance(*table, bound)
            assert (d - bound) ** 2 == pytest.approx(1.959963984540054**2 * variance, rel=1e-6)


@given(table=tables())
def test_number_needed_to_treat_is_the_reciprocal_difference(table):
    d = categorical.risk_difference_newcombe(*table, confidence=0.95)
    nnt = categorical.number_needed_to_treat(*table, confidence=0.95)
    if 0 in (d.low, d.high):
        assert isnan(nnt.low) and isnan(nnt.high)
    else:
        estimate = -1 / d.estimate if d.estimate else inf
        same(numbers_of(nnt), (estimate, *sorted((-1 / d.low, -1 / d.high))))
        within = nnt.low <= nnt.estimate <= nnt.high
        # Through infinity, where the difference may be none.
        between = nnt.low < nnt.estimate < nnt.high
        assert nnt.through_infinity == (d.low < 0 < d.high)
        assert not between if nnt.through_infinity else within


def exact_fisher(x1, n1, x0, n0, sides):
    """Whole-number arithmetic; a tie is a tie here, without any tolerance."""
    events = x1 + x0
    ways = {
        a: comb(n1, a) * comb(n0, events - a)
        for a in range(max(0, events - n0), min(n1, events) + 1)
    }
    chosen = {
        "two_sided": [w for w in ways.values() if w <= ways[x1]],
        "greater": [w for a, w in ways.items() if a >= x1],
        "less": [w for a, w in ways.items() if a <= x1],
    }[sides]
    return sum(chosen) / sum(ways.values())


@given(table=tables(), sides=st.sampled_from(["two_sided", "greater", "less"]))
def test_fisher_counts_tables_exactly(table, sides):
    p = categorical.fisher_exact(*table, sides=sides).p_value
    assert p == pytest.approx(exact_fisher(*table, sides), rel=1e-10)
    assert 0 < p <= 1


@given(table=tables())
def test_tests_do_not_care_which_arm_is_called_treated(table):
    x1, n1, x0, n0 = table
    swapped = (x0, n0, x1, n1)
    for ours, theirs in (("two_sided", "two_sided"), ("greater", "less")):
        p = categorical.fisher_exact(*table, sides=ours).p_value
        same(p, categorical.fisher_exact(*swapped, sides=theirs).p_value)
    if 0 < x1 + x0 < n1 + n0:
        plain, yates = (
            categorical.chi_squared(*table, correction=c) for c in ("none", "continuity")
        )
        same(plain.statistic, categorical.chi_squared(*swapped, correction="none").statistic)
        assert 0 <= plain.p_value <= yates.p_value <= 1


def test_undefined_bounds_are_missing_and_estimates_stay():
    nothing = categorical.risk_ratio_log(0, 10, 0, 12, confidence=0.95)
    assert isnan(nothing.estimate) and isnan(nothing.low)
    assert categorical.risk_ratio_log(3, 10, 0, 12, confidence=0.95).estimate == inf
    assert categorical.odds_ratio_sample(0, 10, 4, 12, confidence=0.95).estimate == 0
    for method in (categorical.risk_difference_wald, categorical.risk_ratio_log):
        everyone = method(10, 10, 12, 12, confidence=0.95)
        assert isnan(everyone.low) and isnan(everyone.high)
    assert categorical.number_needed_to_treat(5, 10, 5, 10, confidence=0.95).estimate == inf


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ((0, 0, 1, 5), "the treated arm has no patients"),
        ((1, 5, 0, 0), "the control arm has no patients"),
        ((6, 5, 1, 5), "between 0 and its size"),
        ((-1, 5, 1, 5), "between 0 and its size"),
        ((1.5, 5, 1, 5), "whole numbers"),
        ((None, 5, 1, 5), "is None; give its values"),
    ],
)
def test_bad_counts_are_refused(counts, sentence):
    for method in DIFFERENCES + RATIOS:
        with pytest.raises(StatsError, match=sentence):
            method(*counts, confidence=0.95)


def test_bad_options_are_refused():
    for confidence in (0, 1, 95, -0.5, nan, "0.95", None, True):
        with pytest.raises(StatsError, match="confidence"):
            wilson(3, 10, confidence=confidence)
    with pytest.raises(StatsError, match="nobody has the event"):
        categorical.chi_squared(0, 10, 0, 10, correction="none")
    with pytest.raises(StatsError, match="everybody has the event"):
        categorical.chi_squared(9, 9, 8, 8, correction="none")
    with pytest.raises(TypeError, match="confidence"):
        wilson(3, 10)


# R 4.2.2, metafor 3.8: escalc(measure = "PETO", ...), exp() of estimate and yi -+ qnorm(.975) se.
PETO = [
    ((343, 4292, 568, 4300), (0.576717837930, 0.502704265580, 0.661628490865)),
    ((3, 20, 9, 25), (0.3499377491112, 0.0939696133821, 1.3031492186205)),
]


@pytest.mark.parametrize(("table", "expected"), PETO)
def test_petos_odds_ratio_is_that_of_metafor(table, expected):
    found = categorical.odds_ratio_peto(*table, confidence=0.95)
    assert (found.estimate, found.low, found.high) == pytest.approx(expected, rel=1e-11)


def test_petos_odds_ratio_without_events_is_not_known():
    assert np.isnan(categorical.odds_ratio_peto(0, 5, 0, 7, confidence=0.95).estimate)


def test_petos_bounds_where_the_estimate_is_too_small_for_a_float():
    # O = 0, E = 745 / 746, V = 745 / 746^2, so log OR = -746 and its error is 746 / sqrt(745).
    found = categorical.odds_ratio_peto(0, 1, 745, 745, confidence=0.8)
    assert found.estimate == found.low == 0
    assert log(found.high) == pytest.approx(-746 + 1.2815515655446004 * 746 / sqrt(745), rel=1e-9)
