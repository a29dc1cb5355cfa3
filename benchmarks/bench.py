"""What a run costs beside its floor; prints a table and writes docs/benchmarks.md.

Measured in a copy of the checkout, so that the results of this one stay. CPU seconds are user and
system time of the whole tree of processes; every figure is the median of the rounds.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
MADE = ("results", "site", "logs", ".snakemake")
SNAKEMAKE = (sys.executable, "-m", "snakemake", "--cores", "2")
TRIALTRACE = (str(Path(sys.executable).with_name("trialtrace")),)


@dataclass
class Cost:
    wall: float
    cpu: float


def copy_checkout(folder: Path) -> None:
    """The files that git knows, as they stand."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)


def clean(folder: Path) -> None:
    for name in MADE:
        shutil.rmtree(folder / name, ignore_errors=True)


def cost(folder: Path, *command: str) -> Cost:
    """Run a command in the copy, with the copy's package."""
    environment = os.environ | {"PYTHONPATH": str(folder / "workflow")}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


def measure(folder: Path, rounds: int) -> dict[str, Cost]:
    """Whole runs and their floor in turn, then what starts up and answers."""
    whole, floor = [], []
    for _ in range(rounds):
        clean(folder)
        floor.append(cost(folder, sys.executable, str(folder / "benchmarks/floor.py"), str(folder)))
        clean(folder)
        whole.append(cost(folder, *SNAKEMAKE))
    found = {"run": median(whole), "floor": median(floor)}
    trial = sorted(path.name for path in (folder / "results").iterdir())[0]
    short = {
        "nothing to do": SNAKEMAKE,
        "snakemake -n": (*SNAKEMAKE, "--dry-run"),
        "import": (sys.executable, "-c", "import trialtrace"),
        "results": (*TRIALTRACE, "results", trial),
        "trace": (*TRIALTRACE, "trace", some_result(folder, trial)),
        "claims": (*TRIALTRACE, "claims", trial),
        "check": (*TRIALTRACE, "check", trial),
    }
    for name, command in short.items():
        found[name] = median([cost(folder, *command) for _ in range(2 * rounds + 1)])
    return found


def some_result(folder: Path, trial: str) -> str:
    """An estimate with an interval: the kind of number whose trace is asked for."""
    listed = subprocess.run(
        [*TRIALTRACE, "results", trial, "--format", "json"],
        cwd=folder,
        capture_output=True,
        check=True,
    )
    return next(row["result_id"] for row in json.loads(listed.stdout) if row["comparison"])


def page(found: dict[str, Cost], rounds: int) -> str:
    run, floor = found["run"], found["floor"]
    idle, dry = found["nothing to do"], found["snakemake -n"]
    rows = [
        ("all trials, cold", run, ""),
        ("the same functions in one process", floor, ""),
        ("a run with nothing to do", idle, f"{idle.wall / dry.wall:.2f} of `snakemake -n` (1.5)"),
        ("`snakemake -n`", dry, ""),
        ("`import trialtrace`, Python's start included", found["import"], "0.15 s"),
        *(
            (f"`trialtrace {name}`", found[name], "0.6 s")
            for name in ("results", "trace", "claims", "check")
        ),
    ]
    table = "\n".join(f"| {name} | {c.cpu:.2f} | {c.wall:.2f} | {note} |" for name, c, note in rows)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = (
        f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f} at the end"
    )
    return f"""# What a run costs

Measured by `make bench` on {machine}. Medians of {rounds} rounds, of {2 * rounds + 1} for the short
commands. CPU seconds are user and system time of all processes; wall time depends on what else the
machine does. The last column is the limit.

| | CPU s | wall s | |
| --- | ---: | ---: | --- |
{table}

The workflow beyond its floor:

- {run.cpu - floor.cpu:.1f} CPU seconds (limit 30)
- {run.cpu / floor.cpu:.2f} times the CPU time, {run.wall / floor.wall:.2f} times the wall time on \
two cores (limit 2.5)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="trialtrace-bench-") as scratch:
        copy_checkout(Path(scratch))
        text = page(measure(Path(scratch), rounds), rounds)
    print(text)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
