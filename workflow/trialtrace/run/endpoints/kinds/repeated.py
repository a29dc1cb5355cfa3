"""Repeated measures: a number a subject and visit, from columns (wide) or from rows (long)."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.kinds.measure import in_columns, numbers, unit_column
from trialtrace.run.endpoints.layout import distinct_labels, lay_out
from trialtrace.run.endpoints.records import Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.treatment import own_treatment
from trialtrace.run.endpoints.visits import dated, with_baseline
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
    labels = distinct_labels(study, endpoint, "visit", entry.visit_labels)
    found = in_columns(endpoint, study, list(entry.columns))
    number = np.repeat(np.arange(len(labels)), study.size)
    visits = {"AVISIT": pa.array(labels).take(number), "AVISITN": pa.array(number + 1)}
    treatment, behind = own_treatment(study, endpoint, found.table, found.row)
    records = replace(
        found.records,
        columns=visits | found.records.columns | treatment,
        cells=(*found.records.cells, *behind),
    )
    return with_baseline(endpoint, study, records, labels)


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
