"""Means without deviations, geometric means, standardised differences and lost signs."""

import pytest
from paper import TWO, claim
from test_relations import OUTCOMES, audited, verdict

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings

SCORE = {"outcome": "score", "compare": ["training", "control"]}


def pair(first, second):
    return {
        "a": claim(first, outcome="score", group="training"),
        "b": claim(second, outcome="score", group="control"),
    }


@pytest.mark.parametrize(
    ("means", "printed", "agreement"),
    [
        (("mean 13.7", "mean 11.4"), "mean difference 2.3", "compatible"),
        (("mean 13.7", "mean 11.4"), "mean difference 2.4 (95% CI 0.8 to 4.0)", "compatible"),
        (("mean 13.7", "mean 11.4"), "mean difference 2.5 (95% CI 0.9 to 4.1)", "inconsistent"),
        (("mean 13.7", "mean 11.4"), "mean difference 3.2 (1.6 to 4.8)", "inconsistent"),
        (("mean 13.7", "mean 11.4"), "adjusted mean difference 3.2 (1.6 to 4.8)", None),
        (("median 13.7", "median 11.4"), "mean difference 3.2 (1.6 to 4.8)", None),
        (("13.7", "11.4"), "mean difference 3.2 (1.6 to 4.8)", None),  # what they are is not said
    ],
)
def test_a_difference_is_that_of_means_without_deviations(means, printed, agreement):
    claims = {**pair(*means), "d": claim(printed, **SCORE)}
    told = [agreement] if agreement else []
    assert verdict(claims, "d", "value", "difference.estimate") == told


@pytest.mark.parametrize(
    ("ratio", "more", "agreement"),
    [
        ("0.77", {}, "compatible"),
        ("0.76", {}, "compatible"),  # 0.764 to 0.771
        ("0.78", {}, "not_checkable"),
        ("crude 0.78", {}, "inconsistent"),
        ("0.97", {}, "not_checkable"),
        ("7.7", {}, "inconsistent"),
        ("0.38", {}, "inconsistent"),
        ("1.31", {}, "inconsistent"),
        ("1.31", {"compare": ["control", "training"]}, "compatible"),
        ("0.77", {"compare": ["control", "training"]}, "alternative"),
        ("0.77", {"compare": ["control", "training"], "ordered": True}, "inconsistent"),
        ("0.97", {"basis": "model"}, None),
    ],
)
def test_a_ratio_of_geometric_means_is_theirs(ratio, more, agreement):
    """2.01 / 2.62 is 0.767."""
    crude, number = ("crude " * ratio.startswith("crude")), ratio.removeprefix("crude ")
    claims = {
        **pair("geometric mean 2.01", "geometric mean 2.62"),
        "r": claim(f"{crude}geometric mean ratio {number}", **{**SCORE, **more}),
    }
    told = [agreement] if agreement else []
    assert verdict(claims, "r", "value", "ratio.geometric") == told


@pytest.mark.parametrize(
    ("d", "agreement"),
    [
        ("0.33", "compatible"),  # over 0.45
        ("0.27", "compatible"),  # over 0.56
        ("0.36", "compatible"),  # 0.16 over 0.445
        ("0.37", "inconsistent"),
        ("0.92", "inconsistent"),
        ("0.14", "compatible"),  # 0.14 over 0.565 by Hedges' factor of the fewest patients
        ("0.13", "inconsistent"),
    ],
)
def test_a_standardised_difference_has_bounds_whatever_the_sizes_are(d, agreement):
    groups = {name: {"label": name} for name in TWO}
    claims = {
        **pair("mean (SD) 2.43 (0.56)", "mean (SD) 2.28 (0.45)"),
        "d": claim(f"Cohen's d {d}", **SCORE),
    }
    whole = {"papers": {"main": "A"}, "groups": groups, "outcomes": OUTCOMES, "claims": claims}
    found = [one for one in findings(ledger(whole)) if one.check == "standardised.bounds"]
    assert [one.agreement for one in found] == [agreement]


def lost(printed):
    """258 of 312 less 258 of 306 is -1.62 percentage points, by Newcombe -7.46 to 4.26."""
    about = {"outcome": "event", "compare": ["training", "control"]}
    claims = {
        "a": claim("258/312 (82.7%)", outcome="event", group="training"),
        "b": claim("258/306 (84.3%)", outcome="event", group="control"),
        "d": claim(printed, **about),
    }
    groups = {
        "training": {"label": "training", "randomised": "312"},
        "control": {"label": "control", "randomised": "306", "control": True},
    }
    _, found = audited(claims, groups)
    return [one.agreement for one in found if one.check == "comparison.estimate"]


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("-1.6 percentage points (95% CI -7.5 to 4.3)", "exact"),
        ("1.6 percentage points (95% CI -7.5 to 4.3)", "inconsistent"),
        ("1.6 percentage points (95% CI -4.3 to 7.5)", "alternative"),
        ("1.6 percentage points", "exact"),  # a reduction without its sign
    ],
)
def test_a_difference_has_the_sign_of_its_interval(printed, agreement):
    assert lost(printed) == [agreement]
