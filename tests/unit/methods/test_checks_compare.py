"""When two numbers agree; what a comparison says."""

from dataclasses import replace
from math import inf, nan

import pytest
from tiny_data import asked

from trialtrace.methods.checking.outcome import Recomputed, close, compare, version


@pytest.mark.parametrize(
    ("ours", "theirs", "agrees"),
    [
        (1.0, 1.0, True),
        (1.0, 1.0 + 9e-9, True),
        (1.0, 1.0 + 1.1e-8, False),
        (nan, nan, True),
        (nan, 1.0, False),
        (1.0, nan, False),
        (inf, inf, True),
        (inf, 1e300, False),
        (0.0, 1e-17, True),
        (0.0, 1e-9, False),
    ],
)
def test_close(ours, theirs, agrees):
    assert close(ours, theirs, 1e-8) is agrees


def test_a_small_p_value_is_compared_by_its_ratio_however_small():
    found = Recomputed("scipy.stats.x", 1.0001e-30)
    p_value = replace(asked("p_value.fisher"), value=1e-30)
    difference = replace(asked("risk_difference.wald"), value=1e-30)
    assert [each.agrees for each in compare(p_value, found)] == [False]
    assert [each.agrees for each in compare(difference, found)] == [True]


def test_bounds_that_only_one_side_has():
    found = Recomputed("scipy.stats.x", 1.0, (0.5, 2.0))
    without = replace(asked("mean.t_interval"), value=1.0)
    assert [(each.component, each.agrees) for each in compare(without, found)] == [
        ("value", True),
        ("ci_low", False),
        ("ci_high", False),
    ]
    theirs = Recomputed("scipy.stats.x", 1.0)
    whole = replace(without, interval=(0.5, 2.0))
    assert [each.component for each in compare(whole, theirs)] == ["value"]


def test_an_error_row_agrees_where_the_checker_has_no_value_either():
    refused = replace(asked("p_value.fisher"), error="the control arm has no patients.", n_used=7)
    assert all(each.agrees for each in compare(refused, Recomputed("scipy", nan, None, n_used=7)))
    assert not all(each.agrees for each in compare(refused, Recomputed("scipy", 0.5, n_used=7)))


def test_the_version_is_that_of_the_library_named_first():
    import platform

    import scipy

    assert version("scipy.stats.fisher_exact") == scipy.__version__
    assert version("statistics.stdev") == platform.python_version()
