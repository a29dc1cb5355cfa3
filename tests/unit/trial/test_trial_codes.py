"""What codes are worth: what `trialtrace check` says of `codes`, and of a label for a code."""

import pytest
from mini_trial import CLEANING, DICTIONARY, ENDPOINTS, edit, told, write_project

CODED = """\
grade: {label: Grade, code: GRADE, kind: measure, table: patients, column: stage,
  codes: {a: 1, b: 2, c: 4}, scale: {type: ordinal, from: 0, to: 5, higher: worse}}
severe: {label: Severe, code: SEVERE, kind: measure, table: patients, column: stage,
  codes: {a: 0, b: 0, c: 1}}
worst: {label: Worst, code: WORST, kind: aggregate, table: patients, column: stage,
  codes: {a: 1, b: 2, c: 3}, statistic: max}
smoke: {label: Smoke, code: SMOKE, kind: measure, table: patients, column: times,
  codes: {"1": 1, "2": 0}}
"""
COLUMNS = """\
stage,patients,,radio,Stage,"a, Early | b, Middle | c, Late | u, Unknown",,,,,,,,,,,,
times,patients,,text,Times,,,integer,,,,,,,,,,
"""


@pytest.fixture
def at(tmp_path):
    head, _, rest = DICTIONARY.partition("id,adverse")
    return write_project(
        tmp_path,
        endpoints=ENDPOINTS + CODED,
        dictionary=f"{head}{COLUMNS}id,adverse{rest}",
        cleaning=CLEANING.replace('{relief: ["9"]}', '{relief: ["9"], stage: [u]}'),
    )


def test_the_whole_is_valid(at):
    assert told(at) == ""


E = "endpoints.yaml"
WRONG = [
    (
        "codes: {a: 1, b: 2, c: 4}, scale",
        "codes: {a: 1, b: 2}, scale",
        'no number for "c" of stage',
    ),
    (
        "codes: {a: 1, b: 2, c: 4}, scale",
        "codes: {a: 1, b: 2, c: 6}, scale",
        "of the scale, 0 to 5",
    ),
    ("codes: {a: 0, b: 0, c: 1}", "codes: {a: 0, b: 0, Late: 1}", 'did you mean the code "c"?'),
    ("codes: {a: 0, b: 0, c: 1}", "codes: {a: 0, b: 0, c: good}", "number"),
    ('codes: {"1": 1, "2": 0}', 'codes: {"1": 1, none: 0}', "a whole number in quotes"),
    (
        "codes: {a: 1, b: 2, c: 4}, scale",
        "codes: {a: 1, b: 2, c: 4}, higher: worse, scale",
        "a second place for what its `scale` says",
    ),
    ("column: times", "column: seen", "seen, a column of date"),
    ("statistic: max", "statistic: count", "asks for no numbers"),
    ("codes: {a: 1, b: 2, c: 3}, statistic: max", "statistic: max", "codes: {"),
    ('codes: {"1": 1, "2": 0}', "codes: {}", "codes"),
]


@pytest.mark.parametrize(("old", "new", "wanted"), WRONG)
def test_codes_that_are_none_are_told(at, old, new, wanted):
    line = edit(at, E, old, new)
    said = told(at)
    assert wanted in said and any(f"{E}:{line + by}:" in said for by in (-1, 0, 1)), said


def test_a_column_of_words_is_asked_for_codes_by_name(at):
    edit(at, E, ",\n  codes: {a: 0, b: 0, c: 1}", "")
    assert 'codes: {"a": …, "b": …, "c": …, "u": …}' in told(at)


def test_the_label_in_a_condition_is_answered_with_its_code(at):
    edit(at, E, 'event: {relief: {is: "1"}}', 'event: {relief: {is: "yes"}}')
    assert 'did you mean the code "1"?' in told(at)


def test_no_and_yes_alone_make_a_yes_no_endpoint(at):
    """The plan's methods of proportions suit it; those of means do not."""
    edit(at, "plan.yaml", "    variable: relief\n", "    variable: severe\n")
    assert told(at) == ""
    edit(at, "plan.yaml", "    variable: severe\n", "    variable: grade\n")
    assert "of grade, an endpoint of kind measure" in told(at)


def test_a_change_of_yes_and_no_is_no_value(at):
    at_visits = "visits: {stage: first, times: last}, baseline: first, codes: {a: 0, b: 1, c: 1}"
    edit(
        at,
        E,
        "kind: measure, table: patients, column: stage,\n  codes: {a: 0, b: 0, c: 1}",
        f"kind: repeated, table: patients,\n  {at_visits}",
    )
    edit(at, "plan.yaml", "    variable: relief\n", "    variable: severe\n")
    edit(
        at,
        "plan.yaml",
        "    estimand: relief_itt\n    overall",
        "    estimand: relief_itt\n    visits: all\n    value: change\n    overall",
    )
    assert "change of severe, which is yes or no" in told(at)


READ_OTHERWISE = [
    ("synonyms: {stage: {a: [Early, early], b: mid}}", ""),
    ("synonyms: {stage: {x: [y]}}", "a choice of stage"),
    ("synonyms: {stage: {a: [b]}}", '"b", which is a code itself'),
    ("synonyms: {stage: {a: [z], b: [z]}}", '"z", which is a code itself, missing or read as'),
    ("synonyms: {relief: {'1': ['9']}}", '"9", which is a code itself, missing'),
    ("synonyms: {days: {'1': ['2']}}", "days, without choices"),
    ("synonyms: {stag: {a: [z]}}", 'did you mean "stage"?'),
    ("synonyms: {stage: {a: [z, z]}}", "every entry once"),
    ("synonyms: {arm: {A: [drug]}}", "list them at design.arms.<arm>.code"),
    ("convert: {days: {factor: 7, from: weeks, to: days}}", ""),
    ("convert: {days: {factor: 0, from: weeks, to: days}}", "a factor above 0"),
    ("convert: {days: {factor: 7, to: days}}", "the key from is missing"),
    ("convert: {stage: {factor: 7, from: weeks, to: days}}", "stage"),
]


@pytest.mark.parametrize(("given", "expected"), READ_OTHERWISE)
def test_what_cleaning_reads_otherwise_is_checked(at, given, expected):
    edit(at, "cleaning.yaml", "    units:", f"    {given}\n    units:")
    assert expected in told(at) if expected else told(at) == ""


def test_an_arm_has_spellings_that_no_other_has(at):
    edit(at, "trial.yaml", 'label: Drug, code: "A"', 'label: Drug, code: ["A", "drug", "a"]')
    assert told(at) == ""
    edit(at, "trial.yaml", 'code: "B"', 'code: ["B", "a"]')
    assert '"a", which is also the code of drug' in told(at)


def test_what_is_converted_is_in_the_unit_of_the_dictionary(at):
    edit(at, "dictionary.csv", "Pain before", '"Pain before, kg (of weight)"')
    converted = "convert: {pain0: {factor: 0.4536, from: lb, to: kg}}"
    edit(at, "cleaning.yaml", "    units:", f"    {converted}\n    units:")
    assert "convert.pain0.from" in told(at) and 'says "kg"' in told(at)
    edit(at, "dictionary.csv", "kg (of weight)", "lb (of weight)")
    assert told(at) == ""
