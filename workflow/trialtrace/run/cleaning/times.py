"""Text becomes clock times, date-times and durations, to the microsecond.

The functions take text without blanks around it, missing cells as nulls, as those of `values` do.
"""

import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.rejects import Broken, Parsed, as_mask
from trialtrace.run.trial.cleaning import SECONDS

CLOCK = pa.time64("us")
MOMENT = pa.timestamp("us")
SECOND = 1_000_000
_TIME = (
    r"(?P<h>[0-9]{1,2}):(?P<n>[0-9]{2})(?::(?P<s>[0-9]{2})(?:\.(?P<f>[0-9]{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
# A hyphen is what `joined` of a source puts between a date and a time.
_AFTER_DATE = rf"^(?P<date>[^T ]*[0-9])[T -]{_TIME}$"
_DURATION = {
    "mm:ss": r"^(?P<n>[0-9]+):(?P<s>[0-5][0-9](?:\.[0-9]+)?)$",
    "hh:mm": r"^(?P<h>[0-9]+):(?P<n>[0-5][0-9])$",
    "hh:mm:ss": r"^(?P<h>[0-9]+):(?P<n>[0-5][0-9]):(?P<s>[0-5][0-9](?:\.[0-9]+)?)$",
}


def parse_clocks(text: pa.Array) -> Parsed:
    """Times of a day: 14:30, 14:30:05, 2:30 pm."""
    seconds, read, possible = _clock_seconds(text, f"^{_TIME}$")
    present = as_mask(pc.is_valid(text))
    values = pa.array(np.where(possible, seconds, 0), mask=~possible)
    return values.cast(CLOCK), [
        Broken("not_a_time", "not a time of day such as 14:30", present & ~read),
        Broken("impossible_time", "no such time of day", read & ~possible),
    ]


def split_datetimes(text: pa.Array) -> tuple[pa.Array, np.ndarray, np.ndarray, np.ndarray]:
    """The dates of date-times as text (null where there is no time), the microseconds of the day,
    which cells have a date and a time, and which of these have a time that a day has."""
    date = _part(text, _AFTER_DATE, "date")
    seconds, read, possible = _clock_seconds(text, _AFTER_DATE)
    return date, seconds, read, possible


def moments(days: pa.Array, seconds: np.ndarray, usable: np.ndarray) -> pa.Array:
    """Date-times of days and the microseconds in them; missing where not `usable`."""
    there = usable & as_mask(pc.is_valid(days))
    since = pc.fill_null(days.cast(pa.int32()), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return pa.array(np.where(there, since * 86_400 * SECOND + seconds, 0), mask=~there).cast(MOMENT)


def parse_durations(text: pa.Array, form: str, unit: str) -> Parsed:
    """Durations written as `form` says, as numbers of `unit` (a key of `SECONDS`)."""
    pattern = _DURATION[form]
    read = as_mask(pc.match_substring_regex(text, pattern))
    total = np.zeros(len(text))
    for part, seconds in (("h", 3600), ("n", 60), ("s", 1)):
        if f"(?P<{part}>" in pattern:
            cells = _part(text, pattern, part).cast(pa.float64())
            total += pc.fill_null(cells, 0.0).to_numpy(zero_copy_only=False) * seconds
    present = as_mask(pc.is_valid(text))
    reason = f"not a duration written as {form}"
    values = pa.array(total / SECONDS[unit], mask=~read)
    return values, [Broken("not_a_duration", reason, present & ~read)]


def duration_number(text: str, form: str, unit: str) -> float | None:
    """A duration as a number of `unit`; None for another text."""
    value: float | None = parse_durations(pa.array([text]), form, unit)[0][0].as_py()
    return value


def _clock_seconds(text: pa.Array, pattern: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Microseconds since midnight, which cells are written as times, which of them a day has."""
    hour, minute, second = (_whole(text, pattern, part) for part in "hns")
    half = pc.fill_null(pc.utf8_lower(_part(text, pattern, "half")), "").to_pylist()
    afternoon = np.array([one == "p" for one in half], dtype=bool)
    halved = np.array([one != "" for one in half], dtype=bool)
    read, second = hour >= 0, np.maximum(second, 0)
    possible = read & (minute < 60) & (second < 60)
    possible &= np.where(halved, (hour >= 1) & (hour <= 12), hour < 24)
    of_day = np.where(halved, hour % 12 + 12 * afternoon, hour)
    parts = pc.utf8_slice_codeunits(pc.utf8_rpad(_part(text, pattern, "f"), 6, "0"), 0, 6)
    fraction = pc.fill_null(parts.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    return (of_day * 3600 + minute * 60 + second) * SECOND + fraction, read, possible


def _part(text: pa.Array, pattern: str, part: str) -> pa.Array:
    """A named part of the text; null where the text is of another form, or lacks it."""
    found = pc.struct_field(pc.extract_regex(text, pattern), part)
    return pc.if_else(pc.equal(found, ""), pa.scalar(None, pa.string()), found)


def _whole(text: pa.Array, pattern: str, part: str) -> np.ndarray:
    numbers = pc.fill_null(_part(text, pattern, part).cast(pa.int64()), -1)
    return np.asarray(numbers.to_numpy(zero_copy_only=False))


# Partial dates: the days that are possible, and the one that a rule takes.

_UNKNOWN = r"(?:UNK?|UK|NK|XX|\?\?|-{1,2}|__|00|99)"
_YEAR, _MONTH = r"(?P<y>[0-9]{4})", rf"(?P<m>[0-9]{{1,2}}|{_UNKNOWN})"
# A day without its month says as little as none.
_DAY = rf"(?:{_UNKNOWN}|(?P<d>[0-9]{{1,2}}))"
_SIGN = "[-/.]"
_PARTIAL = {
    "ymd": rf"(?i)^{_YEAR}(?:{_SIGN}{_MONTH}(?:{_SIGN}{_DAY})?)?$",
    "dmy": rf"(?i)^(?:(?:{_DAY}{_SIGN})?{_MONTH}{_SIGN})?{_YEAR}$",
    "mdy": rf"(?i)^(?:{_MONTH}{_SIGN}(?:{_DAY}{_SIGN})?)?{_YEAR}$",
}


def partial_days(text: pa.Array, order: str) -> Mapping[int, tuple[np.datetime64, np.datetime64]]:
    """Position of each partial date -> the first and the last day that it can be.

    What SDTM writes (2021-03, 2021) is read under every order, and so is a part that is written as
    unknown (2021-03-UN).
    """
    found: dict[int, tuple[np.datetime64, np.datetime64]] = {}
    for at, cell in enumerate(text.to_pylist()):
        match = cell and (re.match(_PARTIAL["ymd"], cell) or re.match(_PARTIAL[order], cell))
        if not match:
            continue
        year, month = int(match["y"]), match["m"]
        if month and month.isdigit() and int(month) not in (0, 99):
            if int(month) > 12 or not year or match["d"]:
                continue
            first = np.datetime64(f"{year:04d}-{int(month):02d}", "M")
            found[at] = _days(first, first + 1)
        elif year:
            start = np.datetime64(f"{year:04d}", "Y")
            found[at] = _days(start, start + 1)
    return found


def _days(first: np.datetime64, after: np.datetime64) -> tuple[np.datetime64, np.datetime64]:
    return first.astype("datetime64[D]"), after.astype("datetime64[D]") - 1
