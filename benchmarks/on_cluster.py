"""What a multiverse costs on a SLURM of this machine, by the number of its parts.

Prints a table. CPU seconds are counted by each Python that a job
starts, with its children, when it ends; so the load of the machine counts for little. Useful are
those that the estimates and the draws take in one process here. Needs root, slurm-wlm and munge,
and `make slurm`.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "helpers"))
sys.path.insert(0, str(ROOT / "tests" / "workflow"))

from checkout import Copy  # noqa: E402
from on_slurm import HERE, on_cluster, started  # noqa: E402
from slurm import Cluster  # noqa: E402

import made_multiverse  # noqa: E402

# Covariates, of which every set is a specification, and parts.
SIZES = ((7, (1,)), (10, (1, 3)), (13, (1, 2)), (17, (2,)))
PATIENTS, DRAWS = 1000, 10_000
# Specifications a part, and at how many nodes the model is asked.
RECOMMENDED, NODES = 65_536, 100
TARGET = "results/made/multiverse/multiverse.html"
# Each top Python of a job and of its step says at its end what it and its children took.
TALLY = """\
import atexit, os
if "SLURM_JOB_ID" in os.environ and "TALLY" in os.environ:
    step = os.environ.get("SLURM_STEP_ID", "batch")
    if os.environ.get("TALLIED") != step:
        os.environ["TALLIED"] = step
        def told():
            with open(os.environ["TALLY"], "a") as file:
                file.write(f"{sum(os.times()[:4])}\\n")
        atexit.register(told)
"""


def main() -> None:
    """Measure, fit and print."""
    with tempfile.TemporaryDirectory() as folder, started(cpus=4) as cluster:
        rows = [*measured(Path(folder), cluster)]
    print(section(rows))


Row = tuple[int, int, int, float, float]


def measured(folder: Path, cluster: Cluster) -> Iterator[Row]:
    """(specifications, parts, jobs, useful CPU s, all CPU s) of each run."""
    (folder / "tally").mkdir()
    (folder / "tally/sitecustomize.py").write_text(TALLY)
    for covariates, every in SIZES:
        useful, tables = alone(covariates), {}
        for parts in every:
            made = on_cluster(folder / f"{covariates} in {parts}")
            shutil.rmtree(made.root / "config")
            made_multiverse.write_project(made.root, covariates, PATIENTS, DRAWS)
            jobs, seconds = run(cluster, made, folder, parts)
            page = (made.root / TARGET).parent
            now = {path.name: path.read_bytes() for path in sorted(page.glob("*.*"))}
            assert now == (tables or now), f"{covariates} in {parts}: other tables"
            tables = now
            row = 2**covariates, parts, jobs, useful, seconds
            print(*row, file=sys.stderr, flush=True)
            yield row


def alone(covariates: int) -> float:
    """CPU seconds of estimates, draws, gathering and the page in one process."""
    found = made_multiverse.in_a_process((covariates, PATIENTS, DRAWS))
    return sum(found[step] for step in (*made_multiverse.STEPS, "page"))


def run(cluster: Cluster, made: Copy, folder: Path, parts: int) -> tuple[int, float]:
    """How many jobs a run has, without those of the trial's stages, and what they take."""
    tally = folder / f"{made.root.name}.tally"
    done = made.snakemake("--cores", "1", "results/made/derived/adsl.parquet")
    assert done.returncode == 0, done.stderr
    before = set(cluster.jobs())
    more = {"PYTHONPATH": str(folder / "tally"), "TALLY": str(tally)} | cluster.environment
    done = made.snakemake(*HERE, TARGET, "--config", f"parts={parts}", **more)
    assert done.returncode == 0, done.stderr
    seconds = sum(map(float, tally.read_text().split()))
    return len(set(cluster.jobs()) - before), seconds


def section(rows: list[Row]) -> str:
    """The table, the model and what it says of many nodes."""
    size, _, jobs, useful, seconds = np.array(rows).T
    terms = np.column_stack([jobs, size])
    (each, row), *_ = np.linalg.lstsq(terms, seconds - useful, rcond=None)
    one = useful[-1] / size[-1]
    whole = RECOMMENDED * NODES
    many = whole * (one + row) + each * (2 * NODES + 2)
    part = RECOMMENDED * one / (RECOMMENDED * (one + row) + 2 * each)
    lines = [
        f"Made-up trials of {PATIENTS:,} patients, analysis of covariance by every set of "
        f"covariates, {DRAWS:,} re-randomisations, on a SLURM of two nodes on one "
        "machine; CPU seconds of all processes of the multiverse's jobs, the main process left out "
        "(`make bench-cluster`). Useful is what estimates, draws, gathering and "
        "the page take in one process. The tables of a size are the same in any number of parts.",
        "",
        "| specifications | parts | jobs | useful, CPU s | all, CPU s | useful of all |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {n:,} | {parts} | {number} | {needed:.1f} | {taken:.1f} | {needed / taken:.2f} |"
            for n, parts, number, needed, taken in rows
        ),
        "",
        f"By least squares a job costs {each:.1f} CPU s, and a specification {1000 * row:.2f} ms "
        f"beside the {1000 * one:.1f} ms that are useful. So of {RECOMMENDED:,} specifications a "
        f"part {part:.2f} of the CPU is useful. On {NODES} nodes, a part each, {whole:,} of them "
        f"take {many:,.0f} CPU s, of which {whole * one / many:.2f} are useful: that is on paper, "
        "since two nodes were there, and the job that gathers works alone.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
