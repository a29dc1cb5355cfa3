"""Rubin's rules, tipping points, bounds, carrying forward: refusals, label swaps, units."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stats_strategies import same

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


@pytest.mark.parametrize(
    ("q", "u", "options", "message"),
    [
        ([1.0], [1.0], {}, "at least two"),
        ([1.0, 2], [1.0, 0], {}, "above 0"),
        ([1.0, 2], [1.0], {}, "differ in shape"),
        ([1.0, 2], [1.0, 1], {"df_complete": 0}, "df_complete"),
        ([1.0, 2], [1.0, 1], {"scale": "log"}, "ratio above 0"),
    ],
)
def test_what_pooling_refuses(q, u, options, message):
    with pytest.raises(StatsError, match=message):
        pooled(q, u, **options)


@settings(max_examples=50)
@given(
    seed=st.integers(0, 2**32),
    m=st.integers(2, 12),
    unit=st.sampled_from([1e-6, 0.5, 1e5]),
    df=st.sampled_from([3.0, 80.0, np.inf]),
)
def test_pooling_in_another_order_and_unit(seed, m, unit, df):
    rng = np.random.default_rng(seed)
    q, u = rng.normal(0.4, 0.5, m), rng.gamma(5, 0.1, m)
    one, two = (
        pooled(q, u, df_complete=df),
        pooled(unit * q[::-1], unit**2 * u[::-1], df_complete=df),
    )
    for field in ("estimate", "low", "high", "se"):
        same(getattr(two, field), unit * getattr(one, field), of=unit * q)
    for field in ("df", "p_value", "relative_increase", "fraction_missing"):
        np.testing.assert_allclose(getattr(two, field), getattr(one, field), rtol=1e-9)
    assert one.df < df and 0 <= one.fraction_missing <= 1
    greater, less = (pooled(q, u, df_complete=df, sides=s).p_value for s in ("greater", "less"))
    assert greater + less == pytest.approx(1)
    assert one.p_value == pytest.approx(2 * min(greater, less))


def test_pooling_many_at_once_equals_pooling_each():
    rng = np.random.default_rng(3)
    q, u = rng.normal(size=(7, 2, 3)), rng.gamma(5, 0.1, (7, 2, 3))
    every = pooled(q, u)
    assert every.p_value[1, 2] == pooled(q[:, 1, 2], u[:, 1, 2]).p_value


def test_a_vector_of_one_has_the_squared_t_statistic():
    rng = np.random.default_rng(4)
    q, u = rng.normal(size=9), rng.gamma(5, 0.1, 9)
    test = missing.pooled_test(q[:, None], u[:, None, None], null=[0.2], df_complete=np.inf)
    assert test.statistic == pytest.approx(pooled(q, u, null=0.2).statistic ** 2)


def test_vectors_do_not_depend_on_a_change_of_basis():
    rng = np.random.default_rng(5)
    q, turn = rng.normal(size=(8, 3)), rng.normal(size=(3, 3))
    u = np.stack([m @ m.T + np.eye(3) for m in rng.normal(size=(8, 3, 3))])
    one = missing.pooled_test(q, u, null=np.zeros(3), df_complete=90.0)
    turned = turn @ u @ turn.T
    turned = (turned + np.swapaxes(turned, 1, 2)) / 2
    two = missing.pooled_test(q @ turn.T, turned, null=np.zeros(3), df_complete=90.0)
    np.testing.assert_allclose([two.statistic, two.df2], [one.statistic, one.df2], rtol=1e-9)


def test_vectors_without_spread_and_what_is_refused():
    q, u = np.ones((4, 2)), np.tile(np.eye(2), (4, 1, 1))
    test = missing.pooled_test(q, u, null=[0, 0], df_complete=np.inf)
    assert test.statistic == 1 and test.df2 == np.inf
    assert test.p_value == pytest.approx(np.exp(-1))
    finite = missing.pooled_test(q, u, null=[0, 0], df_complete=50.0)
    assert finite.df2 == pytest.approx(51 / 53 * 50)
    with pytest.raises(StatsError, match="above 4"):
        missing.pooled_test(q[:2], u[:2], null=[0, 0], df_complete=50.0)
    with pytest.raises(StatsError, match="too small"):
        missing.pooled_test(q, u, null=[0, 0], df_complete=3.0)
    with pytest.raises(StatsError, match="positive definite"):
        missing.pooled_test(q, 0 * u, null=[0, 0], df_complete=50.0)
    with pytest.raises(StatsError, match="shapes"):
        missing.pooled_test(q, u[0], null=[0, 0], df_complete=50.0)


def completed(seed=6, n=30):
    rng = np.random.default_rng(seed)
    arm = np.array(["a", "b", "c"])[np.arange(n) % 3]
    filled = rng.random(n) < 0.3
    values = np.where(filled, rng.normal(size=(8, n)), rng.normal(size=n))
    x = np.column_stack([arm == "a", arm == "b", arm == "c", rng.normal(size=n)])
    return values, filled, arm, x.astype(float)


TIPPING = {"null": 0.0, "sides": "two_sided", "level": 0.05}


def test_the_grid_equals_a_fit_at_each_pair_of_deltas():
    values, filled, arm, x = completed()
    first, second = np.array([0.0, 1.5, -3]), np.array([-1.0, 2])
    contrast = np.array([1.0, -1, 0, 0])
    grid = missing.delta_tipping(
        values, filled, arm, x, contrast, arms=("a", "b"), deltas=(first, second), **TIPPING
    )
    for i, one in enumerate(first):
        for j, two in enumerate(second):
            y = missing.add_delta(values, filled, arm, arms=("a", "b"), deltas=[one, two])
            coef, rss = np.linalg.lstsq(x, y.T, rcond=None)[:2]
            scale = contrast @ np.linalg.inv(x.T @ x) @ contrast
            by_hand = pooled(contrast @ coef, rss / 26 * scale, df_complete=26.0)
            assert grid.pooled.estimate[i, j] == pytest.approx(by_hand.estimate)
            assert grid.pooled.p_value[i, j] == pytest.approx(by_hand.p_value)
    swapped = missing.delta_tipping(
        values, filled, arm, x, -contrast, arms=("b", "a"), deltas=(second, first), **TIPPING
    )
    np.testing.assert_allclose(swapped.pooled.p_value.T, grid.pooled.p_value)


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


def test_what_tipping_refuses():
    values, filled, arm, x = completed()

    def tip(values=values, filled=filled, x=x, contrast=(1, -1, 0, 0), arms=("a", "b")):
        return missing.delta_tipping(
            values, filled, arm, x, contrast, arms=arms, deltas=([0.0], [0.0]), **TIPPING
        )

    with pytest.raises(StatsError, match="two different arms"):
        tip(arms=("a", "a"))
    with pytest.raises(StatsError, match="'d' is not among"):
        tip(arms=("a", "d"))
    with pytest.raises(StatsError, match="was not filled differs"):
        tip(filled=np.zeros(30, dtype=bool))
    with pytest.raises(StatsError, match="combinations"):
        tip(x=np.column_stack([x[:, :3], np.ones(30)]))
    with pytest.raises(StatsError, match="contrast is 0"):
        tip(contrast=(0, 0, 0, 0))
    with pytest.raises(StatsError, match="no variation"):
        tip(values=np.tile(x[:, 3], (8, 1)))
    with pytest.raises(StatsError, match="truth values"):
        tip(filled=filled.astype(float))
    with pytest.raises(StatsError, match=r"deltas must have shape \(2,\); got \(1,\)"):
        missing.add_delta(values, filled, arm, arms=("a", "b"), deltas=[1.0])


counts = st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(0, 4)).map(
    lambda c: (min(c[0], c[1]), c[1], c[2])
)


@settings(max_examples=60)
@given(one=counts, two=counts, test=st.sampled_from(["fisher", "chi_squared"]))
def test_maps_under_swaps(one, two, test):
    def chart(a, b):
        return missing.tipping_map(*a, *b, test=test, level=0.05)

    plain, bounds = chart(one, two), missing.worst_and_best(*one, *two)
    assert plain.difference.min() == pytest.approx(bounds.low)
    assert plain.difference.max() == pytest.approx(bounds.high)
    assert bounds.low - 1e-12 <= bounds.observed <= bounds.high + 1e-12
    np.testing.assert_allclose(chart(two, one).p_value.T, plain.p_value, rtol=1e-9)
    reverse = chart(*((n - x, n, m) for x, n, m in (one, two)))
    np.testing.assert_allclose(reverse.p_value[::-1, ::-1], plain.p_value, rtol=1e-9)
    observed = plain.observed_p_value <= 0.05
    np.testing.assert_array_equal(plain.tipped, (plain.p_value <= 0.05) != observed)


def test_what_bounds_refuse():
    good = (3, 10, 2, 5, 11, 1)
    for at, value, message in (
        (0, 11, "between 0"),
        (1, 0, "between 0"),
        (2, -1, "whole number"),
        (2, 1.5, "whole number"),
        (3, 2.5, "whole numbers"),
        (5, np.nan, "finite number"),
    ):
        wrong = [value if i == at else x for i, x in enumerate(good)]
        with pytest.raises(StatsError, match=message):
            missing.tipping_map(*wrong, test="fisher", level=0.05)
        with pytest.raises(StatsError, match=message):
            missing.worst_and_best(*wrong)
    with pytest.raises(StatsError, match="no patients"):
        missing.proportion_bounds(0, 0, 3)
    with pytest.raises(StatsError, match="test must be"):
        missing.tipping_map(*good, test="barnard", level=0.05)
    with pytest.raises(StatsError, match="level"):
        missing.tipping_map(*good, test="fisher", level=5)


REFUSED = {"not_to_impute": False, "before_first": "refuse"}


def test_observations_carried_forward():
    y = [[5.0, np.nan, 7, np.nan], [4, 3, np.nan, np.nan], [1, 2, 3, 4]]
    locf = missing.last_observation_carried_forward(y, **REFUSED)
    assert locf.tolist() == [[5, 5, 7, 7], [4, 3, 3, 3], [1, 2, 3, 4]]
    bocf = missing.baseline_observation_carried_forward(y, [9, 8, 0], not_to_impute=False)
    assert bocf.tolist() == [[5, 9, 7, 9], [4, 3, 8, 8], [1, 2, 3, 4]]
    higher = missing.worst_observation_carried_forward(y, worse="higher", **REFUSED)
    assert higher.tolist() == [[5, 5, 7, 7], [4, 3, 4, 4], [1, 2, 3, 4]]
    lower = missing.worst_observation_carried_forward(y, worse="lower", **REFUSED)
    assert lower.tolist() == [[5, 5, 7, 5], [4, 3, 3, 3], [1, 2, 3, 4]]
    left = missing.worst_observation_carried_forward(
        [[np.nan, 2, np.nan]], worse="lower", not_to_impute=False, before_first="leave"
    )
    np.testing.assert_array_equal(left, [[np.nan, 2, 2]])
    with pytest.raises(StatsError, match="worse must be"):
        missing.worst_observation_carried_forward(y, worse="low", **REFUSED)
    with pytest.raises(StatsError, match="before_first must be"):
        missing.last_observation_carried_forward(y, not_to_impute=False, before_first="nan")
    dead = np.zeros((3, 4), dtype=bool)
    dead[1, 3] = True
    with pytest.raises(StatsError, match="row 1"):
        missing.last_observation_carried_forward(y, not_to_impute=dead, before_first="leave")
    with pytest.raises(StatsError, match="row 1"):
        missing.baseline_observation_carried_forward(y, [9, 8, 0], not_to_impute=dead)
    with pytest.raises(StatsError, match="nothing to carry"):
        missing.last_observation_carried_forward([[np.nan, 1.0]], **REFUSED)
    with pytest.raises(StatsError, match="2 values for 3"):
        missing.baseline_observation_carried_forward(y, [9, 8], not_to_impute=False)


def test_no_library_that_checks_these_numbers():
    code = "import sys, trialtrace.stats.missing; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    forbidden = {"pandas", "statsmodels", "scipy.stats", "scipy.optimize"}
    assert not forbidden & set(run.stdout.split())
