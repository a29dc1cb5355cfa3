"""Variables of subjects from chosen rows of a long table, and the arm from a table of its own."""

import pytest
from tiny_trial import derived, edges, refused, shown, tiny

from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.model import Variable

TABLES = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  visits: {of: visits, key: [id, month], subject: id}
"""
START = "{column: status, table: visits, where: {month: {is: 0}}}"
SUBJECTS = f"{TABLES}subjects: {{table: patients, variables: {{start: {START}}}}}"
PATIENTS = """
id  rx
a   1
b   0
c   0
"""
VISITS = """
id  month:integer  status
a   0              good
a   1              poor
b   1              good
c   0              .
c   1              good
"""


def test_the_rows_that_meet_the_condition_count(tmp_path):
    tables = derived(tiny(trial=SUBJECTS), tmp_path, patients=PATIENTS, visits=VISITS)
    assert shown(tables["adsl"], "START") == [("a", "good"), ("b", None), ("c", None)]
    # b has no such row; the missing value of c stands on line 5.
    assert edges(tables, "adsl", "START") == [
        ("a", 0, "visits", 2, "status"),
        ("c", 0, "visits", 5, "status"),
    ]


def test_chosen_rows_may_have_a_name_of_their_own():
    """The label of the column is that of all its rows."""
    named = SUBJECTS.replace("{column: status", "{label: Status at entry, column: status")
    column = Variable("status", "visits", "text", "Status")
    for given, told in ((SUBJECTS, "Status"), (named, "Status at entry")):
        trial = tiny(trial=given)
        trial.dictionary["visits"] = {"status": column}
        assert variable_label(trial, "start") == told


def test_chosen_rows_of_a_subject_must_agree(tmp_path):
    visits = VISITS + "a   0   poor\nb   0   poor\nb   0   poor\n"
    text = refused(tiny(trial=SUBJECTS), tmp_path, patients=PATIENTS, visits=visits)
    assert "clean table visits, column status" in text
    assert "different values in the rows that meet month = 0 of 1 subjects" in text
    assert "narrow `where`" in text and "poor" not in text


def test_a_variable_that_varies_is_told_to_choose_its_rows(tmp_path):
    long = "{patients: {of: raw, key: [id, month], subject: id, arm: rx}}"
    trial = tiny(
        trial=f"tables: {long}\nsubjects: {{table: patients, variables: {{start: status}}}}"
    )
    patients = "id rx month status\na 1 0 good\na 1 1 poor\nb 0 0 good"
    text = refused(trial, tmp_path, patients=patients)
    assert "rows of 1 subjects" in text
    assert "{start: {column: status, table: patients, where: {…: {is: …}}}}};" in text
    assert "reject" not in text


@pytest.mark.parametrize(("take", "a", "line"), [("highest", 7, 4), ("lowest", 2, 3)])
def test_of_values_that_differ_one_is_taken(tmp_path, take, a, line):
    given = f"{{column: score, table: visits, where: {{month: {{above: 0}}}}, take: {take}}}"
    trial = tiny(trial=f"{TABLES}subjects: {{table: patients, variables: {{start: {given}}}}}")
    visits = "id month:integer score:number\na 0 9\na 1 2\na 2 7\na 3 .\na 4 7\na 5 2\nb 1 ."
    tables = derived(trial, tmp_path, patients=PATIENTS, visits=visits)
    assert shown(tables["adsl"], "START") == [("a", a), ("b", None), ("c", None)]
    # Of two rows with the value the first; what is missing leads to its cell.
    assert edges(tables, "adsl", "START") == [
        ("a", 0, "visits", line, "score"),
        ("b", 0, "visits", 8, "score"),
    ]


def test_a_population_may_name_it(tmp_path):
    poor = "{label: Begun well, flag: WELLFL, where: {start: {is: good}, rx: present}}"
    trial = tiny(trial=f"{SUBJECTS}\npopulations: {{well: {poor}}}")
    tables = derived(trial, tmp_path, patients=PATIENTS, visits=VISITS)
    assert shown(tables["adsl"], "WELLFL") == [("a", "Y"), ("b", "N"), ("c", "N")]
    assert ("a", 0, "visits", 2, "status") in edges(tables, "adsl", "WELLFL")


APART = """
tables:
  patients: {of: raw, key: [id], subject: id}
  randomisation: {of: list, key: [id], subject: id}
subjects: {table: patients, arm: {column: rx, table: randomisation}}
populations: {itt: {label: All, flag: ITTFL, where: {arm: present}}}
"""


@pytest.mark.parametrize("late", ["", ", by_arm: {new: {where: {age: present}}}"])
def test_the_arm_may_stand_in_a_table_of_its_own(tmp_path, late):
    trial = tiny(trial=APART.replace("arm: present}", f"arm: present}}{late}"))
    patients = "id age:integer\na 60\nb 61\nc 62"
    tables = derived(trial, tmp_path, patients=patients, randomisation="id rx\nb 1\na 0")
    assert shown(tables["adsl"], "ARM", "TRT01P", "ITTFL") == [
        ("a", "Old drug", "old", "Y"),
        ("b", "New drug", "new", "Y"),
        ("c", None, None, "N"),
    ]
    assert edges(tables, "adsl", "TRT01P") == [
        ("a", 0, "randomisation", 3, "rx"),
        ("b", 0, "randomisation", 2, "rx"),
    ]


def test_two_arms_of_a_subject_are_told(tmp_path):
    text = refused(tiny(trial=APART), tmp_path, patients="id\na", randomisation="id rx\na 1\na 0")
    assert "clean table randomisation, column rx" in text and "rows of 1 subjects" in text
