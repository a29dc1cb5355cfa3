"""Invariants of generalised estimating equations."""

import numpy as np
from correlated_trials import GEE, SEEDS, drawn, given
from hypothesis import strategies as st
from stats_strategies import same

from trialtrace.stats.mixed.visit_design import difference_row, interaction_rows, visit_design
from trialtrace.stats.regression.coefficients import contrast, wald_test
from trialtrace.stats.regression.gee import gee

TEST = {"sides": "two_sided", "confidence": 0.95}


@given(
    seed=SEEDS,
    working=st.sampled_from(["independence", "exchangeable", "ar1", "unstructured"]),
    variance=st.sampled_from(["robust", "kauermann_carroll", "mancl_derouen"]),
)
def test_gee_is_free_of_units_order_and_coding(seed, working, variance):
    arm, base, y = drawn(seed, n=40)
    # One scale serves all visits, so they should vary alike for correlations below 1.
    y = y / np.nanstd(y, axis=0) + np.random.default_rng(seed).normal(size=y.shape)
    options = GEE | {"working": working, "variance": variance}
    design = visit_design(
        arm, (1, 2, 3), coding="cell_means", covariates=base[:, None], by_visit=True
    )
    fit = gee(y, design.x, **options)
    rows = np.random.default_rng(seed).permutation(arm.size)
    other = visit_design(
        arm[rows], (1, 2, 3), coding="treatment", covariates=base[rows, None] / 9 + 3, by_visit=True
    )
    again = gee(60 * y[rows] + 1e6, other.x, **options)
    for visit in (1, 3):
        first = difference_row(design, arm=1, reference=0, visit=visit)
        second = difference_row(other, arm=1, reference=0, visit=visit)
        same(second @ again.coef, 60 * first @ fit.coef, 1e-7, of=1e6)
        same(second @ again.covariance @ second, 3600 * first @ fit.covariance @ first, 1e-7)
    one = wald_test(fit, interaction_rows(design))
    two = wald_test(again, interaction_rows(other))
    same([one.statistic, one.df, one.df2], [two.statistic, two.df, two.df2], 1e-7)
    same(again.correlation, fit.correlation, 1e-7)


def test_wald_tests_of_gee_by_hand():
    arm, _, y = drawn(10)
    design = visit_design(arm, (1, 2, 3), coding="cell_means")
    rows = interaction_rows(design)
    for reference in ("t", "normal"):
        fit = gee(y, design.x, working="exchangeable", **GEE | {"reference": reference})
        estimate = rows @ fit.coef
        square = estimate @ np.linalg.inv(rows @ fit.covariance @ rows.T) @ estimate
        test = wald_test(fit, rows)
        same(test.statistic, square / 2 if reference == "t" else square)
        assert test.df == 2 and (test.df2 == 24 - 6 or reference == "normal")
        one, alone = contrast(fit, rows[0], **TEST), wald_test(fit, rows[0])
        same([one.statistic**2, one.p_value], [alone.statistic, alone.p_value])
        same(one.interval.estimate, rows[0] @ fit.coef)
        zero = contrast(fit, rows[0], sides="greater", confidence=1 - one.p_value)
        assert min(abs(zero.interval.low), abs(zero.interval.high)) < 1e-9
        same(min(zero.p_value, 1 - zero.p_value), one.p_value / 2)
