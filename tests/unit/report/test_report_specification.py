"""The specification strip of a primary result, and what figures say to who cannot see them."""

import html
import re

import mini_run
import mini_trial
import pytest

from trialtrace.report.figures import tipping
from trialtrace.report.figures.forest import _estimate, strip
from trialtrace.report.figures.make import _heading, beside, draw_figures, of_summary, strips
from trialtrace.report.figures.rows_shown import STRIP
from trialtrace.report.material import Material
from trialtrace.report.render.tree.nodes import HIGHEST, WIDTH
from trialtrace.report.sections.choices import other_choices
from trialtrace.report.sections.questions import same_question
from trialtrace.run.trial.load import load_settings

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


VISITS = """\
  pain_after:
    label: Pain after
    role: primary
    estimand: pain_itt
    visits: [after]
    estimates: [{mean_difference: welch}]
    tests: [{welch_t: {sides: two_sided}}]
  pain_visits:
    label: Pain at each visit
    role: sensitivity
    of: pain_after
    visits: all
    estimates:
      - {mean_difference: student}
      - {mean_difference: welch}
      - {mean_difference: {method: ancova, covariates: [age], strata: [], variance: model}}
    tests: [{welch_t: {sides: two_sided}}]
  pain_otherwise:
    label: Pain of another question
    role: supportive
    of: pain_after
    estimand: pain_other
    estimates: [{mean_difference: welch}]
  death_hazards:
    label: Hazards
    role: sensitivity
    of: death_time
    tests: [{proportional_hazards: {ties: efron, transform: km}}]
  death_breslow:
    label: Breslow's ties
    role: sensitivity
    of: death_time
    estimates: [{hazard_ratio: {method: cox, ties: breslow}}]
multiplicity:
"""
OTHER_ESTIMAND = """\
  pain_other:
    treatment: {of: [drug], to: placebo}
    population: adults
    variable: pain
    intercurrent: []
    summary: difference in means of adults
analyses:
"""


@pytest.fixture(scope="module")
def visits(tmp_path_factory):
    plan = mini_trial.PLAN.replace("multiplicity:\n", VISITS, 1)
    plan = plan.replace("analyses:\n", OTHER_ESTIMAND, 1)
    plan = plan.replace("label: Death\n    role: secondary", "label: Death\n    role: primary")
    run = mini_run.run_mini(tmp_path_factory.mktemp("visits"), plan=plan)
    return Material(run.trial, load_settings(run.at), run.folder, {})


def lines(material, name):
    """The cells of each table of other choices of an analysis, by their heads."""
    made = other_choices(material, material.trial.plan.analyses[name])
    text = html.unescape(re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", made))
    tables = []
    for table in (part for part in text.split(":::") if "| --- |" in part):
        rows = [line[2:-2].split(" | ") for line in table.splitlines() if line.startswith("|")]
        tables.append([dict(zip(rows[0], line, strict=True)) for line in rows[2:]])
    return tables


def test_an_interval_of_another_level_says_so(visits):
    row = next(r for r in visits.of("pain_after") if r["stat_name"] == "mean_difference")
    other = row | {"ci_level": 0.9905}
    assert _estimate(other, 0.95).endswith(") at 99.05%") and "at" not in _estimate(row, 0.95)


def test_another_visit_or_estimand_is_another_question(visits):
    analysis = visits.trial.plan.analyses["pain_after"]
    found = same_question(visits, analysis)
    assert {row["visit"] for row in found} == {"after"} and len(found) == 3
    assert {row["analysis_id"] for row in found} == {"pain_after", "pain_visits"}
    shown = dict(strips(visits))["pain_after"]
    drawn = [line[0] for line in shown.data.rows]
    assert sorted(drawn) == sorted(row["result_id"] for row in found)
    same, other = lines(visits, "pain_after")
    assert {line["Analysis"] for line in same} == {"Pain after", "Pain at each visit", ""}
    assert [(line["Analysis"], line["Visit"]) for line in other if line["Analysis"]] == [
        ("Pain at each visit", "before"),
        ("Pain of another question", "after"),
    ]


def test_a_heading_names_the_visit_where_several_are_asked_of(visits):
    pain, *_ = same_question(visits, visits.trial.plan.analyses["pain_after"])
    death, *_ = same_question(visits, visits.trial.plan.analyses["death_time"])
    assert _heading(visits, pain, True) == "after, Drug against Placebo"
    assert _heading(visits, pain, False) == "Drug against Placebo"
    assert _heading(visits, death, True) == _heading(visits, death, False)


def test_a_visit_has_a_column_only_where_lines_are_of_several(visits):
    same, other = lines(visits, "pain_after")
    assert [*same[0]] == ["Analysis", "Statistic", "Drug against Placebo"]
    assert [*other[0]] == ["Analysis", "Visit", "Statistic", "Drug against Placebo"]


def test_an_estimate_that_another_analysis_repeats_is_no_second_one(visits):
    """ "Pain at each visit" has the primary estimate once more, beside those of other visits."""
    found = same_question(visits, visits.trial.plan.analyses["pain_after"])
    assert [row["method"].partition(".")[2] for row in found] == ["welch", "student", "ancova"]


THIRD = mini_trial.TRIAL.replace(
    "    placebo: {label", '    other: {label: Other, code: "C"}\n    placebo: {label'
)
THREE = """\
  relief_otherwise:
    label: Relief otherwise
    role: sensitivity
    of: relief_primary
    estimates: [{risk_difference: newcombe}, {risk_difference: wald}]
    tests: [{chi_squared: {correction: none}}, {fisher: {sides: two_sided}}]
multiplicity:
"""


def test_of_several_comparisons_each_has_a_column_and_each_method_a_line(tmp_path):
    plan = mini_trial.PLAN.replace("multiplicity:\n", THREE, 1)
    plan = plan.replace(
        "relief_itt:\n    treatment: {of: drug,", "relief_itt:\n    treatment: {of: [drug, other],"
    )
    rows = [row | {"arm": "ABC"[row["id"] % 3]} for row in mini_run.patients()]
    codes = mini_trial.DICTIONARY.replace("B, Placebo", "B, Placebo | C, Other")
    run = mini_run.run_mini(
        tmp_path, rows, plan=plan, trial=THIRD, dictionary=codes, claims="papers: {}\nclaims: {}\n"
    )
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    (found,) = lines(material, "relief_primary")
    pairs = ["Drug against Placebo", "Other against Placebo"]
    assert [*found[0]] == ["Analysis", "Statistic", *pairs]
    told = [(line["Analysis"], line["Statistic"].split(", ")[1].split("'")[0]) for line in found]
    assert told == [
        ("Relief", "Newcombe"),
        ("", "Fisher"),
        ("Relief otherwise", "Newcombe"),
        ("", "Wald"),
        ("", "Pearson"),
        ("", "Fisher"),
    ]
    assert all(re.fullmatch(r"0\.\d+|1\.00", found[1][pair]) for pair in pairs)


def test_a_test_of_an_assumption_is_no_other_estimate(visits):
    """Nor does the log-rank test of both arms stand apart from their pair."""
    (same,) = lines(visits, "death_time")
    assert [line["Analysis"] for line in same if line["Analysis"]] == ["Death", "Breslow's ties"]
    assert any("log-rank" in line["Statistic"] for line in same)


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
    labels = [text for text in figure.axes[0].texts if text.get_text()]
    assert len(labels) == 2 * 9 + 2
    assert [one.get_text() for one in labels if one.get_fontweight() == "bold"] == list(blocks)
    shown = {text.get_text() for text in figure.axes[1].texts}
    assert shown == {"n", *(str(row["n_used"]) for row in rows)}
    assert printed(figure) > 6.8 and printed(picture.figure) > 6.8


def test_a_share_of_possibilities_is_called_no_probability(mini):
    given = mini.trial.plan.displays["tipping"][0]
    assert "which is no probability: some are less likely" in tipping.draw(mini, given).caption


def test_two_tipping_maps_fit_a_page(mini):
    given = mini.trial.plan.displays["tipping"][0]
    wide, high = tipping.draw(mini, given).figure.get_size_inches()
    caption = 80
    assert 2 * (WIDTH * high / wide + caption) < 660


def test_it_stands_beside_its_analysis_and_a_curve_of_a_primary_one_on_the_summary(mini, tmp_path):
    drawn = draw_figures(mini, tmp_path)
    (strip,) = [each for each in drawn if each.kind == STRIP]
    assert strip.analysis == "relief_primary" and (tmp_path / strip.file).is_file()
    assert strip in beside(drawn, strip.analysis, [])
    (forest,) = of_summary(drawn, ["relief_primary"])
    (curve,) = of_summary(drawn, ["death_time"])
    assert (forest.kind, curve.kind) == ("forest", "kaplan_meier")
    assert curve not in beside(drawn, curve.analysis, [curve])


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("forest", "Forest plot of the risk ratio: Relief 1.80 ("),
        ("bars", "Relief, Drug 60.0% ("),
        ("flow", "Randomised 20: Drug 10, Placebo 10."),
        ("kaplan_meier", "without the event at 30 days: Drug "),
    ],
)
def test_words_for_a_picture_tell_its_result(mini, tmp_path, kind, told):
    found = [each.alt for each in draw_figures(mini, tmp_path) if each.kind == kind]
    assert found and told in found[0].replace("\N{NO-BREAK SPACE}", " ")
