"""Tables of papers as grids: what is too wide or long is said, never cut."""

import pytest

from trialtrace.audit.reading.grid import LONGEST, WIDEST, Span, grid
from trialtrace.base.errors import UserError


@pytest.mark.parametrize(("columns", "rows"), [(WIDEST, 1), (1, LONGEST)])
def test_a_table_at_its_limits_is_whole(columns: int, rows: int):
    made = grid([[Span(str(at)) for at in range(columns)]] * rows, 0)
    assert (len(made), len(made[0]), made[0][-1]) == (rows, columns, str(columns - 1))


@pytest.mark.parametrize(
    ("columns", "rows", "said"), [(WIDEST + 1, 1, "201 columns"), (1, LONGEST + 1, "more rows")]
)
def test_a_table_beyond_its_limits_is_refused(columns: int, rows: int, said: str):
    with pytest.raises(UserError, match=said):
        grid([[Span("1")] * columns] * rows, 0)


def test_a_cell_over_very_many_columns_is_as_wide_as_a_table_may_be():
    assert len(grid([[Span("Pain", columns=10**6, head=True)]], 1)[0]) == WIDEST
