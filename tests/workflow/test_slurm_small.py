"""A small trial through SLURM, from its raw rows to its report: the bytes of a laptop."""

import shutil
import signal
from pathlib import Path

import pytest
from checkout import files_of, own_project, told_plainly
from on_slurm import HERE, LONGEST, SMALL, Running, on_cluster, small_trial, started

pytestmark = pytest.mark.slurm


def test_a_small_trial_through_slurm_has_the_same_bytes(tmp_path: Path):
    there, local = small_trial(tmp_path)
    with started(nodes=1) as cluster:
        done = there.snakemake(*HERE, SMALL, **cluster.environment)
        assert done.returncode == 0, done.stderr
        # All stages of a trial are one job, which says whose it is.
        assert [*cluster.jobs().values()] == ["COMPLETED"]
        words = ("squeue", "--noheader", "--states=all")
        assert cluster.ask(*words, "--format=%j").startswith(f"{SMALL}_")
        assert cluster.ask(*words, "--format=%k").strip().endswith(SMALL)
    assert files_of(there.root) == local
    assert (there.root / "results/mini/report/report.html").is_file()


def test_an_interrupted_run_ends_with_its_jobs(tmp_path: Path):
    """The plugin asks for states each ten seconds and more, and waited for its next question."""
    there = on_cluster(tmp_path / "cluster", own_project(tmp_path / "own").root)
    shutil.copytree(tmp_path / "own/data", there.root / "data")
    script = there.root / "scripts/clean_tables.py"
    script.write_text("import time\ntime.sleep(600)\n" + script.read_text())
    with started(nodes=1) as cluster:
        running = Running(cluster, there, None, SMALL)
        number = running.until("clean_tables")
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(LONGEST) == 1
        assert f"are cancelled: {number}" in running.text and told_plainly(running.text)
        assert cluster.jobs()[number] in ("CANCELLED", "COMPLETING")
