"""Rates of events over the time of persons, and units of that time."""

import re
from decimal import Decimal

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.relations.ranges import Span, ends_of

YEARS = {"y": Decimal(1), "m": Decimal(12), "w": Decimal("52.1786"), "d": Decimal("365.25")}
"""How many of a period are a year, by its first letter."""


EVENTS = ("event", "death", "case", "relapse", "attack", "fall", "exacerbation", "seizure")


OF_PEOPLE = r"(?:(?:person|patient|participant|subject)s?[\s-]+|p)"


def per_year(unit: str | None) -> Decimal | None:
    """How many years of a person a unit such as "per 100 person-months" is of.

    >>> per_year("per 100 patient-years")
    Decimal('100')
    """
    pattern = rf"(?:per\b|/)\s*([0-9][0-9, ]*)?\s*{OF_PEOPLE}?(y|m|w|d)"
    match = re.search(pattern, (unit or "").lower())
    if match is None:
        return None
    years = Decimal(re.sub(r"\D", "", match[1] or "") or 1) / YEARS[match[2]]
    return years or None


def rate_of(counted: Claim, timed: Claim) -> Span | None:
    """Events a year, over all person-times that print so."""
    events, years = events_of(counted), years_of(timed)
    return (
        None if events is None or years is None else Span(float(events), float(events)).over(years)
    )


def years_of(timed: Claim) -> Span | None:
    """A person-time in years, over all that prints so."""
    time = timed.parts.get("person_time")
    unit = None if time is None else re.search(rf"{OF_PEOPLE}(y|m|w|d)", (time.unit or "").lower())
    if time is None or time.value is None or unit is None:
        return None
    low, high = ends_of(time).divided(float(YEARS[unit[1]]))
    return Span(low, high) if low > 0 else None


def events_of(entry: Claim) -> Decimal | None:
    """Events, which a patient may have several of: "127 events", over time or before their rate."""
    counted = "person_time" in entry.parts or _before_rate(entry)
    part = entry.parts.get("count") if counted else entry.parts.get("value")
    if part is None or part.relation != "=" or part.places > 0 or part.value is None:
        return None
    named = (part.unit or "").lower().rstrip("s") in EVENTS or part.name == "count"
    return part.value if named else None


def _before_rate(entry: Claim) -> bool:
    """Whether events stand before their rate, "6 events; 1.97 per 100 patient-years": patients
    with an event may be fewer than the rate counts."""
    value, named = entry.parts.get("value"), re.match(r"\s*[\d,]+ ([a-z]+?)s?\b", entry.printed)
    rated = value is not None and per_year(value.unit) is not None
    return rated and "count" in entry.parts and named is not None and named[1] in EVENTS
