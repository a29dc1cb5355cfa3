"""P for equivalence and the like; p that neither the interval nor the counts give."""

import pytest
from paper import PAIR, audited, claim, event


def of_both(p, second="55/166", **about):
    """By scipy 93 of 177 and 55 of 166 have P = 0.0003 by χ², as the interval has."""
    claims = {
        "a": event("93/177", "training"),
        "b": event(second, "control"),
        "r": claim(f"odds ratio 2.23 (95% CI 1.44 to 3.46), {p}", **PAIR, **about),
    }
    groups = {
        "training": {"label": "training", "randomised": "177"},
        "control": {"label": "control", "randomised": "166", "control": True},
    }
    _, found = audited(claims, groups)
    return [one.state for one in found if (one.claim, one.relation) == ("r", "interval.p")]


@pytest.mark.parametrize(
    ("p", "about", "agreement"),
    [
        ("P=0.0003", {}, "holds"),
        ("P=0.0005", {}, "question"),  # not the interval's, yet near the counts'
        ("P=0.004", {}, "question"),  # z of 2.88 beside 3.58 and 3.62
        ("P=0.09", {}, "contradicts"),
        ("P=0.11", {}, "contradicts"),
        ("P=0.70", {}, "contradicts"),
        ("P=0.70", {"test": "mantel_haenszel"}, "question"),
    ],
)
def test_a_p_that_neither_interval_nor_counts_give_contradicts(p, about, agreement):
    assert of_both(p, **about) == [agreement]


@pytest.mark.parametrize(
    ("p", "agreement"),
    [("P=0.011", "holds"), ("P=0.03", "question"), ("P=0.11", "contradicts")],
)
def test_a_p_of_neither_contradicts_also_nearer_to_the_level(p, agreement):
    """27 of 100 and 12 of 98: scipy's P of 0.009 to 0.015; the interval's is 0.011."""
    claims = {
        "a": event("27/100", "training"),
        "b": event("12/98", "control"),
        "r": claim(f"OR 2.59 (95% CI 1.24 to 5.41), {p}", **PAIR),
    }
    verdicts, _ = audited(claims)
    assert verdicts["r", "p"]["on_print"] == agreement


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("odds ratio 1.10 (95% CI 0.60 to 2.00), P=0.95", "question"),  # as Fisher's may be
        ("risk ratio 1.05 (95% CI 0.60 to 1.84), P=1.0", "question"),
        ("odds ratio 1.10 (95% CI 0.60 to 2.00), P=0.25", "contradicts"),
        ("odds ratio 2.59 (95% CI 1.24 to 5.41), P=0.11", "contradicts"),
    ],
)
def test_a_p_of_no_named_test_near_no_difference(printed, agreement):
    verdicts, _ = audited({"r": claim(printed, **PAIR)})
    assert verdicts["r", "p"]["on_print"] == agreement


def test_a_p_of_the_counts_alone_is_another_test():
    """93 of 177 and 85 of 166 have P = 0.80."""
    assert of_both("P=0.80", "85/166") == ["not_checked"]
