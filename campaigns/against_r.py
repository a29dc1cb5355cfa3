"""The main results of the real trials once more in R, from the canonical CSVs alone.

`make check-r` runs real_trials.R on results/<trial>/raw/*.csv, compares its numbers with
analysis/results.parquet, and tells what share of all results was recomputed by either way: in the
run itself by other code (analysis/checks.parquet), or here. Exit status 1 is a disagreement, 2
that nothing could be compared.
"""

import csv
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialtrace.base.paths import project
from trialtrace.run.tables.contracts import CHECKS, RESULTS, read_table

SCRIPT = Path(__file__).with_name("real_trials.R")
PACKAGES = ("survival", "car")
# Relative. R solves the interval of binom.test and the Cox model by iteration.
TOLERANCE = 1e-8
_COLUMN = {"value": "stat_value"}

# Trial, result without its trial, component: R's number.
Numbers = dict[tuple[str, str, str], float]


class WithoutR(Exception):
    """R gave no numbers; says what to do."""


class MissingR(WithoutR):
    """R or one of its packages is not installed."""


@dataclass(frozen=True)
class Comparison:
    """Results of one trial beside R's: how many, the differences in words, the largest one."""

    results: frozenset[str]
    numbers: int
    largest: float
    different: tuple[str, ...]


def read(path: Path) -> tuple[str, Numbers]:
    """Versions and numbers of the output of real_trials.R."""
    with path.open(encoding="utf-8") as lines:
        versions = next(lines).removeprefix("# ").strip()
        rows = list(csv.DictReader(lines))
    numbers = {(row["trial"], row["result"], row["component"]): float(row["value"]) for row in rows}
    return versions, numbers


def run_r(results: Path) -> tuple[str, Numbers]:
    """Run real_trials.R on a folder of results."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        raise MissingR(
            "R is not installed: apt-get install r-base-core r-cran-survival r-cran-car."
        )
    for package in PACKAGES:
        check = f"quit(status = !requireNamespace('{package}', quietly = TRUE))"
        if subprocess.run([rscript, "-e", check], capture_output=True).returncode:
            raise MissingR(f"R has no package {package}: apt-get install r-cran-{package}.")
    with tempfile.TemporaryDirectory(prefix="trialtrace-r-") as folder:
        out = Path(folder) / "r.csv"
        # Named without its folder: R writes a space in a script's path in another way.
        command = [rscript, SCRIPT.name, str(results.resolve()), str(out)]
        done = subprocess.run(command, cwd=SCRIPT.parent, capture_output=True, text=True)
        if done.returncode:
            raise WithoutR(f"R stopped: {done.stderr.strip()}")
        return read(out)


def difference(ours: float | None, theirs: float) -> float:
    """Relative; 0 where both are missing, infinite where one is."""
    if ours is None or math.isnan(theirs):
        return 0.0 if ours is None and math.isnan(theirs) else math.inf
    if ours == theirs:
        return 0.0
    return abs(ours - theirs) / max(abs(ours), abs(theirs))


def compare(trial: str, rows: Mapping[str, Mapping[str, Any]], numbers: Numbers) -> Comparison:
    """R's numbers of one trial beside its rows of results, by identifier without the trial.

    A result that R has and the trial has not is a difference.
    """
    different, largest, compared = [], 0.0, set()
    theirs = {key[1:]: value for key, value in numbers.items() if key[0] == trial}
    for (result, component), value in theirs.items():
        if result not in rows:
            different.append(f"{trial}/{result}: R has it, the results have not")
            continue
        compared.add(result)
        ours = rows[result][_COLUMN.get(component, component)]
        largest = max(largest, apart := difference(ours, value))
        # A p-value may be small, so there is no absolute tolerance.
        if not apart <= TOLERANCE:
            different.append(f"{trial}/{result} {component}: ours {ours!r}, R {value!r}")
    return Comparison(frozenset(compared), len(theirs), largest, tuple(different))


def rows_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Results of a trial by identifier without its name."""
    table = read_table(folder / "analysis" / "results.parquet", RESULTS)
    return {row["result_id"].split("/", 1)[1]: row for row in table.to_pylist()}


def share(folder: Path, rows: Mapping[str, Mapping[str, Any]], by_r: frozenset[str]) -> str:
    """What share of the results that have a value was recomputed by either way."""
    checks = read_table(folder / "analysis" / "checks.parquet", CHECKS).to_pylist()
    checked = {row["result_id"].split("/", 1)[1] for row in checks if row["agrees"]}
    valued = {name for name, row in rows.items() if row["stat_value"] is not None}
    either = len(valued & (checked | by_r))
    percent = 100 * either / max(1, len(valued))
    return (
        f"{len(valued & checked)} of {len(valued)} results with a value are recomputed in the run, "
        f"{len(valued & by_r)} in R, {either} ({percent:.1f} %) by either"
    )


def told(results: Path) -> int:
    """Compare, print, and give the exit status."""
    try:
        versions, numbers = run_r(results)
    except WithoutR as problem:
        print(f"Nothing was compared. {problem}", file=sys.stderr)
        return 2
    trials = list(dict.fromkeys(trial for trial, _, _ in numbers))
    if not trials:
        print(f"Nothing was compared: no trial in {results}. Use make run first.", file=sys.stderr)
        return 2
    print(versions)
    status = 0
    for trial in trials:
        folder = results / trial
        if not (folder / "analysis" / "checks.parquet").is_file():
            print(f"{trial}: not analysed. Use make run first.", file=sys.stderr)
            status = status or 2
            continue
        rows = rows_of(folder)
        found = compare(trial, rows, numbers)
        print(
            f"{trial}: {len(found.results)} results ({found.numbers} numbers) compared with R, "
            f"largest relative difference {found.largest:.1e}, {len(found.different)} disagree"
        )
        print(f"  {share(folder, rows, found.results)}")
        for line in found.different:
            print(f"  {line}")
        status = 1 if found.different else status
    return status


if __name__ == "__main__":
    sys.exit(told(project().results))
