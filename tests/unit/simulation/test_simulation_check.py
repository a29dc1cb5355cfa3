"""Mistakes in simulation.yaml, each at the line that makes it."""

from pathlib import Path

import pytest
from mini_simulation import SIMULATION, write_simulation
from mini_trial import PLAN, told
from synthetic_mini import COHORT

from trialtrace.base.errors import UserError
from trialtrace.run.simulation.check import check_truths
from trialtrace.run.simulation.replicates import Trials
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.simulation.load import under


def test_a_truth_without_an_effect_may_not_hang_on_the_arm(tmp_path: Path):
    at = write_simulation(tmp_path, SIMULATION.replace("    no_effect: true\n", ""))
    path = at.trial_config("mini") / "simulation.yaml"
    path.write_text(path.read_text().replace("  printed:\n", "  printed:\n    no_effect: true\n"))
    with pytest.raises(UserError) as refused:
        _ = Trials(under(load_trial("mini", at), "printed")).cohort
    assert "truths.printed.no_effect" in str(refused.value)
    assert "quantities that hang on the arm: relief" in str(refused.value)


def test_a_truth_that_is_none_is_refused(tmp_path: Path):
    at = write_simulation(tmp_path)
    with pytest.raises(UserError, match='did you mean "better"'):
        under(load_trial("mini", at), "beter")


EFFECT = "      relief: {level: patients, share: {count: 18, of: 36}, loads: {frailty: -0.5}}\n"


def wrong_truths(root: Path, old: str, new: str) -> list[str]:
    """What is wrong with truths that are sound as files, each as one line."""
    assert old in SIMULATION
    at = write_simulation(root, SIMULATION.replace(old, new))
    assert told(at) == ""
    return [" ".join(str(each).split()) for each in check_truths(load_trial("mini", at))]


def test_truths_that_differ_are_sound(tmp_path: Path):
    assert wrong_truths(tmp_path, "seed: 5", "seed: 6") == []


def test_an_effect_in_a_truth_that_has_none_is_told_at_its_line(tmp_path: Path):
    (text,) = wrong_truths(
        tmp_path, f"    quantities:\n{EFFECT}", "    patients: {drug: 9, placebo: 9}\n"
    )
    assert "simulation.yaml:8:16: truths.nothing.no_effect" in text
    assert "quantities that hang on the arm: relief" in text
    assert "state them here alike in all arms" in text


AGE_BY_ARM = (
    "  age: {level: patients, normal: {mean: {by: arm, is: {drug: 50, placebo: 51}}, sd: 10}, "
    "step: 1}\n"
)


@pytest.mark.parametrize("adjusted", [False, True])
def test_what_no_analysis_goes_by_may_hang_on_the_arm(tmp_path: Path, adjusted: bool):
    ancova = "{method: ancova, covariates: [age], strata: [], variance: model}"
    plan = (
        PLAN.replace("mean_difference: welch", f"mean_difference: {ancova}") if adjusted else PLAN
    )
    age = next(line for line in COHORT.splitlines(True) if line.startswith("  age: "))
    rest = COHORT[COHORT.index(age) + len(age) :].partition("\n")[2]
    cohort = (
        COHORT[: COHORT.index(age)] + AGE_BY_ARM.replace("}, step", "}, tag: printed, step") + rest
    )
    at = write_simulation(tmp_path, plan=plan)
    (at.trial_config("mini") / "cohort.yaml").write_text(cohort)
    assert told(at) == ""
    found = [str(each) for each in check_truths(load_trial("mini", at))]
    assert len(found) == adjusted
    assert all("quantities that hang on the arm: age" in text for text in found)
