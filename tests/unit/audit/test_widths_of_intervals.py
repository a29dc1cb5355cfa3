"""How wide crude intervals are, on the scale on which an estimate's own one is even."""

from math import log
from types import SimpleNamespace

import pytest

from trialtrace.audit.prints.shared.two_groups import _widths

CRUDE = {"one": (0.5, 2.0), "none": (0.0, 2.0)}


@pytest.mark.parametrize("measure", ["risk_ratio", "odds_ratio"])
def test_of_a_ratio_it_is_that_of_its_logarithm_where_there_is_one(measure):
    assert _widths(SimpleNamespace(measure=measure), CRUDE) == pytest.approx([log(4)])


def test_of_a_difference_it_is_as_printed():
    assert _widths(SimpleNamespace(measure="risk_difference"), CRUDE) == [1.5, 2]
