"""Conditional and predictive power, futility: closed forms, invariants, and what is refused."""

from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.stats import norm
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.multiplicity.conditional_power import (
    FUTILITY,
    conditional_power,
    futility_boundary,
    predictive_power,
)
from trialtrace.stats.multiplicity.group_sequential import crossing_probabilities

END = {"later": [1.0], "upper": [1.96], "lower": [-inf]}
FLAT = {"prior_mean": 0, "prior_information": 0}
DESIGN = {"alpha": 0.025, "beta": 0.1, "futility": "non_binding"}
SPENT = {
    "spending": "obrien_fleming",
    "parameter": None,
    "beta_spending": "pocock",
    "beta_parameter": None,
}


@given(z=st.floats(-3, 4), t=st.floats(0.1, 0.9), effect=st.floats(-2, 4))
def test_one_later_look_has_closed_forms(z, t, effect):
    """Lan, Simon and Halperin's; and the predictive power of a flat prior (Spiegelhalter)."""
    found = conditional_power(z, t, effect=effect, **END)
    same(found, norm.sf((1.96 - z * sqrt(t) - effect * (1 - t)) / sqrt(1 - t)), 1e-9, of=0.01)
    flat = predictive_power(z, t, **END, **FLAT)
    same(flat, norm.sf((1.96 * sqrt(t) - z) / sqrt(1 - t)), 1e-7, of=0.01)


def test_a_prior_that_knows_the_effect_gives_the_conditional_power():
    known = {"prior_mean": 2.5, "prior_information": 1e12}
    same(
        predictive_power(1.2, 0.5, **END, **known),
        conditional_power(1.2, 0.5, effect=2.5, **END),
        1e-5,
    )


def test_the_information_may_be_in_any_unit():
    plain = conditional_power(1.2, 0.5, effect=2.5, **END)
    scaled = {**END, "later": [80.0]}
    same(conditional_power(1.2, 40, effect=2.5 / sqrt(80), **scaled), plain)


def test_conditional_power_averaged_over_the_first_look_is_the_power():
    """The law of total probability, over Z at the first of two looks."""
    effect, t, upper = 2.8, 0.4, 2.0
    z = np.linspace(-6, 9, 601)
    chance = norm.pdf(z - effect * sqrt(t)) * (z[1] - z[0])
    later = {"later": [1.0], "upper": [upper], "lower": [-inf]}
    powers = [conditional_power(one, t, effect=effect, **later) for one in z.tolist()]
    same(chance @ powers, norm.sf(upper - effect), 1e-9)


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


def test_what_binds_needs_less_information():
    t = [0.3, 0.6, 1.0]
    found = {how: futility_boundary(t, **(DESIGN | {"futility": how}), **SPENT) for how in FUTILITY}
    assert found["binding"].inflation < found["non_binding"].inflation
    assert (found["binding"].upper[1:] < found["non_binding"].upper[1:]).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"z": [1, 2]},
        {"information": 0},
        {"information": 1.0},
        {"later": []},
        {"later": [0.4]},
        {"later": [0.9, 0.8], "upper": [2, 2], "lower": [-inf, -inf]},
        {"upper": [2, 2]},
        {"upper": [nan]},
        {"lower": [3]},
    ],
)
def test_odd_looks_are_refused(wrong):
    given_ = {"z": 1.2, "information": 0.5, "effect": 2.0, **END} | wrong
    with pytest.raises(StatsError):
        conditional_power(**given_)


def test_odd_priors_and_designs_are_refused():
    for wrong in ({"prior_information": -1}, {"prior_mean": nan}, {"prior_information": inf}):
        with pytest.raises(StatsError, match="prior"):
            predictive_power(1, 0.5, **END, **(FLAT | wrong))
    for wrong in (
        {"alpha": 0},
        {"alpha": nan},
        {"beta": 0.5},
        {"alpha": "0.05"},
        {"futility": "yes"},
        {"spending": "linear"},
        {"parameter": 2.0},
        {"beta_spending": "power"},
    ):
        with pytest.raises(StatsError):
            futility_boundary([0.5, 1], **(DESIGN | SPENT | wrong))
    for fractions in ([], [0.5], [0.5, 0.4, 1], [0.5, 1.2], [nan, 1]):
        with pytest.raises(StatsError):
            futility_boundary(fractions, **DESIGN, **SPENT)


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
