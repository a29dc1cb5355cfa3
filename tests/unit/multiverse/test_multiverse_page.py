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


def test_a_drawing_of_synthetic_patients_is_stamped(at: Project, tmp_path: Path):
    path = at.trial_config("mini") / "trial.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("folder: data", "folder: data\n  synthetic: true"))
    try:
        _, html = page(at, RELIEF, tmp_path)
    finally:
        path.write_text(before)
    assert 'class="synthetic held"' in html
