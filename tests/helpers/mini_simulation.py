"""The mini trial on a synthetic cohort, with truths under which it is drawn."""

from pathlib import Path

from synthetic_mini import write_synthetic

from trialtrace.base.paths import Project
from trialtrace.run.simulation.replicates import Work
from trialtrace.run.simulation.run import run_simulation, work_of
from trialtrace.run.tables.contracts import read_table
from trialtrace.run.tables.contracts.simulation import CHARACTERISTICS, REPLICATES
from trialtrace.run.trial.load import load_trial

SIMULATION = """\
of: [relief_primary, pain_each]
replicates: 25
seed: 5
truths:
  nothing:
    label: Nothing to find
    why: How often chance alone is called an effect.
    no_effect: true
    quantities:
      relief: {level: patients, share: {count: 18, of: 36}, loads: {frailty: -0.5}}
  printed:
    why: What was printed.
  better:
    why: A larger trial of a better drug.
    patients: {drug: 30, placebo: 25}
    quantities:
      relief: {share: {by: arm, is: {drug: {probability: 0.8}, placebo: {probability: 0.3}}}}
      pain1:
        ordinal: {from: 0, probabilities: [0.3, 0.3, 0.2, 0.1, 0.1],
          shift: {by: arm, is: {drug: -0.5, placebo: 0}}}
"""
CONTRACTS = {"replicates": REPLICATES, "characteristics": CHARACTERISTICS}


def write_simulation(root: Path, text: str = SIMULATION, **files: str) -> Project:
    """A project with the mini trial and its simulation."""
    at = write_synthetic(root, **files)
    path = at.trial_config("mini") / "simulation.yaml"
    path.write_text(text, encoding="utf-8")
    return at


def work(at: Project, folder: Path, code: str = "code") -> Work:
    """Its trials, with blocks in a folder."""
    return work_of(load_trial("mini", at), folder, code)


def run(at: Project, folder: Path) -> dict[str, list[dict]]:
    """Its simulation, run into a folder: rows by table."""
    run_simulation(work(at, folder), folder)
    return {
        name: read_table(folder / f"{name}.parquet", contract).to_pylist()
        for name, contract in CONTRACTS.items()
    }


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The tables as they are written."""
    return {name: (folder / f"{name}.parquet").read_bytes() for name in CONTRACTS}
