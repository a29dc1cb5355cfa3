"""The recomputation of Brant's test where an arm has nobody."""

import numpy as np
import pytest

from trialtrace.run.methods.regression.check_ordinal import _brant


@pytest.mark.parametrize("seed", [0, 6, 156])
def test_arms_that_add_up_to_all_have_no_test(seed):
    """Without the reference arm the columns of the others add up to the intercept.

    Rounding alone decided whether such a design was called singular.
    """
    draws = np.random.default_rng(seed)
    y, arm, sex = (draws.integers(0, top, 40).astype(float) for top in (3, 2, 2))
    assert _brant(y, np.column_stack([arm, 1 - arm, sex])) == (None, 0)
    statistic, df = _brant(y, np.column_stack([arm, sex]))
    assert statistic > 0
    assert df == 2
