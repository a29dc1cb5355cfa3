"""Models of correlated outcomes: odd data, and refusals with a reason."""

import warnings
from math import isfinite, nan

import numpy as np
import pytest

from trialtrace.stats import StatsError
from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.mixed.mixed_tests import f_test, mixed_contrast
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.mixed.visit_design import (
    difference_row,
    interaction_rows,
    mean_row,
    visit_design,
)
from trialtrace.stats.regression.coefficients import contrast as wald_contrast
from trialtrace.stats.regression.coefficients import wald_test
from trialtrace.stats.regression.gee import gee

TEST = {"sides": "two_sided", "confidence": 0.95}
GEE = {"working": "exchangeable", "variance": "robust", "reference": "t", "confidence": 0.95}


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


def fit(y, x, *, structure="unstructured", method="REML", **options):
    return mmrm(y, x, structure=structure, method=method, **options)


def without(y, rows, columns):
    y = y.copy()
    y[rows, columns] = nan
    return y


def test_the_first_structure_of_a_sequence_that_has_an_estimate_is_taken():
    y, design = trial()
    never_both = without(without(y, slice(0, 10), 1), slice(10, 20), 2)
    sequence = ("unstructured", "heterogeneous_toeplitz", "compound_symmetry")
    taken = fit(never_both, design.x, structure=sequence)
    alone = fit(never_both, design.x, structure=taken.structure)
    assert taken.structure != "unstructured" and alone.notes == ()
    assert taken.coef.tolist() == alone.coef.tolist()
    first, last = taken.notes[0], taken.notes[-1]
    assert "unstructured, as two visits were never observed in the same subject" in first
    assert last == f"The covariance is {taken.structure}, by the order given."
    assert fit(y, design.x, structure=sequence).notes == ()


def test_a_sequence_without_any_estimate_says_why_of_each():
    y, design = trial()
    copied, names = np.column_stack([y[:, :2], y[:, 1]]), ["unstructured", "heterogeneous_toeplitz"]
    with pytest.raises(StatsError, match=r"^no convergence: the estimated covariance is singular"):
        fit(copied, design.x, structure=names)
    never_both = without(without(copied, slice(0, 10), 0), slice(10, 20), 2)
    with pytest.raises(StatsError, match=r"^Without an .* never observed .*_ante_dependence, as"):
        fit(never_both, design.x, structure=["unstructured", "heterogeneous_ante_dependence"])


def test_mmrm_refuses_with_a_reason():
    y, design = trial()
    x = design.x
    first, second = slice(0, 10), slice(10, 20)
    never_both = without(without(y, first, 1), second, 2)
    twice = np.concatenate([x, x[:, :, :1] + x[:, :, 1:2]], axis=2)
    copied = np.column_stack([y[:, :2], y[:, 1]])
    cases = [
        (without(y, slice(None), 2), x, "in nobody"),
        (without(y, slice(None), 2), x[:, :, [0, 3]].sum(axis=2, keepdims=True), "in nobody"),
        (never_both, x, "never observed in the same subject"),
        (y, twice, "combinations of each other"),
        (y, np.zeros_like(x), "0 in every observed value"),
        (y[:, :1], x[:, :1], "visits >= 2"),
        (y, x[:-1], "x must have shape"),
        (np.ma.masked_greater(y, 1.0), x, "must not be masked"),
        (y, np.where(np.arange(3)[None, :, None] == 1, nan, x), "x at observed visits"),
        (np.full_like(y, nan), x, "no visit was observed"),
        (np.full_like(y, 7.0), x, "no variation beyond what x explains"),
        (np.column_stack([y[:, :2], np.full(20, 3.0)]), x, "at one visit there is no variation"),
        (copied, x, "singular or at the bound"),
        (copied + 1e-6 * trial(2)[0], x, "singular or at the bound"),
        (y[:4], x[:4], "singular or at the bound|do not determine"),
        (y[:2], x[:2], "leave nothing for the error"),
    ]
    for data, columns, sentence in cases:
        with pytest.raises(StatsError, match=sentence):
            fit(data, columns)
    for option, value in (("structure", "spatial"), ("method", "reml")):
        with pytest.raises(StatsError, match=f"{option} must be one of"):
            fit(y, x, **{option: value})
    with pytest.raises(StatsError, match="structure names none"):
        fit(y, x, structure=[])
    with pytest.raises(StatsError, match="groups must have shape"):
        fit(y, x, groups=[0, 1])
    with pytest.raises(StatsError, match="missing labels"):
        fit(y, x, groups=[nan] * 20)


@pytest.mark.parametrize(
    "structure",
    ["compound_symmetry", "heterogeneous_compound_symmetry", "ar1", "heterogeneous_ar1"],
)
def test_values_that_repeat_each_other_are_refused(structure):
    y, design = trial()
    with pytest.raises(StatsError):
        fit(np.repeat(y[:, :1], 3, axis=1), design.x, structure=structure)


def test_simple_structures_need_not_see_every_pair():
    y, design = trial()
    y = without(without(y, slice(0, 10), 1), slice(10, 20), 2)
    for structure in ("compound_symmetry", "ar1"):
        assert np.isfinite(fit(y, design.x, structure=structure).se).all()


def test_kenward_roger_needs_reml():
    y, design = trial()
    model = fit(y, design.x, method="ML")
    row = difference_row(design, arm=1, reference=0, visit=2)
    assert isfinite(mixed_contrast(model, row, df="satterthwaite", **TEST).df)
    for refused in (
        lambda: mixed_contrast(model, row, df="kenward_roger", **TEST),
        lambda: f_test(model, row, df="kenward_roger"),
        lambda: mixed_contrast(model, row, df="kenward_roger_observed", **TEST),
    ):
        with pytest.raises(StatsError, match="fit by REML"):
            refused()


def test_kenward_roger_breaks_down_where_hotelling_has_two_degrees_of_freedom():
    """Its F has no mean then, and the scale rests on that mean: a refusal, not a number."""
    for seed in range(5):
        y, design = trial(seed, n=6, visits=4)
        model = fit(y, design.x)
        for df in ("kenward_roger", "kenward_roger_observed"):
            with pytest.raises(StatsError, match="breaks down"):
                f_test(model, interaction_rows(design), df=df)
            assert f_test(model, interaction_rows(design)[:2], df=df).p_value > 0


def test_rows_are_checked():
    y, design = trial()
    model = fit(y, design.x)
    for rows, sentence in (
        (np.zeros(6), "row of zeros"),
        (np.eye(6)[[0, 0]], "combinations of each other"),
        (np.eye(5), "rows must have shape"),
        (np.vstack([np.eye(6), np.ones(6)]), "combinations of each other"),
    ):
        with pytest.raises(StatsError, match=sentence):
            f_test(model, rows, df="satterthwaite")
    with pytest.raises(StatsError, match="one row"):
        mixed_contrast(model, np.eye(6)[:2], df="satterthwaite", **TEST)


def test_designs_are_checked():
    design = visit_design(list("aabb"), (1, 2), coding="treatment")
    for refused, sentence in (
        (lambda: visit_design("ab", (1, 2), coding="cell_means"), "shape"),
        (lambda: visit_design([0, 1], (1, 1), coding="cell_means"), "two different names"),
        (lambda: visit_design([0, 1], (1, 2), coding="treatment", by_visit=True), "none are given"),
        (
            lambda: visit_design([0, 1], (1, 2), coding="treatment", covariates=[[1], [2]]),
            "say by by_visit",
        ),
        (
            lambda: visit_design(
                [0, 1], (1, 2), coding="treatment", covariates=[1, 2], by_visit=True
            ),
            "covariates must have shape",
        ),
        (lambda: mean_row(design, arm="c", visit=1), "arm 'c' is not one of a, b"),
        (lambda: mean_row(design, arm="a", visit=3), "visit 3 is not one of 1, 2"),
        (lambda: difference_row(design, arm="a", reference="a", visit=1), "from itself"),
        (
            lambda: interaction_rows(visit_design([1, 1], (1, 2), coding="treatment")),
            "one arm only",
        ),
    ):
        with pytest.raises(StatsError, match=sentence):
            refused()


def test_linear_mixed_refuses_with_a_reason():
    rng = np.random.default_rng(2)
    cluster = np.repeat(np.arange(8), 3)
    one = np.ones((24, 1))
    y = rng.normal(0, 2, 8)[cluster] + rng.normal(size=24)
    time = np.tile([0.0, 1, 2], 8)
    cases = [
        (y, one, one, np.zeros(24), "one cluster"),
        (y, one, one, np.arange(24), "no cluster has more values"),
        (y, one, np.zeros((24, 1)), cluster, "column of z is 0"),
        (y, one, np.column_stack([one, one]), cluster, "do not determine"),
        (y, np.column_stack([one, one]), one, cluster, "combinations of each other"),
        (y, one[:5], one, cluster, "x must have shape"),
        (y, one, one[:, 0], cluster, "z must have shape"),
        (np.ones(24), one, one, cluster, "no variation beyond"),
        (y, np.column_stack([one, cluster == 0]), one, cluster[:-1], "cluster must have shape"),
    ]
    for values, x, z, clusters, sentence in cases:
        with pytest.raises(StatsError, match=sentence):
            linear_mixed(values, x, z, clusters, method="REML")
    exact = rng.normal(0, 2, 8)[cluster]
    with pytest.raises(StatsError, match="bound"):
        linear_mixed(exact, np.column_stack([one, time]), one, cluster, method="REML")


def test_gee_refuses_with_a_reason():
    y, design = trial(n=24)
    binary = (y > 0.3).astype(float)
    separated = binary.copy()
    separated[design.x[:, 0, 3] == 1, 0] = 1.0
    never_both = without(without(y, slice(0, 12), 1), slice(12, 24), 2)
    single = np.column_stack([y[:, :1], np.full((24, 2), nan)])
    alone = np.concatenate([design.x, np.zeros((24, 3, 1))], axis=2)
    alone[5, 1, 6] = 1.0
    cases = [
        (y, {"family": "binomial"}, "must be 0 or 1"),
        (-binary, {"family": "poisson"}, "whole numbers"),
        (separated, {"family": "binomial"}, "reach their bounds"),
        (np.where(np.arange(3) == 0, 1.0, binary), {"family": "binomial"}, "reach their bounds"),
        (np.where(design.x[:, :, 0] == 1, 0, binary), {"family": "poisson"}, "reach their bounds"),
        (np.zeros_like(y), {"family": "binomial"}, "all values are the same"),
        (np.ones_like(y), {"family": "binomial"}, "all values are the same"),
        (np.zeros_like(y), {"family": "poisson"}, "all values are the same"),
        (np.full_like(y, 2.0), {}, "no variation"),
        (never_both, {"working": "unstructured"}, "never observed in the same subject"),
        (without(y, slice(None), 1), {"working": "ar1", "x": design.x.sum(2)[..., None]}, "consec"),
        (single, {"x": design.x[:, :, [0, 3]].sum(2)[..., None]}, "two values"),
        (np.repeat(y[:, :1], 3, axis=1), {}, "not positive definite"),
        (y[:6], {"x": design.x[:6]}, "nothing for the sandwich"),
        (y, {"x": alone}, "one subject alone"),
        (y, {"x": alone, "variance": "mancl_derouen"}, "one subject alone"),
        (y, {"x": np.concatenate([design.x] * 2, axis=2)}, "combinations of each other"),
    ]
    for data, options, sentence in cases:
        options = GEE | {"family": "gaussian", "x": design.x} | options
        with pytest.raises(StatsError, match=sentence):
            gee(data, **options)
    model = gee(y, design.x, family="gaussian", **GEE)
    for rows, sentence in ((np.eye(5), "rows must have shape"), (np.ones((2, 6)), "combinations")):
        with pytest.raises(StatsError, match=sentence):
            wald_test(model, rows)
    with pytest.raises(StatsError, match="one row"):
        wald_contrast(model, np.eye(6)[:2], **TEST)
    with pytest.raises(StatsError, match="a row of zeros"):
        wald_contrast(model, np.zeros(6), **TEST)


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
            fit(unit * y, design.x, structure=structure)
    with pytest.raises(StatsError, match=sentence):
        fit(y, unit * design.x)
    if unit > 1:
        with pytest.raises(StatsError, match=sentence):
            fit(alone, design.x)
    for sizes in ((unit, 1, 1), (1, unit, 1), (1, 1, unit)):
        values, x, z = (s * v for s, v in zip(sizes, (y.ravel(), one, one), strict=True))
        with pytest.raises(StatsError, match=sentence):
            linear_mixed(values, x, z, cluster, method="REML")
    with pytest.raises(StatsError, match=sentence):
        gee(unit * y, design.x, family="gaussian", **GEE)


def test_without_an_error_inside_clusters_there_is_no_fit():
    cluster = np.repeat(np.arange(8), 3)
    y = np.random.default_rng(2).normal(0, 2, 8)[cluster]
    with pytest.raises(StatsError, match="singular or at the bound"):
        linear_mixed(y, np.ones((24, 1)), np.ones((24, 1)), cluster, method="REML")
