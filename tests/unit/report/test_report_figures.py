"""Figures of trials in which something is not there: an arm without values, many arms."""

import itertools
from types import SimpleNamespace as Stub

import mini_run
import mini_trial
import pytest
from tiny_endpoint import endpoint

from trialtrace.report.figures.at_risk import axis_unit
from trialtrace.report.figures.make import draw_figures, elsewhere
from trialtrace.report.figures.picture import Request
from trialtrace.report.material import Material
from trialtrace.run.trial.load import load_settings

NO_CLAIMS = "papers: {}\nclaims: {}\n"
FIGURES = ["flow", "forest", "kaplan_meier", "profile"]


def drawn(root, rows=None, **files):
    run = mini_run.run_mini(root, rows, claims=NO_CLAIMS, **files)
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    return [figure.kind for figure in draw_figures(material, root / "figures")]


@pytest.mark.parametrize("arms", ["B", "AB"], ids=["one arm", "both arms"])
def test_an_arm_without_values_is_left_out_of_the_curves(tmp_path, arms):
    gone = {"days": "", "pain0": "", "pain1": ""}
    rows = [row | (gone if row["arm"] in arms else {}) for row in mini_run.patients()]
    assert drawn(tmp_path, rows) == FIGURES


@pytest.mark.parametrize("unit", ["days", "weeks", "months", "years"])
def test_the_axis_of_time_has_every_unit_that_the_plan_may_name(tmp_path, unit):
    plan = mini_trial.PLAN.replace("unit: days", f"unit: {unit}")
    assert drawn(tmp_path, plan=plan) == FIGURES


@pytest.mark.parametrize(
    ("of_time", "axis", "expected"),
    [("weeks", "weeks", 1), ("weeks", "days", 1 / 7), ("days", "weeks", 7), ("hours", "days", 24)],
)
def test_times_are_converted_to_the_unit_of_their_axis(of_time, axis, expected):
    column = endpoint(
        kind="time_to_event", table="patients", time="days", unit=of_time,
        event={"died": {"is": "1"}}, event_label="Died", censored_label="Alive",
    )  # fmt: skip
    trial = Stub(endpoints={"death": column}, cleaning=Stub(tables={}))
    given = {"endpoint": "death", "unit": axis, "title": "Death"}
    assert axis_unit(Request(Stub(trial=trial), given)) == pytest.approx(expected)


def test_a_time_whose_unit_no_axis_has_is_not_drawn(tmp_path):
    cleaning = mini_trial.CLEANING.replace("days: days", "days: cycles")
    run = mini_run.run_mini(tmp_path, claims=NO_CLAIMS, cleaning=cleaning)
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    (told,) = (one.why for one in draw_figures(material, tmp_path / "figures") if one.why)
    assert "its times are in cycles, and its axis in days" in told


def test_seven_arms_can_be_told_apart(tmp_path):
    codes = "BACDEFG"
    more = "".join(f'    other{c.lower()}: {{label: Other {c}, code: "{c}"}}\n' for c in codes[2:])
    trial = mini_trial.TRIAL.replace("    drug: {label: Drug", f"{more}    drug: {{label: Drug")
    choices = " | ".join(f"{c}, Arm {c}" for c in codes)
    dictionary = mini_trial.DICTIONARY.replace("A, Drug | B, Placebo", choices)
    rows = [row | {"arm": codes[row["id"] % 7]} for row in mini_run.patients()]
    assert drawn(tmp_path, rows, trial=trial, dictionary=dictionary) == FIGURES


@pytest.mark.parametrize(
    ("stat", "units", "label"),
    [
        ("mean_difference", {"percentage points"}, "Mean difference, percentage points"),
        ("mean_difference", {"kg"}, "Mean difference, kg"),
        ("mean_difference", {"kg", None}, "Mean difference"),
        ("risk_difference", {None}, "Risk difference, percentage points"),
        ("risk_ratio", {None}, "Risk ratio (log scale)"),
    ],
)
def test_the_axis_of_a_forest_has_the_unit_that_all_lines_share(stat, units, label):
    from trialtrace.report.tables import axis_label

    assert axis_label(stat, units) == label


@pytest.mark.parametrize(("low", "high"), [(0.02, 0.5), (1.1, 40.0), (0.8, 0.9), (0.004, 300.0)])
def test_a_forest_of_ratios_has_a_tick_either_side_of_no_effect(low, high):
    from matplotlib.figure import Figure

    from trialtrace.report.figures.forest import _scale

    axes = Figure().subplots()
    _scale(
        axes, [{"ci_low": low, "ci_high": high, "stat_value": (low * high) ** 0.5}], "risk_ratio"
    )
    ticks, (left, right) = axes.get_xticks(), axes.get_xlim()
    assert min(ticks) < 1 < max(ticks) and 3 <= len(ticks) <= 9
    assert left < min(low, min(ticks)) and max(high, max(ticks)) < right


def test_squares_of_a_forest_have_areas_as_the_precision():
    from trialtrace.report.figures.forest import _sizes

    rows = [{"ci_low": -1.0, "ci_high": 1.0}, {"ci_low": -0.5, "ci_high": 0.5}]
    wide, narrow = _sizes([*rows, {"ci_low": None, "ci_high": None}], "mean_difference")[:2]
    assert (narrow / wide) ** 2 == pytest.approx(4)


def test_an_interval_much_wider_than_most_ends_in_an_arrow():
    """Three of 10 points and one of 140: the axis is that of the three."""
    from matplotlib.figure import Figure

    from trialtrace.report.figures import forest

    rows = [
        {"ci_low": value - 5.0, "ci_high": value + 5.0, "stat_value": value}
        for value in (-1.0, 0.0, 2.0)
    ]
    assert forest.arrows(rows, "mean_difference") == ""
    wide = {"ci_low": -60.0, "ci_high": 80.0, "stat_value": 10.0}
    assert "ends in an arrow" in forest.arrows([*rows, wide], "mean_difference")
    axes = Figure().subplots()
    forest._scale(axes, [*rows, wide], "mean_difference")
    left, right = axes.get_xlim()
    assert -20 <= left <= -6 and 10 <= right <= 20
    for row, marks in ((rows[0], {"s"}), (wide, {"s", "<", ">"})):
        before = len(axes.lines)
        forest._line(axes, row, 0.0, "mean_difference", ("black", 5.0, "s"))
        drawn = {line.get_marker(): line.get_xdata() for line in axes.lines[before:]}
        assert drawn.keys() - {"None"} == marks
    assert [*drawn["<"]] == [left] and [*drawn[">"]] == [right]


def test_a_mark_is_no_longer_than_its_interval():
    """20 units on 100 points: from 1 below to 3 above, 5 points on the shorter side."""
    from matplotlib.figure import Figure

    from trialtrace.report.figures.forest import _room

    axes = Figure().subplots()
    axes.set_xlim(-10, 10)
    row = {"ci_low": -1.0, "ci_high": 3.0, "stat_value": 0.0}
    assert _room(axes, row, "mean_difference", 100, "s") == pytest.approx(10)
    assert _room(axes, row, "mean_difference", 100, "D") == pytest.approx(10 / 2**0.5)


def test_subgroups_without_an_estimate_are_named_with_how_many_they_are(monkeypatch):
    from types import SimpleNamespace

    from trialtrace.report.figures import rows_shown

    monkeypatch.setattr(rows_shown, "stratum_words", lambda trial, stratum: stratum)
    rows = [
        {"method": "risk_difference.wald", "stratum": stratum, "error": error, "n_used": n}
        for stratum, error, n in (
            ("Score 4", None, 12),
            ("Score 5", "the control arm has no patients.", 3),
            ("Score 6", "the control arm has no patients.", 1),
            (None, "the control arm has no patients.", 16),
        )
    ]
    material = SimpleNamespace(of=lambda name: rows, trial=None)
    told = rows_shown.not_drawn(material, {"of": ["a"], "estimate": "risk_difference.wald"})
    assert told == (
        " Not drawn, as the control arm has no patients: Score 5 (3 patients), Score 6 (1 patient)."
    )


RELAPSE = """\
relapse:
  label: Relapse
  code: RELAPSE
  kind: time_to_event
  table: patients
  time: days
  origin: randomisation
  event: {smoker: {is: "1"}}
  event_label: Relapse
  censored_label: None
"""
FORESTS = """  forest:
    - title: Relief by smoking
      of: [relief_either, relief_by_smoker]
      estimate: odds_ratio.mantel_haenszel
"""
EITHER = """  relief_either:
    label: Relief, both
    role: supportive
    of: relief_primary
    estimates: [{odds_ratio: {method: mantel_haenszel, strata: [site]}}]
  relief_by_smoker:
"""


def pictures(root, name, rows=None, **files):
    """The first figure of a kind."""
    from trialtrace.report.figures import forest, kaplan_meier

    run = mini_run.run_mini(root, rows, claims=NO_CLAIMS, **files)
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    module = {"forest": forest, "kaplan_meier": kaplan_meier}[name]
    return module.draw(material, run.trial.plan.displays[name][0])


def texts(axes):
    return [text.get_text() for text in axes.texts if text.get_text()]


def test_a_forest_of_many_lines_is_lower_and_stays_apart(tmp_path, monkeypatch):
    """A page of print makes it as small as its height asks; no letter lies on another line."""
    from trialtrace.report.figures import forest

    run = mini_run.run_mini(tmp_path, claims=NO_CLAIMS)
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    row = next(
        one for one in material.of("relief_primary") if one["stat_name"] == "risk_difference"
    )
    long = "Relief by another limit than that of the plan, which takes several lines of a heading"
    blocks = {f"{n}: {long}": [("Drug", row), ("Drug, once more", row)] for n in range(3)}
    heights = []
    for many in (len(blocks) * 3, 0):
        monkeypatch.setattr(forest, "MANY", many)
        figure = forest.strip(material, "risk_difference", blocks, None)
        figure.draw_without_rendering()
        heights.append(figure.get_figheight())
        names, _, plot, *_ = figure.axes
        boxes = [text.get_window_extent() for text in names.texts if text.get_text()]
        for above, below in itertools.pairwise(boxes):
            assert above.y0 >= below.y1 - 1
        assert max(box.x1 for box in boxes) < plot.get_window_extent().x0
    # Six lines of an estimate, each by more than a tenth of an inch.
    assert heights[1] < heights[0] - 0.6


def test_a_forest_has_the_columns_of_a_journal(tmp_path):
    """All patients first, levels under their variable, p for interaction at its head."""
    plan = mini_trial.PLAN.replace("  relief_by_smoker:\n", EITHER)
    plan = plan.replace(mini_trial.PLAN[mini_trial.PLAN.index("  forest:") :], FORESTS)
    rows = [row | {"relief": str(int(row["id"] % 3 == 0))} for row in mini_run.patients()]
    picture = pictures(tmp_path, "forest", rows, plan=plan)
    names, counts, plot, estimates, tests = picture.figure.axes
    assert texts(names) == ["All patients", "Smoker", "    Yes", "    No"]
    bold = [text.get_text() for text in names.texts if text.get_fontweight() == "bold"]
    assert bold == ["All patients", "Smoker"]
    assert {text.get_ha() for text in names.texts if text.get_text()} == {"left"}
    # The analyses count no events by arm.
    assert texts(counts) == ["20", "10", "10", "n"]
    assert len(texts(estimates)) == 1 + 3
    p, head = texts(tests)
    assert head == "p for\ninteraction" and 0 < float(p) <= 1
    marks = [line.get_marker() for line in plot.get_lines() if line.get_marker() in ("D", "s")]
    assert marks == ["D", "s", "s"]
    ticks = plot.get_xticks()
    assert min(ticks) < 1 < max(ticks)


def test_an_estimate_without_an_interval_is_told_in_the_caption(tmp_path, monkeypatch):
    """A point beside others with lines is no more certain than they are."""
    from trialtrace.report.figures import forest

    lone = "A mark without a line has no interval."
    assert lone not in pictures(tmp_path / "all", "forest").caption
    own = forest.estimates
    none = {"ci_low": None, "ci_high": None}
    monkeypatch.setattr(
        forest,
        "estimates",
        lambda *of: [row | none if at == 0 else row for at, row in enumerate(own(*of))],
    )
    assert lone in pictures(tmp_path / "one", "forest").caption


OVER_VISITS = """  pain_by_smoker:
    label: Pain by smoking
    role: subgroup
    of: pain_each
    by: smoker
    visits: all
    estimates:
      - mean_difference: {method: mmrm, groups: common, SHARED}
    interaction:
      mmrm_interaction: {groups: all, SHARED}
  death_time:
""".replace(
    "SHARED",
    "covariance: unstructured, covariates: [], slopes: common, estimation: REML, df: satterthwaite",
)


def test_a_forest_over_visits_says_of_which_visit_an_interaction_is(tmp_path):
    plan = mini_trial.PLAN.replace("  death_time:\n", OVER_VISITS, 1)
    at = plan.index("    - {title: Relief, of: [relief_primary]")
    plan = plan[:at] + plan[at:].replace("relief_primary", "pain_by_smoker", 1)
    plan = plan.replace("risk_ratio.katz_log}", "mean_difference.mmrm}", 1)
    rows = [
        row | {"pain0": str(row["id"] * 7 % 10), "pain1": str(row["id"] * row["id"] % 9)}
        for row in mini_run.patients()
    ]
    names = texts(pictures(tmp_path, "forest", rows, plan=plan).figure.axes[0])
    tests = [" ".join(name.split()) for name in names if name.startswith("p for interaction")]
    assert [name[: name.index(":")] for name in tests] == [
        "p for interaction, before",
        "p for interaction, after",
    ]
    lines = ["    Yes, before", "    Yes, after", "    No, before", "    No, after"]
    assert names[:5] == ["Smoker", *lines]


@pytest.mark.parametrize(("low", "high"), [(-0.5, -0.1), (0.02, 0.03), (-3.0, 40.0), (0.0, 0.0)])
def test_a_forest_of_differences_has_a_tick_either_side_of_no_effect(low, high):
    from matplotlib.figure import Figure

    from trialtrace.report.figures.forest import _scale

    axes = Figure().subplots()
    row = {"ci_low": low, "ci_high": high, "stat_value": (low + high) / 2}
    _scale(axes, [row], "mean_difference")
    ticks, (left, right) = axes.get_xticks(), axes.get_xlim()
    assert min(ticks) < 0 < max(ticks) and 3 <= len(ticks) <= 9
    assert left <= min(low, *ticks) and max(high, *ticks) <= right


def test_curves_of_several_endpoints_stand_side_by_side(tmp_path):
    plan = mini_trial.PLAN.replace(
        "endpoint: death, population", "endpoint: [death, relapse], population"
    )
    picture = pictures(
        tmp_path, "kaplan_meier", plan=plan, endpoints=mini_trial.ENDPOINTS + RELAPSE
    )
    first, second, *tables = picture.figure.axes
    assert first.get_position().y0 == pytest.approx(second.get_position().y0)
    assert first.get_position().x1 < second.get_position().x0
    assert first.get_title(loc="left").startswith("Death")
    assert second.get_title(loc="left") == "Relapse"
    # 20 at the start and 19 whose day is not before 20, by hand; so under either endpoint.
    assert [sum(map(int, texts(table))) for table in tables] == [20 + 18] * 2
    assert {row[0] for row in picture.data.rows} == {"Death", "Relapse"}
    assert "of Relapse" in picture.alt and "of Death" in picture.alt


def test_the_axis_of_time_stands_above_the_numbers_at_risk(tmp_path):
    axes, below = pictures(tmp_path, "kaplan_meier").figure.axes
    assert axes.get_xlabel() == "Days since randomisation" and not below.get_xlabel()
    assert [one.get_text() for one in axes.get_xticklabels()] == ["0", "30"]


@pytest.mark.parametrize(("last", "few"), [(170, False), (185, True)])
def test_a_curve_says_from_when_few_are_at_risk(tmp_path, last, few):
    """Of ten an arm two are at risk at day 170, a fifth, and one at day 185."""
    plan = mini_trial.PLAN.replace("at: [0, 30]", f"at: [0, 30, {last}]")
    caption = pictures(tmp_path, "kaplan_meier", plan=plan).caption
    assert ("From 185 days on fewer than a fifth of an arm are at risk" in caption) == few


def test_a_figure_says_whose_tables_stand_elsewhere():
    """A number that no table of the report has is looked for in vain."""
    places = {"a": "main", "b": "supplement", "c": "main"}
    analyses = {name: Stub(report=where, label=name.upper()) for name, where in places.items()}
    material = Stub(trial=Stub(plan=Stub(analyses=analyses)))
    assert elsewhere(material, {"of": ["a", "b", "c"]}, "a") == " More of “B” is in the supplement."
    assert elsewhere(material, {"of": ["a", "c"]}, "a") == ""
    assert elsewhere(material, {"of": ["a", "c"]}, "b") == (
        " More of “A” and “C” is in the main report."
    )
    assert elsewhere(material, {"of": ["a", "b"]}, "b") == " More of “A” is in the main report."
