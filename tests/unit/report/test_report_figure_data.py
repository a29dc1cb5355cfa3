"""The numbers beside a figure are those that it shows, and no finer."""

import csv
import re
from itertools import pairwise

import mini_run
import mini_trial
import numpy as np
import pytest
from mini_trial import settings_of

from trialtrace.report.figures.at_risk import PLACES
from trialtrace.report.figures.make import beside, draw_figures, first_figures, images
from trialtrace.report.figures.profile import _point
from trialtrace.report.material import Material

END = 4000
# Figures of patients one by one: there is none where disclosure is restricted.
OF_PATIENTS = {"spaghetti"}


def days(number: int) -> int:
    """Each 3 days or more from the grid of the axis."""
    return 593 + 410 * number + number % 2


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """By disclosure the material of the mini trial, its folder of figures, and what was drawn."""
    root = tmp_path_factory.mktemp("numbers")
    plan = (mini_trial.PLAN + mini_trial.MORE_DISPLAYS).replace("at: [0, 30]", f"at: [0, {END}]")
    rows = [row | {"days": days(row["id"])} for row in mini_run.patients()]
    run = mini_run.run_mini(root, rows, plan=plan)
    found = {}
    for disclosure in ("full", "restricted"):
        material = Material(run.trial, settings_of("mini", disclosure), run.folder, {})
        folder = root / disclosure
        found[disclosure] = material, folder, draw_figures(material, folder)
    return found


def numbers(folder, name):
    with open(folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("disclosure", ["full", "restricted"])
def test_every_figure_has_its_numbers_and_a_link_to_them(made, disclosure):
    _, folder, drawn = made[disclosure]
    figures = [each for each in drawn if each.file]
    assert {each.kind for each in figures} > {"flow", "forest", "kaplan_meier", "profile"}
    assert {path.name for path in folder.glob("*.csv")} == {each.data for each in figures}
    for each in figures:
        rows = numbers(folder, each.data)
        assert rows and any(value for row in rows for value in row.values()), each.kind
        assert None not in rows[0], each.kind
    text = images([*first_figures(figures), *beside(figures, "", [])])
    assert "[Its numbers (CSV)](figures/forest_1.csv)" in text
    gone = {each.kind for each in drawn if not each.file}
    assert (gone >= OF_PATIENTS) == (disclosure == "restricted")


def test_numbers_that_are_results_are_those_of_the_results(made):
    material, folder, drawn = made["full"]
    checked = 0
    for each in drawn:
        for row in numbers(folder, each.data) if each.data else ():
            if row.get("result") and "value" in row:
                result = material.tracer.results[row["result"]]
                told = [
                    float(row[name]) if row[name] else None for name in ("value", "low", "high")
                ]
                kept = [result[name] for name in ("stat_value", "ci_low", "ci_high")]
                assert told == pytest.approx(kept, rel=1e-11)
                checked += 1
    assert checked >= 3


def test_a_line_of_a_pile_has_the_patients_whom_it_is_of_and_its_result(made):
    material, folder, drawn = made["full"]
    piles = {"profile", "stacked", "missingness"}
    shown = [each for each in drawn if each.kind in piles]
    assert {each.kind for each in shown} == piles
    results = 0
    for each in shown:
        for row in numbers(folder, each.data):
            assert len(list(filter(None, row["subjects"].split("; ")))) == float(row["n"])
            if result := row.get("result"):
                stored = material.tracer.results[result]
                value = row["mean"] if each.kind == "profile" else row["n"]
                assert float(value) == pytest.approx(stored["stat_value"])
                assert material.arm_label(stored["group1_level"]) == row["arm"]
                results += 1
    assert results
    for each in made["restricted"][2]:
        if each.kind in piles:
            assert {row["subjects"] for row in numbers(made["restricted"][1], each.data)} == {""}


def test_restricted_disclosure_tells_no_day_finer_than_the_picture(made):
    exact = {float(days(number)) for number in range(1, 21)}
    for disclosure, finer in (("full", True), ("restricted", False)):
        rows = numbers(made[disclosure][1], "kaplan_meier_1.csv")
        told = [float(row["days"]) for row in rows if row["share"]]
        on_grid = all(abs(day / (END / PLACES) % 1) < 1e-9 for day in told)
        assert (on_grid, bool(exact & set(told))) == (not finer, finer), disclosure


def test_restricted_curves_step_for_five_patients_at_once(made):
    """Ten patients an arm, each with a day of its own: at most two steps of five."""
    from trialtrace.report.figures.at_risk import FEWEST, PARTS

    rows = numbers(made["restricted"][1], "kaplan_meier_1.csv")
    for arm in {row["line"] for row in rows}:
        curve = [
            (float(row["days"]), float(row["share"]))
            for row in rows
            if row["line"] == arm and row["share"]
        ]
        steps = [now for before, now in pairwise(curve) if now[1] != before[1]]
        assert 1 <= len(steps) <= 10 // FEWEST
        assert all(abs(day / (END / PARTS) % 1) < 1e-9 for day, _ in curve)


def test_restricted_numbers_have_the_digits_of_print(made):
    """Twelve digits of two reports give away the patient that one of them has more."""
    for disclosure, most in (("full", 12), ("restricted", 3)):
        digits = [
            len(re.sub(r"\D", "", value).lstrip("0"))
            for path in made[disclosure][1].glob("*.csv")
            for row in numbers(made[disclosure][1], path.name)
            for name, value in row.items()
            if name in ("value", "low", "high") and re.fullmatch(r"-?\d+\.\d+", value or "")
        ]
        assert (max(digits) > 3) == (most > 3), disclosure


def test_no_file_names_a_patient_where_disclosure_is_restricted(made):
    _, folder, _ = made["restricted"]
    for path in folder.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert "mini-" not in text and "a patient" not in text, path.name


def test_a_mean_over_visits_is_beside_the_number_of_patients_that_it_is_of(made):
    _, folder, drawn = made["full"]
    profile = next(each for each in drawn if each.kind == "profile")
    assert "Beneath: patients with a value, in the order of the arms" in profile.caption
    rows = numbers(folder, profile.data)
    assert all(0 < float(row["n"]) <= 10 for row in rows if row["mean"])
    # Two values of one patient are averaged first: (1 + 3) / 2 and 5.
    mean, *_, n = _point(np.array(["a", "a", "b"]), np.array([1.0, 3.0, 5.0]), 0.95)
    assert (mean, n) == (3.5, 2)
