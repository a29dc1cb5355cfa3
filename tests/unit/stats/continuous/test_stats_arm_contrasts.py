"""Contrasts of several arms and win ratios: printed tables, integrals, what is refused."""

from itertools import combinations
from math import inf, isnan, nan, pi

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from scipy.stats import norm
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats import continuous as a
from trialtrace.stats.continuous import win_ratio
from trialtrace.stats.continuous.win_ratio import Measured, TimeToEvent, win_statistics
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


# Studentised range, upper 5 % (Harter 1960): groups, degrees of freedom; q is root 2 times |t|.
@pytest.mark.parametrize(
    ("groups", "df", "printed"),
    [(3, 12, 3.773), (4, 20, 3.958), (5, 10, 4.654), (5, 30, 4.102), (2, 6, 3.460)],
)
def test_tukey_has_the_printed_critical_values(groups, df, printed):
    y, arm = arms_of_df(groups, df)
    found = a.tukey(y, arm, confidence=0.95)
    assert found.critical * 2**0.5 == pytest.approx(printed, abs=0.00051)


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


Y, ARM = np.arange(9.0) ** 2, list("aaabbbccc")


def test_tiny_units_and_far_statistics_keep_their_digits():
    plain = max_t([3.0, 1.0], [[1, 0.5], [0.5, 1]], df=9, **BOTH)
    tiny = max_t([3e-150, 1e-150], np.array([[1, 0.5], [0.5, 1]]) * 1e-300, df=9, **BOTH)
    assert [one.p_value for one in plain.contrasts] == pytest.approx(
        [one.p_value for one in tiny.contrasts], rel=1e-9
    )
    far = max_t([1e6, 1.0], np.eye(2), df=3, **BOTH)
    assert 0 < far.contrasts[0].p_value < 1e-15


def parts(found):
    intervals = (found.win_ratio, found.net_benefit, found.win_odds)
    return [getattr(i, part) for i in intervals for part in ("estimate", "low", "high")]


def outcomes(time, event, score):
    return [TimeToEvent(time, event), Measured(score, larger_wins=True, margin=0.0)]


def test_censoring_decides_a_pair_only_by_an_event_seen_in_the_shared_time():
    # Treated (time, event) against one kind of control, both twice to have a variance.
    def result(own, other):
        time = np.array([own[0], own[0], other[0], other[0]], dtype=float)
        event = np.array([own[1], own[1], other[1], other[1]], dtype=float)
        outcome = TimeToEvent(time, event), Measured([0, 0, 0, 1], larger_wins=True, margin=0.5)
        found = win_statistics([1, 1, 0, 0], outcome, confidence=0.95)
        return np.sign(found.wins[0] - found.losses[0])

    assert result((5, 0), (3, 1)) == 1
    assert result((3, 0), (5, 1)) == 0
    assert result((5, 1), (3, 0)) == 0
    assert result((3, 1), (5, 0)) == -1
    assert result((4, 0), (4, 1)) == 1
    assert result((4, 1), (4, 1)) == 0
    assert result((4, 0), (4, 0)) == 0


def test_margin_and_sides_without_losses():
    value = [3.0, 2.0, 1.0, 0.0]
    found = win_statistics([1, 1, 0, 0], [Measured(value, True, 1.0)], confidence=0.95)
    assert (found.wins[0], found.losses[0], found.ties) == (3, 0, 1)
    assert found.win_ratio.estimate == inf and isnan(found.win_ratio.low)
    assert found.net_benefit.low < 0.75 < found.net_benefit.high
    everyone = win_statistics([1, 1, 0, 0], [Measured(value, True, 0.0)], confidence=0.95)
    assert everyone.win_odds.estimate == inf and isnan(everyone.test.p_value)


def test_a_difference_of_the_margin_is_a_tie_whatever_its_last_bit():
    # As floats 1.3 - 1.0 is more than 0.3, and 5.3 - 5.0 is less.
    found = win_statistics(
        [1, 1, 0, 0], [Measured([1.3, 2.0, 1.0, 1.7], True, 0.3)], confidence=0.95
    )
    # 1.3 loses to 1.7; 2.0 wins against 1.0 and ties with 1.7.
    assert (found.wins[0], found.losses[0], found.ties) == (1, 1, 2)


def test_a_net_benefit_that_is_the_same_for_everyone_has_no_error():
    # Every treated patient wins against every control.
    value = [5.0, 5.0, 1.0, 1.0]
    found = win_statistics([1, 1, 0, 0], [Measured(value, True, 0.0)], confidence=0.95)
    assert found.net_benefit.estimate == 1 and isnan(found.net_benefit.low)
    # Not so where they differ.
    follow = TimeToEvent([4, 9, 3, 5, 7, 20], [0, 1, 1, 1, 1, 0])
    found = win_statistics([1, 1, 0, 0, 0, 0], [follow], confidence=0.95)
    assert found.test.p_value > 0


@pytest.mark.parametrize("arms", [4, 5])
def test_all_pairs_by_the_range_and_by_the_multivariate_t(arms):
    """Of arms of one size the two are one number, by other integrals; of five with an error."""
    y, arm = drawn([6] * arms)
    pairs = {f"{a}{b}": {a: 1, b: -1} for a, b in combinations("abcde"[:arms], 2)}
    ranged = a.tukey(y, arm, confidence=0.95)
    together = a.arm_contrasts(y, arm, pairs, adjust="max_t", **BOTH)
    error = together.numerical_error
    assert error == 0 if arms == 4 else 0 < error < 2e-4
    for one, other in zip(ranged.contrasts, together.contrasts, strict=True):
        assert abs(one.p_value - other.p_value) < 6 * error + 1e-11


def test_arms_against_one_reference_are_exact_however_many():
    y, arm = drawn([5, 9, 4, 7, 6, 8])
    differences = {one: {one: 1, "a": -1} for one in "bcdef"}
    exact = a.dunnett(y, arm, reference="a", **BOTH)
    together = a.arm_contrasts(y, arm, differences, adjust="max_t", **BOTH)
    assert together.numerical_error == 0
    same(exact.critical, together.critical, 1e-10)
    found = [[each.p_value for each in one.contrasts] for one in (exact, together)]
    same(*found, 1e-10)


def test_contrasts_bear_their_names():
    y, arm = drawn([5, 7, 6])
    for name, found in (
        ("first", a.arm_contrasts(y, arm, FIRST, **PLAIN)),
        ("b - a", a.dunnett(y, arm, reference="a", **BOTH)),
        ("a - b", a.tukey(y, arm, confidence=0.95)),
    ):
        assert found.rows()[0]["label"] == name


def test_blocks_of_pairs_do_not_matter(monkeypatch):
    rng = np.random.default_rng(3)
    data = rng.integers(1, 8, 25), rng.random(25) < 0.6, rng.integers(0, 4, 25)
    of = np.arange(25) % 3 == 0, outcomes(*(each.astype(float) for each in data))
    whole = parts(win_statistics(of[0] * 1.0, of[1], confidence=0.9))
    monkeypatch.setattr(win_ratio, "PAIRS", 7)
    again = parts(win_statistics(of[0] * 1.0, of[1], confidence=0.9))
    assert again == pytest.approx(whole, rel=1e-14)


Y, ARM = np.arange(9.0) ** 2, list("aaabbbccc")
ONCE = {"contrasts": FIRST, **PLAIN}
TWO_ARMS = {"y": [1, 1, 1, 2, 2, 2], "arm": list("aaabbb")}
FIT = {"estimates": [1, 2], "covariance": np.eye(2), "df": 5, **BOTH}
FAR = 0.5 ** np.abs(np.subtract.outer(range(201), range(201)))
FLAT = {"outcomes": [Measured([1.0] * 4, larger_wins=True, margin=0.0)], "confidence": 0.95}
REFUSED = [
    (a.tukey, {"y": Y, "arm": ["a"] * 9, "confidence": 0.95}, "one arm only"),
    (a.tukey, {"y": Y[:3], "arm": list("abc"), "confidence": 0.95}, "one value"),
    (a.tukey, TWO_ARMS | {"confidence": 0.95}, "do not vary"),
    (a.dunnett, TWO_ARMS | {"reference": "a", **BOTH}, "do not vary"),
    (a.dunnett, {"y": Y / 64 * 1e308, "arm": ARM, "reference": "a", **BOTH}, "too much"),
    (a.dunnett, {"y": Y, "arm": ARM, "reference": "d", **BOTH}, "no arm 'd'"),
    (a.arm_contrasts, {"y": Y * 1e-200, "arm": ARM} | ONCE, "do not vary"),
    (a.arm_contrasts, {"y": 5.0, "arm": ARM} | ONCE, "one-dimensional"),
    *(
        (a.arm_contrasts, {"y": Y, "arm": ARM} | ONCE | wrong, named)
        for wrong, named in (
            ({"contrasts": {}}, "no contrast"),
            ({"contrasts": {"x": {"a": 1}}}, "do not sum to 0"),
            ({"contrasts": {"x": {"a": 0, "b": 0}}}, "no coefficient but 0"),
            ({"contrasts": {"x": {}}}, "no coefficient but 0"),
            ({"contrasts": {"x": {"a": 1, "d": -1}}}, "no arm 'd'"),
            ({"sides": "both"}, "sides"),
            ({"confidence": 1.0}, "confidence"),
            ({"adjust": "holm"}, "adjust"),
        )
    ),
    *(
        (a.trend_coefficients, {"scores": scores}, "score")
        for scores in (
            *([0, 1], {}, {"a": 1}, {"a": 1, "b": 1}),
            *({"a": 1, "b": nan}, {"a": 0, "b": 1e-200}),
        )
    ),
    *(
        (max_t, FIT | wrong, named)
        for wrong, named in (
            ({"estimates": [], "covariance": np.zeros((0, 0))}, "at least 1"),
            ({"covariance": np.eye(3)}, "shape"),
            ({"covariance": [[1, 0], [0, 0]]}, "no estimated error"),
            ({"covariance": [[1, 2], [2, 1]]}, "negative variance"),
            ({"covariance": [[1, 0.5], [0.2, 1]]}, "not symmetric"),
            ({"df": 0}, "positive"),
            ({"df": nan}, "positive"),
            ({"df": True}, "positive"),
            ({"estimates": np.ones(201), "covariance": FAR}, "at most 200"),
            ({"labels": ["one"]}, "2 estimates and 1 labels"),
        )
    ),
    (win_statistics, FLAT | {"treated": [1, 1, 0, 0]}, "decided"),
    (win_statistics, FLAT | {"treated": [1, 0, 0, 0]}, "two patients"),
    (win_statistics, FLAT | {"treated": [1, 1, 0, 0], "outcomes": []}, "no outcome"),
    (win_statistics, FLAT | {"treated": [1, 1, 0, 0, 0]}, "patients"),
]


@pytest.mark.parametrize(("compute", "arguments", "named"), REFUSED)
def test_refused(compute, arguments, named):
    with pytest.raises(StatsError, match=named):
        compute(**arguments)
