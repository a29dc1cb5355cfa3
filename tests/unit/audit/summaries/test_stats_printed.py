"""What printed numbers allow: ranges of p, counts, intervals; by brute force where possible."""

from decimal import Decimal
from math import ceil, inf, isnan, nan

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.optimize import brentq
from stats_strategies import given, tables

from trialtrace.audit.summaries import count_tests as c
from trialtrace.audit.summaries import statistics as s
from trialtrace.audit.summaries.count_bounds import intervals_of_tables
from trialtrace.audit.summaries.count_tests import MEASURES, two_arm_intervals
from trialtrace.audit.summaries.estimates import (
    check_estimate,
    error_of_deviation,
    interval_of_error,
    p_of_estimate,
)
from trialtrace.audit.summaries.mean_tests import t_test_p
from trialtrace.audit.summaries.percentages import (
    count_ranges,
    counts_for_percentage,
)
from trialtrace.audit.summaries.printed import below, read
from trialtrace.stats import Interval, StatsError
from trialtrace.stats._roots import roots

RATIO = {"scale": "log", "null": 1, "df": inf, "confidence": 0.95, "sides": "two_sided"}


def up(text):
    return read(text, rounding="half_up")


@pytest.mark.parametrize(
    "rounding, text, inside, outside",
    [
        ("half_up", "5.2", ["5.15", "5.2499"], ["5.25", "5.1499"]),
        ("half_up", "-5.2", ["-5.25", "-5.1501"], ["-5.15"]),
        ("half_away", "-5.2", ["-5.15", "-5.2499"], ["-5.25"]),
        ("half_even", "5.2", ["5.15", "5.25"], ["5.26"]),
        ("half_even", "5.3", ["5.2501", "5.3499"], ["5.25", "5.35"]),
        ("half_any", "5.3", ["5.25", "5.35"], ["5.24"]),
        ("truncate", "5.2", ["5.2", "5.2999"], ["5.1999", "5.3"]),
        ("truncate", "-5.2", ["-5.2", "-5.2999"], ["-5.1999", "-5.3"]),
        ("truncate", "0.0", ["-0.0999", "0.0999"], ["0.1", "-0.1"]),
        ("up", "5.2", ["5.1001", "5.2"], ["5.1", "5.2001"]),
        ("half_up", "1.5e2", ["145", "154.99"], ["155"]),
    ],
)
def test_rounding_modes(rounding, text, inside, outside):
    number = read(text, rounding=rounding)
    assert number.contains([Decimal(x) for x in inside]).all()
    assert not number.contains([Decimal(x) for x in outside]).any()


@given(
    number=st.decimals(-(10**25), 10**25, allow_nan=False, places=3),
    parts=st.lists(st.integers(1, 10**9), min_size=1, max_size=3),
)
def test_multiples_are_exact_for_numbers_of_any_size(number, parts):
    """Below and above what 64 bits hold; the range of a number rounded half up is [low, high)."""
    printed = up(str(number))
    first, last = printed.multiples(parts)
    low, high = printed.low.item(), printed.high.item()
    assert first.tolist() == [ceil(low * n) for n in parts]
    assert last.tolist() == [ceil(high * n) - 1 for n in parts]
    assert printed.multiples(parts[0])[0].item() == ceil(low * parts[0])


def test_units_floats_and_missing_values():
    assert up("5.20").contains([5.2, 5.204, 5.21, nan, inf]).tolist() == [1, 1, 0, 0, 0]
    nearest_half = read("7.5", rounding="half_up", unit="0.5")
    assert nearest_half.bounds == (7.25, 7.75)
    assert below("0.001", least="0").contains([0, 0.0009, 0.001]).tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda: up(5.2), "text or Decimal"),
        (lambda: up("five"), "not a decimal"),
        (lambda: up("NaN"), "not a finite"),
        (lambda: up([]), "no printed number"),
        (lambda: read("7.3", rounding="half_up", unit="0.5"), "not a multiple"),
        (lambda: below("0", least="0"), "nothing lies below"),
        (lambda: counts_for_percentage(up("3.3"), 0), "positive whole"),
        (lambda: counts_for_percentage(up(["3.3", "4"]), 5), "one percentage"),
        (lambda: _t("1", "1", 1, "2", "1", 5), "at least 2"),
        (lambda: _t("1", "-1", 5, "2", "1", 5), "cannot be negative"),
        (lambda: _t(["1", "2"], "1", [5, 6, 7], "2", "1", 5), "differ in shape"),
        (lambda: count_ranges(up(["1", "2"]), [5, 6, 7]), "differ in shape"),
        (lambda: s.p_of_f(up("-1"), 2, 9, epsilon=(1, 1)), "cannot be negative"),
        (lambda: s.p_of_f(up("1"), 2, 9, epsilon=(0, 1)), "epsilon must lie"),
        (lambda: s.p_of_t(up("1"), 0, sides="less"), "must be positive"),
        (lambda: check_estimate(up("0.5"), up("0.0"), up("2"), **RATIO), "no logarithm"),
        (lambda: check_estimate(up("5"), up("7"), up("3"), **RATIO), "lies above"),
    ],
)
def test_refusals(wrong, words):
    with pytest.raises(StatsError, match=words):
        wrong()


def _t(m1, s1, n1, m0, s0, n0, variance="welch", sides="two_sided"):
    return t_test_p(up(m1), up(s1), n1, up(m0), up(s0), n0, variance=variance, sides=sides)


def test_no_spread_at_all():
    exact = {"variance": "welch", "sides": "two_sided"}
    zero, five = read("0", rounding="up"), read("5.0", rounding="half_any")
    # The means may be equal: then nothing differs; or not: then nothing explains it.
    found = t_test_p(five, zero, 8, five, zero, 8, **exact)
    assert (found.low, found.high) == (0, 1)


@given(n=st.integers(1, 400), x=st.integers(0, 400), places=st.integers(0, 2))
def test_counts_behind_a_percentage(n, x, places):
    x = min(x, n)
    # Halves up, as exact decimals: floor(100 x / n 10^places + 1/2).
    scaled = (200 * x * 10**places + n) // (2 * n)
    text = str(Decimal(scaled).scaleb(-places))
    found = counts_for_percentage(up(text), n)
    every = [k for k in range(n + 1) if (200 * k * 10**places + n) // (2 * n) == scaled]
    assert found.tolist() == every


def test_ranges_of_counts_of_several_percentages():
    first, last = count_ranges(up(["33.3", "50.0"]), [3, 7])
    assert (first <= last).tolist() == [True, False]


def test_tests_of_counts_that_print_the_same():
    p = c.p_values_of_counts(27, 295, 52, 307, sides="two_sided")
    as_printed = [name for name, value in p.items() if up("0.005").contains(value)]
    assert as_printed == ["chi_squared", "fisher"]
    below_it = [name for name, value in p.items() if below("0.005", least="0").contains(value)]
    assert below_it == ["chi_squared", "mid_p", "mid_p_all"]
    nobody = c.p_values_of_counts(0, 9, 0, 8, sides="two_sided")
    assert isnan(nobody["chi_squared"]) and nobody["fisher"] == 1
    assert isnan(c.p_values_of_counts(2, 9, 0, 8, sides="greater")["chi_squared_corrected"])


def test_intervals_that_print_the_same():
    # Newcombe 1998, 56 of 70 against 48 of 80: 0.0524 to 0.3339 by his method 10.
    found = c.two_arm_intervals(56, 70, 48, 80, measure="difference", confidence=0.95)
    assert c.printing_the_same(found, up("0.0524"), up("0.3339"), factor=1) == ["newcombe"]
    empty = c.two_arm_intervals(0, 10, 0, 20, measure="odds_ratio", confidence=0.95)
    assert isnan(empty["woolf"].low)
    assert c.printing_the_same({"x": Interval(0, nan, nan)}, up("0"), up("1"), factor=1) == []


def test_symmetry_is_decided_exactly():
    # Bounds 0.95..1.05 and 1.95..2.05: the middle is at least 1.45, which prints as 1.5, not 1.4.
    options = {**RATIO, "scale": "identity", "null": 0}
    assert not check_estimate(up("1.4"), up("1.0"), up("2.0"), **options).symmetric
    assert check_estimate(up("1.5"), up("1.0"), up("2.0"), **options).symmetric
    any_way = [read(x, rounding="half_any") for x in ("1.4", "1.0", "2.0")]
    touching = check_estimate(*any_way, **options)
    assert touching.symmetric and touching.p.low == pytest.approx(touching.p.high, rel=1e-6)


@given(e=st.floats(-2, 2), se=st.floats(0.1, 1.0))
def test_true_estimates_are_within_what_they_print(e, se):
    from scipy.special import ndtr

    bounds = [e - 1.959963984540054 * se, e, e + 1.959963984540054 * se]
    shown = [read(f"{np.exp(x):.3f}", rounding="half_any") for x in bounds]
    if min(x.bounds[0] for x in shown) <= 0:
        return
    found = check_estimate(shown[1], shown[0], shown[2], **RATIO)
    p = 2 * ndtr(-abs(e) / se)
    assert found.symmetric
    for bounds in (found.p, found.p_of_bounds):
        assert bounds.low - 1e-9 <= p <= bounds.high + 1e-9
    assert found.standard_error.low - 1e-12 <= se <= found.standard_error.high + 1e-12
    assert found.p_of_bounds.low <= found.p.low and found.p.high <= found.p_of_bounds.high


def test_standard_errors():
    found = p_of_estimate(up("1.8"), up("0.9"), null=0, df=inf, sides="two_sided")
    assert found.low == pytest.approx(0.0295, abs=2e-4)  # 1.85 / 0.85 = 2.176
    assert found.high == pytest.approx(0.0654, abs=2e-4)  # 1.75 / 0.95 = 1.842
    low, high = interval_of_error(up("1.8"), up("0.9"), df=inf, confidence=0.95)
    assert low.low == pytest.approx(1.75 - 1.95996 * 0.95, abs=1e-4)
    assert high.high == pytest.approx(1.85 + 1.95996 * 0.95, abs=1e-4)
    error = error_of_deviation(up("10.1"), 64)
    assert (error.low, error.high) == pytest.approx((10.05 / 8, 10.15 / 8))


SMALL = [
    (a, n, c, m)
    for n in range(1, 6)
    for m in range(1, 6)
    for a in range(n + 1)
    for c in range(m + 1)
]


def differing(tables, measure, confidence):
    """The tables and methods whose interval is another than that of each table alone."""
    many = intervals_of_tables(*np.array(tables).T, measure=measure, confidence=confidence)
    every = [two_arm_intervals(*one, measure=measure, confidence=confidence) for one in tables]
    return [
        (tables[place], name)
        for place, alone in enumerate(every)
        for name in alone | many
        if many[name][place].tolist()
        != pytest.approx([alone[name].low, alone[name].high], rel=1e-11, abs=1e-13, nan_ok=True)
    ]


@pytest.mark.parametrize("measure", MEASURES)
def test_every_small_table(measure):
    assert differing(SMALL, measure, 0.95) == []


@given(
    many=st.lists(tables(300), min_size=1, max_size=8),
    measure=st.sampled_from(MEASURES),
    confidence=st.sampled_from([0.8, 0.9, 0.95, 0.99]),
)
def test_intervals_of_tables_are_those_of_each_alone(many, measure, confidence):
    assert differing(many, measure, confidence) == []


def test_roots_are_those_of_brentq():
    at = np.array([0.3, 2.0, 7.5, 1e-9])
    found = roots(lambda x, which: x**3 - at[which], np.full(4, -1.0), np.full(4, 3.0))
    alone = [brentq(lambda x, own=own: x**3 - own, -1, 3, xtol=1e-18, rtol=1e-15) for own in at]
    assert found == pytest.approx(alone, rel=1e-13)
    nothing = roots(lambda x, which: x**2 + 1, np.array([-1.0]), np.array([1.0]))
    assert np.isnan(nothing).all()
