"""Cells of a table at their places, with their spans, heads and notes."""

import pytest

from trialtrace.audit.locate.grid import LONGEST, WIDEST, Span, placed
from trialtrace.audit.locate.marked import table_grid, take_foot
from trialtrace.audit.locate.markup import read_html
from trialtrace.base.errors import UserError


def grid_of(rows):
    return table_grid(read_html(f"<table>{rows}</table>".encode(), "p").first("table"))


def test_spans_leave_their_places_to_the_cells_below():
    cells = placed([[Span("a", rows=2), Span("b", columns=2)], [Span("c"), Span("d")], [Span("e")]])
    assert {(one.text, one.row, one.column) for one in cells} == {
        ("a", 0, 0),
        ("b", 0, 1),
        ("c", 1, 1),
        ("d", 1, 2),
        ("e", 2, 0),
    }


def test_a_span_ends_before_a_cell_that_hangs_into_its_row():
    cells = placed([[Span("a"), Span("b", rows=2)], [Span("c", columns=3)]])
    assert next(one for one in cells if one.text == "c").columns == 1


@pytest.mark.parametrize(("columns", "rows"), [(WIDEST + 1, 1), (1, LONGEST + 1)])
def test_a_table_beyond_its_limits_is_refused(columns, rows):
    with pytest.raises(UserError, match="at most"):
        placed([[Span("1")] * columns] * rows)


@pytest.mark.parametrize(
    ("rows", "heads"),
    [
        ("<thead><tr><th>x</th><th>A</th></tr></thead><tr><td>Age</td><td>5</td></tr>", 1),
        ("<tr><th>x</th><th>A</th></tr><tr><td>Age</td><td>5</td></tr>", 1),
        ("<tr><td>x</td><td>A</td></tr><tr><td>Age</td><td>5</td></tr>", 1),
        (
            "<thead><tr><th></th><th colspan=2>A</th></tr></thead><tr><td colspan=3></td></tr>"
            "<tr><td></td><td>Start</td><td>24 M</td></tr>"
            "<tr><td>Age</td><td>5</td><td>6</td></tr>",
            3,
        ),
        ("<thead><tr><th></th><th>A</th></tr></thead><tr><td></td><td>P = .03</td></tr>", 1),
        ("<tr><td>Age</td><td>5</td></tr>", 0),
    ],
)
def test_rows_that_are_heads(rows, heads):
    assert grid_of(rows).heads == heads


def test_lines_of_cells_are_rows_of_their_own():
    grid = grid_of("<tr><td>Pain<br>Week 1<br>Week 2</td><td>5.1<br>4.2</td></tr>")
    texts = {(one.row, one.column): one.text for one in grid.cells if one.text}
    assert texts == {
        (0, 0): "Pain",
        (1, 0): "Week 1",
        (1, 1): "5.1",
        (2, 0): "Week 2",
        (2, 1): "4.2",
    }


def test_a_foot_of_one_cell_is_a_note_and_one_of_several_a_row():
    table = read_html(
        b"<table><tr><td>a</td><td>1</td></tr><tfoot><tr><td>Total</td><td>2</td></tr>"
        b"<tr><td colspan=2>n = 3</td></tr></tfoot></table>",
        "p",
    ).first("table")
    assert len(table_grid(table).cells) == 4 and take_foot(table) == "n = 3"
