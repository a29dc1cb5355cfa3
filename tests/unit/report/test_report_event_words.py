"""Who is without an event, in the words of its endpoint: whoever is censored is not free of all."""

from dataclasses import replace
from types import SimpleNamespace

import mini_run
import mini_trial
import pytest
import yaml
from test_report_wording import words

from trialtrace.report.material import Material
from trialtrace.report.page_one.page import page_one
from trialtrace.report.sections.data_quality import known_table
from trialtrace.report.sections.deaths import deaths
from trialtrace.report.sections.event_words import without_event
from trialtrace.report.sections.records import first_events
from trialtrace.run.trial.endpoints import families
from trialtrace.run.trial.load import load_settings

TIMES = """\
return:
  label: Return of pain
  code: RETURN
  kind: time_to_event
  table: patients
  time: days
  event: {relief: {is: "1"}}
  event_label: Return of pain
  censored_label: Dead or without pain at last contact
either:
  label: Return of pain or death
  code: EITHER
  kind: time_to_event
  first_of: [return, death]
"""
NAMED = """\
  return_itt:
    treatment: {of: drug, to: placebo}
    population: itt
    variable: return
    intercurrent: [{event: death, strategy: while alive}]
    summary: hazard ratio
analyses:
  return_time:
    label: Return
    role: primary
    estimand: return_itt
    describe: [{survival: {method: kaplan_meier, interval: log_log, times: [30]}}]
    estimates: [{hazard_ratio: {method: cox, ties: efron}}]
    tests: [{log_rank: {groups: all, sides: two_sided}}]
"""


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    plan = mini_trial.PLAN.replace("analyses:\n", NAMED, 1).replace(
        "role: primary\n    estimand: relief", "role: secondary\n    estimand: relief"
    )
    run = mini_run.run_mini(
        tmp_path_factory.mktemp("event"), plan=plan, endpoints=mini_trial.ENDPOINTS + TIMES
    )
    return Material(run.trial, load_settings(run.at), run.folder, {"analyse_plan": "0" * 64})


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("return", "without return of pain"),
        ("death", "alive"),
        ("either", "without return of pain or death"),
        ("relief", "without the event"),
        (None, "without the event"),
    ],
)
def test_an_endpoint_says_what_its_patients_are_without(mini, name, told):
    assert without_event(mini.trial, name) == told


def test_nobody_is_called_free_of_events_and_no_censored_time_known(mini):
    shown = words(page_one(mini, {}))
    assert "| Without return of pain at 30 days | " in shown
    assert "vent-free" not in shown and "outcome known" not in shown
    known = words(known_table(mini))
    assert "A time that is censored counts as known." in known and "Visit" not in known


def test_first_events_are_told_by_what_they_are(mini):
    """Pain returned in 1 to 7, 9 and 11; 3, 4, 5, 9, 10, 11, 15, 16, 17 died, on the same day where
    both came: what the endpoint names first counts."""
    analysis = mini.trial.plan.analyses["return_time"]
    assert list(first_events(mini, analysis)) == []
    either = replace(analysis, estimand=replace(analysis.estimand, variables=("either",)))
    assert list(first_events(mini, either)) == [
        "The 13 first events, by kind: 9 return of pain, 4 death."
    ]


ENDS = """
last: {label: Last contact, code: LAST, kind: time_to_event, table: patients, start: entry,
  event: {state: {is: "2"}}, event_date: on, last_contact: on, event_label: Left for good,
  censored_label: Seen, day_of_start: 0, terminal: %s}
by_60: {label: By day 60, code: BY60, kind: event_by, of: last, time: 60, censored: missing}
"""


@pytest.mark.parametrize(("terminal", "found"), [("true", {"last", "by_60"}), ("false", set())])
def test_a_time_that_ends_all_is_one_of_deaths_by_whatever_name(terminal, found):
    endpoints = families.endpoints(yaml.safe_load(ENDS % terminal))
    assert deaths(SimpleNamespace(endpoints=endpoints)) == found
