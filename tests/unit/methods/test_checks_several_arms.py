"""Checks over several arms where nothing can be compared, and where a tail is drawn."""

from math import isnan

import pandas as pd
import pytest
from scipy.stats import t
from tiny_data import asked, data, two_arms

from trialtrace.run.methods.categorical.check_over_arms import CHECKS
from trialtrace.run.methods.continuous.check_several_arms import _critical


@pytest.mark.parametrize("events", [(3, 0), (3, 3)])
def test_strata_of_one_outcome_each_have_no_exact_test(events):
    """Everybody of a stratum has the event, or nobody: that there is no p is checked."""
    strata = [two_arms(x, 3, x, 3, SITEID=f"{at}") for at, x in enumerate(events)]
    step = asked("p_value.cmh_general_association_exact", strata=["site"])
    found = CHECKS[step.method](data(pd.concat(strata, ignore_index=True)), step)
    assert found is not None and isnan(found.value) and found.n_used == 12


def test_an_error_of_a_tail_is_one_of_the_critical_value_by_the_density():
    """Of one t with ten degrees of freedom, whose tail is known but for 0.0001."""
    c, error = _critical(lambda c, _: (2 * t.sf(c, 10), 1e-4), 0.05)
    assert c == pytest.approx(t.isf(0.025, 10))
    assert error == pytest.approx(1e-4 / (2 * t.pdf(c, 10)), rel=1e-3)
