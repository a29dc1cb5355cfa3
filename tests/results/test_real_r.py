"""The three trials once more, end to end in R (real_trials.R), result by result.

The output of R is committed; where R is installed the script runs again on the CSVs of this run.
"""

import csv
import math
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
COMMITTED = HERE / "real_trials_r.csv"
# Relative. R solves the interval of binom.test and the Cox model by iteration.
TOLERANCE = 1e-8


def read(path: Path) -> dict[tuple[str, str, str], float]:
    with path.open(encoding="utf-8") as lines:
        assert next(lines).startswith("# R version")
        rows = list(csv.DictReader(lines))
    return {(row["trial"], row["result"], row["component"]): float(row["value"]) for row in rows}


def agree(ours: float | None, theirs: float) -> bool:
    """Both missing, or within the tolerance; a p-value may be small, so there is no other one."""
    if ours is None or math.isnan(theirs):
        return ours is None and math.isnan(theirs)
    return math.isclose(ours, theirs, rel_tol=TOLERANCE)


COLUMN = {"value": "stat_value"}
THEIRS = read(COMMITTED)


@pytest.mark.parametrize("trial", ["elmunzer2012", "ruetzler2013", "moertel1990"])
def test_our_results_are_those_of_r(real, trial):
    theirs = {key: value for key, value in THEIRS.items() if key[0] == trial}
    assert len(theirs) >= 40
    rows = real[trial].rows
    different = [
        f"{result} {component}: ours {rows[result][COLUMN.get(component, component)]!r}, R {value}"
        for (_, result, component), value in theirs.items()
        if not agree(rows[result][COLUMN.get(component, component)], value)
    ]
    assert not different, "\n".join(different)


def test_every_other_analysis_of_the_plans_is_among_them(real):
    """pep_by_risk and cough repeat methods that other analyses have."""
    planned = {
        (name, analysis)
        for name, trial in real.items()
        for analysis in trial.run.trial.plan.analyses
    }
    here = {(trial, result.split("/")[0]) for trial, result, _ in THEIRS}
    assert {analysis for _, analysis in planned - here} == {
        "pep_by_risk",
        "sore_throat_4h",
        "cough_each_time",
    }


@pytest.mark.r
def test_r_gives_the_committed_numbers_from_the_files_of_this_run(real, tmp_path):
    rscript = shutil.which("Rscript")
    for package in ("survival", "car"):
        check = f"quit(status = !requireNamespace('{package}', quietly = TRUE))"
        if subprocess.run([rscript, "-e", check], capture_output=True).returncode:
            pytest.skip(f"the R package {package} is not installed")
    results = next(iter(real.values())).run.at.results
    run = subprocess.run(
        [rscript, str(HERE / "real_trials.R"), str(results), str(tmp_path / "r.csv")],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    again = read(tmp_path / "r.csv")
    assert list(again) == list(THEIRS)
    different = {
        key: (now, THEIRS[key])
        for key, now in again.items()
        if not agree(None if math.isnan(now) else now, THEIRS[key])
    }
    assert not different
