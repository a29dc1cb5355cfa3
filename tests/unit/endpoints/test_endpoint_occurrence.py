"""Occurrences, and whether a subject had any."""

from tiny_trial import derived, edges, refused, shown, tiny

FALLS = """
fall: {label: Fall, code: FALL, kind: occurrence, table: events, where: {fell: {is: "1"}},
       term_column: place, date: day}
falls: {label: Any fall, code: ANYFALL, kind: any_occurrence, of: fall}
"""
TWO_TABLES = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  events: {of: raw2, key: [source_row], subject: id}
"""
PATIENTS = "id rx\na 1\nb 0\nc 1\nd 0"
EVENTS = """
id  fell  place    day:date
b   1     stairs   2026-01-05
a   1     kitchen  .
b   0     .        2026-02-01
b   1     garden   2026-03-01
c   .     .        .
"""


def test_a_record_a_row_that_meets_the_condition(tmp_path):
    tables = derived(tiny(FALLS, trial=TWO_TABLES), tmp_path, patients=PATIENTS, events=EVENTS)
    found = shown(tables["occds"], "ASEQ", "TERM", "TRTP", "ITTFL")
    assert found == [
        ("a", 1, "kitchen", "new", "Y"),
        ("b", 1, "stairs", "old", "Y"),
        ("b", 2, "garden", "old", "Y"),
    ]
    assert [str(day) for day in tables["occds"]["ADT"].to_pylist()] == [
        "None",
        "2026-01-05",
        "2026-03-01",
    ]
    assert edges(tables, "occds", "TERM")[-2:] == [
        ("b", 2, "events", 5, "fell"),
        ("b", 2, "events", 5, "place"),
    ]


def test_any_is_yes_or_no_for_every_subject_and_both_can_be_traced(tmp_path):
    tables = derived(tiny(FALLS, trial=TWO_TABLES), tmp_path, patients=PATIENTS, events=EVENTS)
    assert shown(tables["bds"], "AVAL", "AVALC") == [
        ("a", 1, "Y"),
        ("b", 1, "Y"),
        ("c", 0, "N"),
        ("d", 0, "N"),
    ]
    assert edges(tables, "bds", "AVAL") == [
        ("a", 1, "events", 3, "fell"),
        ("a", 1, "events", 3, "place"),
        ("b", 1, "events", 2, "fell"),
        ("b", 1, "events", 2, "place"),
        ("b", 1, "events", 5, "fell"),
        ("b", 1, "events", 5, "place"),
        ("c", 1, "events", 6, "fell"),  # looked at, and no occurrence
        ("c", 1, "events", 6, "place"),
        ("d", 1, "patients", 5, "id"),  # no row of the table tells of d
    ]


def test_an_occurrence_without_a_term_is_refused(tmp_path):
    events = "id fell place day:date\na 1 . ."
    text = refused(tiny(FALLS, trial=TWO_TABLES), tmp_path, patients=PATIENTS, events=events)
    assert "1 occurrences without a term: events, row 2" in text and "add {place: present}" in text


def test_a_date_column_must_hold_dates(tmp_path):
    events = "id fell place day\na 1 x soon"
    text = refused(tiny(FALLS, trial=TWO_TABLES), tmp_path, patients=PATIENTS, events=events)
    assert "a column without dates" in text


def test_any_occurrence_needs_occurrences(tmp_path):
    endpoints = """
    ill: {label: Ill, code: ILL, kind: event, table: patients, event: {rx: {is: "1"}}}
    any: {label: Any, code: ANY, kind: any_occurrence, of: ill}
    """
    text = refused(tiny(endpoints), tmp_path, patients=PATIENTS)
    assert "records in bds" in text and "records in occds" in text
