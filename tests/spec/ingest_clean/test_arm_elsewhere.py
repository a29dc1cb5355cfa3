"""The arm in a table of its own: cleaned, counted and checked as in the table of subjects."""

from pathlib import Path

import pytest
from lossy_trial import DICTIONARY, TRIAL, Given, account, made, stop

from trialtrace.run.trial.check import check_trial

APART = TRIAL.replace("subject: id, arm: arm}", "subject: id}", 1).replace(
    "  table: patients\n", "  table: patients\n  arm: {column: grade, table: events}\n"
)
ARMS = DICTIONARY.replace(
    "grade,events,,text,Grade,,,integer,1,5,", 'grade,events,,radio,Arm,"A, a | C, c",,,,,'
)


def given() -> Given:
    events = [[row[0], row[1]] for row in Given().patients]
    return Given(trial=APART, dictionary=ARMS, events=events)


def test_subjects_without_a_row_have_no_arm(tmp_path: Path):
    one = given()
    one.events = one.events[2:]
    one.events[0][1] = ""
    line = next(w for w in account(tmp_path, one).warnings if w.kind == "no_arm")
    assert line.text.startswith("Table events, column grade: 3 of 40 subjects have no arm")
    assert "(line 2)" in line.text


def test_an_arm_that_the_design_does_not_have_stops(tmp_path: Path):
    one = given()
    one.events[0][1] = "X"
    assert "the data has arms that the design does not have" in stop(tmp_path, one)


@pytest.mark.parametrize(
    "old, new, where, found",
    [
        ("table: events}", "table: event}", "subjects.arm.table", 'did you mean "events"'),
        ("column: grade", "column: grad", "subjects.arm.column", 'did you mean "grade"'),
        ("table: events}", "table: patients}", "subjects.arm.table", "tables.patients.arm"),
        ("key: [id], subject: id}", "key: [id], subject: id, arm: arm}", "subjects.arm", "one of"),
        (
            "  table: patients\n",
            "  table: patients\n  variables: {pain: {column: pain, table: visit}}\n",
            "subjects.variables.pain.table",
            'did you mean "visits"',
        ),
        (
            "  table: patients\n",
            "  table: patients\n  variables: {x: {column: pain, where: {visit: {is: '1'}}}}\n",
            "subjects.variables.x.column",
            "a column",
        ),
        (
            "  table: patients\n",
            "  table: patients\n  variables: "
            "{x: {column: pain, table: visits, where: {visit: {is: 'after'}}}}\n",
            "subjects.variables.x.where.visit.is",
            'did you mean the code "1"',
        ),
        (
            "  table: patients\n",
            "  table: patients\n  variables: {age: {column: pain, table: visits}}\n",
            "subjects.variables.age",
            "also a column of patients",
        ),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, old: str, new: str, where: str, found: str):
    one = given()
    one.trial = one.trial.replace(old, new, 1)
    problems = [str(each) for each in check_trial(made(tmp_path, one), "lossy")]
    assert any(where in each and found in each for each in problems), problems
