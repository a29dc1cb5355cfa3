"""Doses, cycles, sessions and opioids: worked examples by hand."""

import pytest
from tiny_trial import derived, edges, refused, shown, tiny

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


def test_relative_dose_intensity_in_both_conventions(tmp_path):
    """a stopped after three of six full cycles: 1 by its cycles given, a half by the whole plan.

    b had 360 of 400 in 49 + 14 days instead of 56: (360/63)/(400/56) = 0.8; without the days after
    the last cycle (360/49)/(400/42) = 0.7714.
    """
    found, _ = values(tmp_path / "1", RDI, CYCLES)
    assert found == [1.0, pytest.approx(0.8, rel=1e-12), None]
    text = RDI.replace("given_cycles", "whole_plan, planned_cycles: rows")
    found, _ = values(tmp_path / "2", text, CYCLES)
    assert found == [0.5, pytest.approx(0.8, rel=1e-12), None]
    text = RDI.replace("last_interval: counted", "last_interval: not_counted")
    found, _ = values(tmp_path / "3", text, CYCLES)
    assert found[1] == pytest.approx(360 / 49 / (400 / 42), rel=1e-12)


def test_a_planned_number_of_cycles_without_rows(tmp_path):
    """a's rows of cycles 4 to 6 are not there, the plan of six is."""
    rows = "\n".join(CYCLES.strip().splitlines()[:4])
    text = RDI.replace("given_cycles", "whole_plan, planned_cycles: 6")
    assert values(tmp_path, text, rows)[0][0] == 0.5


def test_two_drugs_caps_and_cuts(tmp_path):
    """a: vincristine 2 of a planned 2.4 that is capped at 2 is 1; the other drug 150 of 100 in the
    planned time is 1.5, or 1 when cut: mean 1.25, or 1.
    """
    rows = """
    id n:integer drug plan:number dose:number day:date
    a 1 v 2.4 2 2020-01-01
    a 2 v 2.4 2 2020-01-22
    a 1 o 100 150 2020-01-01
    a 2 o 100 150 2020-01-15
    """
    text = RDI.replace(
        "interval: 14", "drug: drug, interval: {by_drug: {v: 21, o: 14}}, caps: {v: 2}"
    )
    assert values(tmp_path / "1", text, rows)[0][0] == pytest.approx(1.25, rel=1e-12)
    assert values(tmp_path / "2", text.replace("kept", "cut"), rows)[0][0] == 1


def test_a_first_cycle_left_out_counts_its_planned_days(tmp_path):
    rows = "id n:integer plan:number dose:number day:date\na 1 100 0 .\na 2 100 100 2020-01-15"
    assert values(tmp_path, RDI, rows)[0][0] == 0.5


def test_nothing_given_and_no_time(tmp_path):
    rows = "id n:integer plan:number dose:number day:date\na 1 100 0 .\nb 1 100 100 2020-01-15"
    assert values(tmp_path / "1", RDI, rows)[0] == [None, 1, None]
    whole = RDI.replace("given_cycles", "whole_plan, planned_cycles: rows")
    assert values(tmp_path / "2", whole, rows)[0] == [0, 1, None]
    short = RDI.replace("last_interval: counted", "last_interval: not_counted")
    assert values(tmp_path / "3", short, rows)[0] == [None, None, None]


@pytest.mark.parametrize("convention", ["given_cycles", "whole_plan, planned_cycles: rows"])
def test_a_form_of_cycles_without_any_row(tmp_path, convention):
    rows = "id n:integer plan:number dose:number day:date"
    text = RDI.replace("given_cycles", convention)
    assert values(tmp_path, text, rows) == ([None, None, None], [])


BAD_CYCLES = [
    ("a 1 100 -5 2020-01-01", "negative_dose"),
    ("a 1 . 100 2020-01-01", "no_planned_dose"),
    ("a 1 0 100 2020-01-01", "no_planned_dose"),
    ("a 1 100 . 2020-01-01", None),
    ("a . 100 100 2020-01-01", "no_cycle"),
    ("a 1 100 100 .", "no_date"),
    ("a 1 100 100 2020-01-01\na 2 100 100 2019-12-01", "date_order"),
    ("a 1 100 100 2020-01-01\na 1 100 100 2020-01-15", "cycle_twice"),
]


@pytest.mark.parametrize("row, rule", BAD_CYCLES)
def test_a_cycle_that_cannot_be_used_makes_the_subject_missing(tmp_path, row, rule):
    rows = "id n:integer plan:number dose:number day:date\nb 1 100 50 2020-01-01\n" + row
    found, rules = values(tmp_path, RDI, rows)
    assert found == [None, 0.5, None]
    assert rules == ([rule] if rule else [])


def test_a_drug_that_is_missing(tmp_path):
    rows = "id n:integer drug plan:number dose:number day:date\na 1 . 9 9 2020-01-01\n"
    text = RDI.replace("interval: 14", "drug: drug, interval: 14")
    assert values(tmp_path, text, rows + "a 1 o 9 9 2020-01-01") == ([None] * 3, ["no_drug"])


CHANGE = """
change: {label: C, code: CHANGE, kind: dose_change, table: rows, planned: plan, delivered: dose,
         date: day, planned_date: due, reduced: {tolerance: 0.05}, delayed: {more_than: 7},
         stopped: {why: {is: "nerve"}, dose: {is: 0}}, columns: {reason: why}}
any: {label: A, code: ANY, kind: any_occurrence, of: change, without_rows: missing}
nerve: {label: N, code: NERVE, kind: any_occurrence, of: change, without_rows: missing,
        where: {reason: {is: nerve}}}
number: {label: N, code: NUMBER, kind: occurrence_count, of: change, without_rows: missing}
"""
CHANGES = """
id plan:number dose:number due:date day:date why
a 100 95 2020-01-01 2020-01-08 .
a 100 94 2020-01-15 2020-01-23 nerve
b 100 100 2020-01-01 2020-01-01 .
b 100 0 2020-01-15 . nerve
c 100 . 2020-01-01 2020-01-01 .
d 100 100 2020-01-01 2020-01-01 .
e 100 . 2020-01-01 2020-01-01 .
e 100 10 2020-01-01 2020-01-01 .
"""


def test_changes_of_dose(tmp_path):
    """95 of 100 and seven days late are within the limits; 94 and eight days are not. c's dose is
    unknown, and so is whether it was changed; e had another cycle that was reduced, for an unknown
    reason; f has no row.
    """
    patients = "id rx\na 1\nb 0\nc 1\nd 0\ne 1\nf 0"
    tables = derived(tiny(CHANGE, TABLES), tmp_path, patients=patients, rows=CHANGES)
    assert shown(tables["occds"], "TERM", "REASON") == [
        ("a", "Reduced", "nerve"),
        ("a", "Delayed", "nerve"),
        ("b", "Not given", "nerve"),
        ("b", "Stopped", "nerve"),
        ("e", "Reduced", None),
    ]
    rows = shown(tables["bds"], "PARAMCD", "AVAL")
    by = {code: [row[2] for row in rows if row[1] == code] for code in ("ANY", "NERVE", "NUMBER")}
    assert by["ANY"] == [1, 1, None, 0, 1, None]
    assert by["NERVE"] == [1, 1, None, 0, None, None]
    assert by["NUMBER"] == [2, 2, None, 0, None, None]
    assert {edge[4] for edge in edges(tables, "bds", "AVAL") if edge[0] == "d"} == {
        "plan",
        "dose",
        "day",
        "due",
        "why",
    }


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


OPIOIDS = """
ome: {label: O, code: OME, kind: oral_morphine, table: rows, drug: drug, route: way, dose: dose,
      conversion: cdc_2022, drugs: {m: morphine, o: oxycodone, f: fentanyl}, unit_column: unit,
      units: {mg: mg/day, ug: µg/h}, routes: {po: oral, td: transdermal},
      none: {drug: {is: "none"}}, without_rows: missing,
      visit: {column: visit, labels: {"0": before, "1": after}}, baseline: before}
"""
DOSES = """
id visit drug way dose:number unit
a 0 m po 30 mg
a 0 o po 20 mg
a 1 f td 25 ug
b 0 none . . .
b 1 x po 10 mg
b 1 m po 10 mg
c 0 m . 10 mg
c 1 f po 10 ug
d 0 f td 25 mg
d 1 m po 0 .
e 0 . po 5 mg
e 1 m po . mg
f 1 . . . .
"""


def test_oral_morphine_equivalents(tmp_path):
    """a: 30 + 20 × 1.5 = 60, then 25 µg/h × 2.4 = 60. b: none; then an unknown drug beside
    morphine. c: no route; a drug by a route that the table lacks. d: another unit; a dose of 0.
    e: no drug; no dose. f: neither.
    """
    patients = "id rx\na 1\nb 0\nc 1\nd 0\ne 1\nf 0"
    tables = derived(tiny(OPIOIDS, TABLES), tmp_path, patients=patients, rows=DOSES)
    found = {row[:2]: row[2:] for row in shown(tables["bds"], "AVISIT", "AVAL", "GROUNDS", "CHG")}
    assert found["a", "before"] == (60, None, 0) and found["a", "after"] == (60, None, 0)
    assert found["b", "before"] == (0, None, 0)
    lost = "1 line that could not be used"
    assert [found[one, "after"][:2] for one in "bcdef"] == [
        (None, lost),
        (None, lost),
        (0, None),
        (None, None),
        (None, lost),
    ]
    assert [found[one, "before"][0] for one in "cdef"] == [None] * 4
    rules = [(r["source_row"], r["column"], r["rule"][4:]) for r in tables["rejects"].to_pylist()]
    assert rules == [
        (6, "drug", "unknown_drug"),
        (8, "way", "no_route"),
        (9, "drug", "unknown_drug"),
        (10, "unit", "other_unit"),
        (12, "drug", "no_drug"),
        (14, "drug", "empty"),
    ]


def test_a_row_without_a_dose_needs_a_labelled_visit_too(tmp_path):
    """A row is a part of the sum, whether or not its dose is known."""
    rows = "id visit drug way dose:number unit\na 0 m po 30 mg\na 2 . . . ."
    text = refused(tiny(OPIOIDS, TABLES), tmp_path, patients="id rx\na 1", rows=rows)
    assert "1 rows with a visit that has no label" in text


def test_without_rows_can_mean_no_opioids(tmp_path):
    text = OPIOIDS.replace("without_rows: missing", "without_rows: zero")
    tables = derived(
        tiny(text, TABLES),
        tmp_path,
        patients="id rx\nz 1",
        rows="\n".join(["id visit drug way dose:number unit", "z 0 m po 30 mg"]),
    )
    assert [row[1] for row in shown(tables["bds"], "AVAL")] == [30, 0]


AGGREGATE = """
m: {label: M, code: M, kind: aggregate, table: rows, column: x, statistic: STAT,
    side: {column: side, labels: {r: right, l: left}}}
"""
FIBRES = "id side x:number\na r 1\na r 2\na r 4\na r 9\na l .\nb l 5\nb l 5"


@pytest.mark.parametrize(
    "statistic, a_right, b_left",
    [
        ("mean", 4, 5),
        ("median", 3, 5),
        ("min", 1, 5),
        ("max", 9, 5),
        ("sum", 16, 10),
        ("sd", (38 / 3) ** 0.5, 0),
        ("span", 8, 0),
        ("count", 4, 2),
        ("distinct", 4, 1),
        ("quantile, quantile: 0.25", 1.75, 5),
        ("mean, min_rows: 3", 4, None),
    ],
)
def test_statistics_of_many_rows(tmp_path, statistic, a_right, b_left):
    text = AGGREGATE.replace("STAT", statistic)
    tables = derived(tiny(text, TABLES), tmp_path, patients=PATIENTS, rows=FIBRES)
    found = {row[:2]: row[2] for row in shown(tables["bds"], "LAT", "AVAL")}
    assert found["a", "right"] == pytest.approx(a_right, rel=1e-12)
    assert found["b", "left"] == (b_left if b_left is None else pytest.approx(b_left))
    assert found["a", "left"] == (0 if statistic in ("count", "distinct") else None)
    assert found["c", "right"] is None
    assert len([edge for edge in edges(tables, "bds", "AVAL") if edge[0] == "a"]) == 10


def test_too_few_rows_are_told(tmp_path):
    text = AGGREGATE.replace("STAT", "mean, min_rows: 3")
    tables = derived(tiny(text, TABLES), tmp_path, patients=PATIENTS, rows=FIBRES)
    found = {row[:2]: row[2] for row in shown(tables["bds"], "LAT", "GROUNDS")}
    assert found["b", "left"] == "2 of at least 3 values"
    assert found["a", "right"] is None and found["c", "right"] is None


def test_days_of_therapy(tmp_path):
    text = """
days: {label: D, code: DAYS, kind: aggregate, table: rows, column: day, where: {dose: {above: 0}},
       statistic: span, unit: days}
cycles: {label: C, code: CYCLES, kind: aggregate, table: rows, column: n, statistic: distinct,
         where: {dose: {above: 0}}, without_rows: zero}
"""
    tables = derived(tiny(text, TABLES), tmp_path, patients=PATIENTS, rows=CYCLES)
    assert shown(tables["bds"], "AVAL", "AVALU") == [
        ("a", 28, "days"),
        ("a", 3, None),
        ("b", 49, "days"),
        ("b", 4, None),
        ("c", None, "days"),
        ("c", 0, None),
    ]
    bad = text.replace("statistic: span", "statistic: mean")
    assert "mean of dates" in refused(tiny(bad, TABLES), tmp_path, patients=PATIENTS, rows=CYCLES)


def test_days_since_a_date_of_the_subject(tmp_path):
    """The last dose of a on 29 January: seen 6 days later; b has no dose, c was not seen."""
    trial = TABLES + (
        "subjects: {table: patients, variables: {last_dose: {column: day, table: rows,"
        " where: {dose: {above: 0}}, take: highest}}}"
    )
    text = """
after: {label: A, code: AFTER, kind: aggregate, table: rows, column: day,
        where: {what: {is: seen}}, start: last_dose, statistic: max, unit: days}
"""
    rows = (
        "id what day:date dose:number\na dose 2020-01-01 5\na dose 2020-01-29 5\n"
        "a dose 2020-02-12 0\na seen 2020-01-10 .\na seen 2020-02-04 .\n"
        "b dose 2020-01-01 0\nb seen 2020-03-01 .\nc dose 2020-01-01 5"
    )
    tables = derived(tiny(text, trial), tmp_path, patients=PATIENTS, rows=rows)
    assert shown(tables["bds"], "AVAL", "AVALU") == [
        ("a", 6, "days"),
        ("b", None, "days"),
        ("c", None, "days"),
    ]
    behind = [edge[2:] for edge in edges(tables, "bds", "AVAL") if edge[0] == "a"]
    assert ("rows", 3, "day") in behind and ("rows", 6, "day") in behind
    assert ("rows", 2, "day") not in behind


def test_rows_of_two_arms_are_not_one_record(tmp_path):
    trial = (
        TABLES.replace("subject: id}}", "subject: id, arm: arm}}")
        + """
design: {kind: within_subject, arms: {new: {label: N, code: "1"},
         old: {label: O, code: "0", control: true}}, randomisation: {scheme: simple}}
"""
    )
    rows = "id side x:number arm\na r 1 1\na r 2 1\na l 3 0\nb r 1 0\nb l 2 1\nb l 3 1"
    text = AGGREGATE.replace("STAT", "mean")
    tables = derived(tiny(text, trial), tmp_path, patients=PATIENTS, rows=rows)
    assert shown(tables["bds"], "LAT", "AVAL", "TRTP")[:4] == [
        ("a", "right", 1.5, "new"),
        ("a", "left", 3, "old"),
        ("b", "right", 1, "old"),
        ("b", "left", 2.5, "new"),
    ]
    mixed = rows.replace("a r 2 1", "a r 2 0")
    text = refused(tiny(text, trial), tmp_path, patients=PATIENTS, rows=mixed)
    assert "rows have different arms" in text


def test_grades_by_limits(tmp_path):
    text = """
score: {label: S, code: SCORE, kind: measure, table: patients, column: x}
grade: {label: G, code: GRADE, kind: graded, of: score,
        grades: {none: {is: 0}, mild: {between: [1, 9]}, severe: {at_least: 10}}}
"""
    tables = derived(tiny(text), tmp_path, patients="id rx x:integer\na 1 0\nb 0 9\nc 1 10\nd 0 .")
    rows = shown(tables["bds"], "PARAMCD", "AVAL", "AVALC")
    assert [row[2:] for row in rows if row[1] == "GRADE"] == [
        (0, "none"),
        (1, "mild"),
        (2, "severe"),
        (None, None),
    ]
    gap = refused(tiny(text), tmp_path, patients="id rx x:number\na 1 9.5\nb 1 0")
    assert "1 values in no grade, 0 in several" in gap
    twice = text.replace("at_least: 10", "at_least: 9")
    assert "0 values in no grade, 1 in several" in refused(
        tiny(twice), tmp_path, patients="id rx x:integer\na 1 9"
    )


EVENTS = """
ae: {label: AE, code: AE, kind: occurrence, table: rows, term_column: what,
     columns: {grade: g, serious: s}}
severe: {label: S, code: SEVERE, kind: any_occurrence, of: ae, where: {grade: {at_least: 3}}}
count: {label: C, code: COUNT, kind: occurrence_count, of: ae, where: {serious: {is: "y"}}}
"""


def test_occurrences_with_typed_columns(tmp_path):
    """b's grade is unknown, so whether it was severe is; c had one severe and one unknown."""
    rows = "id what g:integer s\na cold 1 n\na fall 3 y\nb cold . n\nc cold . y\nc fall 4 y"
    patients = "id rx\na 1\nb 0\nc 1\nd 0"
    tables = derived(tiny(EVENTS, TABLES), tmp_path, patients=patients, rows=rows)
    assert shown(tables["occds"], "TERM", "GRADE", "SERIOUS")[:2] == [
        ("a", "cold", 1, "n"),
        ("a", "fall", 3, "y"),
    ]
    found = shown(tables["bds"], "PARAMCD", "AVAL")
    assert [row[2] for row in found if row[1] == "SEVERE"] == [1, None, 1, 0]
    assert [row[2] for row in found if row[1] == "COUNT"] == [1, 0, 2, 0]
    assert edges(tables, "occds", "GRADE")[0][3:] == (2, "g")


def test_an_unknown_drug_is_listed_also_without_a_dose(tmp_path):
    rows = "id visit drug way dose:number unit\na 0 x po . mg\na 1 m po -5 mg"
    tables = derived(tiny(OPIOIDS, TABLES), tmp_path, patients="id rx\na 1", rows=rows)
    assert [row[1] for row in shown(tables["bds"], "AVAL")] == [None, None]
    rules = [(one["column"], one["rule"]) for one in tables["rejects"].to_pylist()]
    assert rules == [("drug", "ome_unknown_drug"), ("dose", "ome_negative_dose")]


def test_every_shipped_table_can_be_read():
    from trialtrace.base.config.project_table import table_names
    from trialtrace.base.paths import project
    from trialtrace.run.trial.endpoints.norms import Conversions, Norms

    at = project()
    names = {table: table_names(at, table.folder) for table in (Conversions, Norms)}
    assert "cdc_2022" in names[Conversions] and "tuning_fork" in names[Norms]
    assert not [p for table in names for name in names[table] for p in table.checked(at, name)[1]]
