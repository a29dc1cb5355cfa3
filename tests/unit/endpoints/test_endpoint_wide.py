"""Columns named by visit and item: the same values as the rows of a long table, and their cells."""

from pathlib import Path

import pytest
from tiny_trial import derived, edges, shown, tiny

TRIAL = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  wide: {of: raw2, key: [id], subject: id}
  long: {of: raw3, key: [id, visit], subject: id}
"""
PATIENTS = "id rx\na 1\nb 0"
REPEATED = "pain: {label: P, code: P, kind: repeated, baseline: before, "
NAMED = f"{REPEATED} table: wide, visits: {{pain_0: before, pain_3: month 3}}}}"
PATTERN = (
    f"{REPEATED} table: wide, "
    'visits: {pattern: "pain_{visit}", labels: {"0": before, "3": month 3}}}'
)
PAIN = "id pain_0:integer pain_3:integer\na 5 3\nb 4 ."


def test_a_pattern_is_the_columns_that_it_names(tmp_path: Path):
    found = []
    for number, text in enumerate((NAMED, PATTERN)):
        drawn = {"patients": PATIENTS, "wide": PAIN, "long": "id visit"}
        tables = derived(tiny(text, TRIAL), tmp_path / str(number), **drawn)
        found.append((tables["bds"], tables["sources"]))
    assert found[0] == found[1]
    assert shown(found[1][0], "AVISIT", "AVAL", "CHG") == [
        ("a", "before", 5, 0),
        ("a", "month 3", 3, -2),
        ("b", "before", 4, 0),
        ("b", "month 3", None, None),
    ]


QLQ = "qlq: {kind: instrument, instrument: qlq_c30, code: Q, scales: all, baseline: before, "
LONG = f"{QLQ} table: long, items: {{prefix: q}}, "
LONG += 'visit: {column: visit, labels: {"0": before, "3": month 3}}}'
WIDE = f"{QLQ} table: wide, items: "
WIDE += '{pattern: "v{visit}_q{item}", visits: {"0": before, "3": month 3}}}'


def answer(subject: int, visit: int, item: int) -> str:
    """An answer, and every eleventh one missing."""
    number = 100 * subject + 37 * visit + item
    return "." if number % 11 == 0 else str(1 + number % (4 if item < 29 else 7))


def forms() -> dict[str, str]:
    items, visits = range(1, 31), (0, 3)
    wide = "id " + " ".join(f"v{visit}_q{item}:integer" for visit in visits for item in items)
    long = "id visit " + " ".join(f"q{item}:integer" for item in items)
    for number, subject in enumerate("ab"):
        cells = {v: " ".join(answer(number, v, item) for item in items) for v in visits}
        wide += f"\n{subject} {cells[0]} {cells[3]}"
        long += "".join(f"\n{subject} {visit} {text}" for visit, text in cells.items())
    return {"wide": wide, "long": long}


def test_items_of_a_wide_table_give_the_scores_of_a_long_one(tmp_path: Path):
    made = [
        derived(tiny(text, TRIAL), tmp_path / name, patients=PATIENTS, **forms())
        for name, text in (("wide", WIDE), ("long", LONG))
    ]
    columns = ("PARAMCD", "AVISIT", "AVISITN", "AVAL", "BASE", "CHG", "ABLFL")
    wide, long = (shown(tables["bds"], *columns) for tables in made)
    assert wide == long and len(wide) == 2 * 2 * 16
    assert sum(row[4] is not None for row in wide) > 30


def test_each_score_leads_to_the_cells_of_its_visit(tmp_path: Path):
    text = WIDE.replace("scales: all", "scales: [rf]")
    tables = derived(tiny(text, TRIAL), tmp_path, patients=PATIENTS, **forms())
    (_, first, *_), (_, second, *_) = shown(tables["bds"], "ASEQ")[:2]
    cells = [row for row in edges(tables, "bds", "AVAL") if row[0] == "a"]
    assert {row[4] for row in cells if row[1] == first} == {"v0_q6", "v0_q7"}
    assert {row[4] for row in cells if row[1] == second} == {"v3_q6", "v3_q7"}
    assert {row[3] for row in cells} == {2}
    base = [row for row in edges(tables, "bds", "BASE") if row[:2] == ("a", second)]
    assert {row[4] for row in base} == {"v0_q6", "v0_q7"}


@pytest.mark.parametrize(
    "pattern", ["q{item}", "{visit}", "q{item}{visit}{x}", "q{item}{item}{visit}"]
)
def test_a_pattern_has_each_of_its_parts_once(pattern: str):
    import re

    from trialtrace.base.config.spec_schema import schema_of
    from trialtrace.run.trial.endpoints.wide import ItemPattern

    rule = schema_of(ItemPattern)["properties"]["pattern"]["pattern"]
    assert re.search(rule, "q{item}_{visit}") and not re.search(rule, pattern)
