"""Numbers as journals write them: values by hand, from the journals' rules."""

from dataclasses import replace

import pytest

from trialtrace.base.styles import PLAIN, SHOWN, STYLES, places_of, style_of
from trialtrace.base.words import p_text, stat_text, tight_percent, upper_first, value_text
from trialtrace.run.trace.styled_rows import in_style


def test_the_last_digit_of_a_processor_is_not_printed():
    """Degrees of freedom of a model: a sum that is whole on one machine is nearly so on another."""
    for other in (109.00000000000003, 108.99999999999997):
        assert value_text("df", other) == value_text("df", 109.0) == "109"
        assert value_text("f", other, values=[108.0, 110.0]) == "109"
    assert value_text("df", 109.01) == "109.0" and value_text("df", 1e-4) == "0.000"


@pytest.mark.parametrize(
    ("p", "nejm", "jama", "bmj"),
    [
        (0.0, "<0.001", "<.001", "<0.001"),
        (0.00099, "<0.001", "<.001", "<0.001"),
        (0.001, "0.001", ".001", "0.001"),
        (0.005339, "0.005", ".005", "0.005"),
        (0.00994, "0.010", ".010", "0.010"),
        (0.00996, "0.01", ".01", "0.01"),
        (0.0312, "0.03", ".03", "0.03"),
        # Two decimals would read as the level that it is not.
        (0.0478, "0.048", ".048", "0.048"),
        (0.0496, "0.0496", ".0496", "0.0496"),
        (0.0512, "0.051", ".051", "0.051"),
        (0.05, "0.05", ".05", "0.05"),
        (0.72, "0.72", ".72", "0.72"),
        (0.9949, "0.99", ">.99", "0.99"),
        (0.9961, ">0.99", ">.99", ">0.99"),
        (1.0, "1.00", ">.99", "1.00"),
    ],
)
def test_p_values_by_journal(p, nejm, jama, bmj):
    assert [p_text(p, STYLES[name]) for name in ("nejm", "jama", "bmj")] == [nejm, jama, bmj]


def test_in_a_report_no_p_reads_as_1_that_is_none_and_stored_it_keeps_its_digits():
    values = (0.0004, 0.0312, 0.9949, 0.9961, 1.0)
    assert [p_text(p, SHOWN) for p in values] == ["0.0004", "0.031", "0.99", ">0.99", "1.00"]
    assert p_text(0.9961) == "1.00"
    row = {"stat_name": "p_value", "stat_value": 0.9961, "stat_text": "1.00", "unit": None}
    row |= {"ci_level": None, "analysis_id": "a", "parameter": "x"}
    one, other = in_style([row, row | {"stat_value": 1.0}], SHOWN)
    assert (one["stat_text"], other["stat_text"]) == (">0.99", "1.00")


@pytest.mark.parametrize(
    ("sd", "places"),
    [(132.0, 0), (13.49, 0), (9.96, 0), (9.94, 1), (8.6, 1), (0.996, 1), (0.51, 2), (1e-9, 6)],
)
def test_two_figures_of_a_standard_deviation(sd, places):
    assert places_of(sd) == places


def test_what_describes_values_has_their_decimals_and_a_difference_one_more():
    style = replace(STYLES["nejm"], places=1)
    assert [value_text(stat, 2.5, style) for stat in ("mean", "sd", "median", "q1")] == ["2.5"] * 4
    assert value_text("q3", 3.0, style) == "3.0"
    assert value_text("mean_difference", 0.284, style) == "0.28"
    told = stat_text("mean_difference", 0.284, (0.012, 0.556), 0.95, "points", style)
    assert told == "0.28 points (95 % CI 0.01 to 0.56)"
    # Of grades with a deviation of 0.85, and of areas with one of 560.
    grades, areas = replace(style, places=2), replace(style, places=0)
    told = stat_text("mean_difference", 0.287, (-0.28, 0.8537), 0.95, None, grades)
    assert told == "0.29 (95 % CI \N{MINUS SIGN}0.28 to 0.85)"
    told = stat_text("mean_difference", 0.287, (0.0021, 0.8537), 0.95, None, grades)
    assert told == "0.287 (95 % CI 0.002 to 0.854)"
    told = stat_text("mean_difference", 8.61, (2.5, 254.65), 0.95, "µm²", areas)
    assert told == "8.6 µm² (95 % CI 2.5 to 254.7)"


def test_medians_of_counts_are_whole_where_all_of_a_variable_are():
    rows = [
        {"analysis_id": "a", "parameter": name, "stat_name": stat, "stat_value": value}
        | {"ci_level": None, "unit": None, "stat_text": value_text(stat, value)}
        for name, values in (("nodes", (3.42, 2, 5)), ("score", (0.87, 2.5, 3)))
        for stat, value in zip(("sd", "median", "q3"), values, strict=True)
    ]
    texts = [row["stat_text"] for row in in_style(rows, STYLES["nejm"])]
    assert texts == ["3.4", "2", "5", "0.87", "2.50", "3.00"]


def test_medians_without_a_deviation_have_the_decimals_that_one_of_them_needs():
    rows = [
        {"analysis_id": "a", "parameter": name, "stat_name": stat, "stat_value": value}
        | {"ci_level": None, "unit": None, "stat_text": value_text(stat, value)}
        for name, values in (("score", (4, 4.5, 3)), ("knee", (5.25, 4, 3)), ("share", (0.9786, 1)))
        for stat, value in zip(("median", "q1", "q3"), values, strict=False)
    ]
    texts = [row["stat_text"] for row in in_style(rows, STYLES["bmj"])]
    assert texts[:6] == ["4.0", "4.5", "3.0", "5.25", "4.00", "3.00"]
    assert texts[6:] == [row["stat_text"] for row in rows[6:]]


def test_without_a_place_means_have_two_decimals_and_ratios_keep_theirs():
    style = STYLES["bmj"]
    assert value_text("mean", 44.469, style) == "44.47"
    assert value_text("risk_ratio", 0.5432, style) == "0.54"
    assert value_text("chi_squared", 0.675, style) == "0.68"


def test_a_row_as_it_is_stored_has_no_style():
    assert style_of({"stat_name": "mean"}) is PLAIN
    assert style_of({"style": STYLES["jama"]}) is STYLES["jama"]


def test_a_report_sets_no_space_before_a_percent_sign():
    given = "30.0 % (95 % CI 18.1 to 45.4), 40\N{NO-BREAK SPACE}&#37;; a % of b"
    assert tight_percent(given) == "30.0% (95% CI 18.1 to 45.4), 40&#37;; a % of b"


def test_the_name_of_a_test_keeps_its_small_letter():
    for name in ("t test of the means", "z test", "F test", ""):
        assert upper_first(name) == name
    assert upper_first("risk of a test") == "Risk of a test"
    assert upper_first("test") == "Test"


def test_a_bound_of_an_effect_never_rounds_to_no_effect():
    """Else a reader counts it on the side on which it does not lie."""
    superior = stat_text("probability_of_superiority", 0.61, (0.5021, 0.71), 0.95, None)
    assert superior == "0.61 (95 % CI 0.502 to 0.71)"
    below = stat_text("risk_difference", -0.15, (-0.29, -0.0004), 0.95, None)
    assert below == "−15.0 percentage points (95 % CI −29.0 to −0.04)"
    ratio = stat_text("risk_ratio", 0.8, (0.6, 0.9999), 0.95, None)
    assert ratio == "0.80 (95 % CI 0.60 to 0.9999)"
    # What is none but for rounding is none, and a share of 0 is no effect of anything.
    assert "to 0.0)" in stat_text("risk_difference", -0.15, (-0.29, -1e-17), 0.95, None)
    assert "(95 % CI 0.0 to" in stat_text("proportion", 0.1, (0.0004, 0.2), 0.95, None)
