"""The days until a visit, by its label, such as "week 12"."""

import re

UNITS = {"day": 1.0, "week": 7.0, "month": 30.4, "year": 365.25}
VISIT = re.compile(
    rf"\b({'|'.join(UNITS)})s?[ _-]?(\d+)\b|\b(\d+)[ _-]?({'|'.join(UNITS)})s?\b", re.IGNORECASE
)


def day_of(label: str) -> float | None:
    """The days until a visit by its label; None where it does not say one."""
    told = VISIT.findall(label)
    if len(told) != 1:
        return None
    unit, after, before, unit_after = told[0]
    return float(after or before) * UNITS[(unit or unit_after).lower()]
