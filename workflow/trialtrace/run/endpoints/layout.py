"""Where the records of an endpoint stand: at which visit, location and side, and in which row."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError
from trialtrace.run.endpoints.dates import day_numbers, require_dates, start_days
from trialtrace.run.endpoints.dates import days_of as days_of_dates
from trialtrace.run.endpoints.records import Cells, CleanTable, Reason, chosen_cells, floats
from trialtrace.run.endpoints.study import Study, met_rows, one_row_each, require_columns
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.endpoints.shared import Axis, DatedRecords, InTable
from trialtrace.run.trial.endpoints.wide import VisitWindows
from trialtrace.run.trial.model import Endpoint

# Visits by windows of days: the visit of each row, and the one row of a window that counts.

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
    return day_numbers(dates) - start_days(study, endpoint)[table.subject]


def window_numbers(days: np.ndarray, visit_windows: VisitWindows) -> np.ndarray:
    """The number of each row's window, -1 where its day is in none; the end of one that begins
    another is of the other."""
    number = np.full(len(days), -1, dtype=np.int64)
    windows = enumerate(visit_windows.windows.values())
    for position, window in sorted(windows, key=lambda each: each[1].from_):
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
    return (rank == best).all(axis=1)


def _ranks(days: np.ndarray, number: np.ndarray, visit_windows: VisitWindows) -> list[np.ndarray]:
    """By what records of a window are compared, the less the better."""
    if visit_windows.take != "nearest":
        return [days if visit_windows.take == "first" else -days]
    targets = [window.target for window in visit_windows.windows.values()]
    target = np.array([np.nan if one is None else one for one in targets])[number]
    return [np.abs(days - target), days if visit_windows.tie == "first" else -days]


TableOf = TypeVar("TableOf", bound=InTable)
# Axis of an endpoint -> column of the data set.
AXES = {"visit": "AVISIT", "location": "LOC", "side": "LAT"}


@dataclass(frozen=True)
class Layout:
    """A record for every visit, location, side and subject, in this order.

    `row` is each record's row of the table, -1 where there is none; `labels` has the axes that the
    endpoint declares; `read` are the columns by which a row was chosen, `selected` says whether it
    was chosen among several.
    """

    table: CleanTable
    row: np.ndarray
    subject: np.ndarray
    labels: dict[str, list[str]]
    read: list[str]
    selected: bool = False

    @property
    def visits(self) -> list[str]:
        return self.labels.get("visit", [])

    def number(self, axis: str) -> np.ndarray:
        """The number of each record's label, from 0."""
        inside = len(self.row)
        for name, labels in self.labels.items():
            inside //= len(labels)
            if name == axis:
                break
        return np.arange(len(self.row)) // inside % len(self.labels[axis])

    def columns(self) -> dict[str, pa.Array]:
        """AVISIT, AVISITN, LOC and LAT, as far as the endpoint has them, and ANL01FL."""
        found = {}
        if self.selected:
            found["ANL01FL"] = pa.array(["Y"]).take(pa.array(self.row * 0, mask=self.row < 0))
        for axis, labels in self.labels.items():
            number = self.number(axis)
            found[AXES[axis]] = pa.array(labels).take(pa.array(number))
            if axis == "visit":
                found["AVISITN"] = pa.array(number + 1)
        return found

    def cells(self, columns: list[str]) -> list[Cells]:
        """The cells of these columns, and of those by which a row was chosen, behind AVAL."""
        each = list(dict.fromkeys([*columns, *self.read]))
        return chosen_cells("AVAL", self.table.name, self.row, each)


@dataclass(frozen=True)
class Placed(Generic[TableOf]):
    """The rows of an endpoint's table that count (`rows`, positions in it) and the record that each
    belongs to: several can belong to one."""

    study: Study
    endpoint: Endpoint[TableOf]
    table: CleanTable
    rows: np.ndarray
    record: np.ndarray
    labels: dict[str, list[str]]
    read: list[str]

    def __len__(self) -> int:
        """How many records there are: one for every place and subject."""
        return self.places * self.study.size

    @property
    def places(self) -> int:
        return int(np.prod([len(names) for names in self.labels.values()], dtype=np.int64))

    @cached_property
    def layout(self) -> Layout:
        """Each record with the first of its rows."""
        row = np.full(len(self), -1, dtype=np.int64)
        # Of several rows for one record the last assignment stays, hence backwards.
        row[self.record[::-1]] = self.rows[::-1]
        subject = np.tile(np.arange(self.study.size), self.places)
        return Layout(self.table, row, subject, self.labels, self.read)

    def column(self, name: str) -> pa.Array:
        """The column in the rows that count."""
        return self.table.column(name).take(pa.array(self.rows))

    def numbers(self, name: str) -> np.ndarray:
        """A column of numbers in the rows that count; NaN where missing."""
        return floats(f"{self.study.place(self.endpoint)}, column {name}", self.column(name))

    def days(self, name: str) -> np.ndarray:
        """A column of dates in the rows that count as days; NaN where missing."""
        return days_of_dates(self.study, self.endpoint, name, self.column(name))

    def coded(self, name: str) -> pa.DictionaryArray:
        """A column in the rows that count as codes of its texts."""
        texts = column_text(self.column(name), self.study.place(self.endpoint))
        return texts.dictionary_encode()

    def reject(self, mask: np.ndarray, column: str, why: Reason) -> None:
        """List a column's cells in these of the rows that count."""
        self.study.reject(self.endpoint, self.table, self.rows[mask], column, why)

    def count(self, mask: np.ndarray) -> np.ndarray:
        """How many rows of `mask` each record has."""
        return np.bincount(self.record[mask], minlength=len(self))

    def cells(self, columns: list[str]) -> list[Cells]:
        """The cells of these columns, and of those by which rows were chosen, behind AVAL."""
        each = dict.fromkeys([*columns, *self.read])
        return [Cells("AVAL", self.record, self.table.name, self.rows, one) for one in each]


def lay_out(endpoint: Endpoint[InTable], study: Study, values: list[str]) -> Layout:
    """The row of each record among those that meet `where`; `values` are the columns read.

    Raises UserError where a row has a value and no labelled place, and where a place has two rows.
    """
    placed, told = place_rows(endpoint, study, values), endpoint.entry.visit
    if isinstance(told, VisitWindows):
        placed = _one_of_window(placed, told, values)
    _check_one_row_each(placed)
    return replace(placed.layout, selected=isinstance(told, VisitWindows))


def lay_out_wide(endpoint: Endpoint[InTable], study: Study, values: list[str]) -> Layout:
    """The subject's one row at every visit, of a table with columns for each of them."""
    where, visits = endpoint.entry.where, endpoint.entry.visit_labels
    read = columns_of(where or {})
    table = study.table(endpoint, list(dict.fromkeys([*values, *read])))
    row = np.tile(one_row_each(study, endpoint, table, where), len(visits))
    subject = np.tile(np.arange(study.size), len(visits))
    return Layout(table, row, subject, {"visit": visits}, read)


def gather(endpoint: Endpoint[TableOf], study: Study, columns: list[str]) -> Placed[TableOf]:
    """The rows that meet `where`, by record. Raises UserError for a row at an unlabelled place."""
    return place_rows(endpoint, study, columns, every=True)


def place_rows(
    endpoint: Endpoint[TableOf], study: Study, values: list[str], *, every: bool = False
) -> Placed[TableOf]:
    """The rows that meet `where`, each with its record by visit, location, side and subject.

    Raises UserError where a row has a value and no labelled place; with `every` also where it has
    no value, since the row itself counts.
    """
    axes, where = endpoint.entry.axes, endpoint.entry.where
    by = [*(_column(endpoint, told) for told in axes.values()), *columns_of(where or {})]
    table = study.table(endpoint, list(dict.fromkeys([*values, *by])))
    rows = met_rows(table, where)
    valid = _there(table, values) | every
    place = np.zeros(len(rows), dtype=np.int64)
    labels: dict[str, list[str]] = {}
    for axis, told in axes.items():
        number = _numbered(study, endpoint, table, told)[rows]
        lost = rows[number < 0][valid[rows[number < 0]]]
        if isinstance(told, VisitWindows):
            days = days_of(study, endpoint, table, told)
            list_without_visit(study, endpoint, table, told, lost, days)
        else:
            _check_labels(study, endpoint, axis, len(lost), every)
        rows, place, number = (part[number >= 0] for part in (rows, place, number))
        labels[axis] = distinct_labels(study, endpoint, axis, list(told.labels.values()))
        place = place * len(labels[axis]) + number
    record = place * study.size + table.subject[rows]
    return Placed(study, endpoint, table, rows, record, labels, by)


def _column(endpoint: Endpoint[InTable], axis: Axis) -> str:
    """The column by which the place of a row is known."""
    return day_column(endpoint, axis) if isinstance(axis, VisitWindows) else axis.column


def _there(table: CleanTable, values: list[str]) -> np.ndarray:
    """Whether each row has a value of any of these columns."""
    valid = np.zeros(table.rows.num_rows, dtype=bool)
    for column in values:
        valid |= table.column(column).is_valid().to_numpy(zero_copy_only=False)
    return valid


def _one_of_window(
    placed: Placed[TableOf], visit_windows: VisitWindows, values: list[str]
) -> Placed[TableOf]:
    """The row of each record that counts; the others are listed by their values."""
    table, rows = placed.table, placed.rows
    days = days_of(placed.study, placed.endpoint, table, visit_windows)[rows]
    counts = counting(visit_windows, days, placed.record, _there(table, values)[rows])
    for column in values:
        placed.reject(~counts & _there(table, [column])[rows], column, OTHER[visit_windows.take])
    return replace(placed, rows=rows[counts], record=placed.record[counts])


def _numbered(
    study: Study, endpoint: Endpoint[InTable], table: CleanTable, axis: Axis
) -> np.ndarray:
    """The number of each row's label; -1 where its value has none."""
    if isinstance(axis, VisitWindows):
        return window_numbers(days_of(study, endpoint, table, axis), axis)
    codes, labelled = table.column(axis.column), pa.array(map(str, axis.labels), pa.string())
    if pa.types.is_floating(codes.type):
        # A label of 0,50 or 0.50 is of 0.5, however the file spells it.
        numbers = pa.array([_number(text) for text in labelled.to_pylist()], pa.float64())
        known = pc.index_in(codes.cast(pa.float64()), value_set=numbers, skip_nulls=True)
    else:
        known = pc.index_in(column_text(codes, study.place(endpoint)), value_set=labelled)
    return pc.fill_null(known, -1).to_numpy().astype(np.int64)


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def distinct_labels(study: Study, endpoint: Endpoint, axis: str, labels: list[str]) -> list[str]:
    """The labels in declared order; each must stand once."""
    if len(set(labels)) < len(labels):
        raise UserError(
            study.place(endpoint), found=f"{axis}s that share a label", expected="one each"
        )
    return labels


def _check_labels(study: Study, endpoint: Endpoint, axis: str, lost: int, every: bool) -> None:
    """Refuse what stands at a place without a label: it would be lost without a word."""
    if lost:
        value = "" if every else "value and a "
        raise UserError(
            f"{study.place(endpoint)}: {axis}.labels",
            found=f"{lost} rows with a {value}{axis} that has no label",
            expected=f"a label for every {axis}{'' if every else ' with a value'}",
            do=f"label the {axis}, or leave its rows out with `where`",
        )


def _check_one_row_each(placed: Placed[TableOf]) -> None:
    study, endpoint = placed.study, placed.endpoint
    several = np.flatnonzero(np.bincount(placed.record, minlength=len(placed)) > 1)
    if several.size:
        axes = list(endpoint.entry.axes)
        data = {("visit",): "subject visits", (): "subjects"}.get(
            tuple(axes), f"places ({', '.join(['subject', *axes])})"
        )
        raise UserError(
            study.place(endpoint),
            found=f"{several.size} {data} with several rows of {placed.table.name}, "
            f"in {np.unique(several % study.size).size} subjects",
            expected=f"one row a {' and '.join(['subject', *axes])}",
            do="choose the row with `where`, or name visits, sides or locations",
        )
