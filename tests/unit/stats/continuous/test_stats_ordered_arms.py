"""Arms in an order: enumeration, printed tables, invariants, and what is refused."""

from itertools import permutations
from math import inf, nan

import numpy as np
import pytest
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.continuous import means
from trialtrace.stats.continuous.ordered_arms import jonckheere_terpstra, williams

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


# Williams, Biometrics 1971;27:103, table 1, one-sided 0.05: doses, degrees of freedom.
@pytest.mark.parametrize(("count", "df", "printed"), [(1, 10, 1.81), (2, 60, 1.75), (3, 20, 1.83)])
def test_williams_has_the_printed_critical_values(count, df, printed):
    names = list("abcde")[: count + 1]
    each = df // (count + 1) + 1
    arm = np.repeat(names, each)
    base = np.tile(np.resize([1.0, -1.0], each), count + 1)
    base[each - 1 :: each] = 0.0 if each % 2 else base[each - 1 :: each]
    spread = np.sqrt((base**2).sum() / df) * np.sqrt(2 / each)
    p = []
    for away in (-0.006, 0.006):
        y = base + np.where(arm == names[0], 0.0, (printed + away) * spread)
        p.append(williams(y, arm, order=names, sides="greater").p_value[-1])
    assert p[0] > 0.05 > p[1]


@given(data=doses())
def test_of_two_arms_williams_is_students(data):
    y, arm = data
    two = arm != "c"
    found = williams(y[two], arm[two], order=["a", "b"], sides="greater")
    test = means.student_t(y[arm == "b"], y[arm == "a"], sides="greater")
    same((found.statistic[0], found.p_value[0], found.df), (test.statistic, test.p_value, test.df))


@given(data=doses())
def test_p_values_of_williams_do_not_fall_towards_lower_doses(data):
    y, arm = data
    up = williams(y, arm, order=ORDER, sides="greater")
    down = williams(-y, arm, order=ORDER, sides="less")
    assert up.p_value[0] >= up.p_value[1] >= 0
    same(up.p_value, down.p_value)
    same(up.statistic, -down.statistic)
    same(up.mean, -down.mean)


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
    with pytest.raises(StatsError, match=message):
        williams(y, arm, order=order, sides="greater")


def test_odd_choices_are_refused():
    with pytest.raises(StatsError, match="without ties"):
        jonckheere_terpstra([1, 1, 2], list("aab"), order=["a", "b"], method="exact", sides="less")
    many = np.arange(2000.0)
    with pytest.raises(StatsError, match="too many"):
        jonckheere_terpstra(many, ["a", "b"] * 1000, order=["a", "b"], method="exact", sides="less")
    with pytest.raises(StatsError, match="sides"):
        williams(Y, ARM, order=ORDER, sides="two_sided")
    for far in (Y * 1e306, Y * 1e-200):
        with pytest.raises(StatsError, match="too much"):
            williams(far, ARM, order=ORDER, sides="greater")
