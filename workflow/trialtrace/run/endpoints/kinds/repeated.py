"""Repeated measures: a number a subject and visit, from columns (wide) or from rows (long)."""

import numpy as np
import pyarrow as pa

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.kinds.measure import numbers, unit_column
from trialtrace.run.endpoints.layout import distinct_labels, lay_out
from trialtrace.run.endpoints.records import Cells, Records, chosen_cells
from trialtrace.run.endpoints.study import Study, one_row_each
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.endpoints.visits import dated, with_baseline
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.endpoints.repeated import Repeated, RepeatedInColumns, RepeatedInRows
from trialtrace.run.trial.model import Endpoint


def derive_repeated(
    endpoint: Endpoint[RepeatedInRows | RepeatedInColumns], study: Study
) -> Records:
    """A record a subject and visit, also where the value is missing; visits in declared order.

    In rows also a record a location and side, where these are declared. With `baseline`, that
    visit's records carry ABLFL, and all records BASE and CHG = AVAL - BASE.
    """
    if isinstance(entry := endpoint.entry, RepeatedInColumns):
        return _wide(endpoint, entry, study)
    return _long(endpoint, entry, study)


def _wide(endpoint: Endpoint[Repeated], entry: RepeatedInColumns, study: Study) -> Records:
    """From each visit's column in the subject's one row."""
    visits, where = list(entry.columns), entry.where
    labels = distinct_labels(study, endpoint, "visit", entry.visit_labels)
    chosen_by = columns_of(where or {})
    table = study.table(endpoint, [*visits, *chosen_by])
    row = one_row_each(study, endpoint, table, where)
    parts, cells = [], []
    for position, column in enumerate(visits):
        parts.append(numbers(study, endpoint, table, column, row))
        for one in chosen_cells("AVAL", table.name, row, [column, *chosen_by]):
            record = one.record + position * study.size
            cells.append(Cells("AVAL", record, one.table, one.row, one.column))
    none = pa.nulls(study.size, pa.string())
    every = np.tile(row, len(visits))
    number = np.repeat(np.arange(len(labels)), study.size)
    values = {
        "AVISIT": pa.array(labels).take(number),
        "AVISITN": pa.array(number + 1),
        "AVAL": pa.concat_arrays([part["AVAL"] for part in parts]),
        "AVALC": pa.concat_arrays([part.get("AVALC", none) for part in parts]),
        "AVALU": unit_column(_one_unit(study, endpoint, visits), len(every)),
    }
    treatment, behind = own_treatment(study, endpoint, table, every)
    subject = np.tile(np.arange(study.size), len(labels))
    records = Records("bds", subject, values | treatment, (*cells, *behind))
    return with_baseline(endpoint, study, records, labels)


def _one_unit(study: Study, endpoint: Endpoint, columns: list[str]) -> str | None:
    units = {study.unit(endpoint, column) for column in columns}
    if len(units) > 1:
        raise UserError(
            f"{study.place(endpoint)}: visits",
            found=f"different units: {one_of(sorted(str(unit) for unit in units))}",
            expected="one unit at all visits",
            do="convert the columns in cleaning.yaml, or give each a unit there",
        )
    return units.pop()


def _long(endpoint: Endpoint[Repeated], entry: RepeatedInRows, study: Study) -> Records:
    """From the subject's row with the codes of visit, location and side."""
    column = entry.column
    layout = lay_out(endpoint, study, [column])
    values = numbers(study, endpoint, layout.table, column, layout.row)
    values["AVALU"] = unit_column(study.unit(endpoint, column), len(layout.row))
    treatment, behind = own_treatment(study, endpoint, layout.table, layout.row)
    records = Records(
        "bds",
        layout.subject,
        layout.columns() | values | treatment,
        (*layout.cells([column]), *behind),
    )
    records = dated(endpoint, study, layout, records)
    return with_baseline(endpoint, study, records, layout.visits)
