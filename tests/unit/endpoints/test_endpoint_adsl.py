"""ADSL: one row a subject; treatment, covariates and flags."""

import pytest
from tiny_trial import derived, edges, refused, shown, tiny

PATIENTS = """
id:integer  rx  age:integer  sex  smoker
10          1   61           f    1
9           0   58           m    .
"""
SUBJECTS = """
subjects:
  table: patients
  age: {column: age, unit: years}
  sex: {column: sex, codes: {F: f, M: m}}
  variables: {smoker: smoker}
"""


def test_a_row_a_subject_in_the_order_of_usubjid(tmp_path):
    trial = tiny(trial=SUBJECTS, choices={"smoker": {"0": "Never", "1": "Current"}})
    adsl = derived(trial, tmp_path, patients=PATIENTS)["adsl"]
    assert shown(adsl, "SUBJID", "ARM", "TRT01P", "AGE", "AGEU", "SEX", "SMOKER", "ITTFL") == [
        ("10", "10", "New drug", "new", 61, "years", "F", "Current", "Y"),
        ("9", "9", "Old drug", "old", 58, "years", "M", None, "Y"),
    ]
    assert adsl["STUDYID"].to_pylist() == ["tiny", "tiny"]
    assert adsl["SYNTHFL"].to_pylist() == ["N", "N"]


def test_synthetic_subjects_say_so(tmp_path):
    trial = tiny(trial="source: {kind: synthetic, mode: display, seed: 1, items: {}}")
    adsl = derived(trial, tmp_path, patients="id rx\na 1")["adsl"]
    assert adsl["USUBJID"].to_pylist() == ["SYN-tiny-a"]
    assert adsl["SYNTHFL"].to_pylist() == ["Y"]


def test_several_rows_of_a_subject_give_their_common_value(tmp_path):
    trial = tiny(trial=SUBJECTS)
    tables = derived(
        trial,
        tmp_path,
        patients="""
        id  rx  age:integer  sex  smoker
        a   1   .            f    .
        a   1   61           .    .
        b   0   58           m    no
        """,
    )
    assert shown(tables["adsl"], "AGE", "SEX", "SMOKER") == [
        ("a", 61, "F", None),
        ("b", 58, "M", "no"),
    ]
    # The age stands on line 3; a value that no row has leads to the subject's first row.
    assert edges(tables, "adsl", "AGE") == [
        ("a", 0, "patients", 3, "age"),
        ("b", 0, "patients", 4, "age"),
    ]
    assert edges(tables, "adsl", "SMOKER")[0] == ("a", 0, "patients", 2, "smoker")


def test_conflicting_values_are_told_by_column_and_count(tmp_path):
    text = refused(
        tiny(trial=SUBJECTS),
        tmp_path,
        patients="""
        id  rx  age:integer  sex  smoker
        a   1   61           f    no
        a   0   62           f    no
        b   0   58           m    no
        b   0   57           m    no
        """,
    )
    assert "column age" in text and "rows of 2 subjects" in text
    assert "column rx" in text and "rows of 1 subjects" in text
    assert "take a table with a row for each subject" in text
    assert "61" not in text


def test_an_arm_that_is_not_declared_is_an_error_without_the_value(tmp_path):
    text = refused(tiny(), tmp_path, patients="id rx\na 1\nb secret")
    assert "1 values with a code that has no meaning" in text
    assert "secret" not in text


def test_a_missing_arm_stays_missing_and_outside_the_population(tmp_path):
    adsl = derived(tiny(), tmp_path, patients="id rx\na 1\nb .")["adsl"]
    assert shown(adsl, "TRT01P", "ITTFL") == [("a", "new", "Y"), ("b", None, "N")]


def test_one_treatment_a_subject_needs_an_arm(tmp_path):
    trial = tiny(trial="tables: {patients: {of: raw, key: [id], subject: id}}")
    assert "no arm" in refused(trial, tmp_path, patients="id rx\na 1")


def test_a_row_without_a_subject_is_refused(tmp_path):
    assert "1 rows without a subject" in refused(tiny(), tmp_path, patients="id rx\na 1\n. 0")


@pytest.mark.parametrize(
    "variables, name",
    [
        ("age: {column: x, unit: years}, variables: {age: x}", "AGE"),
        ("variables: {u: x, U: x}", "U"),
        ("variables: {ageu: x}", "AGEU"),
        ("variables: {ittfl: x}", "ITTFL"),
    ],
)
def test_variables_that_share_a_column_are_refused(tmp_path, variables, name):
    trial = tiny(trial=f"subjects: {{table: patients, {variables}}}")
    text = refused(trial, tmp_path, patients="id rx x\na 1 5")
    assert f"several variables that become {name}" in text


def test_a_variable_may_take_a_place_of_adsl_that_is_free(tmp_path):
    trial = tiny(trial="subjects: {table: patients, variables: {site: x}}")
    adsl = derived(trial, tmp_path, patients="id rx x\na 1 5")["adsl"]
    assert shown(adsl, "SITEID") == [("a", "5")]


def test_a_column_that_is_not_there_is_told(tmp_path):
    trial = tiny(trial="subjects: {table: patients, site: centre}")
    assert "no column centre" in refused(trial, tmp_path, patients="id rx\na 1")


def test_source_rows_can_be_the_subjects(tmp_path):
    trial = tiny(
        trial="tables: {patients: {of: r, key: [source_row], subject: source_row, arm: rx}}"
    )
    adsl = derived(trial, tmp_path, patients="rx\n1\n0")["adsl"]
    assert shown(adsl, "TRT01P") == [("2", "new"), ("3", "old")]


def test_no_subjects_give_five_empty_tables(tmp_path):
    endpoints = """
    x: {label: X, code: X, kind: repeated, table: patients, visits: {u: one, v: two}, baseline: one}
    t: {label: T, code: T, kind: time_to_event, table: patients, time: u,
        event: {v: {above: 0}}, event_label: Seen, censored_label: Not seen}
    """
    tables = derived(tiny(endpoints), tmp_path, patients="id rx u:integer v:integer")
    assert {name: table.num_rows for name, table in tables.items()} == dict.fromkeys(tables, 0)
    assert "ITTFL" in tables["occds"].column_names


GROUPS = """
subjects:
  table: patients
  age: {column: age, unit: years}
  site: centre
  groups:
    agegrp: {of: age, label: Age group, from: {young: 18, middle: 50, old: 65.5}}
    region: {of: site, label: Region, codes: {north: ["01", "02"], south: "03"}}
"""


def test_groups_are_made_by_cut_points_and_by_codes(tmp_path):
    tables = derived(
        tiny(trial=GROUPS, choices={"centre": {"01": "A", "02": "B", "03": "C"}}),
        tmp_path,
        patients="""
        id  rx  age:number  centre
        a   1   18          01
        b   0   49.9        02
        c   1   50          03
        d   0   65.5        .
        e   0   .           01
        """,
    )
    assert shown(tables["adsl"], "AGEGRP", "REGION", "SITEID") == [
        ("a", "young", "north", "A"),
        ("b", "young", "north", "B"),
        ("c", "middle", "south", "C"),
        ("d", "old", None, None),
        ("e", None, "north", "A"),
    ]
    assert edges(tables, "adsl", "AGEGRP")[2] == ("c", 0, "patients", 4, "age")
    assert edges(tables, "adsl", "REGION")[2] == ("c", 0, "patients", 4, "centre")


def test_a_value_without_a_group_is_told_without_the_value(tmp_path):
    text = refused(tiny(trial=GROUPS), tmp_path, patients="id rx age:number centre\na 1 17 01")
    assert "1 values of age below the lowest group" in text and "17" not in text
    text = refused(tiny(trial=GROUPS), tmp_path, patients="id rx age:number centre\na 1 20 77")
    assert "groups.region" in text and "77" not in text


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


def test_functions_of_a_number_are_those_of_hand(tmp_path):
    rows = "id rx age:number\na 1 100\nb 0 .\nc 1 0.25"
    adsl = derived(tiny(trial=FUNCTIONS), tmp_path, patients=rows)["adsl"]
    names = ("LOG", "LOG2", "LG", "ROOT", "SQ", "CUBE", "INV")
    at_100, missing, at_quarter = shown(adsl, *[f"AGE_{one}" for one in names])
    assert at_100[1:] == pytest.approx(
        (4.605170185988092, 6.643856189774724, 2, 10, 10_000, 1_000_000, 0.01), rel=1e-11
    )
    assert missing[1:] == (None,) * 7
    assert at_quarter[1:] == pytest.approx(
        (-1.3862943611198906, -2, -0.6020599913279624, 0.5, 0.0625, 0.015625, 4), rel=1e-11
    )


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


def test_a_score_at_entry_is_the_sum_of_its_columns(tmp_path):
    """Of a 1 + 3 at the baseline; b lacks an item, c the visit."""
    trial = (
        "tables: {patients: {of: patients, key: [id], subject: id, arm: rx},"
        " items: {of: items, key: [id, visit], subject: id}}\n"
        "subjects: {table: patients, variables: {score: {column: one, plus: [two], table: items,"
        " where: {visit: {is: base}}}}}"
    )
    items = "id visit one:number two:number\na base 1 3\na later 4 4\nb base 2 .\nc later 1 1"
    tables = derived(tiny("{}", trial), tmp_path, patients="id rx\na 1\nb 0\nc 1", items=items)
    assert shown(tables["adsl"], "SCORE") == [("a", 4), ("b", None), ("c", None)]
    behind = [edge[4] for edge in edges(tables, "adsl", "SCORE") if edge[0] == "a"]
    assert sorted(behind) == ["one", "two"]
