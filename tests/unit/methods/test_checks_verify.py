"""Equations of models, written apart: 0 at a maximum, and not at other estimates."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.special import expit

from trialtrace.run.methods.checking import verify
from trialtrace.run.methods.mixed import check
from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.mixed.mmrm import STRUCTURES, mmrm

RNG = np.random.default_rng(20261201)
VISITS = 4


@pytest.fixture(scope="module")
def course():
    """Subjects by visits, of two arms, some visits missed; columns of a mean for each of both."""
    n = 60
    root = np.linalg.cholesky(0.6 ** np.abs(np.subtract.outer(range(VISITS), range(VISITS))))
    arm = np.arange(n) % 2
    y = 10 + RNG.normal(size=(n, VISITS)) @ root.T + np.outer(arm, np.arange(VISITS))
    y[RNG.random(y.shape) < 0.15] = np.nan
    y[:4] = 10 + RNG.normal(size=(4, VISITS))
    x = np.zeros((n, VISITS, 2 * VISITS))
    for visit in range(VISITS):
        x[np.arange(n), visit, arm * VISITS + visit] = 1.0
    return y, x, arm


def test_a_step_leads_to_the_maximum_and_the_inverse_of_its_information():
    """Events among 40 patients, on the scale of log odds: log(x / (n - x)), 1/x + 1/(n - x)."""

    def score(at):
        return verify.slopes(lambda at: 13 * at[0] - 40 * np.log(1 + np.exp(at[0])), at)

    best = np.array([np.log(13 / 27)])
    for off in (0.0, 1e-5):
        estimate, covariance = verify.near(score, best + off)
        assert estimate == pytest.approx(best, abs=1e-10 + off**2)
        assert covariance[0, 0] == pytest.approx(1 / 13 + 1 / 27, rel=1e-4 if off else 1e-8)
    assert expit(verify.near(score, best)[0][0]) == pytest.approx(13 / 40)


def test_an_estimate_that_is_no_maximum_raises():
    with pytest.raises(np.linalg.LinAlgError):
        verify.near(lambda at: 2 * at, np.array([1.0]))


@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_covariance_of_visits_is_that_of_the_fit(course, structure):
    y, x, _ = course
    fit = mmrm(y, x, structure=structure, method="REML")
    v = verify.covariance_of_visits(structure, VISITS)(fit.parameters)
    np.testing.assert_allclose(v, fit.sigma[0], rtol=1e-12)


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_equations_of_visits_hold_at_the_fit(course, structure, reml):
    y, x, arm = course
    for groups in (None, arm):
        made = check._over_visits(y, x, structure, reml, groups)
        np.testing.assert_allclose(made["equations"].beta, made["fit"].coef, rtol=1e-9)
        np.testing.assert_allclose(
            made["equations"].covariance, made["fit"].covariance, rtol=1e-7, atol=1e-12
        )


@pytest.mark.parametrize("what", ["coef", "covariance", "parameters"])
def test_a_wrong_fit_of_the_statistics_is_found(course, monkeypatch, what):
    """Coefficients, their errors, or the covariance of the visits that both follow from, a
    thousandth off: another number than that of the equations."""
    y, x, _ = course

    def wrong(*values, **options):
        fit = mmrm(*values, **options)
        return replace(fit, **{what: getattr(fit, what) * 1.001})

    monkeypatch.setattr(check, "fit_visits", wrong)
    made = check._over_visits(y, x, "unstructured", True)
    equations, fit = made["equations"], made["fit"]
    if what == "parameters":
        right = mmrm(y, x, structure="unstructured", method="REML")
        assert np.abs(equations.beta / right.coef - 1).max() < 1e-6
        np.testing.assert_allclose(equations.covariance, right.covariance, rtol=1e-4, atol=1e-12)
    elif what == "coef":
        assert np.abs(equations.beta / fit.coef - 1).max() > 1e-4
    else:
        assert np.abs(np.diag(equations.covariance) / np.diag(fit.covariance) - 1).min() > 9e-4


def effects(unit, spread):
    """Values of units with an effect each, and a column of ones and one of an arm."""
    arm = np.arange(len(unit)) % 2
    y = RNG.normal(size=len(unit)) + spread * RNG.normal(size=unit.max() + 1)[unit]
    return y, np.column_stack([np.ones(len(unit)), arm]), np.column_stack([np.ones(len(unit)), arm])


@pytest.mark.parametrize("r", [1, 2])
def test_the_equations_of_random_effects_hold_at_the_fit(r):
    unit = np.repeat(np.arange(15), 6)
    y, x, z = effects(unit, 2.0)
    made = check._random(y, x, z[:, :r], unit, reml=True)
    np.testing.assert_allclose(made["equations"].beta, made["fit"].coef, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("r", [1, 2])
def test_at_a_bound_the_likelihood_rises_nowhere_and_elsewhere_it_does(r):
    unit = np.repeat(np.arange(15), 6)
    y, x, z = effects(unit, 0.0)
    # Units that differ less than chance would have it.
    y = y - 0.95 * (np.bincount(unit, y) / 6)[unit]
    fit = linear_mixed(y, x, z[:, :r], unit, method="REML")
    assert fit.boundary
    made = check._random(y, x, z[:, :r], unit, reml=True)
    np.testing.assert_allclose(made["equations"].beta, fit.coef, rtol=1e-6, atol=1e-8)
    place = np.array([[0, 1], [1, 2]])[:r, :r]

    def v(theta, z):
        return z @ theta[place] @ z.T + theta[-1] * np.eye(len(z))

    blocks = [
        verify.Block(y[own][None], x[own][None], partial(v, z=z[own, :r]))
        for own in (unit == one for one in range(15))
    ]
    wrong = fit.parameters.copy()
    wrong[-1] *= 1.01
    with pytest.raises(np.linalg.LinAlgError):
        verify.at_bound(blocks, wrong, r, reml=True)
