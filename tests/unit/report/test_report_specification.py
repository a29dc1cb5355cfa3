"""The specification strip of a primary result, and what figures say to who cannot see them."""

import mini_run
import mini_trial
import pytest

from trialtrace.report.figures.make import draw_figures
from trialtrace.report.figures.rows_shown import STRIP
from trialtrace.report.figures.specification import strips
from trialtrace.report.images import strips as strip_images
from trialtrace.report.material import Material
from trialtrace.report.same_question import same_question
from trialtrace.trial.load import load_settings

OTHER = """\
  relief_other:
    label: Relief, other intervals
    role: sensitivity
    of: relief_primary
    estimates: [{risk_difference: wald}, {risk_difference: miettinen_nurminen}]
    tests: [{fisher: {sides: two_sided}}]
  relief_by_smoker:
"""


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    plan = mini_trial.PLAN.replace("  relief_by_smoker:\n", OTHER) + mini_trial.MORE_DISPLAYS
    run = mini_run.run_mini(tmp_path_factory.mktemp("strips"), plan=plan)
    return Material(run.trial, load_settings(run.at), run.folder, {})


def test_a_strip_has_each_estimate_of_the_same_question_sorted(mini):
    ((analysis, picture),) = strips(mini)
    assert analysis == "relief_primary"
    wanted = same_question(mini, mini.trial.plan.analyses[analysis])
    assert {row["stat_name"] for row in wanted} == {"risk_difference"} and len(wanted) == 3
    columns = dict(zip(picture.data.columns, zip(*picture.data.rows, strict=True), strict=True))
    assert set(columns["result"]) == {row["result_id"] for row in wanted}
    assert list(columns["value"]) == sorted(columns["value"])
    assert any("Wald" in name for name in columns["line"])
    assert "26.7 (" in picture.alt


def test_it_stands_beside_its_analysis_and_on_the_summary(mini, tmp_path):
    drawn = draw_figures(mini, tmp_path)
    (strip,) = [each for each in drawn if each.kind == STRIP]
    assert strip.analysis == "relief_primary" and (tmp_path / strip.file).is_file()
    assert f"#{strip.label}" in strip_images(drawn)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("forest", "Forest plot of the risk ratio: Relief 1.80 ("),
        ("bars", "Relief, Drug 60.0 % ("),
        ("flow", "Randomised 20: Drug 10, Placebo 10."),
        ("kaplan_meier", "without the event at 30 days: Drug "),
    ],
)
def test_words_for_a_picture_tell_its_result(mini, tmp_path, kind, told):
    found = [each.alt for each in draw_figures(mini, tmp_path) if each.kind == kind]
    assert found and told in found[0].replace("\N{NO-BREAK SPACE}", " ")
