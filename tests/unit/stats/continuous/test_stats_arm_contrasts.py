"""Contrasts of several arms: printed tables, invariants, and what is refused."""

from itertools import combinations
from math import inf, nan, pi

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from scipy.stats import norm
from stats_strategies import given, numbers_of, same

from trialtrace.stats import StatsError
from trialtrace.stats import continuous as a
from trialtrace.stats.continuous import means
from trialtrace.stats.multiplicity._multivariate_t import unit_rows
from trialtrace.stats.multiplicity.max_t import max_t

BOTH = {"sides": "two_sided", "confidence": 0.95}
PLAIN = {"adjust": "none", **BOTH}
FIRST = {"first": {"a": 1, "b": -1}}


@st.composite
def several_arms(draw, most=5):
    """(y, arm): small whole values in two to five arms, each with two or more."""
    k = draw(st.integers(2, most))
    sizes = draw(st.lists(st.integers(2, 8), min_size=k, max_size=k))
    arm = np.repeat(list("abcde")[:k], sizes)
    y = np.array(draw(st.lists(st.integers(-9, 9), min_size=arm.size, max_size=arm.size)), float)
    assume(any(np.ptp(y[arm == one]) for one in set(arm.tolist())))
    return y, arm


def drawn(sizes, seed=1):
    rng = np.random.default_rng(seed)
    arm = np.repeat(list("abcdefgh")[: len(sizes)], sizes)
    return rng.normal(0, 1, arm.size), arm


def arms_of_df(k: int, df: int):
    """Values of k arms of one size, as near as can be, with so many degrees of freedom."""
    return drawn([df // k + 1 + (place < df % k) for place in range(k)])


# Dunnett, Biometrics 1964;20:482, table II, two-sided 0.05: treatments, degrees of freedom.
@pytest.mark.parametrize(
    ("treatments", "df", "printed"),
    [(2, 12, 2.50), (2, 30, 2.32), (3, 12, 2.68), (3, 20, 2.54), (5, 60, 2.58), (4, 120, 2.47)],
)
def test_dunnett_has_the_printed_critical_values(treatments, df, printed):
    k = treatments + 1
    correlation = np.full((treatments, treatments), 0.5) + np.eye(treatments) / 2
    found = max_t(np.zeros(treatments), correlation, df=df, **BOTH)
    assert found.critical == pytest.approx(printed, abs=0.0051)
    if df % k == 0:
        y, arm = arms_of_df(k, df)
        exact = a.dunnett(y, arm, reference="a", **BOTH)
        assert exact.critical == pytest.approx(found.critical, rel=1e-4)


# Dunnett, JASA 1955;50:1096, table 1a, one-sided 0.05.
@pytest.mark.parametrize(
    ("treatments", "df", "printed"), [(2, 10, 2.15), (3, 10, 2.34), (2, 20, 2.03), (3, inf, 2.06)]
)
def test_dunnett_has_the_printed_one_sided_values(treatments, df, printed):
    correlation = np.full((treatments, treatments), 0.5) + np.eye(treatments) / 2
    options = {"df": df, "sides": "greater", "confidence": 0.95}
    p = [
        max_t(np.full(treatments, printed + away), correlation, **options).contrasts[0].p_value
        for away in (-0.0051, 0.0051)
    ]
    assert p[0] > 0.05 > p[1]


# Studentised range, upper 5 % (Harter 1960): groups, degrees of freedom; q is root 2 times |t|.
@pytest.mark.parametrize(
    ("groups", "df", "printed"),
    [(3, 12, 3.773), (4, 20, 3.958), (5, 10, 4.654), (5, 30, 4.102), (2, 6, 3.460)],
)
def test_tukey_has_the_printed_critical_values(groups, df, printed):
    y, arm = arms_of_df(groups, df)
    found = a.tukey(y, arm, confidence=0.95)
    assert found.critical * 2**0.5 == pytest.approx(printed, abs=0.00051)


def test_tukey_by_its_range_and_by_the_multivariate_t():
    """Of arms of one size the two are the same number, by other integrals."""
    y, arm = drawn([6] * 4)
    pairs = {
        f"{one}{other}": {one: 1, other: -1} for one in "abcd" for other in "abcd" if one < other
    }
    ranged = a.tukey(y, arm, confidence=0.9)
    together = a.arm_contrasts(y, arm, pairs, adjust="max_t", sides="two_sided", confidence=0.9)
    for one, other in zip(ranged.contrasts, together.contrasts, strict=True):
        same(one.p_value, other.p_value, 1e-11)
    same(ranged.critical, together.critical, 1e-10)
    assert together.numerical_error == 0


def test_beyond_three_dimensions_the_error_is_given_and_kept():
    """All pairs of five arms of one size: Tukey's integrals, and a mean over directions."""
    y, arm = drawn([6] * 5)
    pairs = {
        f"{one}{other}": {one: 1, other: -1} for one in "abcde" for other in "abcde" if one < other
    }
    exact = a.tukey(y, arm, confidence=0.95)
    together = a.arm_contrasts(y, arm, pairs, adjust="max_t", **BOTH)
    assert 0 < together.numerical_error < 2e-4
    for one, other in zip(exact.contrasts, together.contrasts, strict=True):
        assert abs(one.p_value - other.p_value) < 6 * together.numerical_error


def test_directions_are_not_turned_by_a_rounding():
    """Differences of arms of one size have equal eigenvalues, whose vectors any rounding turns."""
    arms = np.eye(5)
    rows = np.array([arms[one] - arms[other] for one, other in combinations(range(5), 2)])
    correlation = rows @ rows.T / 2
    units = unit_rows(correlation)
    assert units.shape == (10, 4)
    np.testing.assert_allclose(units @ units.T, correlation, atol=1e-14)
    noise = np.random.default_rng(1).normal(0, 1e-16, correlation.shape)
    np.testing.assert_allclose(unit_rows(correlation + noise + noise.T), units, atol=1e-13)


def test_arms_against_one_reference_are_exact_however_many():
    y, arm = drawn([5, 9, 4, 7, 6, 8])
    differences = {one: {one: 1, "a": -1} for one in "bcdef"}
    exact = a.dunnett(y, arm, reference="a", **BOTH)
    together = a.arm_contrasts(y, arm, differences, adjust="max_t", **BOTH)
    assert together.numerical_error == 0
    same(exact.critical, together.critical, 1e-10)
    for one, other in zip(exact.contrasts, together.contrasts, strict=True):
        same(one.p_value, other.p_value, 1e-10)


@given(
    loadings=st.lists(st.sampled_from([-0.9, -0.5, 0.0, 0.3, 0.6, 0.8]), min_size=4, max_size=6),
    sides=st.sampled_from(["two_sided", "greater", "less"]),
)
def test_correlations_that_are_products_are_those_of_a_shared_normal(loadings, sides):
    """The chance that all stay below, given the shared normal, by Gauss and Hermite's rule."""
    correlation = np.outer(loadings, loadings)
    np.fill_diagonal(correlation, 1)
    bounds = np.array([1.1 + 0.3 * place for place in range(len(loadings))])
    z = -bounds if sides == "less" else bounds
    found = max_t(z, correlation, df=inf, sides=sides, confidence=0.95)
    node, weight = np.polynomial.hermite_e.hermegauss(120)
    rest = np.sqrt(1 - np.square(loadings))
    for contrast, bound in zip(found.contrasts, bounds, strict=True):
        upper = norm.cdf((bound - np.outer(node, loadings)) / rest)
        both = upper - norm.cdf((-bound - np.outer(node, loadings)) / rest)
        below = (both if sides == "two_sided" else upper).prod(axis=1) @ weight / (2 * pi) ** 0.5
        assert contrast.p_value == pytest.approx(1 - below, abs=1e-7 + 6 * found.numerical_error)


@given(data=several_arms(2))
def test_two_arms_are_students_t(data):
    y, arm = data
    x, z = y[arm == "b"], y[arm == "a"]
    test = means.student_t(x, z, sides="two_sided")
    interval = means.mean_difference_student(x, z, confidence=0.95)
    single = a.arm_contrasts(y, arm, {"b - a": {"b": 1, "a": -1}}, **PLAIN)
    for found in (a.dunnett(y, arm, reference="a", **BOTH), single):
        (one,) = found.contrasts
        same((one.statistic, one.p_value, one.df), (test.statistic, test.p_value, test.df))
        same(numbers_of(one.interval), numbers_of(interval))
    (pair,) = a.tukey(y, arm, confidence=0.95).contrasts
    same((-pair.statistic, pair.p_value), (test.statistic, test.p_value))


@given(data=several_arms())
def test_adjusted_p_values_lie_between_their_own_and_bonferronis(data):
    y, arm = data
    names = sorted(set(arm.tolist()))
    differences = {one: {one: 1, "a": -1} for one in names[1:]}
    own = a.arm_contrasts(y, arm, differences, **PLAIN).contrasts
    found = a.dunnett(y, arm, reference="a", **BOTH)
    for one, other in zip(own, found.contrasts, strict=True):
        assert one.p_value - 1e-12 <= other.p_value <= len(own) * one.p_value + 1e-12
        same(one.statistic, other.statistic)
        low, high = other.interval.low, other.interval.high
        assert (low <= 0 <= high) == (other.p_value >= 0.05) or abs(other.p_value - 0.05) < 1e-9


@given(data=several_arms(), shift=st.integers(-1000, 1000), unit=st.sampled_from([0.25, 3.0]))
def test_shift_changes_nothing_and_unit_the_estimates_alone(data, shift, unit):
    y, arm = data
    for one, other in zip(
        a.tukey(y, arm, confidence=0.9).contrasts,
        a.tukey(shift + unit * y, arm, confidence=0.9).contrasts,
        strict=True,
    ):
        same((one.statistic, one.p_value), (other.statistic, other.p_value), of=1000)
        same(unit * np.array(numbers_of(one.interval)), numbers_of(other.interval), of=1000)


@given(data=several_arms(4))
def test_a_contrast_said_twice_or_turned_round_changes_no_other(data):
    y, arm = data
    turned = {"again": {"a": -2, "b": 2}}
    options = {"adjust": "max_t", **BOTH}
    once = a.arm_contrasts(y, arm, FIRST, **options)
    twice = a.arm_contrasts(y, arm, FIRST | turned, **options)
    same(once.contrasts[0].p_value, twice.contrasts[0].p_value)
    same(twice.contrasts[1].p_value, twice.contrasts[0].p_value)
    same(once.critical, twice.critical)


def test_the_two_one_sided_p_values_of_one_contrast_sum_to_one():
    y, arm = drawn([5, 7, 6])
    p = [
        a.arm_contrasts(y, arm, FIRST, adjust="max_t", sides=sides, confidence=0.95)
        .contrasts[0]
        .p_value
        for sides in ("greater", "less")
    ]
    assert sum(p) == pytest.approx(1, rel=1e-12)


def test_contrasts_bear_their_names():
    y, arm = drawn([5, 7, 6])
    named = {
        "first": a.arm_contrasts(y, arm, FIRST, **PLAIN),
        "b - a": a.dunnett(y, arm, reference="a", **BOTH),
        "a - b": a.tukey(y, arm, confidence=0.95),
    }
    assert {name: found.rows()[0]["label"] for name, found in named.items()} == {
        name: name for name in named
    }
    with pytest.raises(StatsError, match="2 estimates and 1 labels"):
        max_t([1, 2], np.eye(2), df=5, labels=["one"], **BOTH)


def test_a_slope_is_that_of_the_line_through_the_means():
    y, arm = drawn([5, 7, 6])
    dose = {"a": 0, "b": 10, "c": 40}
    slope = a.arm_contrasts(y, arm, {"slope": a.trend_coefficients(dose)}, **PLAIN).contrasts[0]
    line = np.polyfit(list(dose.values()), [y[arm == one].mean() for one in dose], 1)
    assert slope.interval.estimate == pytest.approx(line[0], rel=1e-10)


Y, ARM = np.arange(9.0) ** 2, list("aaabbbccc")


@pytest.mark.parametrize(
    ("y", "arm", "message"),
    [
        (Y, ["a"] * 9, "one arm only"),
        (Y[:3], list("abc"), "one value"),
        ([1, 1, 1, 2, 2, 2], list("aaabbb"), "do not vary"),
        (Y / 64 * 1e308, ARM, "too much"),
        (Y * 1e-200, ARM, "do not vary"),
        (5.0, ARM, "one-dimensional"),
    ],
)
def test_odd_values_are_refused(y, arm, message):
    for call in (
        lambda: a.tukey(y, arm, confidence=0.95),
        lambda: a.dunnett(y, arm, reference="a", **BOTH),
        lambda: a.arm_contrasts(y, arm, FIRST, **PLAIN),
    ):
        with pytest.raises(StatsError, match=message):
            call()


@pytest.mark.parametrize(
    ("contrasts", "message"),
    [
        ({}, "no contrast"),
        ({"x": {"a": 1}}, "do not sum to 0"),
        ({"x": {"a": 0, "b": 0}}, "no coefficient but 0"),
        ({"x": {}}, "no coefficient but 0"),
        ({"x": {"a": 1, "d": -1}}, "no arm 'd'"),
    ],
)
def test_odd_contrasts_are_refused(contrasts, message):
    with pytest.raises(StatsError, match=message):
        a.arm_contrasts(Y, ARM, contrasts, **PLAIN)


def test_odd_choices_are_refused():
    for options in ({"sides": "both"}, {"confidence": 1.0}, {"adjust": "holm"}):
        with pytest.raises(StatsError):
            a.arm_contrasts(Y, ARM, FIRST, **(PLAIN | options))
    with pytest.raises(StatsError, match="no arm 'd'"):
        a.dunnett(Y, ARM, reference="d", **BOTH)
    for scores in (
        [0, 1],
        {},
        {"a": 1},
        {"a": 1, "b": 1},
        {"a": 1, "b": nan},
        {"a": 0, "b": 1e-200},
    ):
        with pytest.raises(StatsError):
            a.trend_coefficients(scores)


@pytest.mark.parametrize(
    ("estimates", "covariance", "df", "message"),
    [
        ([], np.zeros((0, 0)), 5, "at least 1"),
        ([1, 2], np.eye(3), 5, "shape"),
        ([1, 2], [[1, 0], [0, 0]], 5, "no estimated error"),
        ([1, 2], [[1, 2], [2, 1]], 5, "negative variance"),
        ([1, 2], [[1, 0.5], [0.2, 1]], 5, "not symmetric"),
        ([1, 2], np.eye(2), 0, "positive"),
        ([1, 2], np.eye(2), nan, "positive"),
        ([1, 2], np.eye(2), True, "positive"),
        (np.ones(201), 0.5 ** np.abs(np.subtract.outer(range(201), range(201))), 5, "at most 200"),
    ],
)
def test_odd_fits_are_refused(estimates, covariance, df, message):
    with pytest.raises(StatsError, match=message):
        max_t(estimates, covariance, df=df, **BOTH)


def test_tiny_units_and_far_statistics_keep_their_digits():
    plain = max_t([3.0, 1.0], [[1, 0.5], [0.5, 1]], df=9, **BOTH)
    tiny = max_t([3e-150, 1e-150], np.array([[1, 0.5], [0.5, 1]]) * 1e-300, df=9, **BOTH)
    assert [one.p_value for one in plain.contrasts] == pytest.approx(
        [one.p_value for one in tiny.contrasts], rel=1e-9
    )
    far = max_t([1e6, 1.0], np.eye(2), df=3, **BOTH)
    assert 0 < far.contrasts[0].p_value < 1e-15
