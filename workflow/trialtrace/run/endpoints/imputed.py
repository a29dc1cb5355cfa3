"""Raw cells behind what cleaning made: of a span both its ends, of an imputed date ADaM's flag."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.endpoints.dates import is_dated
from trialtrace.run.endpoints.records import Cells, CleanTable, Records
from trialtrace.run.tables.contracts import mark_column
from trialtrace.run.trial.load import Trial


def with_imputed(trial: Trial, tables: Mapping[str, CleanTable], records: Records) -> Records:
    """Records whose cells are raw ones, with a flag beside each date of theirs that was imputed.

    The flag of ADT is ADTF, of STARTDT it is STARTDTF: D the day, M the month and the day.
    """
    cells = tuple(one for cell in records.cells for one in _raw(trial, cell))
    flags: dict[str, pa.Array] = {}
    for name, values in records.columns.items():
        if is_dated(values):
            for part in ("DTF", "TMF"):
                found = _flags(tables, records, name, values, part)
                if any(found):
                    flags[flag_name(name, part)] = pa.array(found, type=pa.string())
    return replace(records, columns=records.columns | flags, cells=cells)


def flag_name(date: str, part: str) -> str:
    """ADaM's name of the flag of a date: ADTF of ADT, RANDDTF of RANDDT, VISITDTF of VISIT_ON."""
    stem = date.removesuffix("DTM").removesuffix("DT")
    return f"{''.join(letter for letter in stem if letter.isalnum())[:5]}{part}"


def _raw(trial: Trial, cell: Cells) -> Iterator[Cells]:
    table = trial.cleaning.tables.get(cell.table)
    span = table.spans.get(cell.column) if table else None
    if span is None:
        yield cell
    else:
        yield replace(cell, column=span.from_)
        yield replace(cell, column=span.to)


def _flags(
    tables: Mapping[str, CleanTable], records: Records, name: str, values: pa.Array, part: str
) -> list[str | None]:
    """The flag of each record's date: that of an imputed cell behind it which is of this date."""
    found: list[str | None] = [None] * len(records)
    for cell in records.cells:
        rows = tables[cell.table].rows
        mark = mark_column(cell.column, part)
        if mark not in rows.column_names or not len(cell.record):
            continue
        at = pa.array(cell.row)
        dates = rows[cell.column].combine_chunks().take(at).cast(values.type, safe=False)
        same = pc.equal(dates, values.take(pa.array(cell.record)))
        marks = rows[mark].combine_chunks().take(at)
        there = np.asarray(pc.fill_null(pc.and_(same, marks.is_valid()), False))
        for position in np.flatnonzero(there):
            found[int(cell.record[position])] = marks[int(position)].as_py()
    return found
