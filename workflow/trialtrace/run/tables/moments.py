"""Dates and times of typed columns as text, by the whole numbers that stand for them in the file.

Nothing is rounded: a timestamp keeps its nanoseconds. What is no day of the years 1 to 9999, or no
time of a day, is refused with the name of its column.
"""

import datetime
from collections.abc import Callable

import pyarrow as pa

from trialtrace.base.errors import UserError

Spell = Callable[[int | None], str | None]

PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
EPOCH = datetime.datetime(1970, 1, 1)
DAY = 86_400
MIDNIGHT = "T00:00:00"


def moment_text(value: datetime.datetime) -> str:
    """A datetime as text; midnight is a date."""
    return value.isoformat().removesuffix(MIDNIGHT)


def duration_text(microseconds: int) -> str:
    """Hours, minutes and seconds: 30:00:00, -01:30:00, 00:00:01.500000."""
    seconds, rest = divmod(abs(microseconds), PER_SECOND["us"])
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return "-" * (microseconds < 0) + clock + _fraction(rest, "us")


def timestamp_text(kind: pa.DataType, place: str) -> Spell:
    """Spells timestamps (and dates in milliseconds); midnight without a zone is a date."""
    unit, name = ("ms", None) if pa.types.is_date64(kind) else (kind.unit, kind.tz)
    zone = _zone(name, place)

    def spell(value: int | None) -> str | None:
        if value is None:
            return None
        seconds, parts = divmod(value, PER_SECOND[unit])
        try:
            moment = EPOCH + datetime.timedelta(seconds=seconds)
            if zone is not None:
                moment = moment.replace(tzinfo=datetime.UTC).astimezone(zone)
        except OverflowError:
            raise _outside(place) from None
        day, time = moment.isoformat()[:19], moment.isoformat()[19:]
        return (day + _fraction(parts, unit) + time).removesuffix(MIDNIGHT)

    return spell


def date_text(place: str) -> Spell:
    """Spells days since 1970."""

    def spell(value: int | None) -> str | None:
        if value is None:
            return None
        try:
            return (EPOCH + datetime.timedelta(days=value)).date().isoformat()
        except OverflowError:
            raise _outside(place) from None

    return spell


def time_text(kind: pa.DataType, place: str) -> Spell:
    """Spells times of a day."""

    def spell(value: int | None) -> str | None:
        if value is None:
            return None
        seconds, parts = divmod(value, PER_SECOND[kind.unit])
        if not 0 <= seconds < DAY:
            raise UserError(place, found="a time of more than a day, or less than none")
        clock = (EPOCH + datetime.timedelta(seconds=seconds)).time()
        return clock.isoformat() + _fraction(parts, kind.unit)

    return spell


def _fraction(parts: int, unit: str) -> str:
    """What is left of a second: nothing, six digits, or nine where nanoseconds need them."""
    nanoseconds = parts * (10**9 // PER_SECOND[unit])
    if not nanoseconds:
        return ""
    return f".{nanoseconds:09d}" if nanoseconds % 1000 else f".{nanoseconds // 1000:06d}"


def _zone(name: str | None, place: str) -> datetime.tzinfo | None:
    if not name:
        return None
    try:
        zone: datetime.tzinfo = pa.lib.string_to_tzinfo(name)
        return zone
    except pa.ArrowInvalid:
        raise UserError(
            place,
            found=f"times in the zone {name!r}, which is not known here",
            expected="a zone such as Europe/Berlin, UTC or +01:00",
            do="export the times in UTC, or as text",
        ) from None


def _outside(place: str) -> UserError:
    expected = "dates that a calendar has"
    do = "mend it in the source, or export the column as text"
    return UserError(place, found="a date outside the years 1 to 9999", expected=expected, do=do)
