"""What marks a file as drawn by a program, whatever is declared of it.

Each row of a drawn file says that it is synthetic. That outlives what a person does with a CSV
file: other names of the file or of the column, another order, a spreadsheet, some of its rows.
"""

from collections.abc import Collection
from dataclasses import replace
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import one_of
from trialtrace.base.store import SYNTHETIC
from trialtrace.base.synthetic import FLAG, MARK
from trialtrace.run.sources.raw import Records

NOTE = "synthetic"
MOST_LINES = 10


def without_mark(records: Records) -> Records:
    """The records without the column of the mark; their note tells what it says."""
    cells = records.cells
    found = ((name, _hits(name, cells[name])) for name in cells.column_names)
    hits = {name: hit for name, hit in found if hit is not None}
    if not hits:
        return records
    told = reduce(pc.or_, hits.values())
    gone = [name for name, hit in hits.items() if _holds_nothing_else(name, cells[name], hit)]
    note = _note(told, records.rows)
    return replace(records, cells=cells.drop_columns(gone), notes={NOTE: note} | records.notes)


def says_drawn(name: str, values: Collection[str]) -> bool:
    """Whether a column with these values says of rows that a program drew them."""
    return is_mark(values) or (name.upper() == FLAG and "Y" in values)


def is_mark(values: Collection[str]) -> bool:
    """Whether these values of a column are the mark and nothing else."""
    return {value.lower() for value in values} == {SYNTHETIC}


def _hits(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Which cells of a column say that their row is synthetic; None where none does."""
    if name.upper() == FLAG:
        hit = pc.equal(_plain(column), "y")
    # A table that nobody has filled in yet has no row to say it.
    elif name == MARK and not len(column):
        hit = pc.equal(column, SYNTHETIC)
    # Few columns have a text of that length, and only these are looked at closely.
    elif not pc.any(pc.greater_equal(pc.binary_length(column), len(SYNTHETIC))).as_py():
        return None
    else:
        hit = pc.equal(_plain(column), SYNTHETIC)
    hit = pc.fill_null(hit, False)
    return hit if not len(hit) or pc.any(hit).as_py() else None


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_lower(pc.utf8_trim_whitespace(column))


def _holds_nothing_else(name: str, column: pa.ChunkedArray, hit: pa.ChunkedArray) -> bool:
    """Whether a column is the mark and none of the data; a flag is a variable of its data set."""
    blank = pc.equal(pc.fill_null(_plain(column), ""), "")
    return name.upper() != FLAG and pc.all(pc.or_(hit, blank)).as_py() is not False


def _note(chunked_array: pa.ChunkedArray, places: pa.Array) -> str:
    """What the rows say of themselves; those that say nothing are told by their place."""
    silent = places.filter(pc.invert(chunked_array.combine_chunks()))
    if not len(silent):
        return "every row says so"
    lines = one_of([str(line) for line in silent.to_pylist()], MOST_LINES)
    return (
        f"{len(chunked_array) - len(silent)} of {len(chunked_array)} rows say so, not row {lines}"
    )
