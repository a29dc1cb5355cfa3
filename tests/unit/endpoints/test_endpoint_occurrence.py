"""Occurrences, and whether a subject had any."""

from tiny_trial import derived, edges, shown, tiny

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
