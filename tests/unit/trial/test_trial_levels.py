"""Levels that nobody means without a reason, and a control that is compared with another arm."""

from html import unescape

import mini_run
from mini_trial import PLAN

from trialtrace.report.material import Material
from trialtrace.report.sections.analysis_section import analysis_sentences
from trialtrace.run.trial.load import load_settings, load_trial

REASON = "level_reason: To show what such a level does"


def test_the_report_says_the_reasons(tmp_path):
    plan = PLAN.replace("{of: drug, to: placebo}", "{of: placebo, to: drug, reason: As it was}", 1)
    plan = plan.replace("confidence: 0.95", f"confidence: 0.4\n{REASON}")
    claims = "papers: {}\nclaims: {}\n"
    run = mini_run.run_mini(tmp_path, plan=plan, claims=claims)
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    analysis = load_trial("mini", run.at).plan.analyses["relief_primary"]
    text = unescape(analysis_sentences(material, analysis))
    assert "Placebo against Drug (As it was)" in text
    assert "Why such levels: To show what such a level does" in text
