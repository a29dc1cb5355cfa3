"""What is another in a table that is not what a run wrote: each cell, by its row and column."""

from trialtrace.report.shown.compare import alterations
from trialtrace.report.verify.files import table_lines

KEPT = "name,n,note\nage,12,long\nsex,9,none\n"


def found(kept: str, changed: str) -> list[tuple[str, str]]:
    lines = table_lines(kept.encode()), table_lines(changed.encode())
    return [(one.what, one.place) for one in alterations(*lines)]


def test_a_cell_has_the_head_of_its_column_and_the_name_of_its_row():
    assert found(KEPT, KEPT.replace("9", "8").replace("long", "short")) == [
        ("text", "row 2 (age), column 3 (note)"),
        ("number", "row 3 (sex), column 2 (n)"),
    ]


def test_a_column_that_no_head_names_has_its_number():
    kept, changed = KEPT.replace("12,long", "12,long,x"), KEPT.replace("12,long", "12,long,y")
    assert found(kept, changed) == [("text", "row 2 (age), column 4")]
