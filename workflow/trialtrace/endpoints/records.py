"""Derived records before they are written: values by subject, and the raw cells behind them."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

# What a record keeps when another endpoint is derived from it.
PLACE_OF_RECORD = ("AVISIT", "AVISITN", "ADT", "LAT", "LOC", "TRTP")


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
    columns: dict[str, "pa.Array"]
    cells: tuple[Cells, ...]

    def __len__(self) -> int:
        return len(self.subject)


def chosen_cells(variable: str, table: str, row: np.ndarray, columns: list[str]) -> list[Cells]:
    """The cells of `columns` in the row chosen for each record; a row of -1 is none."""
    record = np.flatnonzero(row >= 0)
    return [Cells(variable, record, table, row[record], column) for column in columns]


def renamed(cells: tuple[Cells, ...], variable: str) -> tuple[Cells, ...]:
    """The same cells as the origin of another variable."""
    return tuple(replace(one, variable=variable) for one in cells)


def distinct(cells: tuple[Cells, ...]) -> list[Cells]:
    """Cells with every edge once, whichever way it was reached."""
    grouped: dict[tuple[str, str, str], list[Cells]] = {}
    for one in cells:
        grouped.setdefault((one.variable, one.table, one.column), []).append(one)
    return [group[0] if len(group) == 1 else _merged(group) for group in grouped.values()]


def _merged(group: list[Cells]) -> Cells:
    record = np.concatenate([one.record for one in group])
    row = np.concatenate([one.row for one in group])
    span = int(row.max(initial=0)) + 1
    pairs = np.unique(record * span + row)
    return replace(group[0], record=pairs // span, row=pairs % span)


def pick(values: "pa.Array", row: np.ndarray) -> "pa.Array":
    """The value in the row chosen for each record; missing where the row is -1."""
    import pyarrow as pa

    return values.take(pa.array(row, mask=row < 0))
