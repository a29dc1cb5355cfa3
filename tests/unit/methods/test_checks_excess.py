"""Events of the treated arm less those expected of it, summed by hand."""

import pandas as pd
import pytest
from tiny_data import REFERENCE, TREATED, asked, data

from trialtrace.run.methods.survival.check import _excess


def test_the_expected_are_the_share_of_the_arm_among_those_at_risk():
    arm = [TREATED, REFERENCE, REFERENCE, TREATED]
    rows = pd.DataFrame({"TRTP": arm, "AVAL": [1.0, 2, 3, 4], "CNSR": 0})
    found = _excess(data(rows, time_to_event=True), asked())
    assert found == pytest.approx(2 - (2 / 4 + 1 / 3 + 1 / 2 + 1))
