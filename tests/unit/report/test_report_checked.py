"""Displays that name what is not there, or what cannot be drawn so, are told with their line."""

import mini_trial
import pytest

from trialtrace.run.trial.check import check_trial

PLAN = mini_trial.PLAN + mini_trial.MORE_DISPLAYS
WRONG = [
    (
        "of: [relief_primary], estimate: prop",
        "of: [relief], estimate: prop",
        "displays.bars[1].of[1]",
        "an analysis of the plan",
    ),
    (
        "proportion.wilson}",
        "proportion.wald}",
        "displays.bars[1].estimate",
        "an estimate of relief_primary",
    ),
    (
        "estimate: risk_ratio.katz_log",
        "estimate: [risk_ratio.katz_log, odds_ratio.woolf]",
        "displays.forest[1].estimate",
        "methods of one statistic",
    ),
    (
        "pain, population: itt, missing: shown",
        "death, population: itt, missing: shown",
        "displays.stacked[1].endpoint",
        "an endpoint with values",
    ),
    ("missing: left_out", "missing: dropped", "displays.stacked[2].missing", "shown, left_out"),
    (
        "{title: Death, endpoint: death, population: itt, unit: days, at: [0, 30]}\n  spaghetti",
        "{title: Death, endpoint: pain, population: itt, unit: days, at: [0, 30]}\n  spaghetti",
        "displays.cumulative_incidence[1].endpoint",
        "an endpoint of kind time_to_event",
    ),
    (
        "endpoint: [pain]",
        "endpoint: [pain, first_pain]",
        "displays.spaghetti[1].endpoint[2]",
        "a repeated endpoint",
    ),
    (
        "of: drug, to: placebo, test",
        "of: drug, to: plcebo, test",
        "displays.tipping[1].to",
        'did you mean "placebo"?',
    ),
    (
        "analysis: relief_primary, of: drug",
        "analysis: pain_each, of: drug",
        "displays.tipping[1].analysis",
        "an analysis that describes a proportion",
    ),
    (
        "endpoint: [first_pain, relief]",
        "endpoint: [first_pain, nausea]",
        "displays.dose_intensity[1].endpoint[2]",
        "an endpoint with values",
    ),
    (
        "threshold: 5}",
        "threshold: 5, where: {LOCK: {is: knee}}}",
        "displays.dose_intensity[1].where.LOCK",
        "a column of the derived data",
    ),
    (
        "{title: Nausea, endpoint: nausea,",
        "{title: Nausea, endpoint: nausea_any,",
        "displays.adverse_events[1].endpoint",
        "an endpoint of kind occurrence",
    ),
    (
        "endpoint: nausea, population: itt}",
        "endpoint: nausea, population: itt, columns: [grade]}",
        "displays.adverse_events[1].columns[1]",
        "a column of nausea",
    ),
    (
        "baseline: before\n      better",
        "baseline: after\n      better",
        "displays.waterfall[1].baseline",
        "a visit of pain before its last",
    ),
    (
        "title: Best pain\n      endpoint: pain",
        "title: Best pain\n      endpoint: first_pain",
        "displays.waterfall[1].endpoint",
        "a repeated endpoint",
    ),
    (
        "at visits, endpoint: pain",
        "at visits, endpoint: relief",
        "displays.missingness[1].endpoint",
        "a repeated endpoint",
    ),
    (
        "against: placebo",
        "against: plcebo",
        "displays.adverse_dots[1].against",
        'did you mean "placebo"?',
    ),
    (
        "{title: Events, endpoint: nausea,",
        "{title: Events, endpoint: nausea_any,",
        "displays.adverse_dots[1].endpoint",
        "an endpoint of displays.adverse_events",
    ),
    (
        "{title: Events, endpoint: nausea, population: itt,",
        "{title: Events, endpoint: nausea, population: adults,",
        "displays.adverse_dots[1].population",
        "itt, as in its table",
    ),
]


def problems(root, plan):
    return [str(each) for each in check_trial(mini_trial.write_project(root, plan=plan), "mini")]


def test_every_further_display_is_in_order(tmp_path):
    assert problems(tmp_path, PLAN) == []


@pytest.mark.parametrize(("old", "new", "key", "told"), WRONG, ids=[each[2] for each in WRONG])
def test_a_mistake_is_told_at_its_key(tmp_path, old, new, key, told):
    assert PLAN.count(old) == 1, old
    found = problems(tmp_path, PLAN.replace(old, new))
    assert len(found) == 1
    assert f": {key}" in found[0] and told in found[0] and "plan.yaml:" in found[0]
