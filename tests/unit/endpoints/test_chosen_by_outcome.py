"""Populations and rows that are chosen by what came after randomisation, and who is left out."""

import datetime

import mini_run
import pytest
from mini_trial import CLEANING, DICTIONARY, ENDPOINTS, TRIAL

from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.endpoints.losses import read_losses
from trialtrace.run.rehearsal.data import rehearse
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.label_words import means_everybody
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.outcomes import Outcomes

EVERYBODY = "  itt: {label: All randomised, flag: ITTFL, where: {arm: present}}\n"
KINDS = ("population_short", "population_chosen", "rows_chosen")
BY_DATES = """\
  treated: {label: Treated, flag: TRTFL, where: {dosed: present}}
"""


def written(root, rows=None, *, more=(), **files):
    at = mini_run.write_mini(root, rows, more=more, **files)
    return load_trial("mini", at)


def lines(root, trial) -> list[str]:
    """What is told of choices, by a run and alike by a check."""
    ingest_sources(trial, root / "raw")
    clean_tables(trial, root / "raw", root / "clean")
    derive_datasets(trial, root / "clean", root / "derived")
    told = [one.text for one in read_losses(root / "derived").warnings if one.kind in KINDS]
    assert set(told) <= set(rehearse(trial).remarks)
    return told


def population(root, text: str, **files):
    assert EVERYBODY in TRIAL
    return written(root, trial=TRIAL.replace(EVERYBODY, text), **files)


def test_all_randomised_that_leaves_some_out_is_told_by_arm(tmp_path):
    """Of 10 on the drug 6 have relief, of 10 on placebo 3; the last one's is missing."""
    text = EVERYBODY.replace("arm: present", 'relief: {is: "1"}')
    (line,) = lines(tmp_path, population(tmp_path, text))
    assert line.startswith("Population itt is labelled “All randomised” (flag ITTFL)")
    assert "11 of 20 patients with an arm: Drug 4 of 10, Placebo 7 of 10" in line


def test_whoever_has_no_arm_was_not_randomised(tmp_path):
    rows = mini_run.patients()
    rows[3]["arm"] = ""
    assert lines(tmp_path, written(tmp_path, rows)) == []


@pytest.mark.parametrize(
    ("label", "flag", "everybody"),
    [
        ("All randomized patients", "AFL", True),
        ("All 120 patients randomised", "AFL", True),
        ("Intention-to-treat", "AFL", True),
        ("Full analysis set", "ITTFL", True),
        ("All patients", "AFL", True),
        ("Full analysis set", "FASFL", False),
        ("Modified intention to treat", "ITTFL", False),
        ("All randomised with a scan", "AFL", False),
        ("All patients of the centre", "AFL", False),
        ("Per protocol", "PPROTFL", False),
    ],
)
def test_words_for_everybody(label, flag, everybody):
    assert means_everybody(label, flag) == everybody


def label(root, text: str, **files) -> str:
    trial = written(root, trial=TRIAL + text, **files)
    return trial.populations["some"].label


def test_a_population_by_an_outcome_has_it_in_its_label(tmp_path):
    where = '  some: {label: Responders, flag: RESPFL, where: {relief: {is: "1"}}}\n'
    assert label(tmp_path, where) == "Responders (chosen after randomisation)"


@pytest.mark.parametrize(
    ("name", "flag", "field", "late"),
    [
        ("Analysis set B", "PPROTFL", "Smoker", True),
        ("Analysis set B", "SETBFL", "Per-protocol set", True),
        ("Analysis set B", "SETBFL", "Completed the treatment", True),
        ("Analysis set B", "SETBFL", "Completed school", False),
        ("Per protocol", "PPROTFL", "Smoker", False),
    ],
)
def test_a_population_by_how_patients_were_treated_says_so_once(tmp_path, name, flag, field, late):
    where = f'  some: {{label: {name}, flag: {flag}, where: {{smoker: {{is: "1"}}}}}}\n'
    dictionary = DICTIONARY.replace(",Smoker,", f",{field},")
    assert (dictionary != DICTIONARY) == (field != "Smoker")
    told = label(tmp_path, where, dictionary=dictionary)
    assert told == name + " (chosen after randomisation)" * late


@pytest.mark.parametrize(
    ("condition", "of"),
    [
        ("where: {pain1: present}", ["pain"]),
        ("endpoints: {relief: {is: 1}}", ["relief"]),
        ("endpoints: {pain_any: {visit: after, value: {is: 1}}}", ["pain_any"]),
        ("by_arm: {drug: {endpoints: {nausea_any: {is: 0}}}}", ["nausea_any"]),
        ("by_arm: {drug: {where: {days: {above: 5}}}}", ["death"]),
        ("where: {died: present, days: present, relief: present}", ["death", "relief"]),
    ],
)
def test_so_it_has_wherever_the_outcome_stands(tmp_path, condition, of):
    text = f"  some: {{label: Some, flag: SOMEFL, {condition}}}\n"
    trial = written(tmp_path, trial=TRIAL + text)
    some = trial.populations["some"]
    assert some.label == "Some (chosen after randomisation)"
    assert Outcomes(trial.endpoints, trial.subjects).chosen_by(some) == of


@pytest.mark.parametrize(
    "condition",
    [
        "where: {pain0: {at_least: 4}}",
        "where: {arm: present}",
        "where: {smoker: present, age: {at_least: 18}}",
        "endpoints: {first_pain: {at_least: 4}}",
        "endpoints: {pain: {visit: before, value: {at_least: 4}}}",
    ],
)
def test_what_was_known_before_is_no_outcome(tmp_path, condition):
    assert label(tmp_path, f"  some: {{label: Some, flag: SOMEFL, {condition}}}\n") == "Some"


GUESSED = """\
right:
  label: Guessed right
  code: RIGHT
  kind: event
  table: patients
  event: {any: [{smoker: {is: "1"}, relief: {is: "1"}}, {smoker: {is: "0"}, relief: {is: "0"}}]}
"""


def test_a_variable_of_the_subjects_beside_an_outcome_is_none(tmp_path):
    where = "  some: {label: Some, flag: SOMEFL, where: {smoker: present}}\n"
    assert label(tmp_path, where, endpoints=ENDPOINTS + GUESSED) == "Some"


def test_a_population_by_dates_after_entry_is_told(tmp_path):
    """The first day of the drug is two days after entry; no endpoint reads it."""
    rows = mini_run.patients()
    for row in rows:
        seen = datetime.date.fromisoformat(row["seen"])
        row["dosed"] = seen + datetime.timedelta(days=2) if row["id"] != 7 else ""
    trial = (
        TRIAL.replace("  site: site\n", "  site: site\n  milestones: {randomised: seen}\n")
        + BY_DATES
    )
    dictionary = f"{DICTIONARY}dosed,patients,,text,First dose,,,date_ymd,,,,,,,,,,\n"
    given = written(tmp_path, rows, more=("dosed",), trial=trial, dictionary=dictionary)
    (line,) = lines(tmp_path, given)
    assert line.startswith("Population treated (Treated) is chosen by dosed (trial.yaml, ")
    assert "after seen, the day of entry, for 19 of 19 patients" in line


def test_rows_of_a_table_that_the_outcome_chooses(tmp_path):
    trial = TRIAL.replace("arm: arm}", "arm: arm, where: {pain1: {at_most: 3}}}", 1)
    told = lines(tmp_path, written(tmp_path, trial=trial))
    assert "by pain1 (trial.yaml, tables.patients.where)" in told[0]
    assert "endpoint pain (Pain; endpoints.yaml)" in told[0]


@pytest.mark.parametrize("test", ["present", "{present: true}"])
def test_rows_that_have_a_value_are_not_chosen_by_it(tmp_path, test):
    trial = TRIAL.replace("arm: arm}", f"arm: arm, where: {{pain1: {test}}}}}", 1)
    assert lines(tmp_path, written(tmp_path, trial=trial)) == []


def of_own_value(condition: str) -> str:
    return ENDPOINTS.replace(
        "  column: pain0\n", f"  column: pain0\n  where: {{{condition}}}\n"
    ).replace("column: pain0", "column: pain1")


def test_rows_of_an_endpoint_that_its_own_value_chooses(tmp_path):
    """Of 20 values 15 are at most 3."""
    trial = written(tmp_path, endpoints=of_own_value("pain1: {at_most: 3}"))
    (line,) = lines(tmp_path, trial)
    assert line.startswith("Endpoint first_pain (Pain before) keeps rows by pain1, its own value")
    assert "leaves out 5 of 20 rows with a value" in line


def test_a_condition_that_every_value_meets_chooses_none(tmp_path):
    assert lines(tmp_path, written(tmp_path, endpoints=of_own_value("pain1: {at_most: 9}"))) == []


def test_values_that_are_words_for_missing_may_be_left_out(tmp_path):
    endpoints = ENDPOINTS.replace(
        '  event: {relief: {is: "1"}}\n',
        '  where: {relief: {in: ["0", "1"]}}\n  event: {relief: {is: "1"}}\n',
    )
    choices = 'Relief,"0, No | 1, Yes | 9, {}"'
    files = {"endpoints": endpoints, "cleaning": CLEANING.replace('{relief: ["9"]}', "{}")}
    for name, word, told in (("a", "Not known", 0), ("b", "Worse", 1)):
        dictionary = DICTIONARY.replace('Relief,"0, No | 1, Yes"', choices.format(word))
        (tmp_path / name).mkdir()
        trial = written(tmp_path / name, dictionary=dictionary, **files)
        assert len(lines(tmp_path / name, trial)) == told
