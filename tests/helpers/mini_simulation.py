"""The mini trial on a synthetic cohort, with truths under which it is drawn."""

from pathlib import Path

from synthetic_mini import write_synthetic

from trialtrace.base.paths import Project
from trialtrace.run.simulation.replicates import Work
from trialtrace.run.simulation.run import run_simulation, work_of
from trialtrace.run.tables.contracts import read_table
from trialtrace.run.tables.contracts.simulation import CHARACTERISTICS, REPLICATES
from trialtrace.run.trial.load import load_trial

SIMULATION = (Path(__file__).parent / "mini" / "simulation.yaml").read_text(encoding="utf-8")
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
