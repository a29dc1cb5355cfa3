"""Means, deviations and differences: what has to agree, and what an error looks like.

Worked in R: 62.1 (8.8) of 27 against 56.1 (8.5) of 29 by t.test's formulas: difference 6.0, Student
1.364 to 10.636 on 54, p = 0.0122; Welch 1.357 to 10.643 on 53.4.
"""

import pytest
from paper import claim

ARMS = {
    "a": claim("mean (SD) 62.1 (8.8)", outcome="age", group="training"),
    "b": claim("mean (SD) 56.1 (8.5)", outcome="age", group="control"),
}
PAIR = {"outcome": "age", "compare": ["training", "control"]}
EFFECT = PAIR | {"measure": "mean_difference"}


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("6.0 (95% CI 1.4 to 10.6)", "holds"),
        ("6.1 (95% CI 1.4 to 10.7)", "holds"),  # from means that print as 62.1 and 56.1
        ("-6.0 (95% CI -10.6 to -1.4)", "question"),  # the second group less the first
        ("6.3 (95% CI 1.7 to 10.9)", "contradicts"),
        ("9.0 (95% CI 4.4 to 13.6)", "contradicts"),
    ],
)
def test_a_difference_is_that_of_its_means(judged, printed, agreement):
    assert judged("d", "value", ARMS | {"d": claim(printed, **EFFECT)})[0] == agreement


@pytest.mark.parametrize(
    ("printed", "about", "agreement"),
    [
        ("difference 6.0 (95% CI 1.4 to 10.6)", {}, "holds"),
        ("Treatment difference 9.0 (95% CI 4.4 to 13.6)", {}, "contradicts"),
        ("difference 9.0 (95% CI 4.4 to 13.6)", {"basis": "model"}, "holds"),
        ("difference 9.0 (95% CI 4.4 to 13.6)", {"measure": "median_difference"}, "not_checked"),
    ],
)
def test_a_difference_of_groups_with_means_is_one_of_means(judged, printed, about, agreement):
    assert judged("d", "value", ARMS | {"d": claim(printed, **PAIR, **about)})[0] == agreement


# 4.636 over R's qt(0.975, 54), 2.0049, is an error of 2.31; with 53.4 degrees it is too.
@pytest.mark.parametrize(
    ("error", "about", "agreement"),
    [
        ("2.3", {}, "holds"),
        ("2.31", {}, "holds"),
        ("3.2", {}, "question"),  # of strata, or of a model that is not told
        ("23.1", {}, "question"),
        ("1.3", {}, "question"),  # adjusted for what correlates with 0.82
        ("1.0", {}, "question"),
        ("1.0", {"design": ["adjusted"]}, "not_checked"),
    ],
)
def test_the_error_of_a_difference_is_that_of_its_deviations(judged, error, about, agreement):
    claims = ARMS | {"d": claim(f"mean difference 6.0 (SE {error})", **EFFECT, **about)}
    found, text = judged("d", "se", claims)
    assert found == agreement
    assert ("deviations of 8.8 of 27 and 8.5 of 29" in text) == (about == {})


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("6.0 (95% CI 1.4 to 10.6)", "holds"),  # a reduction, told without its sign
        ("6.0", "holds"),
        ("-6.0 (95% CI -10.6 to -1.4)", "holds"),
        ("6.0 (95% CI -1.0 to 13.0)", "question"),  # a bound has its sign
        ("reduced by 6.0 (95% CI -1.0 to 13.0)", "holds"),  # words carry the sign
    ],
)
def test_a_printed_sign_is_held_against_the_order_of_the_groups(judged, printed, agreement):
    about = EFFECT | {"compare": ["control", "training"]}
    found, said = judged("d", "value", ARMS | {"d": claim(printed, **about)})
    assert found == agreement
    assert ("the groups the other way round" in said) == (agreement == "question")


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("6.0 (95% CI 1.4 to 10.6)", "holds"),
        ("6.0 (95% CI 2.1 to 9.9)", "contradicts"),  # that of 90 %
        ("6.0 (90% CI 2.1 to 9.9)", "holds"),
        ("6.0 (95% CI 3.7 to 8.3)", "contradicts"),  # one standard error to either side
    ],
)
def test_the_interval_of_a_difference_is_that_of_its_deviations(judged, printed, agreement):
    assert judged("d", "ci_high", ARMS | {"d": claim(printed, **EFFECT)})[0] == agreement


def test_standard_errors_in_the_place_of_deviations_contradict(judged):
    """8.8 / sqrt(27) = 1.69 and 8.5 / sqrt(29) = 1.58."""
    errors = {
        "a": claim("mean (SD) 62.1 (1.7)", outcome="age", group="training"),
        "b": claim("mean (SD) 56.1 (1.6)", outcome="age", group="control"),
    }
    p = {"p": claim("p = 0.012", test="t", **PAIR)}
    assert judged("p", "p", errors | p)[0] == "contradicts"
    assert judged("p", "p", {"a": errors["a"], "b": ARMS["b"]} | p)[0] == "contradicts"
    assert judged("p", "p", ARMS | p)[0] == "holds"


@pytest.mark.parametrize(
    ("printed", "n", "agreement"),
    [
        # The sum is 62, the squares 317 for 2.47 and 318 for 2.48: they are even if the sum is.
        ("mean (SD) 3.44 (2.47)", "18", "contradicts"),
        ("mean (SD) 3.44 (2.48)", "18", "holds"),
        ("mean (SD) 3.4 (2.5)", "90", "not_checked"),
    ],
)
def test_a_deviation_that_whole_numbers_cannot_have(judged, printed, n, agreement):
    about = {"outcome": "score", "group": "training", "patients": n}
    assert judged("s", "sd", {"s": claim(printed, **about)})[0] == agreement


# 10 against 20 of 30 each with deviations of 1: t of 38.7; with standard errors of 1, 7.07 on 58.
# 0.9 less is t of 3.49, p = 0.0009. Of 4 each 10.00 and 12.00 with 0.50 have t of 5.66, p = 0.001,
# with standard errors of 0.50 2.83, p = 0.03: clusters may still have n.s.
@pytest.mark.parametrize("printed", ["P = n.s.", "NS", "not significant", "P > 0.05"])
@pytest.mark.parametrize(
    ("means", "agreement"),
    [
        (("mean (SD) 10 (1)", "mean (SD) 20 (1)"), "contradicts"),
        (("mean (SD) 10.0 (1.0)", "mean (SD) 10.9 (1.0)"), "question"),
        (("mean (SD) 10.0 (1.0)", "mean (SD) 10.3 (1.0)"), "holds"),
        (("mean (SD) 10.00 (0.50)", "mean (SD) 12.00 (0.50)"), "question"),
    ],
)
def test_no_significance_is_held_against_the_means(judged, printed, means, agreement):
    n = "4" if "12.00" in means[1] else "30"
    arms = {
        group: claim(mean, outcome="age", group=group, patients=n)
        for group, mean in zip(("training", "control"), means, strict=True)
    }
    assert judged("p", "p", arms | {"p": claim(printed, **PAIR)})[0] == agreement
