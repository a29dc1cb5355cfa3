"""Doses, cycles and sessions: worked examples by hand."""

import pytest
from tiny_trial import derived, shown, tiny

TABLES = """
tables: {patients: {of: raw, key: [id], subject: id, arm: rx},
         rows: {of: other, key: [source_row], subject: id}}
"""
PATIENTS = "id rx\na 1\nb 0\nc 1"
RDI = """
rdi: {label: R, code: RDI, kind: dose_intensity, table: rows, cycle: n, planned: plan,
      delivered: dose, date: day, interval: 14, convention: given_cycles, last_interval: counted,
      above_one: kept}
"""
CYCLES = """
id n:integer plan:number dose:number day:date
a 1 100 100 2020-01-01
a 2 100 100 2020-01-15
a 3 100 100 2020-01-29
a 4 100 0 .
a 5 100 0 .
a 6 100 0 .
b 1 100 100 2020-01-01
b 2 100 100 2020-01-15
b 3 100 80 2020-02-05
b 4 100 80 2020-02-19
"""


def values(tmp_path, endpoint: str, rows: str, trial: str = TABLES, patients: str = PATIENTS):
    tables = derived(tiny(endpoint, trial), tmp_path, patients=patients, rows=rows)
    rules = [one["rule"].partition("_")[2] for one in tables["rejects"].to_pylist()]
    return [row[1] for row in shown(tables["bds"], "AVAL")], rules


HEAD = "id n:integer plan:number dose:number day:date\n"
DRUGS = "id n:integer drug plan:number dose:number day:date\n"
TWO_DRUGS = f"""{DRUGS}\
a 1 v 2.4 2 2020-01-01
a 2 v 2.4 2 2020-01-22
a 1 o 100 150 2020-01-01
a 2 o 100 150 2020-01-15
"""
EARLY, LATE = (
    f"{HEAD}a 1 100 0 .\na 2 100 100 2020-01-15",
    f"{HEAD}a 1 100 0 .\nb 1 100 100 2020-01-15",
)
WHOLE = {"given_cycles": "whole_plan, planned_cycles: rows"}
SIX = {"given_cycles": "whole_plan, planned_cycles: 6"}
SHORT = {"last_interval: counted": "last_interval: not_counted"}
BY_DRUG = {"interval: 14": "drug: drug, interval: {by_drug: {v: 21, o: 14}}, caps: {v: 2}"}
B = f"{HEAD}b 1 100 50 2020-01-01\n"
# What is declared otherwise, the rows, what the subjects a, b and c have, and the rules broken.
INTENSITIES = [
    # a stopped after three of six full cycles: 1 by its cycles given, a half by the whole plan. b
    # had 360 of 400 in 49 + 14 days instead of 56: (360/63)/(400/56) = 0.8; without the days after
    # the last cycle (360/49)/(400/42).
    ({}, CYCLES, [1.0, 0.8, None], []),
    (WHOLE, CYCLES, [0.5, 0.8, None], []),
    (SHORT, CYCLES, [1.0, 360 / 49 / (400 / 42), None], []),
    # a's rows of cycles 4 to 6 are not there, the plan of six is.
    (SIX, "\n".join(CYCLES.strip().splitlines()[:4]), [0.5, None, None], []),
    # Vincristine 2 of a planned 2.4 that is capped at 2 is 1; the other drug 150 of 100 in the
    # planned time is 1.5, or 1 when cut: mean 1.25, or 1.
    (BY_DRUG, TWO_DRUGS, [1.25, None, None], []),
    (BY_DRUG | {"kept": "cut"}, TWO_DRUGS, [1, None, None], []),
    # A first cycle that was left out counts its planned days.
    ({}, EARLY, [0.5, None, None], []),
    ({}, LATE, [None, 1, None], []),
    (WHOLE, LATE, [0, 1, None], []),
    (SHORT, LATE, [None, None, None], []),
    ({}, HEAD, [None, None, None], []),
    (WHOLE, HEAD, [None, None, None], []),
    # A cycle that cannot be used makes the subject missing.
    ({}, f"{B}a 1 100 -5 2020-01-01", [None, 0.5, None], ["negative_dose"]),
    ({}, f"{B}a 1 . 100 2020-01-01", [None, 0.5, None], ["no_planned_dose"]),
    ({}, f"{B}a 1 0 100 2020-01-01", [None, 0.5, None], ["no_planned_dose"]),
    ({}, f"{B}a 1 100 . 2020-01-01", [None, 0.5, None], []),
    ({}, f"{B}a . 100 100 2020-01-01", [None, 0.5, None], ["no_cycle"]),
    ({}, f"{B}a 1 100 100 .", [None, 0.5, None], ["no_date"]),
    ({}, f"{B}a 1 1 1 2020-01-01\na 2 1 1 2019-12-01", [None, 0.5, None], ["date_order"]),
    ({}, f"{B}a 1 1 1 2020-01-01\na 1 1 1 2020-01-15", [None, 0.5, None], ["cycle_twice"]),
    (
        {"interval: 14": "drug: drug, interval: 14"},
        f"{DRUGS}a 1 . 9 9 2020-01-01\na 1 o 9 9 2020-01-01",
        [None, None, None],
        ["no_drug"],
    ),
]


@pytest.mark.parametrize(("declared", "rows", "expected", "rules"), INTENSITIES)
def test_relative_dose_intensity(tmp_path, declared, rows, expected, rules):
    text = RDI
    for old, new in declared.items():
        assert old in text
        text = text.replace(old, new)
    found, broken = values(tmp_path, text, rows)
    assert found == [one and pytest.approx(one, rel=1e-12) for one in expected]
    assert broken == rules


CHANGE = """
change: {label: C, code: CHANGE, kind: dose_change, table: rows, planned: plan, delivered: dose,
         date: day, planned_date: due, reduced: {tolerance: 0.05}, delayed: {more_than: 7},
         stopped: {why: {is: "nerve"}, dose: {is: 0}}, columns: {reason: why}}
any: {label: A, code: ANY, kind: any_occurrence, of: change, without_rows: missing}
nerve: {label: N, code: NERVE, kind: any_occurrence, of: change, without_rows: missing,
        where: {reason: {is: nerve}}}
number: {label: N, code: NUMBER, kind: occurrence_count, of: change, without_rows: missing}
"""


def test_doses_without_a_plan_are_listed(tmp_path):
    rows = "id plan:number dose:number due:date day:date why\na . 5 . . .\nb 5 -1 . . .\n"
    tables = derived(tiny(CHANGE, TABLES), tmp_path, patients=PATIENTS, rows=rows)
    rules = [(one["column"], one["rule"]) for one in tables["rejects"].to_pylist()]
    assert rules == [("plan", "change_no_planned_dose"), ("dose", "change_negative_dose")]


ATTEND = """
share: {label: S, code: SHARE, kind: attendance, table: rows, done: {done: {is: "1"}},
        unknown: missing, planned: rows}
"""
SESSIONS = """
id day:date done
a 2020-01-01 1
a 2020-01-02 0
a 2020-01-03 1
a 2020-01-04 1
b 2020-01-01 .
b 2020-01-02 1
"""


def test_attendance_by_rows(tmp_path):
    tables = derived(tiny(ATTEND, TABLES), tmp_path, patients=PATIENTS, rows=SESSIONS)
    assert shown(tables["bds"], "AVAL", "GROUNDS") == [
        ("a", 0.75, "3 of 4 sessions"),
        ("b", None, None),
        ("c", None, None),
    ]
    found, _ = values(
        tmp_path / "2", ATTEND.replace("unknown: missing", "unknown: not_done"), SESSIONS
    )
    assert found == [0.75, 0.5, None]


def test_attendance_by_a_plan(tmp_path):
    """a did three of two planned, b has an unknown session, c none of four, d no plan."""
    trial = "subjects: {table: patients, variables: {plan: plan}}" + TABLES
    text = ATTEND.replace("planned: rows", "planned: {variable: plan}, without_rows: zero")
    patients = "id rx plan:integer\na 1 2\nb 0 4\nc 1 4\nd 0 ."
    found, rules = values(tmp_path, text, SESSIONS, trial, patients)
    assert found == [None, None, 0, None] and rules == ["more_than_planned"] * 3


@pytest.mark.parametrize("after, share", [("not_done", 0.5), ("not_planned", 1.0)])
def test_no_session_after_death(tmp_path, after, share):
    """a dies on the second day: the first two sessions were done, the other two could not be; the
    one that is said to be done on the third day is listed.
    """
    trial = "subjects: {table: patients, variables: {start: start}}" + TABLES
    text = (
        ATTEND
        + """
death: {label: D, code: DEATH, kind: time_to_event, table: patients, start: start,
        event_date: died_on, event: {died: {is: "1"}}, last_contact: died_on, terminal: true,
        day_of_start: 0, event_label: D, censored_label: A}
"""
    )
    end = f"planned: rows, end: {{event: death, date: day, after: {after}}}}}"
    text = text.replace("planned: rows}", end)
    rows = SESSIONS.replace("02 0", "02 1").replace("04 1", "04 0")
    patients = "id rx start:date died died_on:date\na 1 2020-01-01 1 2020-01-02\nb 0 2020-01-01 0 ."
    found, rules = values(tmp_path, text, rows, trial, patients)
    assert found == [share, None] and rules == ["after_the_end"]


@pytest.mark.parametrize(
    ("lost", "shares"), [("", [0.25, 0.25, 0, 0.25]), (", lost: done", [0.75, 0.25, 0, 0.25])]
)
def test_sessions_that_nobody_could_see_of_the_lost_may_count_as_done(tmp_path, lost, shares):
    """Four are planned. a is last seen alive on the second day, did one and missed one; b is seen
    to the last session, c never began, d is dead on the second day."""
    trial = "subjects: {table: patients, variables: {start: start}}" + TABLES
    death = """
death: {label: D, code: DEATH, kind: time_to_event, table: patients, start: start,
        event_date: died_on, event: {died: {is: "1"}}, last_contact: last, terminal: true,
        day_of_start: 0, event_label: D, censored_label: A}
"""
    plan = "unknown: not_done, planned: 4, without_rows: zero, "
    plan += f"end: {{event: death, date: day, after: not_done{lost}}}}}"
    text = ATTEND.replace("unknown: missing, planned: rows}", plan) + death
    rows = "id day:date done\n"
    for name in "abd":
        rows += "".join(f"{name} 2020-01-0{k} {int(k == 1)}\n" for k in range(1, 5))
    patients = "id rx start:date died died_on:date last:date\n"
    patients += "a 1 2020-01-01 0 . 2020-01-02\nb 0 2020-01-01 0 . 2020-03-01\n"
    patients += "c 0 2020-01-01 0 . 2020-01-02\nd 0 2020-01-01 1 2020-01-02 2020-01-02"
    found, _ = values(tmp_path, text, rows, trial, patients)
    assert found == shares
