"""The page of a multiverse, and its rows in the command line."""

import re
from html import unescape
from itertools import pairwise
from pathlib import Path

import mini_multiverse
import numpy as np
import pytest
from mini_multiverse import PAIN, RELIEF, RULES, run

from trialtrace.base.paths import Project
from trialtrace.report.multiverse import material
from trialtrace.report.multiverse.material import _shown
from trialtrace.report.multiverse.page import render_multiverse
from trialtrace.run.trial.load import load_trial


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return mini_multiverse.derived(tmp_path_factory.mktemp("mini"))


def page(at: Project, text: str, folder: Path) -> tuple[dict[str, list[dict]], str]:
    tables = run(at, text, folder)
    render_multiverse(load_trial("mini", at), folder, folder / "multiverse.html", "abc123")
    return tables, (folder / "multiverse.html").read_text(encoding="utf-8")


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@pytest.mark.parametrize("text", [RELIEF, PAIN])
def test_each_point_leads_to_its_row_and_each_row_names_its_result(
    at: Project, tmp_path: Path, text: str
):
    tables, html = page(at, text, tmp_path)
    rows = set(re.findall(r'<tr id="(\w+)"', html))
    assert len(rows) == len(tables["specifications"])
    leads = re.findall(r'<a href="#(\w+)"><circle', html)
    estimated = [row for row in tables["results"] if row["stat_value"] is not None]
    assert set(leads) <= rows and len(set(leads)) == len(estimated)
    # Long names may break after their separators.
    plain = html.replace("<wbr>", "")
    for row in tables["specifications"]:
        assert f"<code>{row['result_id']}</code>" in plain


def test_the_sentences_are_of_the_tables(at: Project, tmp_path: Path):
    tables, html = page(at, RELIEF, tmp_path)
    said = words(html)
    curve = tables["curves"][0]
    assert (
        f"{curve['specifications']} specifications: {curve['estimated']} have an estimate" in said
    )
    assert "999 re-randomisations, the sizes of the arms kept within each stratum (site)" in said
    assert f"p = {curve['p_smallest']:.2f}, Monte Carlo interval" in said
    assert "nor whether it was observed, would have been another in the other arm" in said
    assert "All randomised, AGE ≥ 45" in said
    late = "shown and not tested: it rests on what may follow the arm (Patients: late, known after"
    assert late in said


def test_factors_stand_with_their_reasons_and_marks(at: Project, tmp_path: Path):
    said = words(page(at, RELIEF, tmp_path)[1])
    assert "Method plain published no change Both are in use." in said
    assert (
        "Method stratified before randomisation risk difference, Mantel and Haenszel's common "
        "estimate; variance sato; strata Site, Smoker Both are in use."
    ) in said
    assert "Patients late after randomisation SMOKER = Yes Some guidelines are for smokers." in said


def test_a_level_of_an_endpoint_says_its_rule_and_the_others_theirs(at: Project, tmp_path: Path):
    said = words(page(at, RULES, tmp_path)[1])
    assert "felt published Any pain; visits after; Any pain: Yes where pain > 0" in said
    assert "treated Any pain; visits after; Any pain: Yes where pain ≥ 3" in said
    assert "kept published Pain: Value at before, after; baseline is before Some" in said
    assert "left_out Pain: Value at before, after; baseline is before, where pain1 ≤ 3" in said


def test_the_picture_has_its_band_where_something_is_tested(at: Project, tmp_path: Path):
    _, html = page(at, RELIEF, tmp_path)
    pictures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    curves = [picture for picture in pictures if "Specification curve of" in picture]
    bands = [picture.count('opacity="0.7"') for picture in curves]
    assert len(curves) == 6 and sorted(bands) == [0, 0, 1, 1, 1, 1]
    # Two of the curves have two tested estimates.
    assert sum("against z" in picture for picture in pictures) == 2
    assert sum(picture.count("<title>published</title>") for picture in pictures) == 1


def test_a_drawing_of_synthetic_patients_is_stamped(at: Project, tmp_path: Path):
    path = at.trial_config("mini") / "trial.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("folder: data", "folder: data\n  synthetic: true"))
    try:
        _, html = page(at, RELIEF, tmp_path)
    finally:
        path.write_text(before)
    assert 'class="synthetic held"' in html


@pytest.mark.parametrize("text", [RELIEF, PAIN])
def test_no_words_beside_a_picture_lie_upon_each_other(at: Project, tmp_path: Path, text: str):
    _, html = page(at, text, tmp_path)
    pictures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert pictures
    for picture in pictures:
        heights = re.findall(r'<text x="242.0" y="([0-9.]+)"', picture)
        ordered = sorted(map(float, heights))
        assert all(b - a > 11.9 for a, b in pairwise(ordered))


def test_a_curve_of_one_estimate_is_told_in_a_sentence(at: Project, tmp_path: Path):
    tables, html = page(at, RELIEF, tmp_path)
    (row,) = [
        each
        for each in tables["specifications"]
        if each["specification"] == "method=ratio;who=everybody"
    ]
    (result,) = [each for each in tables["results"] if each["result_id"] == row["result_id"]]
    said = words(html)
    estimate = result["stat_text"].partition(" (")[0]
    assert f"One specification: its estimate is {estimate}." in said
    assert f"z is {row['z']:.2f}".replace("-", "\N{MINUS SIGN}") in said


def test_several_curves_are_told_apart(at: Project, tmp_path: Path):
    said = words(page(at, RELIEF, tmp_path)[1])
    assert "There are 6 curves, apart by measure, selection of patients:" in said
    assert "A median or a share over them would be of no quantity" in said


ADJUSTED = """\
of: pain_each
estimate:
  mean_difference: {method: ancova, covariates: [], strata: [site], variance: model}
limit: 50
draws: 99
seed: 7
factors:
  age:
    label: Age
    why: It may bear on pain.
    levels:
      without: {}
      adjusted: {covariates: [age], known: before_randomisation}
  smoking:
    label: Smoking
    why: It may bear on pain.
    levels:
      unadjusted: {}
      by_smoking: {covariates: [smoker], known: before_randomisation}
"""


def test_a_map_has_the_estimates_by_two_choices(at: Project, tmp_path: Path):
    tables, html = page(at, ADJUSTED, tmp_path)
    # After treatment one choice alone is left to vary.
    (text,) = re.findall(r"Median estimates by the two choices.*?</table>", html, re.DOTALL)
    cells = re.findall(r"<td>([^<]*)</td>", text)
    results = {row["result_id"]: row["stat_text"] for row in tables["results"]}
    # Of one estimate the median is itself.
    estimates = {
        row["specification"]: results[row["result_id"]].partition(" (")[0]
        for row in tables["specifications"]
        if row["curve"].endswith("visit=before")
    }
    assert len(estimates) == 4
    assert set(estimates.values()) == set(cells) - {
        "without",
        "adjusted",
        "unadjusted",
        "by_smoking",
    }


def test_points_are_shown_evenly_with_those_that_are_marked(monkeypatch: pytest.MonkeyPatch):
    """Five estimates from the least, at 6, 2, 0, 4, 1, then three failures, at 3, 5, 7."""
    monkeypatch.setattr(material, "SHOWN", 3)
    order = np.array([6, 2, 0, 4, 1, 3, 5, 7])
    assert _shown(order, 5, np.array([], dtype=int)).tolist() == [0, 1, 3, 5, 6, 7]
    monkeypatch.setattr(material, "SHOWN", 2)
    assert _shown(order, 5, np.array([4])).tolist() == [1, 3, 4, 6, 7]


def test_of_many_points_a_page_has_some_and_says_so(
    at: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plain = page(at, ADJUSTED, tmp_path)[0]
    at_entry = {
        row["specification"]: result["stat_value"]
        for row, result in zip(plain["specifications"], plain["results"], strict=True)
        if row["curve"].endswith("visit=before")
    }
    # Neither end of its curve.
    text = ADJUSTED
    for choice in sorted(at_entry, key=lambda each: (at_entry[each], each))[1].split(";"):
        level = choice.partition("=")[2]
        text = text.replace(f" {level}: {{", f" {level}: {{published: true, ")
    tables, whole = page(at, text, tmp_path)
    monkeypatch.setattr(material, "SHOWN", 2)
    _, html = page(at, text, tmp_path)
    marked = {row["result_id"] for row in tables["specifications"] if row["published"]}
    values = {row["result_id"]: row["stat_value"] for row in tables["results"]}
    curves: dict[str, list[str]] = {}
    for row in tables["specifications"]:
        curves.setdefault(row["curve"], []).append(row["result_id"])
    listed = set(re.findall(r"<code>(mini/[^<]*)</code>", html.replace("<wbr>", "")))
    assert marked and marked <= listed and len(listed) < len(values)
    for those in curves.values():
        estimates = [values[each] for each in those if values[each] is not None]
        assert len(listed & {*those} - marked) <= min(2, len(estimates)) + min(
            2, len(those) - len(estimates)
        )
        for end in (min, max):
            ends = [values[each] for each in listed & {*those} if values[each] is not None]
            assert not estimates or end(ends) == end(estimates)
    some, every = words(html), words(whole)
    assert "of 4, evenly over the order of the estimates" in some
    assert "evenly over the order" not in every
    # What is counted is of all, and a point stands where it stood among them.
    decisions = re.compile("What each choice does.*?Specifications")
    assert decisions.findall(some) == decisions.findall(every)
    dots = re.compile(r'<a href="#\w+"><circle[^>]*>')
    assert set(dots.findall(html)) < set(dots.findall(whole))
