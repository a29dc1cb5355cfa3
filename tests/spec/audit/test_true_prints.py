"""True numbers, which every check has to let pass, and their neighbours, which none may.

Each was printed from numbers worked out in R (prop.test's counts by Newcombe's formula, pf, t.test)
and stood out as a false alarm before.
"""

import pytest
from paper import claim

FIRST = {"outcome": "event", "compare": ["training", "control"], "measure": "risk_difference"}
COUNTS = {
    "a": claim("54/101 (53.5%)", outcome="event", group="training"),
    "b": claim("40/105 (38.1%)", outcome="event", group="control"),
}


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("15.4% (95% CI 1.8 to 28.2)", "holds"),  # Newcombe 1.773 to 28.203
        ("15.4% (95% CI 1.9 to 28.8)", "holds"),  # Wald 1.920 to 28.820
        ("15.4% (95% CI -28.2 to -1.8)", "contradicts"),
        ("15.4% (95% CI 1.7 to 28.2)", "question"),
    ],
)
def test_a_positive_difference_has_its_own_interval(judged, printed, agreement):
    found, _ = judged("d", "ci_high", COUNTS | {"d": claim(printed, **FIRST)})
    assert found == agreement


def test_a_reduction_without_its_sign_has_the_interval_turned_round(judged):
    other = FIRST | {"compare": ["control", "training"]}
    found, _ = judged("d", "ci_high", COUNTS | {"d": claim("15.4% (95% CI 1.8 to 28.2)", **other)})
    assert found == "holds"


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("15.4%", "holds"),
        ("-15.4%", "question"),
        ("-15.4% (95% CI -28.2 to -1.8)", "question"),
        ("-15.2%", "contradicts"),
    ],
)
def test_a_printed_sign_is_held_against_the_order_of_the_groups(judged, printed, agreement):
    assert judged("d", "percent", COUNTS | {"d": claim(printed, **FIRST)})[0] == agreement


@pytest.mark.parametrize(
    ("test", "p", "agreement"),
    [
        ("chi_squared", "p = 0.027", "holds"),  # 0.02682; Wald's own p is 0.0251
        (None, "p = 0.027", "holds"),
        ("chi_squared", "p = 0.025", "contradicts"),
    ],
)
def test_a_p_of_the_counts_need_not_be_that_of_the_interval(judged, test, p, agreement):
    about = FIRST | ({"test": test} if test else {})
    claims = COUNTS | {"d": claim(f"15.4% (95% CI 1.9 to 28.8), {p}", **about)}
    assert judged("d", "p", claims)[0] == agreement


@pytest.mark.parametrize(
    ("about", "p", "agreement"),
    [
        ({}, "0.0004", "contradicts"),
        ({}, "0.004", "question"),
        ({"test": "log_rank"}, "0.0004", "question"),
    ],
)
def test_the_test_of_another_p_is_told(judged, about, p, agreement):
    """The Wald p of this ratio is 0.0076; of no named test it may be one not far off."""
    about = {"compare": ["training", "control"], "measure": "hazard_ratio"} | about
    found, _ = judged("h", "p", {"h": claim(f"0.67 (95% CI 0.50 to 0.90), P = {p}", **about)})
    assert found == agreement


def test_the_interval_of_means_rests_on_t(judged):
    """5 and 5 patients, SD 1.2: t = 2.635 on 8, p = 0.0299; by the normal quantile 0.0251."""
    groups = {n: {"label": n, "randomised": "5"} for n in ("training", "control")}
    about = {
        "outcome": "age",
        "compare": ["training", "control"],
        "population": "itt",
        "measure": "mean_difference",
    }
    small = {"d": claim("2.00 (95% CI 0.25 to 3.75), p = 0.030", **about)}
    assert judged("d", "p", small, groups)[0] == "holds"
    wrong = {"d": claim("2.00 (95% CI 0.25 to 3.75), p = 0.040", **about)}
    assert judged("d", "p", wrong, groups)[0] == "contradicts"


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        # pf at 1.415, 99.645 to 1.425, 99.655 and F 3.825 to 3.835: 0.03839 to 0.03897.
        ("F(1.42, 99.65) = 3.83, p = 0.038", "holds"),
        ("F(1.42, 99.65) = 3.83, p = 0.039", "holds"),
        ("F(1.42, 99.65) = 3.83, p = 0.037", "contradicts"),
        ("t(17.3) = 2.10, p = 0.051", "holds"),
        ("t(17.3) = 2.10, p = 0.049", "contradicts"),
    ],
)
def test_corrected_degrees_of_freedom_are_rounded(judged, printed, agreement):
    about = {"correction": "greenhouse_geisser"} if printed[0] == "F" else {"test": "welch"}
    assert judged("f", "p", {"f": claim(printed, **about)})[0] == agreement


def test_a_half_is_a_half_whatever_its_float(judged):
    """45/80 over 50/84 is 0.945 exactly; the float nearest to it lies below."""
    claims = {
        "a": claim("45/80", outcome="event", group="training"),
        "b": claim("50/84", outcome="event", group="control"),
        "r": claim("0.95", **(FIRST | {"measure": "risk_ratio"})),
    }
    assert judged("r", "value", claims)[0] == "holds"


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("-10.8%", "holds"),  # 54/96 - 67/100 = -10.75: half away from zero
        ("-10.7%", "holds"),  # half up
        ("10.8%", "holds"),
        ("-10.6%", "contradicts"),
        ("-10.9%", "contradicts"),
    ],
)
def test_a_negative_half_is_rounded_either_way(judged, printed, agreement):
    claims = {
        "a": claim("54/96 (56.3%)", outcome="event", group="training"),
        "b": claim("67/100 (67.0%)", outcome="event", group="control"),
        "d": claim(printed, **FIRST),
    }
    assert judged("d", "percent", claims)[0] == agreement
