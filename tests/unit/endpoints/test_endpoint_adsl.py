"""ADSL: one row a subject; treatment, covariates and flags."""

import pytest
from tiny_trial import derived, refused, tiny


def test_synthetic_subjects_say_so(tmp_path):
    trial = tiny(trial="source: {kind: synthetic, seed: 1, items: {}}")
    adsl = derived(trial, tmp_path, patients="id rx\na 1")["adsl"]
    assert adsl["USUBJID"].to_pylist() == ["SYN-tiny-a"]
    assert adsl["SYNTHFL"].to_pylist() == ["Y"]


def test_no_subjects_give_five_empty_tables(tmp_path):
    endpoints = """
    x: {label: X, code: X, kind: repeated, table: patients, visits: {u: one, v: two}, baseline: one}
    t: {label: T, code: T, kind: time_to_event, table: patients, time: u,
        event: {v: {above: 0}}, event_label: Seen, censored_label: Not seen}
    """
    tables = derived(tiny(endpoints), tmp_path, patients="id rx u:integer v:integer")
    assert {name: table.num_rows for name, table in tables.items()} == dict.fromkeys(tables, 0)
    assert "ITTFL" in tables["occds"].column_names


FUNCTIONS = """
subjects:
  table: patients
  age: {column: age, unit: years}
  transformed:
    age_log: {of: age, as: log}
    age_log2: {of: age, as: log2}
    age_lg: {of: age, as: log10}
    age_root: {of: age, as: square_root}
    age_sq: {of: age, as: square, label: Age squared}
    age_cube: {of: age, as: cube}
    age_inv: {of: age, as: inverse}
"""


@pytest.mark.parametrize(
    ("function", "values", "found"),
    [
        ("log", "0 -3 7", "2 of 3 values of age at or below 0, which have no natural logarithm"),
        ("square_root", "0 -3 7", "1 of 3 values of age below 0, which have no square root"),
        ("inverse", "0 -3 7", "1 of 3 values of age of 0, which have no inverse"),
    ],
)
def test_a_value_without_the_function_is_told_by_count(tmp_path, function, values, found):
    trial = FUNCTIONS.split("  transformed:")[0]
    trial += f"  transformed: {{made_age: {{of: age, as: {function}}}}}\n"
    rows = "\n".join(f"{at} 1 {age}" for at, age in zip("abc", values.split(), strict=True))
    text = refused(tiny(trial=trial), tmp_path, patients=f"id rx age:number\n{rows}")
    assert found in text and "transformed.made_age.as" in text and "-3" not in text
