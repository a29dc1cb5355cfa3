"""Intervals, p and words that are printed apart; means of all and errors without sizes."""

from itertools import product
from math import sqrt

import numpy as np
import pytest
from paper import THREE, claim, read
from scipy import stats
from test_relations import PAIR, TWO, audited, verdict
from test_relations_of_words import SCORE

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings
from trialtrace.audit.prints.shared.p_sides import MOST, NEAR
from trialtrace.audit.prints.two_groups.differences import NARROWER
from trialtrace.audit.prints.two_groups.p_and_interval import LEAST, MORE


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
    claims = {"e": claim(interval, **PAIR), "p": claim(p, "table 3", **PAIR)}
    assert verdict(claims, "p", "p", "interval.apart") == ([agreement] if agreement else [])
    claims["e"]["about"] = {**PAIR, "basis": "model"}  # p is not said to be adjusted
    assert verdict(claims, "p", "p", "interval.apart") == []


@pytest.mark.parametrize(
    ("p", "test", "place", "agreement"),
    [
        # z of the interval is 2.31, and 2.13 if it is centred as it stands: 0.7 times that less 1
        # is 0.49, p of 0.62.
        ("p = 0.61", None, "table", None),
        ("p = 0.64", None, "table", "inconsistent"),
        ("p = 0.64", None, "table 3", None),
        ("p = 0.64", "other", "table", None),
        # Above: 2.31 / 0.7 and 1 are 4.30, p of 0.000017.
        ("p = 0.0001", None, "table", None),
        ("p < 0.00001", None, "table", "inconsistent"),
    ],
)
def test_a_p_beside_an_interval_of_events_in_one_place(p, test, place, agreement):
    effect = claim("odds ratio 2.00 (95% CI 1.11 to 3.60)", **PAIR)
    claims = {"e": effect, "p": claim(p, place, **PAIR, **({"test": test} if test else {}))}
    assert verdict(claims, "p", "p", "interval.apart") == ([agreement] if agreement else [])
    # Told again in the abstract, and there otherwise.
    claims["a"] = claim(effect["printed"], "abstract", **PAIR)
    assert verdict(claims, "p", "p", "interval.apart") == ([agreement] if agreement else [])
    claims["a"] = claim("odds ratio 1.10 (95% CI 0.32 to 3.80)", "abstract", **PAIR)
    if p != "p < 0.00001":
        assert verdict(claims, "p", "p", "interval.apart") == []
    # Of a time to an event p may be the log-rank test's, whatever the risks at its end.
    claims["h"] = claim("hazard ratio 0.95 (95% CI 0.60 to 1.50)", "text", **PAIR)
    assert verdict(claims, "p", "p", "interval.apart") == []


def test_no_correction_is_tried_of_two_groups_and_one_p():
    claims = {"e": claim("hazard ratio 0.700 (95% CI 0.530 to 0.925), p = 0.037", **PAIR)}
    assert verdict(claims, "e", "p", "interval.p") == ["inconsistent"]


def three(p, more=0):
    """The verdict on a p beside an interval whose p is 0.0121 (z = 2.51), of three groups."""
    pair = {"outcome": "event", "compare": ["smt", "tau"]}
    claims = {"e": claim(f"hazard ratio 0.700 (95% CI 0.530 to 0.925), {p}", **pair)}
    claims |= {
        f"p{k}": claim("p = 0.50", outcome="score", compare=["wbv", "tau"], visit=str(k))
        for k in range(more)
    }
    (found,) = (
        one
        for one in findings(read(claims, THREE))
        if (one.check, one.claim) == ("interval.p", "e")
    )
    return found


@pytest.mark.parametrize(
    ("p", "more", "agreement"),
    [
        ("p = 0.012", 0, "compatible"),
        # Three times, as of Bonferroni of the three pairs; Tukey's of three groups.
        ("p = 0.0363", 0, "alternative"),
        (f"p = {stats.studentized_range.sf(2**0.5 * 2.51, 3, np.inf):.4f}", 0, "alternative"),
        # Of three decimals a tenth of the numbers nearby would be.
        ("p = 0.036", 0, "not_checkable"),
        # Seven times: of three pairs no, of ten values in the table perhaps.
        ("p = 0.084", 0, "inconsistent"),
        ("p = 0.084", 9, "not_checkable"),
        ("p = 0.500", 9, "inconsistent"),
        # Below its own p none is.
        ("p = 0.0001", 9, "inconsistent"),
    ],
)
def test_a_p_may_be_corrected_for_several_comparisons(p, more, agreement):
    found = three(p, more)
    assert found.agreement == agreement
    assert ("would be matched with chance" in found.sentence) == (
        agreement in ("alternative", "not_checkable")
    )


def test_the_chance_of_a_correction_is_counted_over_numbers_nearby():
    """Of p from 0.018 to 0.072 but 0.036 those that 2 or 3 times 0.0121, or Tukey's test, give."""
    found = three("p = 0.036")
    low, high = found.detail["low"], found.detail["high"]
    assert low < 2 * stats.norm.sf(2.51) < high
    spans = [(k * low, k * high) for k in (2, 3)]
    spans += [(1 - (1 - low) ** k, 1 - (1 - high) ** k) for k in (2, 3)]
    z = stats.norm.isf(low / 2), stats.norm.isf(high / 2)
    spans.append(tuple(stats.studentized_range.sf(2**0.5 * each, 3, np.inf) for each in z))
    others = [k / 1000 for k in range(18, 73) if k != 36]
    given = [any(a <= p + 0.0005 and p - 0.0005 <= b for a, b in spans) for p in others]
    assert f"chance {sum(given) / len(given):.2g}" in found.sentence


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
            z = stats.norm.isf(wald / 2)
            apart = apart or own < NEAR * z - MORE or own > z / NEAR + MORE
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
        ("no significant difference", ("p = 0.003", "t(58) = 0.35, p = 0.73"), "not_checkable"),
    ],
)
def test_words_beside_several_p(words, others, agreement):
    claims = {"words": claim(words, **SCORE)}
    claims |= {f"p{at}": claim(printed, **SCORE) for at, printed in enumerate(others)}
    _, found = audited(claims)
    said = [one.agreement for one in found if one.check == "significance.words"]
    assert said == [agreement]


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
        # Of at most 30 and 30, as randomised: t(58) √(2/30) is 0.52, and of fewer more.
        (("(SD) 40.0 (1.00)", "(SD) 45.0 (1.00)"), (-5.3, -4.7), False),
        (("(SD) 40.0 (1.00)", "(SD) 45.0 (1.00)"), (-5.2, -4.8), True),
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
