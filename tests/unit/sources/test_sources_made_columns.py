"""Columns that a source makes of others."""

import pyarrow as pa
import pytest

from trialtrace.base.errors import UserError
from trialtrace.run.sources.raw import with_split

TEXTS = ["week_4_arm_2", " baseline_arm_1 ", "screening", None, "a_arm_b_arm_c"]
EVENTS = pa.table({"event": TEXTS})


def test_a_part_of_a_column():
    told = {"visit": ("event", "_arm_", "before"), "arm": ("event", "_arm_", "after")}
    made = with_split(EVENTS, told)
    assert made["visit"].to_pylist() == ["week_4", "baseline", None, None, "a"]
    assert made["arm"].to_pylist() == ["2", "1", None, None, "b_arm_c"]


def test_a_name_that_is_there_and_a_column_that_is_not():
    with pytest.raises(UserError, match="a name that no column has"):
        with_split(EVENTS, {"event": ("event", "_arm_", "before")})
    with pytest.raises(UserError, match="columns of the file"):
        with_split(EVENTS, {"arm": ("visit", "_arm_", "after")})
