"""Whether a row that no derived row came of could have been one of a number, by its own keys."""

from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.run.tables.contracts import RAW, read_table
from trialtrace.run.tables.frames import COMPLETE, LACKING, Frames, Selection, canonical
from trialtrace.run.trace.raw_rows import MADE, RawRows

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from trialtrace.base.arrays import Flags, Places
    from trialtrace.run.trial.load import Trial

# What a predicate asks of values, not of what they are values of.
OF_VALUES = {*MADE, COMPLETE, LACKING}


class RowKeys:
    """The keys of raw rows, beside the subject: a visit, a side, a muscle."""

    def __init__(self, trial: "Trial", raw: Path, frames: Frames, rows: RawRows):
        self._trial, self._folder, self._frames, self._rows = trial, Path(raw), frames, rows
        self._tables: dict[str, pa.Table] = {}
        self._elsewhere: dict[tuple[str, str, str], dict[str, set[str]]] = {}

    def of_another(self, table: str, lines: "Places", selection: Selection) -> "Flags":
        """Which of these rows of a table have a key that only other rows of the same subjects have.

        A key that leads to no value is not known to be of another kind: such a row could have been
        one of the selected.
        """
        import numpy as np

        found = np.zeros(len(lines), dtype=bool)
        for column, values in self._values_elsewhere(table, selection).items():
            own = self._cells(table, column, lines).to_pylist()
            found |= np.array([value in values for value in own], dtype=bool)
        return found

    def _values_elsewhere(self, table: str, selection: Selection) -> dict[str, set[str]]:
        """Column -> values by which rows of these subjects are none of the selected."""
        import pyarrow.compute as pc

        where = {k: v for k, v in selection.predicate.items() if k not in OF_VALUES}
        key = (selection.dataset, canonical(where), table)
        if key not in self._elsewhere:
            inside, outside = self._lines(table, self._frames.select(selection.dataset, where))
            found: dict[str, set[str]] = {}
            for column in self._columns(table) if len(inside) else ():
                own, other = (self._cells(table, column, at) for at in (inside, outside))
                found[column] = {*pc.unique(other).to_pylist()} - {*pc.unique(own).to_pylist()}
            self._elsewhere[key] = found
        return self._elsewhere[key]

    def _lines(self, table: str, kind: Selection) -> "tuple[np.ndarray, np.ndarray]":
        """The rows of a table behind a selection, and behind other records of its subjects."""
        import numpy as np

        edges = self._rows.all_edges
        names = edges.coded.names["table"]
        if table not in names:
            return np.array([], dtype=np.int64), np.array([], dtype=np.int64)
        here = edges.coded.codes["table"] == names.index(table)
        used = self._rows.uses(kind)
        theirs = self._rows.subjects(kind)[edges.subject] & here
        return np.unique(edges.source_row[used & here]), np.unique(edges.source_row[theirs & ~used])

    def _columns(self, table: str) -> list[str]:
        spec = self._trial.tables[table]
        known = self._raw(table).column_names
        return [
            name for name in spec.key_ if name in known and name not in (spec.subject, "source_row")
        ]

    def _cells(self, table: str, column: str, lines: "np.ndarray") -> "pa.Array":
        """The cells of a column in these rows, as they stand in the file."""
        import pyarrow as pa
        import pyarrow.compute as pc

        raw = self._raw(table)
        at = pc.index_in(pa.array(lines, pa.int64()), value_set=raw["source_row"].combine_chunks())
        return pc.utf8_trim_whitespace(raw[column].combine_chunks().take(at))

    def _raw(self, table: str) -> "pa.Table":
        name = self._trial.tables[table].of
        if name not in self._tables:
            self._tables[name] = read_table(self._folder / f"{name}.parquet", RAW)
        return self._tables[name]
