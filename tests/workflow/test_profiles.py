"""Profiles of clusters: what they share, and what their executors submit."""

import os
from pathlib import Path

import pytest
import yaml
from checkout import ROOT, copy_checkout

from trialtrace.run.jobs.stages import ASKED, STAGES

PROFILES = ROOT / "workflow/profiles"
CLUSTERS = ("slurm", "pbs", "lsf")
# By parts, each with minutes of work.
ALONE = {"estimate_multiverse", "draw_multiverse", "draw_simulation"}
# A queue of one job at a time, that runs it at once and forgets it.
QSUB = """\
#!/bin/sh
echo "$@" >> "$0.asked"
for script in "$@"; do :; done
sh "$script" > "$0.out" 2>&1 && code=0 || code=1
echo "job_state = F Exit_status = $code" > "$0.state"
echo 1.server
"""
QSTAT = """\
#!/bin/sh
cat "$(dirname "$0")/qsub.state"
"""


def profile(name: str) -> dict:
    return yaml.safe_load((PROFILES / name / "config.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CLUSTERS)
def test_a_profile_of_a_cluster_has_the_settings_of_every_run(name: str):
    of_a_cluster, usual = profile(name), profile("default")
    for key in usual.keys() - {"cores"}:
        assert of_a_cluster[key] == usual[key], key
    grouped = dict(one.split("=") for one in of_a_cluster["groups"])
    assert grouped.keys() == {*STAGES, *ASKED} - ALONE


def ask(folder: Path, name: str, *words: str, **more: str):
    made = copy_checkout(folder)
    made.python = str(ROOT / ".venv-slurm/bin/python")
    return made, made.snakemake("--workflow-profile", f"workflow/profiles/{name}", *words, **more)


@pytest.mark.slurm
@pytest.mark.parametrize("name", CLUSTERS)
def test_a_dry_run_of_a_cluster_lists_the_jobs(tmp_path: Path, name: str):
    _, done = ask(tmp_path, name, "--dry-run", "ruetzler2013")
    assert done.returncode == 0, done.stderr
    assert "Group job trial" in done.stdout + done.stderr
    assert "ruetzler2013: render the report" in done.stdout + done.stderr


@pytest.mark.slurm
def test_pbs_is_asked_for_memory_and_time_and_tells_how_a_job_ended(tmp_path: Path):
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, text in (("qsub", QSUB), ("qstat", QSTAT)):
        (commands / name).write_text(text, encoding="utf-8")
        (commands / name).chmod(0o755)
    path = f"{commands}:{os.environ['PATH']}"
    made, done = ask(tmp_path / "made", "pbs", "results/ruetzler2013/raw", PATH=path)
    assert done.returncode == 0, done.stderr
    assert (made.root / "results/ruetzler2013/raw/manifest.json").is_file()
    asked = (commands / "qsub.asked").read_text(encoding="utf-8")
    assert "ncpus=1:mem=1000mb" in asked and "walltime=1200" in asked
