"""Dates and windows of visits, and differences within a subject: by hand."""

import pytest
from tiny_trial import derived, edges, refused, shown, tiny

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


def test_a_window_of_no_visit(tmp_path):
    text = PAIN.replace("after: [14, 28]", "later: [14, 28]")
    assert "windows" in refused(tiny(text, TRIAL), tmp_path, patients=PATIENTS, visits=VISITS)


SIDES = """
design: {kind: within_subject, arms: {real: {label: R, code: "r"},
         sham: {label: S, code: "s", control: true}}, randomisation: {scheme: simple}}
tables: {patients: {of: raw, key: [id], subject: id},
         grip: {of: other, key: [source_row], subject: id, arm: arm}}
populations: {itt: {label: A, flag: ITTFL, where: {id: present}}}
"""
GRIP = """
grip: {label: G, code: GRIP, kind: repeated, table: grip, column: kg, unit: kg,
       visit: {column: v, labels: {"0": before, "1": after}}, baseline: before,
       side: {column: side, labels: {l: left, r: right}}}
gain: {label: D, code: GAIN, kind: difference, of: grip, value: change, by: treatment,
       levels: [real, sham]}
later: {label: L, code: LATER, kind: difference, of: grip, by: visit, levels: [after, before]}
"""
KILOS = """
id v side arm kg:number
a 0 l r 20
a 0 r s 21
a 1 l r 24
a 1 r s 22
b 0 l s 10
b 0 r r 12
b 1 l s 9
b 1 r r 12
c 0 l r 10
c 1 l r 12
"""


def test_a_difference_of_treatments_and_of_visits(tmp_path):
    """a: +4 under real, +1 under sham; b: 0 and -1; c has one arm only."""
    tables = derived(tiny(GRIP, SIDES), tmp_path, patients="id\na\nb\nc", grip=KILOS)
    rows = shown(tables["bds"], "PARAMCD", "AVISIT", "LAT", "TRTP", "AVAL", "AVALU")
    gain = [(row[0], *row[2:]) for row in rows if row[1] == "GAIN"]
    assert [row for row in gain if row[1] == "after"] == [
        ("a", "after", None, None, 3, "kg"),
        ("b", "after", None, None, 1, "kg"),
        ("c", "after", None, None, None, "kg"),
    ]
    later = [(row[0], *row[3:6]) for row in rows if row[1] == "LATER"]
    assert later == [
        ("a", "left", "real", 4),
        ("a", "right", "sham", 1),
        ("b", "left", "sham", -1),
        ("b", "right", "real", 0),
        ("c", "left", "real", 2),
        ("c", "right", None, None),
    ] or later == [
        ("a", "left", "real", 4),
        ("a", "right", "sham", 1),
        ("b", "right", "real", 0),
        ("b", "left", "sham", -1),
        ("c", "left", "real", 2),
        ("c", "right", None, None),
    ]
    bad = GRIP.replace("levels: [real, sham]", "levels: [real, none]")
    assert "none" in refused(tiny(bad, SIDES), tmp_path, patients="id\na\nb\nc", grip=KILOS)


def test_a_difference_of_percentages_is_in_percentage_points(tmp_path):
    text = GRIP.replace("unit: kg", 'unit: "%"')
    tables = derived(tiny(text, SIDES), tmp_path, patients="id\na\nb\nc", grip=KILOS)
    units = {row[1:] for row in shown(tables["bds"], "PARAMCD", "AVALU")}
    assert units == {
        ("GRIP", "%"),
        ("GAIN", "percentage points"),
        ("LATER", "percentage points"),
    }


def test_screened_patients_without_an_arm_stay_in_the_subjects(tmp_path):
    tables = derived(tiny(), tmp_path, patients="id rx\na 1\nb .\nc 0")
    assert shown(tables["adsl"], "TRT01P", "ITTFL") == [
        ("a", "new", "Y"),
        ("b", None, "N"),
        ("c", "old", "Y"),
    ]
