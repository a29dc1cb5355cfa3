"""What cleaning and ADSL say of an export before anything of it is left out: rows, subjects, arms.

The same code as that of the stages, so that a subject, an arm and a stratum are what they are in
the analysis; what ends that run ends this one, with the same words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from trialtrace.run.cleaning.clean import check_tables, type_tables
from trialtrace.run.cleaning.typed import Cleaned, Typed
from trialtrace.run.endpoints.adsl import derive_adsl
from trialtrace.run.endpoints.records import Records
from trialtrace.run.sources.raw import RawTable
from trialtrace.run.tables.contracts import RAW, conform
from trialtrace.run.trial.load import Trial, arm_columns


@dataclass(frozen=True)
class Known:
    """Every raw table of a trial by its name, and the clean tables made of them."""

    trial: Trial
    raw: Mapping[str, pa.Table]
    typed: Mapping[str, Typed]

    @cached_property
    def clean(self) -> dict[str, Cleaned]:
        return check_tables(self.trial, dict(self.typed))

    @cached_property
    def adsl(self) -> tuple[pa.Array, Records]:
        """The subjects' keys, and their variables."""
        keys, _, _, adsl = derive_adsl(self.trial, lambda name: self.clean[name].table)
        return keys, adsl

    def subjects(self, table: str) -> np.ndarray:
        """Of each row of the raw table behind a clean one its subject; None where none is known."""
        typed = self.typed[table]
        selected = typed.selected
        unused = np.union1d(selected.left_out, selected.undecided)
        found = np.full(self.raw[typed.spec.of].num_rows, None, dtype=object)
        found[np.setdiff1d(np.arange(len(found)), unused)] = typed.subject.to_pylist()
        return found

    def arm_cells(self) -> Iterator[tuple[str, str, str]]:
        """(raw table, column, clean table) of each column that holds arms."""
        for spec in self.trial.tables.values():
            for column in arm_columns(self.trial, spec):
                yield spec.of, column, spec.name


def known(trial: Trial, tables: list[RawTable]) -> Known:
    """Raises UserError where cleaning would."""
    raw = {raw_table.name: conform(raw_table.table(), RAW, raw_table.name) for raw_table in tables}
    used = {spec.of for spec in trial.tables.values()}
    typed, _ = type_tables(trial, {name: table for name, table in raw.items() if name in used})
    return Known(trial, raw, typed)


def with_cells(table: RawTable, cells: Mapping[str, np.ndarray]) -> RawTable:
    """The table with other cells in some columns."""
    whole = table.records.cells
    for name, values in cells.items():
        whole = whole.set_column(
            whole.column_names.index(name), name, pa.array(values, type=pa.string())
        )
    return replace(table, records=replace(table.records, cells=whole))


def with_warnings(table: RawTable, *warnings: str) -> RawTable:
    """The table, whose red lines are told with those of its file."""
    notes = table.records.notes
    notes = notes | {"warnings": [*notes.get("warnings", ()), *warnings]}
    return replace(table, records=replace(table.records, notes=notes))


def without_reveals(trial: Trial, table: RawTable) -> RawTable:
    """The table without a value in columns that are declared to reveal the arm, or that cleaning
    does not read, without the files beside it, and without a hash of its own: columns that nobody
    described may hold the arm, a copy of the data does, and against a hash arms could be tried."""
    specs = [spec for spec in trial.tables.values() if spec.of == table.name]
    read = {column for spec in specs for column in trial.dictionary[spec.name]}
    read -= {column for spec in specs for column in trial.cleaning.tables[spec.name].reveals_arm}
    records = table.records.without_hash()
    unread = [name for name in records.cells.column_names if name not in read]
    blank = np.full(records.cells.num_rows, "", dtype=object)
    shown = replace(table, records=records, companions={})
    return with_cells(shown, dict.fromkeys(unread, blank))
