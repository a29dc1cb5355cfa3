"""Dates and windows of visits, and differences within a subject: by hand."""

import pytest
from tiny_trial import derived, edges, shown, tiny

TRIAL = """
subjects: {table: patients, variables: {start: start}}
tables: {patients: {of: raw, key: [id], subject: id, arm: rx},
         visits: {of: other, key: [source_row], subject: id}}
"""
PAIN = """
pain: {label: P, code: PAIN, kind: repeated, table: visits, column: x, date: day, start: start,
       visit: {column: v, labels: {"0": before, "1": after}}, baseline: before,
       windows: {before: [-7, 0], after: [14, 28]}, outside: flag}
"""
PATIENTS = "id rx start:date\na 1 2020-01-10\nb 0 2020-01-10\nc 1 ."
VISITS = """
id v x:number day:date
a 0 5 2020-01-09
a 1 3 2020-01-24
b 0 5 2020-01-10
b 1 2 2020-03-01
c 0 5 2020-01-10
c 1 2 .
"""


@pytest.mark.parametrize("outside, value", [("flag", 2), ("reject", None)])
def test_dates_days_and_windows(tmp_path, outside, value):
    """Day 1 is the day of the start and -1 the day before; b's second visit is 51 days after."""
    text = PAIN.replace("outside: flag", f"outside: {outside}")
    tables = derived(tiny(text, TRIAL), tmp_path, patients=PATIENTS, visits=VISITS)
    found = shown(tables["bds"], "AVISIT", "ADT", "ADY", "AVAL", "CHG")
    assert [(row[0], row[1], row[3], row[4]) for row in found] == [
        ("a", "before", -1, 5),
        ("a", "after", 15, 3),
        ("b", "before", 1, 5),
        ("b", "after", 52, value),
        ("c", "before", None, 5),
        ("c", "after", None, 2),
    ]
    assert found[3][5] == (None if value is None else -3)
    assert found[0][2].isoformat() == "2020-01-09"
    rejects = tables["rejects"].to_pylist()
    assert [(r["source_row"], r["column"], r["severity"]) for r in rejects] == [(5, "day", outside)]
    assert edges(tables, "bds", "ADT")[0][3:] == (2, "day")
