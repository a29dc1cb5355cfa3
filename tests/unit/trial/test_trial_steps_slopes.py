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
