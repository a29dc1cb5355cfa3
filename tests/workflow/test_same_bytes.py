"""Same input, same bytes, whatever the folder, core count, time zone, locale and hash seed."""

import json
import stat
import subprocess
import time
from pathlib import Path
from subprocess import DEVNULL

import pytest
from checkout import ROOT, Copy, copy_checkout, files_of

TRIAL = "ruetzler2013"
OTHER = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "4242"}


@pytest.fixture(scope="module")
def second_run(run: Copy, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """One trial once more, killed and taken up: one core, another environment, a deeper folder."""
    made = copy_checkout(tmp_path_factory.mktemp("second") / "deeper" / "folder", run.root)
    command = made.command("--cores", "1", TRIAL)
    process = subprocess.Popen(command, **made.how(**OTHER), stderr=DEVNULL)
    log = made.root / "logs" / TRIAL / "analyse_plan.log"
    deadline = time.monotonic() + 600  # so that a hang ends
    while not log.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert log.exists() and not (made.root / "results" / TRIAL / "report").exists()
    done = made.snakemake("--cores", "1", TRIAL, **OTHER)
    assert done.returncode == 0, done.stderr
    return made


def test_two_runs_make_the_same_bytes(run: Copy, second_run: Copy):
    first, second = files_of(run.root), files_of(second_run.root)
    first = {name: data for name, data in first.items() if f"results/{TRIAL}/" in name}
    assert " " in str(run.root)
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == []
    assert f"results/{TRIAL}/analysis/results.parquet" in first


@pytest.mark.full
def test_plain_calls_without_the_workflow_make_the_same_bytes(run: Copy, tmp_path: Path):
    """All trials and their site, in the other environment too."""
    made = copy_checkout(tmp_path / "plain", run.root)
    command = [made.python, str(ROOT / "benchmarks/floor.py"), str(made.root)]
    subprocess.run(command, **made.how(**OTHER), check=True)
    first, plain = files_of(run.root), files_of(made.root)
    of_jobs = (".snakemake", "/made/", "results/build_site.json")
    first = {k: data for k, data in first.items() if not any(part in k for part in of_jobs)}
    assert set(first) == set(plain)
    assert [name for name in first if first[name] != plain[name]] == []
    assert {"site/index.html", "results/moertel1990/analysis/results.parquet"} <= set(first)


def test_what_differs_is_in_the_record_of_the_run(run: Copy, second_run: Copy):
    first, second = (
        json.loads((made.root / "results" / TRIAL / "run.json").read_text())
        for made in (run, second_run)
    )
    assert (first["cores"], second["cores"]) == (2, 1)
    assert first["code"] == second["code"]
    assert set(first["jobs"]) == set(first["code"])
    assert all(seconds > 0 for seconds in first["jobs"].values())


def test_only_the_owner_reads_the_quarantine(run: Copy):
    path = run.root / "results/elmunzer2012/clean/rejects.parquet"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
