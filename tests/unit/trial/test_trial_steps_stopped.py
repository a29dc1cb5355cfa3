"""An estimate after stopping needs the looks at which a trial could stop."""

from mini_trial import edit, write_project

from trialtrace.trial.check import check_trial

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
