"""What a run costs beside its floor; prints tables.

Measured in a copy of the checkout, so that the results of this one stay. CPU seconds are user and
system time of the whole tree of processes; every figure is the median of the rounds.

Ratios of two costs of the same run hardly depend on the machine. They are held against those of
benchmarks/ratios.json: where one is 15 % worse, nothing is written and the exit code is 1.
"""

import argparse
import json
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RATIOS = ROOT / "benchmarks" / "ratios.json"
MOST_WORSE = 1.15
"""How many times the committed ratio one may be: CPU times of two runs differ by some percent."""
ALL = "all, with the site"
MADE = ("results", "site", "logs", ".snakemake")
SNAKEMAKE = (sys.executable, "-m", "snakemake", "--cores", "2")
TRIALTRACE = (str(Path(sys.executable).with_name("trialtrace")),)
ASKED = ("results", "trace", "claims", "check")
# The peer of the commands: nearly all of them cannot do without it.
PEER = ("", "import of pyarrow")


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
    """Run a command in the copy, with the copy's package.

    `trialtrace claims` ends with 1 where a printed number does not hold.
    """
    environment = os.environ | {"PYTHONPATH": str(folder / "workflow")}
    # A shell may forbid it: a command would compile every module anew, which is none of its costs.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode > ("claims" in command):
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


def choose(folder: Path, trials: list[str]) -> None:
    """Let the copy run these trials alone."""
    path = folder / "config" / "config.yaml"
    text = re.sub(r"(?m)^trials: .*$", f"trials: [{', '.join(trials)}]", path.read_text())
    path.write_text(text)


def configured(folder: Path) -> list[str]:
    line = re.search(r"(?m)^trials: \[(.*)\]", (folder / "config" / "config.yaml").read_text())
    return [name.strip() for name in line.group(1).split(",")]


def measure(folder: Path, rounds: int) -> dict[tuple[str, str], Cost]:
    """(trial or ALL, what) -> cost: each cold run beside its floor, then one with nothing to do.

    A cold run has no results, and nothing that an earlier run remembers.
    """
    costs: dict[tuple[str, str], list[Cost]] = {}

    def add(name: str, what: str, *command: str) -> None:
        costs.setdefault((name, what), []).append(cost(folder, *command))

    floor = (sys.executable, str(folder / "benchmarks/floor.py"), str(folder))
    for _ in range(rounds):
        # All trials last, so that what follows finds every result.
        for name, target in [*((name, [name]) for name in configured(folder)), (ALL, [])]:
            clean(folder)
            add(name, "floor", *floor, *target)
            clean(folder)
            add(name, "run", *SNAKEMAKE, *target)
            add(name, "nothing to do", *SNAKEMAKE, *target)
            add(name, "dry run", *SNAKEMAKE, "--dry-run", *target)
    for name, command in commands(folder).items():
        for _ in range(2 * rounds + 1):
            add(*name, *command)
    return {key: median(each) for key, each in costs.items()}


def commands(folder: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    """What is asked of results: for the trial with the fewest and the one with the most."""
    found = {
        ("", "import"): (sys.executable, "-c", "import trialtrace"),
        PEER: (sys.executable, "-c", "import pyarrow.parquet"),
    }
    sizes = {name: len(results(folder, name)) for name in configured(folder)}
    for trial in dict.fromkeys([min(sizes, key=sizes.get), max(sizes, key=sizes.get)]):
        found |= {
            (trial, "results"): (*TRIALTRACE, "results", trial),
            (trial, "trace"): (*TRIALTRACE, "trace", some_result(folder, trial)),
            (trial, "claims"): (*TRIALTRACE, "claims", trial),
            (trial, "check"): (*TRIALTRACE, "check", trial),
        }
    return found


def results(folder: Path, trial: str) -> list[dict[str, Any]]:
    listed = subprocess.run(
        [*TRIALTRACE, "results", trial, "--format", "json"],
        cwd=folder,
        capture_output=True,
        check=True,
    )
    return json.loads(listed.stdout)


def some_result(folder: Path, trial: str) -> str:
    """An estimate with an interval: the kind of number whose trace is asked for."""
    return next(row["result_id"] for row in results(folder, trial) if row["comparison"])


def ratios(costs: dict[tuple[str, str], Cost]) -> dict[str, float]:
    """CPU time over that of a floor or peer of the same run, by what is compared."""
    over = {
        f"{name}: a run over its floor": costs[name, what].cpu / costs[name, "floor"].cpu
        for name, what in costs
        if what == "run"
    }
    idle, dry = costs[ALL, "nothing to do"], costs[ALL, "dry run"]
    over[f"{ALL}: nothing to do over a dry run"] = idle.cpu / dry.cpu
    return over | {
        f"{name}: trialtrace {what} over the import of pyarrow": cost.cpu / costs[PEER].cpu
        for (name, what), cost in costs.items()
        if what in ASKED
    }


def worsened(now: dict[str, float], committed: dict[str, float]) -> list[str]:
    """A line for each ratio that is worse than the committed one by more than MOST_WORSE."""
    return [
        f"{name}: {now[name]:.2f}, committed is {before:.2f} (at most {MOST_WORSE * before:.2f})"
        for name, before in committed.items()
        if name in now and now[name] > MOST_WORSE * before
    ]


def page(found: dict[tuple[str, str], Cost], rounds: int) -> str:
    run, floor = found[ALL, "run"], found[ALL, "floor"]
    idle, dry = found[ALL, "nothing to do"], found[ALL, "dry run"]
    names = list(dict.fromkeys(name for name, what in found if what == "run"))
    trials = "\n".join(_line(name, found) for name in names)
    asked = [
        ("a run of all trials with nothing to do", idle, f"{1.5 * dry.wall:.2f} s"),
        ("the same with `--dry-run`", dry, ""),
        ("`import trialtrace`, Python's start included", found["", "import"], "0.15 s"),
        ("`import pyarrow.parquet`, the same", found[PEER], ""),
        *(
            (f"`trialtrace {what}`, {name}", each, "0.6 s")
            for (name, what), each in found.items()
            if what in ASKED
        ),
    ]
    short = "\n".join(
        f"| {name} | {c.cpu:.2f} | {c.wall:.2f} | {limit} |" for name, c, limit in asked
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = (
        f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f} at the end"
    )
    return f"""{machine}. Medians of {rounds} rounds, of {2 * rounds + 1} for the short
commands. CPU
seconds are user and system time of all processes; wall time depends on what else the machine does.

## From raw rows to report

Each trial alone, and all with their site: CPU and wall seconds. A cold run has no results and
remembers nothing; the floor calls the same functions in one process; *beyond* and *times* are CPU
seconds against the floor; *again* is a second run, which finds nothing to do.

| trial | cold, CPU | wall | floor, CPU | wall | beyond | times | again, CPU | wall |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
{trials}

The workflow of all trials beyond its floor:

- {run.cpu - floor.cpu:.1f} CPU seconds (limit 30)
- {run.cpu / floor.cpu:.2f} times the CPU time, {run.wall / floor.wall:.2f} times the wall time on \
two cores (limit 2.5)

## What starts up and answers

The commands are asked of the trial with the fewest results and of the one with the most. The last
column is the limit of the wall time; a run with nothing to do may take 1.5 times a dry run.

| | CPU s | wall s | limit |
| --- | ---: | ---: | ---: |
{short}
"""


def _line(name: str, found: dict[tuple[str, str], Cost]) -> str:
    run, floor, again = (found[name, what] for what in ("run", "floor", "nothing to do"))
    numbers = [run.cpu, run.wall, floor.cpu, floor.wall, run.cpu - floor.cpu, run.cpu / floor.cpu]
    return f"| {name} | " + " | ".join(f"{n:.2f}" for n in (*numbers, again.cpu, again.wall)) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--trial", action="append", default=[], help="these trials alone; records nothing"
    )
    parser.add_argument(
        "--accept", action="store_true", help="record ratios also where one is worse than recorded"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trialtrace-bench-") as scratch:
        copy_checkout(Path(scratch))
        if given.trial:
            choose(Path(scratch), given.trial)
        costs = measure(Path(scratch), given.rounds)
    text = page(costs, given.rounds)
    print(text)
    if given.trial:
        return
    now = ratios(costs)
    committed = json.loads(RATIOS.read_text()) if RATIOS.exists() else {}
    if (worse := worsened(now, committed)) and not given.accept:
        sys.exit("\n".join(["worse than committed; nothing is written:", *worse]))
    RATIOS.write_text(json.dumps({k: round(v, 3) for k, v in now.items()}, indent=2) + "\n")


if __name__ == "__main__":
    main()
