"""Opioids, aggregates and occurrences, of many rows a subject: worked examples by hand."""

import pytest
from test_endpoint_exposure import CYCLES, PATIENTS, TABLES
from tiny_trial import derived, edges, refused, shown, tiny

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
    assert "records made of rows with different treatments" in text


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
