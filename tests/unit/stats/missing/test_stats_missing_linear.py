"""A linear model in each completed data set: published numbers, identities, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialtrace.stats import StatsError, missing

TESTED = {"df": "barnard_rubin", "null": 0.0, "sides": "two_sided", "confidence": 0.95}


def drawn(seed, m=7, n=30):
    rng = np.random.default_rng(seed)
    arm = np.arange(n) % 3
    x = np.column_stack([arm[:, None] == np.arange(3), rng.normal(size=n)]).astype(float)
    filled = rng.random(n) < 0.3
    y = np.where(filled, rng.normal(size=(m, n)), rng.normal(size=n))
    return y, x, arm, filled


@settings(max_examples=20)
@given(st.integers(0, 999), st.floats(-3, 3), st.floats(-3, 3))
def test_shifted_values_give_the_grid_of_tipping_points(seed, first, second):
    y, x, arm, filled = drawn(seed)
    row = [1, 0, -1, 0]
    grid = missing.delta_tipping(
        y,
        filled,
        arm,
        x,
        row,
        arms=(0, 2),
        deltas=([first], [second]),
        null=0.0,
        sides="two_sided",
        level=0.05,
    )
    moved = missing.add_delta(y, filled, arm, arms=(0, 2), deltas=[first, second])
    found = missing.pooled_contrast(missing.fit_imputed(moved, x), row, **TESTED)
    for part in ("estimate", "low", "high", "se", "df", "p_value"):
        np.testing.assert_allclose(getattr(grid.pooled, part)[0, 0], getattr(found, part), 1e-8)


@settings(max_examples=20)
@given(st.integers(0, 999), st.sampled_from([1e-4, 0.3, 1e5]), st.floats(-1e3, 1e3))
def test_units_and_the_arm_that_is_first_change_no_test(seed, unit, offset):
    y, x, _, _ = drawn(seed)
    rows = np.array([[1, 0, -1, 0], [0, 1, -1, 0.0]])
    plain = missing.fit_imputed(y, x)
    moved = missing.fit_imputed(offset + unit * y, x)
    for row in rows:
        one = missing.pooled_contrast(plain, row, **TESTED)
        other = missing.pooled_contrast(moved, row, **TESTED)
        assert other.p_value == pytest.approx(one.p_value, rel=1e-5)
        assert other.estimate == pytest.approx(unit * one.estimate, rel=1e-5, abs=1e-7 * unit)
    for df in ("barnard_rubin", "rubin"):
        test = missing.pooled_contrasts_test(plain, rows, df=df)
        mixed = missing.pooled_contrasts_test(moved, np.array([[1, 1], [-1, 2]]) @ rows, df=df)
        assert mixed.p_value == pytest.approx(test.p_value, rel=1e-5)


@given(st.integers(0, 999))
def test_one_contrast_is_the_square_of_t(seed):
    y, x, _, _ = drawn(seed)
    fits, row = missing.fit_imputed(y, x), [1, 0, -1, 0]
    t = missing.pooled_contrast(fits, row, **TESTED).statistic
    assert missing.pooled_contrasts_test(fits, [row], df="rubin").statistic == pytest.approx(t**2)


Y, X = drawn(1)[:2]


@pytest.mark.parametrize(
    ("completed", "x", "told"),
    [
        (Y[:1], X, "at least two"),
        (Y[0], X, "must be"),
        (np.empty((0, 30)), X, "must be"),
        (Y, X[:-1], "must be"),
        (Y, np.hstack([X, X]), "combinations"),
        (Y, np.hstack([X, np.zeros((30, 1))]), "0 in every"),
        (Y[:, :4], X[:4], "nothing for the error"),
        (np.ones_like(Y), X, "no variation"),
        (1e200 * Y, X, "too large"),
        (3, X, "must be"),
    ],
)
def test_what_has_no_fit_is_told(completed, x, told):
    with pytest.raises(StatsError, match=told):
        missing.fit_imputed(completed, x)


@pytest.mark.parametrize(
    "row",
    [
        [0, 0, 0, 0],
        [1, -1],
        [[1, 0, 0, 0]],
    ],
)
def test_what_is_no_contrast_is_told(row):
    with pytest.raises(StatsError):
        missing.pooled_contrast(missing.fit_imputed(Y, X), row, **TESTED)


def test_other_words_and_dependent_rows_are_refused():
    fits = missing.fit_imputed(Y, X)
    with pytest.raises(StatsError, match="follows from the others"):
        missing.pooled_contrasts_test(fits, [[1, 0, -1, 0], [2, 0, -2, 0]], df="rubin")
