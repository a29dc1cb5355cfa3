"""Levels that nobody means without a reason, and a control that is compared with another arm."""

from html import unescape

import mini_run
import pytest
from mini_trial import PLAN, edit, told, write_project

from trialtrace.report.material import Material
from trialtrace.report.sections.analysis_section import analysis_sentences
from trialtrace.run.trial.load import load_settings, load_trial

PRIMARY = "    estimand: relief_itt\n"
PAIN = "    estimates: [{mean_difference: welch}]\n"
STEP = "{equivalence: {method: welch, lower: -1, upper: 1, alpha: 0.4}}"
MARGINS = PAIN.replace("}]", f"}}, {STEP}]")
REASON = "level_reason: To show what such a level does"
PLANNED = """\
planning:
  size:
    label: Pain
    design: two_means
    basis: grid
    arms: [drug, placebo]
    patients: [10, 10]
    alpha: 0.95
    power: [0.96]
    sides: two_sided
    better: lower
    differences: [1]
    sd: 2
displays:
"""


def test_a_confidence_and_a_level_of_the_whole_plan(tmp_path):
    plan = PLAN.replace("decision_level: 0.05", "decision_level: 0.95")
    at = write_project(tmp_path, plan=plan.replace("confidence: 0.95", "confidence: 0.05"))
    text = told(at)
    assert "plan.yaml:1:17: decision_level\n  found     0.95\n  expected  at most 0.5" in text
    assert "plan.yaml:2:13: confidence\n  found     0.05\n  expected  at least 0.5" in text
    assert "where it is meant, say why: level_reason: …" in text
    edit(at, "plan.yaml", "confidence: 0.05\n", f"confidence: 0.05\n{REASON}\n")
    assert told(at) == ""


@pytest.mark.parametrize("line", ["confidence: 0.499", "decision_level: 0.6"])
def test_one_of_an_analysis(tmp_path, line):
    plan = PLAN.replace(PRIMARY, f"{PRIMARY}    {line}\n", 1)
    at = write_project(tmp_path, plan=plan)
    assert f"analyses.relief_primary.{line.partition(':')[0]}\n" in told(at)
    # The reason of the plan is of its own levels, and an analysis `of` it takes over both.
    edit(at, "plan.yaml", "confidence: 0.95\n", f"confidence: 0.95\n{REASON}\n")
    assert told(at) != ""
    edit(at, "plan.yaml", f"    {line}\n", f"    {line}\n    {REASON}\n")
    assert told(at) == ""


@pytest.mark.parametrize("line", ["confidence: 0.5", "decision_level: 0.5", "confidence: 0.8"])
def test_others_need_none(tmp_path, line):
    plan = PLAN.replace(PRIMARY, f"{PRIMARY}    {line}\n", 1)
    assert told(write_project(tmp_path, plan=plan)) == ""


def test_the_level_of_a_step_whose_interval_it_gives(tmp_path):
    at = write_project(tmp_path, plan=PLAN.replace(PAIN, MARGINS))
    assert "found     0.4, with an interval of confidence 0.2\n  expected  at most 0.25" in told(at)
    edit(at, "plan.yaml", MARGINS, f"{MARGINS}    {REASON}\n")
    assert told(at) == ""
    edit(at, "plan.yaml", f"    {REASON}\n", "")
    edit(at, "plan.yaml", "alpha: 0.4", "alpha: 0.25")
    assert told(at) == ""


def test_the_level_of_a_design(tmp_path):
    at = write_project(tmp_path, plan=PLAN.replace("displays:\n", PLANNED))
    assert "planning.size.alpha\n  found     0.95" in told(at)
    edit(at, "plan.yaml", "    alpha: 0.95\n", f"    alpha: 0.95\n    {REASON}\n")
    assert told(at) == ""


def test_the_control_is_the_reference(tmp_path):
    plan = PLAN.replace("{of: drug, to: placebo}", "{of: placebo, to: drug}", 1)
    at = write_project(tmp_path, plan=plan)
    text = told(at)
    assert "plan.yaml:5:21: estimands.relief_itt.treatment.of" in text
    assert 'found     "placebo", which trial.yaml declares as the control' in text
    assert "expected  to: placebo, so that effects are against the control" in text
    edit(at, "plan.yaml", "placebo, to: drug}", "placebo, to: drug, reason: As published}")
    assert told(at) == ""


def test_so_it_is_where_the_control_is_declared_on_the_treated_arm(tmp_path):
    at = write_project(tmp_path)
    edit(at, "trial.yaml", '"A"}', '"A", control: true}')
    edit(at, "trial.yaml", '"B", control: true}', '"B"}')
    assert told(at).count("which trial.yaml declares as the control") == 3


def test_two_arms_that_are_no_control_compare_as_they_like(tmp_path):
    at = write_project(tmp_path)
    edit(at, "trial.yaml", 'code: "A"}', 'code: "A"}\n    double: {label: Double, code: "C"}')
    edit(at, "dictionary.csv", "A, Drug |", "A, Drug | C, Double |")
    path = at.trial_config("mini") / "plan.yaml"
    text = path.read_text().replace("{of: drug, to: placebo}", "{of: double, to: drug}", 1)
    path.write_text(text)
    assert told(at) == ""


def test_the_report_says_the_reasons(tmp_path):
    plan = PLAN.replace("{of: drug, to: placebo}", "{of: placebo, to: drug, reason: As it was}", 1)
    plan = plan.replace("confidence: 0.95", f"confidence: 0.4\n{REASON}")
    claims = "papers: {}\nclaims: {}\n"
    run = mini_run.run_mini(tmp_path, plan=plan, claims=claims)
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    analysis = load_trial("mini", run.at).plan.analyses["relief_primary"]
    text = unescape(analysis_sentences(material, analysis))
    assert "Placebo against Drug (As it was)" in text
    assert "Why such levels: To show what such a level does" in text
