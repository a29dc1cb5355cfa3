"""Mixed models: order and coding, groups, variances at their bound, what is refused."""

import re
import warnings
from math import isfinite, nan

import numpy as np
import pytest
from hypothesis import given as any_given
from hypothesis import settings
from hypothesis import strategies as st
from stats_strategies import same

from trialtrace.stats import StatsError
from trialtrace.stats.continuous import means
from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.mixed.mixed_tests import f_test, mixed_contrast
from trialtrace.stats.mixed.mmrm import STRUCTURES, mmrm
from trialtrace.stats.mixed.visit_design import (
    difference_row,
    interaction_rows,
    mean_row,
    visit_design,
)
from trialtrace.stats.regression.coefficients import contrast as wald_contrast
from trialtrace.stats.regression.coefficients import wald_test
from trialtrace.stats.regression.gee import gee

DFS = ("satterthwaite", "kenward_roger", "kenward_roger_observed")
USUAL = {"sides": "two_sided", "confidence": 0.95}

SEEDS = st.integers(0, 10**6)


def given(**arguments):
    """Hypothesis's `given` with few examples: each fits several models."""
    few = settings(max_examples=15)
    return lambda test: few(any_given(**arguments)(test))


def drawn(seed, n=24, visits=3, missing=0.15):
    """Arm, baseline and y, each arm with subjects who have every visit."""
    rng = np.random.default_rng(seed)
    arm, base = np.arange(n) % 2, rng.normal(5, 2, n)
    y = base[:, None] + rng.normal(0, 1.5, (n, 1)) + rng.normal(0, 1, (n, visits))
    y[:, 1:] += 0.5 * y[:, :-1]
    gone = rng.random(y.shape) < missing
    gone[: n // 2] = False
    return arm, base, np.where(gone, nan, y)


def fitted(arm, base, y, *, structure="unstructured", coding="cell_means", **options):
    visits = range(1, y.shape[1] + 1)
    covariates = {} if base is None else {"covariates": base[:, None], "by_visit": False}
    design = visit_design(arm, visits, coding=coding, **covariates)
    return design, mmrm(y, design.x, structure=structure, method="REML", **options)


def summary(design, fit, arm=1, reference=0):
    """Difference at the last visit and the interaction, by both kinds of degrees of freedom."""
    row = difference_row(design, arm=arm, reference=reference, visit=design.visits[-1])
    values = []
    for df in DFS:
        one, several = (
            mixed_contrast(fit, row, df=df, **USUAL),
            f_test(fit, interaction_rows(design), df=df),
        )
        values += [one.statistic, one.standard_error, one.df, several.statistic, several.df2]
    return np.array(values)


STRUCTURE = st.sampled_from(STRUCTURES)


@given(seed=SEEDS, structure=STRUCTURE)
def test_rows_coding_and_labels_do_not_matter(seed, structure):
    arm, base, y = drawn(seed)
    expected = summary(*fitted(arm, base, y, structure=structure))
    rows = np.random.default_rng(seed).permutation(arm.size)
    shuffled = fitted(arm[rows], base[rows], y[rows], structure=structure)
    same(summary(*shuffled), expected, 1e-7)
    same(summary(*fitted(arm, base, y, structure=structure, coding="treatment")), expected, 1e-7)
    swapped = summary(*fitted(1 - arm, base, y, structure=structure))
    same(np.abs(swapped), np.abs(expected), 1e-7)
    same(swapped[0], -expected[0], 1e-7)


def test_tiny_and_huge_units_cost_no_digits():
    arm, base, y = drawn(2)
    design, fit = fitted(arm, base, y)
    for unit in (1e-12, 1e12):
        _, other = fitted(arm, base, unit * y)
        same(summary(design, other)[[0, 2, 3, 4]], summary(design, fit)[[0, 2, 3, 4]], 1e-10)


@given(seed=SEEDS, structure=STRUCTURE)
def test_subjects_without_visits_and_unused_rows_of_x_do_not_matter(seed, structure):
    arm, base, y = drawn(seed)
    design, fit = fitted(arm, base, y, structure=structure)
    x = np.where(np.isnan(y)[:, :, None], 1e9, design.x)
    x = np.concatenate([x, np.full((3, *x.shape[1:]), nan)])
    longer = mmrm(
        np.concatenate([y, np.full((3, y.shape[1]), nan)]), x, structure=structure, method="REML"
    )
    same(longer.coef, fit.coef, 1e-9)
    assert longer.n_subjects == fit.n_subjects and longer.n_by_visit == fit.n_by_visit


def test_groups_of_their_own_give_welchs_t_test():
    arm, _, y = drawn(4, missing=0.0)
    design, fit = fitted(arm, None, y, groups=np.array(["a", "b"])[arm])
    assert fit.groups == ("a", "b") and fit.sigma.shape == (2, 3, 3)
    t = means.welch_t(y[arm == 1, 2], y[arm == 0, 2], sides="two_sided")
    row = difference_row(design, arm=1, reference=0, visit=3)
    own = mixed_contrast(fit, row, df="satterthwaite", **USUAL)
    same([own.statistic, own.df, own.p_value], [t.statistic, t.df, t.p_value])


@given(seed=SEEDS, structure=STRUCTURE)
def test_groups_that_share_no_mean_are_separate_fits(seed, structure):
    arm, _, y = drawn(seed, n=36)
    design, fit = fitted(arm, None, y, structure=structure, groups=arm)
    apart = [fitted(arm[arm == a], None, y[arm == a], structure=structure)[1] for a in (0, 1)]
    same(fit.coef, np.concatenate([one.coef for one in apart]), 1e-7)
    same(fit.sigma, np.concatenate([one.sigma for one in apart]), 1e-6)
    same(fit.log_likelihood, sum(one.log_likelihood for one in apart))
    for df in DFS:
        row = design.cells[1, 2]
        ours, own = (
            mixed_contrast(fit, row, df=df, **USUAL),
            mixed_contrast(apart[1], row[3:], df=df, **USUAL),
        )
        same([ours.standard_error, ours.df], [own.standard_error, own.df], 1e-6)


def test_codings_mean_what_they_say():
    """Arms a and b at two visits, one covariate with a slope at each."""
    covariate = np.array([[1.0], [2.0], [6.0]])
    options = {"covariates": covariate, "by_visit": True}
    cell_means = visit_design(["b", "a", "b"], ("v1", "v2"), coding="cell_means", **options)
    treatment = visit_design(["b", "a", "b"], ("v1", "v2"), coding="treatment", **options)
    slopes = ("covariate_1:v1", "covariate_1:v2")
    assert cell_means.names == ("a:v1", "a:v2", "b:v1", "b:v2", *slopes)
    assert treatment.names == ("intercept", "v2", "b", "b:v2", *slopes)
    assert cell_means.x[0].tolist() == [[0, 0, 1, 0, 1, 0], [0, 0, 0, 1, 0, 1]]
    assert treatment.x[0].tolist() == [[1, 0, 1, 0, 1, 0], [1, 1, 1, 1, 0, 1]]
    assert treatment.x[1].tolist() == [[1, 0, 0, 0, 2, 0], [1, 1, 0, 0, 0, 2]]
    assert mean_row(treatment, arm="b", visit="v2").tolist() == [1, 1, 1, 1, 0, 3]
    row = difference_row(treatment, arm="b", reference="a", visit="v2")
    assert row.tolist() == [0, 0, 1, 1, 0, 0]
    assert interaction_rows(treatment).tolist() == [[0, 0, 0, 1, 0, 0]]
    assert interaction_rows(cell_means).tolist() == [[1, -1, -1, 1, 0, 0]]


def profiled(y, sizes, ratio):
    """Restricted log-likelihood of a one-way layout at a ratio of variances, error profiled out."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    v = np.eye(y.size) + ratio * (group[:, None] == group)
    inverse, one = np.linalg.inv(v), np.ones(y.size)
    information = one @ inverse @ one
    rest = y - (one @ inverse @ y) / information
    df = y.size - 1
    error = rest @ inverse @ rest / df
    terms = np.linalg.slogdet(v)[1] + np.log(information) + df * (np.log(2 * np.pi * error) + 1)
    return -terms / 2


@given(seed=SEEDS)
def test_a_variance_near_or_at_0_is_the_maximum_of_the_likelihood(seed):
    rng, sizes = np.random.default_rng(seed), [6, 6, 6, 6, 1]
    group = np.repeat(np.arange(5), sizes)
    # One decimal, so that some first steps land on a variance of exactly 0, a saddle.
    y = np.round(rng.normal(size=25) + 0.1 * rng.normal(size=5)[group], 1)
    fit = linear_mixed(y, np.ones((25, 1)), np.ones((25, 1)), group, method="REML")
    best = max(profiled(y, sizes, ratio) for ratio in np.append(0.0, np.geomspace(1e-4, 10, 200)))
    assert fit.log_likelihood >= best - 1e-9
    at = profiled(y, sizes, fit.random_covariance[0, 0] / fit.residual_variance)
    assert np.isclose(fit.log_likelihood, at, rtol=1e-10)
    assert fit.boundary == (fit.random_covariance[0, 0] == 0)


EXCHANGEABLE = {
    "working": "exchangeable",
    "variance": "robust",
    "reference": "t",
    "confidence": 0.95,
}


@pytest.fixture(autouse=True)
def _no_warnings():
    """A refusal is a sentence, not a warning of numpy's and a number."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def trial(seed=1, n=20, visits=3):
    rng = np.random.default_rng(seed)
    arm = np.arange(n) % 2
    y = rng.normal(size=(n, 1)) + rng.normal(size=(n, visits))
    return y, visit_design(arm, range(visits), coding="cell_means")


def model(y, x, *, structure="unstructured", method="REML", **options):
    return mmrm(y, x, structure=structure, method=method, **options)


def without(y, rows, columns):
    y = y.copy()
    y[rows, columns] = nan
    return y


def test_the_first_structure_of_a_sequence_that_has_an_estimate_is_taken():
    y, design = trial()
    never_both = without(without(y, slice(0, 10), 1), slice(10, 20), 2)
    sequence = ("unstructured", "heterogeneous_toeplitz", "compound_symmetry")
    taken = model(never_both, design.x, structure=sequence)
    alone = model(never_both, design.x, structure=taken.structure)
    assert taken.structure != "unstructured" and alone.notes == ()
    assert taken.coef.tolist() == alone.coef.tolist()
    first, last = taken.notes[0], taken.notes[-1]
    assert "unstructured, as two visits were never observed in the same subject" in first
    assert last == f"The covariance is {taken.structure}, by the order given."
    assert model(y, design.x, structure=sequence).notes == ()


def test_a_sequence_without_any_estimate_says_why_of_each():
    y, design = trial()
    copied, names = np.column_stack([y[:, :2], y[:, 1]]), ["unstructured", "heterogeneous_toeplitz"]
    with pytest.raises(StatsError, match=r"^no convergence: the estimated covariance is singular"):
        model(copied, design.x, structure=names)
    never_both = without(without(copied, slice(0, 10), 0), slice(10, 20), 2)
    with pytest.raises(StatsError, match=r"^Without an .* never observed .*_ante_dependence, as"):
        model(never_both, design.x, structure=["unstructured", "heterogeneous_ante_dependence"])


def test_kenward_roger_breaks_down_where_hotelling_has_two_degrees_of_freedom():
    """Its F has no mean then, and the scale rests on that mean: a refusal, not a number."""
    for seed in range(5):
        y, design = trial(seed, n=6, visits=4)
        fit = model(y, design.x)
        for df in ("kenward_roger", "kenward_roger_observed"):
            with pytest.raises(StatsError, match="breaks down"):
                f_test(fit, interaction_rows(design), df=df)
            assert f_test(fit, interaction_rows(design)[:2], df=df).p_value > 0


@pytest.mark.parametrize("unit", [1e308, 1e200, 1e100, 1e-100, 1e-200, 1e-308])
def test_values_whose_powers_are_no_numbers_are_refused(unit):
    y, design = trial()
    y = y / np.abs(y).max()
    cluster, one = np.repeat(np.arange(20), 3), np.ones((60, 1))
    sentence = "take another unit"
    alone = y.copy()
    alone[0, 0] = unit if unit > 1 else y[0, 0]
    for structure in ("unstructured", "ar1"):
        with pytest.raises(StatsError, match=sentence):
            model(unit * y, design.x, structure=structure)
    with pytest.raises(StatsError, match=sentence):
        model(y, unit * design.x)
    if unit > 1:
        with pytest.raises(StatsError, match=sentence):
            model(alone, design.x)
    for sizes in ((unit, 1, 1), (1, unit, 1), (1, 1, unit)):
        values, x, z = (s * v for s, v in zip(sizes, (y.ravel(), one, one), strict=True))
        with pytest.raises(StatsError, match=sentence):
            linear_mixed(values, x, z, cluster, method="REML")
    with pytest.raises(StatsError, match=sentence):
        gee(unit * y, design.x, family="gaussian", **EXCHANGEABLE)


Y, DESIGN = trial()
X = DESIGN.x
NEVER_BOTH = without(without(Y, slice(0, 10), 1), slice(10, 20), 2)
COPIED = np.column_stack([Y[:, :2], Y[:, 1]])
LAST = without(Y, slice(None), 2)
NAN_AT_ONE = np.where(np.arange(3)[None, :, None] == 1, nan, X)
NO_MMRM = [
    ((LAST, X), {}, "in nobody"),
    ((LAST, X[:, :, [0, 3]].sum(axis=2, keepdims=True)), {}, "in nobody"),
    ((NEVER_BOTH, X), {}, "never observed in the same subject"),
    ((Y, np.concatenate([X, X[:, :, :1] + X[:, :, 1:2]], axis=2)), {}, "combinations"),
    ((Y, np.zeros_like(X)), {}, "0 in every observed value"),
    ((Y[:, :1], X[:, :1]), {}, "visits >= 2"),
    ((Y, X[:-1]), {}, "x must have shape"),
    ((np.ma.masked_greater(Y, 1.0), X), {}, "must not be masked"),
    ((Y, NAN_AT_ONE), {}, "x at observed visits"),
    ((np.full_like(Y, nan), X), {}, "no visit was observed"),
    ((np.full_like(Y, 7.0), X), {}, "no variation beyond what x explains"),
    ((np.column_stack([Y[:, :2], np.full(20, 3.0)]), X), {}, "at one visit there is no variation"),
    ((COPIED, X), {}, "singular or at the bound"),
    ((COPIED + 1e-6 * trial(2)[0], X), {}, "singular or at the bound"),
    ((Y[:4], X[:4]), {}, "singular or at the bound|do not determine"),
    ((Y[:2], X[:2]), {}, "leave nothing for the error"),
    ((Y, X), {"structure": "spatial"}, "structure must be one of"),
    ((Y, X), {"method": "reml"}, "method must be one of"),
    ((Y, X), {"structure": []}, "structure names none"),
    ((Y, X), {"groups": [0, 1]}, "groups must have shape"),
    ((Y, X), {"groups": [nan] * 20}, "missing labels"),
    *(
        ((np.repeat(Y[:, :1], 3, axis=1), X), {"structure": f"{wide}{name}"}, "")
        for wide in ("", "heterogeneous_")
        for name in ("compound_symmetry", "ar1")
    ),
]


@pytest.mark.parametrize(("data", "options", "named"), NO_MMRM)
def test_mmrm_refuses(data, options, named):
    with pytest.raises(StatsError) as refused:
        model(*data, **options)
    assert re.search(named, str(refused.value))


def test_simple_structures_need_not_see_every_pair():
    for structure in ("compound_symmetry", "ar1"):
        assert np.isfinite(model(NEVER_BOTH, X, structure=structure).se).all()


CLUSTER, ONE = np.repeat(np.arange(8), 3), np.ones((24, 1))
RNG = np.random.default_rng(2)
OF_CLUSTERS = RNG.normal(0, 2, 8)[CLUSTER]
VALUES = OF_CLUSTERS + RNG.normal(size=24)
NO_LINEAR_MIXED = [
    (VALUES, ONE, ONE, np.zeros(24), "one cluster"),
    (VALUES, ONE, ONE, np.arange(24), "no cluster has more values"),
    (VALUES, ONE, np.zeros((24, 1)), CLUSTER, "column of z is 0"),
    (VALUES, ONE, np.column_stack([ONE, ONE]), CLUSTER, "do not determine"),
    (VALUES, np.column_stack([ONE, ONE]), ONE, CLUSTER, "combinations of each other"),
    (VALUES, ONE[:5], ONE, CLUSTER, "x must have shape"),
    (VALUES, ONE, ONE[:, 0], CLUSTER, "z must have shape"),
    (np.ones(24), ONE, ONE, CLUSTER, "no variation beyond"),
    (VALUES, np.column_stack([ONE, CLUSTER == 0]), ONE, CLUSTER[:-1], "cluster must have shape"),
    (OF_CLUSTERS, np.column_stack([ONE, np.tile([0.0, 1, 2], 8)]), ONE, CLUSTER, "bound"),
    (OF_CLUSTERS, ONE, ONE, CLUSTER, "singular or at the bound"),
]


@pytest.mark.parametrize(("y", "x", "z", "cluster", "named"), NO_LINEAR_MIXED)
def test_linear_mixed_refuses(y, x, z, cluster, named):
    with pytest.raises(StatsError, match=named):
        linear_mixed(y, x, z, cluster, method="REML")


GEE_Y, GEE_DESIGN = trial(n=24)
GEE_X, BINARY = GEE_DESIGN.x, (GEE_Y > 0.3).astype(float)
SEPARATED = BINARY.copy()
SEPARATED[GEE_X[:, 0, 3] == 1, 0] = 1.0
GEE_NEVER_BOTH = without(without(GEE_Y, slice(0, 12), 1), slice(12, 24), 2)
SINGLE = np.column_stack([GEE_Y[:, :1], np.full((24, 2), nan)])
ALONE = np.concatenate([GEE_X, np.zeros((24, 3, 1))], axis=2)
ALONE[5, 1, 6] = 1.0
FIRST_ONES = np.where(np.arange(3) == 0, 1.0, BINARY)
BY_VISIT = {"x": GEE_X.sum(2)[..., None]}
NO_GEE = [
    (GEE_Y, {"family": "binomial"}, "must be 0 or 1"),
    (-BINARY, {"family": "poisson"}, "whole numbers"),
    (SEPARATED, {"family": "binomial"}, "reach their bounds"),
    (FIRST_ONES, {"family": "binomial"}, "reach their bounds"),
    (np.where(GEE_X[:, :, 0] == 1, 0, BINARY), {"family": "poisson"}, "reach their bounds"),
    (np.zeros_like(GEE_Y), {"family": "binomial"}, "all values are the same"),
    (np.ones_like(GEE_Y), {"family": "binomial"}, "all values are the same"),
    (np.zeros_like(GEE_Y), {"family": "poisson"}, "all values are the same"),
    (np.full_like(GEE_Y, 2.0), {}, "no variation"),
    (GEE_NEVER_BOTH, {"working": "unstructured"}, "never observed in the same subject"),
    (without(GEE_Y, slice(None), 1), {"working": "ar1"} | BY_VISIT, "consec"),
    (SINGLE, {"x": GEE_X[:, :, [0, 3]].sum(2)[..., None]}, "two values"),
    (np.repeat(GEE_Y[:, :1], 3, axis=1), {}, "not positive definite"),
    (GEE_Y[:6], {"x": GEE_X[:6]}, "nothing for the sandwich"),
    (GEE_Y, {"x": ALONE}, "one subject alone"),
    (GEE_Y, {"x": ALONE, "variance": "mancl_derouen"}, "one subject alone"),
    (GEE_Y, {"x": np.concatenate([GEE_X] * 2, axis=2)}, "combinations of each other"),
]


@pytest.mark.parametrize(("y", "options", "named"), NO_GEE)
def test_gee_refuses(y, options, named):
    with pytest.raises(StatsError, match=named):
        gee(y, **EXCHANGEABLE | {"family": "gaussian", "x": GEE_X} | options)


REML, ML = model(Y, X), model(Y, X, method="ML")
EQUATIONS = gee(GEE_Y, GEE_X, family="gaussian", **EXCHANGEABLE)
ROW = difference_row(DESIGN, arm=1, reference=0, visit=2)
CODED = visit_design(list("aabb"), (1, 2), coding="treatment")
TREATMENT, CELLS = {"coding": "treatment"}, {"coding": "cell_means"}
SATTERTHWAITE, SLOPE = {"df": "satterthwaite"}, {"by_visit": True}
REFUSED = [
    (mixed_contrast, (ML, ROW), USUAL | {"df": "kenward_roger"}, "fit by REML"),
    (mixed_contrast, (ML, ROW), USUAL | {"df": "kenward_roger_observed"}, "fit by REML"),
    (f_test, (ML, ROW), {"df": "kenward_roger"}, "fit by REML"),
    (f_test, (REML, np.zeros(6)), SATTERTHWAITE, "row of zeros"),
    (f_test, (REML, np.eye(6)[[0, 0]]), SATTERTHWAITE, "combinations"),
    (f_test, (REML, np.eye(5)), SATTERTHWAITE, "rows must have shape"),
    (f_test, (REML, np.vstack([np.eye(6), np.ones(6)])), SATTERTHWAITE, "combinations"),
    (mixed_contrast, (REML, np.eye(6)[:2]), USUAL | SATTERTHWAITE, "one row"),
    (wald_test, (EQUATIONS, np.eye(5)), {}, "rows must have shape"),
    (wald_test, (EQUATIONS, np.ones((2, 6))), {}, "combinations"),
    (wald_contrast, (EQUATIONS, np.eye(6)[:2]), USUAL, "one row"),
    (wald_contrast, (EQUATIONS, np.zeros(6)), USUAL, "a row of zeros"),
    (visit_design, ("ab", (1, 2)), CELLS, "shape"),
    (visit_design, ([0, 1], (1, 1)), CELLS, "two different names"),
    (visit_design, ([0, 1], (1, 2)), TREATMENT | SLOPE, "none are given"),
    (visit_design, ([0, 1], (1, 2)), TREATMENT | {"covariates": [[1], [2]]}, "say by by_visit"),
    (visit_design, ([0, 1], (1, 2)), TREATMENT | SLOPE | {"covariates": [1, 2]}, "shape"),
    (mean_row, (CODED,), {"arm": "c", "visit": 1}, "arm 'c' is not one of a, b"),
    (mean_row, (CODED,), {"arm": "a", "visit": 3}, "visit 3 is not one of 1, 2"),
    (difference_row, (CODED,), {"arm": "a", "reference": "a", "visit": 1}, "from itself"),
    (interaction_rows, (visit_design([1, 1], (1, 2), **TREATMENT),), {}, "one arm only"),
]


@pytest.mark.parametrize(("compute", "data", "options", "named"), REFUSED)
def test_refused(compute, data, options, named):
    with pytest.raises(StatsError, match=named):
        compute(*data, **options)


def test_satterthwaite_needs_no_reml():
    assert isfinite(mixed_contrast(ML, ROW, df="satterthwaite", **USUAL).df)
