"""What is odd in a plan and no mistake: names of other endpoints, endpoints without use."""

from dataclasses import replace
from types import SimpleNamespace

import mini_run
import pytest
from mini_trial import ENDPOINTS, edit, told, write_project

from trialtrace.report.commands.check import check
from trialtrace.report.commands.last_lines import last_lines
from trialtrace.run.jobs.run import begin
from trialtrace.run.trace.words import labels
from trialtrace.run.trial.endpoints.shared import InTable
from trialtrace.run.trial.load import Trial, load_trial
from trialtrace.run.trial.plan.remarks import MARK, _outcome_of, plan_remarks
from trialtrace.run.trial.study.subjects import Origin

LABELS = {"0": "start", "4": "week 4", "12": "week 12"}
ROWS = {
    "column": "pain",
    "baseline": "start",
    "visit": SimpleNamespace(column="week", labels=LABELS),
}
WIDE = {"visits": {"pain0": "start", "pain12": "week 12"}, "baseline": "start"}
UNUSED = (
    "endpoints.yaml: pain_any, first_pain, nausea, nausea_any are in no analysis, display nor "
    "population"
)


AT_BASELINE = (
    "plan.yaml, analyses.pain_each: secondary, and it compares arms at before, the baseline "
)


def others(trial: Trial) -> list[str]:
    """The remarks of a trial, but for that on visits at the baseline, which the mini trial has."""
    return [one for one in plan_remarks(trial) if "compares arms at" not in one]


def test_a_comparison_at_the_baseline(tmp_path):
    def lines(visits: str) -> list[str]:
        at = write_project(tmp_path / visits, claims="papers: {}\nclaims: {}\n")
        edit(at, "plan.yaml", "    visits: all\n", f"    visits: {visits}\n")
        return [one for one in plan_remarks(load_trial("mini", at)) if "compares arms at" in one]

    assert [one.startswith(AT_BASELINE) for one in lines("all")] == [True]
    assert lines("[after]") == []


def test_a_primary_analysis_without_the_control(tmp_path):
    at = write_project(tmp_path, claims="papers: {}\nclaims: {}\n")
    trial = load_trial("mini", at)
    primary = next(name for name, a in trial.plan.analyses.items() if a.role == "primary")
    estimand = trial.plan.analyses[primary].estimand
    other = replace(estimand, treated=("drug",), reference="drug")
    plan = replace(trial.plan.analyses[primary], estimand=other)
    analyses = {**trial.plan.analyses, primary: plan}
    vars(trial)["plan"] = replace(trial.plan, analyses=analyses)
    assert others(trial) == [
        f"plan.yaml, analyses.{primary}: primary, and its estimand {estimand.name} compares drug "
        "with drug, without the control placebo",
        UNUSED,
    ]


def test_a_composite_under_the_label_of_one_of_its_parts(tmp_path):
    at = write_project(tmp_path, endpoints=ENDPOINTS + TIMES, claims="papers: {}\nclaims: {}\n")
    trial = load_trial("mini", at)
    any_of = next(iter(trial.plan.analyses.values()))
    first = replace(any_of.estimand, variables=("first",))

    def lines(name: str, label: str) -> list[str]:
        analysis = replace(any_of, label=label, estimand=first)
        vars(trial)["plan"] = replace(trial.plan, analyses={name: analysis})
        return [one for one in others(trial) if "named as" in one]

    assert len(lines("left", "Leaving")) == 1
    assert lines("left", "Leaving or coming") == lines("first", "Either") == []


def test_check_and_the_last_lines_of_a_run_say_it(tmp_path, capsys):
    at = mini_run.run_mini(tmp_path, claims="papers: {}\nclaims: {}\n").at
    assert check(at, "mini", lambda: None) == 0
    assert f"{MARK}{UNUSED}\n" in capsys.readouterr().out
    run = begin(at, check=False)
    run.targets = lambda: ["mini"]
    run.hashes = {(rule, "mini"): "of no code" for rule in mini_run.STAGES}
    assert f"{MARK}{UNUSED}" in last_lines(run)
    edit(at, "plan.yaml", "estimand: pain_itt", "estimand: other")
    assert not any("endpoints.yaml" in line for line in last_lines(run))


TIMES = """
died: {label: Death, code: DIED, kind: time_to_event, table: patients, time: age,
       event: {relief: {is: "1"}}, event_label: Died, censored_label: Alive}
left: {label: Leaving, code: LEFT, kind: time_to_event, table: patients, time: pain0, unit: weeks,
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
    (bare,) = (line for line in others(trial) if "tables say none" in line)
    assert bare.startswith("endpoints.yaml, bare: the unit of its time is not said")
    assert bare.endswith("in cleaning.yaml: tables.patients.units.pain0")
    (several,) = (line for line in others(trial) if "should have one unit" in line)
    assert several.endswith("have several: days: death; years: died; weeks: left, first")
    words = labels(trial)
    assert words.in_unit(52, "left") == words.in_unit(52, "first") == "52 weeks"
    assert words.in_unit(5, "died") == "5 years"


@pytest.mark.parametrize(
    ("entry", "visits", "covariate", "told"),
    [
        ({"event": {"resp": {"is": "1"}}}, None, {"column": "resp"}, True),
        ({"event": {"resp": {"is": "1"}}}, None, {"column": "other"}, False),
        ({"event": {"resp": {"is": "1"}, "other": {"is": "1"}}}, None, {"column": "resp"}, False),
        (ROWS, ("week 12",), {"column": "pain", "where": {"week": {"is": 12}}}, True),
        (ROWS, ("week 4",), {"column": "pain", "where": {"week": {"is": 12}}}, False),
        (ROWS, None, {"column": "pain", "where": {"week": {"is": 12}}}, True),
        (ROWS, None, {"column": "pain", "where": {"week": {"is": 0}}}, False),
        (ROWS, None, {"column": "pain"}, False),
        (WIDE, ("week 12",), {"column": "pain12"}, True),
        (WIDE, None, {"column": "pain0"}, False),
    ],
)
def test_a_covariate_that_is_its_outcome_whatever_the_kind(entry, visits, covariate, told):
    """Of visits the one that is compared, or any after the baseline."""
    of = InTable.__new__(InTable)
    for name, value in ({"table": "v", "visit": None} | entry).items():
        object.__setattr__(of, name, value)
    origin = Origin(table="v", **covariate)
    assert _outcome_of(SimpleNamespace(entry=of), visits, origin) == told
    assert not _outcome_of(SimpleNamespace(entry=of), visits, replace(origin, table="w"))
