"""Mistakes in simulation.yaml, each at the line that makes it."""

from pathlib import Path

import mini_trial
import pytest
from mini_simulation import SIMULATION, write_simulation
from mini_trial import told

from trialtrace.base.errors import UserError
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.simulation.load import under

HALF = "    parameters: {relief: 0.5}\n"


def wrong(root: Path, old: str, new: str) -> str:
    assert old in SIMULATION
    return " ".join(told(write_simulation(root, SIMULATION.replace(old, new))).split())


def test_truths_that_differ_are_sound(tmp_path: Path):
    assert wrong(tmp_path, "seed: 5", "seed: 6") == ""


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        (HALF, "", ("8:16: truths.nothing.no_effect", "differ between the arms: relief")),
        ("{relief: 0.5}", "{releif: 0.5}", ("parameters.releif", 'did you mean "relief"')),
        ("{drug: 0.8, placebo: 0.3}", "{drug: 0.8}", ("parameters.relief", "drug, placebo")),
        ("    no_effect: true\n", "", ("truths", "no truth without an effect")),
        ("{drug: 30, placebo: 25}", "30", ("patients", "a number of each arm: drug, placebo")),
        ("{drug: 30, placebo: 25}", "{drug: 200000, placebo: 2}", ("at most 100000",)),
        (HALF, f"{HALF}    endpoints: {{relief: {{control: 0.5}}}}\n", ("nothing.endpoints",)),
        (
            "  better:",
            "  again: {why: Once more.}\n  better:",
            ("truths.again", "the same as printed"),
        ),
    ],
)
def test_a_mistake_is_told_at_its_line(tmp_path: Path, old: str, new: str, parts: tuple):
    text = wrong(tmp_path, old, new)
    assert "simulation.yaml" in text and all(part in text for part in parts), text


def test_a_truth_that_is_none_is_refused(tmp_path: Path):
    at = write_simulation(tmp_path)
    with pytest.raises(UserError, match='did you mean "better"'):
        under(load_trial("mini", at), "beter")


PLANNED = """\
of: [relief_primary]
replicates: 2
seed: 5
truths:
  nothing:
    why: Chance alone.
    no_effect: true
    patients: {drug: 20, placebo: 20}
    endpoints: {relief: {control: 0.4}}
"""


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("    patients: {drug: 20, placebo: 20}\n", "", ("no patients",)),
        ("endpoints: {relief", "endpoints: {releif", ('did you mean "relief"',)),
        ("control: 0.4", "control: 0.4, effect: 0.1", ("relief.effect", "where none is stated")),
        ("control: 0.4", "control: 0.4, effect: {drog: 0.1}", ('did you mean "drug"',)),
        ("endpoints:", "parameters: {relief: 0.4}\n    endpoints:", ("without a script",)),
    ],
)
def test_a_trial_without_a_script_states_its_endpoints(
    tmp_path: Path, old: str, new: str, parts: tuple
):
    at = mini_trial.write_project(tmp_path)
    file = at.trial_config("mini") / "simulation.yaml"
    file.write_text(PLANNED)
    assert told(at) == ""
    file.write_text(PLANNED.replace(old, new))
    text = " ".join(told(at).split())
    assert all(part in text for part in parts), text
