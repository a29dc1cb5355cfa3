"""Grades of muscles, each by itself or summarised over the muscles of a side."""

from dataclasses import replace

import numpy as np

from trialtrace.run.endpoints.layout import Layout
from trialtrace.run.endpoints.records import Cells, Records
from trialtrace.run.endpoints.scores.items import read_items, scored
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.treatment import check_one_treatment
from trialtrace.run.instruments.declaration import Scale
from trialtrace.run.trial.instruments.mrc import Mrc
from trialtrace.run.trial.model import Endpoint


def derive(endpoint: Endpoint[Mrc], scale: Scale, study: Study) -> Records:
    """Each muscle's grade, or its sum or mean over the muscles of a subject, visit and side."""
    layout, items, columns = read_items(endpoint, scale, study)
    values = items["value"]
    if endpoint.entry.summary == "each":
        return scored(endpoint, study, layout, scale, values, columns)
    group, joined = over_locations(layout)
    there = np.flatnonzero(layout.row >= 0)
    joined_to = _group_of(group)
    check_one_treatment(study, endpoint, layout.table, joined_to[there], layout.row[there])
    several = values.reshape(group.shape)
    whole = several.sum(axis=1) if endpoint.entry.summary == "sum" else several.mean(axis=1)
    cells = [
        Cells("AVAL", joined_to[cell.record], cell.table, cell.row, cell.column)
        for cell in layout.cells(columns)
    ]
    return scored(endpoint, study, joined, scale, whole.ravel(), columns, cells=cells)


def over_locations(layout: Layout) -> tuple[np.ndarray, Layout]:
    """The records as visits x locations x the rest, and the layout of one record for all locations.

    A joined record has the first of its rows, which bears its treatment.
    """
    visits, places = len(layout.visits) or 1, len(layout.labels["location"])
    record = np.arange(len(layout.row)).reshape(visits, places, -1)
    rows = layout.row[record]
    first = np.take_along_axis(rows, (rows >= 0).argmax(axis=1)[:, None], axis=1)
    labels = {axis: names for axis, names in layout.labels.items() if axis != "location"}
    subject = layout.subject[record[:, 0]].ravel()
    return record, replace(layout, row=first.ravel(), subject=subject, labels=labels)


def _group_of(record: np.ndarray) -> np.ndarray:
    """The joined record of each record."""
    visits, places, rest = record.shape
    joined = np.arange(visits * rest).reshape(visits, 1, rest)
    return np.broadcast_to(joined, (visits, places, rest)).ravel()
