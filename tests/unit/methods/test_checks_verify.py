"""Equations of models, written apart: 0 at a maximum, and not at other estimates."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.special import expit

from trialtrace.run.methods.checking import verify
from trialtrace.run.methods.mixed import check
from trialtrace.run.methods.regression import check_ordinal, check_ordinal_visits, check_visits
from trialtrace.run.methods.survival import check_competing, check_hazards
from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.mixed.mmrm import STRUCTURES, mmrm
from trialtrace.stats.survival.interval_censored import turnbull

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


def rows_of(n=120):
    """Times with ties, causes, an arm and a number, visits of subjects: of one draw."""
    rng = np.random.default_rng(8)
    x = np.column_stack([np.arange(n) % 2, rng.normal(50, 8, n)]).astype(float)
    time = np.ceil(rng.exponential(9 + 4 * x[:, 0]))
    return x, time, rng.integers(0, 3, n), rng.integers(0, 4, n).astype(float)


def of_hazards(x, time, cause, _, *, ties="efron", robust=False):
    never = np.full(len(time), -np.inf)
    everybody = np.zeros(len(time))
    model = check_hazards.Model(never, time, cause == 1, x, everybody, np.arange(len(time)) // 2)
    return check_hazards.fitted(model, ties, robust=robust)


def of_visits(x, _, cause, y):
    return [
        check_visits.Unit(
            y[at : at + 3], np.column_stack([np.ones(3), x[at : at + 3]]), np.arange(3)
        )
        for at in range(0, len(y), 3)
    ]


EXCHANGEABLE = {"working": "exchangeable", "variance": "robust", "reference": "normal"}


def of_equations(*rows):
    fit = check_visits.equations(of_visits(*rows), EXCHANGEABLE, binomial=False)
    return fit.beta, fit.covariance


def of_levels(*rows):
    fit = check_ordinal_visits.fitted(of_visits(*rows), "uniform")
    return fit.beta, fit.covariance


FITS = {
    "hazards": (check_hazards, "cox_start_stop", of_hazards),
    "robust": (check_hazards, "cox_start_stop", partial(of_hazards, robust=True)),
    "discrete": (check_hazards, "cox", partial(of_hazards, ties="discrete")),
    "fine_gray": (
        check_competing,
        "fine_gray",
        lambda x, t, c, _: check_competing._weighted(t, c, x),
    ),
    "odds": (check_ordinal, "proportional_odds", lambda x, _, __, y: check_ordinal._fit(y, x)),
    "gee": (check_visits, "gee", of_equations),
    "ordinal_gee": (check_ordinal_visits, "ordinal_gee", of_levels),
}


@pytest.mark.parametrize("name", FITS)
def test_a_wrong_estimate_of_the_statistics_leads_back_to_the_maximum(name, monkeypatch):
    """Coefficients and errors of a check are those of its own equations: from estimates and errors
    a thousandth off it comes to other numbers than these, and to the right ones."""
    module, function, compute = FITS[name]
    right, own = compute(*rows_of()), getattr(module, function)
    given = []

    def wrong(*values, **options):
        fit = own(*values, **options)
        given.append((fit.coef * 1.001, fit.se * 1.001))
        return replace(fit, coef=fit.coef * 1.001, covariance=fit.covariance * 1.002)

    monkeypatch.setattr(module, function, wrong)
    beta, covariance = compute(*rows_of())
    ((coef, se),) = given
    beta, best = beta[-coef.size :], right[0][-coef.size :]
    error, its = (np.sqrt(np.diag(each))[-coef.size :] for each in (covariance, right[1]))
    np.testing.assert_allclose(beta / error, best / its, rtol=2e-4, atol=1e-4)
    assert np.linalg.norm((beta - best) / its) < 0.02 * np.linalg.norm((coef - best) / its)
    assert np.abs(error / its - 1).max() < 2e-4
    wrong_error = np.abs(error / se - 1)
    assert name in ("robust", "fine_gray", "gee") or wrong_error.min() > 5e-4


@pytest.mark.parametrize("mass", [0.999, 1.001])
def test_masses_that_are_no_maximum_have_no_check(mass, monkeypatch):
    _, time, cause, _ = rows_of()
    ends = np.where(cause == 0, np.inf, time + 4.0)
    gaps, p = check_competing.masses(time - 1.0, ends)
    assert (gaps[:, 0] < gaps[:, 1]).all() and p.sum() == pytest.approx(1.0)

    def wrong(low, high):
        fit = turnbull(low, high)
        return replace(fit, mass=np.append(fit.mass[:1] * mass, fit.mass[1:]))

    monkeypatch.setattr(check_competing, "turnbull", wrong)
    with pytest.raises(np.linalg.LinAlgError):
        check_competing.masses(time - 1.0, ends)
