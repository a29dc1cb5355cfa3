"""Invariants of models for correlated outcomes: MMRM, linear mixed model."""

from math import nan

import numpy as np
from correlated_trials import SEEDS, drawn, given
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import same

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

DFS = ("satterthwaite", "kenward_roger", "kenward_roger_observed")
TEST = {"sides": "two_sided", "confidence": 0.95}


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
            mixed_contrast(fit, row, df=df, **TEST),
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


@given(seed=SEEDS, structure=STRUCTURE)
def test_units_and_offsets_do_not_matter(seed, structure):
    arm, base, y = drawn(seed)
    expected = summary(*fitted(arm, base, y, structure=structure))
    expected[[1, 6, 11]] *= 1e9
    other = fitted(arm, base / 1e3 + 7, 1e9 * y - 1e10, structure=structure)
    same(summary(*other), expected, 1e-6)


def test_tiny_and_huge_units_cost_no_digits():
    arm, base, y = drawn(2)
    design, fit = fitted(arm, base, y)
    for unit in (1e-12, 1e12):
        _, other = fitted(arm, base, unit * y)
        same(summary(design, other)[[0, 2, 3, 4]], summary(design, fit)[[0, 2, 3, 4]], 1e-10)


@given(seed=SEEDS)
def test_order_of_visits_does_not_matter_without_structure(seed):
    arm, base, y = drawn(seed)
    design, fit = fitted(arm, base, y)
    other, turned = fitted(arm, base, y[:, ::-1])
    row = difference_row(design, arm=1, reference=0, visit=3)
    again = difference_row(other, arm=1, reference=0, visit=1)
    for df in DFS:
        ours, theirs = (
            mixed_contrast(fit, row, df=df, **TEST),
            mixed_contrast(turned, again, df=df, **TEST),
        )
        same([ours.standard_error, ours.df], [theirs.standard_error, theirs.df], 1e-7)
    same(turned.sigma[:, ::-1, ::-1], fit.sigma, 1e-6)


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


@given(seed=SEEDS)
def test_the_fit_is_a_maximum(seed):
    """No structure within another is likelier, and both kinds of information agree roughly."""
    arm, base, y = drawn(seed, n=40)
    likelihood = {s: fitted(arm, base, y, structure=s)[1].log_likelihood for s in STRUCTURES}
    assert max(likelihood.values()) == likelihood["unstructured"]
    for wide, narrow in (
        *(
            (f"heterogeneous_{name}", name)
            for name in STRUCTURES
            if f"heterogeneous_{name}" in STRUCTURES
        ),
        ("toeplitz", "compound_symmetry"),
        ("toeplitz", "ar1"),
        ("ante_dependence", "ar1"),
    ):
        assert likelihood[wide] >= likelihood[narrow] - 1e-8


def test_groups_of_their_own_give_welchs_t_test():
    arm, _, y = drawn(4, missing=0.0)
    design, fit = fitted(arm, None, y, groups=np.array(["a", "b"])[arm])
    assert fit.groups == ("a", "b") and fit.sigma.shape == (2, 3, 3)
    t = means.welch_t(y[arm == 1, 2], y[arm == 0, 2], sides="two_sided")
    row = difference_row(design, arm=1, reference=0, visit=3)
    own = mixed_contrast(fit, row, df="satterthwaite", **TEST)
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
            mixed_contrast(fit, row, df=df, **TEST),
            mixed_contrast(apart[1], row[3:], df=df, **TEST),
        )
        same([ours.standard_error, ours.df], [own.standard_error, own.df], 1e-6)


def test_hotelling_by_kenward_roger():
    """On complete data the scaled F for arms at all visits is Hotelling's, exactly."""
    arm, _, y = drawn(5, missing=0.0)
    design, fit = fitted(arm, None, y)
    rows = np.stack([difference_row(design, arm=1, reference=0, visit=v) for v in (1, 2, 3)])
    d, (n, k) = rows @ fit.coef, y.shape
    t2 = d @ np.linalg.solve(fit.sigma[0] * (4 / n), d)
    test = f_test(fit, rows, df="kenward_roger")
    same([test.statistic, test.df2], [(n - 1 - k) / ((n - 2) * k) * t2, n - 1 - k])


@given(seed=SEEDS)
def test_random_intercept_is_compound_symmetry(seed):
    """Also the degrees of freedom, where the correlation is positive."""
    arm, base, y = drawn(seed)
    design, fit = fitted(arm, base, y, structure="compound_symmetry")
    assume(fit.sigma[0, 0, 1] > 0.01 * fit.sigma[0, 0, 0])
    seen = ~np.isnan(y)
    subject = np.nonzero(seen)[0]
    one = np.ones((seen.sum(), 1))
    mixed = linear_mixed(y[seen], design.x[seen], one, subject, method="REML")
    same(summary(design, mixed), summary(design, fit), 1e-6)
    same(mixed.random_covariance[0, 0], fit.sigma[0, 0, 1], 1e-6)


@given(seed=SEEDS)
def test_mixed_model_is_free_of_units_labels_and_order(seed):
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(12), rng.integers(5, 9, 12))
    # Around 0, so that no correlation of intercept and slope is estimated as 1.
    time = rng.random(cluster.size) * 4 - 2
    z = np.column_stack([np.ones_like(time), time])
    effects = rng.normal(0, 2, (12, 2))
    y = np.sum(effects[cluster] * z, axis=1) + rng.normal(size=cluster.size)
    x = np.column_stack([z, cluster % 2])
    fit = linear_mixed(y, x, z, cluster, method="REML")
    rows = rng.permutation(y.size)
    unit = np.array([1.0, 365.0])
    other = linear_mixed(
        100 * y[rows],
        x[rows] * [1, 365, 1],
        z[rows] * unit,
        np.array(list("lkjihgfedcba"))[cluster[rows]],
        method="REML",
    )
    same(other.coef * [1, 365, 1], 100 * fit.coef, 1e-6)
    same(other.random_covariance * np.outer(unit, unit), 1e4 * fit.random_covariance, 1e-5)
    four = 1e4 / np.array([1, 365, 365**2, 1])
    same(other.parameters, four * fit.parameters, 1e-5)
    same(other.parameter_covariance, np.outer(four, four) * fit.parameter_covariance, 1e-5)
    for df in DFS:
        first = mixed_contrast(fit, [0, 0, 1], df=df, **TEST)
        second = mixed_contrast(other, [0, 0, 1], df=df, **TEST)
        same([first.df, first.p_value], [second.df, second.p_value], 1e-5)


@given(seed=SEEDS)
def test_a_variance_at_zero_leaves_least_squares(seed):
    """Means of clusters nearer to each other than chance would have them."""
    rng = np.random.default_rng(seed)
    size = rng.integers(2, 7, 9)
    cluster = np.repeat(np.arange(9), size)
    x = np.column_stack([np.ones(cluster.size), cluster % 2, rng.normal(size=cluster.size)])
    y = rng.normal(size=cluster.size)
    y -= 0.9 * (np.bincount(cluster, y) / size)[cluster]
    fit = linear_mixed(y, x, x[:, :1], cluster, method="REML")
    coef, rest, _, _ = np.linalg.lstsq(x, y, rcond=None)
    left = y.size - 3
    assert fit.boundary and fit.random_covariance.tolist() == [[0.0]]
    same([*fit.coef, fit.residual_variance], [*coef, rest[0] / left], 1e-9)
    same(np.diag(fit.covariance), rest[0] / left * np.diag(np.linalg.inv(x.T @ x)), 1e-9)
    same(fit.parameter_covariance, [[0, 0], [0, 2 * fit.residual_variance**2 / left]], 1e-9)
    for df in ("satterthwaite", "kenward_roger_observed"):
        same(mixed_contrast(fit, [0, 1, 0], df=df, **TEST).df, left, 1e-9)


@given(seed=SEEDS)
def test_no_other_covariance_of_random_effects_is_likelier(seed):
    """Intercepts and slopes of one direction, so that the correlation is often 1."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(12), rng.integers(3, 7, 12))
    z = np.column_stack([np.ones(cluster.size), rng.normal(size=cluster.size)])
    y = rng.normal(0, 1, 12)[cluster] * (1 + 0.5 * z[:, 1]) + rng.normal(size=cluster.size)
    fit = linear_mixed(y, z, z, cluster, method="ML")
    roots = np.linalg.eigvalsh(fit.random_covariance)
    assert roots[0] > -1e-12 and fit.boundary == (roots[0] < 1e-9)

    def likelihood(g: np.ndarray, error: float) -> float:
        total = 0.0
        for c in range(12):
            own = z[cluster == c]
            v = own @ g @ own.T + error * np.eye(len(own))
            e = (y - z @ fit.coef)[cluster == c]
            total -= np.linalg.slogdet(v)[1] + e @ np.linalg.solve(v, e)
            total -= e.size * np.log(2 * np.pi)
        return total / 2

    g, error = fit.random_covariance, fit.residual_variance
    same(likelihood(g, error), fit.log_likelihood, 1e-9)
    for _ in range(20):
        near = np.linalg.cholesky(g + 1e-12 * np.eye(2)) + rng.normal(0, 0.02, (2, 2))
        other = likelihood(near @ near.T, error * np.exp(rng.normal(0, 0.02)))
        assert other <= fit.log_likelihood + 1e-9


@given(seed=SEEDS)
def test_large_clusters_are_their_values(seed):
    """What clusters are condensed to has the likelihood of the whole covariance matrix."""
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, 5, 150)
    z = np.column_stack([np.ones(150), rng.normal(size=150)])
    y = np.sum(rng.normal(size=(5, 2))[cluster] * z, axis=1) + rng.normal(size=150)
    fit = linear_mixed(y, z, z, cluster, method="REML")
    v = (cluster[:, None] == cluster) * (z @ fit.random_covariance @ z.T)
    v += fit.residual_variance * np.eye(150)
    information = z.T @ np.linalg.solve(v, z)
    same(fit.coef, np.linalg.solve(information, z.T @ np.linalg.solve(v, y)), 1e-8)
    same(fit.covariance, np.linalg.inv(information), 1e-8)
    e = y - z @ fit.coef
    value = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    value += e @ np.linalg.solve(v, e) + 148 * np.log(2 * np.pi)
    same(fit.log_likelihood, -value / 2, 1e-9)


def test_least_squares_means_are_at_the_mean_of_the_covariate():
    arm, base, y = drawn(8)
    for coding in ("cell_means", "treatment"):
        design, fit = fitted(arm, base, y, coding=coding)
        assert len(design.names) == design.x.shape[2] == fit.coef.size
        row = mean_row(design, arm=1, visit=2)
        who = int(np.flatnonzero(arm == 1)[0])
        direct = design.x[who, 1] @ fit.coef + (base.mean() - base[who]) * fit.coef[-1]
        same(row @ fit.coef, direct)


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
