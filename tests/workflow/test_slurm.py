"""One trial through a real SLURM: every stage a job of the cluster, the bytes those of a laptop."""

import shutil
import subprocess
import tempfile
import time
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


def on_cluster(folder: Path, of: Path = ROOT) -> Copy:
    made = copy_checkout(folder, of)
    made.python = str(ROOT / ".venv-slurm/bin/python")
    return made


def test_a_trial_through_slurm_has_the_same_bytes(run: Copy, cluster: Cluster, tmp_path: Path):
    made = on_cluster(tmp_path / "on the cluster", run.root)
    done = made.snakemake(*HERE, NAME, **cluster.environment)
    assert done.returncode == 0, done.stderr
    assert list(cluster.jobs().values()) == ["COMPLETED"] * len(STAGES)
    local = {path: data for path, data in files_of(run.root).items() if f"results/{NAME}/" in path}
    assert files_of(made.root) == local


VARIED = """\
of: pep_primary
estimate: {risk_difference: {method: standardised, covariates: [], variance: sandwich}}
limit: 100
draws: 2000
seed: 7
factors:
"""
FACTOR = """\
  {0}:
    label: Adjusted for {0}
    why: It is known before the allocation.
    levels:
      without: {{}}
      adjusted: {{covariates: [{0}], known: before_randomisation}}
"""
COVARIATES = ("sod", "pep", "sex", "age", "train")
JOBS_OF_PARTS = 2


def tables_of(made: Copy) -> dict[str, bytes]:
    """The tables and the page of a multiverse; blocks and marks are of their division."""
    files = (made.root / "results/elmunzer2012/multiverse").glob("*.*")
    return {path.name: path.read_bytes() for path in sorted(files)}


def varied(made: Copy) -> Copy:
    """A smaller multiverse than the trial has."""
    file = made.root / "config/trials/elmunzer2012/multiverse.yaml"
    file.write_text(VARIED + "".join(map(FACTOR.format, COVARIATES)), encoding="utf-8")
    return made


def cancelled(cluster: Cluster, rule: str, run: subprocess.Popen) -> str:
    """The first job of a rule that works, cancelled by somebody; its number."""
    while run.poll() is None:
        jobs = cluster.ask("squeue", "--noheader", "--states=RUNNING", "--format=%A %k")
        number = next((line.split()[0] for line in jobs.splitlines() if rule in line), None)
        if number is not None:
            cluster.ask("scancel", number)
            return number
        time.sleep(0.2)
    raise AssertionError(f"the run ended without a job of {rule}")


def test_a_multiverse_in_parts_has_the_same_bytes_though_a_job_is_cancelled(
    cluster: Cluster, tmp_path: Path
):
    here = varied(copy_checkout(tmp_path / "here"))
    done = here.snakemake("--cores", "1", "multiverse", "--config", "parts=1")
    assert done.returncode == 0, done.stderr
    made = varied(on_cluster(tmp_path / "there", here.root))
    words = made.command(*HERE, "multiverse", "--config", "parts=3")
    with open(tmp_path / "said", "wb") as said:
        run = subprocess.Popen(words, **made.how(**cluster.environment), stderr=said, stdout=said)
        number = cancelled(cluster, "estimate_multiverse", run)
        assert run.wait() == 0, (tmp_path / "said").read_text(encoding="utf-8")
    assert cluster.jobs().pop(number) == "CANCELLED"
    before = ("ingest_sources", "clean_tables", "derive_datasets")
    after = ("run_multiverse", "render_multiverse")
    jobs = len(before) + 3 * JOBS_OF_PARTS + len(after)
    others = [state for job, state in cluster.jobs().items() if job != number]
    assert others == ["COMPLETED"] * jobs
    assert tables_of(made) == tables_of(here)
