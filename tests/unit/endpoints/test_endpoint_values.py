"""Measures and repeated measures: numbers with units, visits and baselines."""

from tiny_trial import derived, edges, refused, shown, tiny

WIDE = """
pain: {label: Pain, code: PAIN, kind: repeated, table: patients, baseline: before,
       visits: {u: before, v: 1 h, w: 4 h}}
"""
LONG = """
pain: {label: Pain, code: PAIN, kind: repeated, table: diary, column: pain, baseline: before,
       visit: {column: day, labels: {"0": before, "1": day 1, "7": day 7}}}
"""
TWO_TABLES = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  diary: {of: raw2, key: [id, day], subject: id}
"""


def test_a_measure_with_its_unit_from_cleaning(tmp_path):
    endpoints = "w: {label: Weight, code: WT, kind: measure, table: patients, column: weight}"
    trial = tiny(endpoints, cleaning="tables: {patients: {units: {weight: kg}}}")
    tables = derived(trial, tmp_path, patients="id rx weight:number\na 1 70.5\nb 0 .")
    assert shown(tables["bds"], "AVAL", "AVALU", "AVALC") == [
        ("a", 70.5, "kg", None),
        ("b", None, "kg", None),
    ]
    # A missing value leads to the empty cell.
    assert edges(tables, "bds", "AVAL") == [
        ("a", 1, "patients", 2, "weight"),
        ("b", 1, "patients", 3, "weight"),
    ]


def test_numeric_codes_of_a_declared_scale_are_numbers(tmp_path):
    scale = "scale: {type: ordinal, from: 0, to: 3, higher: worse}"
    endpoints = f"p: {{label: P, code: P, kind: measure, table: patients, column: pain, {scale}}}"
    trial = tiny(endpoints, choices={"pain": {"0": "None", "3": "Severe"}})
    bds = derived(trial, tmp_path, patients="id rx pain\na 1 3\nb 0 .\nc 0 0")["bds"]
    assert shown(bds, "AVAL", "AVALC") == [("a", 3, "Severe"), ("b", None, None), ("c", 0, "None")]


def test_text_without_a_scale_is_no_measure(tmp_path):
    endpoints = "p: {label: P, code: P, kind: measure, table: patients, column: pain}"
    assert "without numbers" in refused(tiny(endpoints), tmp_path, patients="id rx pain\na 1 3")


GRADED = """
p: {label: P, code: P, kind: measure, table: patients, column: pain,
    codes: {none: 0, mild: 1, sore: 1, bad: 2.5}}
"""


def test_words_are_worth_what_is_declared_and_keep_their_labels(tmp_path):
    choices = {"none": "None", "mild": "Mild", "sore": "Sore", "bad": "Bad"}
    trial = tiny(GRADED, choices={"pain": choices})
    tables = derived(trial, tmp_path, patients="id rx pain\na 1 sore\nb 0 .\nc 0 bad\nd 1 none")
    assert shown(tables["bds"], "AVAL", "AVALC") == [
        ("a", 1, "Mild or Sore"),
        ("b", None, None),
        ("c", 2.5, "Bad"),
        ("d", 0, "None"),
    ]
    # A blank cell is where the missing value comes from.
    assert ("b", 1, "patients", 3, "pain") in edges(tables, "bds", "AVAL")


def test_a_word_without_a_number_is_counted_not_shown(tmp_path):
    text = refused(tiny(GRADED), tmp_path, patients="id rx pain\na 1 mild\nb 0 awful\nc 0 dire")
    assert "2 values whose code has no number in `codes`" in text
    assert "awful" not in text and "dire" not in text


def test_whole_numbers_that_are_codes(tmp_path):
    endpoints = """
    s: {label: S, code: S, kind: measure, table: patients, column: smokes,
        codes: {"1": 1, "2": 0}}
    """
    bds = derived(tiny(endpoints), tmp_path, patients="id rx smokes:integer\na 1 2\nb 0 1\nc 0 .")
    assert shown(bds["bds"], "AVAL", "AVALC") == [("a", 0, "N"), ("b", 1, "Y"), ("c", None, None)]


def test_no_and_yes_on_a_declared_scale_are_numbers_with_labels(tmp_path):
    endpoints = """
    s: {label: S, code: S, kind: measure, table: patients, column: status,
        codes: {poor: 0, good: 1}, scale: {type: ordinal, from: 0, to: 1, higher: better}}
    """
    bds = derived(tiny(endpoints), tmp_path, patients="id rx status\na 1 poor\nb 0 good")["bds"]
    assert shown(bds, "AVAL", "AVALC") == [("a", 0, "poor"), ("b", 1, "good")]


def test_values_outside_the_scale_are_counted_not_shown(tmp_path):
    scale = "scale: {type: ordinal, from: 0, to: 10, higher: worse}"
    endpoints = f"p: {{label: P, code: P, kind: measure, table: patients, column: pain, {scale}}}"
    text = refused(tiny(endpoints), tmp_path, patients="id rx pain:integer\na 1 77\nb 1 -1\nc 0 .")
    assert "2 values outside the scale" in text
    assert "77" not in text


def test_the_scale_holds_for_the_rows_that_are_used(tmp_path):
    scale = "scale: {type: ordinal, from: 0, to: 10, higher: worse}"
    endpoints = f"""
    p: {{label: P, code: P, kind: measure, table: patients, column: result, {scale},
        where: {{test: {{is: pain}}}}}}
    """
    patients = "id rx test result:integer\na 1 pain 7\na 1 pulse 77"
    tables = derived(tiny(endpoints), tmp_path, patients=patients)
    assert shown(tables["bds"], "AVAL") == [("a", 7)]


def test_wide_visits_with_a_baseline(tmp_path):
    tables = derived(
        tiny(WIDE),
        tmp_path,
        patients="""
        id  rx  u:integer  v:integer  w:integer
        a   1   5          3          .
        b   0   .          4          6
        """,
    )
    assert shown(tables["bds"], "AVISIT", "AVISITN", "AVAL", "BASE", "CHG", "ABLFL") == [
        ("a", "before", 1, 5, 5, 0, "Y"),
        ("a", "1 h", 2, 3, 5, 3 - 5, None),
        ("a", "4 h", 3, None, 5, None, None),
        ("b", "before", 1, None, None, None, "Y"),
        ("b", "1 h", 2, 4, None, None, None),
        ("b", "4 h", 3, 6, None, None, None),
    ]
    assert edges(tables, "bds", "AVAL")[:3] == [
        ("a", 1, "patients", 2, "u"),
        ("a", 2, "patients", 2, "v"),
        ("a", 3, "patients", 2, "w"),
    ]
    assert edges(tables, "bds", "BASE")[:3] == [("a", n, "patients", 2, "u") for n in (1, 2, 3)]


def test_long_visits_give_the_same_records_and_one_for_each_missing_visit(tmp_path):
    tables = derived(
        tiny(LONG, trial=TWO_TABLES),
        tmp_path,
        patients="id rx\na 1\nb 0\nc 1",
        diary="""
        id  day:integer  pain:integer
        b   1            4
        a   1            3
        a   0            5
        b   7            6
        b   3            .
        """,
    )
    assert shown(tables["bds"], "AVISIT", "AVAL", "CHG", "TRTP") == [
        ("a", "before", 5, 0, "new"),
        ("a", "day 1", 3, -2, "new"),
        ("a", "day 7", None, None, "new"),
        ("b", "before", None, None, "old"),
        ("b", "day 1", 4, None, "old"),
        ("b", "day 7", 6, None, "old"),
        ("c", "before", None, None, "new"),
        ("c", "day 1", None, None, "new"),
        ("c", "day 7", None, None, "new"),
    ]
    assert edges(tables, "bds", "AVAL")[:4] == [
        ("a", 1, "diary", 4, "day"),
        ("a", 1, "diary", 4, "pain"),
        ("a", 2, "diary", 3, "day"),
        ("a", 2, "diary", 3, "pain"),
    ]


def test_a_value_at_a_visit_without_a_label_is_not_lost_in_silence(tmp_path):
    diary = "id day:integer pain:integer\na 0 5\na 3 4\na . 4"
    text = refused(tiny(LONG, trial=TWO_TABLES), tmp_path, patients="id rx\na 1", diary=diary)
    assert "2 rows with a value and a visit that has no label" in text


def test_two_rows_at_one_visit_are_told_with_counts(tmp_path):
    diary = "id day:integer pain:integer\na 0 5\na 0 4\nb 1 1\nb 1 1\nb 7 2\nb 7 2"
    text = refused(tiny(LONG, trial=TWO_TABLES), tmp_path, patients="id rx\na 1\nb 0", diary=diary)
    assert "3 subject visits with several rows of diary, in 2 subjects" in text


def test_subjects_unknown_to_adsl_are_counted(tmp_path):
    diary = "id day:integer pain:integer\nx 0 5\nx 1 4\ny 0 1\na 0 3"
    text = refused(tiny(LONG, trial=TWO_TABLES), tmp_path, patients="id rx\na 1", diary=diary)
    assert "2 subjects (3 rows) who are not in the table of subjects, patients" in text


def test_a_baseline_must_be_a_visit(tmp_path):
    trial = tiny(WIDE.replace("baseline: before", "baseline: screening"))
    patients = "id rx u:integer v:integer w:integer\na 1 5 3 1"
    assert "a visit: before, 1 h, 4 h" in refused(trial, tmp_path, patients=patients)


def test_visits_in_different_units_are_refused(tmp_path):
    trial = tiny(WIDE, cleaning="tables: {patients: {units: {u: mm, v: cm, w: cm}}}")
    patients = "id rx u:integer v:integer w:integer\na 1 5 3 1"
    assert "different units: cm, mm" in refused(trial, tmp_path, patients=patients)


def test_a_record_has_its_own_treatment_where_the_design_gives_several(tmp_path):
    trial = """
    design:
      kind: crossover
      arms: {new: {label: N, code: "1"}, old: {label: O, code: "0", control: true}}
      randomisation: {scheme: simple}
    tables:
      patients: {of: raw, key: [id], subject: id}
      diary: {of: raw2, key: [id, day], subject: id, arm: drug}
    populations: {all: {label: All, flag: ALLFL, where: {id: present}}}
    """
    tables = derived(
        tiny(LONG, trial=trial),
        tmp_path,
        patients="id\na",
        diary="id day drug pain:integer\na 0 . 5\na 1 1 3\na 7 0 4",
    )
    assert shown(tables["bds"], "AVISIT", "TRTP") == [
        ("a", "before", None),
        ("a", "day 1", "new"),
        ("a", "day 7", "old"),
    ]
    assert edges(tables, "bds", "TRTP")[1:] == [
        ("a", 2, "diary", 3, "drug"),
        ("a", 3, "diary", 4, "drug"),
    ]


def test_another_arm_in_another_table_is_an_error_in_a_parallel_design(tmp_path):
    trial = tiny(LONG, trial=TWO_TABLES.replace("subject: id}", "subject: id, arm: drug}"))
    diary = "id day drug pain:integer\na 0 1 5\nb 1 1 3"
    text = refused(trial, tmp_path, patients="id rx\na 1\nb 0", diary=diary)
    assert "another arm than in patients for 1 subjects" in text
