"""Interval-censored times: an event is known to lie between two visits, or after the last one."""

from collections.abc import Container
from itertools import pairwise
from typing import Annotated

import numpy as np
import pyarrow as pa

from trialtrace.base.config.names import Text, VisitLabel
from trialtrace.base.config.references import (
    DateColumn,
    SubjectDate,
    TableName,
)
from trialtrace.base.config.spec import Filled, Rule, key, optional, shape
from trialtrace.base.errors import UserError, one_of
from trialtrace.run.endpoints.dates import days_of, start_days, visit_rows
from trialtrace.run.endpoints.kinds.measure import unit_column
from trialtrace.run.endpoints.records import (
    Cells,
    Reason,
    Records,
    chosen_cells,
    ended,
    moved,
    pick,
)
from trialtrace.run.endpoints.study import Study, met_rows, read_placed
from trialtrace.run.endpoints.visits import Grid, one_each
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.shared import (
    BinaryEndpoint,
    EndLabels,
    EndpointEntry,
    Labels,
    VisitDates,
)
from trialtrace.run.trial.model import Endpoint, adsl_code


@shape
class Dates:
    """Dates of the visits."""

    table: TableName = key("Clean table with a row a subject and visit.")
    visit: VisitDates = key("How visits are told.")
    date: DateColumn = key("Column of the date.")


@shape
class IntervalTime(EndpointEntry, EndLabels):
    """Time to an event that is only seen at visits: it lies between two of them."""

    of: BinaryEndpoint = key("Yes/no endpoint with visits.")
    start: SubjectDate | None = optional(
        "Subject variable with the date from which days are counted; needed with `dates`."
    )
    origin: Text | None = optional(
        "What day 0 is, as the axis of a curve says it; without it the label of `start`."
    )
    days: Filled[VisitLabel, Annotated[float, Rule(minimum=0)]] | None = optional(
        "Label of a visit to its nominal day; with `dates`, for visits whose date is missing.",
        constant="nominal day of a visit",
    )
    dates: Dates | None = optional("Dates of the visits.")

    @property
    def parents(self) -> list[str]:
        return [self.of]

    def rule(self, labels: Labels) -> str:
        start = f", from {self.origin}" if self.origin else ""
        return (
            f"time to {labels.of(self.of)}{start}, which lies between the last visit "
            "without it and the first with it"
        )


def _check_interval_time(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    if "days" not in entry and "dates" not in entry:
        document.add((name,), "no days", "days or dates of the visits, or both")
    if ("dates" in entry) != ("start" in entry):
        found = "dates without start, or start without dates"
        document.add((name,), found, "start and dates together")
    labels = files.visits_of(entry["of"])
    if labels is None:
        return
    if not labels:
        expected = "a yes/no endpoint with visits"
        document.add((name, "of"), f"{entry['of']}, which has no visits", expected)
    days = entry.get("days")
    if days is not None and not set(labels) <= set(days):
        document.add((name, "days"), one_of(days), f"a day for {one_of(labels)}")
    elif days is not None and any(a >= b for a, b in pairwise(days[label] for label in labels)):
        document.add((name, "days"), "days that do not ascend", "ascending days")
    if "dates" in entry:
        _check_dates(files, name, entry["dates"], labels)


def _check_dates(files: Files, name: str, entry: Given, labels: list[str]) -> None:
    told = list(entry["visit"]["labels"].values())
    if not set(labels) <= set(told):
        expected = f"every visit of the event: {one_of(labels)}"
        files.endpoints.add((name, "dates", "visit", "labels"), one_of(told), expected)


ENTRIES = {"interval_time": IntervalTime}
CHECKS = {"interval_time": _check_interval_time}


# --- what is derived -----------------------------------------------------------------------------

UNDATED = Reason("undated_visit", "a visit with an outcome has no date, so no time can be made")
DISORDER = Reason("visit_order", "the visit's date is before the start or an earlier visit's")


def derive_interval_time(endpoint: Endpoint[IntervalTime], study: Study) -> Records:
    """A record a subject: AVALLO the day of the last visit without the event before the first with.

    AVALHI is the day of the first visit with it, missing where there is none (censored on the
    right). Day 0 is the start, at which the event has not happened. AVAL and CNSR are the time at
    which it was seen, or the last visit without it. A subject without any outcome has no time; so
    has one whose visits have impossible dates, or an outcome without a date.
    """
    labels = study.visits(endpoint.entry.of)
    if not labels:
        found = f"{endpoint.entry.of}, an endpoint without visits"
        expected = "a yes/no endpoint with visits"
        raise UserError(f"{study.place(endpoint)}: of", found=found, expected=expected)
    grid = Grid(labels, study.size)
    truth, cells = one_each(study, endpoint, grid, endpoint.entry.of, "value")
    days, unusable, behind = _days(study, endpoint, grid, ~np.isnan(truth))
    happened = truth.reshape(grid.visits, grid.size)
    low, high = bounds(happened, days.reshape(grid.visits, grid.size))
    study.events[endpoint.name] = np.asarray((happened == 1).any(axis=0))
    unknown = unusable | np.isnan(happened).all(axis=0)
    cells = [*moved(cells, grid.subjects, ("AVAL",)), *behind]
    return Records(
        "adtte", np.arange(study.size), _values(endpoint, low, high, unknown), tuple(cells)
    )


def bounds(happened: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(last day without, first day with) for visits × subjects; infinite where never with.

    `happened` is 1, 0 or NaN where unknown. What is seen after the first yes changes nothing.
    """
    yes = happened == 1
    first = np.where(yes.any(axis=0), yes.argmax(axis=0), len(yes))
    before = np.arange(len(yes))[:, None] < first
    free = np.where((happened == 0) & before, days, 0.0)
    with_it = np.where(yes & (np.arange(len(yes))[:, None] == first), days, np.inf)
    return free.max(axis=0), with_it.min(axis=0)


def _values(
    endpoint: Endpoint[IntervalTime], low: np.ndarray, high: np.ndarray, unknown: np.ndarray
) -> dict[str, pa.Array]:
    yes, labels = np.isfinite(high), (endpoint.entry.event_label, endpoint.entry.censored_label)
    return {
        **ended(np.where(yes, high, low), yes, unknown, *labels),
        "AVALU": unit_column("days", len(yes)),
        "AVALLO": pa.array(low, mask=unknown),
        "AVALHI": pa.array(high, mask=unknown | ~yes),
    }


def _days(
    study: Study, endpoint: Endpoint[IntervalTime], grid: Grid, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[Cells]]:
    """The day of each cell, subjects whose days cannot be used, and the raw cells of the dates.

    With `days` alone they are nominal; with `dates`, nominal days stand in for missing dates.
    """
    nominal = np.full(len(grid), np.nan)
    if (days := endpoint.entry.days) is not None:
        _check_labels(study, endpoint, days, grid.labels)
        nominal = np.repeat([float(days[label]) for label in grid.labels], grid.size)
    given = endpoint.entry.dates
    if given is None:
        return nominal, np.zeros(grid.size, dtype=bool), []
    table = read_placed(study, endpoint, given.table, [given.date, given.visit.column])
    labels = given.visit.labels
    _check_labels(study, endpoint, labels.values(), grid.labels)
    rows = met_rows(table, None)
    row = visit_rows(study, endpoint, table, given.visit.column, labels, grid.labels, rows)
    day = days_of(study, endpoint, given.date, pick(table.column(given.date), row))
    day -= np.tile(start_days(study, endpoint), grid.visits)
    day = np.where(np.isnan(day), nominal, day)
    disorder = _disorder(day.reshape(grid.visits, grid.size))
    undated = known & np.isnan(day)
    for mask, why in ((disorder.ravel(), DISORDER), (undated, UNDATED)):
        study.reject(endpoint, table, row[mask & (row >= 0)], given.date, why)
    unusable = np.asarray((disorder | undated.reshape(grid.visits, grid.size)).any(axis=0))
    cells = chosen_cells("AVAL", table.name, row, [given.date])
    cells = moved(cells, grid.subjects, ("AVAL",))
    code = adsl_code(present(endpoint.entry.start))
    return day, unusable, [*cells, *study.subject_cells(code, "AVAL", np.arange(grid.size))]


def _disorder(days: np.ndarray) -> np.ndarray:
    """Dates that are before the start, or not after those of earlier visits."""
    highest = np.fmax.accumulate(np.vstack([np.full(days.shape[1], -np.inf), days]), axis=0)
    return (days < 0) | (days <= highest[:-1])


def _check_labels(
    study: Study, endpoint: Endpoint[IntervalTime], container: Container[str], wanted: list[str]
) -> None:
    lacking = [label for label in wanted if label not in container]
    if lacking:
        place = study.place(endpoint)
        expected = f"every visit of {endpoint.entry.of}: {one_of(wanted)}"
        raise UserError(place, found=f"no day for the visit {one_of(lacking)}", expected=expected)
