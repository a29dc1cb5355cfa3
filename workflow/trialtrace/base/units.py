"""Units that a difference changes: percentages differ by percentage points."""

PERCENT = ("%", "percent", "per cent")
POINTS = "percentage points"


def of_difference(unit: str | None) -> str | None:
    """The unit of a difference or change of values in `unit`."""
    return POINTS if unit in PERCENT else unit
