"""Ingest: a trial's sources as raw tables of text, with a manifest of where they came from."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from trialtrace.base.errors import Problem, Problems, UserError, one_of
from trialtrace.base.store import SYNTHETIC, make_folder, write_bytes, write_json, write_parquet
from trialtrace.run.sources.raw import NOTE, RawTable, stacked, with_joined, with_split
from trialtrace.run.sources.registry import KINDS
from trialtrace.run.tables.contracts import RAW, conform
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.source import (
    Files,
    Joining,
    Rdatasets,
    Source,
    Synthetic,
    raw_tables,
)

Seen = Callable[[Trial, list[RawTable]], list[RawTable]]


def ingest_sources(trial: Trial, out_dir: Path, seen: Seen | None = None) -> None:
    """Write `<raw table>.parquet` for each item of the trial's source, and `manifest.json`.

    Every table is read and checked before the first file is written; `seen` gives what a run may
    see of them.
    """
    out_dir = Path(out_dir)
    problems = Problems()
    loaded = read_sources(trial, problems)
    problems.raise_if_any()
    loaded = seen(trial, loaded) if seen else loaded
    tables = {raw.name: conform(raw.table(), RAW, raw.name) for raw in loaded}
    manifest: dict[str, Any] = {"trial": trial.name, "kind": trial.source.kind, "tables": {}}
    if trial.synthetic:
        manifest["synthetic"] = SYNTHETIC
    if trial.at.purpose.stamp:
        manifest["purpose"] = trial.at.purpose.stamp.sentence
    make_folder(out_dir, trial.private)
    for raw in loaded:
        for name, content in raw.companions.items():
            write_bytes(out_dir / name, content)
        write_parquet(out_dir / f"{raw.name}.parquet", tables[raw.name], synthetic=trial.synthetic)
        manifest["tables"][raw.name] = raw.manifest()
    write_json(out_dir / "manifest.json", manifest)


def read_sources(trial: Trial, problems: Problems) -> list[RawTable]:
    """The raw tables of a trial, in the order of its source; mistakes of all others are added.

    A cohort is drawn whole; files and data sets are read one by one, so that one that is not there
    does not hide another.
    """
    load = importlib.import_module(KINDS[trial.source.kind]).load
    loaded: list[RawTable] = []
    for part in _parts(trial.source):
        try:
            loaded += [_with_joined(trial, part, raw) for raw in load(trial, part)]
        except UserError as error:
            told = error.problems
            problems.found += [problem for problem in told if problem not in problems.found]
    if not trial.synthetic:
        problems.found += _marked(trial, loaded)
    return _with_stacked(trial, loaded, problems)


def _with_joined(trial: Trial, source: Source, raw: RawTable) -> RawTable:
    """The table with the columns that its entry makes of others."""
    if isinstance(source, Synthetic):
        return raw
    return _with_made(raw, source.items[raw.name], f"{trial.name}: source.items.{raw.name}")


def _with_made(raw: RawTable, item: Joining, place: str) -> RawTable:
    split = {name: (one.column, one.at, one.take) for name, one in item.split.items()}
    if not (split or item.joined):
        return raw
    cells = with_split(raw.records.cells, split, f"{place}.split")
    cells = with_joined(cells, item.joined, f"{place}.joined")
    return replace(raw, records=replace(raw.records, cells=cells))


def _with_stacked(trial: Trial, loaded: list[RawTable], problems: Problems) -> list[RawTable]:
    """The tables, with one in place of those that are put under one another; mistakes are added."""
    if not isinstance(trial.source, Files):
        return loaded
    by = {raw.name: raw for raw in loaded}
    made = [by[name] for name in raw_tables(trial.source) if name in by]
    for name, stack in trial.source.stacked.items():
        place = f"{trial.name}: source.stacked.{name}"
        items = {value: by[item].records for value, item in stack.of.items() if item in by}
        lacking = {value: stack.lacking.get(item, ()) for value, item in stack.of.items()}
        if len(items) < len(stack.of):
            continue
        try:
            records = stacked(items, stack.column, stack.row, lacking, place)
            settings = by[next(iter(stack.of.values()))].settings
            made.append(_with_made(RawTable(name, records, settings), stack, place))
        except UserError as error:
            problems.found += error.problems
    return made


def _marked(trial: Trial, loaded: list[RawTable]) -> list[Problem]:
    """That tables which nobody declared as drawn say that they are."""
    by: dict[str, list[str]] = {}
    for raw in loaded:
        if NOTE in raw.records.notes:
            by.setdefault(raw.records.notes[NOTE], []).append(raw.name)
    if not by:
        return []
    drawn = sum(map(len, by.values()))
    return [
        Problem(
            f"{trial.name}: source",
            f"{drawn} of {len(loaded)} tables are of a synthetic cohort: no evidence",
            found="; ".join(f"{why} ({one_of(names)})" for why, names in by.items()),
            expected="files of patients, or `synthetic: true` under source in trial.yaml, by which "
            "all that is made of them is stamped and no claim is held against them",
            do="write it, or bring the real export; real files lie in a folder without those of a "
            "drawn cohort, and have none of its rows",
        )
    ]


def _parts(source: Source) -> list[Source]:
    if isinstance(source, Files):
        return [replace(source, items={name: item}) for name, item in source.items.items()]
    if isinstance(source, Rdatasets):
        return [replace(source, items={name: item}) for name, item in source.items.items()]
    return [source]
