"""The results of the shipped trials that a run verifies by equations, refitted by other code."""

import pytest
from baseline_trials import baseline_project, run_to_analysis

from second import (
    competing,
    conditional_mean,
    estimating,
    hazards,
    imputed_events,
    imputed_means,
    interim,
    logistic_mixed,
    mixed,
    ordinal,
    ordinal_grid,
    ordinal_visits,
    recurrent,
    resampling,
    several_arms,
)
from trialtrace.base.paths import project
from trialtrace.run.methods.checking.outcome import compare
from trialtrace.run.methods.checking.run import asked_of
from trialtrace.run.tables.contracts import MEMBERS, RESULTS, read_table
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.plan.step_names import steps

pytestmark = pytest.mark.full

MODULES = (
    competing,
    conditional_mean,
    estimating,
    hazards,
    imputed_events,
    imputed_means,
    interim,
    logistic_mixed,
    mixed,
    ordinal,
    ordinal_grid,
    ordinal_visits,
    recurrent,
    resampling,
    several_arms,
)
CHECKS = {name: check for module in MODULES for name, check in module.CHECKS.items()}


def shipped() -> list[str]:
    """The shipped trials whose plans have such a step."""
    folders = sorted((project().root / "config" / "trials").iterdir())
    trials = [load_trial(folder.name) for folder in folders if folder.is_dir()]
    return [trial.name for trial in trials if CHECKS.keys() & {*steps(trial)}]


@pytest.mark.parametrize("name", shipped())
def test_a_refit_by_other_code_agrees(name, tmp_path):
    at = baseline_project(tmp_path / "a project", [name])
    folder, trial = run_to_analysis(at, name), load_trial(name, at)
    results = read_table(folder / "analysis" / "results.parquet", RESULTS)
    members = read_table(folder / "analysis" / "members.parquet", MEMBERS)
    data = asked_of(trial, folder / "derived", results, members)
    mine = [asked for asked in data.results if asked.method in CHECKS]
    compared = [
        each
        for asked in mine
        if (answer := CHECKS[asked.method](data, asked)) is not None
        for each in compare(asked, answer)
    ]
    assert mine and {each.result_id for each in compared} == {asked.result_id for asked in mine}
    assert [str(each) for each in compared if not each.agrees] == []
