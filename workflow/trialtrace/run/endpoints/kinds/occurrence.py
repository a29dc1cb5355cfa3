"""Occurrences (adverse events, doses, sessions): a record for every row that tells of one, whether
a subject has any, and how many."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints import registry
from trialtrace.run.endpoints.coded_values import decode, typed_columns
from trialtrace.run.endpoints.dates import require_dates
from trialtrace.run.endpoints.kinds.event import yes_no
from trialtrace.run.endpoints.records import Cells, CleanTable, Records, chosen_cells, pick
from trialtrace.run.endpoints.study import Study, met_rows
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.endpoints.truth import as_numbers, as_truth
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.endpoints.occurrence import (
    FurtherColumns,
    NamedOccurrence,
    OccurrenceCount,
    OfOccurrences,
    OneOccurrence,
)
from trialtrace.run.trial.endpoints.shared import InTable
from trialtrace.run.trial.model import Endpoint


def derive_occurrence(endpoint: Endpoint[NamedOccurrence | OneOccurrence], study: Study) -> Records:
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
        found = f"{values.null_count} occurrences without a term: {lines}"
        do = f"complete the data, or leave them out: add {{{column}: present}} to `where`"
        raise UserError(place, found=found, expected="a term in every occurrence", do=do)
    return values.cast(pa.string())


def _lines(table: CleanTable, rows: np.ndarray, values: pa.Array) -> str:
    """Where the rows without a value stand in the export."""
    lines = table.column("source_row").take(pa.array(rows[values.is_null().to_numpy(False)]))
    return f"{table.name}, row {one_of(str(line) for line in lines.to_pylist())}"


@dataclass(frozen=True)
class Outcomes:
    """Each occurrence's subject and whether it counts (1, 0, NaN); `unclear` is by subject."""

    subject: np.ndarray
    truth: np.ndarray
    unclear: np.ndarray


def derive_any_occurrence(endpoint: Endpoint[OfOccurrences], study: Study) -> Records:
    """AVAL 1 for a subject with an occurrence of `of` that surely meets `where`, else 0.

    Missing where none surely does and one may. A yes comes from the cells of its occurrences. A no
    comes from the cells that were looked at in the subject's rows of the occurrence's table; where
    the table has no row of the subject, from the subject's key in the table of subjects.
    """
    found = outcomes(endpoint, study)
    yes, maybe = np.zeros(study.size, dtype=bool), found.unclear.copy()
    yes[found.subject[found.truth == 1]] = True
    maybe[found.subject[np.isnan(found.truth)]] = True
    truth = np.where(yes, 1.0, np.where(maybe, np.nan, 0.0))
    cells = behind(endpoint, study, found)
    return Records("bds", np.arange(study.size), yes_no(as_truth(truth)), tuple(cells))


def outcomes(endpoint: Endpoint[OfOccurrences], study: Study) -> Outcomes:
    """The occurrences, which of them count, and subjects of whom it cannot be known."""
    parent = study.parent(endpoint, endpoint.entry.of, ("occds",))
    truth = np.ones(len(parent))
    where = endpoint.entry.where
    if where is not None:
        columns = {name.lower(): values for name, values in parent.columns.items()}
        truth = as_numbers(evaluate(where, pa.table(columns)))
    of = study.trial.endpoints[endpoint.entry.of]
    unclear = registry.undecided_subjects(of, study)
    if endpoint.entry.without_rows == "missing":
        table = study.table(of, [])
        unclear = unclear | (np.bincount(table.subject, minlength=study.size) == 0)
    return Outcomes(parent.subject, truth, unclear)


def behind(endpoint: Endpoint[OfOccurrences], study: Study, outcomes: Outcomes) -> list[Cells]:
    """The cells of the occurrences that count or may, and for other subjects what was looked at."""
    parent = study.made[endpoint.entry.of]
    counts = ~(outcomes.truth == 0)
    had = np.zeros(study.size, dtype=bool)
    had[outcomes.subject[counts]] = True
    tested = {name.upper() for name in columns_of(endpoint.entry.where or {})}
    cells = []
    for cell in parent.cells:
        if cell.variable in {"TERM", *tested}:
            kept = counts[cell.record]
            subject = parent.subject[cell.record[kept]]
            cells.append(Cells("AVAL", subject, cell.table, cell.row[kept], cell.column))
    return cells + _behind_no(study, study.trial.endpoints[endpoint.entry.of], had, tested)


def _behind_no(
    study: Study, occurrence: Endpoint[InTable], had: np.ndarray, tested: set[str]
) -> list[Cells]:
    entry = occurrence.entry
    given = (entry.columns or {}).items() if isinstance(entry, FurtherColumns) else ()
    more = [column for name, column in given if name.upper() in tested]
    columns = list(dict.fromkeys([*registry.looked_at(occurrence, study), *more]))
    table = study.table(occurrence, columns)
    rows = np.flatnonzero(~had[table.subject])
    cells = [Cells("AVAL", table.subject[rows], table.name, rows, column) for column in columns]
    absent = ~had
    absent[table.subject] = False
    if absent.any():
        known = study.tables[study.trial.subjects.table]
        rows = np.flatnonzero(absent[known.subject])
        key = study.trial.tables[known.name].subject
        cells.append(Cells("AVAL", known.subject[rows], known.name, rows, key))
    return cells


def derive_occurrence_count(endpoint: Endpoint[OccurrenceCount], study: Study) -> Records:
    """AVAL the number of a subject's occurrences, of those that meet `where`.

    Missing where one of them may or may not count.
    """
    found = outcomes(endpoint, study)
    number = np.bincount(found.subject[found.truth == 1], minlength=study.size).astype(float)
    unknown = found.unclear.copy()
    unknown[found.subject[np.isnan(found.truth)]] = True
    values = {"AVAL": pa.array(number, mask=unknown)}
    return Records("bds", np.arange(study.size), values, tuple(behind(endpoint, study, found)))
