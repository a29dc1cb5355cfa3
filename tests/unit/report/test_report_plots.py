"""Maps of missing values, dots of adverse events: what they show, counted by hand."""

import mini_run
import mini_trial
import pytest
from mini_trial import settings_of

from trialtrace.report.figures import (
    adverse_dots,
    bars,
    kaplan_meier,
    missingness,
    profile,
)
from trialtrace.report.figures.make import draw_figures
from trialtrace.report.figures.picture import NothingToDraw
from trialtrace.report.material import Material

PLAN = mini_trial.PLAN + mini_trial.MORE_DISPLAYS
NO_CLAIMS = "papers: {}\nclaims: {}\n"


def made(root, rows=None, disclosure="full", plan=PLAN):
    run = mini_run.run_mini(root, rows, plan=plan, claims=NO_CLAIMS)
    return Material(run.trial, settings_of("mini", disclosure), run.folder, {})


def given(material, kind):
    return material.trial.plan.displays[kind][0]


def gone(number):
    """The drug has odd numbers: of its ten patients 1 and 3 lack the second pain, 5 both; of
    placebo 2 the first alone."""
    if number in (1, 3, 5):
        return {"pain1": ""} | ({"pain0": ""} if number == 5 else {})
    return {"pain0": ""} if number == 2 else {}


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    rows = [row | gone(row["id"]) for row in mini_run.patients()]
    return made(tmp_path_factory.mktemp("plots"), rows)


def test_patterns_of_missing_values_are_counted_by_arm(mini):
    picture = missingness.draw(mini, given(mini, "missingness"))
    assert [row[1:4] for row in picture.data.rows] == [
        ("Drug", "before; after", 7),
        ("Drug", "before", 2),
        ("Drug", "none", 1),
        ("Placebo", "before; after", 9),
        ("Placebo", "after", 1),
    ]
    assert "Drug: 7 of 10 at every visit, 1 at none" in picture.alt
    texts = [[text.get_text() for text in axes.texts] for axes in picture.figure.axes]
    assert texts == [["7", "2", "1"], ["9", "1"]]


def test_a_row_of_patterns_is_as_high_as_its_patients_are_many(mini):
    first, _ = missingness.draw(mini, given(mini, "missingness")).figure.axes
    heights = [bars.get_paths()[0].get_extents().height for bars in first.collections]
    assert heights == pytest.approx([0.7, 0.7, 0.2, 0.2, 0.1, 0.1])


def test_a_restricted_map_names_no_patient_and_has_the_same_counts(mini, tmp_path):
    restricted = Material(mini.trial, settings_of("mini", "restricted"), mini.folder, {})
    draw_figures(restricted, tmp_path)
    text = (tmp_path / "missingness_1.csv").read_text(encoding="utf-8")
    assert "mini-" not in text and "Pain,Drug,before; after,7" in text
    assert not (tmp_path / "spaghetti_1.csv").exists()


def test_dots_of_adverse_events_have_shares_and_newcombe_differences(mini):
    """Patient 1 (drug) and 4 (placebo) had nausea, 1 of 10 each. Newcombe 1998, method 10, by hand:
    Wilson's bounds of 1/10 are 0.0179 and 0.4042, so that ±√(0.0821² + 0.3042²) = 0.3150."""
    picture = adverse_dots.draw(mini, given(mini, "adverse_dots"))
    drug, placebo = picture.data.rows
    assert drug[1:5] == ("Nausea", "Drug", 1, 10) and placebo[1:5] == ("Nausea", "Placebo", 1, 10)
    assert drug[5:] == pytest.approx((0, -0.3150, 0.3150), abs=2e-4)
    assert placebo[5:] == (None, None, None)
    results = {row["result_id"]: row for row in mini.of("adverse_events")}
    assert results[drug[0]]["group1_level"] == "drug"
    left, right = picture.figure.axes
    assert [line.get_xdata()[0] for line in left.get_lines()] == [0.1, 0.1]
    assert any(list(line.get_xdata()) == [0.0] for line in right.get_lines())
    assert "Nausea: Drug 10.0%, Placebo 10.0%" in picture.alt
    labels = [text.get_text() for text in picture.figure.legends[0].get_texts()]
    assert labels == ["Drug (n = 10)", "Placebo (n = 10)"]


def test_events_of_too_few_are_not_drawn(mini):
    with pytest.raises(NothingToDraw, match="as many patients"):
        adverse_dots.draw(mini, given(mini, "adverse_dots") | {"least": 2})


@pytest.mark.parametrize(("module", "kind"), [(bars, "bars"), (kaplan_meier, "kaplan_meier")])
def test_a_long_title_of_an_axis_is_within_the_figure(mini, module, kind):
    title = "Patients with at least half of what was planned, as we and as the authors count it"
    figure = module.draw(mini, given(mini, kind) | {"title": title}).figure
    figure.canvas.draw()
    label = figure.axes[0].yaxis.label
    assert " ".join(label.get_text().split()) == title
    box, whole = label.get_window_extent(), figure.bbox
    assert whole.y0 <= box.y0 and box.y1 <= whole.y1


def test_a_threshold_is_told_with_what_is_held_against_it(mini, monkeypatch):
    inputs = given(mini, "bars") | {"of": ["relief_primary", "relief_by_smoker"]}
    of = [mini.trial.plan.analyses[name].label for name in inputs["of"]]
    ends = {
        0: ".",
        1: f", the plan's threshold of “{of[0]}”, against which nothing else here is held.",
    }
    for held, end in (ends | {len(of): ", the plan's threshold."}).items():
        monkeypatch.setattr(
            bars, "threshold_of", lambda _, one, held=held: "50 %" * (one.label in of[:held])
        )
        assert bars.draw(mini, inputs | {"threshold": 0.5}).caption.endswith(
            f" The line is at 50 %{end}"
        )


def test_an_axis_of_means_says_the_range_and_which_values_are_better(mini):
    (one,) = profile.draw(mini, given(mini, "profile")).figure.axes
    assert " ".join(one.get_ylabel().split()).endswith("mean; 0 to 10, higher is worse")
