"""Several events a subject, from intervals at risk and from a row an event."""

import pytest
from tiny_trial import derived, edges, shown, tiny

from trialtrace.base.errors import UserError

ENDS = "event_label: Infected, censored_label: End of follow-up"
INTERVALS = f"""
infection: {{label: Infection, code: INF, kind: recurrent_events, table: rows, starts: t0,
            stops: t1, event: {{status: {{is: "1"}}}}, {ENDS}}}
"""
TWO_TABLES = """
tables: {patients: {of: raw, key: [id], subject: id, arm: rx},
         rows: {of: other, key: [source_row], subject: id}}
"""
PATIENTS = "id rx\n" + "\n".join(f"{name} {i % 2}" for i, name in enumerate("abcdefgh"))
ROWS = """
id  t0:number  t1:number  status
a   5          9          1
a   0          5          1
a   9          12         0
b   0          7          0
c   0          4          1
c   6          8          0
d   0          4          1
d   3          8          0
e   0          .          1
f   0          4          .
g   2          2          1
"""


def of_intervals(tmp_path, rows=ROWS):
    return derived(tiny(INTERVALS, TWO_TABLES), tmp_path, patients=PATIENTS, rows=rows)


def test_what_contradicts_itself_is_listed_by_its_cell(tmp_path):
    rejects = of_intervals(tmp_path)["rejects"].to_pylist()
    told = [(r["source_row"], r["column"], r["rule"], r["severity"]) for r in rejects]
    assert sorted(told) == [
        (7, "t0", "infection_interval_gap", "flag"),
        (9, "t0", "infection_interval_overlap", "reject"),
        (10, "t1", "infection_interval_without_bounds", "reject"),
        (11, "status", "infection_interval_unknown", "reject"),
        (12, "t1", "infection_interval_of_no_length", "reject"),
    ]
    assert all("Infection: " in r["reason"] for r in rejects)


def test_time_before_the_start_is_no_time_at_risk(tmp_path):
    tables = of_intervals(tmp_path, "id t0:number t1:number status\na -3 5 1\nb 0 4 0")
    assert shown(tables["adtte"], "AVAL")[:2] == [("a", None), ("b", 4)]
    (told,) = tables["rejects"].to_pylist()
    assert (told["column"], told["rule"]) == ("t0", "infection_interval_before_start")


EVENTS = f"""
infection: {{label: Infection, code: INF, kind: recurrent_events, table: rows, time: day, end: seen,
            same_time: SAME, {ENDS}}}
"""
WITH_END = TWO_TABLES + "subjects: {table: patients, variables: {seen: seen, start: start}}"
FOLLOWED = "id rx seen:number start:date\n" + "\n".join(
    f"{name} {i % 2} {end} 2020-01-01"
    for i, (name, end) in enumerate(zip("abcdefghi", (20, 9, 10, 5, 8, 9, 9, ".", 0), strict=True))
)
DAYS = """
id  day:number
a   9
a   5
c   10
d   6
e   0
f   .
g   3
g   3
g   5
"""


@pytest.mark.parametrize("same, of_g", [("once", [3, 5, 9]), ("missing", [None])])
def test_intervals_from_a_row_an_event_and_the_end(tmp_path, same, of_g):
    """c's event ends its follow-up, d's is after it, e's at its start; f's has no day; h has no
    end and i no follow-up."""
    text = EVENTS.replace("SAME", same)
    tables = derived(tiny(text, WITH_END), tmp_path, patients=FOLLOWED, rows=DAYS)
    found = shown(tables["adtte"], "TSTART", "AVAL", "CNSR")
    assert [row for row in found if row[0] != "g"] == [
        ("a", 0, 5, 0),
        ("a", 5, 9, 0),
        ("a", 9, 20, 1),
        ("b", 0, 9, 1),
        ("c", 0, 10, 0),
        *((name, None, None, None) for name in "defhi"),
    ]
    assert [row[2] for row in found if row[0] == "g"] == of_g
    told = [(r["source_row"], r["rule"], r["severity"]) for r in tables["rejects"].to_pylist()]
    assert sorted(told) == [
        (5, "infection_event_after_follow_up", "reject"),
        (6, "infection_event_not_after_start", "reject"),
        (7, "infection_event_without_time", "reject"),
        (9, "infection_events_at_one_time", "flag" if same == "once" else "reject"),
        (10, "infection_follow_up_of_no_length", "reject"),
    ]
    behind = {edge[1:] for edge in edges(tables, "adtte", "AVAL") if edge[0] == "a"}
    assert {(row, column) for record, _, row, column in behind if record == 2} == {
        (2, "day"),
        (3, "day"),
        (2, "seen"),
    }


def test_times_must_be_numbers(tmp_path):
    with pytest.raises(UserError, match="a column without numbers"):
        of_intervals(tmp_path, "id t0 t1:number status\na 0 5 1")
