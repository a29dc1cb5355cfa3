"""The steps of docs/missing-data.md are steps that a plan accepts."""

import re

import pytest
from doc_blocks import page
from mini_trial import edit, write_project

from trialtrace.run.trial.check import check_trial

STEPS = re.findall(r"^```yaml\n- (.*?)^```$", page("docs/missing-data.md"), re.M | re.S)
ASKED = "estimates: [{mean_difference: welch}]"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: re.findall(r"method: (\w+)", step)[0])
def test_a_plan_accepts_the_step(tmp_path, step):
    at = write_project(tmp_path)
    listed = "\n      ".join(f"- {step}".rstrip().splitlines())
    edit(at, "plan.yaml", ASKED, f"value: change\n    estimates:\n      {listed}")
    event = "intercurrent: [{event: stopping treatment, strategy: hypothetical}]"
    edit(at, "plan.yaml", "variable: pain\n    intercurrent: []", f"variable: pain\n    {event}")
    told = [str(problem) for problem in check_trial(at, "mini")]
    assert [text for text in told if "plan.yaml" in text and "claims" not in text] == []


def test_every_method_is_on_the_page():
    assert len(STEPS) == 5
