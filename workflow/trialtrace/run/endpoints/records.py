"""Derived records before they are written: values by subject, and the raw cells behind them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError
from trialtrace.base.store import significant
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.tables.contracts import REJECTS, empty
from trialtrace.run.trial.model import Endpoint

# What a record keeps when another endpoint is derived from it.
PLACE_OF_RECORD = ("AVISIT", "AVISITN", "ADT", "LAT", "LOC", "TRTP")


@dataclass(frozen=True)
class CleanTable:
    """A clean table in the order of its source rows; `subject` is each row's position in ADSL."""

    name: str
    rows: pa.Table
    subject: np.ndarray

    def column(self, name: str) -> pa.Array:
        return self.rows[name].combine_chunks()


@dataclass(frozen=True)
class Cells:
    """One raw column behind one derived variable: record[i] was made from row[i] of the table.

    `record` holds positions in the Records they belong to, `row` positions in the clean table.
    """

    variable: str
    record: np.ndarray
    table: str
    row: np.ndarray
    column: str


@dataclass(frozen=True)
class Records:
    """Records of one endpoint for one data set, in the order of visits, then of subjects.

    `subject` holds positions in ADSL; `columns` are those of the data set that the endpoint fills.
    """

    dataset: str
    subject: np.ndarray
    columns: dict[str, pa.Array]
    cells: tuple[Cells, ...]

    def __len__(self) -> int:
        return len(self.subject)


def chosen_cells(variable: str, table: str, row: np.ndarray, columns: list[str]) -> list[Cells]:
    """The cells of `columns` in the row chosen for each record; a row of -1 is none."""
    record = np.flatnonzero(row >= 0)
    return [Cells(variable, record, table, row[record], column) for column in columns]


def renamed(cells: Iterable[Cells], variable: str) -> tuple[Cells, ...]:
    """The same cells as the origin of another variable."""
    return tuple(replace(cell, variable=variable) for cell in cells)


def moved(
    cells: Iterable[Cells], to: np.ndarray, variables: Sequence[str], variable: str = "AVAL"
) -> list[Cells]:
    """The cells behind `variables` of records that were drawn together into other records.

    `to` gives each record its new position; -1 leaves its cells behind.
    """
    made = []
    for cell in cells:
        if cell.variable in variables:
            record = to[cell.record]
            kept = record >= 0
            made.append(Cells(variable, record[kept], cell.table, cell.row[kept], cell.column))
    return made


def distinct(cells: tuple[Cells, ...]) -> list[Cells]:
    """Cells with every edge once, whichever way it was reached."""
    grouped: dict[tuple[str, str, str], list[Cells]] = {}
    for cell in cells:
        grouped.setdefault((cell.variable, cell.table, cell.column), []).append(cell)
    return [group[0] if len(group) == 1 else _merged(group) for group in grouped.values()]


def _merged(group: list[Cells]) -> Cells:
    record = np.concatenate([cells.record for cells in group])
    row = np.concatenate([cells.row for cells in group])
    span = int(row.max(initial=0)) + 1
    pairs = np.unique(record * span + row)
    return replace(group[0], record=pairs // span, row=pairs % span)


def pick(values: pa.Array, row: np.ndarray) -> pa.Array:
    """The value in the row chosen for each record; missing where the row is -1."""
    return values.take(pa.array(row, mask=row < 0))


def floats(place: str, values: pa.Array) -> np.ndarray:
    """The values of a column of numbers; NaN where missing."""
    if not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
        raise UserError(
            place,
            found="a column without numbers",
            expected="a number or integer by the dictionary",
        )
    return values.cast("float64").to_numpy(zero_copy_only=False).astype(np.float64)


def ended(
    time: np.ndarray,
    yes: np.ndarray,
    unknown: np.ndarray,
    event: str | np.ndarray,
    censored: str | np.ndarray,
) -> dict[str, pa.Array]:
    """AVAL, CNSR (0 an event, 1 none) and how each time ended, in texts for all or for each."""

    def said(text: str | np.ndarray, mask: np.ndarray) -> pa.Array:
        every = np.broadcast_to(np.asarray(text, dtype=object), time.shape)
        return pa.array(every, type=pa.string(), mask=mask)

    return {
        "AVAL": pa.array(time, mask=unknown),
        "CNSR": pa.array(np.where(yes, 0, 1), mask=unknown),
        "EVNTDESC": said(event, unknown | ~yes),
        "CNSDTDSC": said(censored, unknown | yes),
    }


def values_of(parent: Records, what: str) -> pa.Array:
    """AVAL, its change from baseline, or that in percent of the baseline (missing where it is 0).

    All missing where a change is asked of records without a baseline.
    """
    if what == "value":
        return parent.columns["AVAL"]
    change = parent.columns.get("CHG", pa.nulls(len(parent), pa.float64()))
    if what == "change":
        return change
    base = parent.columns.get("BASE", pa.nulls(len(parent), pa.float64()))
    base = pc.if_else(pc.equal(base, 0), pa.scalar(None, type=pa.float64()), base)
    share = pc.multiply(pc.divide(change, base), 100.0).to_numpy(zero_copy_only=False)
    return pa.array(significant(share), type=pa.float64(), from_pandas=True)


def joined(texts: list[pa.Array], between: str) -> pa.Array:
    """Texts element by element, missing ones left out; missing where all are.

    (pyarrow's own joining with null_handling="skip" loses the elements that are missing in all.)
    """
    whole = texts[0]
    for text in texts[1:]:
        both = pc.binary_join_element_wise(whole, text, between)
        whole = pc.coalesce(both, whole, text)
    return whole


@dataclass(frozen=True)
class Reason:
    """Why cells are not used: a rule's identifier, and a sentence without a value of the data.

    `loss` says whether anything is lost with them: nobody misses a line that holds nothing.
    """

    rule: str
    sentence: str
    severity: str = "reject"
    loss: bool = True


@dataclass(frozen=True)
class Unused:
    """Rows of a clean table of which an endpoint could not use a cell."""

    table: "CleanTable"
    rows: np.ndarray
    why: Reason


def rejected_cells(
    study: Any, endpoint: Endpoint, table: Any, rows: np.ndarray, column: str, why: Reason
) -> pa.Table:
    """Cells of a clean table (positions `rows`) as rows of the REJECTS contract."""

    def same(text: str) -> pa.Array:
        return pa.repeat(pa.scalar(text, type=pa.string()), len(rows))

    values = table.column(column).take(pa.array(rows))
    columns = {
        "table": same(table.name),
        "level": same("cell"),
        "source_file": table.column("source_file").take(pa.array(rows)),
        "source_row": table.column("source_row").take(pa.array(rows)),
        "subject": study.keys.take(pa.array(table.subject[rows])),
        "column": same(column),
        "value": column_text(values, study.place(endpoint)),
        "rule": same(f"{endpoint.name}_{why.rule}"),
        "reason": same(f"{endpoint.label}: {why.sentence}"),
        "severity": same(why.severity),
    }
    return pa.table(columns).select(REJECTS.names)


def rejects_table(study: Any) -> pa.Table:
    """All cells that no record could use, in the order in which they were met; each once."""
    whole = pa.concat_tables([empty(REJECTS), *study.rejects]).combine_chunks()
    return whole.group_by(whole.column_names, use_threads=False).aggregate([])
