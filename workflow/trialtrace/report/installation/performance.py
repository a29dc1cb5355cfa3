"""Reference trials, run whole in a folder of their own and held against their record."""

import csv
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_file
from trialtrace.report.installation.evidence import NOT_RUN, REFERENCE, Test, tested

TRIALS = ("elmunzer2012", "ruetzler2013", "moertel1990", "sprave2019")
NUMBERS = ("stat_value", "ci_low", "ci_high", "n_used")
FILES = ("derived/bds.parquet", "analysis/results.parquet", "audit/claims.parquet")
# Of another processor the last of the twelve digits that are kept may differ, and more where an
# estimate is the end of a search.
TOLERANCE = 1e-8
PROJECT = (
    "Snakefile",
    "profiles",
    "workflow",
    "scripts",
    "config",
    "requirements.lock",
    "environment.yml",
    "pyproject.toml",
)
SHOWN = 8


def performance(at: Project, *, quick: bool) -> Iterator[Test]:
    """The tests of each trial: its results; of the first, an alteration and a trace."""
    if not (at.root / "Snakefile").is_file():
        for id, what in (
            ("P.results", "Recorded results"),
            ("P.altered", "Alterations"),
            ("P.trace", "Traces"),
        ):
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
                yield _run(made, trial)
        yield from _after(made, TRIALS[0])


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


def _run(copy: Project, trial: str) -> Test:
    id, what = f"P.results.{trial}", f"Recorded results of {trial}"
    done = command(copy, "snakemake", "--cores", "2", trial)
    if done.returncode:
        return tested(
            id, what, f"the run ended with {done.returncode}: {done.stderr.strip()[-400:]}", ""
        )
    kept = json.loads((REFERENCE / "platform.json").read_text(encoding="utf-8"))
    numbers = list(
        csv.reader((REFERENCE / f"{trial}.csv").read_text(encoding="utf-8").splitlines())
    )
    wrong = list(_differences(numbers[1:], result_numbers(copy.results / trial)))
    others = [
        name
        for name in FILES
        if sha256_file(copy.results / trial / name) != kept["files"][trial][name]
    ]
    seen = f"{len(numbers) - 1} results to {TOLERANCE:g}; "
    seen += f"other bytes: {', '.join(others)}" if others else "the recorded bytes"
    if here() != kept["platform"]:
        seen += f" (recorded on {kept['platform']}; this is {here()})"
    elif others and not wrong:
        wrong = [f"other bytes on the platform of the record: {', '.join(others)}"]
    more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return tested(id, what, "; ".join(wrong[:SHOWN]) + more, seen)


def _differences(kept: list[list[str]], values: Mapping[str, list[float | None]]) -> Iterator[str]:
    """Results that are others, or not there, in words."""
    for result_id, *texts in kept:
        numbers = values.get(result_id)
        if numbers is None:
            yield f"{result_id} is not there"
            continue
        for name, text, number in zip(NUMBERS, texts, numbers, strict=True):
            recorded = float(text) if text else None
            if not _same(recorded, number):
                yield f"{result_id} {name}: {number!r}, recorded {recorded!r}"
    for result_id in values.keys() - {row[0] for row in kept}:
        yield f"{result_id} is not recorded"


def _same(recorded: float | None, number: float | None) -> bool:
    if recorded is None or number is None:
        return recorded is number
    return math.isclose(recorded, number, rel_tol=TOLERANCE)


def result_numbers(folder: Path) -> dict[str, list[float | None]]:
    """The numbers of each result of a run."""
    from trialtrace.run.tables.contracts import RESULTS, read_table

    rows = read_table(folder / "analysis" / "results.parquet", RESULTS).to_pylist()
    return {row["result_id"]: [row[name] for name in NUMBERS] for row in rows}


def here() -> str:
    """What the last digits of a number can depend on, beside the packages."""
    import numpy  # noqa: F401  its BLAS is looked at
    from threadpoolctl import threadpool_info

    kernels = sorted(
        {str(pool.get("architecture")) for pool in threadpool_info() if pool["user_api"] == "blas"}
    )
    python = ".".join(platform.python_version_tuple()[:2])
    return (
        f"{platform.system()} {platform.machine()}, Python {python}, BLAS for {', '.join(kernels)}"
    )


def _after(copy: Project, trial: str) -> Iterator[Test]:
    """What a run of a trial lets be done: a number followed, an alteration found."""
    folder = copy.results / trial
    altered, traced = "An altered result is found and named", "A number leads to its raw rows"
    if not (folder / "seal.json").is_file():
        yield Test("P.trace", traced, NOT_RUN, f"no run of {trial}")
        yield Test("P.altered", altered, NOT_RUN, f"no run of {trial}")
        return
    result = next(id for id in result_numbers(folder) if "/risk_difference." in id)
    done = command(copy, "trialtrace", "trace", result, "--rows")
    followed = done.returncode == 0 and "raw" in done.stdout
    yield tested(
        "P.trace", traced, "" if followed else done.stderr.strip()[-400:] or "no rows", result
    )
    yield _altered(copy, folder, altered)


def _altered(copy: Project, folder: Path, what: str) -> Test:
    file = folder / "analysis" / "results.parquet"
    content = file.read_bytes()
    middle = len(content) // 2
    file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    name = str(file.relative_to(folder))
    verified = command(copy, "trialtrace", "verify", str(folder))
    again = command(copy, "snakemake", "--cores", "1", folder.name)
    file.write_bytes(content)
    wrong = (
        [] if verified.returncode == 1 and name in verified.stdout else ["verify does not name it"]
    )
    wrong += (
        [] if again.returncode and name in again.stderr else ["the next run does not stop at it"]
    )
    return tested(
        "P.altered", what, "; ".join(wrong), f"one bit of {name}: by verify, and by the next run"
    )
