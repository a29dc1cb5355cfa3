"""A multiverse on a SLURM of this machine, of which somebody or something goes wrong.

Each run is disturbed in one way while its jobs work: it has to end with the files of a local run,
or with a message that says what happened. SLURM keeps accounts, as most clusters do. Needs root,
slurm-wlm, munge, slurmdbd, mariadb-server, and `make slurm`.
"""

import argparse
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from record import ROOT, circumstances

sys.path.insert(0, str(ROOT / "tests" / "helpers"))
sys.path.insert(0, str(ROOT / "tests" / "workflow"))

import yaml
from checkout import Copy, copy_checkout
from on_slurm import MULTIVERSE, VARIED, Running, on_cluster, started, tables_of, take_derived
from slurm import Cluster

PARTS, FACTORS = 3, 8
RULE = "estimate_multiverse"
# Without control groups a job's memory is looked at each second, and a job that has more is killed.
MEMORY = """\
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
"""
# Jobs of another partition take the place of those of the run.
PREEMPTION = """\
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=urgent Nodes=ALL PriorityTier=10 MaxTime=INFINITE State=UP
"""
WAITS = 20.0
# Words of SLURM in the lines by which a run tells what happened, the plainest first.
TOLD = ("exceeded memory limit", "DUE TO", "NODE_FAIL", "does not answer", "CANCELLED AT", "error")


@dataclass
class Case:
    """A way of going wrong: what is done to a run, in which words its command differs."""

    title: str
    do: Callable[[Running], None] = lambda running: None
    words: tuple[str, ...] = ()
    again: bool = False


def needing(memory: str) -> tuple[str, ...]:
    return ("--set-resources", f"{RULE}:mem_mb={memory}")


def cancel(running: Running) -> None:
    running.cluster.ask("scancel", running.until(RULE))


def kill(running: Running) -> None:
    running.until(RULE)
    running.kill()


def interrupt(running: Running) -> None:
    running.until(RULE)
    running.process.send_signal(signal.SIGINT)
    running.process.wait()


def hang(running: Running) -> None:
    """The processes of a job, stopped until SLURM ends them."""
    number = running.until(RULE)
    time.sleep(5)
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            here = (process / "cwd").readlink() == running.made.root
            if here and f"SLURM_JOB_ID={number}".encode() in (process / "environ").read_bytes():
                os.kill(int(process.name), signal.SIGSTOP)


def no_controller(running: Running) -> None:
    running.until(RULE)
    running.cluster.without_controller(WAITS)


def preempt(running: Running) -> None:
    running.until(RULE)
    urgent = ("--partition=urgent", "--nodes=2", "--exclusive", "--output=/dev/null")
    running.cluster.ask("sbatch", *urgent, "--wrap=sleep 20")


def node(state: str) -> Callable[[Running], None]:
    """A node of a running job gets a state, and comes back when the run has ended."""

    def change(running: Running) -> None:
        number = running.until(RULE)
        name = running.cluster.places()[number]
        update = ("scontrol", "update", f"NodeName={name}")
        running.cluster.ask(*update, f"State={state}", "Reason=campaign")
        running.process.wait()
        running.cluster.ask(*update, "State=RESUME")

    return change


# The first run side by side; what is done to the cluster itself is done to one run at a time.
TOGETHER = (
    Case(
        "a job has more memory than it asked for, and enough when it is tried again",
        words=needing("100 if attempt == 1 else 2000"),
    ),
    Case("a job has more memory than it asked for, each time", words=needing("100")),
    Case(
        "a job hangs for longer than its time", hang, ("--set-resources", f"{RULE}:runtime=attempt")
    ),
    Case("a job is cancelled", cancel),
    Case("the main process is killed, and the command given again", kill, again=True),
    Case("the main process is interrupted, and the command given again", interrupt, again=True),
)
ALONE = (
    Case(f"the controller is away for {WAITS:.0f} s", no_controller),
    Case("other jobs preempt those of the run", preempt),
    Case("a node is drained while a job works on it", node("DRAIN")),
    Case("a node fails while a job works on it", node("DOWN")),
)


def main() -> None:
    """Run every case and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of", help="a folder in which the trial was run up to its derived data")
    parser.add_argument("--only", default="", help="cases with these words")
    arguments = parser.parse_args()
    together, alone = (
        [case for case in those if arguments.only in case.title] for those in (TOGETHER, ALONE)
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        started(cpus=4, more=MEMORY + PREEMPTION, accounting=True) as cluster,
    ):
        base = Path(folder)
        here = copy_checkout(base / "here")
        smaller(here)
        ready(here, Path(arguments.of) if arguments.of else None)
        wanted = tables_of(locally(here))
        disturb = partial(disturbed, cluster, here, wanted)
        with ThreadPoolExecutor(len(TOGETHER)) as pool:
            rows = [*pool.map(disturb, together)]
        rows += [disturb(case) for case in alone]
    print(text(rows))


def smaller(made: Copy) -> None:
    """The specifications of the first factors, by fewer re-randomisations."""
    file = made.root / "config/trials" / VARIED / "multiverse.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content |= {"factors": dict([*content["factors"].items()][:FACTORS]), "draws": 1500}
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def ready(made: Copy, of: Path | None) -> None:
    """The derived data, taken from a run or made here."""
    if of is not None:
        take_derived(made, of)
        return
    done = made.snakemake("--cores", "1", f"results/{VARIED}/derived/adsl.parquet")
    assert done.returncode == 0, done.stderr


def locally(made: Copy) -> Copy:
    copy = copy_checkout(made.root.parent / "locally", made.root)
    take_derived(copy, made.root)
    done = copy.snakemake("--cores", "1", MULTIVERSE, "--config", "parts=1")
    assert done.returncode == 0, done.stderr
    return copy


def disturbed(
    cluster: Cluster, here: Copy, wanted: dict[str, bytes], case: Case
) -> tuple[str, str, str, str]:
    """What comes of a run of its own that goes wrong in one way."""
    folder = here.root.parent / re.sub(r"\W+", "-", case.title)
    made = on_cluster(folder, here.root)
    take_derived(made, here.root)
    running = Running(cluster, made, PARTS, MULTIVERSE, *case.words)
    case.do(running)
    if case.again:
        running = Running(cluster, made, PARTS, MULTIVERSE, *case.words)
    running.process.wait()
    return row(case, running, wanted)


def row(case: Case, running: Running, wanted: dict[str, bytes]) -> tuple[str, str, str, str]:
    """What SLURM says of the run's jobs, how the run ended, and what it said."""
    words = ("squeue", "--noheader", "--states=all", "--format=%T %Z")
    lines = (line.split(" ", 1) for line in running.cluster.ask(*words).splitlines())
    states = [state for state, at in lines if at.strip() == str(running.made.root)]
    other = sorted({*states} - {"COMPLETED"})
    counts = [f"{states.count(state)} {state}" for state in ("COMPLETED", *other)]
    if tables_of(running.made) == wanted:
        ended = "the same files"
    else:
        ended = "no files" if running.process.returncode else "OTHER FILES"
    said = [line.strip() for line in running.text.splitlines()]
    told = [line for part in TOLD for line in said if part in line]
    print(case.title, counts, ended, *told[:6], sep="\n  ", file=sys.stderr, flush=True)
    return case.title, ", ".join(counts), ended, told[0] if told else ""


def text(rows: list[tuple[str, str, str, str]]) -> str:
    """The section."""
    lines = [
        f"{circumstances()}\n",
        f"`make campaign-cluster`: {2**FACTORS} specifications of {VARIED} in {PARTS} parts on a "
        "SLURM of two nodes with accounting, without control groups, `retries: 1`. Each run is "
        "disturbed in one way while its jobs work. It ends with every file as a local run writes "
        "it, or with a message.\n",
        "| what happens | jobs, as `squeue` has them | the run ends with | what is said |",
        "| --- | --- | --- | --- |",
        *(f"| {' | '.join(cell.replace('|', ' ') for cell in each)} |" for each in rows),
        "",
        "Without control groups nothing bounds a job's memory but what SLURM counts itself: "
        "`JobAcctGatherParams=OverMemoryKill` adds up the resident memory of a step's processes "
        "each `JobAcctGatherFrequency`, and kills the step. Memory that forks share counts for "
        "each of them. Where neither is set, a job takes what the node has, and the node's own "
        "killer of processes leaves it `FAILED`.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
