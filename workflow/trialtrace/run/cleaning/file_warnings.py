"""What the readers of files have noted that a reader of results must know, as red lines.

A file is called by its name in trial.yaml, never by that on the disk, which may hold a patient's.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trialtrace.run.cleaning.account import RedLine
from trialtrace.run.trial.load import Trial

# What the manifest of the raw tables has of each.
Noted = Mapping[str, Mapping[str, Any]]


def noted_in(raw_dir: Path) -> Noted:
    """What the manifest of a folder of raw tables has of each."""
    manifest = json.loads((Path(raw_dir) / "manifest.json").read_text(encoding="utf-8"))
    noted: Noted = manifest["tables"]
    return noted


def file_warnings(trial: Trial, noted: Noted) -> list[RedLine]:
    """The warnings of every file, under the first clean table that is made from it."""
    warnings = []
    for raw, one in noted.items():
        table = next((name for name, spec in trial.tables.items() if spec.of == raw), raw)
        notes = one.get("file", {})
        for text in notes.get("warnings", ()):
            warnings.append(
                RedLine("file", table, None, _without_name(text, one["source_file"], raw))
            )
        warnings += _declared_missing(trial, table, raw, notes.get("missing", {}))
    return warnings


def _without_name(text: str, source_file: str, raw: str) -> str:
    """The raw table's name in place of the file's; behind a workbook's stands the sheet."""
    return text.replace(source_file, raw).replace(source_file.partition("[")[0], raw)


def _declared_missing(
    trial: Trial, table: str, raw: str, declared: Mapping[str, Mapping[str, int]]
) -> Iterator[RedLine]:
    """Values that the file itself declares missing, and cleaning.yaml does not.

    They stay values, since a code may also be a category; then it is a choice of the dictionary.
    """
    if table not in trial.tables:
        return
    variables, known = trial.dictionary[table], trial.cleaning.tables[table].absent
    for column, codes in declared.items():
        if column not in variables:
            continue
        red_lines = {*known.get(column, ()), *variables[column].choices}
        used = sum(n for code, n in codes.items() if code not in red_lines)
        if used:
            yield RedLine(
                "declared_missing",
                table,
                column,
                f"Table {table}, column {column}: {used} cells hold what the file of {raw} itself "
                "declares missing; they are used as values. If they are missing, list them in "
                "cleaning.yaml: "
                f"tables.{table}.missing.{column}.",
            )
