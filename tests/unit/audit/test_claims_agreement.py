"""Printed against recomputed numbers: agreement, size and decision."""

import dataclasses
import locale
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.audit.printed.agreement import (
    as_printed,
    compare,
    decide_interval,
    decide_p,
    decide_sign,
    decimal,
    null_value,
    p_text,
    rounded,
    units_off,
)
from trialtrace.audit.printed.expression import parse
from trialtrace.run.claims.convert import convert

LEVEL = Decimal("0.05")


@pytest.mark.parametrize(
    ("printed", "recomputed", "agreement", "size", "text"),
    [
        # 27 / 295 = 9.1525...
        ("9.2%", 9.15254237288, "exact", 0.4746, "9.2%"),
        # 12 / 58 = 20.6897
        ("20.6%", 20.6896551724, "differs", 0.8966, "20.7%"),
        # 24 / 117 = 20.5128
        ("21%", 20.5128205128, "exact", 0.4872, "21%"),
        ("236", 235.0, "differs", 1.0, "235"),
        ("1,234", 1234.0, "exact", 0.0, "1,234"),
        ("1,234", 12345.0, "differs", 11111.0, "12,345"),
        # A half is rounded up: 413 / 2000 = 20.65 exactly, whatever its binary neighbour.
        ("20.7%", 20.65, "exact", 0.5, "20.7%"),
        ("20.6%", 20.65, "differs", 0.5, "20.7%"),
        ("2.68", 2.675, "exact", 0.5, "2.68"),
        ("6.3%", 6.25, "exact", 0.5, "6.3%"),
        ("−2", -2.5, "exact", 0.5, "−2"),
        ("−0.1", -0.05, "differs", 0.5, "0.0"),
        # A trailing zero claims a digit.
        ("20.0%", 20.04, "exact", 0.4, "20.0%"),
        ("20.0%", 20.05, "differs", 0.5, "20.1%"),
        ("20%", 20.05, "exact", 0.05, "20%"),
        # More than, less than: true or not.
        ("more than 80%", 82.392, "exact", 0.0, "82.4%"),
        ("more than 80%", 80.0, "differs", 0.0, "80.0%"),
        ("at least 80%", 80.0, "exact", 0.0, "80.0%"),
        ("less than 5 %", 6.2, "differs", 1.2, "6.2 %"),
        # About: one unit of the last digit to either side.
        ("about 40%", 40.9, "compatible", 0.9, "41%"),
        ("about 40%", 41.2, "differs", 1.2, "41%"),
        ("6.5 years", 6.394, "differs", 1.06, "6.4 years"),
        (".50", 0.496, "exact", 0.4, ".50"),
    ],
)
def test_numbers(printed, recomputed, agreement, size, text):
    verdict = compare(parse(printed)[0], decimal(recomputed))
    assert (verdict.agreement, verdict.text) == (agreement, text)
    assert verdict.size == pytest.approx(size, abs=1e-3)


@pytest.mark.parametrize(
    ("printed", "recomputed", "agreement", "size"),
    [
        ("P=0.005", 0.005339051, "exact", 0.0285),  # log10(0.005339051 / 0.005)
        ("P=0.72", 0.546, "differs", 0.1201),
        ("P < 0.0001", 9.8e-6, "exact", 0.0),
        ("P < 0.0001", 0.0001, "differs", 0.0),
        ("P < 0.0001", 0.001, "differs", 1.0),
        ("P about 0.006", 0.0068, "compatible", 0.0544),
        ("P about 0.006", 0.0072, "differs", 0.0792),
        ("P = 0.000", 0.0003, "exact", None),
        ("P = n.s.", 0.06, "exact", None),
        ("P = n.s.", 0.05, "differs", None),
    ],
)
def test_p_values(printed, recomputed, agreement, size):
    verdict = compare(parse(printed)[0], decimal(recomputed), LEVEL)
    assert verdict.agreement == agreement
    assert verdict.size == (None if size is None else pytest.approx(size, abs=1e-4))


@pytest.mark.parametrize(
    ("printed", "recomputed", "level", "decision"),
    [
        ("P=0.005", 0.00534, "0.041", "same"),
        ("P=0.005", 0.0534, "0.041", "changes"),
        # 0.04 stands for 0.035 to 0.045: below 0.05, but on both sides of 0.041.
        ("P=0.04", 0.044, "0.05", "same"),
        ("P=0.04", 0.044, "0.045", "same"),
        ("P=0.04", 0.044, "0.041", "undetermined"),
        ("P=0.040", 0.044, "0.041", "changes"),
        # p at the level is significant; a printed 0.05 may lie on either side of it.
        ("P=0.049", 0.05, "0.05", "same"),
        ("P=0.05", 0.05, "0.05", "undetermined"),
        ("P=0.06", 0.05, "0.05", "changes"),
        ("P<0.05", 0.05, "0.05", "same"),
        ("P<0.05", 0.0501, "0.05", "changes"),
        ("P<0.1", 0.01, "0.05", "undetermined"),
        ("P>0.05", 0.2, "0.05", "same"),
        ("P ≥ 0.05", 0.2, "0.05", "undetermined"),
        ("P = n.s.", 0.2, "0.05", "same"),
        ("P = n.s.", 0.01, "0.05", "changes"),
    ],
)
def test_decision_of_a_p_value(printed, recomputed, level, decision):
    assert decide_p(parse(printed)[0], decimal(recomputed), Decimal(level)) == decision


@pytest.mark.parametrize(("recomputed", "decision"), [("0.04", "same"), ("0.06", "changes")])
def test_a_p_value_about_a_number_up_to_the_level_is_significant(recomputed, decision):
    about = dataclasses.replace(parse("P=0.04")[0], relation="about")
    assert decide_p(about, Decimal(recomputed), LEVEL) == decision
    assert decide_p(about, Decimal(recomputed), Decimal("0.035")) == "undetermined"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.5", "P = 0.500"),
        ("0.126", "P = 0.126"),
        ("0.00534", "P = 0.00534"),
        ("0.0001", "P = 0.000100"),
        ("0.00009", "P < 0.0001"),
    ],
)
def test_digits_of_a_p_value(value, text):
    assert p_text(Decimal(value)) == text


def test_no_decision_hangs_on_a_p_value_without_a_level():
    assert decide_p(parse("P=0.04")[0], decimal(0.2), None) is None


@pytest.mark.parametrize(
    ("printed", "recomputed", "null", "decision"),
    [
        ("0.67 (0.53–0.84)", ("0.52", "0.83"), "1", "same"),
        ("0.67 (0.53–0.84)", ("0.52", "1.04"), "1", "changes"),
        ("0.87 (0.70–1.08)", ("0.70", "1.08"), "1", "same"),
        # 1.0 stands for 0.95 to 1.05: the printed interval may or may not hold 1.
        ("0.8 (0.6–1.0)", ("0.62", "0.98"), "1", "undetermined"),
        ("−7.8 (−13.2 to −2.4)", ("-13.2", "-2.4"), "0", "same"),
        # An interval holds its limits.
        ("0.8 (0.6–0.9)", ("0.62", "1"), "1", "changes"),
        ("1.2 (1.1–1.4)", ("1", "1.4"), "1", "changes"),
        # 0.9 stands for less than 0.95, 1.0 stands for 0.95 too.
        ("0.8 (0.6–0.9)", ("0.62", "0.9"), "0.95", "same"),
        ("1.2 (1.0–1.4)", ("0.96", "1.4"), "0.95", "undetermined"),
    ],
)
def test_decision_of_an_interval(printed, recomputed, null, decision):
    _, low, high = parse(printed)
    values = Decimal(recomputed[0]), Decimal(recomputed[1])
    assert decide_interval((low, high), values, Decimal(null)) == decision


@pytest.mark.parametrize(
    ("stat", "null"),
    [
        ("risk_difference", "0"),
        ("mean_difference", "0"),
        ("risk_ratio", "1"),
        ("odds_ratio", "1"),
        ("hazard_ratio", "1"),
        ("probability_of_superiority", "0.5"),
    ],
)
def test_null_values(stat, null):
    assert null_value(stat) == Decimal(null)


def test_an_interval_of_a_share_decides_nothing():
    assert null_value("proportion") is None
    _, low, high = parse("0.67 (0.53–0.84)")
    assert decide_interval((low, high), (Decimal("0.5"), Decimal("0.9")), None) is None


@pytest.mark.parametrize(
    ("value", "decision"), [("1", "same"), ("0", "changes"), ("-1", "changes")]
)
def test_a_sign_in_words(value, decision):
    assert decide_sign(Decimal(value)) == decision


def test_units_between_the_printed_and_the_recomputed_number():
    assert units_off(parse("0.67")[0], Decimal("0.6449")) == 3
    assert units_off(parse("0.67")[0], Decimal("0.70")) == -3


@pytest.mark.parametrize(
    ("printed", "recomputed", "text"),
    [
        ("P=0.00", "0.0012", "P = 0.00120"),
        ("P=0.00", "0.00004", "P < 0.0001"),
        ("P=0.04", "0.0361", "P=0.04"),
    ],
)
def test_a_p_value_that_would_print_as_zero_has_digits_of_its_own(printed, recomputed, text):
    assert as_printed(parse(printed)[0], Decimal(recomputed)) == text


@pytest.mark.parametrize(
    ("how", "value", "expected"),
    [
        ("value", 0.54, "0.54"),
        ("percent", 0.092, "9.2"),
        ("percent_reduction", 0.6, "40"),
        ("percent_decrease", -0.0778556755, "7.78556755"),
        ("years_from_days", 2374.125, "6.5"),
        ("months_from_days", 30.4375, "1"),
        ("inverse", 0.333333333333, "3"),
        ("opposite_sign", -12.8442774075, "12.8442774075"),
    ],
)
def test_conversions(how, value, expected):
    assert convert(how, decimal(value)) == Decimal(expected)


def test_the_inverse_of_nothing_is_no_number():
    assert convert("inverse", Decimal(0)) is None


# --- properties ---------------------------------------------------------------------------------

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: 0.0 if abs(x) < 1e-9 else x)


@given(NUMBERS, st.integers(0, 6))
def test_a_number_printed_to_any_precision_agrees_with_itself(value, places):
    printed = f"{rounded(decimal(value), places):.{places}f}"
    component = parse(printed)[0]
    verdict = compare(component, decimal(value))
    assert verdict.agreement == "exact"
    assert verdict.size <= 0.5
    assert parse(verdict.text)[0].value == component.value


@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 3))
def test_a_share_of_counts_agrees_with_itself(count, extra, places):
    total = count + extra
    share = rounded(100 * decimal(count / total), places)
    (_, _, percent) = parse(f"{count} of {total} ({share:.{places}f}%)")
    assert compare(percent, 100 * decimal(count / total)).agreement == "exact"


@given(st.decimals(-999, 999, places=2), st.integers(-3, 3))
def test_exact_means_inside_the_half_open_interval(printed, tenths):
    """v - u/2 <= x < v + u/2, stepping through it by tenths of a unit."""
    component = parse(f"{printed:.2f}")[0]
    value = component.value + component.ulp * Decimal(tenths) / 4
    low, high = component.bounds
    assert (compare(component, value).agreement == "exact") == (low <= value < high)


def test_agreement_does_not_depend_on_the_locale():
    before = locale.setlocale(locale.LC_ALL)
    expected = compare(parse("1,234.5")[0], decimal(1234.46))
    for name in ("C", "de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"):
        try:
            locale.setlocale(locale.LC_ALL, name)
        except locale.Error:
            continue
        try:
            assert compare(parse("1,234.5")[0], decimal(1234.46)) == expected
        finally:
            locale.setlocale(locale.LC_ALL, before)
    assert expected.text == "1,234.5"
