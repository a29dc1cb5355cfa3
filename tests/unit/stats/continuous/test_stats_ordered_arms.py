"""Arms in an order: enumeration, printed tables, invariants, and what is refused."""

from itertools import permutations
from math import inf, nan

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.continuous.ordered_arms import jonckheere_terpstra

ORDER = ["a", "b", "c"]
INFORMATION = [40, 35, 38, 43, 44, 41, 38, 40, 47, 44, 40, 42, 48, 40, 45, 43, 46, 44]


@st.composite
def doses(draw, ties=True):
    """(y, arm) of three arms with two to five patients each."""
    sizes = draw(st.lists(st.integers(2, 5), min_size=3, max_size=3))
    arm = np.repeat(ORDER, sizes)
    values = st.integers(-9, 9) if ties else st.integers(-999, 999)
    y = draw(st.lists(values, min_size=arm.size, max_size=arm.size, unique=not ties))
    y[0], y[1] = (y[0], y[1]) if y[0] != y[1] else (y[0], y[1] + 20)
    return np.array(y, float), arm


def test_the_example_of_hollander_and_wolfe():
    """Their J is 79; without the correction for ties, as printed, its normal deviate is 2.02."""
    arm = np.repeat(ORDER, 6)
    found = jonckheere_terpstra(INFORMATION, arm, order=ORDER, method="asymptotic", sides="greater")
    assert found.statistic == 79
    assert found.p_value == pytest.approx(0.0207, abs=5e-5)


@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 1, 2), (1, 4), (2, 3, 1, 1)])
def test_the_exact_distribution_is_that_of_every_order(sizes):
    names = "abcd"[: len(sizes)]
    arm = np.repeat(list(names), sizes)

    def j(values):
        return sum(
            values[one] < values[other]
            for one in range(arm.size)
            for other in range(arm.size)
            if arm[one] < arm[other]
        )

    y = np.random.default_rng(3).permutation(arm.size).astype(float)
    every = np.array([j(order) for order in permutations(range(arm.size))])
    options = {"order": list(names), "method": "exact"}
    up = jonckheere_terpstra(y, arm, sides="greater", **options)
    down = jonckheere_terpstra(y, arm, sides="less", **options)
    both = jonckheere_terpstra(y, arm, sides="two_sided", **options)
    assert up.statistic == j(y)
    assert up.p_value == pytest.approx((every >= j(y)).mean(), rel=1e-12)
    assert down.p_value == pytest.approx((every <= j(y)).mean(), rel=1e-12)
    assert both.p_value == pytest.approx(min(1, 2 * min(up.p_value, down.p_value)), rel=1e-12)


@given(data=doses(), method=st.just("asymptotic"))
def test_any_rising_scale_changes_nothing_and_turning_the_order_turns_the_test(data, method):
    y, arm = data
    options = {"method": method}
    found = jonckheere_terpstra(y, arm, order=ORDER, sides="greater", **options)
    scaled = jonckheere_terpstra(np.exp(y / 9), arm, order=ORDER, sides="greater", **options)
    turned = jonckheere_terpstra(y, arm, order=ORDER[::-1], sides="less", **options)
    same((found.statistic, found.p_value), (scaled.statistic, scaled.p_value))
    same(found.p_value, turned.p_value)


Y, ARM = np.arange(9.0) ** 2, list("aaabbbccc")


@pytest.mark.parametrize(
    ("y", "arm", "order", "message"),
    [
        (Y, ARM, ["a", "b"], "all arms"),
        (Y, ARM, ["a", "b", "b"], "all arms"),
        (Y, ARM, "abc", "all arms"),
        (Y, ARM, None, "all arms"),
        (Y, ARM, [], "all arms"),
        (Y, ["a"] * 9, ["a"], "all arms"),
        ([], [], ["a", "b"], "at least 2"),
        ([*Y[:8], nan], ARM, ORDER, "missing or infinite"),
        ([*Y[:8], inf], ARM, ORDER, "missing or infinite"),
        (Y[:8], ARM, ORDER, r"shape \(8,\)"),
        (list("123456789"), ARM, ORDER, "numbers only"),
        (np.ones(9), ARM, ORDER, "all values are equal|do not vary"),
    ],
)
def test_odd_input_is_refused(y, arm, order, message):
    with pytest.raises(StatsError, match=message):
        jonckheere_terpstra(y, arm, order=order, method="asymptotic", sides="greater")


def test_odd_choices_are_refused():
    with pytest.raises(StatsError, match="without ties"):
        jonckheere_terpstra([1, 1, 2], list("aab"), order=["a", "b"], method="exact", sides="less")
    many = np.arange(2000.0)
    with pytest.raises(StatsError, match="too many"):
        jonckheere_terpstra(many, ["a", "b"] * 1000, order=["a", "b"], method="exact", sides="less")
    with pytest.raises(StatsError, match="sides"):
        jonckheere_terpstra(Y, ARM, order=ORDER, method="asymptotic", sides="both")
