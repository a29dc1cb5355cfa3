"""Counts of the account: rows and cells by rule, subjects of the export by what became of them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from trialtrace.run.cleaning.account import (
    WITH_ROW,
    Account,
    Excluded,
    RedLine,
    Selection,
    SubjectCount,
    TableCount,
)
from trialtrace.run.cleaning.keys import CONFLICT
from trialtrace.run.cleaning.rejects import FLAG, ROW, RejectLog
from trialtrace.run.cleaning.subjects import People
from trialtrace.run.tables.conditions import describe
from trialtrace.run.tables.manifest import Noted
from trialtrace.run.tables.measures import folded
from trialtrace.run.trial.cleaning import CleaningTable
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.file import TableSpec

if TYPE_CHECKING:
    from trialtrace.run.cleaning.losses import Losses
    from trialtrace.run.cleaning.typed import Cleaned, Typed

MOST_TOLD = 4

# What the readers of files have noted that a reader of results must know, as red lines.
#
# A file is called by its name in trial.yaml, never by that on the disk, which may hold a patient's.


def noted_in(raw_dir: Path) -> Noted:
    """What the manifest of a folder of raw tables has of each."""
    manifest = json.loads((Path(raw_dir) / "manifest.json").read_text(encoding="utf-8"))
    return manifest["tables"]


def file_warnings(trial: Trial, noted: Noted) -> list[RedLine]:
    """The warnings of every file, under the first clean table that is made from it."""
    warnings = []
    for raw, one in noted.items():
        table = next((name for name, spec in trial.tables.items() if spec.of == raw), raw)
        for part in (*one.get("parts", ()), one):
            notes, file = part.get("file", {}), part.get("source_file", raw)
            for text in notes.get("warnings", ()):
                warnings.append(RedLine("file", table, None, _without_name(text, file, raw)))
            warnings += _declared_missing(trial, table, raw, notes.get("missing", {}))
            for name, spec in trial.tables.items():
                if spec.of == raw:
                    warnings += _turned(trial, name, raw, notes.get("labels", {}))
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


def _turned(
    trial: Trial, table: str, raw: str, labels: Mapping[str, Mapping[str, str]]
) -> Iterator[RedLine]:
    """Codes that the file itself calls what the dictionary calls another code of the column."""
    variables = trial.dictionary.get(table, {})
    for column in (name for name in labels if name in variables):
        own = {code: folded(label).casefold() for code, label in labels[column].items()}
        known = variables[column].choices
        named = {code: folded(label).casefold() for code, label in known.items()}
        turned = [
            code
            for code, label in own.items()
            if label != named.get(code, label)
            and label in (other for key, other in named.items() if key != code)
        ]
        if turned:
            told = " and ".join(f"{code} {labels[column][code]}" for code in turned[:MOST_TOLD])
            yield RedLine(
                "turned_labels",
                table,
                column,
                f"Table {table}, column {column}: the file of {raw} itself calls {told}, which "
                f"dictionary.csv, line {variables[column].row}, calls otherwise: one of both is "
                "turned, and so may be what is compared.",
            )


# Why a row is left out where its reason is empty or has no label.
NOT_RECORDED = "not recorded"


def account_of(
    trial: Trial,
    noted: Noted,
    people: People,
    cleaned: "dict[str, Cleaned]",
    losses: "Losses",
) -> Account:
    """The account of all tables; `noted` is what the manifest has of each raw table."""
    kept = len(people.roster.accepted)
    tables = trial.cleaning.tables
    counts = {name: table_count(one, kept, tables[name].declared) for name, one in cleaned.items()}
    first = trial.tables[trial.subjects.table]
    subjects = subject_count(people, first, tables[first.name])
    warnings = (*file_warnings(trial, noted), *losses.warnings)
    chosen = [selection_of(trial, one.typed) for one in cleaned.values() if one.typed.spec.where]
    return Account(subjects, counts, tuple(losses.decisions), warnings, tuple(chosen))


def selection_of(trial: Trial, typed: "Typed") -> Selection:
    """What `where` of a table makes of the rows of its raw table."""
    spec, selected = typed.spec, typed.selected
    left_out, undecided = len(selected.left_out), len(selected.undecided)
    where = describe(spec.where or {})
    reasons = _reasons(trial, typed) if spec.reason else None
    return Selection(spec.name, where, selected.whole.num_rows, left_out, undecided, reasons)


def _reasons(trial: Trial, typed: "Typed") -> dict[str, int]:
    """The rows left out by the label of their reason; without a known one "not recorded"."""
    spec, selected = typed.spec, typed.selected
    assert spec.reason is not None
    labels = trial.dictionary[spec.name][spec.reason].choices
    codes = selected.whole[spec.reason].take(pa.array(selected.left_out)).to_pylist()
    reasons = [labels.get(str(code).strip(), NOT_RECORDED) for code in codes]
    return {
        name: reasons.count(name) for name in (*labels.values(), NOT_RECORDED) if name in reasons
    }


def subject_count(people: People, spec: TableSpec, rules: CleaningTable) -> SubjectCount:
    """The subjects of the export, with what is declared about those who are not used."""
    declared = rules.excluded | {CONFLICT: rules.conflict.reason}
    excluded = [Excluded(one.n, f"{one.rule}: {declared[one.rule]}") for one in people.lost]
    if people.unselected:
        why = f"left_out: tables.{spec.name}.where is {describe(spec.where or {})}"
        excluded.append(Excluded(people.unselected, why))
    return SubjectCount(spec.name, people.in_export, len(people.roster.accepted), tuple(excluded))


def table_count(cleaned: "Cleaned", of_subjects: int, declared: str | None) -> TableCount:
    """The counts of a clean table, by rule."""
    balance, log = cleaned.balance, cleaned.typed.log
    columns = balance.columns.values()
    return TableCount(
        balance.rows_in,
        balance.rows_out,
        rows_by_rule(log),
        sum(column.cells_in for column in columns),
        sum(column.accepted for column in columns),
        sum(column.missing for column in columns),
        cells_by_rule(log, list(balance.columns), balance.rows_in),
        balance.subjects,
        of_subjects,
        declared,
        flagged_by_rule(log),
    )


def rows_by_rule(log: RejectLog) -> dict[str, int]:
    """Rejected rows by rule; a row breaks one rule."""
    counts: Counter[str] = Counter()
    for finding in log.findings:
        if finding.level == ROW:
            counts[finding.rule] += len(finding.positions)
    return dict(sorted(counts.items()))


def flagged_by_rule(log: RejectLog) -> dict[str, int]:
    """Cells that are kept and listed, by rule; a cell counts under each rule that it breaks."""
    counts: Counter[str] = Counter()
    for finding in log.findings:
        if finding.severity == FLAG:
            counts[finding.rule] += len(finding.positions)
    return dict(sorted(counts.items()))


def cells_by_rule(log: RejectLog, columns: list[str], rows: int) -> dict[str, int]:
    """Rejected cells by the first rule that each breaks; those of rejected rows as `with_row`."""
    gone = np.zeros(rows, dtype=bool)
    gone[log.rejected_rows()] = True
    counter = Counter({WITH_ROW: int(gone.sum()) * len(columns)})
    for column in columns:
        counter.update(log.first_rules(column, gone.copy()))
    return {rule: n for rule, n in sorted(counter.items()) if n}
