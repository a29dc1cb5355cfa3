"""Ingest for what a run is for: an analysis has the export as it is, any other run what it may
see."""

import importlib
from pathlib import Path

from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import Trial

# Purpose of a run -> the module whose `seen(trial, tables)` gives the raw tables that it may see.
SEEN = {
    "blinded": "trialtrace.run.blinding.permuted",
    "open": "trialtrace.run.blinding.cut",
    "closed": "trialtrace.run.blinding.cut",
}


def ingest(trial: Trial, out_dir: Path) -> None:
    """Write the raw tables of a trial, as far as its run may see them."""
    module = SEEN.get(trial.at.purpose.kind)
    ingest_sources(trial, out_dir, importlib.import_module(module).seen if module else None)
