"""What a summary concludes: from the decision on the primary outcome, with its size."""

import html
import re
from dataclasses import fields
from types import SimpleNamespace

import mini_run
import mini_trial
import pytest

from trialtrace.report.material import Material
from trialtrace.report.sections import conclusion as module
from trialtrace.report.sections import subgroups
from trialtrace.report.sections.conclusion import NOT_ABSENT, SYNTHETIC, conclusion
from trialtrace.report.sections.readings import Readings
from trialtrace.report.sections.results_in_short import others_in_short
from trialtrace.report.sections.subgroups import by_randomised_strata
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.trial.load import load_settings


def words(markdown):
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", html.unescape(markdown))
    return text.replace(NO_BREAK, " ")


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    run = mini_run.run_mini(tmp_path_factory.mktemp("concluded"))
    return Material(run.trial, load_settings(run.at), run.folder, {})


def test_of_a_difference_that_is_not_shown_absence_is_not_said(mini):
    """Fisher's p of 6 of 10 against 3 of 9 is 0.37 by scipy."""
    told = words(conclusion(mini, {}))
    assert told.startswith(
        "A difference between Drug and Placebo is not shown: risk difference 26.7 percentage "
        "points ("
    )
    assert told.endswith(
        f" Decided at the level of 0.05. {NOT_ABSENT} Estimand: difference in risk, all randomised "
        "(treatment policy); estimated from the 19 of 20 whose outcome is known."
    )
    assert SYNTHETIC not in told


@pytest.mark.parametrize(
    ("value", "p", "better", "told"),
    [
        (0.2, 0.01, None, "a difference between Drug and Placebo is shown"),
        (0.2, 0.01, "higher", "superiority of Drug over Placebo is shown"),
        (0.2, 0.01, "lower", "superiority of Placebo over Drug is shown"),
        (-0.2, 0.01, "lower", "superiority of Drug over Placebo is shown"),
        (-0.2, 0.4, "lower", "superiority of Drug over Placebo is not shown"),
    ],
)
def test_superiority_is_of_the_arm_that_is_better(mini, monkeypatch, value, p, better, told):
    (analysis,) = module.leading(mini)
    monkeypatch.setattr(module, "planned_side", lambda *_: better)
    found = next(module.compared(mini, analysis))
    estimate = found.estimate | {"stat_value": value}
    text = words(module._of_pair(mini, analysis, estimate, found.planned | {"stat_value": p}))
    assert text.startswith(f"{told}: risk difference ")


def test_a_margin_is_named_with_what_is_shown_of_it(mini):
    (analysis,) = module.leading(mini)
    found = next(module.compared(mini, analysis))
    p = found.planned | {"stat_value": 0.01, "options": '{"margin": -0.1, "sides": "greater"}'}
    text = words(module._of_pair(mini, analysis, found.estimate, p))
    assert text.startswith("non-inferiority of Drug to Placebo at \N{MINUS SIGN}0.1 is shown: ")


def test_readings_that_speak_against_a_result_stand_beside_it(mini, monkeypatch):
    """An interval without no effect, beside those of all randomised and of other rules with it."""
    (analysis,) = module.leading(mini)
    first = next(module.compared(mini, analysis)).estimate
    clear = first | {"ci_low": 0.1, "ci_high": 0.4}
    wide = first | {"ci_low": -0.1, "ci_high": 0.5, "stat_text": "20 (-10 to 50)"}
    none = {field.name: [] for field in fields(Readings)}
    of_all = {"first": clear, "everybody": [wide, wide], "rules": [wide, clear, clear]}
    monkeypatch.setattr(module, "readings", lambda *_: [Readings(**none | of_all)])
    assert words(" ".join(module._against(mini, [analysis], {}))) == (
        "Other choices disagree: for Drug against Placebo, the null value lies within the interval "
        "of all randomised (20 (-10 to 50)) and 1 more and 1 of 3 intervals by other definitions "
        "of the outcome."
    )
    # What agrees is not counted; bounds with no effect in them bear out an interval that has it.
    of_all = {"first": wide, "everybody": [wide, clear], "bounds": [(first, first)]}
    monkeypatch.setattr(module, "includes_no_effect", lambda *_: True)
    monkeypatch.setattr(module, "readings", lambda *_: [Readings(**none | of_all)])
    assert words(" ".join(module._against(mini, [analysis], {}))).endswith(
        f"the null value lies outside the interval of all randomised ({words(first['stat_text'])})."
    )
    monkeypatch.setattr(module, "readings", lambda *_: [Readings(**none | {"first": clear})])
    assert [*module._against(mini, [analysis], {})] == []


BESIDE = """\
  relief_all:
    label: Relief of all
    role: primary
    of: relief_primary
    estimates: [{risk_difference: miettinen_nurminen}]
  relief_published:
    label: Relief as published
    role: published
    of: relief_primary
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


def test_a_primary_analysis_of_the_same_question_stands_beside_the_result(beside):
    """No second estimand, and what one of the two alone shows is not shown; where both say the
    same, the first stands for both."""
    told = words(conclusion(beside, {}))
    assert told.count("Estimand: difference in risk") == 1
    assert "Relief of all" not in told
    (analysis,) = module.leading(beside)
    found = next(module.compared(beside, analysis))
    clear = found.estimate | {"ci_low": 0.1, "ci_high": 0.4}
    text = words(module._of_pair(beside, analysis, clear, found.planned | {"stat_value": 0.01}))
    assert text.startswith(
        "a difference between Drug and Placebo is shown by “Relief” alone: risk difference 26.7 "
    )
    assert "; by “Relief of all” 26.7 percentage points (" in text


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
    assert [one.name for one in module.leading(material)] == ["relief", "women"]


def test_a_summary_has_what_the_main_report_has_beside_a_result(beside):
    (analysis,) = module.leading(beside)
    told = [words(text) for text in others_in_short(beside, analysis, lambda _: "")]
    published, parts = told
    assert published.startswith("Relief as published: risk difference 26.7 percentage points (")
    counts = {
        (row["stratum"], row["group1_level"]): f"{row['stat_value']:g} of {row['denominator']}"
        for row in beside.of("relief_parts")
        if row["method"] == "count.events"
    }
    smokers = f"Yes {counts['smoker=Yes', 'drug']} and {counts['smoker=Yes', 'placebo']}"
    assert parts.startswith("Relief by smoking, counts: ") and smokers in parts


def test_strata_of_the_randomisation_with_other_effects_stand_in_the_summary(beside, monkeypatch):
    (analysis,) = module.leading(beside)
    assert [*by_randomised_strata(beside, analysis, lambda _: "")] == []
    own = subgroups.interactions
    small = {"stat_value": 0.01, "stat_text": "0.01"}
    monkeypatch.setattr(subgroups, "interactions", lambda *of: [row | small for row in own(*of)])
    (told,) = by_randomised_strata(beside, analysis, lambda _: "")
    assert words(told).startswith("Relief by site (exploratory, not adjusted): interaction p ")


def test_a_synthetic_cohort_and_arms_together_conclude_nothing():
    made_up = SimpleNamespace(synthetic=True, pooled=True, plan=SimpleNamespace(analyses={}))
    told = conclusion(SimpleNamespace(trial=made_up), {})
    assert told == f"{module.NOTHING} {SYNTHETIC}"
