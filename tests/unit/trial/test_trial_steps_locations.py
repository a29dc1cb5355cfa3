"""What a plan says of a design with locations: the endpoint has to tell several apart."""

import pytest
from mini_trial import edit, write_project

from trialtrace.run.trial.check import check_trial

STEPS = "describe: [{summary: [mean, sd]}]\n    estimates: [{mean_difference: welch}]"


@pytest.mark.parametrize(
    ("design", "refused"), [("treatment_by_visit_by_location", True), ("treatment_by_visit", False)]
)
def test_an_endpoint_without_locations_has_no_design_with_them(tmp_path, design, refused):
    at = write_project(tmp_path)
    step = f"tests: [{{repeated_measures_anova: {{design: {design}, sphericity: none}}}}]"
    edit(at, "plan.yaml", STEPS, step)
    told = [text for text in map(str, check_trial(at, "mini")) if ".design" in text]
    assert [("does not tell locations apart" in text) for text in told] == [True] * refused
