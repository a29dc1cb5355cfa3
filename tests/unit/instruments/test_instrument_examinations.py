"""Examinations and scales against worked examples of their rules."""

import math

import numpy as np
import pytest
from tiny_trial import derived, edges, refused, shown, tiny

from trialtrace.run.jobs.fresh import tables_of

TABLES = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  exam: {of: raw2, key: [source_row], subject: id}
"""
AGED = TABLES + "subjects: {table: patients, age: {column: age, unit: years}}\n"
PD = """
pd: {kind: instrument, instrument: paindetect, code: PD, table: exam, scales: all,
     items: {prefix: p}, patterns: {"1": 0, "2": -1, "3": 1, "4": 1}, radiation: {"0": 0, "1": 2}}
"""
VAS = """
vas: {label: P, kind: instrument, instrument: vas, code: VAS, table: exam, column: v, to: 100}
"""
MRC = """
mrc: {label: M, kind: instrument, instrument: mrc, code: MRC, table: exam, column: grade,
      grades: {"4-": 3.75, "4+": 4.25}, summary: SUMMARY,
      visit: {column: day, labels: {"0": before, "1": after}}, baseline: before,
      location: {column: muscle, labels: {d: deltoid, b: biceps}},
      side: {column: side, labels: {r: right, l: left}}}
"""
FORK = """
fork: {label: F, kind: instrument, instrument: tuning_fork, code: FORK, table: exam, column: v,
       scales: all,
       norm: {table: tuning_fork, age: age, groups: {ankle: lower limb, hand: upper limb}},
       location: {column: site, labels: {a: ankle, h: hand}}}
"""
NERVES = """
ncs: {label: N, kind: instrument, instrument: nerve_conduction, code: NCS, table: exam, scales: all,
      items: {amplitude: amp, velocity: vel, latency: lat},
      location: {column: nerve, labels: {p: peroneal, t: tibial}}}
"""
UNITS = "tables: {exam: {units: {amp: mV, vel: m/s, lat: ms, v: mm, walk: h/week, cycle: h/week}}}"
FFB = """
act: {kind: instrument, instrument: freiburg_activity, code: ACT, table: exam,
      items: {walking: walk, cycling: cycle}, met: {walking: 3.5, cycling: 6}}
"""
TNS = """
tns: {kind: instrument, instrument: total_neuropathy_score, code: TNS, table: exam,
      items: {prefix: t}}
"""


def values(trial, folder, exam, *columns, patients="id rx\na 1"):
    bds = derived(trial, folder, patients=patients, exam=exam)["bds"]
    return [row[1:] for row in shown(bds, *(columns or ("AVAL",)))]


def pd_form(items, pattern, radiation):
    header = " ".join(f"p{item}:integer" for item in range(1, 8))
    return f"id {header} ppattern pradiation\na {' '.join(map(str, items))} {pattern} {radiation}"


@pytest.mark.parametrize(
    ("items", "pattern", "radiation", "total", "named"),
    [
        ([0] * 7, "2", "0", -1, "unlikely"),
        ([5] * 7, "3", "1", 38, "likely"),
        ([2, 2, 2, 2, 2, 2, 0], "1", "0", 12, "unlikely"),
        ([2, 2, 2, 2, 2, 2, 1], "1", "0", 13, "unclear"),
        ([3, 3, 3, 3, 3, 3, 1], "2", "0", 18, "unclear"),
        ([3, 3, 3, 3, 3, 1, 1], "1", "1", 19, "likely"),
        ([3, 3, 3, 3, 3, 1, "."], "1", "1", None, None),
        ([3, 3, 3, 3, 3, 1, 1], ".", "1", None, None),
        ([3, 3, 3, 3, 3, 1, 1], "1", ".", None, None),
    ],
)
def test_paindetect(items, pattern, radiation, total, named, tmp_path):
    found = values(
        tiny(PD, trial=TABLES),
        tmp_path,
        pd_form(items, pattern, radiation),
        "PARAMCD",
        "AVAL",
        "AVALC",
    )
    code = {"unlikely": 1, "unclear": 2, "likely": 3, None: None}[named]
    assert found == [("PD", total, None), ("PDC", code, named)]


def test_a_pattern_without_a_score_is_refused(tmp_path):
    trial = tiny(PD, trial=TABLES)
    message = refused(trial, tmp_path, patients="id rx\na 1", exam=pd_form([0] * 7, "9", "0"))
    assert "1 values that `patterns` does not list" in message


def test_a_visual_analogue_scale_in_its_unit(tmp_path):
    trial = tiny(VAS, trial=TABLES, cleaning=UNITS)
    assert values(trial, tmp_path, "id v:number\na 63.5", "AVAL", "AVALU") == [(63.5, "mm")]
    assert trial.endpoints["vas"].scale.high == 100


@pytest.mark.parametrize(
    ("declared", "cleaning", "value", "message"),
    [
        ("to: 10", UNITS, 6, "the unit mm"),
        ("to: 100", "", 6, "no unit"),
        ("to: 10", UNITS.replace("mm", "cm"), 11, "1 values that the item cannot have"),
    ],
)
def test_a_scale_has_to_agree_with_its_unit(declared, cleaning, value, message, tmp_path):
    trial = tiny(VAS.replace("to: 100", declared), trial=TABLES, cleaning=cleaning)
    text = refused(trial, tmp_path, patients="id rx\na 1", exam=f"id v:number\na {value}")
    assert message in text


GRADES = """
id  day  side  muscle  grade
a   0    r     d       4-
a   0    r     b       5
a   0    l     d       3
a   1    r     b       4+
a   1    r     d       4
a   1    l     b       2
"""


def test_each_muscle_has_its_grade_and_its_own_baseline(tmp_path):
    trial = tiny(MRC.replace("SUMMARY", "each"), trial=TABLES)
    found = values(trial, tmp_path, GRADES, "AVISIT", "LOC", "LAT", "AVAL", "CHG")
    assert found == [
        ("before", "deltoid", "right", 3.75, 0),
        ("before", "deltoid", "left", 3, 0),
        ("before", "biceps", "right", 5, 0),
        ("before", "biceps", "left", None, None),
        ("after", "deltoid", "right", 4, 0.25),
        ("after", "deltoid", "left", None, None),
        ("after", "biceps", "right", 4.25, -0.75),
        ("after", "biceps", "left", 2, None),
    ]
    assert trial.endpoints["mrc"].scale.type == "ordinal"


@pytest.mark.parametrize(
    ("summary", "before", "after"), [("sum", 8.75, 8.25), ("mean", 4.375, 4.125)]
)
def test_a_summary_needs_all_muscles(summary, before, after, tmp_path):
    trial = tiny(MRC.replace("SUMMARY", summary), trial=TABLES)
    tables = derived(trial, tmp_path, patients="id rx\na 1\nb 1", exam=GRADES)
    found = shown(tables["bds"], "AVISIT", "LAT", "AVAL", "CHG", "LOC")
    assert [row[1:] for row in found if row[0] == "a"] == [
        ("before", "right", before, 0, None),
        ("before", "left", None, None, None),
        ("after", "right", after, after - before, None),
        ("after", "left", None, None, None),
    ]
    assert all(row[3] is None for row in found if row[0] == "b")
    behind = {(edge[1], edge[3]) for edge in edges(tables, "bds", "AVAL") if edge[4] == "grade"}
    assert behind == {(1, 2), (1, 3), (2, 4), (3, 5), (3, 6), (4, 7)}


def test_a_grade_without_a_value_is_refused_not_rounded(tmp_path):
    trial = tiny(MRC.replace("SUMMARY", "each").replace(', "4+": 4.25', ""), trial=TABLES)
    message = refused(trial, tmp_path, patients="id rx\na 1", exam=GRADES)
    assert "1 values that `grades` does not list" in message
    assert "one of 0, 1, 2, 3, 4, 5, 4-" in message


def test_a_tuning_fork_is_held_against_the_norm_of_limb_and_age(tmp_path):
    tables = derived(
        tiny(FORK, trial=AGED),
        tmp_path,
        patients="id rx age:integer\na 1 40\nb 0 41\nc 0 .\nd 1 50",
        exam="""
        id  site  v:number
        a   a     4.5
        a   h     6
        b   a     4
        b   h     5.5
        c   a     0
        d   a     4
        d   h     .
        """,
    )
    found = shown(tables["bds"], "PARAMCD", "LOC", "AVAL", "AVALC")
    assert [row for row in found if row[1] == "FORKA"] == [
        ("a", "FORKA", "ankle", 0, "N"),
        ("a", "FORKA", "hand", 1, "Y"),
        ("b", "FORKA", "ankle", 0, "N"),
        ("b", "FORKA", "hand", 1, "Y"),
        ("c", "FORKA", "ankle", None, None),
        ("c", "FORKA", "hand", None, None),
        ("d", "FORKA", "ankle", 0, "N"),
        ("d", "FORKA", "hand", None, None),
    ]
    assert [row[3] for row in found if row[1] == "FORK"] == [4.5, 6, 4, 5.5, 0, None, 4, None]
    # The age stands behind the flag, not behind the value.
    ages = {edge[:2] for edge in edges(tables, "bds", "AVAL") if edge[4] == "age"}
    assert ages == {(name, number) for name in "abcd" for number in (3, 4)}


def test_data_of_a_tuning_fork_hang_on_its_table_of_norms():
    trial = tiny(FORK, trial=TABLES)
    assert set(tables_of(trial)) == {trial.at.config / "norms" / "tuning_fork.csv"}


def test_a_tuning_fork_ends_at_eight(tmp_path):
    exam = "id site v:number\na a 9"
    text = refused(
        tiny(FORK, trial=AGED), tmp_path, patients="id rx age:integer\na 1 40", exam=exam
    )
    assert "1 values that the item cannot have" in text and "from 0 to 8" in text


@pytest.mark.parametrize(
    ("instrument", "grades", "given", "found"),
    [
        (
            "reflexes",
            "{n: normal, a: absent, i: increased}",
            "n a i .",
            [(2, "normal"), (0, "absent"), (3, "increased"), (None, None)],
        ),
        (
            "sensation",
            '{"0": normal, "1": reduced, "2": absent}',
            "0 1 2 .",
            [(2, "normal"), (1, "reduced"), (0, "absent"), (None, None)],
        ),
    ],
)
def test_grades_by_their_names(instrument, grades, given, found, tmp_path):
    endpoints = f"""
    e: {{label: E, kind: instrument, instrument: {instrument}, code: E, table: exam, column: g,
        grades: {grades}}}
    """
    rows = dict(zip("abcd", given.split(), strict=True))
    exam = "id g\n" + "\n".join(f"{name} {code}" for name, code in rows.items())
    patients = "id rx\n" + "\n".join(f"{name} 1" for name in rows)
    trial = tiny(endpoints, trial=TABLES)
    assert values(trial, tmp_path, exam, "AVAL", "AVALC", patients=patients) == found


def test_nerves_have_amplitude_velocity_and_latency_in_their_units(tmp_path):
    trial = tiny(NERVES, trial=TABLES, cleaning=UNITS)
    exam = "id nerve amp:number vel:number lat:number\na p 5.5 48 4.1\na t 0 . ."
    found = values(trial, tmp_path, exam, "PARAMCD", "LOC", "AVAL", "AVALU")
    assert found == [
        ("NCSA", "peroneal", 5.5, "mV"),
        ("NCSA", "tibial", 0, "mV"),
        ("NCSV", "peroneal", 48, "m/s"),
        ("NCSV", "tibial", None, "m/s"),
        ("NCSL", "peroneal", 4.1, "ms"),
        ("NCSL", "tibial", None, "ms"),
    ]


def test_activity_is_hours_times_equivalents(tmp_path):
    trial = tiny(FFB, trial=TABLES, cleaning=UNITS)
    exam = "id walk:number cycle:number\na 2 1.5\nb 2 .\nc 0 0"
    patients = "id rx\na 1\nb 1\nc 1\nd 1"
    found = values(trial, tmp_path, exam, "AVAL", "AVALU", patients=patients)
    assert found == [
        (16, "MET-h/week"),
        (None, "MET-h/week"),
        (0, "MET-h/week"),
        (None, "MET-h/week"),
    ]


def test_the_total_neuropathy_score_is_a_complete_sum(tmp_path):
    header = " ".join(f"t{item}:integer" for item in range(1, 8))
    exam = f"id {header}\na 0 1 2 3 4 4 4\nb 0 1 2 3 4 4 ."
    found = values(tiny(TNS, trial=TABLES), tmp_path, exam, patients="id rx\na 1\nb 1")
    assert found == [(18,), (None,)]


SWAY = """
sway: {label: S, kind: instrument, instrument: sway, code: SW, table: exam, scales: all,
       time: t, x: x, y: y, ellipse: ELLIPSE,
       location: {column: stand, labels: {"2": two legs, "1": one leg}}}
"""
TRACE = """
id  stand  t:number  x:number  y:number
a   2      0.0       0         0
a   2      1.0       3         0
a   2      0.5       3         4
a   2      1.5       0         4
a   1      0         1         1
a   1      1         1         .
a   1      2         1         2
b   1      0         1         1
b   1      0         2         1
b   1      1         1         2
b   2      0         1         1
b   2      1         1         2
"""


@pytest.mark.parametrize(
    ("ellipse", "quantile"),
    # 2 x 5 x 3 / (4 x 2) x F(0.95; 2, 2) = 3.75 x 19.
    [("chi_squared", 5.991464547107979), ("prediction", 71.25)],
)
def test_sway_from_a_trace(ellipse, quantile, tmp_path):
    trial = tiny(SWAY.replace("ELLIPSE", ellipse), trial=TABLES)
    tables = derived(trial, tmp_path, patients="id rx\na 1\nb 1", exam=TRACE)
    found = shown(tables["bds"], "PARAMCD", "LOC", "AVAL", "AVALU")
    # In the order of time: (0, 0), (3, 4), (3, 0), (0, 4).
    path = (5 + 4 + 5) / 1.5
    x, y = np.array([0, 3, 3, 0]), np.array([0, 4, 0, 4])
    area = math.pi * quantile * math.sqrt(np.linalg.det(np.cov(x, y)))
    assert found[0] == ("a", "SWP", "two legs", pytest.approx(path), "mm/s")
    assert [row[3] for row in found if row[1] == "SWP"][1:] == [None, None, None]
    assert [row[3] for row in found if row[1] == "SWE"] == [pytest.approx(area), None, None, None]
    behind = {e[3] for e in edges(tables, "bds", "AVAL") if e[:2] == ("a", 1) and e[4] == "x"}
    assert behind == {2, 3, 4, 5}


def test_sway_of_the_device(tmp_path):
    endpoints = SWAY.replace("time: t, x: x, y: y, ellipse: ELLIPSE", "items: {path: x, area: y}")
    cleaning = "tables: {exam: {units: {x: mm/s, y: mm²}}}"
    trial = tiny(endpoints, trial=TABLES, cleaning=cleaning)
    found = values(
        trial, tmp_path, "id stand x:number y:number\na 2 12.5 80", "LOC", "AVAL", "AVALU"
    )
    assert found == [
        ("two legs", 12.5, "mm/s"),
        ("one leg", None, "mm/s"),
        ("two legs", 80, "mm²"),
        ("one leg", None, "mm²"),
    ]
