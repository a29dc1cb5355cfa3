"""Imputation: what is never touched, units and names, deltas, what is refused."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialtrace.stats import StatsError, missing
from trialtrace.stats.missing._posterior import (
    IMPUTATION,
    matched_values,
    ordinal_values,
)
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.mixed.visit_design import difference_row, visit_design
from trialtrace.stats.regression.ordinal import proportional_odds
from trialtrace.stats.resampling import drawing

NOTHING_MARKED = {"not_to_impute": False, "if_marked": "refuse"}
SEED = (20261121, 3)
TEN = {"seed": SEED, "start": 0, "stop": 10}


def trial(n=40, *, monotone=True, seed=1):
    """y (n, 3) with missing values, and arm (n,)."""
    rng = np.random.default_rng(seed)
    arm = np.arange(n) % 2
    y = rng.normal(0, 1, (n, 1)) + rng.normal(0, 1, (n, 3)).cumsum(axis=1) + arm[:, None]
    gone = rng.random(y.shape) < 0.2
    y[np.maximum.accumulate(gone, axis=1) if monotone else gone] = np.nan
    return y, arm


def impute(y, arm, covariates=None, *, kinds=("normal",) * 3, arms="by_arm", **options):
    options = {**NOTHING_MARKED, **TEN, **options}
    return missing.impute_monotone(y, arm, covariates, kinds=kinds, arms=arms, **options)


def chain(y, arm, *, kinds=("normal",) * 3, arms="by_arm", **options):
    options = {**NOTHING_MARKED, **TEN, "cycles": 3, "logistic": "maximum", **options}
    return missing.impute_chained(y, arm, None, kinds=kinds, arms=arms, **options)


def refer(y, arm, *, reference=0, assumption="jump_to_reference", **options):
    options = {**NOTHING_MARKED, **TEN, "cycles": 3, "arms": "by_arm", **options}
    return missing.impute_reference_based(
        y, arm, None, reference=reference, assumption=assumption, **options
    )


METHODS = {
    "monotone": (impute, True),
    "in_model": (lambda y, arm, **o: impute(y, arm, arms="in_model", **o), True),
    "chained": (chain, False),
    "reference": (refer, True),
    "reference_gaps": (refer, False),
    "reference_in_model": (lambda y, arm, **o: refer(y, arm, arms="in_model", **o), False),
}
every_method = pytest.mark.parametrize("method", METHODS)


def test_a_purpose_of_its_own_in_the_stream():
    taken = {drawing.ASSIGNMENT, drawing.TIED_KEYS, drawing.BOOTSTRAP, drawing.CHANGES}
    assert IMPUTATION not in taken


@every_method
def test_an_imputation_is_the_same_whichever_others_are_made(method):
    function, monotone = METHODS[method]
    y, arm = trial(monotone=monotone)
    whole = function(y, arm).values
    parts = [function(y, arm, start=a, stop=b).values for a, b in ((7, 10), (0, 1), (1, 7))]
    np.testing.assert_array_equal(np.concatenate([parts[1], parts[2], parts[0]]), whole)
    other = function(y, arm, seed=(20261121, 4)).values
    assert (other[:, np.isnan(y)] != whole[:, np.isnan(y)]).all()


@every_method
def test_observed_values_stay_and_only_missing_ones_are_filled(method):
    function, monotone = METHODS[method]
    y, arm = trial(monotone=monotone)
    found = function(y, arm)
    np.testing.assert_array_equal(found.filled, np.isnan(y))
    np.testing.assert_array_equal(
        found.values[:, ~found.filled], np.tile(y[~found.filled], (10, 1))
    )
    assert np.isfinite(found.values).all()
    assert (found.values[:, found.filled].std(axis=0) > 0).all()


@every_method
@settings(max_examples=8)
@given(offset=st.floats(-1e3, 1e3), unit=st.sampled_from([1e-3, 0.3, 1e4]), seed=st.integers(0, 99))
def test_another_unit_gives_the_same_in_that_unit(method, offset, unit, seed):
    function, monotone = METHODS[method]
    y, arm = trial(48, monotone=monotone, seed=seed)
    plain, moved = function(y, arm).values, function(offset + unit * y, arm).values
    np.testing.assert_allclose(moved, offset + unit * plain, rtol=1e-7, atol=1e-7 * unit)


@every_method
def test_a_death_is_refused_or_left_never_filled(method):
    function, monotone = METHODS[method]
    y, arm = trial(monotone=monotone)
    # The patient is complete up to his death before the last visit.
    y[4] = [0.3, 0.1, np.nan]
    dead = np.zeros(y.shape, dtype=bool)
    dead[4, 2] = True
    with pytest.raises(StatsError, match="row 4: a value after death"):
        function(y, arm, not_to_impute=dead)
    left = function(y, arm, not_to_impute=dead, if_marked="leave")
    assert np.isnan(left.values[:, 4, 2]).all() and not left.filled[4, 2]
    assert np.isnan(left.values).sum() == 10


def test_a_death_between_the_columns_of_a_chain_stops_it_where_a_value_would_need_it():
    y, arm = trial(monotone=False)
    y[4] = [np.nan, 0.1, np.nan]
    dead = np.zeros(y.shape, dtype=bool)
    dead[4, 2] = True
    with pytest.raises(StatsError, match="left without a value"):
        chain(y, arm, not_to_impute=dead, if_marked="leave")
    with pytest.raises(StatsError, match="lies before an observed value"):
        marked = np.zeros(y.shape, dtype=bool)
        marked[5, 0] = True
        y[5] = [np.nan, 1, 2]
        refer(y, arm, not_to_impute=marked, if_marked="leave")


def components():
    """Components (n, 3): two measurements and death, which is known for everyone."""
    rng = np.random.default_rng(5)
    y = np.column_stack([rng.normal(size=(40, 2)), rng.random(40) < 0.2])
    y[::7, 1] = np.nan
    death = np.zeros(y.shape, dtype=bool)
    death[:, 2] = True
    return y, np.arange(40) % 2, death


def failure(values):
    return (values[..., 1] < 0) | (values[..., 2] == 1)


def test_a_composite_is_made_of_imputed_components():
    y, arm, death = components()
    kinds = ("normal", "normal", "binary")
    found = chain(y, arm, kinds=kinds, arms="in_model", not_to_impute=death)
    made = missing.composite(found, failure)
    np.testing.assert_array_equal(made, failure(found.values))
    assert (made[:, y[:, 2] == 1] == 1).all()


def test_no_composite_of_an_imputed_death():
    y, arm, death = components()
    y[3, 2] = np.nan
    kinds = ("normal", "normal", "binary")
    with pytest.raises(StatsError, match="row 3"):
        chain(y, arm, kinds=kinds, arms="in_model", not_to_impute=death)
    filled = chain(y, arm, kinds=kinds, arms="in_model")
    marked = missing.Imputations(filled.values, filled.filled, death)
    seen = []
    with pytest.raises(StatsError, match="no composite is made"):
        missing.composite(marked, lambda values: seen.append(values))
    assert not seen


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda v: v[0, :, 0], "shape"),
        (lambda v: v[..., 0] / 0 * 0, "missing for 40 patients"),
        (
            lambda v: v[..., 1] - v[..., 1].mean(axis=1, keepdims=True),
            "differs between imputations",
        ),
    ],
)
def test_composites_that_are_refused(function, message):
    y, arm, death = components()
    kinds = ("normal", "normal", "binary")
    found = chain(y, arm, kinds=kinds, arms="in_model", not_to_impute=death)
    with np.errstate(all="ignore"), pytest.raises(StatsError, match=message):
        missing.composite(found, function)


@pytest.mark.parametrize("outcome", ["separated", "nearly_all", "constant"])
def test_separation_is_refused(outcome):
    x = np.linspace(-1, 1, 30)
    b = {"separated": x > 0.3, "nearly_all": x > x[-2], "constant": x > 2}[outcome].astype(float)
    y = np.column_stack([x, b])
    y[5, 1] = np.nan
    with pytest.raises(StatsError, match="separate the two outcomes"):
        impute(y, np.zeros(30), kinds=("normal", "binary"))


ASSUMPTIONS = ("missing_at_random", "jump_to_reference", "copy_increments", "copy_reference")


@pytest.mark.parametrize("assumption", ASSUMPTIONS)
def test_the_reference_arm_is_missing_at_random(assumption):
    y, arm = trial()
    keep = (arm == 0) | ~np.isnan(y[:, 0])
    y, arm = y[keep], arm[keep]
    random = refer(y, arm, assumption="missing_at_random").values[:, arm == 0]
    np.testing.assert_allclose(refer(y, arm, assumption=assumption).values[:, arm == 0], random)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), last=st.integers(1, 3))
def test_joint_distributions(seed, last):
    rng = np.random.default_rng(seed)
    mean, other = rng.normal(size=(2, 4))
    a, r = (m @ m.T + 0.1 * np.eye(4) for m in rng.normal(size=(2, 4, 4)))
    for assumption in (*ASSUMPTIONS, "last_mean"):
        joint = missing.joint_distribution(mean, a, other, r, last=last, assumption=assumption)
        assert np.linalg.eigvalsh(joint[1])[0] > 0
        if assumption != "copy_reference":
            np.testing.assert_allclose(joint[0][:last], mean[:last], atol=1e-10)
            np.testing.assert_allclose(joint[1][:last, :last], a[:last, :last], atol=1e-10)
        same = missing.joint_distribution(mean, a, mean, a, last=last, assumption=assumption)
        np.testing.assert_allclose(same[1], a, atol=1e-10)
        if assumption != "last_mean":
            np.testing.assert_allclose(same[0], mean, atol=1e-10)


def test_matched_values_and_counts_are_values_that_occur():
    y, arm = trial()
    counts = np.floor(np.abs(y[:, :2]))
    found = impute(counts, arm, kinds=("count", "predictive_mean_matching"), donors=3)
    values = found.values[:, found.filled[:, 1], 1]
    assert np.isin(values, counts[~np.isnan(counts[:, 1]), 1]).all()
    filled = found.values[:, found.filled[:, 0], 0]
    assert ((filled >= 0) & (filled == np.floor(filled))).all()


def test_matched_donors_are_the_nearest_and_of_equal_ones_the_first():
    """Held against all distances, sorted; the cost grows with the rows, not with their square."""
    rng = np.random.default_rng(5)
    y = np.arange(30.0)
    for seen in (rng.integers(-3, 4, (1, 30)) * 1.0, rng.normal(size=(4, 30))):
        gap, residual = rng.integers(-6, 7, (4, 9)) / 2, rng.random((4, 9))
        found = matched_values(y, (seen, gap), residual, 5)
        for i, (wanted, share) in enumerate(zip(gap, residual, strict=True)):
            own = seen[min(i, len(seen) - 1)]
            for k, value in enumerate(wanted):
                nearest = sorted(range(30), key=lambda row: (abs(value - own[row]), row))
                assert found[i, k] == nearest[int(share[k] * 5)]
    many = rng.normal(size=(1, 200_000))
    found = matched_values(many[0], (many, many[:, :100_000]), np.zeros((1, 100_000)), 5)
    assert (found == many[:, :100_000]).all()


def test_visits_missed_in_a_row_are_cumulative_deltas_of_one():
    filled = np.random.default_rng(2).random((30, 5)) < 0.5
    ones = {"arms": ("a",), "deltas": np.ones((1, 5)), "cumulative": True}
    shifted = missing.add_delta(np.zeros((2, 30, 5)), filled, ["a"] * 30, **ones)
    assert (shifted == missing.missed_in_a_row(filled)).all() and shifted.max() > 3


def test_deltas_by_lag_are_those_of_the_manual_of_rbmi():
    """delta_template's example: deltas 5 to 8, lags 1 to 4, away from the second visit on."""
    filled, given = [[False, True, True, True]], {"arms": ("a",), "cumulative": True}
    deltas = {"deltas": [[5.0, 6, 7, 8]], "lags": [1, 2, 3, 4]}
    found = missing.add_delta(np.zeros((2, 1, 4)), np.array(filled), ["a"], **given, **deltas)
    assert found[0].tolist() == [[0, 6, 20, 44]]


def test_no_level_between_drawn_thresholds_that_cross():
    """Of four levels the second has two rows; its thresholds are drawn at 0.99 and 0.01, and cross.

    By hand: estimates plus the inverse of the upper factor of the information, times normal
    quantiles; of crossing thresholds the level between has no chance, that above its whole share.
    """
    y = np.repeat([0.0, 1, 2, 3], [15, 2, 12, 11])
    z = np.random.default_rng(4).normal(size=40)
    x, gaps = np.column_stack([np.ones(40), z])[None], np.tile([1.0, 0.0], (1, 999, 1))
    uniform, residual = np.array([[0.99, 0.01, 0.5, 0.5, 0.5]]), np.arange(1, 1000)[None] / 1000
    drawn = ordinal_values(y, x, gaps, uniform, residual, "column 0")[0]
    fit = proportional_odds(y, z[:, None], confidence=0.95)
    upper = np.linalg.cholesky(np.linalg.inv(fit.joint_covariance)).T
    normal = [NormalDist().inv_cdf(u) for u in uniform[0, :4]]
    first, second, third = (fit.thresholds + np.linalg.solve(upper, normal)[:3]).tolist()
    assert second < first < third
    shares = [1 / (1 + np.exp(-cut)) for cut in (first, third)]
    assert set(drawn) == {0, 2, 3}
    assert [(drawn == 0).mean(), (drawn < 3).mean()] == pytest.approx(shares, abs=2e-3)


def test_what_nothing_asks_for_may_be_left_out():
    """Nobody died, no column is binary, imputations from the first on; a seed of one number."""
    y = [[3, 4], [5, 7], [4, np.nan], [6, 6], [7, 9], [5, 8], [np.nan, 5], [6, 8]]
    given = {"kinds": "normal", "arms": "in_model", "cycles": 3, "stop": 4}
    whole = {"start": 0, "not_to_impute": False, "if_marked": "refuse", "logistic": "maximum"}
    short = missing.impute_chained(y, list("ab" * 4), None, **given, seed=7)
    long = missing.impute_chained(y, list("ab" * 4), None, **given, **whole, seed=(7, 0))
    np.testing.assert_array_equal(short.values, long.values)
    with pytest.raises(StatsError, match="if_marked must be one of refuse, leave; got None"):
        missing.impute_chained(y, list("ab" * 4), None, **given, seed=7, not_to_impute=True)
    binary = [[0, 1], [1, 1], [0, np.nan], [1, 0]] * 4
    with pytest.raises(StatsError, match="logistic must be one of maximum, augmented; got None"):
        missing.impute_chained(binary, list("ab" * 8), None, **given | {"kinds": "binary"}, seed=7)
    for wrong in (-1, 2**64, 1.5, "7", None, (1,), (1, 2, 3)):
        with pytest.raises(StatsError, match=r"from 0 to 2.64 - 1, or two of them"):
            missing.impute_chained(y, list("ab" * 4), None, **given, seed=wrong)


REML = {"reference": "a", "deltas": None, "offset": 0.0, "method": "REML"}
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
    fits = missing.conditional_mean_fits(y, arm, base, assumption=assumption, **(REML | more))
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


@every_method
def test_nothing_missing_gives_the_data_back_whatever_arms_are_called(method):
    function, monotone = METHODS[method]
    y = np.random.default_rng(2).normal(size=(20, 3))
    found = function(y, np.arange(20) % 2)
    assert not found.filled.any()
    np.testing.assert_array_equal(found.values, np.tile(y, (10, 1, 1)))
    y, arm = trial(monotone=monotone)
    named, options = np.array(["A", "B"])[arm], {"reference": "A"} if "refer" in method else {}
    np.testing.assert_array_equal(function(y, named, **options).values, function(y, arm).values)


Y, ARM = trial()
GAPS, GAPS_ARM = trial(monotone=False)
NEVER = GAPS.copy()
NEVER[GAPS_ARM == 1, 1] = np.nan
GAP, NO_BASELINE = Y.copy(), GAPS.copy()
GAP[6], NO_BASELINE[1] = [np.nan, 1, 2], np.nan
FLAT = np.where(np.isnan(Y), np.nan, 3.3)
COUNTS = np.floor(np.abs(Y))
MATCHED = ("count", "predictive_mean_matching")
ZERO = np.column_stack([Y[:, 0], 0 * Y[:, 1]])
X8 = np.random.default_rng(0).normal(size=(8, 3))
MEAN_Y, MEAN_ARM, BASE = data()
FITS = missing.conditional_mean_fits(MEAN_Y, MEAN_ARM, BASE, assumption="missing_at_random", **REML)
ROW = {"row": [-1, 1, 0], "visit": 1, **TESTED}
VALUES = {"completed": np.zeros((2, 3, 2)), "filled": np.ones((3, 2), dtype=bool), "arm": [0, 0, 1]}
DELTA = {**VALUES, "arms": (0,)}
LAGS = DELTA | {"deltas": [[1, 2]], "cumulative": True, "lags": [1, 2]}
REFUSED = [
    (impute, (GAP, ARM), {}, "row 6: the pattern is not monotone"),
    (impute, (Y[:8], ARM[:8], X8), {}, "more rows are needed"),
    (impute, (Y, ARM, np.ones((40, 1))), {}, "combinations of each other"),
    (impute, (Y, ARM, np.zeros((40, 1))), {}, "is 0 throughout"),
    (impute, (FLAT[:, :1], ARM), {"kinds": ("normal",)}, "no variation"),
    (impute, (Y, ARM), {"start": 3, "stop": 3}, "numbered from 0"),
    (impute, (Y, ARM), {"not_to_impute": 0}, "truth values"),
    (impute, (Y, ARM), {"kinds": ("normal",) * 2}, "kinds has 2"),
    (impute, (Y, ARM), {"kinds": ("normal", "normal", "binary")}, "other than 0 and 1"),
    (impute, (np.where(np.isnan(Y), np.inf, Y), ARM), {}, "infinite"),
    (impute, (Y.astype(str), ARM), {}, "numbers only"),
    (impute, (Y, [None, *ARM[1:]]), {}, "missing labels"),
    (impute, (Y, ARM), {"kinds": ("count",) * 3}, "no whole numbers from 0"),
    (impute, (ZERO, ARM), {"kinds": ("normal", "count")}, "all observed counts of column 1"),
    (impute, (ZERO, ARM), {"kinds": ("normal", "ordinal")}, "column 1 in .* one observed level"),
    (impute, (COUNTS[:, :2], ARM), {"kinds": MATCHED}, "donors"),
    (impute, (Y, ARM), {"donors": 5}, "donors"),
    (
        impute,
        (Y[:, :2], ARM),
        {"kinds": ("normal", "predictive_mean_matching"), "donors": 1000},
        "1000 donors",
    ),
    (chain, (NEVER, GAPS_ARM), {}, "column 1 of arm 1 has no observed value"),
    (refer, (NEVER, GAPS_ARM), {}, "visit 1 of arm 1 has no observed value"),
    (chain, (GAPS, GAPS_ARM), {"cycles": 0}, "cycles"),
    (refer, (GAPS, GAPS_ARM), {"cycles": 0}, "cycles"),
    (refer, (GAPS, GAPS_ARM), {"reference": "placebo"}, "none of the arms 0, 1"),
    (refer, (NO_BASELINE, GAPS_ARM), {"assumption": "last_mean"}, "put the baseline first"),
    (missing.add_delta, (), DELTA | {"deltas": [[1, 2]]}, "cumulative is given"),
    (missing.add_delta, (), DELTA | {"deltas": [1], "cumulative": True}, r"shape \(1, 2\)"),
    (missing.add_delta, (), LAGS | {"lags": [1, 2, 3]}, r"lags must have shape \(2,\)"),
    (missing.add_delta, (), LAGS | {"cumulative": False}, "lags weigh cumulative deltas"),
    (missing.missed_in_a_row, ([[1, 0]],), {}, "truth values"),
    (differences, (MEAN_Y, MEAN_ARM, BASE), {"reference": "c"}, "none of the arms"),
    (differences, (MEAN_Y, MEAN_ARM, BASE), {"deltas": [1.0]}, "deltas must hold 2 numbers"),
    (differences, (MEAN_Y, MEAN_ARM, BASE), {"offset": [1.0, 2]}, r"or have shape \(24,\)"),
    (missing.conditional_mean_contrast, (FITS,), ROW | {"row": [1, -1]}, "row must hold 3"),
    (missing.conditional_mean_contrast, (FITS,), ROW | {"visit": 3}, "visit"),
    (missing.conditional_mean_contrast, (FITS,), ROW | {"row": [1e308, -1e308, 0]}, "too large"),
]


@pytest.mark.parametrize(("compute", "data_", "options", "named"), REFUSED)
def test_refused(compute, data_, options, named):
    with pytest.raises(StatsError, match=named):
        compute(*data_, **options)
