"""Intervals, p and words that are printed apart; means of all and errors without sizes."""

from itertools import product
from math import sqrt

import numpy as np
import pytest
from paper import claim
from scipy import stats
from test_relations import PAIR, TWO, audited, verdict
from test_relations_of_words import SCORE

from trialtrace.claims.make_ledger import ledger
from trialtrace.claims.prints.apart import LEAST, MOST, NEAR
from trialtrace.claims.prints.differences import NARROWER
from trialtrace.claims.prints.registry import findings


@pytest.mark.parametrize(
    ("interval", "p", "agreement"),
    [
        # z is log 0.51 / (log(0.86 / 0.30) / 3.92) = -2.5: p of 0.01.
        ("hazard ratio 0.51 (95% CI 0.30 to 0.86)", "p = 0.43", None),
        # -5.0: below 0.0001.
        ("hazard ratio 0.51 (95% CI 0.39 to 0.66)", "p = 0.43", "inconsistent"),
        ("hazard ratio 0.51 (95% CI 0.39 to 0.66)", "p = 0.09", None),
        ("hazard ratio 0.51 (95% CI 0.39 to 0.66)", "P = n.s.", "inconsistent"),
        ("hazard ratio 0.51 (95% CI 0.39 to 0.66)", "p < 0.001", None),
        # 0.73 of 1.96 is 0.40 of p.
        ("hazard ratio 0.81 (95% CI 0.50 to 1.31)", "p < 0.001", "inconsistent"),
        ("hazard ratio 0.81 (95% CI 0.50 to 1.31)", "p = 0.004", None),
        ("hazard ratio 0.81 (95% CI 0.50 to 1.31)", "P = n.s.", None),
    ],
)
def test_a_p_and_an_interval_printed_apart(interval, p, agreement):
    claims = {"e": claim(interval, **PAIR), "p": claim(p, **PAIR)}
    assert verdict(claims, "p", "p", "interval.apart") == ([agreement] if agreement else [])
    claims["e"]["about"] = {**PAIR, "basis": "model"}  # p is not said to be adjusted
    assert verdict(claims, "p", "p", "interval.apart") == []


@pytest.mark.parametrize(
    ("printed", "test", "agreement"),
    [
        ("p = 0.001", "t", "inconsistent"),
        ("p = 0.02", "t", None),
        ("t(58) = -3.4, p = 0.001", None, "inconsistent"),
        ("p = 0.0004", None, "not_checkable"),  # of ranks, perhaps
        ("p = 0.0004", "mann_whitney", None),
    ],
)
def test_a_p_and_the_interval_of_a_difference_of_means(printed, test, agreement):
    effect = claim("-5.0 (95% CI -12.0 to 2.0)", **SCORE, measure="mean_difference")
    claims = {"e": effect, "p": claim(printed, **SCORE, **({"test": test} if test else {}))}
    assert verdict(claims, "p", "p", "interval.apart") == ([agreement] if agreement else [])


def test_a_p_of_the_counts_is_held_against_the_counts():
    """0 of 5 and 3 of 5: Fisher's p is 0.17, Wald's interval of the difference far from 0."""
    claims = {
        "a": claim("0/5", **{"outcome": "event", "group": "training"}),
        "b": claim("3/5", **{"outcome": "event", "group": "control"}),
        "e": claim("-60.0 percentage points (95% CI -102.9 to -17.1)", **PAIR),
        "p": claim("p = 0.17", **PAIR),
    }
    assert verdict(claims, "p", "p", "interval.apart") == []


def test_no_usual_test_of_counts_contradicts_walds_interval():
    """All pairs of groups of 12, 20 and 35: p of Fisher's test is near that of χ², or agrees."""
    for n1, n0 in product((12, 20, 35), repeat=2):
        for x1, x0 in product(range(n1 + 1), range(n0 + 1)):
            p1, p0 = x1 / n1, x0 / n0
            error = sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
            if not error or x1 + x0 in (0, n1 + n0):
                continue
            wald = 2 * stats.norm.sf(abs(p1 - p0) / error)
            exact = stats.fisher_exact([[x1, n1 - x1], [x0, n0 - x0]]).pvalue
            both = (x1 + x0) / (n1 + n0)
            crude = abs(p1 - p0) / sqrt(both * (1 - both) * (1 / n1 + 1 / n0))
            own = stats.norm.isf(exact / 2)
            apart = (wald < LEAST and exact > MOST) or (wald > MOST and exact < LEAST)
            assert not apart or NEAR * crude <= own <= crude / NEAR or abs(own - crude) <= 1


@pytest.mark.parametrize(
    ("words", "others", "agreement"),
    [
        ("no significant difference", ("p = 0.003", "t(58) = 3.1, P = 0.003"), "inconsistent"),
        (
            "significantly lower with training",
            ("p = 0.73", "t(58) = 0.35, P = .73"),
            "inconsistent",
        ),
        ("no significant difference", ("p = 0.73", "t(58) = 0.35, P = .73"), "compatible"),
        # Of two that differ the words may be of either.
        ("no significant difference", ("p = 0.003", "t(58) = 0.35, p = 0.73"), None),
    ],
)
def test_words_beside_several_p(words, others, agreement):
    claims = {"words": claim(words, **SCORE)}
    claims |= {f"p{at}": claim(printed, **SCORE) for at, printed in enumerate(others)}
    _, found = audited(claims)
    said = [one.agreement for one in found if one.check == "significance.words"]
    assert said == ([agreement] if agreement else [])


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("mean -6.1 (95% CI -9.8 to -2.4)", None),
        ("mean -9.1 (95% CI -9.8 to -2.3)", "inconsistent"),
        # 3.0 to 3.1 times as far: 1.75 to 1.95 and 5.45 to 5.65.
        ("mean -8.0 (95% CI -9.8 to -2.4)", None),
        # In the middle on the log scale, as a geometric mean.
        ("mean 2.0 (95% CI 0.2 to 20.0)", None),
        # Cut off at 0.
        ("mean 0.3 (95% CI 0.0 to 1.6)", None),
        ("median 8.1 (95% CI 7.3 to 14.8)", None),
    ],
)
def test_a_mean_lies_in_the_middle_of_its_interval(printed, agreement):
    claims = {"a": claim(printed, outcome="score", group="training")}
    assert verdict(claims, "a", "value", "mean.centred") == ([agreement] if agreement else [])


def of_unknown_sizes(claims):
    """Findings of a ledger that tells the numbers randomised alone."""
    paper = {"papers": {"main": "A paper"}, "groups": TWO, "outcomes": {"score": {"label": "s"}}}
    return list(findings(ledger({**paper, "claims": claims})))


@pytest.mark.parametrize(
    ("means", "difference", "found"),
    [
        # Half widths of 2 and 2: the difference's is at least √(2 · 2 · 2) = 2.83.
        (("40.0 (95% CI 38.0 to 42.0)", "45.0 (95% CI 43.0 to 47.0)"), (-7.8, -2.2), False),
        (("40.0 (95% CI 38.0 to 42.0)", "45.0 (95% CI 43.0 to 47.0)"), (-6.5, -3.5), False),
        (("40.0 (95% CI 38.0 to 42.0)", "45.0 (95% CI 43.0 to 47.0)"), (-6.2, -3.8), True),
        (("(SE) 40.0 (1.00)", "(SE) 45.0 (1.00)"), (-6.5, -3.5), False),
        (("(SE) 40.0 (1.00)", "(SE) 45.0 (1.00)"), (-6.2, -3.8), True),
        (("(SD) 40.0 (1.00)", "(SD) 45.0 (1.00)"), (-5.2, -4.8), False),
    ],
)
def test_an_interval_of_a_difference_without_sizes(means, difference, found):
    low, high = difference
    claims = {
        group: claim(f"mean {one}", outcome="score", group=group)
        for group, one in zip(("training", "control"), means, strict=True)
    }
    claims["e"] = claim(f"-5.0 (95% CI {low} to {high})", **SCORE, measure="mean_difference")
    said = [one.agreement for one in of_unknown_sizes(claims) if one.check == "difference.error"]
    assert said == (["inconsistent"] if found else [])
    claims["e"]["about"]["basis"] = "model"
    assert not [one for one in of_unknown_sizes(claims) if one.check == "difference.error"]


def test_no_interval_of_a_difference_is_so_narrow():
    """Student's and Welch's of any two groups of 4 to 300, deviations up to 30 times apart."""
    ratios = []
    for n1, n0 in product((4, 7, 15, 40, 300), repeat=2):
        for spread in (0.03, 0.2, 0.7, 1.0, 3.0, 30.0):
            halves = [
                stats.t.ppf(0.975, n - 1) * sd / sqrt(n) for n, sd in ((n1, 1.0), (n0, spread))
            ]
            df = n1 + n0 - 2
            pooled = sqrt(((n1 - 1) + (n0 - 1) * spread**2) / df * (1 / n1 + 1 / n0))
            own = sqrt(1 / n1 + spread**2 / n0)
            least = min(stats.t.ppf(0.975, df) * pooled, stats.norm.ppf(0.975) * own)
            ratios.append(least / sqrt(2 * halves[0] * halves[1]))
    assert min(ratios) > NARROWER
    assert min(ratios) < 0.7  # not far from it


@pytest.mark.parametrize(
    ("together", "randomised", "agreement"),
    [
        ("mean 59.1", "60", None),
        ("mean 62.1", "60", None),
        ("mean 62.2", "60", None),  # 62.15 is the end of both
        ("mean 62.3", "60", "inconsistent"),
        ("mean 62.3", "61", None),  # one patient is in no group
    ],
)
def test_a_mean_of_all_lies_between_whoever_was_measured(together, randomised, agreement):
    claims = {
        "a": claim("mean (SD) 62.1 (8.8)", outcome="score", group="training"),
        "b": claim("mean (SD) 56.1 (8.5)", outcome="score", group="control"),
        "n": claim(randomised, size="randomised", group="all"),
        "all": claim(together, outcome="score", group="all"),
    }
    found = [one.agreement for one in of_unknown_sizes(claims) if one.check == "whole.between"]
    assert found == ([agreement] if agreement else [])


def test_a_mean_of_all_measured_is_never_outside():
    rng = np.random.default_rng(7)
    for _ in range(300):
        groups = [rng.normal(rng.normal(), 1, rng.integers(1, 9)) for _ in range(3)]
        means = [own.mean() for own in groups]
        assert min(means) - 1e-9 <= np.concatenate(groups).mean() <= max(means) + 1e-9


@pytest.mark.parametrize(
    ("rate", "told"),
    [
        # 30 patients each; 45 events at 0.75 a year are 60 years, 2.0 by patient.
        ("0.50 per person-year", False),  # 30 events: 60 years
        ("0.68 per person-year", False),  # 1.47 by patient
        ("0.66 per person-year", False),  # 1.52
        ("0.80 per person-year", True),  # 1.25
        ("5.00 per person-year", True),
        ("50.0 per 100 person-years", False),
        ("500.0 per 100 person-years", True),
    ],
)
def test_the_follow_up_of_both_groups_is_alike(rate, told):
    claims = {}
    for group, events, own in (("training", 30, rate), ("control", 45, "0.75 per person-year")):
        about = {"outcome": "score", "group": group}
        claims[f"{group}_rate"] = claim(own, **about)
        claims[f"{group}_events"] = claim(f"{events} events", **about)
    found = [one for one in of_unknown_sizes(claims) if one.check == "rate.follow_up"]
    assert [one.agreement for one in found] == (["compatible"] if told else [])
