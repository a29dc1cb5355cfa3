"""Occurrences: a record for every row that tells of one (adverse event, dose, session)."""

from typing import TYPE_CHECKING

from trialtrace.conditions import columns_of
from trialtrace.config.model import Endpoint
from trialtrace.endpoints.adsl import decode
from trialtrace.endpoints.records import Records, chosen_cells, pick
from trialtrace.endpoints.study import CleanTable, Study, met_rows
from trialtrace.endpoints.treatment import own_treatment
from trialtrace.errors import Problem, UserError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


def derive(endpoint: Endpoint, study: Study) -> Records:
    """A record a row that surely meets `where`; TERM is a fixed text or a column's value."""
    term = endpoint.options["term"]
    table = study.table(endpoint, looked_at(study, endpoint))
    rows = met_rows(table, endpoint.options.get("where"))
    treatment, behind = own_treatment(study, endpoint, table, rows)
    values = {"TERM": _terms(study, endpoint, table, rows, term)} | treatment
    cells = chosen_cells("TERM", table.name, rows, looked_at(study, endpoint))
    return Records("occds", table.subject[rows], values, (*cells, *behind))


def looked_at(study: Study, endpoint: Endpoint) -> list[str]:
    """The columns that say whether a row tells of an occurrence, and of which."""
    term = endpoint.options["term"]
    columns = columns_of(endpoint.options.get("where") or {})
    if isinstance(term, dict):
        columns = list(dict.fromkeys([*columns, term["column"]]))
    return columns or [study.trial.tables[endpoint.options["table"]].subject]


def _terms(
    study: Study, endpoint: Endpoint, table: CleanTable, rows: "np.ndarray", term: str | dict
) -> "pa.Array":
    import pyarrow as pa

    if isinstance(term, str):
        return pa.repeat(term, len(rows))
    column = term["column"]
    place = f"{study.place(endpoint)}, column {column}"
    values = pick(table.column(column), rows)
    known = study.trial.dictionary.get(table.name, {}).get(column)
    if known and known.choices:
        values = decode(values, known.choices, place)
    if values.null_count:
        raise UserError(
            Problem(
                place,
                found=f"{values.null_count} occurrences without a term",
                expected="a term in every occurrence",
                do=f"complete the data, or leave them out with where: {{{column}: present}}",
            )
        )
    return values.cast(pa.string())
