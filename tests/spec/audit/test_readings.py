"""Expressions of which the form leaves something open, and what the audit makes of each reading."""

import pytest
from paper import claim

AGE = {"outcome": "age"}


def ages(first, second, p, **about):
    return {
        "a": claim(first, group="training", **AGE),
        "b": claim(second, group="control", **AGE),
        "p": claim(p, compare=["training", "control"], **AGE, **about),
    }


def test_a_number_in_brackets_behind_a_count_is_its_percentage(judged):
    of = {"outcome": "event"}
    claims = {
        "a": claim("12 (44.4)", group="training", **of),  # of 27
        "b": claim("13 (44.8)", group="control", **of),  # of 29
    }
    assert judged("a", "percent", claims)[0] == "holds"
    claims["b"]["printed"] = "13 (48.4)"
    assert judged("b", "percent", claims)[0] == "contradicts"


def test_a_number_in_brackets_that_is_no_percentage_is_asked_about(judged):
    claims = ages("62 (9)", "61 (8)", "p = .5")
    assert judged("a", "percent", claims)[0] == "question"


@pytest.mark.parametrize(
    ("first", "second", "agreement"),
    [
        ("60.0 ± 10.0", "55.0 ± 10.0", "holds"),
        ("60.0 ± 1.92", "55.0 ± 1.86", "holds"),
        ("60.0 ± 5.0", "55.0 ± 5.0", "contradicts"),
        ("mean (SD) 60.0 (1.92)", "mean (SD) 55.0 (1.86)", "contradicts"),
    ],
)
def test_what_stands_behind_plus_minus_may_be_either(judged, first, second, agreement):
    """P = .066 with t = 5 / (10 sqrt(1/27 + 1/29)) = 1.87 on 54 degrees of freedom."""
    assert judged("p", "p", ages(first, second, "p = .067", test="t"))[0] == agreement


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [("mean 3.07", "holds"), ("mean 3.08", "contradicts"), ("mean 3.1", "not_checked")],
)
def test_a_lone_mean_of_whole_numbers(judged, printed, agreement):
    """83 of 27 is 3.074: 3.07; no count of 27 is 3.08 (3.075 to 3.085 times 27: 83.03 to 83.3)."""
    claims = {"a": claim(printed, outcome="score", group="training")}
    assert judged("a", "value", claims)[0] == agreement


@pytest.mark.parametrize(
    ("first", "second", "agreement"),
    [
        ("$1,200", "US$ 1200", "holds"),
        ("$1,200", "€ 1,200", "contradicts"),
        ("$1,200", "$1,300", "contradicts"),
    ],
)
def test_sums_of_money_have_their_currency(judged, first, second, agreement):
    claims = {"a": claim(first, fact="cost"), "b": claim(second, fact="cost")}
    assert judged("b", "value", claims)[0] == agreement


def test_a_range_of_p_is_that_of_the_test_it_names(judged):
    """Over the corners of what prints so scipy gives Student .258 to .293, Welch .246 to .281."""
    claims = ages("mean (SD) 60.0 (2.0)", "mean (SD) 57.0 (14.0)", "p = .290")
    _, text = judged("p", "p", claims)
    assert "P from 0.246 to 0.293" in text


def test_a_change_and_the_final_value_of_a_visit_are_two_things(judged):
    """Student's p by scipy: .066 of the final values, .0042 of the changes."""
    final, change = AGE | {"visit": "week 12"}, AGE | {"visit": "week 12", "change": True}
    both = {"compare": ["training", "control"], "test": "t"}
    claims = {
        "final_a": claim("mean (SD) 60.0 (10.0)", group="training", **final),
        "final_b": claim("mean (SD) 55.0 (10.0)", group="control", **final),
        "change_a": claim("mean (SD) 4.0 (5.0)", group="training", **change),
        "change_b": claim("mean (SD) 0.0 (5.0)", group="control", **change),
        "final": claim("p = .067", **both, **final),
        "change": claim("p = .004", **both, **change),
    }
    assert judged("final", "p", claims)[0] == judged("change", "p", claims)[0] == "holds"
    claims["change"]["printed"] = "p = .067"
    claims["final"]["printed"] = "p = .004"
    assert judged("final", "p", claims)[0] == judged("change", "p", claims)[0] == "contradicts"


def test_a_comparison_is_of_changes_where_only_changes_are_printed(judged):
    claims = ages("mean (SD) 60.0 (10.0)", "mean (SD) 55.0 (10.0)", "p = .067")
    for name in ("a", "b"):
        claims[name]["about"]["change"] = True
    assert judged("p", "p", claims)[0] == "holds"


def test_a_change_in_per_cent_is_no_share_of_patients(judged):
    of = {"outcome": "pain", "group": "training", "patients": "27"}
    assert judged("a", "percent", {"a": claim("54%", **of)})[0] == "contradicts"
    assert judged("a", "percent", {"a": claim("54%", change=True, **of)})[0] == "not_checked"
    # A share of those who changed has a count.
    claims = {"a": claim("12 (48.4%)", change=True, **of)}
    assert judged("a", "percent", claims)[0] == "contradicts"
