"""Missing visits at their conditional means: the mixed model's own difference, deltas, refusals."""

import numpy as np
import pytest

from trialtrace.stats import StatsError, missing
from trialtrace.stats.missing.conditional_mean import BY_CONDITIONAL_MEAN
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.mixed.visit_design import difference_row, visit_design

GIVEN = {"reference": "a", "deltas": None, "offset": 0.0, "method": "REML"}
TESTED = {"sides": "two_sided", "confidence": 0.95}


def data(n=24, gaps=True):
    rng = np.random.default_rng(7)
    arm = np.array(list("ab") * (n // 2))
    base = rng.normal(size=(n, 1))
    y = base + rng.normal(size=(n, 3)).cumsum(axis=1) + (arm == "b")[:, None]
    if gaps:
        y[1, 2] = y[4, 1:] = y[5, 1] = y[8, 1:] = y[10, :] = np.nan
    return y, arm, base


def differences(y, arm, base, assumption="missing_at_random", **more):
    fits = missing.conditional_mean_fits(y, arm, base, assumption=assumption, **(GIVEN | more))
    return [
        missing.conditional_mean_contrast(fits, [-1, 1, 0], visit=visit, **TESTED)
        for visit in range(3)
    ]


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_at_random_it_is_the_difference_of_the_mixed_model(method):
    """Wolbers and others 2022, section 2: the coefficients solve the same equations."""
    y, arm, base = data()
    design = visit_design(arm, (0, 1, 2), coding="cell_means", covariates=base, by_visit=True)
    fit = mmrm(y, design.x, structure="unstructured", method=method)
    for visit, found in enumerate(differences(y, arm, base, method=method)):
        row = difference_row(design, arm="b", reference="a", visit=visit)
        assert found.estimate == pytest.approx(row @ fit.coef, rel=1e-9)


@pytest.mark.parametrize("assumption", BY_CONDITIONAL_MEAN)
def test_without_missing_visits_no_assumption_counts(assumption):
    """The jackknife of least squares: every residual over one less its leverage, by hand."""
    y, arm, base = data(gaps=False)
    x = np.column_stack([arm == "a", arm == "b", base]).astype(float)
    pulled = np.linalg.solve(x.T @ x, x.T)
    leverage = np.einsum("ij,ji->i", x, pulled)
    for visit, found in enumerate(differences(y, arm, base, assumption)):
        coef = pulled @ y[:, visit]
        moved = pulled * ((y[:, visit] - x @ coef) / (1 - leverage))
        without = (coef[:, None] - moved)[1] - (coef[:, None] - moved)[0]
        n = len(y)
        error = np.sqrt((n - 1) * without.var())
        assert found.estimate == pytest.approx(coef[1] - coef[0], rel=1e-9)
        assert found.standard_error == pytest.approx(error, rel=1e-9)


def test_a_delta_moves_by_what_was_filled_in():
    """By hand: the mean of twelve rises by 3 for each of those filled in."""
    y, arm, _ = data()
    row, found = [-1, 1], []
    lost = np.isnan(y[:, 2]) & (arm == "b")
    for deltas in (None, [0.0, 3.0]):
        fits = missing.conditional_mean_fits(
            y, arm, None, assumption="jump_to_reference", **(GIVEN | {"deltas": deltas})
        )
        found.append(missing.conditional_mean_contrast(fits, row, visit=2, **TESTED).estimate)
    assert found[1] - found[0] == pytest.approx(3 * lost.sum() / 12, rel=1e-9)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reference": "c"}, "none of the arms"),
        ({"deltas": [1.0]}, "deltas must hold 2 numbers"),
    ],
)
def test_what_is_none_is_refused(more, words):
    y, arm, base = data()
    with pytest.raises(StatsError, match=words):
        differences(y, arm, base, **more)


@pytest.mark.parametrize(
    ("row", "visit", "words"), [([1, -1], 0, "row must hold 3"), ([1, -1, 0], 3, "visit")]
)
def test_a_contrast_is_of_the_columns_and_visits(row, visit, words):
    y, arm, base = data()
    fits = missing.conditional_mean_fits(y, arm, base, assumption="missing_at_random", **GIVEN)
    with pytest.raises(StatsError, match=words):
        missing.conditional_mean_contrast(fits, row, visit=visit, **TESTED)


def test_an_offset_of_other_patients_and_a_row_without_end_are_refused():
    y, arm = np.arange(16.0).reshape(8, 2) ** 2 % 7, list("abababab")
    given = {"reference": "b", "deltas": None, "method": "REML"}
    with pytest.raises(StatsError, match=r"offset must be a number or have shape \(8,\)"):
        missing.conditional_mean_fits(
            y, arm, None, assumption="missing_at_random", offset=[1.0, 2], **given
        )
    fits = missing.conditional_mean_fits(
        y, arm, None, assumption="missing_at_random", offset=0.0, **given
    )
    with pytest.raises(StatsError, match="row: the data are too large"):
        missing.conditional_mean_contrast(
            fits, [1e308, -1e308], visit=1, sides="two_sided", confidence=0.95
        )
