"""What a plan says of death where it fills in values: named, by a day, with a strategy."""

import pytest
from mini_trial import ENDPOINTS, TRIAL, edit, write_project

from trialtrace.run.trial.check import check_trial

LIFE = """\
life:
  label: Life
  code: LIFE
  kind: time_to_event
  table: patients
  start: entered
  event_date: seen
  event: {died: {is: "1"}}
  last_contact: seen
  terminal: true
  day_of_start: 0
  event_label: Died
  censored_label: Alive
"""
OF_PAIN = "variable: pain\n    intercurrent: []\n    summary: difference in means"
STEPS = "describe: [{summary: [mean, sd]}]\n    estimates: [{mean_difference: welch}]"
CARRIED = (
    "{mean_difference: {method: baseline_observation_carried_forward, covariates: [baseline], "
    "variance: HC3}}"
)
EVENT = "{{event: death, strategy: {}, death: {{of: {}, {}}}}}"


def told(tmp_path, event, summary="difference in means", life=LIFE):
    """What is said of an analysis of pain that fills in, in a trial that knows deaths."""
    trial = TRIAL.replace("smoker: smoker", "smoker: smoker\n    entered: seen")
    at = write_project(tmp_path, endpoints=ENDPOINTS + life, trial=trial)
    edit(at, "plan.yaml", STEPS, f"value: change\n    estimates: [{CARRIED}]")
    stated = f"variable: pain\n    intercurrent: [{event}]\n    summary: {summary}"
    edit(at, "plan.yaml", OF_PAIN, stated)
    problems = map(str, check_trial(at, "mini"))
    return [text for text in problems if "death" in text or "died" in text]


def test_without_a_word_on_death_it_is_refused(tmp_path):
    assert any("with no word on death" in text for text in told(tmp_path, ""))


def test_a_trial_that_knows_no_death_says_nothing_of_it(tmp_path):
    assert not told(tmp_path, "", life="")


@pytest.mark.parametrize("when", ["day: 30", "days: {after: 30}"])
def test_while_alive_with_a_day_is_accepted(tmp_path, when):
    assert told(tmp_path, EVENT.format("while alive", "life", when)) == []


def test_if_nobody_had_died_is_called_that(tmp_path):
    event = EVENT.format("hypothetical", "life", "day: 30")
    assert any("if nobody had died" in text for text in told(tmp_path, event))
    assert told(tmp_path / "said", event, "difference in means if nobody had died") == []


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (EVENT.format("treatment policy", "life", "day: 30"), "a value after death does not exist"),
        (EVENT.format("composite", "life", "day: 30"), "a value after death does not exist"),
        (EVENT.format("while alive", "lif", "day: 30"), 'did you mean "life"'),
        (EVENT.format("while alive", "death", "day: 30"), "terminal: true"),
        (EVENT.format("while alive", "life", "day: 30, days: {after: 30}"), "day and days"),
        (EVENT.format("while alive", "life", "day: 30, before: true"), "day and before"),
        (EVENT.format("while alive", "life", "days: {before: 1}"), "the day of each visit"),
        (EVENT.format("while alive", "life", "days: {aftr: 1}"), 'did you mean "after"'),
    ],
)
def test_what_does_not_fit_is_told(tmp_path, event, words):
    assert any(words in text for text in told(tmp_path, event))
