"""What is odd in a plan and no mistake: names of other endpoints, endpoints without use."""

import mini_run
import pytest
from mini_trial import ENDPOINTS, PLAN, edit, told, write_project

from trialtrace.report.commands.check import check
from trialtrace.run.jobs.run import begin
from trialtrace.run.trace.words import labels
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.plan.remarks import MARK, plan_remarks

UNUSED = (
    "endpoints.yaml: pain_any, first_pain, nausea, nausea_any are in no analysis, display nor "
    "population"
)


def remarks(tmp_path, plan: str, endpoints: str = ENDPOINTS) -> list[str]:
    at = write_project(tmp_path, plan=plan, endpoints=endpoints, claims="papers: {}\nclaims: {}\n")
    assert told(at) == ""
    return plan_remarks(load_trial("mini", at))


def test_an_arm_that_is_called_like_the_control_and_is_not(tmp_path):
    def control(other: str, declared: str) -> list[str]:
        at = write_project(tmp_path / other, claims="papers: {}\nclaims: {}\n")
        edit(at, "trial.yaml", "{label: Drug,", f'{{label: "{other}",')
        edit(at, "trial.yaml", "{label: Placebo,", f'{{label: "{declared}",')
        return plan_remarks(load_trial("mini", at))

    (line, _) = control("Placebo tablets", "Drug")
    assert line == (
        "trial.yaml, design.arms.drug: called Placebo tablets, and control: true is at placebo "
        "(Drug), against which every effect is"
    )
    for pair in (("Drug", "Placebo"), ("Drug plus placebo", "Drug"), ("Sham", "Placebo")):
        assert len(control(*pair)) == 1


def renamed(analysis: str, name: str) -> str:
    return PLAN.replace(f"  {analysis}:\n", f"  {name}:\n").replace(
        f"analysis: {analysis}", f"analysis: {name}"
    )


def test_an_analysis_that_is_named_as_another_endpoint(tmp_path):
    assert remarks(tmp_path, renamed("pain_each", "first_pain")) == [
        "plan.yaml, analyses.first_pain: named as the endpoint first_pain (Pain before), and its "
        "estimand pain_itt is of pain (Pain)",
        UNUSED,
    ]


@pytest.mark.parametrize("name", ["pain", "relief_each", "pain_itt"])
def test_its_own_endpoint_and_other_names_are_fine(tmp_path, name):
    assert remarks(tmp_path, renamed("pain_each", name)) == [UNUSED]


def test_an_endpoint_that_it_is_made_from_is_its_own(tmp_path):
    plan = renamed("pain_each", "pain").replace("variable: pain\n", "variable: worse\n")
    worse = (
        "worse:\n  label: Worse\n  code: WORSE\n  kind: event\n  of: pain\n  event: {above: 5}\n"
    )
    steps = ("describe: [{summary: [mean, sd]}]", "describe: [{proportion: wilson}]")
    plan = plan.replace(*steps).replace("mean_difference: welch", "risk_difference: newcombe")
    plan = plan.replace("welch_t: {sides", "fisher: {sides").replace(
        "test: welch_t", "test: fisher"
    )
    assert remarks(tmp_path, plan, ENDPOINTS + worse) == [UNUSED]


def test_what_another_endpoint_or_a_display_uses_is_used(tmp_path):
    plan = f"{PLAN}  dose_intensity:\n"
    plan += (
        "    - {title: Pain, endpoint: [first_pain, nausea_any], population: itt, threshold: 5}\n"
    )
    assert remarks(tmp_path, plan) == [
        "endpoints.yaml: pain_any is in no analysis, display nor population"
    ]


def test_check_and_the_last_lines_of_a_run_say_it(tmp_path, capsys):
    at = mini_run.run_mini(tmp_path, claims="papers: {}\nclaims: {}\n").at
    assert check(at, "mini", lambda: None) == 0
    assert f"{MARK}{UNUSED}\n" in capsys.readouterr().out
    run = begin(at, check=False)
    run.account = lambda folder, trial, done: [f"{trial}: whole"]
    run.targets = lambda: ["mini"]
    assert f"{MARK}{UNUSED}" in run.closing()
    edit(at, "plan.yaml", "estimand: pain_itt", "estimand: other")
    assert not any("endpoints.yaml" in line for line in run.closing())


TIMES = """
died: {label: Death, code: DIED, kind: time_to_event, table: patients, time: age,
       event: {relief: {is: "1"}}, event_label: Died, censored_label: Alive}
left: {label: Leaving, code: LEFT, kind: time_to_event, table: patients, time: days, unit: weeks,
       event: {relief: {is: "1"}}, event_label: Left, censored_label: There}
bare: {label: Bare, code: BARE, kind: time_to_event, table: patients, time: pain0,
       event: {relief: {is: "1"}}, event_label: Came, censored_label: Did not}
first: {label: Either, code: FIRST, kind: time_to_event, first_of: [left, bare]}
"""


def test_a_time_without_a_unit_and_times_of_several_units(tmp_path):
    endpoints = ENDPOINTS + TIMES
    at = write_project(tmp_path, endpoints=endpoints, claims="papers: {}\nclaims: {}\n")
    assert told(at) == ""
    trial = load_trial("mini", at)
    (bare,) = (line for line in plan_remarks(trial) if "tables say none" in line)
    assert bare.startswith("endpoints.yaml, bare: the unit of its time is not said")
    assert bare.endswith("in cleaning.yaml: tables.patients.units.pain0")
    (several,) = (line for line in plan_remarks(trial) if "should have one unit" in line)
    assert several.endswith("have several: days: death; years: died; weeks: left, first")
    words = labels(trial)
    assert words.in_unit(52, "left") == words.in_unit(52, "first") == "52 weeks"
    assert words.in_unit(5, "died") == "5 years"
