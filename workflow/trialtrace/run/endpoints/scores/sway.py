"""Sway from the device's summary, or from traces with a row a sample."""

from trialtrace.run.endpoints.layout import place_rows
from trialtrace.run.endpoints.records import Records
from trialtrace.run.endpoints.scores.items import as_numbers, read_items, scored
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.treatment import check_one_treatment
from trialtrace.run.instruments.declaration import Scale
from trialtrace.run.instruments.sway import trace
from trialtrace.run.trial.instruments.sway import SwaySummary, SwayTraces
from trialtrace.run.trial.model import Endpoint


def derive(endpoint: Endpoint[SwaySummary | SwayTraces], scale: Scale, study: Study) -> Records:
    """The device's value, or that of the record's trace, whose every sample leads to it."""
    if isinstance(entry := endpoint.entry, SwaySummary):
        layout, items, columns = read_items(endpoint, scale, study)
        return scored(endpoint, study, layout, scale, items[scale.name], columns)
    columns = [entry.time, entry.x, entry.y]
    placed = place_rows(endpoint, study, columns)
    check_one_treatment(study, endpoint, placed.table, placed.record, placed.rows)
    place = study.place(endpoint)
    time, x, y = (as_numbers(placed.table.column(name), place)[placed.rows] for name in columns)
    scores = trace(placed.record, len(placed), time, x, y, entry.ellipse)
    values, cells = scores[scale.name], placed.cells(columns)
    return scored(endpoint, study, placed.layout, scale, values, columns, cells=cells)
