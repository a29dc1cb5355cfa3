"""What is another in a table that is not what a run wrote: each cell, by its row and column."""

from trialtrace.report.verify.files import _cells

KEPT = "name,n,note\nage,12,long\nsex,9,none\n"


def test_a_cell_has_the_head_of_its_column_and_the_name_of_its_row():
    changed = KEPT.replace("9", "8").replace("long", "short")
    told = [(one.what, one.place) for one in _cells(KEPT.encode(), changed.encode(), "t.csv")]
    assert told == [("text", "row 2 (age), column note"), ("number", "row 3 (sex), column n")]


def test_a_column_that_no_head_names_has_its_number():
    kept, changed = KEPT.replace("12,long", "12,long,x"), KEPT.replace("12,long", "12,long,y")
    (one,) = _cells(kept.encode(), changed.encode(), "t.csv")
    assert one.place == "row 2 (age), column 4"
