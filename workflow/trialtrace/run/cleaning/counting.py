"""Counts of the account: rows and cells by rule, subjects of the export by what became of them."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from trialtrace.run.cleaning.account import (
    WITH_ROW,
    Account,
    Excluded,
    Selection,
    SubjectCount,
    TableCount,
)
from trialtrace.run.cleaning.file_warnings import Noted, file_warnings
from trialtrace.run.cleaning.keys import CONFLICT
from trialtrace.run.cleaning.rejects import FLAG, ROW, RejectLog
from trialtrace.run.cleaning.subjects import People
from trialtrace.run.tables.conditions import describe
from trialtrace.run.trial.cleaning import CleaningTable
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.tables import TableSpec

# Why a row is left out where its reason is empty or has no label.
NOT_RECORDED = "not recorded"

if TYPE_CHECKING:
    from trialtrace.run.cleaning.losses import Losses
    from trialtrace.run.cleaning.typed import Cleaned, Typed


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
