"""Clean: raw tables of text become typed tables, with a list of what was not accepted."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.cleaning.beside import Accepted
from trialtrace.cleaning.cells import blank, stripped
from trialtrace.cleaning.checks import run_check
from trialtrace.cleaning.columns import CleanColumn, Spelling, clean_column
from trialtrace.cleaning.conservation import Balance, Cells
from trialtrace.cleaning.keys import PLACE, TextOf, bad_rows, subject_text
from trialtrace.cleaning.layout import check_arms, check_columns, check_named
from trialtrace.cleaning.rejects import FLAG, ROW, Finding, RejectLog
from trialtrace.cleaning.units import conversion_of
from trialtrace.config.load import Trial
from trialtrace.config.model import TableSpec
from trialtrace.contracts import CLEAN, RAW, REJECTS, conform, read_table
from trialtrace.errors import Problem, UserError
from trialtrace.store import make_folder, write_json, write_parquet

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True)
class Cleaned:
    """A clean table, its rejects, its counts, and its subjects as text."""

    table: "pa.Table"
    rejects: "pa.Table"
    balance: Balance
    subjects: "pa.Array"


@dataclass(frozen=True)
class Typed:
    """A table before its checks. `kept` are the positions of the accepted rows in the raw table."""

    spec: TableSpec
    raw: "pa.Table"
    subject: "pa.Array"
    columns: dict[str, CleanColumn]
    kept: "np.ndarray"
    accepted: Accepted
    log: RejectLog


def clean_tables(trial: Trial, raw_dir: Path, out_dir: Path) -> None:
    """Write `<table>.parquet` for each clean table, `rejects.parquet` and `conservation.json`.

    The table of subjects comes first: rows of other tables must belong to one of its subjects.
    Checks come last, since they may look at several tables. All tables are cleaned and counted
    before the first file is written.
    """
    import pyarrow as pa

    first = trial.subjects.table
    typed: dict[str, Typed] = {}
    for name in sorted(trial.tables, key=lambda name: name != first):
        spec = trial.tables[name]
        raw = read_table(Path(raw_dir) / f"{spec.of}.parquet", RAW)
        known = None if name == first else typed[first].accepted.subject.unique()
        typed[name] = type_table(trial, spec, raw, known)
        if name == first:
            check_subjects(trial, typed[name])
    accepted = {name: one.accepted for name, one in typed.items()}
    cleaned = {name: check_table(trial, one, accepted) for name, one in typed.items()}
    rejects = pa.concat_tables([one.rejects for one in cleaned.values()])
    rejects = conform(rejects, REJECTS, "rejects")
    out_dir = Path(out_dir)
    make_folder(out_dir, trial.private)
    for name, one in cleaned.items():
        write_parquet(out_dir / f"{name}.parquet", one.table, synthetic=trial.synthetic)
    write_parquet(out_dir / "rejects.parquet", rejects, 0o600, synthetic=trial.synthetic)
    balances = {name: one.balance.as_json() for name, one in cleaned.items()}
    write_json(out_dir / "conservation.json", balances)


def check_subjects(trial: Trial, typed: Typed) -> None:
    """Without a subject nothing can be derived: told with what took the rows away."""
    if len(typed.kept):
        return
    rules: Counter[str] = Counter()
    for found in typed.log.findings:
        rules[found.rule] += len(found.positions) if found.level == ROW else 0
    raise UserError(
        Problem(
            f"{trial.name}: table {typed.spec.name}",
            "no row is accepted, so there is no subject",
            found=", ".join(f"{rule} in {rows} row(s)" for rule, rows in rules.items() if rows),
            expected="rows with a subject of their own",
            do=f"look at the column {typed.spec.subject} and at the key in trial.yaml",
        )
    )


def clean_table(
    trial: Trial, spec: TableSpec, raw: "pa.Table", known: "pa.Array | None"
) -> Cleaned:
    """Clean one raw table by itself; `known` are its possible subjects (None: any)."""
    typed = type_table(trial, spec, raw, known)
    return check_table(trial, typed, {spec.name: typed.accepted})


def type_table(trial: Trial, spec: TableSpec, raw: "pa.Table", known: "pa.Array | None") -> Typed:
    """The typed rows of a raw table whose keys are good; what is not is in the log."""
    import numpy as np
    import pyarrow as pa

    check_columns(trial, spec, raw)
    check_named(trial, spec, raw)
    check_arms(trial, spec, raw)
    log = RejectLog(spec.name)
    columns = _clean_columns(trial, spec, raw)
    for column in columns.values():
        for finding in column.findings:
            log.add(finding)
    place = {name: raw[name] for name in PLACE}
    typed = pa.table(place | {name: column.values for name, column in columns.items()})
    subject = subject_text(typed, spec)
    for finding in bad_rows(typed, _text_of(trial, spec, raw), spec, subject, known):
        log.add(finding)
    accepted = np.ones(raw.num_rows, dtype=bool)
    accepted[log.rejected_rows()] = False
    kept = np.flatnonzero(accepted)
    _flag_required(trial, spec, columns, kept, log)
    rows = Accepted(typed.take(kept), subject.take(pa.array(kept)))
    return Typed(spec, raw, subject, columns, kept, rows, log)


def check_table(trial: Trial, typed: Typed, others: dict[str, Accepted]) -> Cleaned:
    """The clean table: without the cells that its checks take away."""
    import pyarrow.compute as pc

    name = typed.spec.name
    table, counts = _checked(trial, typed, others)
    rejects = typed.log.as_table(typed.raw, typed.subject)
    balance = _balance(trial, typed, table, counts)
    balance.verify(name)
    return Cleaned(conform(table, CLEAN, name), rejects, balance, pc.unique(typed.accepted.subject))


def _clean_columns(trial: Trial, spec: TableSpec, raw: "pa.Table") -> dict[str, CleanColumn]:
    rules = trial.cleaning.tables[spec.name]
    source = trial.source.items.get(spec.of, {})
    made = {}
    for name, variable in trial.dictionary[spec.name].items():
        spelling = Spelling(
            source.get("decimal", "."), source.get("date_order"), rules.missing.get(name, ())
        )
        given = rules.convert.get(name)
        conversion = None
        if given is not None:
            conversion = conversion_of(given, rules.missing.get(given["unit_column"], ()))
        made[name] = clean_column(variable, raw, spelling, conversion, name == spec.subject)
    return made


def _text_of(trial: Trial, spec: TableSpec, raw: "pa.Table") -> TextOf:
    """Gives, for some rows, the cells of the dictionary's columns without blanks around them."""
    import pyarrow as pa

    missing = trial.cleaning.tables[spec.name].missing

    def text_of(positions: "np.ndarray") -> "pa.Table":
        rows = raw.select(list(trial.dictionary[spec.name])).take(pa.array(positions))
        cells = {n: stripped(rows[n], missing.get(n, ())) for n in rows.column_names}
        return pa.table(cells)

    return text_of


def _flag_required(
    trial: Trial,
    spec: TableSpec,
    columns: dict[str, CleanColumn],
    kept: "np.ndarray",
    log: RejectLog,
) -> None:
    """A required value that is missing is listed; its row stays."""
    import numpy as np

    for name, variable in trial.dictionary[spec.name].items():
        if variable.required:
            absent = np.intersect1d(np.flatnonzero(columns[name].missing), kept)
            log.add(Finding("required", "a value is required and missing", absent, name, FLAG))


def _checked(
    trial: Trial, typed: Typed, others: dict[str, Accepted]
) -> tuple["pa.Table", dict[str, dict[str, int]]]:
    """The table after its checks, and what each of them counted."""
    import numpy as np
    import pyarrow as pa

    counts = {}
    log, kept, table = typed.log, typed.kept, typed.accepted.table
    earlier = len(log.findings)
    for check in trial.cleaning.checks.values():
        if check.table == typed.spec.name:
            judged = run_check(check, typed.accepted, others)
            counts[check.name] = judged.counts
            for found in judged.findings:
                at = kept[found.positions]
                log.add(Finding(found.rule, found.reason, at, found.column, found.severity))
    for name in {f.column for f in log.findings[earlier:] if f.severity != FLAG}:
        gone = pa.array(np.isin(kept, log.rejected_cells(name)))
        position = table.column_names.index(name)
        values = blank(table[name].combine_chunks(), gone)
        table = table.set_column(position, name, values)
    return table, counts


def _balance(
    trial: Trial, typed: Typed, table: "pa.Table", checks: dict[str, dict[str, int]]
) -> Balance:
    """Count what came in, what is in the table, and what is in the list."""
    import numpy as np

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
    ignored = trial.cleaning.tables[typed.spec.name].ignore
    subjects = len(typed.accepted.subject.unique())
    return Balance(raw.num_rows, table.num_rows, len(gone), subjects, cells, ignored, checks)
