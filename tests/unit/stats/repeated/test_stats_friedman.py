"""Friedman's test: his table, every order by hand, invariants, and what is refused."""

from itertools import permutations, product
from math import nan

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.repeated.friedman import friedman

TABLES = arrays(float, st.tuples(st.integers(2, 7), st.integers(2, 4)), elements=st.integers(0, 5))


# Friedman 1937, table V: columns, subjects, the statistic, its chance.
@pytest.mark.parametrize(
    ("ranks", "statistic", "chance"),
    [
        ([[1, 2, 3]] * 3, 6.0, 0.028),
        ([[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 3, 2]], 6.5, 0.042),
        ([[1, 2, 3]] * 4, 8.0, 0.0046),
        ([[1, 2, 3, 4]] * 2, 6.0, 0.042),
        ([[1, 2, 3, 4]] * 3, 9.0, 0.0017),
    ],
)
def test_the_printed_table(ranks, statistic, chance):
    found = friedman(ranks, method="exact")
    assert found.statistic == pytest.approx(statistic, rel=1e-12)
    assert found.p_value == pytest.approx(chance, abs=0.0005 if chance > 0.01 else 0.00005)


@pytest.mark.parametrize("table", [[[1, 2, 2], [3, 1, 1], [2, 2, 5]], [[1, 2, 2], [2, 2, 2]]])
def test_exact_is_every_order_of_the_ranks_as_they_tie(table):
    rows = [list(permutations(row)) for row in table]
    every = [friedman(np.array(made), method="asymptotic").statistic for made in product(*rows)]
    found = friedman(table, method="exact")
    assert found.p_value == pytest.approx(
        np.mean(np.array(every) >= found.statistic - 1e-9), rel=1e-12
    )


@given(table=TABLES)
def test_order_of_subjects_and_columns_and_any_rising_scale_change_nothing(table):
    assume(np.ptp(table, axis=1).any())
    found = friedman(table, method="asymptotic")
    assert 0 <= found.p_value <= 1
    assert found.statistic <= len(table) * found.df + 1e-9
    for other in (table[::-1], table[:, ::-1], np.exp(table)):
        again = friedman(other, method="asymptotic")
        same((again.statistic, again.p_value), (found.statistic, found.p_value))
    exact = [friedman(other, method="exact").p_value for other in (table, table[::-1])]
    same(exact[0], exact[1])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "shape"),
        ([1, 2, 3], "shape"),
        ([[1, 2, 3]], "shape"),
        ([[1], [2]], "shape"),
        (5, "shape"),
        ([[1, 2], [3, nan]], "missing"),
        ([["1", "2"], ["3", "4"]], "numbers only"),
        ([[1, 1], [2, 2]], "one value"),
    ],
)
def test_odd_values_are_refused(values, message):
    with pytest.raises(StatsError, match=message):
        friedman(values, method="asymptotic")


def test_too_many_orders_are_refused_and_large_values_are_not():
    drawn = np.random.default_rng(1).normal(0, 1, (200, 5))
    for table in (drawn, np.tile(np.arange(12.0), (2, 1))):
        with pytest.raises(StatsError, match="too many"):
            friedman(table, method="exact")
    far = friedman(drawn / 10 * 1e308, method="asymptotic")
    same(far.p_value, friedman(drawn, method="asymptotic").p_value)
    with pytest.raises(StatsError, match="method"):
        friedman(drawn, method="normal")
