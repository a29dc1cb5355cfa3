"""`trialtrace recompute --with r`: what R here gives of the results."""

import json
import os
import shutil

import pytest

from trialtrace.report.commands import recompute
from trialtrace.run.tables.contracts import CHECKS, RESULTS, read_table, write_table

RISK = "mini/relief_primary/risk_difference.newcombe@drug-placebo"


@pytest.fixture
def own(mini, tmp_path):
    """A copy of the project, in a path with a space."""
    return shutil.copytree(mini.at.root, tmp_path / "a copy", symlinks=True)


def results_of(at):
    return at / "results" / "mini" / "analysis" / "results.parquet"


def checks_of(run, at, name):
    return json.loads(run("trace", name, "--format", "json", at=at).stdout)["checks"]


@pytest.mark.r
def test_r_computes_again_what_has_a_script(run, own):
    done = run("recompute", "mini", "--with", "r", at=own)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = (own / "results" / "mini" / "r").iterdir()
    rows = read_table(path, CHECKS).to_pylist()
    ids = read_table(own / "results" / "mini" / "analysis" / "results.parquet", RESULTS)[
        "result_id"
    ]
    assert len({row["result_id"] for row in rows}) >= 0.9 * len(ids)
    assert {(row["how"], row["agrees"]) for row in rows} == {("R here", True)}
    (value,) = [r for r in rows if (r["result_id"], r["component"]) == (RISK, "value")]
    assert value["recomputed"] == pytest.approx(6 / 10 - 3 / 9)
    assert not list((own / "results" / "mini").glob(".r-*"))
    assert "R here" in {check["how"] for check in checks_of(run, own, RISK)}


@pytest.mark.r
def test_another_number_is_a_disagreement_and_never_shown_as_a_check_of_it(run, own):
    assert run("recompute", "mini", "--with", "r", at=own).returncode == 0
    path = results_of(own)
    table = read_table(path, RESULTS)
    rows = table.to_pylist()
    (row,) = [row for row in rows if row["result_id"] == RISK]
    row["stat_value"] += 1e-3
    write_table(path, type(table).from_pylist(rows, table.schema), RESULTS, synthetic=True)
    assert recompute.checks_by_r(own / "results" / "mini", RISK) == []


@pytest.mark.r
def test_what_needs_a_package_that_is_lacking_is_counted_and_the_rest_computed(run, own, tmp_path):
    """An R that has no package survival."""
    program = tmp_path / "programs" / "Rscript"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n"{shutil.which("Rscript")}" "$@" | grep -v "^survival$"\n')
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    done = run("recompute", "mini", "--with", "r", at=own, PATH=path)
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "survival" in line]
    assert int(line.split()[0]) > 0
    (path,) = (own / "results" / "mini" / "r").iterdir()
    by = set(read_table(path, CHECKS)["check_by"].to_pylist())
    assert by and not any("survival" in name for name in by)


def row_of(value, stat="risk_difference"):
    return {"result_id": "a", "stat_name": stat, "stat_value": value, "ci_low": 0.1, "ci_high": 0.2}


@pytest.mark.parametrize(
    ("ours", "theirs", "stat", "agrees"),
    [
        (1.0, 1.0 + 9e-7, "x", True),
        (1.0, 1.0 + 2e-6, "x", False),
        (0.0, 1e-14, "x", True),
        (1e-20, 1.1e-20, "p_value", False),
        (None, float("nan"), "x", True),
        (None, 1.0, "x", False),
        (1.0, float("inf"), "x", False),
    ],
)
def test_a_number_of_r_agrees_to_a_millionth(ours, theirs, stat, agrees):
    (check,) = recompute.compared(row_of(ours, stat), [theirs], "R", "4")
    assert check["agrees"] is agrees


def test_the_bounds_are_compared_too():
    checks = list(recompute.compared(row_of(0.15), [0.15, 0.1, 0.3], "R", "4"))
    assert [(c["component"], c["agrees"]) for c in checks] == [
        ("value", True),
        ("ci_low", True),
        ("ci_high", False),
    ]


def test_without_r_nothing_is_written(run, own):
    done = run("recompute", "mini", "--with", "r", at=own, PATH="/nowhere")
    assert done.returncode == 1 and "Rscript" in done.stderr
    assert not (own / "results" / "mini" / "r").exists()
