"""Text becomes dates, by the declared order of day, month and year."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.cells import Broken, Parsed, as_mask

ISO = r"^(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})$"
SHAPES = {
    "ymd": r"^(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})$",
    "dmy": r"^(?P<d>[0-9]{1,2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<y>[0-9]{4})$",
    "mdy": r"^(?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})[-/.](?P<y>[0-9]{4})$",
}


def parse_dates(text: pa.Array, order: str) -> Parsed:
    """Dates in the declared order, with a year of four digits.

    ISO dates (2026-11-20) are read under every order: they can mean one day only, and typed
    formats and database exports write them whatever was shown on the form.
    """
    iso, shaped = _parts(text, ISO), _parts(text, SHAPES[order])
    year, month, day = (np.where(i >= 0, i, s) for i, s in zip(iso, shaped, strict=True))
    present = as_mask(pc.is_valid(text))
    read = year >= 0
    possible = read & _exists(year, month, day)
    days = _days(np.where(possible, year, 1970), np.where(possible, month, 1)) + day - 1
    values = pa.array(np.where(possible, days, 0).astype(np.int32), mask=~possible)
    words = {"d": "day", "m": "month", "y": "year"}
    spelt = ", ".join(words[letter] for letter in order)
    return values.cast(pa.date32()), [
        Broken("not_a_date", f"not a date in the order {spelt}", present & ~read),
        Broken("impossible_date", "no such day in the calendar", read & ~possible),
    ]


def _parts(text: pa.Array, shape: str) -> list[np.ndarray]:
    """Year, month, day as whole numbers; -1 where the text has another shape."""
    found = pc.extract_regex(text, shape)
    return [
        pc.fill_null(pc.struct_field(found, part).cast(pa.int64()), -1).to_numpy() for part in "ymd"
    ]


def _exists(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    proper = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    y, m = np.where(proper, year, 1970), np.where(proper, month, 1)
    length = _days(y + m // 12, m % 12 + 1) - _days(y, m)
    return proper & (day <= length)


def _days(year: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Days from 1970-01-01 to the first of the month."""
    months = (year - 1970) * 12 + (month - 1)
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
