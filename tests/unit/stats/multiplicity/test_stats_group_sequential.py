"""Group-sequential designs and power in their midst: printed constants, closed forms, refusals."""

import re
from functools import partial
from math import inf, nan

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.stats import norm
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.multiplicity import group_sequential as gs
from trialtrace.stats.multiplicity import stopped_estimates as se
from trialtrace.stats.multiplicity.conditional_power import (
    FUTILITY,
    conditional_power,
    futility_boundary,
    predictive_power,
)
from trialtrace.stats.multiplicity.group_sequential import crossing_probabilities

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


@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.3])
def test_a_single_look_has_the_quantile_of_its_test(alpha):
    for boundary in (gs.pocock, gs.obrien_fleming):
        for sides, tail in (("two_sided", alpha / 2), ("greater", alpha)):
            found = boundary([1], alpha=alpha, sides=sides)
            assert found.z == pytest.approx([norm.isf(tail)], abs=1e-9)


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


END = {"later": [1.0], "upper": [1.96], "lower": [-inf]}
FLAT = {"prior_mean": 0, "prior_information": 0}
DESIGN = {"alpha": 0.025, "beta": 0.1, "futility": "non_binding"}
SPENT = {
    "spending": "obrien_fleming",
    "parameter": None,
    "beta_spending": "pocock",
    "beta_parameter": None,
}


@pytest.mark.parametrize("futility", FUTILITY)
@pytest.mark.parametrize("looks", [1, 2, 4])
def test_a_design_has_its_errors(futility, looks):
    t = np.linspace(1 / looks, 1, looks)
    found = futility_boundary(t, **(DESIGN | {"futility": futility}), **SPENT)
    obeyed = found.lower.copy() if futility == "binding" else np.full(looks, -inf)
    obeyed[-1] = -inf
    same(crossing_probabilities(t, found.upper, obeyed, effect=0.0).upper.sum(), 0.025, 1e-9)
    stopped = crossing_probabilities(t, found.upper, found.lower, effect=found.drift)
    same(np.cumsum(stopped.lower), found.beta_spent, 1e-9)
    assert found.lower[-1] == found.upper[-1]
    assert (found.lower[:-1] < found.upper[:-1]).all()
    assert found.inflation == pytest.approx(1) if looks == 1 else found.inflation > 1


@pytest.mark.parametrize("information", [0.5, 0.03, 1e-3, 1e-12])
@pytest.mark.parametrize("z", [-1.0, 1.0, 2.5])
def test_predictive_power_of_one_look_has_its_closed_form(z, information):
    """Spiegelhalter, Freedman and Blackburn: Z at the end is normal, the effect integrated out."""
    flat = {"prior_mean": 0, "prior_information": 0}
    found = predictive_power(z, information, later=[1.0], upper=[2.0], lower=[-np.inf], **flat)
    left = 1 - information
    mean = z * (np.sqrt(information) + left / np.sqrt(information))
    expected = norm.sf((2 - mean) / np.sqrt(left + left**2 / information))
    assert found == pytest.approx(expected, rel=1e-10)


LOOK = {"z": 1.2, "information": 0.5, "effect": 2.0, **END}
PRIOR = {"z": 1, "information": 0.5, **END, **FLAT}
BOUNDS = {"alpha": 0.025, "fractions": [0.5, 1], **DESIGN, **SPENT}
CROSS = {"information": [1, 2], "upper": [2, 2], "lower": [1, 0], "effect": 0}
STOPPED = {"information": [1, 2], "upper": [2], "lower": [-2], "confidence": 0.9}
SPEND = {"fractions": [0.5, 1], **TWO}
REFUSED = [
    (gs.pocock, {"fractions": [0.5, 0.9], **TWO}, "must end at 1"),
    (gs.pocock, {"fractions": [0.5, 0.5, 1], **TWO}, "grow from look to look"),
    (gs.pocock, {"fractions": [0.5, 1.5], **TWO}, "must not exceed 1"),
    (gs.pocock, {"fractions": [1], "alpha": 0.6, "sides": "greater"}, "alpha must lie"),
    (gs.spending_boundary, SPEND | {"spending": "power", "parameter": None}, "do not belong"),
    (gs.spending_boundary, SPEND | {"spending": "pocock", "parameter": 2.0}, "do not belong"),
    (gs.spending_boundary, SPEND | {"spending": "power", "parameter": -1.0}, "must be positive"),
    (gs.crossing_probabilities, CROSS | {"lower": [3, 1]}, "lies above"),
    (gs.crossing_probabilities, CROSS | {"upper": [2], "lower": [1]}, "one number for each"),
    (gs.crossing_probabilities, CROSS | {"information": [1, 1 + 1e-9]}, "too close"),
    (
        gs.crossing_probabilities,
        {"information": [4], "upper": [2], "lower": [-inf], "effect": -1e308},
        "beyond what can be computed",
    ),
    (partial(se.median_unbiased, 2), STOPPED | {"information": [1e-200, 20]}, "too unlike"),
    (partial(se.median_unbiased, 1), STOPPED | {"lower": [2]}, "below the upper"),
    (partial(se.bias_adjusted, 1, 3, [1, 2], [2, 2], [0, 0]), {}, "looks of its design"),
    *(
        (conditional_power, LOOK | wrong, "")
        for wrong in (
            *({"z": [1, 2]}, {"information": 0}, {"information": 1.0}, {"later": []}),
            *({"later": [0.4]}, {"upper": [2, 2]}, {"upper": [nan]}, {"lower": [3]}),
            {"later": [0.9, 0.8], "upper": [2, 2], "lower": [-inf, -inf]},
        )
    ),
    *(
        (predictive_power, PRIOR | wrong, "prior")
        for wrong in ({"prior_information": -1}, {"prior_mean": nan}, {"prior_information": inf})
    ),
    *(
        (futility_boundary, BOUNDS | wrong, "")
        for wrong in (
            *({"alpha": 0}, {"alpha": nan}, {"beta": 0.5}, {"alpha": "0.05"}),
            *({"futility": "yes"}, {"spending": "linear"}, {"parameter": 2.0}),
            {"beta_spending": "power"},
            *({"fractions": t} for t in ([], [0.5], [0.5, 0.4, 1], [0.5, 1.2], [nan, 1])),
        )
    ),
]


@pytest.mark.parametrize(("compute", "arguments", "named"), REFUSED)
def test_refused(compute, arguments, named):
    with pytest.raises(StatsError) as refused:
        compute(**arguments)
    assert re.search(named, str(refused.value))


def test_a_later_stop_shrinks_the_estimate():
    design = gs.pocock(equal_looks(3), **TWO)
    past = (30 * equal_looks(3), design.z[:2], -design.z[:2])
    assert se.median_unbiased(2.6, *past, confidence=0.95).estimate < 2.6 / np.sqrt(30)
