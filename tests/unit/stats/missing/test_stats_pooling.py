"""Rubin's rules, tipping points, bounds, values carried forward: identities, what is refused."""

from functools import partial

import numpy as np
import pytest

from trialtrace.stats import StatsError, missing

OPTIONS = {
    "df_complete": 60.0,
    "null": 0.0,
    "sides": "two_sided",
    "confidence": 0.95,
    "scale": "identity",
}


def pooled(q, u, **options):
    return missing.pool(q, u, **{**OPTIONS, **options})


def test_no_spread_leaves_the_complete_data_degrees_of_freedom():
    found = pooled([0.1] * 3, [0.04] * 3)
    assert found.df == pytest.approx(61 / 63 * 60) and found.se == pytest.approx(0.2)
    assert found.relative_increase == 0 and found.between == 0
    large = pooled([0.1] * 3, [0.04] * 3, df_complete=np.inf)
    assert large.df == np.inf and large.fraction_missing == 0
    assert large.high == pytest.approx(0.1 + 0.2 * 1.959963984540054)


def test_vectors_without_spread():
    q, u = np.ones((4, 2)), np.tile(np.eye(2), (4, 1, 1))
    test = missing.pooled_test(q, u, null=[0, 0], df_complete=np.inf)
    assert test.statistic == 1 and test.df2 == np.inf
    assert test.p_value == pytest.approx(np.exp(-1))
    finite = missing.pooled_test(q, u, null=[0, 0], df_complete=50.0)
    assert finite.df2 == pytest.approx(51 / 53 * 50)


def completed(seed=6, n=30):
    rng = np.random.default_rng(seed)
    arm = np.array(["a", "b", "c"])[np.arange(n) % 3]
    filled = rng.random(n) < 0.3
    values = np.where(filled, rng.normal(size=(8, n)), rng.normal(size=n))
    x = np.column_stack([arm == "a", arm == "b", arm == "c", rng.normal(size=n)])
    return values, filled, arm, x.astype(float)


TIPPING = {"null": 0.0, "sides": "two_sided", "level": 0.05}


def test_the_tipping_region_is_where_the_conclusion_differs():
    values, filled, arm, x = completed()
    grid = missing.delta_tipping(
        values,
        filled,
        arm,
        x,
        [1, -1, 0, 0],
        arms=("a", "b"),
        deltas=(np.linspace(-9, 9, 19), [0.0]),
        **TIPPING,
    )
    zero = 9
    assert grid.pooled.p_value[zero, 0] == pytest.approx(grid.without_shift.p_value[0, 0])
    assert not grid.tipped[zero, 0] and grid.tipped.any() and not grid.tipped.all()
    np.testing.assert_array_equal(grid.significant, grid.pooled.p_value <= 0.05)
    np.testing.assert_array_equal(grid.tipped, grid.significant != grid.significant[zero, 0])


CARRIED = {"not_to_impute": False, "before_first": "refuse"}


def test_a_delta_is_added_to_what_was_filled_in_its_arm():
    values, filled, arm = np.ones((2, 4)), np.array([True, False, True, True]), list("aabc")
    found = missing.add_delta(values, filled, arm, arms=("a", "b"), deltas=[1.5, -2.0])
    assert found.tolist() == [[2.5, 1.0, -1.0, 1.0]] * 2


def test_observations_carried_forward():
    y = [[5.0, np.nan, 7, np.nan], [4, 3, np.nan, np.nan], [1, 2, 3, 4]]
    locf = missing.last_observation_carried_forward(y, **CARRIED)
    assert locf.tolist() == [[5, 5, 7, 7], [4, 3, 3, 3], [1, 2, 3, 4]]
    bocf = missing.baseline_observation_carried_forward(y, [9, 8, 0], not_to_impute=False)
    assert bocf.tolist() == [[5, 9, 7, 9], [4, 3, 8, 8], [1, 2, 3, 4]]
    higher = missing.worst_observation_carried_forward(y, worse="higher", **CARRIED)
    assert higher.tolist() == [[5, 5, 7, 7], [4, 3, 4, 4], [1, 2, 3, 4]]
    lower = missing.worst_observation_carried_forward(y, worse="lower", **CARRIED)
    assert lower.tolist() == [[5, 5, 7, 5], [4, 3, 3, 3], [1, 2, 3, 4]]
    left = missing.worst_observation_carried_forward(
        [[np.nan, 2, np.nan]], worse="lower", not_to_impute=False, before_first="leave"
    )
    np.testing.assert_array_equal(left, [[np.nan, 2, 2]])


RUBIN = {"df": "barnard_rubin", "null": 0.0, "sides": "two_sided", "confidence": 0.95}


def drawn(seed, m=7, n=30):
    rng = np.random.default_rng(seed)
    arm = np.arange(n) % 3
    x = np.column_stack([arm[:, None] == np.arange(3), rng.normal(size=n)]).astype(float)
    filled = rng.random(n) < 0.3
    y = np.where(filled, rng.normal(size=(m, n)), rng.normal(size=n))
    return y, x, arm, filled


Y, X = drawn(1)[:2]
Q, U = np.ones((4, 2)), np.tile(np.eye(2), (4, 1, 1))
VECTOR = {"estimates": Q, "covariances": U, "null": [0, 0], "df_complete": 50.0}
POOL = {"estimates": [1.0, 2], "variances": [1.0, 1], **OPTIONS}
VALUES, FILLED, ARM, COLUMNS = completed()
TIP = {"completed": VALUES, "filled": FILLED, "arm": ARM, "x": COLUMNS, "arms": ("a", "b")}
TIP |= {"contrast": (1, -1, 0, 0), "deltas": ([0.0], [0.0]), **TIPPING}
GOOD = (3, 10, 2, 5, 11, 1)
WRONG_COUNTS = [
    (0, 11, "between 0"),
    (1, 0, "between 0"),
    (2, -1, "whole number"),
    (2, 1.5, "whole number"),
    (3, 2.5, "whole numbers"),
    (5, np.nan, "finite number"),
]
SEEN = [[5.0, np.nan, 7, np.nan], [4, 3, np.nan, np.nan], [1, 2, 3, 4]]
DEAD = np.arange(12).reshape(3, 4) == 7
MAP = {"test": "fisher", "level": 0.05}
FITS = missing.fit_imputed(Y, X)
REFUSED = [
    (missing.pool, POOL | {"estimates": [1.0], "variances": [1.0]}, "at least two"),
    (missing.pool, POOL | {"variances": [1.0, 0]}, "above 0"),
    (missing.pool, POOL | {"variances": [1.0]}, "differ in shape"),
    (missing.pool, POOL | {"df_complete": 0}, "df_complete"),
    (missing.pool, POOL | {"scale": "log"}, "ratio above 0"),
    (missing.pooled_test, VECTOR | {"estimates": Q[:2], "covariances": U[:2]}, "above 4"),
    (missing.pooled_test, VECTOR | {"df_complete": 3.0}, "too small"),
    (missing.pooled_test, VECTOR | {"covariances": 0 * U}, "positive definite"),
    (missing.pooled_test, VECTOR | {"covariances": U[0]}, "shapes"),
    (missing.delta_tipping, TIP | {"arms": ("a", "a")}, "two different arms"),
    (missing.delta_tipping, TIP | {"arms": ("a", "d")}, "'d' is not among"),
    (missing.delta_tipping, TIP | {"filled": np.zeros(30, dtype=bool)}, "was not filled differs"),
    (
        missing.delta_tipping,
        TIP | {"x": np.column_stack([COLUMNS[:, :3], np.ones(30)])},
        "combinations",
    ),
    (missing.delta_tipping, TIP | {"contrast": (0, 0, 0, 0)}, "contrast is 0"),
    (missing.delta_tipping, TIP | {"completed": np.tile(COLUMNS[:, 3], (8, 1))}, "no variation"),
    (missing.delta_tipping, TIP | {"filled": FILLED.astype(float)}, "truth values"),
    (
        partial(missing.add_delta, VALUES, FILLED, ARM),
        {"arms": ("a", "b"), "deltas": [1.0]},
        r"deltas must have shape \(2,\); got \(1,\)",
    ),
    *(
        (partial(compute, *GOOD[:at], value, *GOOD[at + 1 :]), {}, named)
        for at, value, named in WRONG_COUNTS
        for compute in (missing.worst_and_best, partial(missing.tipping_map, **MAP))
    ),
    (partial(missing.tipping_map, *GOOD), MAP | {"test": "barnard"}, "test must be"),
    (partial(missing.tipping_map, *GOOD), MAP | {"level": 5}, "level"),
    (partial(missing.proportion_bounds, 0, 0, 3), {}, "no patients"),
    (
        partial(missing.worst_observation_carried_forward, SEEN),
        CARRIED | {"worse": "low"},
        "worse must be",
    ),
    *(
        (partial(missing.last_observation_carried_forward, y), CARRIED | wrong, named)
        for y, wrong, named in (
            (SEEN, {"before_first": "nan"}, "before_first must be"),
            (SEEN, {"not_to_impute": DEAD, "before_first": "leave"}, "row 1"),
            ([[np.nan, 1.0]], {}, "nothing to carry"),
        )
    ),
    *(
        (partial(missing.baseline_observation_carried_forward, SEEN), more, named)
        for more, named in (
            ({"baseline": [9, 8, 0], "not_to_impute": DEAD}, "row 1"),
            ({"baseline": [9, 8], "not_to_impute": False}, "2 values for 3"),
        )
    ),
    *(
        (partial(missing.fit_imputed, completed_, x), {}, named)
        for completed_, x, named in (
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
        )
    ),
    (partial(missing.pooled_contrast, FITS, [0, 0, 0, 0]), RUBIN, "0"),
    (partial(missing.pooled_contrast, FITS, [1, -1]), RUBIN, "4"),
    (partial(missing.pooled_contrast, FITS, [[1, 0, 0, 0]]), RUBIN, "row"),
    (
        partial(missing.pooled_contrasts_test, FITS, [[1, 0, -1, 0], [2, 0, -2, 0]]),
        {"df": "rubin"},
        "follows from the others",
    ),
]


@pytest.mark.parametrize(("compute", "arguments", "named"), REFUSED)
def test_refused(compute, arguments, named):
    with pytest.raises(StatsError, match=named):
        compute(**arguments)
