"""The check of bootstrapped differences where strata have a single value."""

import pandas as pd
import pytest
from tiny_data import REFERENCE, TREATED, asked, data

from trialtrace.run.methods.resampling import check

STEP = asked(
    "mean_difference.bootstrap", strata=["site"], interval="percentile", resamples=check.RESAMPLES
)


def checked(treated, reference):
    """Of values by stratum, in both arms."""
    rows = [
        {"TRTP": arm, "AVAL": float(value), "SITEID": site}
        for arm, strata in ((TREATED, treated), (REFERENCE, reference))
        for site, values in strata.items()
        for value in values
    ]
    return check.check(data(pd.DataFrame(rows)), STEP)


def test_a_stratum_of_one_is_drawn_as_it_is():
    """5 and two draws of 0 or 3 have the mean 5/3, 8/3 or 11/3, the outer ones a quarter each."""
    found = checked({"a": [5], "b": [0, 3]}, {"a": [1]})
    assert found.value == pytest.approx(8 / 3 - 1)
    assert found.interval == pytest.approx((2 / 3, 8 / 3))


def test_single_values_alone_have_one_difference():
    found = checked({"a": [5]}, {"a": [2]})
    assert (found.value, found.interval) == (3, (3, 3))
