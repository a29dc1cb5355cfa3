"""Visits by windows of days: the visit of each row, and the one row of a window that counts."""

import numpy as np

from trialtrace.run.endpoints.dates import day_numbers, require_dates, start_days
from trialtrace.run.endpoints.records import CleanTable
from trialtrace.run.endpoints.study import Study, require_columns
from trialtrace.run.endpoints.unused import Reason
from trialtrace.run.trial.endpoints.shared import DatedRecords, InTable
from trialtrace.run.trial.endpoints.visit_windows import VisitWindows
from trialtrace.run.trial.model import Endpoint

FLAG = "flag"
NO_DAY = Reason("no_day", "the record has no day, so that its visit is not known")
OUTSIDE = Reason("outside_windows", "the day is in the window of no visit", FLAG)
OTHER = {
    "nearest": Reason("not_nearest", "another record is nearer the day of the visit", FLAG),
    "first": Reason("not_first", "another record of the visit's window is earlier", FLAG),
    "last": Reason("not_last", "another record of the visit's window is later", FLAG),
}


def day_column(endpoint: Endpoint[InTable], visit_windows: VisitWindows) -> str:
    """The column by which the visit of a row is known."""
    entry = endpoint.entry
    date = entry.date if isinstance(entry, DatedRecords) else None
    return visit_windows.day or date or ""


def days_of(
    study: Study, endpoint: Endpoint[InTable], table: CleanTable, visit_windows: VisitWindows
) -> np.ndarray:
    """The day of each row, NaN where it is missing: a column of days, else `date` - `start`."""
    column = day_column(endpoint, visit_windows)
    require_columns(table.rows, [column], study.place(endpoint))
    if visit_windows.day is not None:
        return table.column(column).cast("float64").to_numpy(zero_copy_only=False)
    dates = require_dates(study.place(endpoint), column, table.column(column))
    days: np.ndarray = day_numbers(dates) - start_days(study, endpoint)[table.subject]
    return days


def window_numbers(days: np.ndarray, visit_windows: VisitWindows) -> np.ndarray:
    """The number of each row's window, -1 where its day is in none. Windows do not overlap."""
    number = np.full(len(days), -1, dtype=np.int64)
    for position, window in enumerate(visit_windows.windows.values()):
        number[(days >= window.from_) & (days <= window.to)] = position
    return number


def list_without_visit(
    study: Study,
    endpoint: Endpoint[InTable],
    table: CleanTable,
    visit_windows: VisitWindows,
    rows: np.ndarray,
    days: np.ndarray,
) -> None:
    """List rows (of no window) by why they are of no visit."""
    column = day_column(endpoint, visit_windows)
    unknown = np.isnan(days[rows])
    study.reject(endpoint, table, rows[unknown], column, NO_DAY)
    study.reject(endpoint, table, rows[~unknown], column, OUTSIDE)


def counting(
    visit_windows: VisitWindows, days: np.ndarray, record: np.ndarray, there: np.ndarray
) -> np.ndarray:
    """Which rows count, one for each record: that which `take` chooses.

    A row without a value (`there`) counts only where no other row of the window has one. Rows of
    the same day that are as good all count, so that they are told as several.
    """
    rank = np.column_stack(
        [~there, *_ranks(days, window_numbers(days, visit_windows), visit_windows)]
    )
    order = np.lexsort((*rank.T[::-1], record))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(record[order]) != 0
    best = np.empty(rank.shape)
    best[order] = rank[order[first]][np.cumsum(first) - 1]
    chosen: np.ndarray = (rank == best).all(axis=1)
    return chosen


def _ranks(days: np.ndarray, number: np.ndarray, visit_windows: VisitWindows) -> list[np.ndarray]:
    """By what records of a window are compared, the less the better."""
    if visit_windows.take != "nearest":
        return [days if visit_windows.take == "first" else -days]
    targets = [window.target for window in visit_windows.windows.values()]
    target = np.array([np.nan if one is None else one for one in targets])[number]
    return [np.abs(days - target), days if visit_windows.tie == "first" else -days]
