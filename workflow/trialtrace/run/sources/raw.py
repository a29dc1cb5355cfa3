"""A raw table: every cell as text, and where each row stands in its file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from trialtrace.base.errors import Problems, one_of
from trialtrace.run.tables.contracts import SOURCE

RESERVED = tuple(column.name for column in SOURCE)


@dataclass(frozen=True)
class Records:
    """What a reader makes of one file: its cells as text, the place of each row, what it noted."""

    cells: pa.Table
    rows: pa.Array
    source_file: str
    notes: dict[str, Any]


@dataclass(frozen=True)
class RawTable:
    """A raw table. `settings` are those that cleaning applies; `companions` further outputs."""

    name: str
    records: Records
    settings: dict[str, Any] = field(default_factory=dict)
    companions: dict[str, bytes] = field(default_factory=dict)

    def table(self) -> pa.Table:
        """source_file, source_row, then the columns of the file."""
        cells = self.records.cells
        file = pa.repeat(pa.scalar(self.records.source_file), cells.num_rows)
        columns = [file, self.records.rows.cast(pa.int64()), *cells.columns]
        return pa.table(columns, names=[*RESERVED, *cells.column_names])

    def manifest(self) -> dict[str, Any]:
        cells = self.records.cells
        return {
            "source_file": self.records.source_file,
            "rows": cells.num_rows,
            "columns": cells.column_names,
            "settings": self.settings,
            "file": self.records.notes,
        }


ROW_NAMES = "write row_names: rownames beside the path in trial.yaml"


def check_header(names: Sequence[str | None], place: str) -> list[str]:
    """The names of the columns, without blanks around them; tells every one that cannot be used.

    By its position: where a file has no header, what stands here are a patient's cells.
    """
    problems = Problems()
    clean = ["" if name is None else name.strip() for name in names]
    blank = [str(position) for position, name in enumerate(clean, start=1) if not name]
    counts = Counter(clean)
    twice = [str(at) for at, name in enumerate(clean, start=1) if name and counts[name] > 1]
    reserved = [name for name in clean if name in RESERVED]
    if not clean:
        problems.add(place, "there is no header", expected="column names in the first row")
    if blank:
        problems.add(
            place,
            found=f"no column name in position {one_of(blank)} of {len(clean)}",
            expected="a name for every column",
            do="name the column in the header, or delete it if it is empty"
            + (f"; where R or pandas wrote names of rows, {ROW_NAMES}" if blank == ["1"] else ""),
        )
    if twice:
        problems.add(
            place,
            found=f"names that stand twice, in positions {one_of(twice)} of {len(clean)}",
            expected="each name once",
            do="rename the columns in the export; if this row is no header, give it one",
        )
    if reserved:
        problems.add(
            place,
            found=f"a column named {one_of(reserved)}",
            expected=f"other names: {', '.join(RESERVED)} say where a row comes from",
            do="rename the column in the export",
        )
    problems.raise_if_any()
    return clean
