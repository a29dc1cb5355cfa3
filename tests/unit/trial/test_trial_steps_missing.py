"""What a plan says of imputed visits: arms, intercurrent events and baselines that must fit."""

import pytest
from mini_trial import edit, write_project

from trialtrace.run.trial.check import check_trial

DRAWN = "imputations: 5, cycles: 1, seed: 1, df: rubin, arms: by_arm"
DELTA = f"method: delta_adjusted_imputation, covariates: [], {DRAWN}"
REFERENCE = f"method: reference_based_imputation, assumption: copy_increments, {DRAWN}"
OF_PAIN = "variable: pain\n    intercurrent: []"
STEPS = "describe: [{summary: [mean, sd]}]\n    estimates: [{mean_difference: welch}]"


def told(tmp_path, step, strategy="hypothetical", value="change"):
    """What is said of a step in the analysis of pain."""
    estimates = f"value: {value}\n    estimates: [{{mean_difference: {{{step}}}}}]"
    event = f"intercurrent: [{{event: stopping, strategy: {strategy}}}]"
    at = write_project(tmp_path)
    edit(at, "plan.yaml", STEPS, estimates)
    edit(at, "plan.yaml", OF_PAIN, OF_PAIN.replace("intercurrent: []", event))
    problems = map(str, check_trial(at, "mini"))
    return [text for text in problems if ".mean_difference" in text and "plan.yaml" in text]


@pytest.mark.parametrize(
    "step",
    [
        f"{DELTA}, deltas: {{drug: 1, placebo: 0}}, event: stopping",
        f"{REFERENCE}, covariates: [baseline], event: stopping",
        "method: baseline_observation_carried_forward, covariates: [baseline], variance: HC3",
    ],
)
def test_what_fits_is_accepted(tmp_path, step):
    assert told(tmp_path, step) == []


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (f"{DELTA}, deltas: {{drug: 1, other: 0}}, event: stopping", "an arm of the estimand"),
        (f"{DELTA}, deltas: {{drug: 1, drugg: 0}}, event: stopping", "no delta of placebo"),
        (f"{DELTA}, deltas: {{drug: 1, placebo: 0}}, event: stoping", 'did you mean "stopping"'),
        (f"{REFERENCE}, covariates: [], event: stopping", "covariates with baseline"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path, step, words):
    assert any(words in text for text in told(tmp_path, step))


@pytest.mark.parametrize("strategy", ["composite", "while on treatment", "principal stratum"])
def test_an_event_after_which_no_value_is_wanted_has_none_imputed(tmp_path, strategy):
    step = f"{DELTA}, deltas: {{drug: 1, placebo: 0}}, event: stopping"
    (text,) = told(tmp_path, step, strategy)
    assert strategy in text and "hypothetical" in text


def test_the_baseline_is_not_analysed_itself(tmp_path):
    step = "method: last_observation_carried_forward, covariates: [], variance: model"
    (text,) = told(tmp_path, f"{step}, baseline: carried", value="value")
    assert "visits after it: after" in text


@pytest.mark.parametrize(
    ("display", "words"),
    [
        ("of: drug, to: placebo, of_deltas: [-1, 2], to_deltas: [0, 1]", "imputes no means"),
        ("of: drug, to: placebo, of_deltas: [2, -1], to_deltas: [0, 1]", "2 to -1"),
        ("of: drugg, to: placebo, of_deltas: [-1, 2], to_deltas: [0, 1]", 'did you mean "drug"'),
    ],
)
def test_a_map_of_deltas_names_what_is_there(tmp_path, display, words):
    at = write_project(tmp_path)
    given = f"  delta_tipping: [{{title: Pain, analysis: pain_each, visit: after, {display}}}]"
    edit(at, "plan.yaml", "displays:\n", f"displays:\n{given}\n")
    told = [str(problem) for problem in check_trial(at, "mini")]
    assert any(words in text and "displays.delta_tipping[1]" in text for text in told)
