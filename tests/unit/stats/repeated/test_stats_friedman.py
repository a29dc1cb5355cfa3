"""Friedman's test: his table, invariants, and what is refused."""

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.repeated.friedman import friedman

TABLES = arrays(float, st.tuples(st.integers(2, 7), st.integers(2, 4)), elements=st.integers(0, 5))


# Friedman 1937, table V: columns, subjects, the statistic.
@pytest.mark.parametrize(
    ("ranks", "statistic"),
    [
        ([[1, 2, 3]] * 3, 6.0),
        ([[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 3, 2]], 6.5),
        ([[1, 2, 3]] * 4, 8.0),
        ([[1, 2, 3, 4]] * 2, 6.0),
        ([[1, 2, 3, 4]] * 3, 9.0),
    ],
)
def test_the_printed_table(ranks, statistic):
    assert friedman(ranks).statistic == pytest.approx(statistic, rel=1e-12)


@given(table=TABLES)
def test_order_of_subjects_and_columns_and_any_rising_scale_change_nothing(table):
    assume(np.ptp(table, axis=1).any())
    found = friedman(table)
    assert 0 <= found.p_value <= 1
    assert found.statistic <= len(table) * found.df + 1e-9
    for other in (table[::-1], table[:, ::-1], np.exp(table)):
        again = friedman(other)
        same((again.statistic, again.p_value), (found.statistic, found.p_value))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "shape"),
        ([1, 2, 3], "shape"),
        ([[1, 2, 3]], "shape"),
        ([[1], [2]], "shape"),
        (5, "shape"),
        ([[1, 1], [2, 2]], "one value"),
    ],
)
def test_odd_values_are_refused(values, message):
    with pytest.raises(StatsError, match=message):
        friedman(values)


def test_large_values_are_not_refused():
    drawn = np.random.default_rng(1).normal(0, 1, (200, 5))
    same(friedman(drawn / 10 * 1e308).p_value, friedman(drawn).p_value)
