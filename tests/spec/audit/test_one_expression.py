"""Numbers of one expression decide each other, whatever the ledger says they are about."""

import pytest
from paper import claim

MEANS = {"outcome": "age", "compare": ["training", "control"], "measure": "mean_difference"}
MODEL = {"basis": "model", "test": "other"}


@pytest.mark.parametrize("about", [{}, {"outcome": "event"}, {"compare": ["training", "control"]}])
@pytest.mark.parametrize(
    ("printed", "component", "agreement"),
    [
        ("27/60 (54.0%)", "percent", "contradicts"),
        ("27/60 (45.0%)", "count", "holds"),
        ("7 (99.0%)", "percent", "contradicts"),
        ("62 (9)", "percent", "not_checked"),
        # scipy: 7 of 17 by Wilson 0.2161 to 0.6400, by Clopper and Pearson 0.1844 to 0.6708
        ("7/17 (41.2%) (95% CI 21.6 to 64.0)", "ci_low", "holds"),
        ("7/17 (41.2%) (95% CI 28 to 55)", "ci_low", "contradicts"),
        # No interval: the simplest of none has no width. Of an event it is wrong.
        ("0/17 (0.0%) (95% CI 0.0 to 0.0)", "ci_low", "holds"),
        ("7/17 (41.2%) (95% CI 0.0 to 0.0)", "ci_low", "contradicts"),
    ],
)
def test_a_share_needs_no_group(judged, about, printed, component, agreement):
    assert judged("a", component, {"a": claim(printed, **about)})[0] == agreement


def test_a_share_of_no_group_tells_how_its_paper_rounds(judged):
    """11, 5 and 8 of 30 are 36.67, 16.67 and 26.67 %, cut off 36.6, 16.6 and 26.6."""
    printed = ("11/30 (36.6%)", "5/30 (16.6%)", "8/30 (26.6%)")
    claims = {f"a{k}": claim(one) for k, one in enumerate(printed)}
    assert judged("a0", "percent", claims)[0] == "holds"


@pytest.mark.parametrize(
    ("printed", "about", "agreement"),
    [
        ("-2.0 (95% CI -4.0 to 0.0), P=0.004", MODEL, "contradicts"),
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.340", MODEL, "contradicts"),
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.003", MODEL, "holds"),
        # F, Wald's and the likelihood-ratio test of one model need not print alike.
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.005", MODEL, "question"),
        # What is 95 %, called 97.5: z of 2.98 and of 3.41.
        ("-1.96 (97.5% CI -3.25 to -0.67), p = 0.0033", MODEL, "contradicts"),
        ("-1.96 (97.5% CI -3.25 to -0.67), p = 0.0033", {}, "contradicts"),
        ("-1.96 (97.5% CI -3.43 to -0.49), p = 0.003", MODEL, "holds"),
        # Adjusted beside a difference that is not: stronger as it may be, weaker only so far.
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.340", {"test": "other"}, "contradicts"),
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.090", {"test": "other"}, "question"),
        ("-1.96 (95% CI -3.25 to -0.67), p < 0.0001", {"test": "other"}, "question"),
        # 0.0001 is what some programs print for less: z of 13.
        ("-1.96 (95% CI -2.25 to -1.67), p = 0.0001", MODEL, "holds"),
        ("-1.96 (95% CI -2.25 to -1.67), p = 0.0002", MODEL, "contradicts"),
        # Ranks go by other numbers.
        ("-1.96 (95% CI -3.25 to -0.67), p = 0.340", {"test": "mann_whitney"}, "question"),
    ],
)
def test_a_p_of_a_stated_test_beside_its_interval(judged, printed, about, agreement):
    assert judged("d", "p", {"d": claim(printed, **MEANS, **about)})[0] == agreement


@pytest.mark.parametrize(
    ("printed", "about", "agreement"),
    [
        # z of the interval is 2.31: 0.7 times that is 1.62, p of 0.11; less 1 0.62, p of 0.54.
        ("p = 0.09", MODEL, "question"),
        ("p = 0.34", MODEL, "contradicts"),
        ("p = 0.34", {"test": "fisher"}, "question"),
        ("p = 0.64", {"test": "fisher"}, "question"),
        ("p = 0.64", {"test": "mantel_haenszel"}, "question"),
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
    assert judged("d", "p", claims)[0] == "holds"


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("difference -2.0 (95% CI -4.0 to 0.0), P=0.05", "holds"),
        ("difference -2.0 (95% CI -4.0 to 0.0), P=0.004", "question"),
        ("-2.0 (95% CI -4.0 to 0.0), P=0.0004", "contradicts"),
        ("2.0 (95% CI 1.0 to 4.0), P=0.5", "not_checked"),
    ],
)
def test_a_difference_without_a_name_has_its_p(judged, printed, agreement):
    """A number below 0 is no ratio; of which difference, and by which test, is not said."""
    pair = {"outcome": "age", "compare": ["training", "control"]}
    assert judged("d", "p", {"d": claim(printed, **pair)})[0] == agreement
