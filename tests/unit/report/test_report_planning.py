"""Designs of a plan in a report: numbers with a trace."""

import json
import re
from html import unescape

import mini_trial
import pytest

from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.rcode.call import NoCall
from trialtrace.report.rcode.script import Scripts
from trialtrace.report.sections.planning_section import planning_section
from trialtrace.run.trial.load import load_settings

DESIGNS = """
planning:
  relief:
    label: Relief, two arms
    design: two_proportions
    basis: grid
    note: Nothing is singled out.
    arms: [drug, placebo]
    patients: [39, 40]
    alpha: 0.05
    sides: two_sided
    power: [0.8]
    test: chi_squared
    better: lower
    control: [0.6, 0.7]
    treated: [0.3, 0.65]
  reached:
    label: Relief, patients reached
    design: one_proportion
    basis: grid
    arms: [drug, placebo]
    reached: itt
    risks: [0.5]
displays:
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory, make_site):
    plan = mini_trial.PLAN.replace("\ndisplays:\n", DESIGNS)
    return make_site(tmp_path_factory.mktemp("planning"), plan=plan)


def test_the_section_says_what_is_assumed_and_links_each_number(run):
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    rows = {row["result_id"]: row for row in material.of("planning")}
    text = unescape(planning_section(material))
    assert all(trace_link(one) in text for one in rows) and len(rows) > 10
    assert "| control 0.6, treated 0.3, power 80" in text
    assert "Wilson's interval of the share, percentage" in text
    assert "Newcombe's interval of the risk difference, percentage" in text
    assert "as planned" in text and "as reached, All randomised" in text
    assert "Nothing is singled out" in text and "a grid that singles out none" in text
    # By hand in R, by pnorm and qnorm: 0.7747.
    shown = re.search(r"\| control 0\.6, treated 0\.3 \| power \| \[([\d.]+)\s%\]", text)
    assert shown is not None and shown[1] == "77.5"


def test_a_number_of_patients_that_was_reached_has_members_and_a_planned_one_has_none(run):
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    for row in material.of("planning"):
        trace = material.tracer.trace(row["result_id"])
        reached = row["parameter"] == "reached"
        assert bool(trace["rows"]) == reached
        assert trace["plan"]["key"] == f"planning.{row['parameter']}"
        assert trace["checks"] and all(check["agrees"] for check in trace["checks"])
        given = trace["method"]["options"]
        assert given["basis"] == "grid"
        assert (row["n_used"] == sum(given["patients"])) == reached


def test_the_plan_lists_the_same_results(run):
    from trialtrace.run.methods.analysing.planned import planned_results

    material = Material(run.trial, load_settings(run.at), run.folder, {})
    planned = [one.pattern for one in planned_results(run.trial) if one.analysis == "planning"]
    assert planned == [row["result_id"] for row in material.of("planning")]
    assert all(json.loads(row["options"])["design"] for row in material.of("planning"))


def test_a_number_of_planning_has_no_script_and_says_so(run):
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    with pytest.raises(NoCall, match="planning have no script of R"):
        Scripts(material.tracer).one(material.of("planning")[0]["result_id"])
