"""Two real trials, run whole in a folder of their own and compared with their recorded results."""

import csv
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.report.installation.evidence import NOT_RUN, Test, tested

# A comparison of proportions, and times to events.
TRIALS = ("elmunzer2012", "moertel1990")
REFERENCE = Path(__file__).parent / "reference"
NUMBERS = ("stat_value", "ci_low", "ci_high", "n_used")
# On another processor the last of the twelve digits that are kept may differ.
TOLERANCE = 1e-9
PROJECT = (
    *("Snakefile", "profiles", "workflow", "scripts", "config"),
    *("requirements.lock", "environment.yml", "pyproject.toml"),
)
SHOWN = 8
Results = Mapping[str, list[float | None]]


def trials(at: Project, *, quick: bool) -> Iterator[Test]:
    """The tests of each trial: its results; of the first, an alteration and a trace."""
    if not (at.root / "Snakefile").is_file():
        for id, what in (("P.results", "Recorded results"), ("P.altered", "Alterations")):
            yield Test(id, what, NOT_RUN, "no Snakefile here: a checkout has it")
        return
    with tempfile.TemporaryDirectory(prefix="validate") as folder:
        made = Project(Path(folder, "project"))
        copy_project(at, made)
        for number, trial in enumerate(TRIALS):
            id, what = f"P.results.{trial}", f"Recorded results of {trial}"
            if quick and number:
                yield Test(id, what, NOT_RUN, "--quick")
            elif not made.trial_config(trial).is_dir():
                yield Test(id, what, NOT_RUN, f"config/trials/{trial} is not here")
            else:
                done = command(made, "snakemake", "--cores", "2", trial)
                wrong = f"the run ended with {done.returncode}: {done.stderr.strip()[-400:]}"
                yield tested(id, what, wrong, "") if done.returncode else _compared(made, trial)
        if (made.results / TRIALS[0] / "seal.json").is_file():
            yield from _after(made, made.results / TRIALS[0])


def copy_project(at: Project, copy: Project) -> None:
    """Code and configuration of the project, with the reference trials alone in its settings."""
    copy.root.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in PROJECT:
        source = at.root / name
        if source.is_symlink():
            (copy.root / name).symlink_to(source.readlink())
        elif source.is_dir():
            shutil.copytree(source, copy.root / name, ignore=ignored)
        elif source.is_file():
            shutil.copy2(source, copy.root / name)
    config = copy.config / "config.yaml"
    kept = [
        line
        for line in config.read_text().splitlines()
        if not line.startswith(("trials:", "examples:"))
    ]
    config.write_text("\n".join([f"trials: [{', '.join(TRIALS)}]", *kept]) + "\n")


def command(copy: Project, *words: str) -> subprocess.CompletedProcess[str]:
    """A Python module as a program, in a copy and by its code."""
    path = os.pathsep.join([str(copy.root / "workflow"), os.environ.get("PYTHONPATH", "")])
    variables = os.environ | {"PYTHONPATH": path.rstrip(os.pathsep)}
    call = [sys.executable, "-m", *words]
    return subprocess.run(call, cwd=copy.root, env=variables, capture_output=True, text=True)


def _compared(copy: Project, trial: str) -> Test:
    """Every number of a run, and the largest difference from its record."""
    recorded = read_recorded(trial)
    largest, where, wrong = compare(recorded, result_numbers(copy.results / trial))
    more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    seen = f"{len(recorded):,} results to {TOLERANCE:g}; largest difference {largest:.1e}"
    seen += f", of {where}" if where else ""
    id, what = f"P.results.{trial}", f"Recorded results of {trial}"
    return tested(id, what, "; ".join(wrong[:SHOWN]) + more, seen)


def read_recorded(trial: str) -> dict[str, list[float | None]]:
    """The recorded numbers of each result."""
    with (REFERENCE / f"{trial}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    return {id: [float(text) if text else None for text in texts] for id, *texts in rows[1:]}


def result_numbers(folder: Path) -> dict[str, list[float | None]]:
    """The numbers of each result of a run."""
    from trialtrace.run.tables.contracts import RESULTS, read_table

    rows = read_table(folder / "analysis" / "results.parquet", RESULTS).to_pylist()
    return {row["result_id"]: [row[name] for name in NUMBERS] for row in rows}


def compare(recorded: Results, found: Results) -> tuple[float, str, list[str]]:
    """The largest relative difference and its result, and in words what does not agree."""
    largest, where = 0.0, ""
    wrong = [f"{result} is not there" for result in recorded.keys() - found.keys()]
    wrong += [f"{result} is not recorded" for result in found.keys() - recorded.keys()]
    for result in [result for result in recorded if result in found]:
        for name, before, now in zip(NUMBERS, recorded[result], found[result], strict=True):
            difference = _difference(before, now)
            if difference > largest:
                largest, where = difference, f"{result} {name}"
            if difference > TOLERANCE:
                wrong.append(f"{result} {name}: {now!r}, recorded {before!r}")
    return largest, where, sorted(wrong)


def _difference(before: float | None, now: float | None) -> float:
    if before == now:
        return 0.0
    if before is None or now is None:
        return math.inf
    return abs(before - now) / max(abs(before), abs(now))


def _after(copy: Project, folder: Path) -> Iterator[Test]:
    """A number is followed to its rows; an altered result is found by verify and the next run."""
    result = next(id for id in result_numbers(folder) if "/risk_difference." in id)
    done = command(copy, "trialtrace", "trace", result, "--rows")
    followed = done.returncode == 0 and "raw" in done.stdout
    wrong = "" if followed else done.stderr.strip()[-400:] or "no rows"
    yield tested("P.trace", "A number leads to its raw rows", wrong, result)
    yield _altered(copy, folder)


def _altered(copy: Project, folder: Path) -> Test:
    file = folder / "analysis" / "results.parquet"
    content = file.read_bytes()
    middle = len(content) // 2
    file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    name = str(file.relative_to(folder))
    verified = command(copy, "trialtrace", "verify", str(folder))
    again = command(copy, "snakemake", "--cores", "1", folder.name)
    file.write_bytes(content)
    wrong = []
    if verified.returncode != 1 or name not in verified.stdout:
        wrong.append("verify does not name it")
    if not again.returncode or name not in again.stderr:
        wrong.append("the next run does not stop at it")
    seen = f"one bit of {name}: by verify, and by the next run"
    return tested("P.altered", "An altered result is found and named", "; ".join(wrong), seen)
