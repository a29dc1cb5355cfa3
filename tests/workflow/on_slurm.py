"""Runs of a multiverse and a simulation on a SLURM of this machine, that somebody disturbs."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checkout import ROOT, Copy, copy_checkout, files_of, own_project
from slurm import Cluster

# As the profile has it, where `sacct` answers; but sooner than a real cluster needs to.
ACCOUNTED = (
    "--executor",
    "slurm",
    "--jobs",
    "50",
    "--workflow-profile",
    "workflow/profiles/slurm",
    "--slurm-init-seconds-before-status-checks",
    # A stage takes some eight; who asks before it has ended asks again ten later than that.
    "9",
)
# A cluster without accounting is asked by squeue.
HERE = (*ACCOUNTED, "--slurm-no-account", "--slurm-status-command", "squeue")
# So that a run that hangs ends.
LONGEST = 600
SMALL = "mini"
VARIED, SIMULATED = "elmunzer2012", "musaro2019"
MULTIVERSE = f"results/{VARIED}/multiverse/multiverse.html"
SIMULATION = f"results/{SIMULATED}/simulation/simulation.html"


@contextmanager
def started(
    nodes: int = 2, cpus: int = 2, more: str = "", accounting: bool = False
) -> Iterator[Cluster]:
    """A cluster in a folder of its own; munge wants one that others can look into."""
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    folder.chmod(0o755)
    with Cluster(folder, nodes, cpus, more, accounting) as cluster:
        yield cluster
    shutil.rmtree(folder)


def on_cluster(folder: Path, of: Path = ROOT) -> Copy:
    """A copy that is run by the environment with the plugins."""
    made = copy_checkout(folder, of)
    made.python = str(ROOT / ".venv-slurm/bin/python")
    return made


def small_trial(folder: Path) -> tuple[Copy, dict[str, bytes]]:
    """A small trial to be run on a cluster, and what a local run made of it."""
    local = own_project(folder / "local")
    done = local.snakemake(SMALL, "--cores", "2")
    assert done.returncode == 0, done.stderr
    made = on_cluster(folder / "cluster", local.root)
    shutil.copytree(local.root / "data", made.root / "data")
    return made, files_of(local.root)


def take_derived(made: Copy, of: Path) -> None:
    """Take the data that the multiverse is of from a finished run."""
    for name in ("raw", "clean", "derived", "made"):
        at = Path("results", VARIED, name)
        shutil.copytree(of / at, made.root / at)


def tables_of(made: Copy) -> dict[str, bytes]:
    """The tables and pages of a multiverse and a simulation, as far as they are there; blocks and
    marks are of their division."""
    folders = (made.root / MULTIVERSE).parent, (made.root / SIMULATION).parent
    return {
        path.name: path.read_bytes() for folder in folders for path in sorted(folder.glob("*.*"))
    }


class Running:
    """A run on the cluster, that a test looks at and stops; in parts, if it has any."""

    def __init__(self, cluster: Cluster, made: Copy, parts: int | None, *words: str):
        """`words` of the command: targets, and what is otherwise than in the profile."""
        self.cluster, self.made, self.said = cluster, made, made.root / "said"
        how = ACCOUNTED if cluster.accounting else HERE
        divided = ("--config", f"parts={parts}") if parts else ()
        words = made.command(*how, *words, *divided)
        with open(self.said, "ab") as said:
            how = made.how(**cluster.environment)
            self.process = subprocess.Popen(words, **how, stderr=said, stdout=said)

    def jobs(self, rule: str, states: str) -> list[str]:
        """Its jobs of a rule, by their numbers."""
        words = ("squeue", "--noheader", f"--states={states}", "--format=%A %Z %k")
        lines = [line.split() for line in self.cluster.ask(*words).splitlines()]
        here = str(self.made.root)
        return [line[0] for line in lines if here in line and any(rule in word for word in line)]

    def until(self, rule: str, states: str = "RUNNING") -> str:
        """The number of its first job of a rule, as soon as there is one."""
        while not (jobs := self.jobs(rule, states)):
            assert self.process.poll() is None, self.text
            time.sleep(0.2)
        return jobs[0]

    def kill(self) -> None:
        """Its main process, with no time for a last word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        try:
            assert self.process.wait(LONGEST) == 0, self.text
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the run does not end:\n{self.text}") from None

    @property
    def text(self) -> str:
        return self.said.read_text(encoding="utf-8")


def replace_in(made: Copy, trial: str, name: str, *changes: tuple[str, str]) -> None:
    """Change a file of a trial's configuration, by texts that stand in it."""
    file = made.root / "config/trials" / trial / name
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
