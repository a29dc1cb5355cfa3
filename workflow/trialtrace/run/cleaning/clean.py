"""Clean: raw tables of text become typed tables, with a list of what was not accepted."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problems, UserError
from trialtrace.base.store import make_folder, write_json, write_parquet
from trialtrace.run.cleaning.account import FILE, Balance, Cells, write_account
from trialtrace.run.cleaning.checks import run_check, where_not_shown
from trialtrace.run.cleaning.counting import account_of, noted_in
from trialtrace.run.cleaning.keys import Roster
from trialtrace.run.cleaning.layout import ignore_decisions, ignored_columns
from trialtrace.run.cleaning.losses import (
    Losses,
    broken_checks,
    column_losses,
    few_line,
    slipped_rows,
)
from trialtrace.run.cleaning.lost_rows import look_alikes, row_losses, subject_losses, without_arm
from trialtrace.run.cleaning.other_tables import Accepted
from trialtrace.run.cleaning.rejects import FLAG, blank
from trialtrace.run.cleaning.subjects import (
    People,
    check_subjects,
    coverage_losses,
    covered,
    nobody,
    people_of,
)
from trialtrace.run.cleaning.typed import Cleaned, Typed, arms_of, read_otherwise, type_table
from trialtrace.run.cleaning.unopened import unknown_forms, unopened_decisions
from trialtrace.run.tables.contracts import CLEAN, RAW, REJECTS, conform, read_table
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.load import Trial, arm_origin
from trialtrace.run.trial.study.file import TableSpec


def clean_tables(trial: Trial, raw_dir: Path, out_dir: Path) -> None:
    """Write `<table>.parquet` for each clean table, `rejects.parquet`, `conservation.json` and
    `account.json`.

    The table of subjects comes first: rows of other tables must belong to one of its subjects.
    Checks come last, since they may look at several tables. All tables are cleaned and counted
    before the first file is written.
    """
    raw_dir, out_dir = Path(raw_dir), Path(out_dir)
    used = dict.fromkeys(spec.of for spec in trial.tables.values())
    raw = {name: read_table(raw_dir / f"{name}.parquet", RAW) for name in used}
    typed, people = type_tables(trial, raw)
    losses = losses_of_typing(trial, typed, people)
    cleaned = check_tables(trial, typed)
    losses_of_checks(trial, cleaned, people, losses)
    account = account_of(trial, noted_in(raw_dir), people, cleaned, losses)
    account.verify()
    _write(trial, cleaned, out_dir)
    write_account(out_dir / FILE, account)


def type_tables(
    trial: Trial, raw: Mapping[str, pa.Table], names: bool = False
) -> tuple[dict[str, Typed], People]:
    """The tables before their checks, that of subjects first, and who the subjects are.

    Tables whose raw table is not among `raw` are left out. Raises UserError for the columns and
    arms of all tables at once; `names` as for `type_table`.
    """
    first = trial.subjects.table
    problems, typed, people = Problems(), dict[str, Typed](), nobody()
    for name in dict.fromkeys((first, *trial.tables)):
        spec = trial.tables[name]
        known = None if name == first else people.roster
        if spec.of in raw:
            try:
                typed[name] = type_table(trial, spec, raw[spec.of], known, names)
            except UserError as error:
                problems.found += error.problems
        if name == first and name in typed:
            people = people_of(trial, typed[name])
    problems.raise_if_any()
    return typed, people


def check_tables(trial: Trial, typed: dict[str, Typed]) -> dict[str, Cleaned]:
    """The clean tables. Raises UserError where no subject is left."""
    check_subjects(trial, typed[trial.subjects.table])
    accepted = {name: one.accepted for name, one in typed.items()}
    return {name: check_table(trial, one, accepted) for name, one in typed.items()}


def losses_of_typing(trial: Trial, typed: dict[str, Typed], people: People) -> Losses:
    """What rows and subjects are lost. Raises UserError for too much, columns included."""
    losses, columns = Losses(), Losses()
    first = typed[trial.subjects.table]
    subject_losses(trial, first, people, losses)
    if arm := arm_origin(trial):
        without_arm(typed[arm.table], arm.column, people, losses)
    look_alikes(first, losses)
    arms = arms_of(trial, typed)
    for one in typed.values():
        losses.decisions += ignore_decisions(trial, one.spec, one.raw)
        losses.decisions += read_otherwise(trial, one)
        losses.decisions += unopened_decisions(trial, one.spec, one.raw)
        losses.warnings += unknown_forms(trial, one.spec, one.raw)
        row_losses(trial, one, people, arms, losses)
        column_losses(trial, one, arms, columns)
    losses.problems.found += columns.problems.found
    losses.problems.raise_if_any()
    return losses


def losses_of_checks(
    trial: Trial, cleaned: dict[str, Cleaned], people: People, losses: Losses
) -> None:
    """Add what columns lose, checks included, and which tables do not belong together."""
    tables = []
    arms = arms_of(trial, {name: one.typed for name, one in cleaned.items()})
    for name, one in cleaned.items():
        column_losses(trial, one.typed, arms, losses)
        slipped_rows(one.typed, losses)
        broken_checks(trial, name, one.balance.checks, losses)
        if name != trial.subjects.table:
            declared = trial.cleaning.tables[name].declared
            rows = one.typed.raw.num_rows
            tables.append(covered(name, rows, one.subjects, people.roster.accepted, declared))
    losses.warnings += few_line(losses)
    losses.problems.raise_if_any()
    coverage_losses(tables, losses)


def _write(trial: Trial, cleaned: dict[str, Cleaned], out_dir: Path) -> None:
    rejects = pa.concat_tables([one.rejects for one in cleaned.values()])
    rejects = conform(rejects, REJECTS, "rejects")
    make_folder(out_dir, trial.private)
    for name, one in cleaned.items():
        write_parquet(out_dir / f"{name}.parquet", one.table, synthetic=trial.synthetic)
    write_parquet(out_dir / "rejects.parquet", rejects, 0o600, synthetic=trial.synthetic)
    balances = {name: one.balance.as_json() for name, one in cleaned.items()}
    write_json(out_dir / "conservation.json", balances)


def clean_table(trial: Trial, spec: TableSpec, raw: pa.Table, known: Roster | None) -> Cleaned:
    """Clean one raw table by itself; `known` are its possible subjects (None: any)."""
    typed = type_table(trial, spec, raw, known)
    return check_table(trial, typed, {spec.name: typed.accepted})


def check_table(trial: Trial, typed: Typed, others: dict[str, Accepted]) -> Cleaned:
    """The clean table: without the cells that its checks take away."""
    name = typed.spec.name
    table, counts = _checked(trial, typed, others)
    rejects = typed.log.as_table(typed.raw, typed.subject)
    balance = _balance(trial, typed, table, counts)
    balance.verify(name)
    subjects = pc.unique(typed.accepted.subject)
    return Cleaned(conform(table, CLEAN, name), rejects, balance, subjects, typed)


def _checked(
    trial: Trial, typed: Typed, others: dict[str, Accepted]
) -> tuple[pa.Table, dict[str, dict[str, int]]]:
    """The table after its checks, and what each of them counted."""
    counts = {}
    log, kept, table = typed.log, typed.kept, typed.accepted.table
    for finding in where_not_shown(trial.dictionary.get(typed.spec.name, {}), table):
        log.add(replace(finding, positions=kept[finding.positions]))
    earlier = len(log.findings)
    for check in trial.cleaning.checks.values():
        if check.table == typed.spec.name:
            judged = run_check(check, typed.accepted, others)
            counts[check.name] = judged.counts
            for finding in judged.findings:
                log.add(replace(finding, positions=kept[finding.positions]))
    for name in {present(f.column) for f in log.findings[earlier:] if f.severity != FLAG}:
        gone = pa.array(np.isin(kept, log.rejected_cells(name)))
        position = table.column_names.index(name)
        values = blank(table[name].combine_chunks(), gone)
        table = table.set_column(position, name, values)
    return table, counts


def _balance(
    trial: Trial, typed: Typed, table: pa.Table, checks: dict[str, dict[str, int]]
) -> Balance:
    """Count what came in, what is in the table, and what is in the list."""
    raw, log = typed.raw, typed.log
    gone = log.rejected_rows()
    cells = {}
    for name, column in typed.columns.items():
        alone = np.setdiff1d(log.rejected_cells(name), gone)
        cells[name] = Cells(
            cells_in=len(raw[name]),
            accepted=table.num_rows - table[name].null_count,
            missing=int(column.missing[typed.kept].sum()),
            rejected=len(alone) + len(gone),
            rejected_with_row=len(gone),
            padded=column.padded,
        )
    ignored = ignored_columns(trial, typed.spec, raw)
    subjects = len(typed.accepted.subject.unique())
    return Balance(raw.num_rows, table.num_rows, len(gone), subjects, cells, ignored, checks)
