"""Profiles of clusters: what they share, and what their executors submit."""

import os
from pathlib import Path

import pytest
import yaml
from checkout import ROOT, Copy, copy_checkout, told_plainly

from trialtrace.run.jobs.stages import ASKED, STAGES
from trialtrace.run.jobs.workflow_config import EXECUTORS

PROFILES = ROOT / "workflow/profiles"
CLUSTERS = ("slurm", "pbs", "lsf")
# By parts, each with minutes of work.
ALONE = {"estimate_multiverse", "draw_multiverse", "draw_simulation", "gather_estimates"}
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
    # It would win over what a site's own profile says.
    assert not {"executor", "jobs", "cores", "default-resources"} & of_a_cluster.keys()
    grouped = dict(one.split("=") for one in of_a_cluster["groups"])
    assert grouped.keys() == {*STAGES, *ASKED} - ALONE


def ask(folder: Path, name: str, *words: str, **more: str):
    made = copy_checkout(folder)
    made.python = str(ROOT / ".venv-slurm/bin/python")
    words = ("--workflow-profile", f"workflow/profiles/{name}", *words)
    return made, made.snakemake("--executor", EXECUTORS[name], "--jobs", "50", *words, **more)


def test_a_profile_of_a_cluster_alone_runs_nothing_here(own: Copy):
    """Before, the profile named the executor; without one Snakemake would run every job here."""
    done = own.snakemake("--workflow-profile", "workflow/profiles/lsf", "--cores", "1", "mini")
    assert done.returncode == 1 and told_plainly(done.stderr)
    assert "--executor lsf" in done.stderr and not (own.root / "results").exists()


SITE = """\
executor: slurm
jobs: 7
default-resources: {slurm_partition: long, slurm_account: trials}
"""


@pytest.mark.slurm
def test_a_site_s_own_profile_says_what_the_cluster_is(tmp_path: Path):
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours/config.yaml").write_text(SITE)
    site = ("--profile", str(tmp_path / "ours"))
    made = copy_checkout(tmp_path / "made")
    made.python = str(ROOT / ".venv-slurm/bin/python")
    words = ("--workflow-profile", "workflow/profiles/slurm", "--dry-run", "--verbose")
    done = made.snakemake(*site, *words, "ruetzler2013")
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    assert "slurm_account=trials" in said and "slurm_partition=long" in said
    assert "Group job trial" in said


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
    assert "ncpus=1:mem=1000mb" in asked and "walltime=300" in asked
