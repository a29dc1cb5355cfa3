"""Occurrences (adverse events, doses, sessions): a record for every row that tells of one, whether
a subject has any, and how many."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trialtrace.base.config.names import Condition, Text
from trialtrace.base.config.references import DateColumn
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints import registry
from trialtrace.run.endpoints.coded_values import decode, typed_columns
from trialtrace.run.endpoints.dates import require_dates
from trialtrace.run.endpoints.kinds.event import yes_no
from trialtrace.run.endpoints.records import Cells, CleanTable, Records, chosen_cells, pick
from trialtrace.run.endpoints.study import Study, met_rows
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.endpoints.truth import as_numbers, as_truth
from trialtrace.run.tables.conditions import columns_of, describe, evaluate
from trialtrace.run.tables.contracts import OCCDS
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.check_derived import columns_of_analysis
from trialtrace.run.trial.endpoints.shared import (
    EndpointEntry,
    FurtherColumns,
    InTable,
    Labels,
    OccurringEndpoint,
    TableEntry,
    UnknownEvent,
    ValueColumn,
    table_words,
)
from trialtrace.run.trial.model import Endpoint, Variable


@shape
class Occurrence(TableEntry, FurtherColumns):
    """Occurrences, a row each."""

    date: DateColumn | None = optional("Column of the date.")

    def rule(self, labels: Labels) -> str:
        return f"every row of {table_words(self.table)}{self.counted_rows(labels)}"


@shape(by="term_column")
class NamedOccurrence(Occurrence):
    """Occurrences, named by a column."""

    term_column: ValueColumn = key("Column that names what occurred.")


@shape
class OneOccurrence(Occurrence):
    """Occurrences of one thing."""

    term: Text = key("What occurred.")


@shape
class OfOccurrences(EndpointEntry):
    """An entry about the occurrences of another endpoint."""

    of: OccurringEndpoint = key("Endpoint of kind occurrence or dose_change.")
    where: Condition | None = optional(
        "Occurrences that count, by `term` and the names of their `columns`."
    )
    without_rows: UnknownEvent | None = optional(
        "What a subject without any row in the table of the occurrences is: one without "
        "occurrences (so where it is left out), or missing."
    )

    @property
    def parents(self) -> list[str]:
        return [self.of]


@shape
class AnyOccurrence(OfOccurrences):
    """Whether a subject has any occurrence."""

    def rule(self, labels: Labels) -> str:
        where = (
            f" with {describe(self.where, labels.occurrences.get(self.of))}" if self.where else ""
        )
        return f"yes where there is any {labels.of(self.of)}{where}"


@shape
class OccurrenceCount(OfOccurrences):
    """How many occurrences a subject has."""

    def rule(self, labels: Labels) -> str:
        where = (
            f" where {describe(self.where, labels.occurrences.get(self.of))}" if self.where else ""
        )
        return f"number of {labels.of(self.of)}{where}"


def check_further(files: Files, name: str, entry: Given, columns: Columns) -> None:
    """Further columns: not ones that OCCDS has, and of one type over all endpoints."""
    document = files.endpoints
    taken = set(OCCDS.names) | set(columns_of_analysis(files, "occurrence") or ())
    for short, source in entry.get("columns", {}).items():
        place = (name, "columns", short)
        if short.upper() in taken or short == "term":
            found = f"{short.upper()}, a column that the data set has already"
            document.add(place, found, "another name")
        variable = (columns or {}).get(source)
        for other, kind in _kinds(files, short).items():
            if variable and kind and other != name and kind != _kind(variable):
                found = f"a column of {_kind(variable)}, while {other} has one of {kind}"
                document.add(place, found, "one type under one name")


def _kind(variable: Variable) -> str:
    return "text" if variable.choices else variable.kind


def _kinds(files: Files, short: str) -> dict[str, str]:
    """The type of a further column by the endpoints that have it."""
    kinds = {}
    for name, given in files.endpoints.entries():
        source = given.get("columns", {}).get(short)
        variable = (files.columns(given.get("table")) or {}).get(source) if source else None
        if variable is not None:
            kinds[name] = _kind(variable)
    return kinds


def _check_occurrences(files: Files, name: str, entry: Given, columns: Columns) -> None:
    """`where` reads the term and the further columns of the occurrences."""
    if "where" not in entry:
        return
    of = files.endpoints.get(entry["of"])
    if of is None or of["kind"] not in ("occurrence", "dose_change"):
        return
    source = files.columns(of["table"]) or {}
    there = {"term": Variable("term", "", "text", "")}
    for short, told in of.get("columns", {}).items():
        if told in source:
            there[short] = _by_label(short, source[told])
    what = f"term, or a column of {entry['of']}"
    check_condition(files.endpoints, (name, "where"), entry["where"], there, what)


def _by_label(name: str, variable: Variable) -> Variable:
    """In OCCDS a code has become its label."""
    labels = dict.fromkeys(variable.choices.values(), "")
    return Variable(name, "", _kind(variable), name, labels)


ENTRIES = {
    "occurrence": NamedOccurrence | OneOccurrence,
    "any_occurrence": AnyOccurrence,
    "occurrence_count": OccurrenceCount,
}
CHECKS = {
    "occurrence": check_further,
    "any_occurrence": _check_occurrences,
    "occurrence_count": _check_occurrences,
}


# --- what is derived -----------------------------------------------------------------------------


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
