"""The three trials once more, end to end in R (real_trials.R), result by result.

The output of R is committed; where R is installed the script runs again on the CSVs of this run.
"""

import math
import shutil
from pathlib import Path

import pytest

import against_r
from against_r import TOLERANCE, compare, difference, read

_, THEIRS = read(Path(__file__).with_name("real_trials_r.csv"))


@pytest.mark.parametrize("trial", ["elmunzer2012", "ruetzler2013", "moertel1990"])
def test_our_results_are_those_of_r(real, trial):
    found = compare(trial, real[trial].rows, THEIRS)
    assert found.numbers >= 40 and len(found.results) >= 20
    assert not found.different, "\n".join(found.different)


def test_every_other_analysis_of_the_plans_is_among_them(real):
    """pep_by_risk, pep_at_level, pep_adjusted, cough, bleeding_recorded repeat methods that other
    analyses have; of pep_stopped rpact, of pep_over_risk R's glm is the oracle (tests/oracle)."""
    planned = {
        (name, analysis)
        for name, trial in real.items()
        for analysis in trial.run.trial.plan.analyses
    }
    here = {(trial, result.split("/")[0]) for trial, result, _ in THEIRS}
    assert {analysis for _, analysis in planned - here} == {
        "bleeding_recorded",
        "pep_adjusted",
        "pep_at_level",
        "pep_by_risk",
        "pep_over_risk",
        "pep_stopped",
        "sore_throat_4h",
        "cough_each_time",
    }


@pytest.mark.r
def test_r_gives_the_committed_numbers_from_the_files_of_this_run(real):
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    results = next(iter(real.values())).run.at.results
    try:
        _, again = against_r.run_r(results)
    except against_r.MissingR as problem:
        pytest.skip(str(problem))
    assert list(again) == list(THEIRS)
    for key, now in again.items():
        assert difference(None if math.isnan(now) else now, THEIRS[key]) <= TOLERANCE, key


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (None, float("nan"), 0),
        (None, 1.0, float("inf")),
        (1.0, float("nan"), float("inf")),
        (0.0, 0.0, 0),
        (1.0, 1.5, 1 / 3),
    ],
)
def test_a_difference_is_relative(ours, theirs, expected):
    assert difference(ours, theirs) == pytest.approx(expected)
