"""Opioids, aggregates and occurrences, of many rows a subject: worked examples by hand."""

from test_endpoint_exposure import TABLES
from tiny_trial import derived, shown, tiny

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
