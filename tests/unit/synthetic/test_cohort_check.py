"""Checking cohort.yaml: every mistake is told at its key, with what was found and expected."""

from pathlib import Path

import pytest
from example_cohort import COHORT
from mini_trial import REPOSITORY

from trialtrace.base.config.compose import Document
from trialtrace.base.config.files import read_document
from trialtrace.base.paths import Project
from trialtrace.run.trial.cohort import check as cohort
from trialtrace.run.trial.cohort.quantities.quantity import Held
from trialtrace.run.trial.cohort.quantities.registry import quantity_of
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.dictionary import Tables

TRIAL = {
    "design": {"arms": {"smt": {}, "wbv": {}, "tau": {}}},
    "populations": {"itt": {}, "pp": {}},
}
ENDPOINTS = {"cipn": {"kind": "event"}}


def problems(folder: Path, text: str, arms: dict | None = None) -> list:
    path = folder / "cohort.yaml"
    path.write_text(text, encoding="utf-8")
    at = Project(REPOSITORY)
    document = read_document(at, path, "cohort")
    none = Document("none", {})
    files = Files(
        at,
        Document("trial.yaml", TRIAL if arms is None else {"design": {"arms": arms}}),
        none,
        Document("endpoints.yaml", ENDPOINTS),
        none,
        none,
        Tables(),
        "",
        cohort=document,
    )
    cohort.check(files)
    return document.in_order()


def test_the_example_is_in_order(tmp_path):
    assert "\n\n".join(map(str, problems(tmp_path, COHORT))) == ""


def test_exact_counts_of_a_choice_need_no_probabilities(tmp_path):
    text = COHORT.replace(
        "choice: {of: {oxaliplatin: 0.5, vinca: 0.5}, quota: [arm]}",
        "choice: {counts: {oxaliplatin: 80, vinca: 78}}",
    )
    assert text != COHORT
    assert "\n\n".join(map(str, problems(tmp_path, text))) == ""


# ruff: noqa: E501
CASES = [
    # (old, new, key, words)
    (
        "pick: {count: attended}",
        "pick: {count: atended}",
        "present.pick.count",
        'did you mean "attended"',
    ),
    (
        "bands: {of: age,",
        "bands: {of: burning,",
        "upper_norm.bands.of",
        "a quantity of the level visits",
    ),
    ("bands: {of: age,", "bands: {of: drug,", "upper_norm.bands.of", "found     drug, text"),
    ("  sway: {level: visits,", "  sway: {level: visit,", "sway.level", 'did you mean "visits"'),
    (
        "age: {level: patients, normal:",
        "age: {level: patients, uniform: {from: 1, to: 2}, normal:",
        "quantities.age",
        "exactly one of",
    ),
    (
        "dropped: {level: patients, share: {probability: 0.1}",
        "dropped: {level: patients, step: 1, share: {probability: 0.1}",
        "dropped.step",
        "which share does not have",
    ),
    (
        'smt: {printed: "30.0%", count: 12, of: 40}',
        'smt: {printed: "30.0%", count: 13, of: 40}',
        "cipn.share.is.smt.printed",
        "13 of 40 is 32.5 %",
    ),
    (
        'smt: {printed: "30.0%", count: 12, of: 40}',
        'smt: {printed: "30.0%", count: 18, of: 60}',
        "cipn.share.is.smt.of",
        "at most 55",
    ),
    (
        'smt: {printed: "30.0%", count: 12, of: 40}',
        "smt: {count: 41, of: 40}",
        "cipn.share.is.smt.count",
        "41 of 40",
    ),
    (
        'smt: {printed: "28.6%", count: 10, of: 35}',
        "smt: {count: 13, of: 35}",
        "cipn.among[1].margin.is.smt.count",
        "at most 12",
    ),
    (
        'smt: {printed: "28.6%", count: 10, of: 35}',
        "smt: {count: 3, of: 35}",
        "cipn.among[1].margin.is.smt",
        "32 without, of 28",
    ),
    (
        'exact: {mean: "49", min',
        'exact: {mean: "49.001", min',
        "age.exact.mean",
        "158 values in steps of 1",
    ),
    ('mean: "49", min: "18"', 'mean: "49", min: "18.5"', "age.exact.min", "a multiple of 1"),
    (
        "{oxaliplatin: 0.5, vinca: 0.5}",
        "{oxaliplatin: 0.5, vinca: 0.4}",
        "drug.choice.of",
        "add up to 0.9",
    ),
    (
        "[0.4, 0.3, 0.2, 0.05, 0.05]",
        "[0.4, 0.3, 0.2, 0.05, 0.06]",
        "ntx1.ordinal.probabilities",
        "add up to 1.01",
    ),
    ("up_to: [40, 60, 85]", "up_to: [40, 85, 60]", "upper_norm.bands.up_to", "ascending"),
    (
        "values: [4.5, 4.0, 3.5, 3.0]",
        "values: [4.5, 4.0, 3.5]",
        "upper_norm.bands.values",
        "4 values",
    ),
    ("[0.6, 1, 0.6]", "[0.7, 1, 0.6]", "sway.correlation.unstructured", "no correlation matrix"),
    (
        "[[1, 0.6, 0.5], [0.6, 1, 0.6], [0.5, 0.6, 1]]",
        "[[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]]",
        "sway.correlation.unstructured",
        "positive definite",
    ),
    (
        "[[1, 0.6, 0.5], [0.6, 1, 0.6], [0.5, 0.6, 1]]",
        "[[1, 0.6], [0.6, 1]]",
        "sway.correlation.unstructured",
        "3 by 3",
    ),
    (
        "loads: {severity: 0.5}",
        "loads: {severity: 0.8, age: 0.1}",
        "reduced.loads.age",
        "no standard normal",
    ),
    (
        "  severity: {level: patients, normal: {mean: 0, sd: 1}}",
        "  other: {level: patients, normal: {mean: 0, sd: 1}}\n  severity: {level: patients, normal: {mean: 0, sd: 1}, loads: {other: 1, severity: 0.1}}",
        "severity.loads",
        "add up to 1.01",
    ),
    (
        "mean: {by: visit, is: {baseline: 400, week_12: 420, post: 450}}",
        "mean: {by: visit, is: {baseline: 400, week_12: 420}}",
        "sway.lognormal.mean.is",
        "nothing for post",
    ),
    (
        "mean: {by: visit, is: {baseline: 400, week_12: 420, post: 450}}",
        "mean: {by: visit, is: {baseline: 400, week_12: 420, last: 450}}",
        "sway.lognormal.mean.is.last",
        "a value of visit",
    ),
    (
        "mean: {by: visit, is: {baseline: 400, week_12: 420, post: 450}}",
        "mean: {by: arm, is: {smt: 400, wbv: 420, tau: 450}}",
        "sway.lognormal.mean.by",
        "exchangeable",
    ),
    (
        "dropped: {level: patients, share: {probability: 0.1}}",
        "dropped: {level: patients, share: {probability: nobody}}",
        "dropped.share.probability",
        "nobody",
    ),
    (
        "dropped: {level: patients, share: {probability: 0.1}}",
        "dropped: {level: patients, share: {probability: arm}}",
        "dropped.share.probability",
        "a number",
    ),
    (
        "dropped: {level: patients, share: {probability: 0.1}}",
        "dropped: {level: patients, share: {by: arm, is: {smt: {probability: 0.1}, wbv: {probability: 0.1}, tau: {probability: 0.3}}}}",
        "dropped.share.by",
        "exchangeable",
    ),
    (
        "dropped: {level: patients, share: {probability: 0.1}}",
        'dropped: {level: patients, tag: printed, share: {by: arm, is: {smt: {count: 5, printed: "5"}, wbv: {probability: 0.1}, tau: {probability: 0.3}}}}',
        "dropped.share.by",
        "exchangeable",
    ),
    (
        "otherwise: 40}, tag: printed,",
        "otherwise: 40}, tag: assumed,",
        "planned_sessions.rule.cases[1].when",
        "exchangeable",
    ),
    (
        "when: {visit: {is: baseline}}",
        "when: {visit: {is: base}}",
        "vibration_now.rule.cases[1].when.visit.is",
        "a choice of visit",
    ),
    (
        'where: {reduced: {is: "yes"}}',
        'where: {reduced: {is: "ja"}}',
        "reduced_from.where.reduced.is",
        "a choice of reduced",
    ),
    (
        "is: 7}], otherwise: 0}",
        "is: 7}], otherwise: none}",
        "delay_days.rule",
        "values of different kinds",
    ),
    (
        "missing: [nerve, reflex]",
        "missing: [nerves, reflex]",
        "findings.pattern.unknown.missing[1]",
        'did you mean "nerve"',
    ),
    (
        '"yes": {at_least: 2}',
        '"yes": {at_least: 7}',
        "findings.pattern.yes",
        "at least 7 of 6 parts",
    ),
    ("of: cipn\n", "of: drug\n", "findings.pattern.of", "a yes/no quantity"),
    ("- of: pp\n", "- of: drug\n", "cipn.among[1].of", "a yes/no quantity"),
    (
        "position: {propensity: 0.2}",
        "position: {tag: assumed}",
        "findings.pattern.parts.position",
        "either share or propensity",
    ),
    (
        "position: {propensity: 0.2}",
        "age: {propensity: 0.2}",
        "findings.pattern.parts.age",
        "which is the quantity age",
    ),
    (
        "of: cycle_date, statistic: max",
        "of: cycle_date, statistic: sum",
        "last_cycle.gather.of",
        "cycle_date, date",
    ),
    (
        "gather: {level: cycles, of: cycle_date",
        "gather: {level: visits, of: cycle_date",
        "last_cycle.gather.of",
        "a quantity of visits",
    ),
    (
        "date: {from: randomised, days: cycle_day}",
        "date: {from: age, days: cycle_day}",
        "cycle_date.date.from",
        "age, integer",
    ),
    (
        '["2014-05-07", "2020-11-30"]',
        '["2014-05-07", "2014-02-30"]',
        "randomised.date.between",
        "dates that exist",
    ),
    (
        "delay: {level: cycles, choice:",
        "looped: {level: cycles, linear: {terms: {cycle_day: 1, delays: 1}}}\n  delay: {level: cycles, where: {looped: {above: 0}}, choice:",
        "quantities.",
        "a circle",
    ),
    (
        "patients: {arms: {smt: 55, wbv: 53, tau: 50}}",
        "patients: {arms: {smt: 55, wbv: 53}}",
        "levels.patients.arms",
        "no tau",
    ),
    ("sites: {of: visits,", "sites: {of: visit,", "levels.sites.of", 'did you mean "visits"'),
    ("count: planned_cycles}", "count: drug}", "levels.cycles.count", "whole numbers"),
    (
        "as: cycle, count: planned_cycles",
        "count: planned_cycles",
        "levels.cycles",
        "either labels or count",
    ),
    (
        "keep: {any: [{last_day: missing}",
        "keep: {any: [{lastday: missing}",
        "levels.visits.keep.any[1].lastday",
        'did you mean "last_day"',
    ),
    (
        "check: {endpoint: cipn, population: itt}",
        "check: {endpoint: cpin, population: itt}",
        "cipn.check.endpoint",
        'did you mean "cipn"',
    ),
    (
        "check: {endpoint: cipn, population: itt}",
        "check: {endpoint: cipn, population: ittt}",
        "cipn.check.population",
        "itt, pp",
    ),
    ("normal: {mean: 49, sd: 13}", "normal: {mean: 49, sd: -13}", "age.normal.sd", "more than 0"),
    ("sd: 120}", "sd: much}", "sway.lognormal.sd", "a number, or a quantity of the level visits"),
    ("sd: 120}", "sd: 1e2}", "sway.lognormal.sd", "a number is written as -12, 0.5 or 1.0e+6"),
    ("sd: 120}", "sd: 0}", "sway.lognormal.sd", "more than 0"),
    (
        "weibull: {shape: 1, scale: 900}",
        "weibull: {shape: 0, scale: 900}",
        "death_day.weibull.shape",
        "more than 0",
    ),
    (
        "uniform: {from: 20, to: 200}",
        "uniform: {from: 200, to: 20}",
        "drop_day.uniform",
        "the lower end first",
    ),
    (
        "spread: {total: 7,",
        "spread: {total: 70000000,",
        "n_events.spread.total",
        "at most 50000000",
    ),
    (
        "as: cycle, count: planned_cycles",
        "as: cycle, count: 1000000",
        "levels.cycles",
        "158000000 rows",
    ),
    (
        "limits: {from: 18, to: 82}",
        "limits: {from: 83, to: 82}",
        "age.limits",
        "the lower end first",
    ),
    (
        'share: {printed: "1", count: 1, of: 7}',
        'share: {printed: "one", count: 1, of: 7}',
        "serious.share.printed",
        "a percentage, a count or both",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "words"), CASES, ids=[f"{c[2]}: {c[3]}" for c in CASES]
)
def test_a_mistake_is_told_at_its_key(tmp_path, old, new, key, words):
    assert COHORT.count(old) == 1, f"{old!r} stands {COHORT.count(old)} times"
    found = problems(tmp_path, COHORT.replace(old, new))
    told = [str(problem) for problem in found]
    assert any(words in text and key in text.partition("\n")[0] for text in told), told


def test_a_margin_over_rows_that_keep_takes_away_is_refused(tmp_path):
    text = COHORT.replace(
        "labels: {baseline: -7, week_12: 84, post: 180}, keep: {any:",
        'labels: {baseline: -7, week_12: 84, post: 180}, keep: {came: {is: "yes"}, any:',
    )
    text += "  came: {level: visits, share: {count: 300, of: 474}, tag: printed}\n"
    told = "\n".join(map(str, problems(tmp_path, text)))
    assert "quantities.came" in told
    assert "takes some away" in told


def test_several_mistakes_are_told_together(tmp_path):
    text = COHORT
    for old, new, _, _ in (CASES[0], CASES[3], CASES[16]):
        text = text.replace(old, new)
    keys = [problem.place.rpartition(": ")[2] for problem in problems(tmp_path, text)]
    assert keys == [
        "quantities.upper_norm.bands.values",
        "quantities.sway.level",
        "quantities.present.pick.count",
    ]


@pytest.mark.parametrize(
    ("values", "held"),
    [
        ((4, 3), Held("integer")),
        ((4.5, 3), Held("number")),
        (("low", "high"), Held("text", ("low", "high"))),
        (("low", 3), None),
    ],
)
def test_bands_hold_what_their_values_have_in_common(values, held):
    bands = {"of": "age", "up_to": (40,), "values": values}
    quantity = quantity_of({"level": "patients", "bands": bands})
    assert quantity.holds(lambda name: None) == held
