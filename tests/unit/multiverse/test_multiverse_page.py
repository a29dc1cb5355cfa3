"""The page of a multiverse, and its rows in the command line."""

import re
from pathlib import Path

import mini_multiverse
import pytest
from mini_multiverse import PAIN, RELIEF, run

from trialtrace.base.paths import Project
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
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


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
    assert "Method plain published Both are in use." in said
    assert "Patients late after randomisation Some guidelines are for smokers." in said


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
