"""Several rows a subject, and a visit, location or side where these are declared, as one record."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.conditions import columns_of
from trialtrace.config.model import Endpoint
from trialtrace.endpoints.layout import AXES, Layout, distinct_labels, numbered
from trialtrace.endpoints.records import Cells
from trialtrace.endpoints.study import CleanTable, Study, met_rows
from trialtrace.errors import Problem, UserError

if TYPE_CHECKING:
    import pyarrow as pa


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

    def column(self, name: str) -> "pa.Array":
        """The column in the rows that count."""
        import pyarrow as pa

        return self.table.column(name).take(pa.array(self.rows))

    def numbers(self, study: Study, endpoint: Endpoint, name: str) -> np.ndarray:
        """A column of numbers in the rows that count; NaN where missing."""
        import pyarrow as pa

        values = self.column(name)
        if not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
            raise UserError(
                Problem(
                    f"{study.place(endpoint)}, column {name}",
                    found="a column without numbers",
                    expected="a number or integer by the dictionary",
                )
            )
        return values.cast("float64").to_numpy(zero_copy_only=False).astype(np.float64)

    def count(self, mask: np.ndarray | None = None) -> np.ndarray:
        """How many rows each record has, of those in `mask`."""
        record = self.record if mask is None else self.record[mask]
        return np.bincount(record, minlength=len(self))

    def cells(self, columns: list[str], variable: str = "AVAL") -> list[Cells]:
        """The cells of these columns, and of those by which rows were chosen."""
        each = dict.fromkeys([*columns, *self.layout.read])
        return [Cells(variable, self.record, self.table.name, self.rows, name) for name in each]


def gather(endpoint: Endpoint, study: Study, columns: list[str]) -> Gathered:
    """The rows that meet `where`, by record. Raises UserError for a row at an unlabelled place."""
    given = {axis: endpoint.options[axis] for axis in AXES if axis in endpoint.options}
    where = endpoint.options.get("where")
    read = [*(axis["column"] for axis in given.values()), *columns_of(where or {})]
    table = study.table(endpoint, list(dict.fromkeys([*columns, *read])))
    rows = met_rows(table, where)
    place = np.zeros(len(rows), dtype=np.int64)
    labels: dict[str, list[str]] = {}
    for axis, told in given.items():
        number = numbered(study, endpoint, table, told)[rows]
        if (number < 0).any():
            raise UserError(
                Problem(
                    f"{study.place(endpoint)}: {axis}.labels",
                    found=f"{int((number < 0).sum())} rows with a {axis} that has no label",
                    expected=f"a label for every {axis}",
                    do=f"label the {axis}, or leave its rows out with `where`",
                )
            )
        labels[axis] = distinct_labels(study, endpoint, axis, told)
        place = place * len(labels[axis]) + number
    places = int(np.prod([len(names) for names in labels.values()], dtype=np.int64))
    record = place * study.size + table.subject[rows]
    first = np.full(places * study.size, -1, dtype=np.int64)
    first[record[::-1]] = rows[::-1]
    layout = Layout(table, first, np.tile(np.arange(study.size), places), labels, read)
    return Gathered(table, rows, record, layout)
