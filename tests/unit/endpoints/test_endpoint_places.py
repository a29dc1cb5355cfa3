"""Visits, locations and sides: several records of a subject at one visit."""

import pytest
from tiny_trial import derived, edges, refused, shown, tiny

TWO_TABLES = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  exam: {of: raw2, key: [id, day, side, site], subject: id}
"""
WITHIN = """
design:
  kind: within_subject
  arms: {real: {label: R, code: "1"}, sham: {label: S, code: "0", control: true}}
  randomisation: {scheme: simple}
tables:
  patients: {of: raw, key: [id], subject: id}
  exam: {of: raw2, key: [id, day, side], subject: id, arm: stim}
populations: {all: {label: All, flag: ALLFL, where: {id: present}}}
"""
REPEATED = """
grip: {label: Grip, code: GRIP, kind: repeated, table: exam, column: kg, baseline: before,
       visit: {column: day, labels: {"0": before, "1": after}},
       side: {column: side, labels: {"r": right, "l": left}}}
weak: {label: Weak, code: WEAK, kind: event, of: grip, event: {below: 10}}
"""
SITES = """
grip: {label: Grip, code: GRIP, kind: measure, table: exam, column: kg,
       location: {column: site, labels: {"a": ankle, "k": knee}},
       side: {column: side, labels: {"r": right, "l": left}}}
"""


def test_a_baseline_is_that_of_the_side(tmp_path):
    exam = """
    id  day  side  kg:integer
    a   1    l     14
    a   0    r     30
    a   1    r     33
    a   0    l     9
    """
    trial = tiny(REPEATED, trial=TWO_TABLES)
    tables = derived(trial, tmp_path, patients="id rx\na 1\nb 0", exam=exam)
    found = shown(tables["bds"], "PARAMCD", "AVISIT", "LAT", "AVAL", "BASE", "CHG", "ABLFL")
    assert [row[2:] for row in found if row[:2] == ("a", "GRIP")] == [
        ("before", "right", 30, 30, 0, "Y"),
        ("before", "left", 9, 9, 0, "Y"),
        ("after", "right", 33, 30, 3, None),
        ("after", "left", 14, 9, 5, None),
    ]
    assert [row[2:] for row in found if row[:2] == ("b", "GRIP")] == [
        (visit, side, None, None, None, flag)
        for visit, flag in (("before", "Y"), ("after", None))
        for side in ("right", "left")
    ]
    # An endpoint made of it keeps the side.
    assert [row[2:5] for row in found if row[:2] == ("a", "WEAK")] == [
        ("before", "right", 0),
        ("before", "left", 1),
        ("after", "right", 0),
        ("after", "left", 0),
    ]
    behind = {e[1:] for e in edges(tables, "bds", "BASE") if e[1] == 4 and e[0] == "a"}
    assert behind == {(4, "exam", 5, column) for column in ("kg", "day", "side")}


def test_each_side_has_its_own_treatment(tmp_path):
    exam = "id day side stim kg:integer\na 0 r 1 5\na 0 l 0 6\na 1 r 1 7\na 1 l 0 8"
    tables = derived(tiny(REPEATED, trial=WITHIN), tmp_path, patients="id\na", exam=exam)
    found = shown(tables["bds"], "PARAMCD", "AVISIT", "LAT", "TRTP")
    assert [row[2:] for row in found if row[1] == "GRIP"] == [
        ("before", "right", "real"),
        ("before", "left", "sham"),
        ("after", "right", "real"),
        ("after", "left", "sham"),
    ]


def test_a_measure_at_several_places(tmp_path):
    exam = "id side site kg:integer\na l k 1\na r a 2\na l a 3"
    tables = derived(tiny(SITES, trial=TWO_TABLES), tmp_path, patients="id rx\na 1", exam=exam)
    assert shown(tables["bds"], "AVISIT", "LOC", "LAT", "AVAL") == [
        ("a", None, "ankle", "right", 2),
        ("a", None, "ankle", "left", 3),
        ("a", None, "knee", "right", None),
        ("a", None, "knee", "left", 1),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a x k 1", "1 rows with a value and a side that has no label"),
        ("a r x 1", "1 rows with a value and a location that has no label"),
        ("a . k 1", "1 rows with a value and a side that has no label"),
        ("a r k 1\na r k 1", "1 places (subject, location, side) with several rows of exam"),
    ],
)
def test_places_that_would_be_lost_or_doubled_are_refused(rows, message, tmp_path):
    trial = tiny(SITES, trial=TWO_TABLES)
    exam = f"id side site kg:integer\n{rows}"
    assert message in refused(trial, tmp_path, patients="id rx\na 1", exam=exam)


APART = """
design:
  kind: crossover
  arms: {new: {label: N, code: "1"}, old: {label: O, code: "0", control: true}}
  randomisation: {scheme: simple}
tables:
  patients: {of: raw, key: [id], subject: id}
  given: {of: raw2, key: [id, period], subject: id, arm: drug}
  exam: {of: raw3, key: [id, period], subject: id, arm_of: {table: given, by: [period]}}
populations: {all: {label: All, flag: ALLFL, where: {id: present}}}
"""
IN_PERIODS = """
grip: {label: Grip, code: GRIP, kind: measure, table: exam, column: kg,
       location: {column: period, labels: {"1": first, "2": second}}}
mean: {label: Mean, code: MEAN, kind: aggregate, table: exam, column: kg, statistic: mean,
       location: {column: period, labels: {"1": first, "2": second}}}
"""


def test_the_treatment_of_a_period_stands_in_another_table(tmp_path):
    """b's second period is not in it: the record has no treatment, and nobody's takes its place."""
    given = "id period drug\nb 1 0\na 2 0\na 1 1"
    exam = "id period kg:integer\na 1 30\na 2 20\nb 1 11\nb 2 12"
    trial = tiny(IN_PERIODS, trial=APART)
    tables = derived(trial, tmp_path, patients="id\na\nb", given=given, exam=exam)
    for code in ("GRIP", "MEAN"):
        found = shown(tables["bds"], "PARAMCD", "LOC", "AVAL", "TRTP")
        assert {row[0:1] + row[2:] for row in found if row[1] == code} == {
            ("a", "first", 30, "new"),
            ("a", "second", 20, "old"),
            ("b", "first", 11, "old"),
            ("b", "second", 12, None),
        }
    behind = {edge[2:] for edge in edges(tables, "bds", "TRTP") if edge[0] == "a"}
    assert behind == {("given", 3, "drug"), ("given", 4, "drug")}


def test_a_record_of_two_treatments_of_another_table_is_refused(tmp_path):
    mixed = IN_PERIODS.split("mean:")[1]
    text = "mean:" + mixed.split(",\n       location")[0] + "}\n"
    given = "id period drug\na 1 1\na 2 0"
    exam = "id period kg:integer\na 1 30\na 2 20"
    told = refused(tiny(text, trial=APART), tmp_path, patients="id\na", given=given, exam=exam)
    assert "made of rows with different treatments" in told
