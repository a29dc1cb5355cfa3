"""Intervals of many tables at once: roots as those of each table alone, and R's numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from trialtrace.stats._roots import roots
from trialtrace.stats.results import StatsError
from trialtrace.stats.summaries.count_bounds import intervals_of_tables
from trialtrace.stats.summaries.count_tests import MEASURES, two_arm_intervals

SMALL = [
    (a, n, c, m)
    for n in range(1, 6)
    for m in range(1, 6)
    for a in range(n + 1)
    for c in range(m + 1)
]
SIZE = st.integers(1, 300)
WALD = [-0.1311773944739, -0.0245339730522]
CONDITIONAL = [0.289146762446, 0.830283935859]


@st.composite
def table(draw):
    n, m = draw(SIZE), draw(SIZE)
    return draw(st.integers(0, n)), n, draw(st.integers(0, m)), m


def agree(tables, measure, confidence):
    many = intervals_of_tables(*np.array(tables).T, measure=measure, confidence=confidence)
    for place, one in enumerate(tables):
        alone = two_arm_intervals(*one, measure=measure, confidence=confidence)
        assert list(alone) == list(many)
        for name, own in alone.items():
            expected = pytest.approx([own.low, own.high], rel=1e-11, abs=1e-13, nan_ok=True)
            assert many[name][place].tolist() == expected, (one, name)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_small_table(measure):
    agree(SMALL, measure, 0.95)


@settings(max_examples=40)
@given(
    st.lists(table(), min_size=1, max_size=8),
    st.sampled_from(MEASURES),
    st.sampled_from([0.8, 0.9, 0.95, 0.99]),
)
def test_as_each_table_alone(tables, measure, confidence):
    agree(tables, measure, confidence)


def test_as_r():
    """27 of 295 and 52 of 307 in R 4.2: prop.test, and uniroot on dhyper's tilted tails."""
    tables = ([27, 27], [295, 295], [52, 52], [307, 307])
    found = intervals_of_tables(*tables, measure="difference", confidence=0.95)
    assert found["wald"][1] == pytest.approx(WALD, rel=1e-9)
    found = intervals_of_tables(*tables, measure="odds_ratio", confidence=0.95)
    assert found["conditional_exact"][1] == pytest.approx(CONDITIONAL, rel=1e-9)


@pytest.mark.parametrize("one", [(3, 2, 1, 4), (1, 2, -1, 4), (0, 0, 1, 4)])
def test_impossible_tables_are_refused(one):
    with pytest.raises(StatsError):
        intervals_of_tables(*([v] for v in one), measure="difference", confidence=0.95)


def test_roots_are_those_of_brentq():
    at = np.array([0.3, 2.0, 7.5, 1e-9])
    found = roots(lambda x, which: x**3 - at[which], np.full(4, -1.0), np.full(4, 3.0))
    alone = [brentq(lambda x, own=own: x**3 - own, -1, 3, xtol=1e-18, rtol=1e-15) for own in at]
    assert found == pytest.approx(alone, rel=1e-13)
    nothing = roots(lambda x, which: x**2 + 1, np.array([-1.0]), np.array([1.0]))
    assert np.isnan(nothing).all()
