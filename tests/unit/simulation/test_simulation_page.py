"""The page of a simulation and the command, over the mini trial."""

import json
import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from mini_simulation import CONTRACTS, SIMULATION, run, write_simulation
from mini_trial import write_project

from trialtrace.base.paths import Project
from trialtrace.cli import main
from trialtrace.report.sections.simulation_section import simulation_section
from trialtrace.report.simulation.page import render_simulation
from trialtrace.run.tables.contracts import read_table
from trialtrace.run.trial.load import load_trial


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str, list[dict]]:
    """The project, its page, and the rows that the page is of."""
    root = tmp_path_factory.mktemp("page")
    at = write_simulation(root, SIMULATION.replace("replicates: 25", "replicates: 6"))
    rows = run(at, root / "made")["characteristics"]
    out = root / "simulation.html"
    render_simulation(load_trial("mini", at), root / "made", out, "0123abcd")
    return at, out.read_text(encoding="utf-8"), rows


def test_every_result_has_a_row_and_every_test_a_dot_a_truth(made: tuple):
    _, text, rows = made
    anchors = re.findall(r'<tr id="([^"]+)">', text)
    assert len(anchors) == len(set(anchors)) == len(rows)
    links = re.findall(r'<a href="#([^"]+)"><path', text)
    assert set(links) <= set(anchors)
    tests = [row for row in rows if row["stat_name"] == "p_value"]
    assert len(links) >= len(tests) >= 6


def test_the_page_says_what_was_stated_and_what_it_is_of(made: tuple):
    _, text, _ = made
    assert "Synthetic data: not evidence" in text and "code 0123abcd" in text
    assert "6 trials under each of 3 truths" in text
    for words in ("Nothing to find", "How often chance alone is called an effect.", "0.8"):
        assert words in text
    assert "type I error" in text and "power" in text


def test_a_truth_cannot_break_the_page(tmp_path: Path):
    hostile = SIMULATION.replace("Nothing to find", "<script>alert(1)</script>")
    at = write_simulation(tmp_path, hostile.replace("replicates: 25", "replicates: 2"))
    run(at, tmp_path / "made")
    out = tmp_path / "simulation.html"
    render_simulation(load_trial("mini", at), tmp_path / "made", out, "code")
    assert "<script>" not in out.read_text(encoding="utf-8")


def said(capsys: pytest.CaptureFixture[str], at: Project, *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command."""
    code = main(["--project", str(at.root), "simulate", "mini", *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_list_has_the_truth_of_each_result(made: tuple, capsys: pytest.CaptureFixture[str]):
    code, out, _ = said(capsys, made[0], "--list", "--format", "json")
    by = {(row["truth"], row["result_id"]): row for row in json.loads(out)}
    difference = "mini/relief_primary/risk_difference.newcombe@drug-placebo"
    assert code == 0
    assert by["nothing", difference]["true_value"] == "0"
    assert float(by["printed", difference]["true_value"]) == pytest.approx(1 / 3, abs=1e-6)
    assert by["printed", difference]["true_by"] == "stated shares"


def test_a_trial_again_is_the_row_of_the_run(made: tuple, capsys: pytest.CaptureFixture[str]):
    at = made[0]
    words = ("--truth", "better", "--replicate", "4", "--format", "json")
    code, out, _ = said(capsys, at, *words)
    assert code == 0
    again = {row["result_id"]: row["value"] for row in json.loads(out)}
    stored = read_table(at.root / "made/replicates.parquet", CONTRACTS["replicates"]).to_pylist()
    rows = [row for row in stored if (row["truth"], row["replicate"]) == ("better", 4)]
    assert {row["result_id"] for row in rows} == set(again)
    for row in rows:
        assert again[row["result_id"]] == pytest.approx(row["value"], rel=1e-11)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--truth", "better"), "both: a truth of simulation.yaml and the number of a trial"),
        (("--truth", "bettr", "--replicate", "1"), 'did you mean "better"'),
        ((), "has no run of its simulation"),
    ],
)
def test_what_cannot_be_told_says_why(
    made: tuple, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
):
    code, _, err = said(capsys, made[0], *words)
    assert code == 1 and told in err


def test_a_trial_without_the_file_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, _, err = said(capsys, write_project(tmp_path))
    assert code == 1 and "has no simulation.yaml" in err


def test_a_supplement_has_the_truths_and_says_where_the_page_is(made: tuple):
    material = SimpleNamespace(trial=load_trial("mini", made[0]))
    text = unescape(simulation_section(material))
    assert "Nothing to find" in text and "What was printed." in text
    assert "6 trials" in text and "results/mini/simulation/simulation.html" in text


def test_a_supplement_without_a_simulation_has_nothing_of_one(tmp_path: Path):
    material = SimpleNamespace(trial=load_trial("mini", write_project(tmp_path)))
    assert simulation_section(material) == ""
