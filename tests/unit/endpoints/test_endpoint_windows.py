"""Visits by windows of days: which record of a window counts, by hand."""

from pathlib import Path

from tiny_trial import derived, edges, shown, tiny

TRIAL = """
subjects: {table: patients, variables: {start: start}}
tables: {patients: {of: raw, key: [id], subject: id, arm: rx},
         visits: {of: other, key: [source_row], subject: id}}
"""
PAIN = """
pain: {label: P, code: PAIN, kind: repeated, table: visits, column: x, baseline: before,
       visit: {day: day, take: nearest, tie: first,
               windows: {before: {from: -14, to: 0, target: 0},
                         month 1: {from: 16, to: 44, target: 30}}}}
"""
PATIENTS = "id rx start:date\na 1 2020-01-10\nb 0 2020-01-10\nc 1 ."
VISITS = """
id day:integer x:number date:date
a  -10  5  2019-12-31
a  -2   6  2020-01-08
a  0    .  2020-01-10
a  20   3  2020-01-30
a  28   2  2020-02-07
a  32   1  2020-02-11
b  0    7  2020-01-10
b  60   4  2020-03-10
c  .    9  .
c  30   .  2020-02-09
"""


def values(tables: dict) -> list[tuple]:
    return shown(tables["bds"], "AVISIT", "AVAL", "ANL01FL")


def test_the_record_nearest_the_planned_day_counts(tmp_path: Path):
    """Day -2 has a value, day 0 has none; 28 and 32 are both two days off 30: the first."""
    tables = derived(tiny(PAIN, TRIAL), tmp_path, patients=PATIENTS, visits=VISITS)
    assert values(tables) == [
        ("a", "before", 6, "Y"),
        ("a", "month 1", 2, "Y"),
        ("b", "before", 7, "Y"),
        ("b", "month 1", None, None),
        ("c", "before", None, None),
        ("c", "month 1", None, "Y"),
    ]
    assert [(row[3], row[4]) for row in edges(tables, "bds", "AVAL")[:4]] == [
        (3, "day"),
        (3, "x"),
        (6, "day"),
        (6, "x"),
    ]
    listed = [(r["source_row"], r["column"], r["rule"], r["severity"]) for r in rejects(tables)]
    assert listed == [
        (2, "x", "pain_not_nearest", "flag"),
        (5, "x", "pain_not_nearest", "flag"),
        (7, "x", "pain_not_nearest", "flag"),
        (9, "day", "pain_outside_windows", "flag"),
        (10, "day", "pain_no_day", "reject"),
    ]


def rejects(tables: dict) -> list[dict]:
    return sorted(tables["rejects"].to_pylist(), key=lambda one: one["source_row"])
