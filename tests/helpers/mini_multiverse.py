"""The mini trial with a multiverse of relief, and with one of pain."""

from pathlib import Path

import mini_run

from trialtrace.base.paths import Project
from trialtrace.run.multiverse.derive_rules import derive_rules
from trialtrace.run.multiverse.run import run_multiverse, work_of
from trialtrace.run.tables.contracts import MEMBERS, RESULTS, read_table
from trialtrace.run.tables.contracts.multiverse import BANDS, CURVES, SPECIFICATIONS, SPREADS
from trialtrace.run.trial.load import load_trial


def _text(name: str) -> str:
    return (Path(__file__).parent / "multiverse" / name).read_text(encoding="utf-8")


RELIEF = _text("relief.yaml")
PAIN = _text("pain.yaml")
RULES = _text("rules.yaml")
AT_TIMES = _text("at_times.yaml")
CONTRACTS = {
    "results": RESULTS,
    "members": MEMBERS,
    "specifications": SPECIFICATIONS,
    "curves": CURVES,
    "bands": BANDS,
    "spreads": SPREADS,
}


def write_multiverse(at: Project, text: str) -> Path:
    """The file of the mini trial."""
    path = at.trial_config("mini") / "multiverse.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def derived(root: Path) -> Project:
    """The mini trial up to its derived data."""
    return mini_run.run_mini(root).at


def run(at: Project, text: str, folder: Path, code: str = "code") -> dict[str, list[dict]]:
    """Its multiverse, run into a folder: rows by table."""
    write_multiverse(at, text)
    derive_rules(load_trial("mini", at), at.results / "mini" / "clean", folder, code)
    work = work_of(load_trial("mini", at), at.results / "mini" / "derived", folder, code)
    run_multiverse(work, folder)
    return rows_of(folder)


def rows_of(folder: Path) -> dict[str, list[dict]]:
    """Rows by table."""
    return {
        name: read_table(folder / f"{name}.parquet", contract).to_pylist()
        for name, contract in CONTRACTS.items()
    }


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The tables as they are written."""
    return {name: (folder / f"{name}.parquet").read_bytes() for name in CONTRACTS}
