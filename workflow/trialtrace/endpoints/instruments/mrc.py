"""Medical Research Council grades of muscle strength."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.config.model import Endpoint
from trialtrace.endpoints.instruments.declaration import Instrument, Item, Mistake, Scale
from trialtrace.endpoints.records import Cells, Records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trialtrace.endpoints.layout import Layout
    from trialtrace.endpoints.study import Study

HIGHEST = 5

INSTRUMENT = Instrument(
    title="Medical Research Council scale of muscle strength",
    rule="0 to 5 a muscle, ordinal. Codes that are not whole numbers (4-, 4+) have their values "
    "declared in `grades`; nothing is rounded. `summary: each` keeps a record a muscle "
    "(`location`) and side; `sum` and `mean` are taken over the muscles of `location`, for each "
    "side and visit.",
    missing="Missing stays missing; a sum or mean needs all muscles.",
    source="Medical Research Council, Aids to the examination of the peripheral nervous system, "
    "Memorandum no. 45, 1976",
    items={"value": Item(0, HIGHEST, whole=False, codes="grades", numbers=True)},
    scales=(Scale("", "", "grade", 0, HIGHEST, "better", "ordinal", items=("value",)),),
)


def scales(options: "Mapping[str, Any]") -> tuple[Scale, ...]:
    """Grades are ordinal; a sum or mean over muscles is taken as a number."""
    summary = options["summary"]
    muscles = len(options["location"]["labels"]) if "location" in options else 1
    if summary == "each":
        return INSTRUMENT.scales
    high = HIGHEST * muscles if summary == "sum" else HIGHEST
    return (Scale("", "", f"{summary} of grades", 0, high, "better", items=("value",)),)


def joined(options: "Mapping[str, Any]") -> tuple[str, ...]:
    """A sum or mean is one record for all locations."""
    return () if options["summary"] == "each" else ("location",)


def mistakes(options: "Mapping[str, Any]") -> "Iterator[Mistake]":
    if options["summary"] != "each" and "location" not in options:
        yield ("summary",), options["summary"], "`location`, the muscles to be summarised"


def derive(endpoint: Endpoint, scale: Scale, study: "Study") -> Records:
    """Each muscle's grade, or its sum or mean over the muscles of a subject, visit and side."""
    from trialtrace.endpoints.kinds.instrument import read_items, scored
    from trialtrace.endpoints.treatment import check_one_treatment

    layout, items, columns = read_items(endpoint, scale, study)
    values = items["value"]
    if endpoint.options["summary"] == "each":
        return scored(endpoint, study, layout, scale, values, columns)
    group, joined = over_locations(layout)
    there = np.flatnonzero(layout.row >= 0)
    joined_to = _group_of(group)
    check_one_treatment(study, endpoint, layout.table, joined_to[there], layout.row[there])
    several = values.reshape(group.shape)
    whole = several.sum(axis=1) if endpoint.options["summary"] == "sum" else several.mean(axis=1)
    cells = [
        Cells("AVAL", joined_to[one.record], one.table, one.row, one.column)
        for one in layout.cells(columns)
    ]
    return scored(endpoint, study, joined, scale, whole.ravel(), columns, cells=cells)


def over_locations(layout: "Layout") -> tuple[np.ndarray, "Layout"]:
    """The records as visits x locations x the rest, and the layout of one record for all locations.

    A joined record has the first of its rows, which bears its treatment.
    """
    from dataclasses import replace

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
