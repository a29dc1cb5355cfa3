"""Every method with every choice of every option: results that their checks agree with.

What the plans of the made-up trials lack is generated from the plan's schema, so that a new choice
is run and checked without anybody writing it down.
"""

import json
import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from made_trial import HERE, MADE, made_trial
from plan_choices import Choice, analysis_of, lacking, steps_of
from sides_trial import SIDES, sides_trial

from trialtrace.base.config.schema_files import schema_folder
from trialtrace.base.errors import Problem
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.methods.checking.run import checked
from trialtrace.run.tables.contracts import MEMBERS, RESULTS, read_table
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import Trial, load_trial
from trialtrace.run.trial.plan.registry import cards
from trialtrace.run.trial.plan.step_names import steps

pytestmark = pytest.mark.full

TRIALS = {MADE: made_trial, SIDES: sides_trial}
OF_A_CHOICE = re.compile(r"/plan\.yaml:\d+:\d+: analyses\.(choice_\d+_\d+)")

COMPONENTS = {"stat_value": "value", "ci_low": "ci_low", "ci_high": "ci_high"}


@dataclass
class Widened:
    """The trials with an analysis for each step that makes a choice which their plans lack."""

    trials: dict[str, Trial]
    choices: list[Choice]
    # The number of its choice, by analysis; those that the configuration accepts.
    analyses: dict[str, int]

    def lost(self, reached: Collection[str]) -> list[str]:
        """Choices that none of these analyses makes."""
        made = {n for analysis, n in self.analyses.items() if analysis in reached}
        return [str(choice) for n, choice in enumerate(self.choices) if n not in made]


@pytest.fixture(scope="module")
def schema():
    return json.loads((schema_folder() / "plan.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def plans():
    """The plans of the made-up trials, by name."""
    return {name: yaml.safe_load((HERE / name / "plan.yaml").read_text()) for name in TRIALS}


@pytest.fixture(scope="module")
def widened(schema, plans, tmp_path_factory, spied):
    choices = lacking(schema, steps_of(plans))
    trials, analyses = {}, {}
    for name, plan in plans.items():
        trial = copied(name, tmp_path_factory.mktemp(f"{name}_widened"))
        # What is told of a made-up trial itself: its dictionary and tables are not whole.
        known = {said(problem) for problem in told(trial)}
        made = {
            f"choice_{n}_{k}": analysis_of(plan, step, str(choice))
            for n, choice in enumerate(choices)
            for k, step in enumerate(choice.steps)
            if step.trial == name
        }
        write_plan(trial, plan, made)
        problems = [problem for problem in told(trial) if said(problem) not in known]
        refused = {OF_A_CHOICE.search(problem.place)[1] for problem in problems}
        accepted = {key: analysis for key, analysis in made.items() if key not in refused}
        write_plan(trial, plan, accepted)
        with spied.watching():
            analyse_plan(trial, trial.at.root / "derived", trial.at.root / "analysis")
        trials[name] = trial
        analyses |= {key: int(key.split("_")[1]) for key in accepted}
    return Widened(trials, choices, analyses)


def copied(name: str, folder: Path) -> Trial:
    """A made-up trial with a configuration of its own, that can be written to."""
    made = TRIALS[name](folder)
    configuration = folder / "config" / "trials" / name
    configuration.unlink()
    shutil.copytree(HERE / name, configuration)
    return load_trial(name, made.at)


def write_plan(trial: Trial, plan, analyses) -> None:
    """The plan with these analyses in place of its own."""
    widened = {key: plan[key] for key in ("decision_level", "confidence", "estimands")}
    path = trial.at.trial_config(trial.name) / "plan.yaml"
    path.write_text(json.dumps(widened | {"analyses": analyses}, indent=1), encoding="utf-8")


def told(trial: Trial) -> list[Problem]:
    """What is wrong with the plan."""
    problems = check_trial(trial.at, trial.name)
    return [problem for problem in problems if "plan.yaml" in problem.place]


def said(problem: Problem) -> tuple:
    return problem.message, problem.found, problem.expected


@pytest.fixture(scope="module")
def widened_results(widened):
    """A function: the rows of results of a widened trial."""

    def get(name):
        path = widened.trials[name].at.root / "analysis" / "results.parquet"
        return read_table(path, RESULTS)

    return get


def test_the_plans_use_every_method(trials, widened):
    used = set().union(
        *(steps(trials(name)[0]) for name in TRIALS), *map(steps, widened.trials.values())
    )
    assert used == {card.step for card in cards()}


def test_every_analysis_calls_the_formulas_that_its_card_names(trials, widened, spied):
    assert all(trials(name) for name in TRIALS)
    lacking = {card.step: set(card.formulas) - spied.called[card.step] for card in cards()}
    assert {step: named for step, named in lacking.items() if named} == {}


def test_no_step_reads_a_column_that_neither_its_rows_nor_its_options_name(trials, widened, spied):
    """By these a trace leads to the cells of a baseline, or of a covariate, and to no others."""
    assert all(trials(name) for name in TRIALS)
    assert "mean_difference.ancova" in spied.unasked
    assert {step: names for step, names in spied.unasked.items() if names} == {}


def test_every_choice_is_one_that_the_configuration_accepts(widened):
    assert widened.lost(widened.analyses) == []


def test_every_choice_gives_a_number(widened, widened_results):
    rows = [row for name in TRIALS for row in widened_results(name).to_pylist()]
    assert widened.lost({r["analysis_id"] for r in rows if r["stat_value"] is not None}) == []


@pytest.mark.parametrize("name", TRIALS)
def test_every_number_of_a_choice_agrees_with_a_check_that_is_not_told_it(
    remembered, widened, widened_results, name
):
    results, trial = widened_results(name), widened.trials[name]
    members = read_table(trial.at.root / "analysis" / "members.parquet", MEMBERS)
    compared = list(checked(trial, trial.at.root / "derived", results, members))
    assert [f"{each.result_id}: {each}" for each in compared if not each.agrees] == []
    numbers = {
        (row["result_id"], component)
        for row in results.to_pylist()
        for column, component in COMPONENTS.items()
        if row[column] is not None
    }
    assert numbers - {(each.result_id, each.component) for each in compared} == set()
