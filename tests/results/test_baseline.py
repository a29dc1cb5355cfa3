"""Each shipped trial, from its inputs as of 22fbe3789, gives what the baseline holds of it.

The baseline is what the redesign is held to. What differs is listed by table and key; a change that
is meant is recorded by `baseline.py --write` and explained in docs/changed-numbers.md.
"""

from pathlib import Path

import pytest
from baseline_compare import differences, read_table, write_tables
from baseline_record import Table
from baseline_trials import (
    BASELINE,
    baseline_project,
    compare_stages,
    compare_whole_run,
    run_by_snakemake,
    shipped_project,
    trials,
)

from trialtrace.run.trial.check import check_trial

# What every change is held to: whole trials, and one with many analyses up to these.
WHOLE = {"elmunzer2012": True, "musaro2019": True, "streckmann2024": False}


@pytest.mark.parametrize("trial", WHOLE)
def test_stages_give_the_baseline(trial: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    at = baseline_project(tmp_path, [trial])
    monkeypatch.chdir(tmp_path)
    if found := compare_stages(at, trial, report=WHOLE[trial]):
        pytest.fail(found, pytrace=False)


@pytest.fixture(scope="module", params=[1, 8])
def whole_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """All trials of the baseline, run by Snakemake with so many cores."""
    at = baseline_project(tmp_path_factory.mktemp(f"cores-{request.param}"), trials())
    run_by_snakemake(at, request.param)
    return at


@pytest.mark.full
@pytest.mark.parametrize("trial", trials())
def test_the_workflow_gives_the_baseline(trial: str, whole_run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(whole_run.root)
    if found := compare_whole_run(whole_run, trial):
        pytest.fail(found, pytrace=False)


@pytest.fixture(scope="module")
def as_shipped(tmp_path_factory: pytest.TempPathFactory):
    return shipped_project(tmp_path_factory.mktemp("shipped"))


# Trials whose patients were drawn from cohort.yaml, which is gone.
DRAWN = {"made_clusters", "made_crossover", "musaro2019", "sprave2019", "streckmann2024"}


@pytest.mark.parametrize("trial", sorted({*trials()} - DRAWN))
def test_configurations_of_that_commit_load(trial: str, as_shipped):
    assert check_trial(as_shipped, trial) == []


@pytest.mark.parametrize("trial", sorted(DRAWN))
def test_of_a_drawn_cohort_check_says_what_to_write(trial: str, as_shipped):
    problems = check_trial(as_shipped, trial)
    told = {problem.place.split("/")[-1]: problem.do or "" for problem in problems}
    assert "synthetic: true" in told.pop("cohort.yaml")
    (mode,) = [place for place in told if place.startswith("trial.yaml:")]
    assert "source.mode" in mode and "0.1.0" in told.pop(mode)
    assert all("quantities" in place and "parameters" in told[place] for place in told)


def test_a_comparison_says_what_moved(tmp_path: Path):
    columns = ("result_id", "stat_value", "stat_text")
    rows = [("a/one", "0.25", "0.3"), ("a/two", "1.23456789012", "1.2"), ("a/three", "3", "3")]
    write_tables(tmp_path, {"results": Table(columns, 1, rows)})
    assert read_table(tmp_path, "results") == Table(columns, 1, rows)
    # The last of 12 digits may be another; a value, a row less and a row more may not.
    assert differences("a", tmp_path, {"results": Table(columns, 1, rows)}) == ""
    near = [("a/one", "0.25", "0.3"), ("a/two", "1.23456789013", "1.2"), ("a/three", "3", "3")]
    assert differences("a", tmp_path, {"results": Table(columns, 1, near)}) == ""
    other = [("a/one", "0.26", "0.3"), ("a/two", "1.23456789012", "1.2"), ("a/four", "4", "4")]
    text = differences("a", tmp_path, {"results": Table(columns, 1, other)})
    assert "1 changed, 1 gone, 1 new, of 3 rows" in text
    assert "result_id a/one: stat_value 0.25 -> 0.26" in text
    assert "result_id a/three: was stat_value 3, stat_text 3, is gone" in text
    assert "result_id a/four: is new, stat_value 4, stat_text 4" in text
    assert "a: 1 of 1 tables differ" in text and "--write a" in text


def test_rows_of_one_key_are_compared_as_a_set(tmp_path: Path):
    columns = ("place", "cause", "numbers")
    write_tables(tmp_path, {"cautions": Table(columns, 2, [("p", "c", "1 2"), ("p", "c", "3")])})
    now = Table(columns, 2, [("p", "c", "3"), ("p", "c", "1 2")])
    assert differences("a", tmp_path, {"cautions": now}) == ""
    moved = Table(columns, 2, [("p", "c", "3"), ("p", "c", "1 9")])
    assert "place p, cause c: numbers 1 2 -> 1 9" in differences("a", tmp_path, {"cautions": moved})


def test_a_table_that_the_baseline_has_not_is_seen(tmp_path: Path):
    assert "harms: the baseline has no such table" in differences(
        "a", tmp_path, {"harms": Table(("x",), 1, [])}
    )


def test_the_baseline_has_every_trial():
    assert {path.name for path in BASELINE.iterdir() if path.is_dir()} == {*trials()}
    assert len(trials()) == 11
