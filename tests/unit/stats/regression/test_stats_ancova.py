"""Analysis of covariance: what it must equal without covariates, invariants, refusals."""

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.continuous.means import student_t
from trialtrace.stats.regression.ancova import (
    VARIANCES,
    ancova,
    arm_difference,
    arm_row,
    ols,
)
from trialtrace.stats.regression.coefficients import contrast, wald_test


@st.composite
def trials(draw):
    """(y, arm, z, stratum): two to four arms, two strata, all of them with several patients."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    arms = draw(st.integers(2, 4))
    n = draw(st.integers(4 * arms, 40))
    stratum = np.arange(n) // arms % 2
    return rng.normal(size=n), np.arange(n) % arms, rng.normal(size=n), stratum


def fit(y, arm, z, stratum, variance="model"):
    return ancova(y, arm, covariates=z, strata=stratum, variance=variance, confidence=0.95)


WIDE = {"sides": "two_sided", "confidence": 0.9}
USUAL = {"sides": "two_sided", "confidence": 0.95}


def parts(found):
    return [found.estimate, found.low, found.high]


@given(trial=trials(), variance=st.sampled_from(VARIANCES), seed=st.integers(0, 99))
def test_rows_labels_and_units_do_not_matter(trial, variance, seed):
    y, arm, z, stratum = trial
    rows = np.random.default_rng(seed).permutation(y.size)
    first = fit(y, arm, z, stratum, variance)
    names = np.array(["d", "c", "b", "a"])[arm]
    again = fit(5 * y[rows] + 3, names[rows], 100 - 8 * z[rows], 1 - stratum[rows], variance)
    difference = parts(arm_difference(first, 1, 0, **WIDE))
    same(
        parts(arm_difference(again, "c", "d", **WIDE)),
        5 * np.array(difference),
        1e-8,
    )
    swapped = arm_difference(again, "d", "c", **WIDE)
    same(-swapped.high, 5 * difference[1], 1e-8)


@given(trial=trials())
def test_two_arms_alone_are_the_t_test_and_hc2_the_error_of_welch(trial):
    y, arm, _, _ = trial
    y, arm = y[arm < 2], arm[arm < 2]
    found = fit(y, arm, None, None)
    test = student_t(y[arm == 1], y[arm == 0], sides="two_sided")
    ours = wald_test(found, arm_row(found, 1, 0))
    same([ours.statistic, ours.p_value], [test.statistic**2, test.p_value])
    row = arm_row(found, 1, 0)
    robust = fit(y, arm, None, None, "HC2")
    error = sqrt(row @ robust.covariance @ row)
    parts_of = [y[arm == k].var(ddof=1) / (arm == k).sum() for k in (0, 1)]
    same(error, sqrt(sum(parts_of)))


@given(trial=trials())
def test_strata_of_one_label_are_none_and_ols_is_the_same_model(trial):
    y, arm, z, _ = trial
    alone = fit(y, arm, z, None, "HC3")
    one = fit(y, arm, z, np.zeros(y.size), "HC3")
    same(one.coef, alone.coef)
    x = np.column_stack([np.eye(arm.max() + 1)[arm], z])
    plain = ols(y, x, variance="HC3", confidence=0.95)
    row = np.zeros(x.shape[1])
    row[:2] = -1, 1
    ours = arm_difference(alone, 1, 0, **USUAL)
    same(parts(contrast(plain, row, **USUAL)), parts(ours), 1e-8)


def test_refusals():
    rng = np.random.default_rng(1)
    y, arm, z = rng.normal(size=8), np.arange(8) % 2, rng.normal(size=8)
    with pytest.raises(StatsError, match="one arm"):
        fit(y, np.zeros(8), z, None)
    with pytest.raises(StatsError, match="constant"):
        fit(y, arm, np.ones(8), None)
    with pytest.raises(StatsError, match="combinations"):
        fit(y, arm, z, arm)
    with pytest.raises(StatsError, match="variation"):
        fit(np.ones(8), arm, z, None)
    with pytest.raises(StatsError, match="nothing for the error"):
        fit(y[:3], arm[:3], z[:3], None)
    with pytest.raises(StatsError, match="missing"):
        fit([np.nan, *y[1:]], arm, z, None)
    with pytest.raises(StatsError, match="variance"):
        fit(y, arm, z, None, "HC4")
    found = fit(y, arm, z, None)
    with pytest.raises(StatsError, match="no arm"):
        arm_difference(found, 2, 0, **USUAL)
    with pytest.raises(StatsError, match="zeros"):
        arm_difference(found, 1, 1, **USUAL)
    with pytest.raises(StatsError, match="combinations"):
        wald_test(found, [[1, -1, 0], [2, -2, 0]])
    with pytest.raises(StatsError, match="shape"):
        wald_test(found, [1.0, -1.0])


def test_a_stratum_of_one_has_no_hc2_or_hc3():
    rng = np.random.default_rng(2)
    y, arm = rng.normal(size=9), np.arange(9) % 2
    stratum = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2])
    for variance in ("HC2", "HC3"):
        with pytest.raises(StatsError, match="divides by 0"):
            fit(y, arm, None, stratum, variance)
    # It adds nothing to the comparison of the arms, nor to the error's degrees of freedom.
    with_it = arm_difference(fit(y, arm, None, stratum), 1, 0, **USUAL)
    without = arm_difference(fit(y[:8], arm[:8], None, stratum[:8]), 1, 0, **USUAL)
    same(parts(with_it), parts(without))


@pytest.mark.parametrize(
    ("covariates", "names"),
    [
        (pd.DataFrame({"Prewt": [1, 2, 4, 1, 3, 3], "age": [3, 1, 4, 1, 5, 9]}), ["Prewt", "age"]),
        (pd.Series([1, 2, 4, 1, 3, 3], name="Prewt"), ["Prewt"]),
        ([1, 2, 4, 1, 3, 3], ["covariate 1"]),
        # A name that the model has is none.
        (pd.Series([1, 2, 4, 1, 3, 3], name="arm"), ["covariate 1"]),
    ],
)
def test_covariates_keep_their_names(covariates, names):
    fit = ancova(
        [4, 6, 8, 3, 5, 4],
        ["new"] * 3 + ["old"] * 3,
        covariates=covariates,
        strata=None,
        variance="model",
        confidence=0.95,
    )
    assert list(fit.labels[2:]) == names
