"""Cox models of discrete times by enumeration of sets; the test of a hazard ratio's margin."""

from itertools import combinations
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from trialtrace.stats import StatsError
from trialtrace.stats.survival.cox import _DiscreteLikelihood, cox, hazard_ratio_test

DATA = {"ties": "discrete", "confidence": 0.95}


def enumerated(time, event, x, stratum, beta):
    """The log-likelihood by the sum over every set of as many of the risk set as have the event."""
    total = 0.0
    for level in set(stratum.tolist()):
        own = np.flatnonzero(stratum == level)
        for t in sorted(set(time[own][event[own] == 1].tolist())):
            died = [i for i in own if time[i] == t and event[i]]
            risk = [i for i in own if time[i] >= t]
            sets = (x[list(s)].sum(axis=0) @ beta for s in combinations(risk, len(died)))
            total += x[died].sum(axis=0) @ beta - log(sum(map(exp, sets)))
    return total


@given(st.integers(0, 10_000))
def test_the_likelihood_and_its_slopes_are_those_of_all_sets(seed):
    rng = np.random.default_rng(seed)
    n = 9
    time, event = rng.integers(1, 4, n).astype(float), rng.integers(0, 2, n).astype(float)
    x, stratum = rng.normal(size=(n, 2)), rng.integers(0, 2, n)
    beta, step = rng.normal(size=2), 1e-5
    model = _DiscreteLikelihood(time, event, x, stratum)
    value, gradient, information = model.at(beta)
    given_data = time, event, x, stratum
    assert value == pytest.approx(enumerated(*given_data, beta), abs=1e-10)
    for j, one in enumerate(np.eye(2)):
        up, down = (enumerated(*given_data, beta + s * step * one) for s in (1, -1))
        assert gradient[j] == pytest.approx((up - down) / (2 * step), abs=1e-7)
        up, down = (model.at(beta + s * step * one)[1] for s in (1, -1))
        np.testing.assert_allclose(information[j], (down - up) / (2 * step), atol=1e-7)


def test_one_step_of_time_by_hand():
    """One time, 2 of 4 with the event, one of two in each arm: sets with 0, 1, 2 of the treated
    number 1, 4, 1, so the estimate is 0 with information 4/6 · 1 - 0 = 1/3: the variance of the
    hypergeometric count, 2 · 1/2 · 1/2 · 2/3."""
    fit = cox([1, 1, 1, 1], [1, 0, 1, 0], [[1], [1], [0], [0]], **DATA)
    assert fit.coef[0] == pytest.approx(0, abs=1e-12)
    assert fit.se[0] == pytest.approx(3**0.5)
    assert fit.log_likelihood == pytest.approx(-log(6))


def test_hundreds_tied_overflow_nothing():
    """Events of 600 of 1,200 in one step: logarithms alone are large."""
    x = np.arange(1200)[:, None] % 2
    event = np.arange(1200) % 4 < 2
    fit = cox(np.ones(1200), event, x.astype(float), **DATA)
    assert fit.coef[0] == pytest.approx(0, abs=1e-9)
    # Hypergeometric: 600 · 1/2 · 1/2 · 600/1199.
    assert fit.se[0] == pytest.approx((1199 / (600 * 600 / 4)) ** 0.5)


def test_what_has_no_estimate_is_refused():
    with pytest.raises(StatsError, match="does not vary"):
        # Everybody at risk has the event: no set but one.
        cox([1, 1, 1], [1, 1, 1], [[0], [1], [0]], **DATA)
    with pytest.raises(StatsError, match="rises without end"):
        cox([1, 1, 2, 2], [1, 1, 0, 0], [[1], [1], [0], [0]], **DATA)


def test_margin_by_hand():
    """log(0.8) is log(0.64) below a margin of 1.25, in errors of 0.2: z = -2.2314."""
    test = hazard_ratio_test(log(0.8), 0.2, margin=1.25, sides="less")
    assert test.statistic == pytest.approx(log(0.64) / 0.2)
    assert test.p_value == pytest.approx(norm.cdf(log(0.64) / 0.2))


@given(st.floats(-2, 2), st.floats(0.05, 2), st.floats(0.5, 2))
def test_the_interval_of_twice_the_level_decides_as_the_test(coef, se, margin):
    upper = coef + norm.isf(0.025) * se
    p = hazard_ratio_test(coef, se, margin=margin, sides="less").p_value
    assert (p < 0.025) == (upper < log(margin)) or p == pytest.approx(0.025)


@pytest.mark.parametrize(
    "wrong",
    [
        {"margin": 0},
        {"se": 0},
    ],
)
def test_odd_margins_are_refused(wrong):
    given_data = {"coef": 0.1, "se": 0.2, "margin": 1.3, "sides": "less"} | wrong
    with pytest.raises(StatsError):
        hazard_ratio_test(given_data.pop("coef"), given_data.pop("se"), **given_data)
