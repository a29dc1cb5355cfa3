"""What a derivation works on: the trial's configuration, ADSL, and clean tables placed on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.records import (
    Cells,
    CleanTable,
    Reason,
    Records,
    Unused,
    chosen_cells,
    rejected_cells,
)
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.tables.conditions import met
from trialtrace.run.tables.contracts import CLEAN, read_table
from trialtrace.run.trial.endpoints.shared import InTable
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Condition, Endpoint, visit_labels

Kept = TypeVar("Kept")
# A clean table by its name.
ReadClean = Callable[[str], pa.Table]


@dataclass
class Study:
    """A trial in derivation. `keys` are the subjects' keys as text, in the order of ADSL.

    `unused` are the rows that an endpoint could not use, `events` says of endpoints with an event
    which subjects had it, also where their rows cannot be used.
    """

    trial: Trial
    read: ReadClean
    keys: pa.Array
    adsl: Records
    tables: dict[str, CleanTable] = field(default_factory=dict)
    made: dict[str, Records] = field(default_factory=dict)
    rejects: list[pa.Table] = field(default_factory=list)
    unused: dict[str, list[Unused]] = field(default_factory=dict)
    events: dict[str, np.ndarray] = field(default_factory=dict)
    _kept: dict[Any, Any] = field(default_factory=dict)

    def once(self, key: Any, make: Callable[[], Kept]) -> Kept:
        """What several endpoints of an entry share, made when it is first asked for."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    @property
    def size(self) -> int:
        return len(self.keys)

    def place(self, endpoint: Endpoint) -> str:
        """Where an endpoint is written, for messages."""
        return f"{config_file(self.trial, 'endpoints')}: {endpoint.name}"

    def table(self, endpoint: Endpoint[InTable], columns: list[str]) -> CleanTable:
        """The endpoint's clean table; `columns` must stand in it and its subjects in ADSL."""
        return read_placed(self, endpoint, endpoint.entry.table, columns)

    def visits(self, name: str) -> list[str]:
        """The labels of an endpoint's visits; [] where it has none."""
        return visit_labels(name, self.trial.endpoints.get)

    def parent(self, endpoint: Endpoint, name: str, datasets: tuple[str, ...]) -> Records:
        """The records of the endpoint `name`, which must lie in one of the data sets."""
        records = self.made[name]
        if records.dataset not in datasets:
            found = f'"{name}", an endpoint with records in {records.dataset}'
            expected = f"an endpoint with records in {' or '.join(datasets)}"
            raise UserError(self.place(endpoint), found=found, expected=expected)
        return records

    def reject(
        self, endpoint: Endpoint, table: CleanTable, rows: np.ndarray, column: str, why: Reason
    ) -> None:
        """List cells of a clean table that no record of the endpoint could use."""
        if len(rows):
            self.rejects.append(rejected_cells(self, endpoint, table, rows, column, why))
            if why.severity == "reject" and why.loss:
                self.unused.setdefault(endpoint.name, []).append(Unused(table, rows, why))

    def subject_cells(self, variable: str, target: str, subject: np.ndarray) -> list[Cells]:
        """The cells of a variable of ADSL behind records of these subjects, as `target`'s."""
        made = []
        for cell in self.adsl.cells:
            if cell.variable == variable:
                row = np.full(self.size, -1, dtype=np.int64)
                row[cell.record] = cell.row
                made += chosen_cells(target, cell.table, row[subject], [cell.column])
        return made

    def unit(self, endpoint: Endpoint[InTable], column: str) -> str | None:
        """The endpoint's own unit, else its column's after cleaning."""
        cleaning = self.trial.cleaning.tables.get(endpoint.entry.table)
        units = cleaning.unit_of if cleaning else {}
        return endpoint.entry.unit or units.get(column)


def config_file(trial: Trial, text: str) -> str:
    """A configuration file of the trial as a person finds it."""
    return trial.at.shown(trial.at.trial_config(trial.name) / f"{text}.yaml")


def read_clean(clean_dir: Path, name: str) -> pa.Table:
    """A clean table in the order of its source rows."""
    return read_table(Path(clean_dir) / f"{name}.parquet", CLEAN)


def require_columns(rows: pa.Table, columns: list[str], place: str) -> None:
    """Refuse a table that lacks a column a derivation reads."""
    lacking = [name for name in columns if name not in rows.column_names]
    if lacking:
        expected = f"columns of the clean table: {one_of(rows.column_names)}"
        raise UserError(place, found=f"no column {one_of(lacking)}", expected=expected)


def read_placed(study: Study, endpoint: Endpoint, name: str, columns: list[str]) -> CleanTable:
    """A clean table, read once; `columns` must stand in it and its subjects in ADSL."""
    if name not in study.tables:
        rows = study.read(name)
        study.tables[name] = place_rows(study.trial, name, rows, study.keys)
    table = study.tables[name]
    require_columns(table.rows, columns, study.place(endpoint))
    return table


def subject_keys(trial: Trial, name: str, rows: pa.Table) -> pa.Array:
    """Each row's subject key as text. Raises UserError where a row has none."""
    column = trial.tables[name].subject
    place = f"{trial.name}: clean table {name}, column {column}"
    require_columns(rows, [column], place)
    keys = column_text(rows[column], place)
    if keys.null_count:
        found = f"{keys.null_count} rows without a subject"
        do = "run the cleaning stage again; it rejects rows without a subject"
        raise UserError(place, found=found, expected="a subject in every clean row", do=do)
    return keys


def place_rows(trial: Trial, name: str, rows: pa.Table, keys: pa.Array) -> CleanTable:
    """Give each row its subject's position in ADSL; a subject that ADSL lacks is an error."""
    own = subject_keys(trial, name, rows)
    position = pc.index_in(own, value_set=keys)
    if position.null_count:
        unknown = pc.count_distinct(own.filter(pc.is_null(position))).as_py()
        raise UserError(
            f"{trial.name}: clean table {name}",
            found=f"{unknown} subjects ({position.null_count} rows) who are not in the table "
            f"of subjects, {trial.subjects.table}",
            expected="known subjects only",
            do=f"add them to {trial.subjects.table}, or let cleaning reject their rows",
        )
    return CleanTable(name, rows, position.to_numpy().astype(np.int64))


def one_row_each(
    study: Study, endpoint: Endpoint, table: CleanTable, where: Condition | None
) -> np.ndarray:
    """The row of each subject among the rows that surely meet `where`; -1 where there is none.

    Raises UserError with counts where a subject has several.
    """
    rows = met_rows(table, where)
    subject = table.subject[rows]
    times = np.bincount(subject, minlength=study.size)
    if (times > 1).any():
        found = f"{int((times > 1).sum())} subjects with several rows of {table.name}"
        do = "choose the row with `where`, or name the visits of a repeated endpoint"
        raise UserError(study.place(endpoint), found=found, expected="one row a subject", do=do)
    chosen = np.full(study.size, -1, dtype=np.int64)
    chosen[subject] = rows
    return chosen


def met_rows(table: CleanTable, where: Condition | None) -> np.ndarray:
    """Positions of the rows that surely meet `where`: all rows where there is no condition."""
    if where is None:
        return np.arange(table.rows.num_rows)
    return np.flatnonzero(met(where, table.rows).to_numpy(zero_copy_only=False))
