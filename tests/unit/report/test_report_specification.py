"""The specification strip of a primary result, and what figures say to who cannot see them."""

import mini_run
import mini_trial
import pytest

from trialtrace.report.figures import tipping
from trialtrace.report.figures.forest import strip
from trialtrace.report.figures.make import draw_figures
from trialtrace.report.figures.rows_shown import STRIP
from trialtrace.report.figures.specification import strips
from trialtrace.report.images import strips as strip_images
from trialtrace.report.material import Material
from trialtrace.report.render.tree.drawings import HIGHEST, WIDTH
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


# Points of the type of a figure.
TYPE = 9


def printed(figure) -> float:
    """The size of its type on a page, in points."""
    wide, high = figure.get_size_inches()
    return TYPE * min(1, WIDTH / (72 * wide), HIGHEST / (72 * high))


def test_two_comparisons_have_headings_and_type_that_can_be_read_in_print(mini):
    ((_, picture),) = strips(mini)
    rows = same_question(mini, mini.trial.plan.analyses["relief_primary"])
    name = (
        "CIPN of all randomised patients, by augmented models (multiple imputation, Rubin's rules)"
    )
    blocks = {f"{arm} against Placebo": [(name, row) for row in rows * 3] for arm in "AB"}
    figure = strip(mini, "risk_difference", blocks, None)
    labels = figure.axes[0].get_yticklabels()
    assert len(labels) == 2 * 9 + 2
    assert [one.get_text() for one in labels if one.get_fontweight() == "bold"] == list(blocks)
    shown = {text.get_text() for text in figure.axes[0].texts}
    assert shown == {"n", *(str(row["n_used"]) for row in rows)}
    assert printed(figure) > 6.8 and printed(picture.figure) > 6.8


def test_two_tipping_maps_fit_a_page(mini):
    given = mini.trial.plan.displays["tipping"][0]
    wide, high = tipping.draw(mini, given).figure.get_size_inches()
    caption = 80
    assert 2 * (WIDTH * high / wide + caption) < 660


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
