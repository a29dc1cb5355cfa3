"""Numbers of one expression decide each other, whatever the ledger says they are about."""

from math import log1p

import pytest
from paper import claim
from scipy import stats

MEANS = {"outcome": "age", "compare": ["training", "control"], "measure": "mean_difference"}
MODEL = {"basis": "model", "test": "other"}


@pytest.mark.parametrize("about", [{}, {"outcome": "event"}, {"compare": ["training", "control"]}])
@pytest.mark.parametrize(
    ("printed", "component", "agreement", "words"),
    [
        ("27/60 (54.0%)", "percent", "inconsistent", "27 of 60 is 45.0 %; printed is 54.0 %."),
        ("27/60 (45.0%)", "count", "exact", ""),
        ("7 (99.0%)", "percent", "inconsistent", "No denominator is possible."),
        ("62 (9)", "percent", "not_checkable", ""),
        # scipy: 7 of 17 by Wilson 0.2161 to 0.6400, by Clopper and Pearson 0.1844 to 0.6708
        ("7/17 (41.2%) (95% CI 21.6 to 64.0)", "ci_low", "compatible", "by Wilson"),
        ("7/17 (41.2%) (95% CI 28 to 55)", "ci_low", "inconsistent", "on 7 of 17"),
        # No interval: the simplest of none has no width. Of an event it is wrong.
        ("0/17 (0.0%) (95% CI 0.0 to 0.0)", "ci_low", "not_checkable", "no width"),
        ("7/17 (41.2%) (95% CI 0.0 to 0.0)", "ci_low", "inconsistent", ""),
    ],
)
def test_a_share_needs_no_group(judged, about, printed, component, agreement, words):
    found, text = judged("a", component, {"a": claim(printed, **about)})
    assert (found, words in text) == (agreement, True)


def test_a_share_of_no_group_tells_how_its_paper_rounds(judged):
    """11, 5 and 8 of 30 are 36.67, 16.67 and 26.67 %, cut off 36.6, 16.6 and 26.6."""
    printed = ("11/30 (36.6%)", "5/30 (16.6%)", "8/30 (26.6%)")
    claims = {f"a{k}": claim(one) for k, one in enumerate(printed)}
    assert judged("a0", "percent", claims)[0] == "exact"


@pytest.mark.parametrize(
    ("printed", "about", "agreement"),
    [
        ("-2.0 (95% CI -4.0 to 0.0), P=0.004", MODEL, "inconsistent"),
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.340", MODEL, "inconsistent"),
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.003", MODEL, "compatible"),
        # F, Wald's and the likelihood-ratio test of one model need not print alike.
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.005", MODEL, "not_checkable"),
        # What is 95 %, called 97.5: z of 2.98 and of 3.41.
        ("-1.96 (97.5% CI -3.25 to -0.67), p = 0.0033", MODEL, "inconsistent"),
        ("-1.96 (97.5% CI -3.25 to -0.67), p = 0.0033", {}, "inconsistent"),
        ("-1.96 (97.5% CI -3.43 to -0.49), p = 0.003", MODEL, "compatible"),
        # Adjusted beside a difference that is not: stronger as it may be, weaker only so far.
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.340", {"test": "other"}, "inconsistent"),
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.090", {"test": "other"}, "not_checkable"),
        ("-1.96 (95% CI -3.25 to -0.67), p < 0.0001", {"test": "other"}, "not_checkable"),
        # 0.0001 is what some programs print for less: z of 13.
        ("-1.96 (95% CI -2.25 to -1.67), p = 0.0001", MODEL, "compatible"),
        ("-1.96 (95% CI -2.25 to -1.67), p = 0.0002", MODEL, "inconsistent"),
        # Ranks go by other numbers.
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.340", {"test": "mann_whitney"}, "not_checkable"),
    ],
)
def test_a_p_of_a_stated_test_beside_its_interval(judged, printed, about, agreement):
    assert judged("d", "p", {"d": claim(printed, **MEANS, **about)})[0] == agreement


@pytest.mark.parametrize("n", [20, 40, 120])
@pytest.mark.parametrize("t", [1.5, 2.0, 2.5, 3.5])
def test_tests_of_one_linear_model_lie_near_its_interval(judged, n, t):
    """F's p, Wald's by the normal quantile, and the likelihood-ratio test of n patients."""
    half = 10 * stats.t.isf(0.025, n - 2) / t
    every = [2 * stats.t.sf(t, n - 2), 2 * stats.norm.sf(t)]
    every.append(stats.chi2.sf(n * log1p(t * t / (n - 2)), 1))
    groups = {name: {"label": name, "randomised": str(n // 2)} for name in ("training", "control")}
    for p in every:
        printed = f"10.00 (95% CI {10 - half:.2f} to {10 + half:.2f}), p = {p:.4f}"
        one = claim(printed, population="itt", **MEANS, **MODEL)
        found = judged("d", "p", {"d": one}, groups)[0]
        assert found in ("compatible", "not_checkable"), printed


@pytest.mark.parametrize(
    ("printed", "about", "agreement"),
    [
        # z of the interval is 2.31: 0.7 times that is 1.62, p of 0.11; less 1 0.62, p of 0.54.
        ("p = 0.09", MODEL, "not_checkable"),
        ("p = 0.34", MODEL, "inconsistent"),
        ("p = 0.34", {"test": "fisher"}, "not_checkable"),
        ("p = 0.64", {"test": "fisher"}, "inconsistent"),
        ("p = 0.64", {"test": "mantel_haenszel"}, "inconsistent"),
    ],
)
def test_a_p_of_a_stated_test_of_events(judged, printed, about, agreement):
    pair = {"outcome": "event", "compare": ["training", "control"], "measure": "odds_ratio"}
    printed = f"2.00 (95% CI 1.11 to 3.60), {printed}"
    assert judged("d", "p", {"d": claim(printed, **pair, **about)})[0] == agreement


def test_the_counts_of_both_groups_decide_a_p_of_theirs(judged):
    """7 of 30 against 1 of 30: Fisher's p is 0.052, and Wald's of the odds ratio 0.047."""
    pair = {"outcome": "event", "compare": ["training", "control"], "measure": "odds_ratio"}
    claims = {
        "a": claim("7/30 (23.3%)", outcome="event", group="training"),
        "b": claim("1/30 (3.3%)", outcome="event", group="control"),
        "d": claim("8.83 (95% CI 1.01 to 76.96), p = 0.052", test="fisher", **pair),
    }
    assert judged("d", "p", claims)[0] == "exact"


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("difference -2.0 (95% CI -4.0 to 0.0), P=0.05", "compatible"),
        ("difference -2.0 (95% CI -4.0 to 0.0), P=0.004", "not_checkable"),
        ("-2.0 (95% CI -4.0 to 0.0), P=0.0004", "inconsistent"),
        ("2.0 (95% CI 1.0 to 4.0), P=0.5", "not_checkable"),
    ],
)
def test_a_difference_without_a_name_has_its_p(judged, printed, agreement):
    """A number below 0 is no ratio; of which difference, and by which test, is not said."""
    pair = {"outcome": "age", "compare": ["training", "control"]}
    assert judged("d", "p", {"d": claim(printed, **pair)})[0] == agreement
