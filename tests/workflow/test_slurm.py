"""One trial through a real SLURM: every stage a job of the cluster, the bytes those of a laptop."""

import shutil
import tempfile
from pathlib import Path

import pytest
from checkout import ROOT, Copy, copy_checkout, files_of
from slurm import Cluster

from trialtrace.run.jobs.fresh import STAGES

pytestmark = pytest.mark.slurm
NAME = "ruetzler2013"
# A cluster without accounting is asked by squeue; it answers sooner than a real one needs to.
HERE = (
    "--workflow-profile",
    "workflow/profiles/slurm",
    "--slurm-no-account",
    "--slurm-status-command",
    "squeue",
    "--slurm-init-seconds-before-status-checks",
    # A stage takes some eight; who asks before it has ended asks again ten later than that.
    "9",
)


@pytest.fixture
def cluster():
    # munge wants folders that others can look into, which pytest's are not.
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    folder.chmod(0o755)
    with Cluster(folder) as started:
        yield started
    shutil.rmtree(folder)


def test_a_trial_through_slurm_has_the_same_bytes(run: Copy, cluster: Cluster, tmp_path: Path):
    made = copy_checkout(tmp_path / "on the cluster", run.root)
    made.python = str(ROOT / ".venv-slurm/bin/python")
    done = made.snakemake(*HERE, NAME, **cluster.environment)
    assert done.returncode == 0, done.stderr
    assert list(cluster.jobs().values()) == ["COMPLETED"] * len(STAGES)
    local = {path: data for path, data in files_of(run.root).items() if f"results/{NAME}/" in path}
    assert files_of(made.root) == local
