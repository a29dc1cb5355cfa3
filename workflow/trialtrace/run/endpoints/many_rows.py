"""Several rows a subject, and a visit, location or side where these are declared, as one record."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.layout import Layout, place_rows
from trialtrace.run.endpoints.records import Cells, CleanTable, floats
from trialtrace.run.endpoints.study import Study
from trialtrace.run.trial.endpoints.shared import InTable
from trialtrace.run.trial.model import Endpoint


@dataclass(frozen=True)
class Gathered:
    """The rows that count (`rows`, positions in the table) and the record that each belongs to.

    Records are laid out as in `layout`: a record for every visit, location, side and subject, whose
    `row` is the first of its rows, -1 where it has none.
    """

    table: CleanTable
    rows: np.ndarray
    record: np.ndarray
    layout: Layout

    def __len__(self) -> int:
        return len(self.layout.row)

    def column(self, name: str) -> pa.Array:
        """The column in the rows that count."""
        return self.table.column(name).take(pa.array(self.rows))

    def numbers(self, study: Study, endpoint: Endpoint, name: str) -> np.ndarray:
        """A column of numbers in the rows that count; NaN where missing."""
        return floats(f"{study.place(endpoint)}, column {name}", self.column(name))

    def count(self, mask: np.ndarray | None = None) -> np.ndarray:
        """How many rows each record has, of those in `mask`."""
        record = self.record if mask is None else self.record[mask]
        return np.bincount(record, minlength=len(self))

    def cells(self, columns: list[str], variable: str = "AVAL") -> list[Cells]:
        """The cells of these columns, and of those by which rows were chosen."""
        each = dict.fromkeys([*columns, *self.layout.read])
        return [Cells(variable, self.record, self.table.name, self.rows, name) for name in each]


def gather(endpoint: Endpoint[InTable], study: Study, columns: list[str]) -> Gathered:
    """The rows that meet `where`, by record. Raises UserError for a row at an unlabelled place."""
    placed = place_rows(endpoint, study, columns, every=True)
    return Gathered(placed.table, placed.rows, placed.record, placed.first())
