"""Columns of a raw table that cleaning.yaml leaves out, by name, by pattern, or as the rest."""

import pyarrow as pa

from trialtrace.run.cleaning.account import Decision
from trialtrace.run.cleaning.column_words import told_columns
from trialtrace.run.cleaning.keys import PLACE
from trialtrace.run.trial.ignored import OTHERS, covered_by, is_wide
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.tables import TableSpec


def ignored_by_entry(trial: Trial, spec: TableSpec, raw: pa.Table) -> dict[str, list[str]]:
    """Each entry of `ignore` and the columns of the raw table that it covers."""
    described = trial.dictionary.get(spec.name, {})
    free = [name for name in raw.column_names if name not in described and name not in PLACE]
    entries = trial.cleaning.tables[spec.name].ignore
    elsewhere = described_beside(trial, spec)
    return covered_by(entries, [one for one in free if one in entries or one not in elsewhere])


def described_beside(trial: Trial, spec: TableSpec) -> set[str]:
    """Columns of the same raw table that the dictionary describes for another table made of it."""
    beside = [
        name for name, table in trial.tables.items() if table.of == spec.of and name != spec.name
    ]
    return {column for name in beside for column in trial.dictionary.get(name, {})}


def ignored_columns(trial: Trial, spec: TableSpec, raw: pa.Table) -> dict[str, str]:
    """Each column that is left out, with the reason."""
    reasons = trial.cleaning.tables[spec.name].ignore
    covered = ignored_by_entry(trial, spec, raw)
    return {name: reasons[entry] for entry, names in covered.items() for name in names}


def ignore_decisions(trial: Trial, spec: TableSpec, raw: pa.Table) -> list[Decision]:
    """What patterns and `others` cover; an entry that names its column says so itself."""
    rules = trial.cleaning.tables[spec.name]
    there = [name for name in raw.column_names if name not in PLACE]
    known = [*trial.dictionary[spec.name], *rules.ignore]
    told = told_columns(there, known, trial.source.kind)
    return [
        Decision(
            spec.name, None, _what(entry, told.several(names)), len(names), rules.ignore[entry]
        )
        for entry, names in ignored_by_entry(trial, spec, raw).items()
        if is_wide(entry) and names != [entry]
    ]


def _what(entry: str, columns: str) -> str:
    meant = "other columns" if entry == OTHERS else f"columns {entry}"
    return f"{meant} not used: {columns or 'none'}"
