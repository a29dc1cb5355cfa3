"""What a plan says of slopes over time: each visit of the analysis has a time of its own."""

import pytest
from mini_trial import edit, write_project

from trialtrace.run.trial.check import check_trial

STEPS = "describe: [{summary: [mean, sd]}]\n    estimates: [{mean_difference: welch}]"
SLOPES = "method: gee, working: independence, variance: robust, reference: normal, covariates: []"


def told(tmp_path, times):
    """What is said of the times of slopes in the analysis of pain."""
    at = write_project(tmp_path)
    step = f"estimates: [{{slope_difference: {{{SLOPES}, times: {times}}}}}]"
    edit(at, "plan.yaml", STEPS, step)
    return [text for text in map(str, check_trial(at, "mini")) if ".slope_difference" in text]


def test_what_fits_is_accepted(tmp_path):
    assert told(tmp_path, "{before: 0, after: 1.5}") == []


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ("{before: 0, later: 1}", "no time of after"),
        ("{before: 0, later: 1}", "a visit of the analysis: before, after"),
        ("{before: 2, after: 2}", "2, also that of before"),
        ("{after: 1}", "at least 2 entries"),
    ],
)
def test_a_mistake_is_told(tmp_path, times, words):
    assert any(words in text for text in told(tmp_path, times))


def with_weeks(tmp_path, visits="{early: before, late: after}", kind="repeated"):
    """The mistakes where an endpoint `weeks` has the times of the visits of pain."""
    at = write_project(tmp_path)
    step = f"estimates: [{{slope_difference: {{{SLOPES}, times: weeks}}}}]"
    edit(at, "plan.yaml", STEPS, step)
    entry = f"kind: {kind}, table: patients, " + (
        f"visits: {visits}, scale: {{type: continuous, from: 0, to: 99, higher: worse}}"
        if kind == "repeated"
        else "event: {smoker: {is: 'Y'}}"
    )
    file = at.trial_config("mini") / "endpoints.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\nweeks: {{label: Weeks, code: WEEKS, {entry}}}\n", encoding="utf-8")
    return [text for text in map(str, check_trial(at, "mini")) if ".slope_difference" in text]


def test_the_actual_times_are_those_of_an_endpoint(tmp_path):
    assert with_weeks(tmp_path) == []


def test_an_endpoint_without_a_time_at_each_visit_is_told(tmp_path):
    assert any(
        "no visit after" in one for one in with_weeks(tmp_path, "{early: before, late: later}")
    )


def test_an_event_is_no_time(tmp_path):
    assert any("kind event" in one for one in with_weeks(tmp_path, kind="event"))


def test_a_name_that_is_no_endpoint_is_told(tmp_path):
    assert any("an endpoint" in one for one in told(tmp_path, "wekks"))
