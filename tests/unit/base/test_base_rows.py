"""Rows in memory have the columns of their contracts, with their types and what may be missing."""

import pytest

from trialtrace.run.tables.contracts import (
    CHECKS,
    CLAIMS,
    FLAG,
    INTEGER,
    MEMBERS,
    NUMBER,
    RESULTS,
    TEXT,
)
from trialtrace.run.tables.contracts.rows import CheckRow, ClaimRow, MemberRow, ResultRow, values_of

KINDS = {TEXT: str, NUMBER: float, INTEGER: int, FLAG: bool}


@pytest.mark.parametrize(
    ("row", "contract"),
    [(ResultRow, RESULTS), (MemberRow, MEMBERS), (CheckRow, CHECKS), (ClaimRow, CLAIMS)],
)
def test_a_row_has_the_columns_of_its_contract(row, contract):
    columns = {
        column.name: KINDS[column.kind] if column.required else KINDS[column.kind] | None
        for column in contract.columns
    }
    assert row.__annotations__ == columns
    assert list(row.__annotations__) == contract.names


def test_values_are_in_the_order_that_is_asked():
    assert values_of({"visit": "Week 8", "stratum": None}, ("stratum", "visit")) == (None, "Week 8")
