"""P-values of many tables at once: against all tables with the same margins, counted."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erfc

from trialtrace.stats.results import StatsError
from trialtrace.stats.summaries.count_tests import p_values_of_counts, p_values_of_tables

SIZE = st.integers(1, 60)


@st.composite
def table(draw):
    n, m = draw(SIZE), draw(SIZE)
    return draw(st.integers(0, n)), n, draw(st.integers(0, m)), m


def counted(a, n, c, m):
    """The exact p-values, as fractions."""
    events = a + c
    ways = {
        k: comb(n, k) * comb(m, events - k) for k in range(max(0, events - m), min(n, events) + 1)
    }
    own, total = ways[a], sum(ways.values())
    both = sum(way for way in ways.values() if way <= own)
    tied = sum(way for way in ways.values() if way == own)
    return {
        "fisher": Fraction(both, total),
        "mid_p": Fraction(2 * both - own, 2 * total),
        "mid_p_all": Fraction(2 * both - tied, 2 * total),
        "fisher_less": Fraction(sum(way for k, way in ways.items() if k <= a), total),
        "fisher_greater": Fraction(sum(way for k, way in ways.items() if k >= a), total),
    }


def chi_squared(a, n, c, m, corrected):
    """Upper tail with 1 df, from observed less expected in each cell as fractions."""
    events, total = a + c, n + m
    if events in (0, total):
        return np.nan
    cells = [
        (a, n * events),
        (c, m * events),
        (n - a, n * (total - events)),
        (m - c, m * (total - events)),
    ]
    statistic = Fraction(0)
    for observed, product in cells:
        expected = Fraction(product, total)
        distance = abs(observed - expected)
        distance -= min(Fraction(1, 2), distance) if corrected else 0
        statistic += distance**2 / expected
    return float(erfc((float(statistic) / 2) ** 0.5))


@given(st.lists(table(), min_size=1, max_size=12))
def test_as_counted(tables):
    many = p_values_of_tables(*np.array(tables).T)
    for place, one in enumerate(tables):
        expected = {name: float(p) for name, p in counted(*one).items()}
        expected["chi_squared"] = chi_squared(*one, corrected=False)
        expected["chi_squared_corrected"] = chi_squared(*one, corrected=True)
        expected["chi_squared_one_sided"] = expected["chi_squared"] / 2
        found = {name: float(p[place]) for name, p in many.items()}
        assert found == pytest.approx(expected, rel=1e-11, nan_ok=True)


@given(table(), st.sampled_from(["less", "greater"]))
def test_one_side_halves_the_observed_table_alone(one, side):
    found, expected = p_values_of_counts(*one, sides=side), counted(*one)
    tail = expected[f"fisher_{side}"]
    # The tails of both sides share the observed table.
    own = expected["fisher_less"] + expected["fisher_greater"] - 1
    assert found["fisher"] == pytest.approx(float(tail), rel=1e-11)
    for name in ("mid_p", "mid_p_all"):
        assert found[name] == pytest.approx(float(tail - own / 2), rel=1e-11)


@pytest.mark.parametrize("one", [(3, 2, 1, 4), (1, 2, -1, 4), (0, 0, 1, 4)])
def test_impossible_tables_are_refused(one):
    with pytest.raises(StatsError):
        p_values_of_tables(*([value] for value in one))
