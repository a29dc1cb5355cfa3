"""One sentence on more numbers than sentences can tell."""

import re
from dataclasses import fields, replace
from types import SimpleNamespace

import mini_run
import mini_trial
import pytest
import yaml

from trialtrace.report.material import Material
from trialtrace.report.sections import analysed as module
from trialtrace.report.sections import analysis_section
from trialtrace.report.sections.choices import _chosen, other_choices
from trialtrace.report.sections.decisions import leaves_out_no_effect
from trialtrace.report.sections.findings import (
    compared,
    primary,
    sentences,
    without_comparison,
)
from trialtrace.report.sections.questions import by_cut, by_other_rules
from trialtrace.report.sections.readings import Readings, other_readings, readings
from trialtrace.report.sections.registered import registered_late, registered_otherwise, unread
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.trial.load import load_settings

ROW = {
    "result_id": "mini/pain/mean_difference.welch@drug-placebo",
    "stat_name": "mean_difference",
    "stat_text": "",
    "parameter": "pain",
    "unit": "kg",
    "ci_level": 0.95,
}


def row(value, low, high, **more):
    return ROW | {"stat_value": value, "ci_low": low, "ci_high": high} | more


def words(markdown):
    text = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), markdown)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace(NO_BREAK, " ")


ROWS = [row(1.0, -1.0, 3.0), row(2.5, 0.5, 4.5), row(-1.5, -3.0, 0.0)]


@pytest.mark.parametrize(
    ("stat", "low", "high", "out"),
    [
        ("risk_ratio", 0.5, 0.9, True),
        ("risk_ratio", 0.5, 1.0, False),
        ("probability_of_superiority", 0.51, 0.7, True),
        ("mean_difference", 0.51, 0.7, True),
        ("mean_difference", -0.1, 0.7, False),
    ],
)
def test_no_effect_is_by_the_statistic(stat, low, high, out):
    assert leaves_out_no_effect(row(1.0, low, high, stat_name=stat)) is out


WALD = """\
  relief_wald:
    label: Relief, Wald
    role: sensitivity
    of: relief_primary
    estimates: [{risk_difference: wald}, {risk_difference_bounds: best_worst}]
"""
OTHER_LEVEL = (
    "{mean_difference: student}, {equivalence: {method: welch, lower: -9, upper: 9, alpha: 0.05}}"
)


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    plan = mini_trial.PLAN
    for old, new in (
        ("    estimates: [{hazard_ratio: {method: cox, ties: efron}}]\n", ""),
        ("[{mean_difference: welch}]", f"[{{mean_difference: welch}}, {OTHER_LEVEL}]"),
        ("  relief_by_smoker:\n", f"{WALD}  relief_by_smoker:\n"),
    ):
        assert old in plan
        plan = plan.replace(old, new)
    run = mini_run.run_mini(tmp_path_factory.mktemp("key"), plan=plan + mini_trial.MORE_DISPLAYS)
    return Material(run.trial, load_settings(run.at), run.folder, {"analyse_plan": "0" * 64})


def test_an_analysis_without_an_estimate_tells_its_tests(mini):
    told = [words(one) for one in without_comparison(mini, mini.trial.plan.analyses["death_time"])]
    assert re.fullmatch(r"All arms: p = 0\.\d+\.", told[0])


def test_methods_that_are_counted_together_have_intervals_of_one_level(mini):
    """The intervals of an equivalence test at 0.05 are of 90 %."""
    levels = {row["ci_level"] for row in mini.of("pain_each") if row["ci_level"] is not None}
    assert levels == {0.9, 0.95}
    for one in compared(mini, mini.trial.plan.analyses["pain_each"]):
        assert [row["ci_level"] for row in (one.estimate, *one.further)] == [0.95, 0.95]


OTHER_RULES = """\
  relief_or_none:
    label: Relief by other rules
    role: sensitivity
    of: relief_primary
    estimand: other_rules
    estimates: [{risk_difference: newcombe}, {risk_difference_bounds: best_worst}]
"""
OF_OTHER_RULES = """\
  other_rules:
    treatment: {of: drug, to: placebo}
    population: itt
    variable: [smokes, relieved]
    intercurrent: []
    summary: difference in risk
analyses:
"""
RULED = """\
smokes:
  label: Relief as smoking
  code: SMOKES
  kind: event
  table: patients
  event: {smoker: {is: "1"}}
relieved:
  label: Relief once more
  code: RELIEVED
  kind: event
  table: patients
  event: {relief: {is: "1"}}
"""


def test_other_rules_of_the_outcome_that_agree_leave_the_conclusion_alone(tmp_path):
    """The interval of relief has no effect in it, and so have those of two other rules."""
    plan = mini_trial.PLAN.replace("analyses:\n", OF_OTHER_RULES, 1)
    plan = plan.replace("  relief_by_smoker:\n", f"{OTHER_RULES}  relief_by_smoker:\n")
    run = mini_run.run_mini(tmp_path, plan=plan, endpoints=mini_trial.ENDPOINTS + RULED)
    material = Material(run.trial, load_settings(run.at), run.folder, {"analyse_plan": "0" * 64})
    (analysis,) = primary(material)
    (found,) = readings(material, analysis)
    assert [(k, n) for k, n, words in found.counts() if "other definitions" in words] == [(0, 2)]
    assert other_readings(material) == ""


BOUNDED = """\
  relief_bounded:
    label: Relief, bounded
    role: sensitivity
    of: relief_primary
    estimates:
      - {risk_difference_bounds: best_worst}
      - {risk_difference: newcombe}
      - {tipping: fisher}

"""


def test_bounds_and_their_p_stand_under_the_other_choices(tmp_path):
    """Relief 6 of 10 against 3 of 9, so that 3 or 4 of 10; scipy's Fisher p is 0.37 and 0.66."""
    plan = mini_trial.PLAN.replace("  relief_by_smoker:\n", f"{BOUNDED}  relief_by_smoker:\n")
    run = mini_run.run_mini(tmp_path, plan=plan)
    material = Material(run.trial, load_settings(run.at), run.folder, {"analyse_plan": "0" * 64})
    text = words(other_choices(material, run.trial.plan.analyses["relief_primary"]))
    cells = [line.strip("| ").split(" | ")[-1] for line in text.splitlines() if "owest" in line]
    cells += [line.strip("| ").split(" | ")[-1] for line in text.splitlines() if "ighest" in line]
    assert sorted(cells) == ["0.37", "0.66", "20.0", "30.0"]
    # Bounds that the plan names before the estimate lead its own sentence.
    (told,) = sentences(material, run.trial.plan.analyses["relief_bounded"])
    assert words(told).startswith(
        "Drug against Placebo: whatever the outcomes of those without one were, risk difference "
        "20.0 to 30.0 percentage points; of those with one, risk difference 26.7 percentage points"
    )


def test_p_that_count_the_looks_stand_beside_the_statistic_that_they_are_of():
    ends = ("fisher", "stage_wise_risk_difference", "stage_wise_odds_ratio")
    none = {"comparison": None, "stat_name": "p_value"}
    tests = [none | {"method": f"p_value.{end}"} for end in ends]
    shown = {one["method"] for one in _chosen(tests, "risk_difference")}
    assert shown == {"p_value.fisher", "p_value.stage_wise_risk_difference"}


def read(first, **kinds):
    none = {field.name: [] for field in fields(Readings)}
    return Readings(**none | {"first": first} | kinds)


def test_readings_whose_interval_lies_otherwise_are_counted_by_kind():
    clear, across = row(2.5, 0.5, 4.5), row(1.0, -1.0, 3.0)
    several = {"everybody": [across] * 2, "planned": [across], "rules": [clear] * 9 + [across] * 3}
    assert list(read(clear, **several).otherwise()) == [
        "other intervals differ: 2 for all randomised, 1 for the outcome as registered or planned "
        "and 3 by other definitions of the outcome"
    ]
    # A test stands for the interval of an analysis that has none.
    tests = {"planned": [across], "tested": [row(0.03, None, None), row(0.2, None, None)]}
    assert list(read(clear, **tests).otherwise()) == [
        "other intervals or tests differ: 2 for the outcome as registered or planned"
    ]
    (told,) = read(across, **several).otherwise()
    assert told == "other intervals differ: 9 by other definitions of the outcome"
    ends = (row(-0.5, None, None), row(4.0, None, None))
    assert list(replace(read(clear), bounds=[ends]).otherwise()) == [
        "the worst-case bounds include it"
    ]


def test_a_difference_at_a_time_is_another_rule_of_an_outcome_at_a_visit():
    """Deaths compete in it: of the same patients and scale, and it has no visit."""
    place = {"comparison": "drug", "reference": "placebo", "stratum": None, "group2": None}
    place |= {"method": "m", "options": "{}"}
    first = row(-0.3, -0.5, -0.1, stat_name="risk_difference", visit="week 24", **place)
    seen = row(-0.3, -0.6, 0.1, stat_name="incidence_difference", visit=None, **place)
    seen |= {"group2": "time"}
    others = [seen | {"visit": "week 12"}, seen | {"stat_name": "hazard_ratio"}]

    def analysis(name, of, *variables):
        estimand = SimpleNamespace(population="itt", variables=variables)
        return SimpleNamespace(name=name, of=of, by=None, role="sensitivity", estimand=estimand)

    result = analysis("a", None, "event")
    plan = SimpleNamespace(analyses={"a": result, "b": analysis("b", "a", "time")})
    material = SimpleNamespace(
        trial=SimpleNamespace(plan=plan), printable={"b": [seen, *others]}.__getitem__
    )
    assert by_other_rules(material, result, first) == [seen]
    # What is counted among other rules stands in their table, with its time.
    cut = {**place, "parameter": None, "method": "incidence_difference.m", "group1_level": None}
    at_time = seen | cut | {"group2": "time", "group2_level": "168"}
    assert by_cut([at_time], plan.analyses["b"]) == {}
    assert [*by_cut([at_time], plan.analyses["b"], times=True).values()] == [[at_time]]


def test_a_result_that_other_readings_bear_out_has_no_such_sentence(mini):
    assert other_readings(mini) == ""


def test_other_readings_name_the_visit_where_there_are_several(mini, monkeypatch):
    pair = {"comparison": "drug", "reference": "placebo"}
    several = [
        read(row(2.5, 0.5, 4.5, visit=at, **pair), everybody=[row(1.0, -1.0, 3.0)])
        for at in ("week 2", "week 4")
    ]
    place = "trialtrace.report.sections.readings.readings"
    monkeypatch.setattr(place, lambda *_: several)
    found = re.findall(r", (week \d)(?=: this interval)", other_readings(mini, None))
    assert found == ["week 2", "week 4"]
    monkeypatch.setattr(place, lambda *_: several[:1])
    assert "week" not in other_readings(mini, None)


def test_the_lost_who_count_as_failures_are_no_known_outcomes(mini, monkeypatch):
    """Of nine placebo patients analysed, one fails for having been lost."""
    (analysis,) = primary(mini)
    monkeypatch.setattr(module, "hanging", lambda *_: {"drug": 0, "placebo": 1})
    told = words(module.analysed(mini, analysis))
    assert "10 of 10 Drug, 9 of 10 Placebo (8 known, 1 lost and counted as failure)." in told


@pytest.mark.parametrize(("role", "told"), [("secondary", True), ("sensitivity", False)])
def test_whom_an_analysis_of_fewer_leaves_out_is_said_of_each_question(mini, role, told):
    (analysis,) = primary(mini)
    text = words(analysis_section.analysis_sentences(mini, replace(analysis, role=role)))
    assert ("left out, as if they were like the others of their arm" in text) is told


def test_a_text_that_was_not_at_hand_is_told_beside_the_verdicts(mini):
    told = "papers: {p: {citation: Mini J 2020, text: not_at_hand}, q: {citation: Mini J 2021}}"
    trial = SimpleNamespace(
        synthetic=False,
        stamp=None,
        tells_cohort=False,
        name="mini",
        claims_document=yaml.safe_load(f"{told}\nclaims: {{}}\n"),
    )
    rows = [
        mini.claims[0] | {"paper": paper}
        for paper in ("Mini J 2020; text not available", "Mini J 2021")
    ]
    text = words(unread(SimpleNamespace(claims=rows, trial=trial)))
    assert text == " Text not available: Mini J 2020."


@pytest.mark.parametrize(("text", "unread"), [("not_at_hand", ", not read here"), ("at_hand", "")])
def test_an_outcome_that_was_planned_otherwise_stands_with_the_primary_result(text, unread):
    same = {"check": "registered.measure", "verdict": "holds", "source": "registry"}
    other = {"check": "registered.measure", "verdict": "changed", "source": "protocol"}
    rows = [same | {"finding": "Alike."}, other | {"finding": "Time planned, share reported."}]
    papers = {"protocol": {"citation": "A protocol", "text": text}, "registry": "A registry"}
    trial = SimpleNamespace(claims_document={"papers": papers})
    made = SimpleNamespace(printed={"registration": rows}, trial=trial)
    (told,) = registered_otherwise(made)
    link = "[protocol](audit.html#sec-registered)"
    assert link in told
    assert words(told) == (
        f"Reported differently than registered or planned (protocol{unread}): Time planned, share "
        "reported."
    )


def test_a_registration_after_the_begin_stands_with_the_design():
    first = {"check": "registered.first", "finding": "First registered 2018, when it was complete."}
    rows = [first | {"verdict": "late"}, first | {"verdict": "holds"}]
    (told,) = registered_late(SimpleNamespace(printed={"registration": rows}))
    assert words(told) == "Registered retrospectively: first registered 2018, when it was complete."


def claim(name, **more):
    row = {"claim_id": name, "label": name, "quote": "7 of 10", "recomputed_text": "6 of 10"}
    row |= {"against_data": "no_result", "on_print": "not_checked", "print_finding": ""}
    return row | {"alternative": None} | more


CONFLICTS = {
    "none": ([], [], "none conflicts with the data or with another."),
    "of the data": (
        ["differs"],
        [],
        "1 differs from the data; none is of the primary result; the first of the others: "
        "“differs”, printed 7 of 10, "
        "data 6 of 10.",
    ),
    "each kind apart": (
        ["differs", "contradicts", "more", "asked"],
        [],
        "1 differs from the data, 2 contradict other printed numbers and 1 is a question to the "
        "authors; none is of the primary result; the first of the others: “differs”, printed 7 of "
        "10, data 6 of 10.",
    ),
    "of both kinds at once": (
        ["differs", "refuted and contradicts"],
        [],
        "2 differ from the data and 1 contradicts other printed numbers, together 2; none is of "
        "the primary result; the first of the others: “refuted and contradicts”, printed 7 of "
        "10, data 6 of 10; 3 of 29 is 10.3 %.",
    ),
    "one of the primary result by name": (
        ["differs", "asked"],
        ["differs"],
        "1 differs from the data and 1 is a question to the authors; 1 of these is of the primary "
        "result: “differs”, printed 7 of 10, data 6 of 10.",
    ),
    "rounded, of the primary result": (
        ["rounded"],
        ["rounded"],
        "1 differs from the data; 1 of these is of the primary result: “rounded”, printed 7 of "
        "10, data 6 "
        "of 10; 7 is that of the rounded parts.",
    ),
    "a question, unless the data refute it": (
        ["asked", "asked and differs"],
        ["asked"],
        "1 differs from the data and 1 is a question to the authors; 1 of these is of the primary "
        "result: “asked”, printed 7 of 10; none gives 0.72.",
    ),
    "more of the primary result by their number": (
        ["contradicts", "more"],
        ["contradicts", "more"],
        "2 contradict other printed numbers; 2 of these are of the primary result, such as "
        "“contradicts”, printed 7 of 10; 3 of 29 is 10.3 %.",
    ),
}


def test_many_tests_are_told_by_their_number():
    made = [
        row(p, None, None, method="p_value.rank_anova", stat_name="p_value", ci_level=None)
        | {"group1_level": None, "group2": "effect", "group2_level": effect, "stratum": None}
        | {"visit": None, "comparison": None, "warning": None, "stat_text": f"{p}", "options": "{}"}
        for effect, values in {"arm": (0.2, 0.4, 0.3), "arm_visit": (0.6, 0.9)}.items()
        for p in values
    ]
    about = SimpleNamespace(second_words=lambda one: one["group2_level"].replace("_", " × "))
    material = SimpleNamespace(
        printable=lambda name: made,
        of=lambda name: made,
        parameter_words=lambda one: [],
        tracer=SimpleNamespace(about=about),
        trial=SimpleNamespace(synthetic=False, stamp=None),
    )
    assert [words(one) for one in without_comparison(material, SimpleNamespace(name="a"))] == [
        "5 numbers are in its tables."
    ]
