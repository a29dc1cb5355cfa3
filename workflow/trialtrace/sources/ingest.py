"""Ingest: a trial's sources as raw tables of text, with a manifest of where they came from."""

import importlib
from pathlib import Path
from typing import Any

from trialtrace.ground.contracts import RAW, conform
from trialtrace.ground.store import SYNTHETIC, make_folder, write_bytes, write_json, write_parquet
from trialtrace.sources.registry import KINDS
from trialtrace.trial.load import Trial


def ingest_sources(trial: Trial, out_dir: Path) -> None:
    """Write `<raw table>.parquet` for each item of the trial's source, and `manifest.json`.

    Every table is read and checked before the first file is written.
    """
    out_dir = Path(out_dir)
    kind = trial.source.kind
    loaded = importlib.import_module(KINDS[kind]).load(trial, trial.source)
    tables = {raw.name: conform(raw.table(), RAW, raw.name) for raw in loaded}
    manifest: dict[str, Any] = {"trial": trial.name, "kind": kind, "tables": {}}
    if trial.synthetic:
        manifest["synthetic"] = SYNTHETIC
    make_folder(out_dir, trial.private)
    for raw in loaded:
        for name, content in raw.companions.items():
            write_bytes(out_dir / name, content)
        write_parquet(out_dir / f"{raw.name}.parquet", tables[raw.name], synthetic=trial.synthetic)
        manifest["tables"][raw.name] = raw.manifest()
    write_json(out_dir / "manifest.json", manifest)
