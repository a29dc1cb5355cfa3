"""Synthetic cohorts: drawn from cohort.yaml, then written as a raw export and read like one."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError
from trialtrace.base.synthetic import SIGN, TRUTH
from trialtrace.run.sources.raw import RawTable
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.source import Synthetic, SyntheticItem, spelling

if TYPE_CHECKING:
    from trialtrace.run.synthetic.export import Export


def load(trial: Trial, source: Synthetic) -> list[RawTable]:
    """The raw tables of a fresh draw: the export is written in memory and read as a file is."""
    return raw_tables(trial, source, make(trial))


def raw_tables(trial: Trial, source: Synthetic, export: "Export") -> list[RawTable]:
    """The raw tables of an export, each with its file; the first with the truth manifest too."""
    truth = json.dumps(export.truth, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    tables = [_read(trial, name, declared, export) for name, declared in source.items.items()]
    tables[0].companions[TRUTH] = (truth + "\n").encode()
    tables[0].companions[SIGN] = (export.truth["notice"] + "\n").encode()
    return tables


def make(trial: Trial) -> "Export":
    """The export of a fresh draw, by the mode and seed of trial.yaml."""
    from trialtrace.base.config.placed import placed
    from trialtrace.run.synthetic.draw import draw
    from trialtrace.run.synthetic.export import export

    try:
        return export(trial, draw(trial))
    except UserError as error:
        raise placed(error, trial.at) from error


def _read(trial: Trial, name: str, declared: SyntheticItem, export: "Export") -> RawTable:
    from trialtrace.base.store import sha256_bytes
    from trialtrace.run.sources.files import Opened
    from trialtrace.run.sources.raw import without_mark
    from trialtrace.run.sources.readers import delimited

    file = f"{name}.csv"
    data = export.files[file]
    place = f"{trial.name}: source.items.{name}"
    records = delimited.read(Opened(Path(file), file, data, declared, place, file))
    notes = {
        "synthetic": export.truth["notice"],
        "mode": export.truth["mode"],
        "seed": export.truth["seed"],
        "format": "csv",
        "size": len(data),
        "sha256": sha256_bytes(data),
    } | records.notes
    plain = replace(without_mark(records), notes=notes)
    return RawTable(name, plain, spelling(declared), {file: data})
