"""Visits by windows of days: which record of a window counts, by hand."""

from pathlib import Path

import pytest
from tiny_trial import derived, edges, refused, shown, tiny

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


@pytest.mark.parametrize(
    "take, before, month",
    [
        ("nearest, tie: first", 6, 2),
        ("nearest, tie: last", 6, 1),
        ("first", 5, 3),
        ("last", 6, 1),
    ],
)
def test_first_and_last(tmp_path: Path, take: str, before: float, month: float):
    text = PAIN.replace("nearest, tie: first", take)
    tables = derived(tiny(text, TRIAL), tmp_path, patients=PATIENTS, visits=VISITS)
    assert [row[2] for row in values(tables)[:2]] == [before, month]
    change = shown(tables["bds"], "CHG")[1]
    assert change == ("a", month - before)


def test_the_day_may_follow_from_dates(tmp_path: Path):
    """c has no start, so that its visits are not known."""
    text = PAIN.replace("day: day, ", "").replace(
        "column: x,", "column: x, date: date, start: start,"
    )
    tables = derived(tiny(text, TRIAL), tmp_path, patients=PATIENTS, visits=VISITS)
    assert [row[2] for row in values(tables)] == [6, 2, 7, None, None, None]
    assert [row[1] for row in shown(tables["bds"], "ADY")[:2]] == [-2, 29]
    behind = {(row[2], row[4]) for row in edges(tables, "bds", "AVAL") if row[0] == "a"}
    assert behind == {("visits", "x"), ("visits", "date"), ("patients", "start")}


def test_two_records_of_one_day_are_told(tmp_path: Path):
    text = refused(
        tiny(PAIN, TRIAL), tmp_path, patients=PATIENTS, visits=VISITS + "a 28 8 2020-02-07"
    )
    assert "1 subject visits with several rows of visits" in text


def test_a_time_at_which_windows_meet_is_of_the_next(tmp_path: Path):
    """In years, with no day lost between them; written in another order than that of time."""
    windows = "{late: {from: 0.37, to: 0.75}, early: {from: 0.1, to: 0.37}}"
    endpoint = (
        "pain: {label: P, code: PAIN, kind: repeated, table: visits, column: x,\n"
        f"       visit: {{day: year, take: last, windows: {windows}}}}}\n"
    )
    visits = "id year:number x:number\na 0.1 1\na 0.369 2\nb 0.37 3\nc 0.75 4\nc 0.751 5"
    tables = derived(tiny(endpoint, TRIAL), tmp_path, patients=PATIENTS, visits=visits)
    counted = {row[:3] for row in values(tables) if row[2] is not None}
    assert counted == {("a", "early", 2), ("b", "late", 3), ("c", "late", 4)}
