"""What trial.yaml declares for the checks of the data: mistakes in it, and what is read of it."""

import datetime

import mini_run
import pytest
from mini_trial import DICTIONARY, ENDPOINTS, REPOSITORY, TRIAL, edit, told, write_project

from trialtrace.run.integrity.read import entry_column, milestones_of, read_export
from trialtrace.run.trial.load import load_trial

T = "trial.yaml"
DATES = "".join(
    f"{name},patients,,text,{name},,,date_ymd,,,,,,,,,,\n" for name in ("began", "ended", "died_on")
)
PLACE = "  site: site\n"
SURVIVAL = """\
survival:
  label: Overall survival
  code: OS
  kind: time_to_event
  table: patients
  start: began
  last_contact: ended
  terminal: true
  day_of_start: 0
  event_date: died_on
  event: {died: {is: "1"}}
  event_label: Death
  censored_label: Alive
"""
WHOLE = """\
  milestones: {randomised: seen, last_contact: {table: patients, column: seen}}
  correlated: [{columns: [pain0, pain1], sign: negative}]
"""


@pytest.mark.parametrize(
    ("given", "place", "found"),
    [
        ("milestones: {birth: pain0}", "milestones.birth", "pain0, a column of integer"),
        ("milestones: {birth: born}", "milestones.birth", "born"),
        ("milestones: {born: seen}", "milestones", "born"),
        ("milestones: {}", "milestones", ""),
        ("milestones: {death: {table: nobody, column: seen}}", "death.table", "nobody"),
        ("milestones: {death: {table: adverse, column: seen}}", "death.column", "seen"),
        ("correlated: [{columns: [pain0]}]", "correlated[1].columns", ""),
        ("correlated: [{columns: [pain0, pain0]}]", "correlated[1].columns", "one column twice"),
        ("correlated: [{columns: [pain0, smoker]}]", "correlated[1].columns[2]", "smoker"),
        ("correlated: [{columns: [pain0, pain1], table: no}]", "correlated[1].table", "no"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path, given, place, found):
    at = write_project(tmp_path)
    edit(at, T, PLACE, f"{PLACE}  {given}\n")
    text = told(at)
    assert place in text.partition("\n")[0] and found in text


@pytest.mark.parametrize(
    ("days", "place"),
    [
        ('{first: "2020-02-30"}', "enrolment.first"),
        ('{first: "2020-02"}', "enrolment.first"),
        ('{first: "2020-02-02", last: "2020-02-01"}', "enrolment.last"),
        ("{}", "enrolment"),
    ],
)
def test_days_of_enrolment_are_days_in_their_order(tmp_path, days, place):
    at = write_project(tmp_path)
    edit(at, T, "design:", f"enrolment: {days}\ndesign:")
    assert place in told(at).partition("\n")[0]


def test_what_is_declared_reaches_the_checks(tmp_path):
    trial = TRIAL.replace(PLACE, PLACE + WHOLE)
    trial = trial.replace("design:", 'enrolment: {first: "2020-02-03"}\ndesign:')
    at = mini_run.write_mini(tmp_path, trial=trial)
    assert told(at) == ""
    read = load_trial("mini", at)
    mini_run.derive_stages(read, folder := at.results / "mini")
    export = read_export(read, folder / "clean", {("patients", "relief"): ["relief"]})
    assert export.milestones == dict.fromkeys(("last_contact", "randomised"), ("patients", "seen"))
    day = (datetime.date(2020, 2, 3) - datetime.date(1970, 1, 1)).days
    assert export.days == (day, None)
    assert export.correlated == ((("patients", "pain0"), ("patients", "pain1"), -1),)
    assert (export.age, export.arms) == (("patients", "age"), ("Drug", "Placebo"))
    assert export.entry is not None and len(export.entry.there) == 20
    assert ("patients", "relief") in export.outcomes


def test_times_to_an_event_declare_milestones_and_trial_yaml_goes_before_them(tmp_path):
    variables = TRIAL.replace("    smoker: smoker\n", "    smoker: smoker\n    began: began\n")
    files = {"dictionary": DICTIONARY + DATES, "endpoints": ENDPOINTS + SURVIVAL}
    trial = load_trial("mini", write_project(tmp_path / "a", trial=variables, **files))
    found = {"randomised": "began", "last_contact": "ended", "death": "died_on"}
    assert milestones_of(trial) == {name: ("patients", one) for name, one in found.items()}
    declared = variables.replace(PLACE, f"{PLACE}  milestones: {{randomised: seen}}\n")
    trial = load_trial("mini", write_project(tmp_path / "b", trial=declared, **files))
    assert entry_column(trial) == ("patients", "seen")
    assert milestones_of(trial)["death"] == ("patients", "died_on")


def test_no_name_of_a_column_makes_it_a_milestone(tmp_path):
    assert milestones_of(load_trial("mini", write_project(tmp_path))) == {}


# The columns of the cookbook: table -> column -> its validation, or yesno.
COLUMNS = {
    "visits": {
        **dict.fromkeys(("sbp", "total", "part"), "number"),
        **dict.fromkeys(("blood_on", "consent_on"), "date_ymd"),
        **{"id": "", "controlled": "yesno", "drug": ""},
    },
    "follow_up": {"id": "", "died": "yesno", "arm": "", "cause": ""},
}


def test_the_cookbook_of_the_page_can_be_pasted(tmp_path):
    page = (REPOSITORY / "docs" / "integrity.md").read_text(encoding="utf-8")
    (block,) = (one for one in page.split("```yaml\n")[1:] if one.startswith("checks:"))
    checks = block.partition("```")[0].removeprefix("checks:\n")
    lines = [
        f"{name},{table},,{'yesno' if kind == 'yesno' else 'text'},{name},,,"
        f"{'' if kind == 'yesno' else kind},,,,,,,,,,\n"
        for table, columns in COLUMNS.items()
        for name, kind in columns.items()
    ]
    at = write_project(tmp_path, dictionary=DICTIONARY + "".join(lines))
    tables = "".join(f"  {one}: {{of: export, key: [id], subject: id}}\n" for one in COLUMNS)
    edit(at, T, "subjects:\n", f"{tables}subjects:\n")
    edit(at, "cleaning.yaml", "checks:\n", f"checks:\n{checks}")
    assert told(at) == ""
    names = {*load_trial("mini", at).cleaning.checks}
    assert len(names) == 6 and {"controlled", "given"} <= names
