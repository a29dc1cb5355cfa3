"""What a model leaves of the plain numbers beside it: questions, and none where it may be right.

The errors are by hand: of 0.53 in 30 of 200 and 50 of 200 0.255 on the log scale, of the means
1.11.
"""

import pytest
from paper import claim, read

from trialtrace.audit.prints.registry import findings_of

BOTH = ["training", "control"]
GROUPS = {
    "training": {"label": "training", "randomised": "200"},
    "control": {"label": "control", "randomised": "200", "control": True},
}
COUNTS = {
    "x1": claim("30 of 200", outcome="event", group="training"),
    "x0": claim("50 of 200", outcome="event", group="control"),
}
MEANS = {
    "x1": claim("mean (SD) 20.1 (6.0)", outcome="event", group="training", patients="60"),
    "x0": claim("mean (SD) 23.4 (6.2)", outcome="event", group="control", patients="60"),
}
IMPUTED = {
    "x1": claim("45.7%", outcome="event", group="training", design=["imputed"]),
    "x0": claim("52.3%", outcome="event", group="control", design=["imputed"]),
}


def told(check, beside, printed, *designs, **about):
    given = {"design": [*designs]} if designs else {}
    one = claim(printed, outcome="event", compare=BOTH, **given, **about)
    found = list(findings_of(check, read({**beside, "one": one}, GROUPS)))
    assert all(each.agreement == "not_checkable" for each in found)
    return [each.check for each in found]


FAR, NARROW = ["modelled.estimate"], ["modelled.interval"]


@pytest.mark.parametrize(
    ("beside", "printed", "design", "expected"),
    [
        (COUNTS, "odds ratio 0.50 (95% CI 0.30 to 0.83)", "adjusted", []),
        (COUNTS, "odds ratio 2.40 (95% CI 1.44 to 4.00)", "adjusted", FAR),
        (COUNTS, "odds ratio 0.53 (95% CI 0.50 to 0.56)", "stratified", NARROW),
        (COUNTS, "-10.0 percentage points (95% CI -20.0 to 0.0)", "clustered", []),
        (COUNTS, "-10.0 percentage points (95% CI -11.0 to -9.0)", "clustered", NARROW),
        (COUNTS, "-30.0 percentage points (95% CI -40.0 to -20.0)", "clustered", FAR),
        (MEANS, "mean difference -2.6 (95% CI -4.2 to -1.0)", "adjusted", []),
        (MEANS, "mean difference 3.0 (95% CI 1.1 to 4.9)", "adjusted", FAR),
        (MEANS, "mean difference -9.0 (95% CI -11.0 to -7.0)", "imputed", FAR),
        (MEANS, "mean difference -3.3 (95% CI -3.4 to -3.2)", "adjusted", NARROW),
        # Imputed shares differ as their difference does.
        (IMPUTED, "-6.6 percentage points (95% CI -24.5 to 11.3)", "imputed", []),
        (IMPUTED, "-16.6 percentage points (95% CI -34.5 to 1.3)", "imputed", FAR),
        # Periods move a crossover's difference by less than its error.
        (MEANS, "mean difference -3.0 (95% CI -4.4 to -1.6)", "crossover", []),
        (MEANS, "mean difference -5.0 (95% CI -6.4 to -3.6)", "crossover", FAR),
        (MEANS, "mean difference -9.0 (95% CI -9.1 to -8.9)", None, []),
    ],
)
def test_what_a_model_seldom_does_is_asked(beside, printed, design, expected):
    assert told("modelled", beside, printed, *([design] if design else [])) == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        # log 0.53 over 0.258 is -2.46: 0.993 below 1.
        ("P(OR<1) = 0.993", False),
        ("P(OR>1) = 0.01", False),
        ("posterior probability of superiority 0.99", False),
        ("P(OR<0.8) = 0.94", False),
        ("P(OR<1) = 0.60", True),
        ("P(OR>1) = 0.993", True),
    ],
)
def test_a_posterior_probability_is_that_of_its_interval(printed, expected):
    beside = {"odds": claim("OR 0.53 (95% CrI 0.32 to 0.88)", outcome="event", compare=BOTH)}
    assert bool(told("posteriors", beside, printed)) == expected


@pytest.mark.parametrize(("p", "expected"), [("0.012", False), ("0.99", False), ("0.60", True)])
def test_a_p_beside_a_credible_interval_is_near_it(p, expected):
    printed = f"OR 0.52 (95% CrI 0.31 to 0.87), P={p}"
    assert bool(told("posteriors", {}, printed)) == expected


@pytest.mark.parametrize(("p", "asked"), [("0.013", False), ("0.05", False), ("0.70", True)])
def test_a_p_of_two_geometric_means_is_near_what_their_intervals_give(p, asked):
    """log(3.4/2.5) of 0.31, of errors 0.082 and 0.091: z of 2.5."""
    beside = {
        "g1": claim("geometric mean 3.4 (95% CI 2.9 to 4.0)", outcome="event", group="training"),
        "g0": claim("geometric mean 2.5 (95% CI 2.1 to 3.0)", outcome="event", group="control"),
    }
    assert bool(told("geometric", beside, f"P={p}")) == asked


@pytest.mark.parametrize(("t", "agreement"), [("2.92", "compatible"), ("5.90", "not_checkable")])
def test_the_t_of_a_crossover_is_its_estimate_over_its_error(t, agreement):
    """2.0 (0.6 to 3.4), of 29 degrees of freedom: 1.4 over 2.045 is an error of 0.685."""
    about = {"outcome": "age", "compare": BOTH, "design": ["crossover"]}
    claims = {
        "one": claim("mean difference 2.0 (95% CI 0.6 to 3.4)", **about),
        "t": claim(f"t(29) = {t}", **about),
    }
    assert [one.agreement for one in findings_of("tests_apart", read(claims))] == [agreement]
