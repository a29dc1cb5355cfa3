"""`trialtrace recompute TRIAL --with r`: every result that has a script of R, by R on this machine.

The scripts are those of `trialtrace r-script`; they read the derived data sets as CSV from a folder
that is deleted afterwards. What R gives stands in results/TRIAL/r, with the hash of the results
that it was held against, so that a later run is never shown an earlier one's numbers.
"""

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError, one_of
from trialtrace.base.paths import BY_R, project
from trialtrace.base.store import make_folder, sha256_file, write_bytes, write_text
from trialtrace.report.which_run import Add, add_of_trial, check_analysis, configured, tell_run
from trialtrace.run.tables.contracts.rows import R_HERE, CheckRow, ResultRow

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial

# Relative: R ends several of its iterations earlier than trialtrace. Below NEAR_ZERO a number that
# is no p-value is as good as 0.
TOLERANCE, NEAR_ZERO = 1e-6, 1e-6
SHOWN = 20
ABOUT_R = """
named <- commandArgs(TRUE)
has <- vapply(named, requireNamespace, TRUE, quietly = TRUE)
writeLines(c(paste(R.version$major, R.version$minor, sep = "."), named[has]))
"""


@dataclass(frozen=True)
class Found:
    """A trial's results, those that R was held against, and how many it was not and why: no script,
    packages that are not here (by result), and no number."""

    results: Mapping[str, ResultRow]
    rows: list[CheckRow]
    lacking: int
    unmet: Mapping[str, list[str]]
    silent: int
    version: str

    def far(self, check: CheckRow) -> float:
        """The relative difference of a number from R's."""
        row = self.results[check["result_id"]]
        ours = {"value": row["stat_value"], "ci_low": row["ci_low"], "ci_high": row["ci_high"]}
        return apart(ours[check["component"]], check["recomputed"], _floor(row))


def _floor(row: ResultRow) -> float:
    """Below which a number is as good as 0: a p-value can be truly small."""
    return 0.0 if row["stat_name"].startswith("p_") else NEAR_ZERO


def add_recompute(add: Add) -> None:
    """Add `recompute` to the commands."""
    command = add_of_trial(add, "recompute", "compute the results again, in R on this machine")
    command.add_argument("--with", dest="by", choices=("r",), required=True, help="by what")
    command.set_defaults(run=_recompute)


def _recompute(arguments: argparse.Namespace) -> int:
    """Exit code 1 where R disagrees."""
    from trialtrace.report.rcode.script import Scripts
    from trialtrace.run.jobs.stages import ANALYSE
    from trialtrace.run.trace.content import Tracer
    from trialtrace.run.trial.load import load_settings, load_trial

    at = project(arguments.project)
    name = configured(at, arguments.trial)
    check_analysis(at, name)
    at, _ = tell_run(at, name, ANALYSE)
    trial = load_trial(name, at)
    folder = at.results / name
    scripts = Scripts(Tracer(trial, folder, trial.disclosure(load_settings(at))))
    text, lacking = scripts.whole()
    results = {one: row for one, row in scripts.tracer.results.items() if one not in lacking}
    needed = {one: scripts.packages(row) for one, row in results.items()}
    version, there = _r(sorted({package for own in needed.values() for package in own}))
    unmet = {one: [p for p in own if p not in there] for one, own in needed.items()}
    numbers = _run(trial, text, {package for own in unmet.values() for package in own})
    rows = [
        check
        for one, row in results.items()
        if not unmet[one] and one in numbers
        for check in compared(row, numbers[one], ", ".join(("R", *needed[one])), version)
    ]
    _write(trial, rows)
    silent = sum(not unmet[one] and one not in numbers for one in results)
    return _tell(Found(scripts.tracer.results, rows, len(lacking), unmet, silent, version))


def _r(packages: list[str]) -> tuple[str, set[str]]:
    """R's version, and which of the packages it has. Raises UserError without R."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        raise UserError("R", found="no Rscript on the PATH", do="install R (r-base-core)")
    command = [rscript, "--vanilla", "-e", ABOUT_R, *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError("R", found=f"Rscript ends with {done.returncode}", do="see Rscript -e 1")
    version, *there = done.stdout.split()
    return version, set(there)


def _run(trial: "Trial", text: str, without: set[str]) -> dict[str, list[float]]:
    """By result what R prints: the value, with the ends of its interval.

    A call that R refuses prints nothing. Its messages may hold data, and are not shown.
    """
    from trialtrace.report.interchange.adam import csv_files

    for package in without:
        text = text.replace(f"library({package})\n", "")
    with tempfile.TemporaryDirectory(prefix=".r-", dir=trial.at.results / trial.name) as folder:
        for name, data in csv_files(trial).items():
            write_bytes(Path(folder) / name, data, 0o600)
        write_text(Path(folder) / "all.R", text)
        command = ["Rscript", "--vanilla", "all.R", "."]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(
            trial.name, "R stops before the end of its script", do="trialtrace r-script"
        )
    lines = (line.split("\t") for line in done.stdout.splitlines())
    return {one[0]: [_number(text) for text in one[1:]] for one in lines if len(one) > 1}


def _number(text: str) -> float:
    return nan if text in ("NA", "NaN") else float(text)


def compared(row: ResultRow, theirs: list[float], by: str, version: str) -> Iterator[CheckRow]:
    """A result beside R's value, and its bounds where both have them."""
    ours = [row["stat_value"], row["ci_low"], row["ci_high"]]
    for component, own, other in zip(("value", "ci_low", "ci_high"), ours, theirs, strict=False):
        known = None if not isfinite(other) else other
        agrees = apart(own, known, _floor(row)) <= TOLERANCE
        yield CheckRow(
            result_id=row["result_id"],
            component=component,
            how=R_HERE,
            check_by=by,
            version=version,
            recomputed=known,
            tolerance=TOLERANCE,
            chance=None,
            agrees=agrees,
        )


def apart(ours: float | None, theirs: float | None, floor: float = 0.0) -> float:
    """Relative difference; 0 where both are missing or infinite, infinite where one is."""
    if ours is None or not isfinite(ours) or theirs is None:
        return 0.0 if theirs is None and (ours is None or not isfinite(ours)) else inf
    return abs(ours - theirs) / (max(abs(ours), abs(theirs), floor) or 1.0)


def by_r(folder: Path) -> Path:
    """Where what R gives of the results in a folder stands; another name for other results."""
    return folder / BY_R / f"{sha256_file(folder / 'analysis' / 'results.parquet')[:16]}.parquet"


def checks_by_r(folder: Path, result_id: str) -> list[dict[str, object]]:
    """The checks of a trace that R gave of these very results; none where it was not asked."""
    from trialtrace.run.tables.contracts import CHECKS, read_table
    from trialtrace.run.trace.words import checked

    if not (path := by_r(folder)).is_file():
        return []
    rows = read_table(path, CHECKS).to_pylist()
    return [checked(row) for row in rows if row["result_id"] == result_id]


def _write(trial: "Trial", rows: list[CheckRow]) -> None:
    from trialtrace.run.tables.contracts import CHECKS, from_rows, write_table

    path = by_r(trial.at.results / trial.name)
    make_folder(path.parent, trial.private)
    for earlier in path.parent.glob("*.parquet"):
        earlier.unlink()
    write_table(path, from_rows(rows, CHECKS), CHECKS, synthetic=trial.synthetic)


def _tell(found: Found) -> int:
    """Print what was compared and what was not."""
    rows, unmet = found.rows, found.unmet
    wrong = [row for row in rows if not row["agrees"]]
    agreeing = [found.far(row) for row in rows if row["agrees"]]
    packages = sorted({package for own in unmet.values() for package in own})
    named = f": {one_of(packages, 20)}" if packages else ""
    n = len({row["result_id"] for row in rows})
    print(f"{n} of {len(found.results)} results computed again by R {found.version}")
    print(f"largest relative difference of those that agree: {max(agreeing, default=0.0):.1e}")
    print(f"{found.lacking} have no script of R: `trialtrace r-script` says why of each")
    print(f"{sum(map(bool, unmet.values()))} need a package that R here has not{named}")
    print(f"{found.silent} got no number from R")
    print(f"{len(wrong)} numbers differ by more than a relative {TOLERANCE:g}")
    for row in wrong[:SHOWN]:
        print(f"  {row['result_id']} {row['component']}: {found.far(row):.1e}")
    if len(wrong) > SHOWN:
        print(f"  and {len(wrong) - SHOWN} more")
    return int(bool(wrong))
