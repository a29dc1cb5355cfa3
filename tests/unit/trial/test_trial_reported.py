"""Which analyses stand in the main report: by role, by family, by the plan's word."""

import mini_trial
import pytest

from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.reported import in_main_report


def main(tmp_path, *edits: tuple[str, str]) -> set[str]:
    at = mini_trial.write_project(tmp_path)
    for old, new in edits:
        mini_trial.edit(at, "plan.yaml", old, new)
    trial = load_trial("mini", at)
    return {name for name, one in trial.plan.analyses.items() if in_main_report(trial, one)}


def test_primary_analyses_and_secondary_ones_of_a_family(tmp_path):
    assert main(tmp_path) == {"relief_primary", "pain_each"}


def test_without_a_secondary_one_in_a_family_all_of_them(tmp_path):
    edits = (
        "tests: [{analysis: relief_primary, test: fisher}, {analysis: pain_each, test: welch_t}]",
        "tests: [{analysis: relief_primary, test: fisher}]",
    )
    assert main(tmp_path, edits) == {"relief_primary", "pain_each", "death_time"}


def test_what_repeats_a_published_analysis_stands_in_the_main_report(tmp_path):
    edit = ("    role: subgroup\n", "    role: published\n")
    assert "relief_by_smoker" in main(tmp_path, edit)


@pytest.mark.parametrize("word", ["main", "supplement"])
def test_the_plan_decides_otherwise(tmp_path, word):
    edit = ("    role: subgroup\n", f"    role: subgroup\n    report: {word}\n")
    assert ("relief_by_smoker" in main(tmp_path, edit)) == (word == "main")


def test_adverse_events_stand_in_the_main_report(tmp_path):
    nausea = """\
  nausea:
    label: Nausea
    role: secondary
    estimand: nausea_itt
    describe: [{proportion: wilson}]
multiplicity:
"""
    found = main(tmp_path, ("multiplicity:\n", nausea), ("analyses:\n", mini_trial.NAUSEA_ESTIMAND))
    assert found == {"relief_primary", "pain_each", "nausea"}
