"""The page of a simulation and the command, over the mini trial."""

import json
from pathlib import Path

import pytest
from mini_simulation import CONTRACTS, SIMULATION, run, write_simulation

from trialtrace.base.paths import Project
from trialtrace.cli import main
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
