"""Regression of independent patients: units and order, tables, separation, what is refused."""

from functools import partial
from math import log

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats import regression as r
from trialtrace.stats.regression import _likelihood
from trialtrace.stats.regression.logistic import separation
from trialtrace.stats.regression.ordinal_mixed import _Model

LEVEL = {"confidence": 0.95}
USUAL = {"sides": "two_sided", "confidence": 0.95}


def few(**arguments):
    """Hypothesis's `given` with few examples, for what takes long."""
    fewer = hypothesis.settings(max_examples=10)
    return lambda test: fewer(hypothesis.given(**arguments)(test))


def with_intercept(*columns):
    return np.column_stack([np.ones(len(columns[0])), *columns])


def rows(x1, n1, x0, n0):
    """Outcomes and arms of a table, one row a patient."""
    y = np.repeat([1.0, 0.0, 1.0, 0.0], [x1, n1 - x1, x0, n0 - x0])
    return y, np.repeat([1.0, 0.0], [n1, n0])


# A model of yes or no, counts or levels: what takes (y, arm, z) and what is fitted.
MODELS = {
    "ols": lambda y, *x: r.ols(y + x[1], with_intercept(*x), variance="HC3", **LEVEL),
    "logistic": lambda y, *x: r.logistic(y > 1, with_intercept(*x), **LEVEL),
    "modified_poisson": lambda y, *x: r.modified_poisson(y > 1, with_intercept(*x), **LEVEL),
    "poisson_rates": lambda y, *x: r.poisson_rates(
        y, with_intercept(*x), exposure=y + 1, variance="robust", **LEVEL
    ),
    "negative_binomial": lambda y, *x: r.negative_binomial(
        y**2, with_intercept(*x), exposure=y + 1, **LEVEL
    ),
    "proportional_odds": lambda y, *x: r.proportional_odds(y, np.column_stack(x), **LEVEL),
}


@pytest.mark.parametrize("name", MODELS)
@few(seed=st.integers(0, 10**6))
def test_order_units_and_names_of_arms_change_no_model(name, seed):
    rng = np.random.default_rng(seed)
    arm, z = np.arange(40) % 2.0, rng.normal(size=40)
    y = np.minimum(rng.poisson(np.exp(0.4 + 0.3 * arm)), 4).astype(float)
    try:
        first = MODELS[name](y, arm, z)
    except StatsError:
        assume(False)
    # What is added to y by the linear model has the unit of z.
    order, unit = rng.permutation(40), 1 if name == "ols" else 8
    again = MODELS[name](y[order], 1 - arm[order], unit * z[order])
    same(again.coef[-2:], first.coef[-2:] * [-1, 1 / unit], 1e-6)
    same(again.se[-2:], first.se[-2:] * [1, 1 / unit], 1e-6)


@given(seed=st.integers(0, 10**6), n=st.integers(5, 16))
def test_logistic_refuses_separation_and_nothing_else(seed, n):
    rng = np.random.default_rng(seed)
    arm, y = np.arange(n) % 2.0, (rng.random(n) < 0.5).astype(float)
    x = with_intercept(arm, rng.integers(-3, 4, n) + 0.25 * arm)
    if np.linalg.matrix_rank(x) < 3:
        with pytest.raises(StatsError, match="combinations"):
            separation(y, x)
        return
    kind = separation(y, x)
    assert separation(1 - y[::-1], (x * [1, 1, -7] + [0, 0, 50])[::-1]) == kind
    if kind != "none":
        with pytest.raises(StatsError, match=kind):
            r.logistic(y, x, **LEVEL)
    else:
        assert np.isfinite(r.logistic(y, x, **LEVEL).se).all()


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
    same(r.logistic(y, with_intercept(arm), **LEVEL).coef[1], 2 * log(4999), 1e-10)


def test_a_maximum_that_rounding_feigns_is_none():
    x = np.array([[-1.0, 2], [-1, 1], [1, 1], [1, 2]])

    def flat(_):
        """No slope left and hardly any information, as where all risks round to 0 or 1."""
        return 0.0, np.zeros(2), 1e-9 * np.eye(2)

    with pytest.raises(_likelihood.NoMaximum):
        _likelihood.maximise(flat, np.zeros(2), x)
    # The same where no direction raises the likelihood.
    assert not _likelihood.maximise(flat, np.zeros(2), np.vstack([x, -x]))[0].any()


def test_a_model_without_an_intercept_says_so():
    """Fits that a formula of R or statsmodels would give an intercept; indicators of all arms make
    one."""
    y, age = [0, 1, 0, 1, 1, 0], np.array([4.0, 1, 2, 5, 3, 6])
    ols = partial(r.ols, variance="model")
    for fit in (r.logistic, r.firth, r.modified_poisson, ols):
        assert "No intercept" in repr(fit(y, age[:, None], **LEVEL))
        assert fit(y, with_intercept(age), **LEVEL).notes == ()
    assert ols(y, np.repeat(np.eye(2), 3, axis=0)[[0, 3, 1, 4, 2, 5]], **LEVEL).notes == ()


PREWT = [1, 2, 4, 1, 3, 3]


@pytest.mark.parametrize(
    ("covariates", "names"),
    [
        (pd.DataFrame({"Prewt": PREWT, "age": [3, 1, 4, 1, 5, 9]}), ["Prewt", "age"]),
        (pd.Series(PREWT, name="Prewt"), ["Prewt"]),
        (PREWT, ["covariate 1"]),
        # A name that the model has is none.
        (pd.Series(PREWT, name="arm"), ["covariate 1"]),
    ],
)
def test_covariates_keep_their_names(covariates, names):
    arm, options = ["new"] * 3 + ["old"] * 3, {"strata": None, "variance": "model", **LEVEL}
    found = r.ancova([4, 6, 8, 3, 5, 4], arm, covariates=covariates, **options)
    assert list(found.labels[2:]) == names


TWO = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
COUNTS, TIMES = [0, 3, 9, 0, 1, 5], [1, 2, 3, 1, 1, 2]


def test_counts_that_vary_less_than_poisson_are_poisson_counts_and_say_so():
    """Seven events and three in three subjects each: means and errors by hand."""
    fit = r.negative_binomial([2, 2, 3, 1, 1, 1], TWO, exposure=[1] * 6, **LEVEL)
    assert fit.coef == pytest.approx([np.log(7 / 3), np.log(3 / 7)])
    assert fit.se == pytest.approx([(1 / 7) ** 0.5, (1 / 7 + 1 / 3) ** 0.5])
    assert (fit.dispersion, fit.boundary, fit.error) == (0, True, "Poisson")
    assert (fit.against_poisson.statistic, fit.against_poisson.p_value) == (0, 0.5)
    assert "dispersion is estimated as 0" in repr(fit)
    overdispersed = r.negative_binomial(COUNTS, TWO, exposure=[1] * 6, **LEVEL)
    assert (overdispersed.boundary, overdispersed.error) == (False, "negative binomial")
    assert overdispersed.notes == ()


def repeated(seed, n=30, spread=1.5):
    rng = np.random.default_rng(seed)
    subject = np.repeat(np.arange(n), 4)
    visit, arm = np.tile(np.arange(4.0), n), (subject % 2).astype(float)
    eta = 0.5 * arm + 0.3 * visit + spread * rng.normal(size=n)[subject]
    level = np.digitize(eta + rng.logistic(size=4 * n), [-0.5, 1.0, 2.5])
    seen = rng.random(4 * n) < 0.9
    return level[seen], np.column_stack([arm, visit])[seen], subject[seen]


def mixed(level, x, subject, nodes=30):
    return r.ordinal_mixed(level, x, subject, nodes=nodes, **LEVEL)


def test_random_intercepts_go_by_parts_of_the_subjects(monkeypatch):
    level, x, subject = repeated(2)
    whole, parts = mixed(level, x, subject), []
    monkeypatch.setitem(_Model._parts.__globals__, "ROWS", 7)
    derivatives = _Model._derivatives
    monkeypatch.setattr(
        _Model, "_derivatives", lambda part, par: parts.append(part) or derivatives(part, par)
    )
    again = mixed(level, x, subject)
    assert max(part.subject.size for part in parts) <= 7 + 4
    same(again.coef, whole.coef, 1e-9)
    same(again.joint_covariance, whole.joint_covariance, 1e-9)


def test_intercepts_that_do_not_differ_are_an_estimate():
    """Both rows of a subject lie as far apart as can be: less alike than by chance."""
    level, subject = np.tile([0, 2, 2, 0], 15), np.repeat(np.arange(30), 2)
    x = (np.repeat(np.arange(30) // 2 % 2, 2) + np.tile([0, 0.1], 30))[:, None]
    found, plain = mixed(level, x, subject, nodes="enough"), r.proportional_odds(level, x, **LEVEL)
    assert found.boundary and found.sd == 0 and np.isnan(found.sd_se)
    same(found.se, plain.se)
    same(found.log_likelihood, plain.log_likelihood)


@pytest.mark.parametrize("spread", [0.8, 5.0])
def test_enough_nodes_are_enough(spread):
    """As many as no number given could better; too few are refused with a number that would do."""
    level, x, subject = repeated(5, spread=spread)
    found = mixed(level, x, subject, nodes="enough")
    assert not found.boundary
    more = mixed(level, x, subject, nodes=300)
    same(found.coef, more.coef, 1e-6)
    same([found.sd, found.log_likelihood], [more.sd, more.log_likelihood], 1e-6)
    if spread > 2:
        with pytest.raises(StatsError, match="7 nodes do not suffice") as refused:
            mixed(level, x, subject, nodes=7)
        would = int(str(refused.value).split(";")[1].split()[0])
        assert 7 < would <= found.nodes
        same(mixed(level, x, subject, nodes=would).sd, found.sd, 1e-3)


RNG = np.random.default_rng(1)
EIGHT = {"y": RNG.normal(size=8), "arm": np.arange(8) % 2, "covariates": RNG.normal(size=8)}
ANCOVA = {**EIGHT, "strata": None, "variance": "model", **LEVEL}
FIT = r.ancova(**ANCOVA)
YES, ARM = rows(3, 6, 2, 5)
EVERYONE = rows(6, 6, 2, 5)
BINARY = {"y": YES, "x": with_intercept(ARM), **LEVEL}
STANDARD = {"y": YES, "arm": ARM, "covariates": None, "family": "logistic", "variance": "fixed"}
LEVELS = np.array([1, 1, 2, 2, 3, 3.0])
ODDS = {"y": LEVELS, "x": np.arange(6.0)[:, None] ** 2 % 5, **LEVEL}
THREE = {"y": EIGHT["y"][:3], "arm": EIGHT["arm"][:3], "covariates": EIGHT["covariates"][:3]}
OF_ONE = {"y": RNG.normal(size=9), "arm": np.arange(9) % 2, "covariates": None}
OF_ONE |= {"strata": [0, 0, 0, 0, 1, 1, 1, 1, 2]}
ROWS = np.arange(120).reshape(30, 4)
MIXED = dict(zip(("y", "x", "subject"), repeated(1), strict=True)) | {"nodes": 30, **LEVEL}
CHANGES = {"y": np.repeat([0, 1, 1, 0], 5), "x": np.tile(np.arange(5.0), 4)[:, None], "nodes": 9}
REFUSED = [
    (r.ancova, ANCOVA | {"arm": np.zeros(8)}, "one arm"),
    (r.ancova, ANCOVA | {"covariates": np.ones(8)}, "constant"),
    (r.ancova, ANCOVA | {"strata": EIGHT["arm"]}, "combinations"),
    (r.ancova, ANCOVA | {"y": np.ones(8)}, "variation"),
    (r.ancova, ANCOVA | THREE, "nothing for the error"),
    (r.ancova, ANCOVA | {"y": [np.nan, *EIGHT["y"][1:]]}, "missing"),
    (r.ancova, ANCOVA | {"variance": "HC4"}, "variance"),
    (r.ancova, ANCOVA | OF_ONE | {"variance": "HC2"}, "divides by 0"),
    (r.ancova, ANCOVA | OF_ONE | {"variance": "HC3"}, "divides by 0"),
    (partial(r.arm_difference, FIT, 2, 0), USUAL, "no arm"),
    (partial(r.arm_difference, FIT, 1, 1), USUAL, "zeros"),
    (partial(r.wald_test, FIT, [[1, -1, 0], [2, -2, 0]]), {}, "combinations"),
    (partial(r.wald_test, FIT, [1.0, -1.0]), {}, "shape"),
    (r.logistic, BINARY | {"y": [0.0, 2.0, 1.0], "x": np.ones((3, 1))}, "1 for the event"),
    (r.logistic, BINARY | {"x": ARM}, "shape"),
    (r.logistic, BINARY | {"y": np.zeros(4), "x": np.ones((4, 1))}, "separation"),
    (r.firth, BINARY | {"x": with_intercept(ARM, 1 - ARM)}, "combinations"),
    (
        r.modified_poisson,
        BINARY | {"y": EVERYONE[0], "x": np.column_stack([EVERYONE[1], 1 - EVERYONE[1]])},
        "do not vary",
    ),
    (r.standardise, STANDARD | {"arm": np.ones(YES.size)}, "one arm"),
    (r.standardise, STANDARD | {"variance": "HC0"}, "variance"),
    (partial(r.standardised_difference, r.standardise(**STANDARD), 1, 1), LEVEL, "same"),
    *(
        (fit, {"y": COUNTS, "x": TWO, "exposure": TIMES, **LEVEL} | wrong, named)
        for fit in (partial(r.poisson_rates, variance="model"), r.negative_binomial)
        for wrong, named in (
            ({"y": [0.5, 1, 2, 3, 4, 5]}, "whole numbers"),
            ({"y": [-1, 1, 2, 3, 4, 5]}, "whole numbers"),
            ({"exposure": [0, 1, 1, 1, 1, 1]}, "above 0"),
            ({"exposure": [1, 1]}, "exposure has 2 values"),
            ({"exposure": None}, "exposure is None"),
            ({"y": [0] * 6}, "no events"),
            ({"y": [0, 0, 0, 1, 4, 2]}, "0 or infinite"),
        )
    ),
    (r.proportional_odds, ODDS | {"x": np.arange(6.0)[:, None]}, "separation"),
    # Only the highest level is told apart.
    (r.proportional_odds, ODDS | {"x": [[0], [0], [0], [0], [1], [1]]}, "separation"),
    (r.proportional_odds, ODDS | {"y": np.ones(6)}, "one level"),
    (r.proportional_odds, ODDS | {"x": np.ones((6, 1))}, "constant"),
    (r.proportional_odds, ODDS | {"x": [[0, 1], [1, 0]] * 3}, "combinations"),
    (r.brant_test, {"y": [0, 1, 0, 1], "x": [[0], [1], [1], [0]]}, "two levels"),
    (
        r.brant_test,
        {"y": np.tile(LEVELS, 2), "x": [[v] for v in [0, 1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1]]},
        "a value above 2 cannot be estimated",
    ),
    (r.ordinal_mixed, MIXED | {"subject": np.arange(MIXED["y"].size)}, "two rows"),
    *(
        (r.ordinal_mixed, MIXED | {"nodes": nodes}, "at least 7 and at most 300")
        for nodes in (5, 301, 15.0, True, "many")
    ),
    # Subjects never change: any larger spread is more likely.
    (r.ordinal_mixed, CHANGES | {"subject": np.repeat(range(4), 5), **LEVEL}, "maximum"),
]


@pytest.mark.parametrize(("compute", "arguments", "named"), REFUSED)
def test_refused(compute, arguments, named):
    with pytest.raises(StatsError, match=named):
        compute(**arguments)
