"""An estimate after stopping, and what is asked at a look, need the looks of the trial."""

import pytest
from mini_trial import edit, write_project

from trialtrace.run.trial.check import check_trial

ESTIMATES = "estimates: [{risk_difference: newcombe}, {risk_ratio: katz_log}]"
LOOKS = "decision_level: {boundary: pocock, alpha: 0.05, fractions: [0.5, 1], look: 1}"


def told(tmp_path, level):
    at = write_project(tmp_path)
    step = "estimates: [{risk_difference: median_unbiased}, {risk_ratio: katz_log}]"
    edit(at, "plan.yaml", ESTIMATES, f"{step}\n    {level}" if level else step)
    problems = map(str, check_trial(at, "mini"))
    return [text for text in problems if "estimates[1].risk_difference" in text]


def test_looks_are_asked_for(tmp_path):
    for level in ("", "decision_level: 0.04"):
        (text,) = told(tmp_path / (level[:5] or "none"), level)
        assert "no interim looks" in text and "decision_level: {boundary" in text


def test_with_looks_it_is_accepted(tmp_path):
    assert told(tmp_path, LOOKS) == []


POWER = "conditional_power: {method: of_risk_ratio, effect: EFFECT, better: lower}"
LIMIT = (
    "futility_limit: {method: of_risk_ratio, beta: 0.1, spending: pocock, "
    "futility: binding, better: lower}"
)
SPENDING = LOOKS.replace("pocock", "spending_pocock")


@pytest.mark.parametrize(
    ("step", "level", "words"),
    [
        (POWER, "decision_level: 0.04", ["no interim looks"]),
        (POWER, LOOKS.replace("look: 1", "look: 2"), ["look 2 of 2", "an earlier look"]),
        (POWER.replace("EFFECT", "-0.2"), LOOKS, ["the ratio -0.2", "above 0"]),
        (LIMIT, LOOKS, ["the boundary pocock", "spending_obrien_fleming"]),
        (POWER.replace("EFFECT", "0.8"), LOOKS, []),
        (LIMIT, SPENDING, []),
    ],
)
def test_what_is_asked_at_a_look(tmp_path, step, level, words):
    at = write_project(tmp_path)
    step = step.replace("EFFECT", "current_trend")
    edit(at, "plan.yaml", ESTIMATES, f"{ESTIMATES[:-1]}, {{{step}}}]\n    {level}")
    found = "\n".join(map(str, check_trial(at, "mini")))
    assert all(word in found for word in words) and bool(found) == bool(words)
