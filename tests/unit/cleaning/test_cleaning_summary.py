"""The summary of rejects that a report shows."""

from hypothesis import given
from hypothesis import strategies as st
from tiny_tables import TinyTrial, variable

from trialtrace.run.cleaning.account import lines_of, rejects_summary, run_text, runs

TRIAL = TinyTrial([variable("id", "integer"), variable("x", "number"), variable("y", "number")])
CLEANED = TRIAL.clean("id|x|y\n1|a|\n2|b|z\n|1|1\n4|c|1\n5|1|1\n6|d|1\n")


def test_rules_with_their_rows_and_no_values():
    found = rejects_summary(CLEANED.rejects, "restricted")
    told = [(row.level, row.column, row.rule, row.count, row.row_text) for row in found]
    assert told == [
        ("row", "", "subject_missing", 1, "4"),
        ("cell", "x", "not_a_number", 4, "2–3, 5, 7"),
        ("cell", "y", "not_a_number", 1, "3"),
    ]
    assert all(row.values == () for row in found)


def test_values_under_full_disclosure():
    found = rejects_summary(CLEANED.rejects, "full")
    assert [row.values for row in found] == [(None,), ("a", "b", "c", "d"), ("z",)]


@given(st.sets(st.integers(1, 200), min_size=1))
def test_lines_are_read_back_from_their_text(lines):
    assert lines_of(run_text(lines)) == sorted(lines)


def test_runs():
    assert runs([7, 2, 3, 3, 5]) == [(2, 3), (5, 5), (7, 7)]
    assert runs([]) == []
