"""Days that a date may be: all of a month where no day is told, all of a year where no month is."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Period:
    """The days that a printed date may be, first and last."""

    first: date
    last: date

    def meets(self, other: "Period") -> bool:
        """Whether both may be one day."""
        return self.first <= other.last and other.first <= self.last

    def before(self, other: "Period") -> bool:
        """Whether it is earlier, whichever days both are."""
        return self.last < other.first


def period(year: int, month: int | None = None, day: int | None = None) -> Period | None:
    """The days of a date of which day or month may be unknown; None for what no calendar has.

    >>> period(2014, 5).last.isoformat()
    '2014-05-31'
    """
    if month is None:
        return Period(date(year, 1, 1), date(year, 12, 31))
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    if day is None:
        return Period(date(year, month, 1), date(year, month, last))
    return Period(*[date(year, month, day)] * 2) if 1 <= day <= last else None


def typed(text: str) -> Period | None:
    """The days of a date typed as 2014-05-07, 2014-05 or 2014; None for what no calendar has."""
    return period(*map(int, text.split("-")))
