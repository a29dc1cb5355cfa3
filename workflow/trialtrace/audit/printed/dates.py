"""Dates as papers and registries print them, so that 2012-03-05 and 5 March 2012 are one day.

A date without a day stands for its whole month, one without a month for its year. Days and months
in digits alone (03/04/2012) are read in two ways, and so not at all.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# Days that a date may be: all of a month where no day is told, all of a year where no month is.


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


_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = (
    r"(?P<month>" + "|".join(rf"{m[:3]}(?:{m[3:]})?" if m[3:] else m for m in _MONTHS) + "|sept)"
)
_DAY = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_FORMS = tuple(
    re.compile(rf"\b{form}\b")
    for form in (
        r"(?P<year>(?:19|20)[0-9]{2})-(?P<number>[01][0-9])(?:-(?P<day>[0-3][0-9]))?",
        rf"{_DAY}\s+{_MONTH}\.?,?\s+{_YEAR}",
        rf"{_MONTH}\.?\s+{_DAY},?\s+{_YEAR}",
        rf"{_MONTH}\.?,?\s+(?:of\s+)?{_YEAR}",
        _YEAR,
    )
)
_LEFT = re.compile(rf"[0-9]|\b{_MONTH}\b")


def dates(text: str) -> tuple[Period, ...]:
    """The dates of a text in their order; none where it has other numbers, or years alone.

    >>> [one.first.isoformat() for one in dates("from March 2012 to 5 May 2013")]
    ['2012-03-01', '2013-05-05']
    """
    rest, found = text.casefold(), []
    for form in _FORMS:
        for match in form.finditer(rest):
            days = _period(match.groupdict())
            if days is None:
                return ()
            found.append((match.start(), days, len(match.groupdict()) > 1))
        rest = form.sub(lambda date: " " * len(date[0]), rest)
    if _LEFT.search(rest) or not any(dated for *_, dated in found):
        return ()
    return tuple(days for _, days, _ in sorted(found, key=lambda date: date[0]))


def _period(texts: dict[str, str | None]) -> Period | None:
    """The days of year, month and day as printed; None for what no calendar has."""
    year, name, number = int(texts["year"] or 0), texts.get("month"), texts.get("number")
    if name is None and number is None:
        return period(year)
    month = int(number) if number else [m[:3] for m in _MONTHS].index((name or "")[:3]) + 1
    day = texts.get("day")
    return period(year, month, int(day) if day else None)


def alike(every: Sequence[tuple[Period, ...]]) -> bool | None:
    """Whether all texts may tell of the same days; None where one has none, or another number."""
    if not all(every) or len({len(periods) for periods in every}) > 1:
        return None
    return all(
        one.meets(other)
        for place in zip(*every, strict=True)
        for k, one in enumerate(place)
        for other in place[:k]
    )
