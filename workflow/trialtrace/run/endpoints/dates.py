"""Dates and days: from subject variables and from the rows of visits."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError
from trialtrace.run.endpoints.records import CleanTable
from trialtrace.run.endpoints.study import Study
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.trial.model import Endpoint, adsl_code


def day_numbers(dates: pa.Array) -> np.ndarray:
    """Days since 1970-01-01 as floats, NaN where a date is missing; of a moment its day."""
    if pa.types.is_timestamp(dates.type):
        dates = dates.cast(pa.date32(), safe=False)
    days = dates.cast("int32").cast("float64").to_numpy(zero_copy_only=False)
    return days.astype(np.float64)


def is_dated(values: pa.Array) -> bool:
    """Whether a column holds dates, with or without times of day."""
    return pa.types.is_date(values.type) or pa.types.is_timestamp(values.type)


def as_dates(days: np.ndarray) -> pa.Array:
    """Dates from days since 1970-01-01; missing where NaN."""
    known = np.where(np.isnan(days), 0, days).astype(np.int32)
    return pa.array(known, mask=np.isnan(days)).cast(pa.date32())


def require_dates(place: str, column: str, values: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(values.type):
        return values.cast(pa.date32(), safe=False)
    if not pa.types.is_date(values.type):
        found = "a column without dates"
        expected = "a column with a date validation in the dictionary"
        raise UserError(f"{place}, column {column}", found=found, expected=expected)
    return values


def days_of(study: Study, endpoint: Endpoint, column: str, values: pa.Array) -> np.ndarray:
    """The days of a column of dates, as `day_numbers`."""
    return day_numbers(require_dates(study.place(endpoint), column, values))


def start_days(study: Study, endpoint: Endpoint) -> np.ndarray:
    """The day of `start`, a date among the subject variables, for each subject."""
    return subject_days(study, endpoint, "start")


def subject_days(study: Study, endpoint: Endpoint, key: str) -> np.ndarray:
    """The day of the subject variable that an entry names under `key`, for each subject."""
    name = getattr(endpoint.entry, key)
    code = adsl_code(name)
    if code not in study.adsl.columns:
        place = f"{study.place(endpoint)}: {key}"
        raise UserError(place, found=name, expected="a variable of `subjects`")
    return days_of(study, endpoint, code, study.adsl.columns[code])


def visit_rows(
    study: Study,
    endpoint: Endpoint,
    table: CleanTable,
    column: str,
    labels: dict[str, str],
    wanted: list[str],
    rows: np.ndarray,
) -> np.ndarray:
    """The row of each visit (in the order of `wanted`) and subject; -1 where there is none.

    Raises UserError where a subject has several rows of a visit.
    """
    codes = column_text(table.column(column), study.place(endpoint)).take(pa.array(rows))
    known = pc.index_in(codes, value_set=pa.array([str(code) for code in labels]))
    order = [wanted.index(label) if label in wanted else -1 for label in labels.values()]
    number = np.array([*order, -1])[pc.fill_null(known, len(order)).to_numpy()]
    used = number >= 0
    cell = number[used] * study.size + table.subject[rows[used]]
    times = np.bincount(cell, minlength=len(wanted) * study.size)
    if (times > 1).any():
        raise UserError(
            study.place(endpoint),
            found=f"{int((times > 1).sum())} subject visits with several rows of {table.name}",
            expected="one row a subject and visit",
            do="choose the row with `where`",
        )
    chosen = np.full(len(wanted) * study.size, -1, dtype=np.int64)
    chosen[cell] = rows[used]
    return chosen
