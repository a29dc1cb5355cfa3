"""The type of rows in memory gives the columns of their contract."""

from typing import Annotated, TypedDict

from trialtrace.run.tables.contracts import FLAG, INTEGER, NUMBER, TEXT, Column
from trialtrace.run.tables.contracts.definitions import columns_of
from trialtrace.run.tables.contracts.rows import values_of


class Row(TypedDict):
    """A row of each type of column."""

    name: Annotated[str, "what it is called"]
    value: Annotated[float | None, "what it is"]
    n: Annotated[int, "of how many"]
    agrees: Annotated[bool | None, "whether it does"]


def test_a_row_has_the_columns_of_its_contract():
    assert columns_of(Row) == (
        Column("name", TEXT, "what it is called", True),
        Column("value", NUMBER, "what it is"),
        Column("n", INTEGER, "of how many", True),
        Column("agrees", FLAG, "whether it does"),
    )


def test_values_are_in_the_order_that_is_asked():
    assert values_of({"visit": "Week 8", "stratum": None}, ("stratum", "visit")) == (None, "Week 8")
