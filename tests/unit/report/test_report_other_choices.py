"""Other choices beside a primary result: which they are, and how they are told."""

import html
import re
from dataclasses import fields, replace
from types import SimpleNamespace

import mini_run
import mini_trial
import pytest

from trialtrace.report.figures import rows_shown
from trialtrace.report.figures.rows_shown import reservations
from trialtrace.report.material import Material
from trialtrace.report.sections import decisions, findings, questions, this_reanalysis
from trialtrace.report.sections import readings as readings_module
from trialtrace.report.sections import results_in_short as results_module
from trialtrace.report.sections.analysis_section import analysis_sentences
from trialtrace.report.sections.analysis_tables import analysis_tables
from trialtrace.report.sections.readings import Readings
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


def test_readings_that_speak_against_a_result_stand_beside_it(mini, monkeypatch):
    """An interval without no effect, beside those of all randomised and of other rules with it."""
    (analysis,) = questions.leading(mini)
    first = next(findings.compared(mini, analysis)).estimate
    clear = first | {"ci_low": 0.1, "ci_high": 0.4}
    wide = first | {"ci_low": -0.1, "ci_high": 0.5, "stat_text": "20 (-10 to 50)"}
    none = {field.name: [] for field in fields(Readings)}
    of_all = {"first": clear, "everybody": [wide, wide], "rules": [wide, clear, clear]}
    monkeypatch.setattr(this_reanalysis, "readings", lambda *_: [Readings(**none | of_all)])
    text = words(" ".join(this_reanalysis._against(mini, {})))
    assert text.startswith(
        "drug against placebo: unlike the result above, these include no effect (risk difference"
    )
    # No score: intervals of the same counts would be counted several times.
    assert " of 5" not in text
    assert text.endswith("2 for all randomised and 3 by other definitions of the outcome.")
    assert text.count("“") == 3 and "(-10.0 to 50.0)" in text.replace("\N{MINUS SIGN}", "-")
    # Bounds with no effect in them bear out an interval that has it.
    of_all = {"first": wide, "everybody": [wide, clear], "bounds": [(first, first)]}
    monkeypatch.setattr(this_reanalysis, "includes_no_effect", lambda *_: True)
    monkeypatch.setattr(this_reanalysis, "readings", lambda *_: [Readings(**none | of_all)])
    text = words(" ".join(this_reanalysis._against(mini, {})))
    assert "these exclude no effect" in text and "bounds" not in text
    monkeypatch.setattr(
        this_reanalysis, "readings", lambda *_: [Readings(**none | {"first": clear})]
    )
    assert [*this_reanalysis._against(mini, {})] == []


def test_another_measure_among_other_choices_has_its_name(mini):
    (analysis,) = questions.leading(mini)
    first = next(findings.compared(mini, analysis)).estimate
    assert "odds ratio " in this_reanalysis._choice(
        mini, first | {"stat_name": "odds_ratio"}, first
    )
    assert "risk difference" not in this_reanalysis._choice(mini, first, first)


def test_a_result_above_is_no_other_choice(beside, monkeypatch):
    """What another primary analysis of the same question gives stands in the results: neither the
    summary nor the report counts it."""
    (analysis,) = questions.leading(beside)
    assert any(
        row["analysis_id"] == "relief_all" for row in questions.same_question(beside, analysis)
    )
    (read,) = readings_module.readings(beside, analysis)
    every = [*read.methods, *read.everybody]
    assert every and "relief_all" not in {row["analysis_id"] for row in every}
    first = next(findings.compared(beside, analysis)).estimate | {"ci_low": 0.1, "ci_high": 0.4}
    wide = {"ci_low": -0.1, "ci_high": 0.5}
    rows = [first | wide | {"analysis_id": name} for name in ("relief_paired",)]
    none = {field.name: [] for field in fields(Readings)}
    given = [Readings(**none | {"first": first, "methods": rows})]
    monkeypatch.setattr(this_reanalysis, "readings", lambda *_: given)
    text = words(" ".join(this_reanalysis._against(beside, {})))
    assert "these include no effect" in text and "“Relief by another interval”" in text
    # Of two results above it is said which; a single kind is not counted again.
    assert "unlike the first result above" in text and "Looked at" not in text
    p = first | {"stat_name": "p_value", "stat_value": 0.2, "stat_text": "0.20"}
    given[0] = Readings(**none | {"first": first, "methods": rows, "tested": [p]})
    text = words(" ".join(this_reanalysis._against(beside, {})))
    assert "Looked at, some with the same numbers: 1 by other methods and 1 for" in text


@pytest.mark.parametrize(
    ("on_print", "found", "told"),
    [
        ("question", "The difference is 7.8; 7.7 is that of the parts.", "; 7.7 is"),
        (
            "contradicts",
            "3 of 29 is 10.3 %; printed is 24.1 %. 7 would.",
            "; 3 of 29 is 10.3 %",
        ),
        ("contradicts", "It is " + "far " * 40 + "off.", ""),
        ("not_checked", "No test gives it.", ""),
    ],
)
def test_a_conflict_has_its_cause_where_the_audit_says_it_in_a_clause(on_print, found, told):
    row = {"on_print": on_print, "print_finding": found}
    row |= {"against_data": "no_result" if on_print == "contradicts" else "differs"}
    text = this_reanalysis._cause(row)
    assert text.startswith(told) and bool(text) == bool(told)


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


@pytest.mark.parametrize(
    ("p", "ends", "parts"),
    [(0.01, (0.1, 0.4), True), (0.2, (0.1, 0.4), False), (0.01, (-0.1, 0.4), False)],
    ids=["another parts from it", "not below the level", "both compatible with no effect"],
)
def test_a_test_that_another_primary_analysis_parts_from_shows_nothing(
    beside, monkeypatch, p, ends, parts
):
    """Behind the verdict on the p, with the way to what parts from it."""
    (analysis,) = questions.leading(beside)
    own = findings.compared

    def compared(material, one):
        for found in own(material, one):
            if one is analysis:
                estimate = found.estimate | {"ci_low": ends[0], "ci_high": ends[1]}
                found = replace(found, estimate=estimate, planned=found.planned | {"stat_value": p})
            yield found

    for room in (findings, decisions):
        monkeypatch.setattr(room, "deciding", lambda material, one, p: p)
    monkeypatch.setattr(findings, "compared", compared)
    (told,) = findings.sentences(beside, analysis)
    but = ", but see “[Relief of all](#sec-of-relief-all)”: no effect is shown"
    assert (but in told) is parts
    (plain,) = (text for text in findings.primary_results(beside) if "adjustment" in text)
    assert ("0.05, but see “Relief of all”: no effect is shown" in plain) is parts
    assert " agrees" not in told
    monkeypatch.setattr(findings, "parting", lambda *_: None)
    (told,) = findings.sentences(beside, analysis)
    assert (", and “[Relief of all](#sec-of-relief-all)” agrees" in told) is parts


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


def test_a_difference_of_mean_times_has_its_horizon(mini, monkeypatch):
    (analysis,) = questions.leading(mini)
    (found,) = findings.compared(mini, analysis)
    of = {"stat_name": "mean_time_difference", "unit": "days", "stat_text": "9 days"}
    row = found.estimate | of | {"options": '{"horizon": 1826}'}
    told = words(results_module.sizes(mini, analysis, [replace(found, estimate=row)]))
    assert told.endswith("difference in restricted mean time, up to 5 years 9 days")


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
    told = words(analysis_sentences(beside, looked))
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
