"""Logistic, Firth, modified Poisson, standardisation: tables they must equal, separation."""

from math import log, sqrt

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.stats import norm
from stats_strategies import given, same, tables

from trialtrace.stats import StatsError
from trialtrace.stats.categorical.contingency import (
    odds_ratio_sample,
    risk_difference_wald,
    risk_ratio_log,
)
from trialtrace.stats.regression._likelihood import NoMaximum, maximise
from trialtrace.stats.regression.ancova import ancova, arm_difference, ols
from trialtrace.stats.regression.logistic import firth, logistic, separation
from trialtrace.stats.regression.poisson import modified_poisson
from trialtrace.stats.regression.standardisation import (
    VARIANCES,
    standardise,
    standardised_difference,
    standardised_mean,
    standardised_ratio,
)


def few(**arguments):
    """Hypothesis's `given` with few examples, for what takes long."""
    fewer = hypothesis.settings(max_examples=10)
    return lambda test: fewer(hypothesis.given(**arguments)(test))


def rows(x1, n1, x0, n0):
    """Outcomes and arms of a table, one row a patient."""
    y = np.repeat([1.0, 0.0, 1.0, 0.0], [x1, n1 - x1, x0, n0 - x0])
    return y, np.repeat([1.0, 0.0], [n1, n0])


def with_intercept(*columns):
    return np.column_stack([np.ones(len(columns[0])), *columns])


def parts(found):
    return [found.estimate, found.low, found.high]


@st.composite
def trials(draw):
    """(y, arm, z) of few patients, so that separation is common."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n = draw(st.integers(5, 16))
    arm = (np.arange(n) % 2).astype(float)
    y = (rng.random(n) < 0.5).astype(float)
    return y, arm, rng.integers(-3, 4, n) + 0.25 * arm


@few(table=tables(25))
def test_arms_alone_are_the_table(table):
    x1, n1, x0, n0 = table
    y, arm = rows(*table)
    x = with_intercept(arm)
    if n1 + n0 < 2:
        return
    if 0 < x1 < n1 and 0 < x0 < n0:
        fit = logistic(y, x, confidence=0.9)
        theirs = odds_ratio_sample(*table, confidence=0.9)
        same(np.exp([fit.coef[1], fit.low[1], fit.high[1]]), parts(theirs), 1e-8)
        means = standardise(y, arm, None, family="logistic", variance="fixed")
        ours = standardised_difference(means, 1, 0, confidence=0.9)
        same(parts(ours), parts(risk_difference_wald(*table, confidence=0.9)), 1e-8)
        share, spread = x1 / n1, norm.isf(0.05) * sqrt(x1 * (n1 - x1) / n1**3)
        ours = standardised_mean(means, 1, confidence=0.9)
        same(parts(ours), (share, share - spread, share + spread), 1e-8)
        ours = standardised_ratio(means, 1, 0, confidence=0.9)
        same(parts(ours), parts(risk_ratio_log(*table, confidence=0.9)), 1e-8)
    else:
        with pytest.raises(StatsError, match="separation"):
            logistic(y, x, confidence=0.9)
    if x1 and x0 and (x1 < n1 and x0 < n0):
        fit = modified_poisson(y, x, confidence=0.9)
        theirs = risk_ratio_log(*table, confidence=0.9)
        same(np.exp([fit.coef[1], fit.low[1], fit.high[1]]), parts(theirs), 1e-8)
    elif not x1 or not x0:
        with pytest.raises(StatsError, match="no events"):
            modified_poisson(y, x, confidence=0.9)
    # Firth's penalty in a table is half an event and half a non-event in each arm.
    fit = firth(y, x, confidence=0.9)
    closed = log((x1 + 0.5) * (n0 - x0 + 0.5) / ((n1 - x1 + 0.5) * (x0 + 0.5)))
    same(fit.coef[1], closed, 1e-8)
    assert fit.low[1] < fit.coef[1] < fit.high[1]


@given(trial=trials(), seed=st.integers(0, 99))
def test_logistic_refuses_separation_and_nothing_else(trial, seed):
    y, arm, z = trial
    x = with_intercept(arm, z)
    if np.linalg.matrix_rank(x) < 3:
        with pytest.raises(StatsError, match="combinations"):
            separation(y, x)
        return
    kind = separation(y, x)
    order = np.random.default_rng(seed).permutation(y.size)
    other = with_intercept(1 - arm, 50 - 7 * z)[order]
    assert separation(1 - y[order], other) == kind
    if kind != "none":
        with pytest.raises(StatsError, match=kind):
            logistic(y, x, confidence=0.95)
        return
    first = logistic(y, x, confidence=0.95)
    again = logistic(1 - y[order], other, confidence=0.95)
    same(again.coef[1:], first.coef[1:] / [1, 7], 1e-7)
    same(again.se[1:], first.se[1:] / [1, 7], 1e-7)


@pytest.mark.parametrize(
    ("y", "z", "kind"),
    [
        ([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], "complete"),
        ([0, 0, 1, 0, 1, 1], [1, 2, 3, 3, 4, 5], "quasi-complete"),
        ([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6], "none"),
        ([1, 1, 1, 1, 1, 1], [1, 2, 3, 4, 5, 6], "complete"),
        ([0, 0, 1, 0, 1, 1], [1, 2, 3, 3 + 1e-4, 4, 5], "none"),
        ([0, 0, 0, 1, 1, 1], [1e8, 1e8 + 1, 1e8 + 2, 1e8 + 3, 1e8 + 4, 1e8 + 5], "complete"),
    ],
)
def test_kinds_of_separation(y, z, kind):
    assert separation(y, with_intercept(np.array(z, dtype=float))) == kind


def test_one_of_many_against_the_rest_is_no_separation():
    y, arm = rows(4999, 5000, 1, 5000)
    fit = logistic(y, with_intercept(arm), confidence=0.95)
    same(fit.coef[1], 2 * log(4999), 1e-10)


@few(trial=trials())
def test_firth_turns_its_signs_and_units(trial):
    y, arm, z = trial
    x = with_intercept(arm, z)
    if np.linalg.matrix_rank(x) < 3:
        return
    first = firth(y, x, confidence=0.8)
    again = firth(1 - y, with_intercept(arm, 4 * z), confidence=0.8)
    unit = np.array([1, 1, 4])
    np.testing.assert_allclose(again.coef, -first.coef / unit, 1e-6, 1e-8)
    np.testing.assert_allclose(again.low, -first.high / unit, 1e-6, 1e-8)
    np.testing.assert_allclose(again.high, -first.low / unit, 1e-6, 1e-8)
    for p_value, low, high in zip(first.p_value, first.low, first.high, strict=True):
        # An interval leaves out 0 where the test of 0 rejects.
        assert (p_value < 0.2) == (low > 0 or high < 0)


@given(trial=trials(), variance=st.sampled_from(VARIANCES))
def test_standardised_means_turn_with_labels_and_add_up(trial, variance):
    y, arm, z = trial
    if np.linalg.matrix_rank(with_intercept(arm, z)) < 3:
        return
    if separation(y, with_intercept(arm, z)) != "none":
        with pytest.raises(StatsError, match="separation"):
            standardise(y, arm, z, family="logistic", variance=variance)
        return
    first = standardise(y, arm, z, family="logistic", variance=variance)
    again = standardise(1 - y, 1 - arm, 3 - 2 * z, family="logistic", variance=variance)
    same(again.means, 1 - first.means[::-1], 1e-8)
    ours = standardised_difference(again, 1, 0, confidence=0.9)
    same(parts(ours), parts(standardised_difference(first, 1, 0, confidence=0.9)), 1e-7)
    turned = standardised_ratio(first, 0, 1, confidence=0.9)
    ratio = standardised_ratio(first, 1, 0, confidence=0.9)
    same(parts(turned), [1 / ratio.estimate, 1 / ratio.high, 1 / ratio.low])


@given(trial=trials())
def test_standardised_means_of_a_linear_model_are_adjusted_means(trial):
    _, arm, z = trial
    y = np.sin(7.0 * np.arange(arm.size)) + arm
    if np.linalg.matrix_rank(with_intercept(arm, z)) < 3:
        return
    theirs = ancova(y, arm, covariates=z, strata=None, variance="model", confidence=0.95)
    covariance = {
        variance: standardise(y, arm, z, family="linear", variance=variance)
        for variance in VARIANCES
    }
    difference = arm_difference(theirs, 1, 0, sides="two_sided", confidence=0.95).estimate
    row = np.array([-1.0, 1.0])
    error = sqrt(np.array([-1, 1, 0]) @ theirs.covariance @ np.array([-1, 1, 0]))
    for variance, found in covariance.items():
        same(found.means, theirs.coef[:2], 1e-8)
        same(row @ found.means, difference, 1e-8)
        if variance != "sandwich":
            # What patients share does not change a difference in a model without interactions.
            same(sqrt(row @ found.covariance @ row), error, 1e-8)
    hc0 = ancova(y, arm, covariates=z, strata=None, variance="HC0", confidence=0.95)
    robust = sqrt(np.array([-1, 1, 0]) @ hc0.covariance @ np.array([-1, 1, 0]))
    same(sqrt(row @ covariance["sandwich"].covariance @ row), robust, 1e-8)


def test_refusals():
    y, arm = rows(3, 6, 2, 5)
    with pytest.raises(StatsError, match="1 for the event"):
        logistic([0.0, 2.0, 1.0], np.ones((3, 1)), confidence=0.95)
    with pytest.raises(StatsError, match="shape"):
        logistic(y, arm, confidence=0.95)
    with pytest.raises(StatsError, match="combinations"):
        firth(y, with_intercept(arm, 1 - arm), confidence=0.95)
    with pytest.raises(StatsError, match="one arm"):
        standardise(y, np.ones(y.size), None, family="logistic", variance="fixed")
    with pytest.raises(StatsError, match="variance"):
        standardise(y, arm, None, family="logistic", variance="HC0")
    with pytest.raises(StatsError, match="separation"):
        logistic(np.zeros(4), np.ones((4, 1)), confidence=0.95)
    with pytest.raises(StatsError, match="do not vary"):
        modified_poisson(*_everyone(), confidence=0.95)
    found = standardise(y, arm, None, family="logistic", variance="fixed")
    with pytest.raises(StatsError, match="same"):
        standardised_difference(found, 1, 1, confidence=0.95)


def test_a_maximum_that_rounding_feigns_is_none():
    rows = np.array([[-1.0, 2], [-1, 1], [1, 1], [1, 2]])

    def flat(_):
        """No slope left and hardly any information, as where all risks round to 0 or 1."""
        return 0.0, np.zeros(2), 1e-9 * np.eye(2)

    with pytest.raises(NoMaximum, match="rises for ever"):
        maximise(flat, np.zeros(2), rows)
    # The same where no direction raises the likelihood.
    assert not maximise(flat, np.zeros(2), np.vstack([rows, -rows]))[0].any()


def _everyone():
    y, arm = rows(6, 6, 2, 5)
    return y, np.column_stack([arm, 1 - arm])


def test_a_model_without_an_intercept_says_so():
    """Fits that a formula of R or statsmodels would give an intercept; indicators of all arms make
    one."""
    y, age = [0, 1, 0, 1, 1, 0], np.array([4.0, 1, 2, 5, 3, 6])
    of_arms = np.repeat(np.eye(2), 3, axis=0)[[0, 3, 1, 4, 2, 5]]
    fits = {
        "logistic": lambda x: logistic(y, x, confidence=0.95),
        "firth": lambda x: firth(y, x, confidence=0.95),
        "modified_poisson": lambda x: modified_poisson(y, x, confidence=0.95),
        "ols": lambda x: ols(y, x, variance="model", confidence=0.95),
    }
    for name, fit in fits.items():
        assert "No intercept" in repr(fit(age[:, None])), name
        assert fit(np.column_stack([np.ones(6), age])).notes == (), name
    assert fits["ols"](of_arms).notes == ()
