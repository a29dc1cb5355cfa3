"""Dates of records: ADT from a column, the day from a start, and windows of visits."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.dates import day_numbers, require_dates, start_days
from trialtrace.run.endpoints.layout import Layout
from trialtrace.run.endpoints.records import Records, chosen_cells, pick
from trialtrace.run.endpoints.study import Study, require_columns
from trialtrace.run.endpoints.unused import Reason
from trialtrace.run.trial.endpoints.shared import DatedRecords
from trialtrace.run.trial.endpoints.visit_windows import VisitWindows
from trialtrace.run.trial.model import Endpoint, adsl_code

OUTSIDE = "outside_window"


def dated(endpoint: Endpoint, study: Study, layout: Layout, records: Records) -> Records:
    """The records with ADT from `date`, and ADY where there is a `start`.

    ADY is the day from the start as ADaM counts it: 1 on that day, -1 on the day before. A record
    whose day (0 on the day of the start) is outside its visit's window is listed; with
    `outside: reject` its value is missing. Nothing is added without `date`.
    """
    entry = endpoint.entry
    if not isinstance(entry, DatedRecords) or entry.date is None:
        return records
    column = entry.date
    require_columns(layout.table.rows, [column], study.place(endpoint))
    dates = require_dates(study.place(endpoint), column, layout.table.column(column))
    adt = pick(dates, layout.row)
    columns = records.columns | {"ADT": adt}
    cells = [*records.cells, *chosen_cells("ADT", layout.table.name, layout.row, [column])]
    if entry.start is not None:
        day = day_numbers(adt) - start_days(study, endpoint)[records.subject]
        columns["ADY"] = _ady(day)
        if entry.windows is not None and entry.outside is not None:
            outside = _outside(study, endpoint, entry.windows, layout, day)
            columns = _without(columns, outside & (entry.outside == "reject"))
            rows = layout.row[outside]
            why = Reason(OUTSIDE, "a visit dated outside its window", entry.outside)
            study.reject(endpoint, layout.table, rows, column, why)
            cells += chosen_cells("AVAL", layout.table.name, layout.row, [column])
        if entry.windows is not None or (
            isinstance(entry.visit, VisitWindows) and entry.visit.day is None
        ):
            code = adsl_code(entry.start)
            cells += study.subject_cells(code, "AVAL", records.subject)
    return replace(records, columns=columns, cells=tuple(cells))


def _ady(day: np.ndarray) -> pa.Array:
    counted = np.where(day >= 0, day + 1, day)
    return pa.array(np.nan_to_num(counted).astype(np.int64), mask=np.isnan(day))


def _outside(
    study: Study,
    endpoint: Endpoint,
    windows: dict[str, tuple[float, ...]],
    layout: Layout,
    day: np.ndarray,
) -> np.ndarray:
    visits = layout.visits
    strange = [label for label in windows if label not in visits]
    if strange:
        raise UserError(
            f"{study.place(endpoint)}: windows",
            found=one_of(strange),
            expected=f"visits: {one_of(visits)}",
        )
    low, high = (
        np.array([windows.get(label, (-np.inf, np.inf))[end] for label in visits], dtype=float)
        for end in (0, 1)
    )
    number = np.arange(len(day)) // (len(day) // len(visits))
    return (day < low[number]) | (day > high[number])


def _without(columns: dict[str, pa.Array], gone: np.ndarray) -> dict[str, pa.Array]:
    """The columns without the values of some records."""
    kept = {}
    for name in ("AVAL", "AVALC"):
        if name in columns:
            none = pa.scalar(None, type=columns[name].type)
            kept[name] = pc.if_else(pa.array(gone), none, columns[name])
    return columns | kept
