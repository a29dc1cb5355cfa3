"""Least-squares means by hand: of cells, of mixed models, and what is refused."""

import numpy as np
import pytest
from stats_strategies import same

from trialtrace.stats import StatsError
from trialtrace.stats.missing.linear import fit_imputed, pooled_contrast, pooled_contrasts_test
from trialtrace.stats.mixed.mixed_tests import f_test, mixed_contrast
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.mixed.visit_design import difference_row, interaction_rows, visit_design
from trialtrace.stats.regression.ancova import ols
from trialtrace.stats.regression.least_squares_means import (
    arm_design,
    interaction_test,
    least_squares_differences,
    least_squares_means,
)

ARM = np.array(list("aaabbbccc") * 2)
LEVEL = np.repeat(["x", "y"], 9)
Y = np.array([3.1, 4, 5.2, 6, 7.5, 8, 2, 1.1, 0, 4, 5.5, 6, 9, 9.5, 8, 1, 2.2, 3])
OPTIONS = {"sides": "two_sided", "confidence": 0.95}


def fitted(**options):
    design = arm_design(ARM, by=LEVEL, interaction=True, intercept=True, **options)
    return ols(Y, design.x, variance="model", confidence=0.95), design


def test_means_of_cells_are_those_of_their_values():
    fit, design = fitted()
    cells = [Y[(arm == ARM) & (level == LEVEL)].mean() for arm in "abc" for level in "xy"]
    found = least_squares_means(fit, design, confidence=0.95)
    same(np.array([one.estimate for one in found.contrasts]), np.array(cells))
    assert [row["label"] for row in found.rows()][:3] == ["a, x", "a, y", "b, x"]
    over = least_squares_differences(fit, design, reference="a", weights="equal", **OPTIONS)
    middle = np.array(cells).reshape(3, 2).mean(axis=1)
    same(np.array([one.estimate for one in over.contrasts]), middle[1:] - middle[0])
    same(np.array(over.ratio().ratio), np.exp(middle[1:] - middle[0]))


def test_mixed_models_have_the_rows_of_their_visits():
    rng = np.random.default_rng(5)
    arm = np.repeat(["new", "old"], 12)
    design = visit_design(arm, ("week 1", "week 2", "week 3"), coding="cell_means")
    fit = mmrm(rng.normal(size=(24, 3)), design.x, structure="unstructured", method="REML")
    found = least_squares_differences(fit, design, reference="old", df="kenward_roger", **OPTIONS)
    row = difference_row(design, arm="new", reference="old", visit="week 2")
    assert (
        found.contrasts[1].interval
        == mixed_contrast(fit, row, df="kenward_roger", **OPTIONS).interval
    )
    assert found.contrasts[1].label == "new - old, week 2"
    expected = f_test(fit, interaction_rows(design), df="satterthwaite")
    assert interaction_test(fit, design, df="satterthwaite") == expected
    with pytest.raises(StatsError, match="say by df"):
        least_squares_means(fit, design, confidence=0.95)


def test_what_has_no_mean_is_refused():
    fit, design = fitted()
    with pytest.raises(StatsError, match="given together"):
        arm_design(ARM, by=LEVEL, intercept=True)
    with pytest.raises(StatsError, match="no patients of an arm"):
        arm_design(ARM, by=np.where(ARM == "a", "x", LEVEL), interaction=True, intercept=True)
    with pytest.raises(StatsError, match="no arm 'd'"):
        least_squares_differences(fit, design, reference="d", **OPTIONS)
    with pytest.raises(StatsError, match="8 columns and the fit 6"):
        z = np.column_stack([Y, Y**2])
        wide = arm_design(ARM, by=LEVEL, interaction=True, covariates=z, intercept=True)
        least_squares_means(fit, wide, confidence=0.95)
    with pytest.raises(StatsError, match="df is of mixed models"):
        least_squares_means(fit, design, confidence=0.95, df="kenward_roger")
    with pytest.raises(StatsError, match="no columns of an interaction"):
        interaction_test(fit, arm_design(ARM, by=LEVEL, interaction=False, intercept=True))
    with pytest.raises(StatsError, match="two arms and two levels"):
        interaction_test(fit, arm_design(ARM, intercept=True))


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
    found = least_squares_differences(fits, design, reference="a", df="barnard_rubin", **OPTIONS)
    row = design.cells[1, 1] - design.cells[0, 1]
    pooled = pooled_contrast(fits, row, df="barnard_rubin", null=0, **OPTIONS)
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
