"""How numbers are shown: each format at its borders."""

from math import inf, nan

import pytest

from trialtrace.base.words import (
    LABELS,
    decimals,
    finer,
    interval_text,
    number,
    p_text,
    stat_text,
    value_text,
)
from trialtrace.run.tables.conditions import lower_first

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0, "<0.0001"),
        (0.0000999999, "<0.0001"),
        (0.0001, "0.0001"),
        (0.000949, "0.0009"),
        # From here on three decimals say "0.001".
        (0.00095, "0.001"),
        (0.0049999, "0.005"),
        (0.04949, "0.049"),
        (0.0495, "0.050"),
        (0.0994999, "0.099"),
        # Two decimals, since three would end in 100.
        (0.0995, "0.10"),
        (0.725, "0.73"),
        (0.996, "1.00"),
        (1.0, "1.00"),
    ],
)
def test_p_values(p, text):
    assert p_text(p) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-0.077, 1, f"{MINUS}0.1"),
        (-0.04, 1, "0.0"),
        (-0.0, 2, "0.00"),
        (6.25, 1, "6.3"),
        (-6.25, 1, f"{MINUS}6.3"),
        # One sixteenth of 100, met on the way as 6.249999999999999.
        (6.249999999999999, 1, "6.3"),
        (0.125, 2, "0.13"),
        (1e30, 1, "1000000000000000000000000000000.0"),
        (1e-30, 2, "0.00"),
        (inf, 1, "∞"),
        (-inf, 1, f"{MINUS}∞"),
    ],
)
def test_decimals_round_halves_up_with_a_true_minus_and_no_negative_zero(value, digits, text):
    assert decimals(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (-2.0, f"{MINUS}2"),
        (0.0, "0"),
        (0.65123, "0.651"),
        (4.0406, "4.04"),
        (99.999, "100.00"),
        (7012.5, "7012.5"),
        (2e6, "2000000.0"),
        (inf, "∞"),
    ],
)
def test_plain_numbers(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("stat", "value", "text"),
    [
        ("count", 27.0, "27"),
        ("proportion", 27 / 295, "9.2"),
        ("risk_difference", 27 / 295 - 52 / 307, f"{MINUS}7.8"),
        ("hazard_ratio", 0.5992, "0.60"),
        ("mean", -1.005, f"{MINUS}1.01"),
        ("number_needed_to_treat", 12.844, "12.8"),
        ("p_gg", 0.017674, "0.018"),
        ("f", 27.356, "27.36"),
        ("median_time", 2152.0, "2152"),
        ("sd", nan, "not estimable"),
    ],
)
def test_each_kind_of_statistic_has_its_format(stat, value, text):
    assert value_text(stat, value) == text


@pytest.mark.parametrize(
    ("stat", "value", "interval", "unit", "text"),
    [
        (
            "risk_difference",
            -0.0779,
            (-0.1316, -0.0240),
            None,
            f"{MINUS}7.8 percentage points (95 % CI {MINUS}13.2 to {MINUS}2.4)",
        ),
        ("proportion", 0.5, (0.25, 0.75), None, "50.0 % (95 % CI 25.0 to 75.0)"),
        ("median_time", 2152.0, (1509.0, nan), "days", "2152 days (95 % CI 1509 to not reached)"),
        ("follow_up", 5.0, (nan, nan), "years", "5 years (95 % CI not reached)"),
        ("mean", 5.0, (nan, nan), "mm", "5.00 mm (95 % CI not estimable)"),
        ("risk_ratio", 0.5, None, None, "0.50"),
        (
            "coefficient",
            0.00029,
            (-0.00165, 0.00222),
            None,
            "0.00029 (95 % CI −0.00165 to 0.00222)",
        ),
        ("coefficient", -1.285, (-1.623, -0.948), None, "−1.285 (95 % CI −1.623 to −0.948)"),
        ("standard_error", 0.000989, None, None, "0.000989"),
        ("odds_ratio", nan, (nan, nan), None, "not estimable"),
    ],
)
def test_a_statistic_with_its_unit_and_interval(stat, value, interval, unit, text):
    assert stat_text(stat, value, interval, 0.95, unit) == text


def test_a_level_with_a_fraction():
    assert stat_text("mean", 1.0, (0.5, 1.5), 0.959, None) == "1.00 (95.9 % CI 0.50 to 1.50)"


def test_bounds_as_read_from_a_table_are_none_where_missing():
    assert interval_text("median_time", 3000.0, 2725.0, None) == "2725 to not reached"
    assert interval_text("risk_ratio", 1.2, None, None) == "not estimable"


@pytest.mark.parametrize(
    ("stat", "value", "low", "high", "told"),
    [
        ("probability_of_superiority", 0.4, 0.31, 0.5004, True),
        ("probability_of_superiority", 0.4, 0.31, 0.49, False),
        ("risk_difference", -0.1, -0.2, -0.0001, True),
        ("mean", 0.4, 0.31, 0.0004, False),
    ],
)
def test_a_limit_beside_no_effect_has_more_digits(stat, value, low, high, told):
    assert finer(stat, value, low, high) is told


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((213.5, 40.32, 386.6), "214 (95 % CI 40 to 387)"),
        ((19.46, 4.213, 34.7), "19.5 (95 % CI 4.2 to 34.7)"),
        ((-0.624, -2.27, 1.03), f"{MINUS}0.62 (95 % CI {MINUS}2.27 to 1.03)"),
        # A bound beside no difference stays visible.
        ((-1.16, -2.33, -0.002), f"{MINUS}1.160 (95 % CI {MINUS}2.330 to {MINUS}0.002)"),
        ((0.016, 0.0, 0.063), "0.016 (95 % CI 0.000 to 0.063)"),
        ((0.0001, 0.00001, 0.0002), "0.0001 (95 % CI 0.0000 to 0.0002)"),
        ((4, 3, 5), "4 (95 % CI 3 to 5)"),
        ((5.5, 4.5, 6), "5.50 (95 % CI 4.50 to 6.00)"),
        ((35.3, 28.12, nan), "35.3 (95 % CI 28.1 to not reached)"),
    ],
)
def test_an_estimate_and_its_bounds_have_the_same_decimals(numbers, text):
    value, low, high = numbers
    assert stat_text("median_time", value, (low, high), 0.95, None) == text


@pytest.mark.parametrize(
    ("label", "inside"),
    [("Any cough", "any cough"), ("ERCP", "ERCP"), ("A score", "a score"), ("", "")],
)
def test_labels_inside_a_sentence_keep_their_abbreviations(label, inside):
    assert lower_first(label) == inside


def test_every_label_is_told_apart():
    assert len(set(LABELS.values())) == len(LABELS)


def test_the_error_of_a_p_value_by_draws_has_its_digits():
    """Of p = 0.0021 in 10,000 draws: sqrt(0.0021 × 0.9979 / 10,000) = 0.00046."""
    assert value_text("mc_se", 0.000457) == "0.0005"
    assert value_text("mc_se", 0.00001) == "<0.0001"
