"""Other choices beside a primary result: which they are, and how they are told."""

import html
import re
from dataclasses import replace
from types import SimpleNamespace

import mini_run
import mini_trial
import pytest

from trialtrace.report.figures import rows_shown
from trialtrace.report.figures.rows_shown import reservations
from trialtrace.report.material import Material
from trialtrace.report.sections import findings, questions
from trialtrace.report.sections.analysis_section import analysis_sentences, analysis_table
from trialtrace.report.sections.analysis_tables import analysis_tables
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.trial.load import load_settings
from trialtrace.run.trial.plan.analysis import DecisionLevel


def words(markdown):
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", html.unescape(markdown))
    return text.replace(NO_BREAK, " ")


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    run = mini_run.run_mini(tmp_path_factory.mktemp("concluded"))
    return Material(run.trial, load_settings(run.at), run.folder, {})


BESIDE = """\
  relief_all:
    label: Relief of all
    role: primary
    of: relief_primary
    estimates: [{risk_difference: miettinen_nurminen}]
  relief_published:
    label: Relief as published
    role: published
    report: summary
    note: Its rule. Its details.
    of: relief_primary
    describe: [{proportion: wilson}]
    estimates: [{risk_difference: wald}]
  relief_paired:
    label: Relief by another interval
    role: sensitivity
    report: main
    of: relief_primary
    estimates: [{risk_difference: newcombe}]
  relief_by_site:
    label: Relief by site
    role: subgroup
    of: relief_primary
    by: site
    interaction: {breslow_day: {correction: none}}
  relief_parts:
    label: Relief by smoking, counts
    role: exploratory
    report: main
    of: relief_primary
    by: smoker
    describe: [{proportion: wilson}]
multiplicity:
"""


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    plan = mini_trial.PLAN.replace("multiplicity:\n", BESIDE)
    run = mini_run.run_mini(tmp_path_factory.mktemp("beside"), plan=plan)
    return Material(run.trial, load_settings(run.at), run.folder, {})


def test_an_analysis_of_other_rows_is_a_question_of_its_own():
    estimand = SimpleNamespace(name="all")
    analyses = {
        name: SimpleNamespace(
            name=name, role="primary", of=of, estimand=estimand, value=None, where=where
        )
        for name, of, where in (
            ("relief", None, None),
            ("imputed", "relief", None),
            ("women", "relief", "sex = F"),
        )
    }
    plan = SimpleNamespace(analyses=analyses)
    material = SimpleNamespace(trial=SimpleNamespace(plan=plan))
    assert [one.name for one in questions.leading(material)] == ["relief", "women"]


def test_the_primary_interval_of_a_look_is_named_wherever_another_stands(beside, monkeypatch):
    """In the methods of the summary, with the analysis, where the table has both, and beneath a
    forest plot, which draws it with the counts of its arms."""
    (analysis,) = questions.leading(beside)
    own = beside.trial.plan.analyses
    level = DecisionLevel(
        boundary="spending_obrien_fleming", alpha=0.05, fractions=(0.5, 1.0), look=1
    )
    looked = replace(analysis, level=level)
    at_level = replace(own["relief_published"], confidence=0.99, role="sensitivity")
    assert questions.of_look(beside, analysis) == []
    for one in (looked, at_level):
        monkeypatch.setitem(own, one.name, one)
    assert questions.of_look(beside, looked) == [at_level]
    of_level = next(r for r in beside.of(at_level.name) if r["stat_name"] == "risk_difference")
    for room in (findings, rows_shown):
        monkeypatch.setattr(room, "at_look", lambda *_: of_level)
    told = words(analysis_sentences(beside, looked) + analysis_table(beside, looked))
    only = (
        "The primary intervals are at 99 %: adjusted for the interim analyses, they hold whether "
        "or not the trial stops (Jennison and Turnbull's repeated intervals). No other interval is "
        "adjusted for the interim analyses."
    )
    assert only in told
    filed = f"level, of “{at_level.label}”, which the plan files under sensitivity analyses; other"
    assert f"The primary interval is at the 99 % {filed}" in told
    assert "which the plan files" not in words(analysis_sentences(beside, analysis))
    assert "risk difference " + of_level["stat_text"] in told
    assert ", unadjusted for interim analyses 26.7 (95 % CI −15.8 to 58.1); 6 of 10" in told
    table = words(analysis_tables(beside, looked.name))
    assert table.count("| Risk difference") == 2 and f"{only}" in table
    assert questions.looked_at(beside, at_level.name) == looked.name
    assert questions.looked_at(beside, "relief_all") == "relief_all"
    # Wherever both stand, each says which it is.
    named = [questions.label_at_look(beside, one) for one in (looked, at_level, own["relief_all"])]
    assert named == [
        "Relief (unadjusted for interim analyses)",
        f"{at_level.label} (primary)",
        "Relief of all",
    ]
    estimate = next(findings.compared(beside, looked)).estimate
    # A caption has the level; when it holds stands with the analysis.
    short = "at 99 %; no other interval is adjusted for the interim analyses."
    assert reservations(beside, [estimate]).endswith(short)
    drawn = rows_shown.estimates(beside, {"of": [looked.name], "estimate": estimate["method"]})
    assert [row["analysis_id"] for row in drawn] == [at_level.name]
    assert rows_shown.counted(beside, drawn)[1] == [["6/10", "3/9"]]
    of_level = questions.at_look(beside, looked, estimate | {"method": "risk_difference.wald"})
    assert of_level["analysis_id"] == at_level.name


@pytest.mark.parametrize(
    ("stat", "kind", "higher", "side"),
    [
        ("hazard_ratio", "time_to_event", "worse", "lower"),
        # Of those whom the event spared, more are better where it is worse.
        ("survival_difference", "time_to_event", "worse", "higher"),
        ("mean_time_ratio", "time_to_event", "better", "lower"),
        ("risk_difference", "event", "better", "higher"),
        ("risk_ratio", "event", None, None),
        # The better outcome wins, whatever its scale.
        ("win_ratio", "measure", "worse", "higher"),
    ],
)
def test_an_endpoint_says_which_estimates_are_better(stat, kind, higher, side):
    endpoint = SimpleNamespace(higher=higher, kind=kind)
    material = SimpleNamespace(trial=SimpleNamespace(endpoints={"of": endpoint}))
    rows = [{"stat_name": stat, "parameter": "of"}]
    assert rows_shown.by_endpoint(material, rows) == side
