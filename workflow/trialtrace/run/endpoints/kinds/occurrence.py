"""Occurrences: a record for every row that tells of one (adverse event, dose, session)."""

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.coded_values import decode, typed_columns
from trialtrace.run.endpoints.dates import require_dates
from trialtrace.run.endpoints.records import CleanTable, Records, chosen_cells, pick
from trialtrace.run.endpoints.study import Study, met_rows
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.endpoints.occurrence import NamedOccurrence, OneOccurrence
from trialtrace.run.trial.model import Endpoint


def derive(endpoint: Endpoint[NamedOccurrence | OneOccurrence], study: Study) -> Records:
    """A record a row that surely meets `where`; TERM is a fixed text or a column's value.

    The declared `columns` stand beside it, by their names in capitals.
    """
    columns, date = looked_at(study, endpoint), endpoint.entry.date
    further = list((endpoint.entry.columns or {}).values())
    table = study.table(endpoint, [*columns, *further, *([date] if date else [])])
    rows = met_rows(table, endpoint.entry.where)
    values, behind = own_treatment(study, endpoint, table, rows)
    values["TERM"] = _terms(study, endpoint, table, rows)
    cells = chosen_cells("TERM", table.name, rows, columns)
    more, behind_more = typed_columns(study, endpoint, table, rows)
    cells += behind_more
    if date:
        dates = require_dates(study.place(endpoint), date, table.column(date))
        values["ADT"] = pick(dates, rows)
        cells += chosen_cells("ADT", table.name, rows, [date])
    return Records("occds", table.subject[rows], values | more, (*cells, *behind))


def looked_at(study: Study, endpoint: Endpoint[NamedOccurrence | OneOccurrence]) -> list[str]:
    """The columns that say whether a row tells of an occurrence, and of which."""
    entry = endpoint.entry
    columns = columns_of(entry.where or {})
    if isinstance(entry, NamedOccurrence):
        columns = list(dict.fromkeys([*columns, entry.term_column]))
    return columns or [study.trial.tables[entry.table].subject]


def _terms(
    study: Study,
    endpoint: Endpoint[NamedOccurrence | OneOccurrence],
    table: CleanTable,
    rows: np.ndarray,
) -> pa.Array:
    if isinstance(entry := endpoint.entry, OneOccurrence):
        return pa.repeat(entry.term, len(rows))
    column = entry.term_column
    place = f"{study.place(endpoint)}, column {column}"
    values = pick(table.column(column), rows)
    known = study.trial.dictionary.get(table.name, {}).get(column)
    if known and known.choices:
        values = decode(values, known.choices, place)
    if values.null_count:
        lines = _lines(table, rows, values)
        raise UserError(
            place,
            found=f"{values.null_count} occurrences without a term: {lines}",
            expected="a term in every occurrence",
            do=f"complete the data, or leave them out: add {{{column}: present}} to `where`",
        )
    return values.cast(pa.string())


def _lines(table: CleanTable, rows: np.ndarray, values: pa.Array) -> str:
    """Where the rows without a value stand in the export."""
    lines = table.column("source_row").take(pa.array(rows[values.is_null().to_numpy(False)]))
    return f"{table.name}, row {one_of(str(line) for line in lines.to_pylist())}"
