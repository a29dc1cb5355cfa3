"""Figures of trials in which something is not there: an arm without values, many arms."""

import mini_run
import mini_trial
import pytest

from trialtrace.report.figures.make import draw_figures
from trialtrace.report.material import Material
from trialtrace.run.trial.load import load_settings

NO_CLAIMS = "papers: {}\nclaims: {}\n"
FIGURES = ["flow", "forest", "kaplan_meier", "profile"]


def drawn(root, rows=None, **files):
    run = mini_run.run_mini(root, rows, claims=NO_CLAIMS, **files)
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    return [figure.kind for figure in draw_figures(material, root / "figures")]


@pytest.mark.parametrize("arms", ["B", "AB"], ids=["one arm", "both arms"])
def test_an_arm_without_values_is_left_out_of_the_curves(tmp_path, arms):
    gone = {"days": "", "pain0": "", "pain1": ""}
    rows = [row | (gone if row["arm"] in arms else {}) for row in mini_run.patients()]
    assert drawn(tmp_path, rows) == FIGURES


@pytest.mark.parametrize("unit", ["days", "weeks", "months", "years"])
def test_the_axis_of_time_has_every_unit_that_the_plan_may_name(tmp_path, unit):
    plan = mini_trial.PLAN.replace("unit: days", f"unit: {unit}")
    assert drawn(tmp_path, plan=plan) == FIGURES


def test_seven_arms_can_be_told_apart(tmp_path):
    codes = "BACDEFG"
    more = "".join(f'    other{c.lower()}: {{label: Other {c}, code: "{c}"}}\n' for c in codes[2:])
    trial = mini_trial.TRIAL.replace("    drug: {label: Drug", f"{more}    drug: {{label: Drug")
    choices = " | ".join(f"{c}, Arm {c}" for c in codes)
    dictionary = mini_trial.DICTIONARY.replace("A, Drug | B, Placebo", choices)
    rows = [row | {"arm": codes[row["id"] % 7]} for row in mini_run.patients()]
    assert drawn(tmp_path, rows, trial=trial, dictionary=dictionary) == FIGURES


@pytest.mark.parametrize(
    ("stat", "units", "label"),
    [
        ("mean_difference", {"percentage points"}, "Mean difference, percentage points"),
        ("mean_difference", {"kg"}, "Mean difference, kg"),
        ("mean_difference", {"kg", None}, "Mean difference"),
        ("risk_difference", {None}, "Risk difference, percentage points"),
        ("risk_ratio", {None}, "Risk ratio (log scale)"),
    ],
)
def test_the_axis_of_a_forest_has_the_unit_that_all_lines_share(stat, units, label):
    from trialtrace.report.figures.forest import _axis_label

    assert _axis_label(stat, units) == label
