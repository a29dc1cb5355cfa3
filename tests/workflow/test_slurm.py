"""A trial and a multiverse through a real SLURM of two nodes: the bytes are those of a laptop."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import ROOT, Copy, copy_checkout, files_of
from slurm import Cluster

from trialtrace.run.tables.contracts import RESULTS, read_table

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
    # All stages of a trial are one job.
    assert list(cluster.jobs().values()) == ["COMPLETED"]
    local = {path: data for path, data in files_of(run.root).items() if f"results/{NAME}/" in path}
    assert files_of(made.root) == local


VARIED = "elmunzer2012"
DRAWS = ("draws: 10000", "draws: 2000")
SPECIFICATIONS = 2048


def tables_of(made: Copy) -> dict[str, bytes]:
    """The tables and the page of a multiverse; blocks and marks are of their division."""
    files = (made.root / "results" / VARIED / "multiverse").glob("*.*")
    return {path.name: path.read_bytes() for path in sorted(files)}


def varied(made: Copy) -> Copy:
    """The trial's multiverse with fewer draws."""
    file = made.root / "config/trials" / VARIED / "multiverse.yaml"
    text = file.read_text(encoding="utf-8")
    assert DRAWS[0] in text
    file.write_text(text.replace(*DRAWS), encoding="utf-8")
    return made


class Running:
    """A run of a multiverse in parts on the cluster, that a test looks at and stops."""

    def __init__(self, cluster: Cluster, made: Copy, parts: int):
        self.cluster, self.made, self.said = cluster, made, made.root / "said"
        target = f"results/{VARIED}/multiverse/multiverse.html"
        words = made.command(*HERE, target, "--config", f"parts={parts}")
        with open(self.said, "ab") as said:
            how = made.how(**cluster.environment)
            self.process = subprocess.Popen(words, **how, stderr=said, stdout=said)

    def jobs(self, rule: str, states: str) -> list[str]:
        """Its jobs of a rule, by their numbers."""
        words = ("squeue", "--noheader", f"--states={states}", "--format=%A %Z %k")
        lines = [line.split() for line in self.cluster.ask(*words).splitlines()]
        here = str(self.made.root)
        return [line[0] for line in lines if here in line and any(rule in word for word in line)]

    def end(self) -> None:
        assert self.process.wait() == 0, self.text

    @property
    def text(self) -> str:
        return self.said.read_text(encoding="utf-8")


def disturbed(runs: dict[int, Running], rule: str, how: dict[int, Callable[[str], None]]) -> None:
    """Do something to each run as soon as a job of a rule works, with the job's number."""
    left = dict(how)
    while left:
        for parts in list(left):
            if jobs := runs[parts].jobs(rule, "RUNNING"):
                left.pop(parts)(jobs[0])
            assert parts not in left or runs[parts].process.poll() is None, runs[parts].text
        time.sleep(0.2)


def test_a_multiverse_in_any_parts_has_the_same_bytes_whatever_is_killed(
    cluster: Cluster, tmp_path: Path
):
    here = varied(copy_checkout(tmp_path / "here"))
    target = f"results/{VARIED}/multiverse/multiverse.html"
    done = here.snakemake("--cores", "1", target, "--config", "parts=2")
    assert done.returncode == 0, done.stderr
    file = here.root / "results" / VARIED / "multiverse/results.parquet"
    estimates = {row["stat_value"] for row in read_table(file, RESULTS).to_pylist()}
    assert len(estimates - {None}) == SPECIFICATIONS
    runs = {
        parts: Running(cluster, on_cluster(tmp_path / str(parts), here.root), parts)
        for parts in (1, 3, 7)
    }
    cancelled: list[str] = []

    def cancel(number: str) -> None:
        cancelled.append(number)
        cluster.ask("scancel", number)

    def kill(number: str) -> None:
        runs[7].process.send_signal(signal.SIGKILL)
        runs[7].process.wait()

    # Somebody cancels a job, which is tried once more; the main process of another run is killed
    # while its jobs write: they go on, and the next run waits for them.
    disturbed(runs, "estimate_multiverse", {3: cancel, 7: kill})
    assert runs[7].jobs("estimate_multiverse", "RUNNING,PENDING")
    runs[7] = Running(cluster, runs[7].made, 7)
    wanted = tables_of(here)
    for parts, run in runs.items():
        run.end()
        assert tables_of(run.made) == wanted, parts
    assert cluster.jobs()[cancelled[0]] == "CANCELLED"
    assert set(cluster.places().values()) == {"node1", "node2"}
