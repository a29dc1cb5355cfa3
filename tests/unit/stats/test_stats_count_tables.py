"""Many tables at once give what the single functions give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialtrace.stats.contingency import fisher_exact
from trialtrace.stats.results import StatsError
from trialtrace.stats.summaries.count_tables import p_values_of_tables
from trialtrace.stats.summaries.count_tests import p_values_of_counts

SIZE = st.integers(1, 60)


@st.composite
def table(draw):
    n, m = draw(SIZE), draw(SIZE)
    return draw(st.integers(0, n)), n, draw(st.integers(0, m)), m


@settings(max_examples=50)
@given(st.lists(table(), min_size=1, max_size=12))
def test_as_each_table_alone(tables):
    many = p_values_of_tables(*np.array(tables).T)
    for place, one in enumerate(tables):
        for name, value in p_values_of_counts(*one, sides="two_sided").items():
            assert many[name][place] == pytest.approx(value, abs=1e-12, nan_ok=True)
        for side in ("less", "greater"):
            alone = fisher_exact(*one, sides=side).p_value
            assert many[f"fisher_{side}"][place] == pytest.approx(alone, abs=1e-12)


@pytest.mark.parametrize("one", [(3, 2, 1, 4), (1, 2, -1, 4), (0, 0, 1, 4)])
def test_impossible_tables_are_refused(one):
    with pytest.raises(StatsError):
        p_values_of_tables(*([value] for value in one))
