"""The check of exact tests over common risks: the most that a set of tables has, by hand."""

import numpy as np
import pytest

from trialtrace.run.methods.categorical.check_exact import _largest


@pytest.mark.parametrize(
    ("tables", "most"),
    [([(1, 0)], 1 / 4), ([(1, 0), (0, 1)], 1 / 2), ([(0, 0)], 1), ([(0, 0), (1, 1)], 1)],
)
def test_the_largest_probability_of_tables_of_one_patient_an_arm(tables, most):
    extreme = np.zeros((2, 2), dtype=bool)
    extreme[tuple(zip(*tables, strict=True))] = True
    assert _largest(extreme, 1, 1) == pytest.approx(most)
