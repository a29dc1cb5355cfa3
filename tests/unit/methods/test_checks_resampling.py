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


def shuffled(treated, reference, sides="two_sided", draws=100_000):
    """The check of a test of ranks without strata."""
    rows = [
        {"TRTP": arm, "AVAL": float(value), "USUBJID": f"{arm}{at}"}
        for arm, values in ((TREATED, treated), (REFERENCE, reference))
        for at, value in enumerate(values)
    ]
    step = asked(
        "p_value.rerandomisation", strata=[], scores="ranks", sides=sides, draws=draws, seed=1
    )
    return check.drawn(data(pd.DataFrame(rows)), step)


def test_a_small_p_is_drawn_until_chance_is_less_than_it():
    """Of 12!/(6! 6!) = 924 ways to part twelve values one is as far to one side as it can be."""
    for sides, exact in (("two_sided", 2 / 924), ("greater", 1 / 924)):
        found = shuffled(range(7, 13), range(1, 7), sides)
        assert abs(found.value - exact) < found.chance < exact
    # One that is not small needs no more.
    found = shuffled([1, 4, 5, 8], [2, 3, 6, 7])
    assert found.value > check.SMALL
    assert found.chance > 5 * (found.value * (1 - found.value) / check.OF_SMALL) ** 0.5


def test_few_draws_have_no_p_below_one_of_them():
    """Of a p far below it they have at least 1 of 1,001, which the check lets pass."""
    found = shuffled(range(21, 41), range(1, 21), draws=1000)
    assert found.value < 1e-4 and 1 / 1001 - found.value < found.chance
