"""Every kind of figure: drawn from a small trial, from one with little in it, twice the same."""

from dataclasses import replace

import mini_run
import mini_trial
import numpy as np
import pytest
import yaml
from scipy import stats as scipy_stats

from trialtrace.report.figures import make
from trialtrace.report.figures.dose_intensity import spread
from trialtrace.report.figures.epsilon_curve import p_values
from trialtrace.report.figures.picture import NothingToDraw, Request
from trialtrace.report.figures.spaghetti import courses
from trialtrace.report.material import Material
from trialtrace.run.trial.load import load_settings
from trialtrace.run.trial.plan.displays.registry import MODULES, displays

pytestmark = pytest.mark.full

NO_CLAIMS = "papers: {}\nclaims: {}\n"
PLAN = mini_trial.PLAN + mini_trial.MORE_DISPLAYS
KINDS = [*yaml.safe_load(PLAN)["displays"]]
TABLES = {each.kind for each in displays() if each.table}
FEWER = mini_trial.CLEANING.replace(
    "    covers: some\n", "    covers: some\n    exclude: {unknown_subject: not drawn here}\n"
)


def material(root, rows=None, **files):
    run = mini_run.run_mini(root, rows, **({"claims": NO_CLAIMS, "plan": PLAN} | files))
    return Material(run.trial, load_settings(run.at), run.folder, {})


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    found = material(tmp_path_factory.mktemp("mini"))
    return Material(found.trial, full(found.settings), found.folder, {})


def full(settings):
    return replace(settings, disclosure="full")


def drawn(mini, folder):
    return {each.label: each for each in make.draw_figures(mini, folder)}


def test_every_kind_is_drawn_in_the_order_of_the_registry(mini, tmp_path):
    found = drawn(mini, tmp_path)
    assert not [each for each in found.values() if each.why]
    assert all(each.alt and each.caption.endswith(".") for each in found.values())
    order = [list(MODULES).index(each.kind) for each in found.values()]
    assert order == sorted(order)
    assert {each.kind for each in found.values()} == set(KINDS) - TABLES


def test_figures_have_the_same_bytes_twice(mini, tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    drawn(mini, first)
    drawn(mini, second)
    files = sorted(path.name for path in first.iterdir())
    assert len(files) == 3 * len(list(make.asked(mini)))
    assert [n for n in files if (first / n).read_bytes() != (second / n).read_bytes()] == []


def test_a_figure_stands_beside_its_analysis(mini, tmp_path):
    beside = {label: each.analysis for label, each in drawn(mini, tmp_path).items()}
    assert beside["fig-kaplan-meier-1"] == "death_time"
    assert beside["fig-spaghetti-1"] == "pain_each"
    assert beside["fig-tipping-1"] == "relief_primary"
    assert beside["fig-stacked-2"] == ""


def without(rows, arms, *columns):
    gone = dict.fromkeys(columns, "")
    return [row | (gone if row["arm"] in arms else {}) for row in rows]


ALL = ("relief", "pain0", "pain1", "days")


@pytest.mark.parametrize(
    ("rows", "absent"),
    [
        (without(mini_run.patients(), "B", *ALL), {"tipping", "forest"}),
        (without(mini_run.patients(), "AB", *ALL), set(KINDS) - TABLES - {"flow", "adverse_dots"}),
        (
            [row | {"died": 0, "relief": 0} for row in mini_run.patients()],
            {"cumulative_incidence", "tipping", "forest"},
        ),
        (mini_run.patients()[:2], {"tipping", "cumulative_incidence"}),
    ],
    ids=["an arm without values", "no values", "no events", "a patient an arm"],
)
def test_what_cannot_be_drawn_says_so_in_a_sentence(tmp_path, rows, absent):
    found = material(tmp_path, rows, cleaning=FEWER)
    found = Material(found.trial, full(found.settings), found.folder, {})
    why = {each.kind: each.why for each in make.draw_figures(found, tmp_path / "f") if each.why}
    assert set(why) == absent
    assert all(": no figure, since " in each and each.endswith(".") for each in why.values())


def test_under_restricted_disclosure_no_single_patient_is_drawn(mini, tmp_path):
    restricted = material(tmp_path)
    assert restricted.disclosure == "restricted"
    for kind in (each.kind for each in displays(KINDS) if each.single_patients):
        with pytest.raises(NothingToDraw, match="single patients"):
            make._picture(restricted, kind, {"title": "Pain"})
    dots = next(mini_given(restricted, "dose_intensity"))
    picture = make._picture(restricted, "dose_intensity", dots)
    assert "each patient" not in picture.caption


def mini_given(material, kind):
    return (given for of, _, given in make.asked(material) if of == kind)


def test_courses_are_the_values_of_the_data(mini):
    """Odd patients have the drug: pain0 = 3 + id % 6, pain1 = id % 4 there."""
    given = next(mini_given(mini, "spaghetti"))
    expected = {f"mini-{n}": [3 + n % 6, n % 4] for n in range(1, 21, 2)}
    subjects, values = courses(Request(mini, given), "pain", "drug")
    assert dict(zip(subjects, values.tolist(), strict=True)) == expected


def test_dots_of_one_bin_stand_apart_and_symmetric():
    values = np.array([1.0, 1.0, 1.0, 2.0, 3.0, 3.0])
    at = spread(values, 0.5)
    assert at.tolist() == [-0.05, 0.0, 0.05, 0.0, -0.025, 0.025]


@pytest.mark.parametrize("epsilon", [1 / 3, 0.531, 1.0])
def test_p_over_epsilon_is_the_tail_of_f(epsilon):
    expected = scipy_stats.f.sf(5.907, 3 * epsilon, 63 * epsilon)
    assert p_values(5.907, 3, 63, epsilon) == pytest.approx(expected, rel=1e-12)


def test_the_tipping_map_takes_the_missing_from_the_population(mini):
    """Patient 20 (placebo) has a coded missing relief: 6 of 10 and 3 of 9, 0 and 1 missing."""
    from trialtrace.report.figures.tipping import _counts

    given = next(mini_given(mini, "tipping"))
    assert _counts(mini, given, "drug") == (6, 10, 0)
    assert _counts(mini, given, "placebo") == (3, 9, 1)
