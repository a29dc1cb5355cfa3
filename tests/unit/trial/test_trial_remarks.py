"""What is odd in a plan and no mistake: names of other endpoints, endpoints without use."""

from dataclasses import replace
from types import SimpleNamespace

import mini_run
import pytest
from mini_trial import ENDPOINTS, PLAN, edit, told, write_project

from trialtrace.report.commands.check import check
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


def remarks(tmp_path, plan: str, endpoints: str = ENDPOINTS) -> list[str]:
    at = write_project(tmp_path, plan=plan, endpoints=endpoints, claims="papers: {}\nclaims: {}\n")
    assert told(at) == ""
    return others(load_trial("mini", at))


def test_an_arm_that_is_called_like_the_control_and_is_not(tmp_path):
    def control(other: str, declared: str) -> list[str]:
        at = write_project(tmp_path / other, claims="papers: {}\nclaims: {}\n")
        edit(at, "trial.yaml", "{label: Drug,", f'{{label: "{other}",')
        edit(at, "trial.yaml", "{label: Placebo,", f'{{label: "{declared}",')
        return others(load_trial("mini", at))

    (line, _) = control("Placebo tablets", "Drug")
    assert line == (
        "trial.yaml, design.arms.drug: called Placebo tablets, and control: true is at placebo "
        "(Drug), against which every effect is"
    )
    assert len(control("Usual care", "Exercise")) == 2
    for pair in (("Drug", "Placebo"), ("Drug plus placebo", "Drug"), ("Sham", "Placebo")):
        assert len(control(*pair)) == 1


OF_RANKS = "    tests: [{log_rank: {groups: all, sides: two_sided}}]\n"
PROPORTIONAL = "    tests: [{proportional_hazards: {ties: efron, transform: km}}]\n"
RESTRICTED = "    describe: [{mean_time: {method: restricted, horizon: 20}}]\n"


@pytest.mark.parametrize(
    ("role", "beside", "quiet"),
    [
        ("primary", OF_RANKS, False),
        ("secondary", OF_RANKS, True),
        ("primary", PROPORTIONAL, True),
        ("primary", RESTRICTED, True),
    ],
)
def test_a_primary_hazard_ratio_has_something_beside_it(tmp_path, role, beside, quiet):
    before, _, after = PLAN.partition("  death_time:\n")
    lines = f"    label: Death\n    role: {role}\n    estimand: death_itt\n{beside}"
    lines += "    estimates: [{hazard_ratio: {method: cox, ties: efron}}]\n"
    rest = after[after.index("multiplicity:\n") :]
    found = remarks(tmp_path, f"{before}  death_time:\n{lines}{rest}")
    assert any("primary by a hazard ratio" in line for line in found) is not quiet


ADJUSTED = "{odds_ratio: {method: logistic, covariates: [smoker]}}"
CRUDE = "{risk_difference: newcombe}"
FISHER = "    tests: [{fisher: {sides: two_sided}}]\n"


@pytest.mark.parametrize(
    ("estimates", "tests", "quiet"),
    [
        (f"[{ADJUSTED}]", FISHER, False),
        (f"[{ADJUSTED}]", "", True),
        (f"[{CRUDE}, {ADJUSTED}]", FISHER, True),
        (f"[{CRUDE}]", FISHER, True),
    ],
)
def test_a_test_that_takes_less_into_account_than_the_estimates(tmp_path, estimates, tests, quiet):
    head = PLAN[: PLAN.index("    overall: true\n")]
    lines = remarks(tmp_path, f"{head}    estimates: {estimates}\n{tests}displays: {{}}\n")
    text = "estimated with covariates (smoker), and decided by fisher"
    assert any(text in line for line in lines) is not quiet


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


def test_an_analysis_by_another_variable_than_its_label_says(tmp_path):
    at = write_project(tmp_path, claims="papers: {}\nclaims: {}\n")
    trial = load_trial("mini", at)
    analysis = next(iter(trial.plan.analyses.values()))

    def lines(by: str, label: str) -> list[str]:
        analyses = {"each": replace(analysis, by=by, label=label)}
        vars(trial)["plan"] = replace(trial.plan, analyses=analyses)
        return [one for one in others(trial) if "it is by" in one]

    assert lines("sex", "Relief by smoker") == [
        "plan.yaml, analyses.each: labelled Relief by smoker, and it is by sex, while the variable "
        "smoker is there"
    ]
    assert lines("smoker", "Relief by smoker") == lines("sex", "Relief by subgroup") == []


def test_what_another_endpoint_or_a_display_uses_is_used(tmp_path):
    plan = f"{PLAN}  dose_intensity:\n"
    plan += (
        "    - {title: Pain, endpoint: [first_pain, nausea_any], population: itt, threshold: 5}\n"
    )
    assert remarks(tmp_path, plan) == [
        "endpoints.yaml: pain_any is in no analysis, display nor population"
    ]


def test_what_a_population_is_chosen_by_is_used(tmp_path):
    """The population of adults takes whoever has a value of smoker."""
    smokes = """\
smokes:
  label: Smokes
  code: SMOKES
  kind: event
  table: patients
  event: {smoker: {is: "1"}}
"""
    assert remarks(tmp_path, PLAN, ENDPOINTS + smokes) == [UNUSED]


def test_check_and_the_last_lines_of_a_run_say_it(tmp_path, capsys):
    at = mini_run.run_mini(tmp_path, claims="papers: {}\nclaims: {}\n").at
    assert check(at, "mini", lambda: None) == 0
    assert f"{MARK}{UNUSED}\n" in capsys.readouterr().out
    run = begin(at, check=False)
    run.account = lambda folder, trial, done, at: [f"{trial}: whole"]
    run.targets = lambda: ["mini"]
    run.hashes = {(rule, "mini"): "of no code" for rule in mini_run.STAGES}
    assert f"{MARK}{UNUSED}" in run.closing()
    edit(at, "plan.yaml", "estimand: pain_itt", "estimand: other")
    assert not any("endpoints.yaml" in line for line in run.closing())


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


def test_endpoints_of_one_kind_and_label(tmp_path):
    of_events = ENDPOINTS.replace("label: Any nausea", "label: Any pain")
    alike = [one for one in remarks(tmp_path / "kinds", PLAN, of_events) if "one label" in one]
    assert alike == [], "an event of a table and one of occurrences are of two kinds"
    same = ENDPOINTS.replace("label: Any pain\n", "label: Relief\n")
    (line,) = [one for one in remarks(tmp_path / "same", PLAN, same) if "one label" in one]
    assert line == "endpoints.yaml, relief, pain_any: all have one label; tell them apart by it"


@pytest.mark.parametrize(("family", "said"), [(True, False), (False, True)])
def test_several_primary_analyses_in_no_family(tmp_path, family, said):
    plan = PLAN.replace(
        "    label: Pain\n    role: secondary", "    label: Pain\n    role: primary"
    )
    if not family:
        start, end = plan.index("multiplicity:"), plan.index("displays:")
        plan = plan[:start] + plan[end:]
    lines = [one for one in remarks(tmp_path, plan) if "are all primary" in one]
    assert lines == (
        [
            "plan.yaml, analyses: relief_primary, pain_each are all primary, and in no family of "
            "multiplicity: each is tested at the whole level"
        ]
        if said
        else []
    )


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
