"""Group-sequential designs: printed constants, properties, and a simulated trial."""

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.stats import norm
from stats_strategies import given

from trialtrace.stats import StatsError
from trialtrace.stats.multiplicity import group_sequential as gs
from trialtrace.stats.multiplicity import stopped_estimates as se

TWO = {"alpha": 0.05, "sides": "two_sided"}


def equal_looks(count):
    return np.arange(1, count + 1) / count


# Jennison and Turnbull 2000, tables 2.1 and 2.3, two-sided alpha 0.05.
@pytest.mark.parametrize(
    "looks, pocock, obrien_fleming",
    [(1, 1.960, 1.960), (2, 2.178, 1.977), (3, 2.289, 2.004), (4, 2.361, 2.024), (5, 2.413, 2.040)],
)
def test_constants_of_jennison_and_turnbull(looks, pocock, obrien_fleming):
    assert gs.pocock(equal_looks(looks), **TWO).z[-1] == pytest.approx(pocock, abs=5e-4)
    found = gs.obrien_fleming(equal_looks(looks), **TWO)
    assert found.z[-1] == pytest.approx(obrien_fleming, abs=5e-4)
    np.testing.assert_allclose(found.z, found.z[-1] / np.sqrt(equal_looks(looks)))
    assert found.spent[-1] == pytest.approx(0.05, abs=1e-12)


@pytest.mark.parametrize("alpha", [0.001, 0.0125, 0.025, 0.049, 0.05, 0.3])
def test_a_single_look_has_the_quantile_of_its_test(alpha):
    for boundary in (gs.pocock, gs.obrien_fleming):
        for sides, tail in (("two_sided", alpha / 2), ("greater", alpha)):
            found = boundary([1], alpha=alpha, sides=sides)
            assert found.z == pytest.approx([norm.isf(tail)], abs=1e-9)


def test_nominal_levels_of_the_last_look():
    last = [gs.obrien_fleming(equal_looks(k), **TWO).nominal[-1] for k in (3, 4, 5)]
    np.testing.assert_allclose(last, [0.0451, 0.0429, 0.0413], atol=5e-5)
    spending = {"spending": "obrien_fleming", "parameter": None}
    found = gs.spending_boundary(equal_looks(3), **TWO, **spending)
    # The Lan-DeMets approximation, as every text prints it.
    np.testing.assert_allclose(found.z, [3.710, 2.511, 1.993], atol=5e-4)
    np.testing.assert_allclose(found.nominal, [0.0002, 0.0120, 0.0463], atol=5e-5)


@given(
    cuts=st.lists(st.integers(5, 95), max_size=4, unique=True),
    spending=st.sampled_from(gs.SPENDING),
    sides=st.sampled_from(gs.SIDES),
)
def test_spending_functions_spend_what_they_say(cuts, spending, sides):
    t = np.array([*sorted(cuts), 100]) / 100
    parameter = {"power": 2.0, "hwang_shih_decani": -2.0}.get(spending)
    options = {"alpha": 0.04, "sides": sides, "spending": spending, "parameter": parameter}
    found = gs.spending_boundary(t, **options)
    assert found.spent[-1] == pytest.approx(0.04, abs=1e-10)
    if spending == "power":
        np.testing.assert_allclose(found.spent, 0.04 * t**2, rtol=1e-9)
    # Looks planned for later do not change the ones before.
    if len(t) > 1:
        first = gs.spending_boundary(t[:-1], **options)
        np.testing.assert_allclose(first.z, found.z[:-1], rtol=1e-9)


@given(scale=st.floats(0.01, 100), effect=st.floats(-0.5, 0.5))
def test_units_and_signs(scale, effect):
    information = np.array([10.0, 25, 40])
    upper, lower = np.array([3.0, 2.5, 2.0]), np.array([-1.0, -0.5, 2.0])
    plain = gs.crossing_probabilities(information, upper, lower, effect=effect)
    other = gs.crossing_probabilities(
        information * scale, upper, lower, effect=effect / np.sqrt(scale)
    )
    np.testing.assert_allclose(other.upper, plain.upper, rtol=1e-9, atol=1e-14)
    mirrored = gs.crossing_probabilities(information, -lower, -upper, effect=-effect)
    np.testing.assert_allclose(mirrored.lower, plain.upper, rtol=1e-9, atol=1e-14)
    # The last boundaries meet, so every trial stops.
    assert plain.upper.sum() + plain.lower.sum() == pytest.approx(1, abs=1e-12)


def test_a_look_that_cannot_stop_is_none():
    upper, lower = [np.inf, 1.5], [-np.inf, -np.inf]
    found = gs.crossing_probabilities([3, 10], upper, lower, effect=0.2)
    alone = gs.crossing_probabilities([10], [1.5], [-np.inf], effect=0.2)
    assert found.upper[0] == 0
    assert found.upper[1] == pytest.approx(alone.upper[0], rel=1e-12)


def test_estimates_without_early_looks_are_the_plain_ones():
    found = se.median_unbiased(2.0, [25.0], [], [], confidence=0.95)
    expected = [0.4, 0.4 - 1.959964 / 5, 0.4 + 1.959964 / 5]
    np.testing.assert_allclose([found.estimate, found.low, found.high], expected, atol=1e-7)
    bias = se.stopping_bias([25.0], [2.0], [-2.0], effect=0.3)
    assert bias.overall == pytest.approx(0, abs=1e-14)
    assert se.bias_adjusted(2.0, 1, [25.0], [2.0], [-2.0]) == pytest.approx(0.4)


@given(z=st.floats(-4, 4), look=st.integers(2, 3))
def test_estimates_of_mirrored_trials(z, look):
    information = np.array([10.0, 20, 30])[:look]
    upper, lower = np.array([3.0, 2.5])[: look - 1], np.array([-2.0, -1.5])[: look - 1]
    found = se.median_unbiased(z, information, upper, lower, confidence=0.9)
    other = se.median_unbiased(-z, information, -lower, -upper, confidence=0.9)
    ours = [found.estimate, found.low, found.high]
    np.testing.assert_allclose(ours, [-other.estimate, -other.high, -other.low], atol=1e-9)
    assert found.low < found.estimate < found.high


def test_a_later_stop_shrinks_the_estimate():
    design = gs.pocock(equal_looks(3), **TWO)
    information = 30 * equal_looks(3)
    plain = 2.6 / np.sqrt(30)
    past = (information, design.z[:2], -design.z[:2])
    assert se.median_unbiased(2.6, *past, confidence=0.95).estimate < plain


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda: gs.pocock([0.5, 0.9], **TWO), "must end at 1"),
        (lambda: gs.pocock([0.5, 0.5, 1], **TWO), "grow from look to look"),
        (lambda: gs.pocock([0.5, 1.5], **TWO), "must not exceed 1"),
        (lambda: gs.pocock([1], alpha=0.6, sides="greater"), "alpha must lie"),
        (lambda: _spend("power", None), "do not belong"),
        (lambda: _spend("pocock", 2.0), "do not belong"),
        (lambda: _spend("power", -1.0), "must be positive"),
        (lambda: _cross([1, 2], [2, 2], [3, 1], 0), "lies above"),
        (lambda: _cross([1, 2], [2], [1], 0), "one number for each"),
        (lambda: _cross([1, 1 + 1e-9], [2, 2], [0, 0], 0), "too close"),
        (lambda: _cross([4], [2], [-np.inf], -1e308), "beyond what can be computed"),
        (lambda: se.median_unbiased(2, [1e-200, 20], [2], [-2], confidence=0.9), "too unlike"),
        (lambda: se.bias_adjusted(1, 3, [1, 2], [2, 2], [0, 0]), "looks of its design"),
        (lambda: se.median_unbiased(1, [1, 2], [2], [2], confidence=0.9), "below the upper"),
    ],
)
def test_refusals(wrong, words):
    with pytest.raises(StatsError, match=words):
        wrong()


def _spend(name, parameter):
    return gs.spending_boundary([0.5, 1], **TWO, spending=name, parameter=parameter)


def _cross(information, upper, lower, effect):
    return gs.crossing_probabilities(information, upper, lower, effect=effect)
