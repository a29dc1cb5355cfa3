"""What codes of items are worth: what is accepted, and each mistake's message and place."""

import re

import pytest
from mini_trial import CLEANING, DICTIONARY, ENDPOINTS, TRIAL, write_project
from written.instruments import reference

from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

WORDS = (
    "not, Not at all | little, A little | quite, Quite a bit | much, Very much | unknown, Not known"
)
SEVEN = "very poor, Very poor | 2, 2 | 3, 3 | 4, 4 | 5, 5 | 6, 6 | excellent, Excellent"
FORMS = f"""\
id,forms,,text,Number,,,integer,1,999,,,y,,,,,
visit,forms,,radio,Visit,"1, Before | 2, After",,,,,,,,,,,,
day,forms,,text,Day,,,integer,-99,999,,,,,,,,
q6,forms,,radio,Work,"{WORDS}",,,,,,,,,,,,
q7,forms,,radio,Hobbies,"{WORDS}",,,,,,,,,,,,
q29,forms,,radio,Health,"{SEVEN}",,,,,,,,,,,,
q30,forms,,text,Life,,,integer,1,7,,,,,,,,
"""
# The block of the page of instruments.
(ENTRY,) = re.findall(
    r"^```yaml\n(qlq:\n(?:  .*\n)*?  codes: (?:.|\n)*?)```$", reference(), re.MULTILINE
)


@pytest.fixture
def at(tmp_path):
    forms = "  forms: {of: events, key: [source_row], subject: id}\nsubjects:\n"
    cleaning = '  forms: {missing: {q6: ["unknown"], q7: ["unknown"]}}\nchecks:\n'
    return write_project(
        tmp_path,
        trial=TRIAL.replace("subjects:\n", forms, 1),
        dictionary=DICTIONARY + FORMS,
        cleaning=CLEANING.replace("checks:\n", cleaning, 1),
        endpoints=ENDPOINTS + ENTRY,
    )


def told(at) -> str:
    return "\n\n".join(str(problem) for problem in check_trial(at, "mini"))


def test_words_with_numbers_are_accepted_beside_numbers(at):
    assert told(at) == ""
    trial = load_trial("mini", at)
    entry = trial.endpoints["qlq_rf"].entry
    assert entry.worth_of("6") == {"not": 1, "little": 2, "quite": 3, "much": 4}
    assert entry.worth_of("29")["excellent"] == 7
    assert entry.visit_labels == ["before", "after"]
    assert "item 29: very poor = 1, 2 = 2" in entry.rule(None)
