"""What a measure can be, by its name and its unit; and values that stand far from all others.

The ends of what a file holds are no bounds: with them an age of 1989 would be one. A variable that
is known has those of what is possible, any other none.
"""

from collections.abc import Mapping

import numpy as np

from trialtrace.run.drafting.tally import Numbers, Tally
from trialtrace.run.tables.measures import known_ends

# Cells outside by which a variable is taken for another than its name says.
MOST_OUTSIDE = 0.05
# Quartile distances from the quartile, and times further out than the next value.
FAR, ALONE = 8.0, 3.0
MOST_FAR, FEWEST = 0.01, 20
NEARLY_ALL = 0.98


def possible(name: str, unit: str, numbers: Mapping[float, int]) -> tuple[float, float] | None:
    """The ends of what a variable can be; None where nothing is known of it, or where more than
    one cell in twenty is outside."""
    cells = sum(numbers.values())
    for low, high in known_ends(name, unit):
        outside = sum(count for value, count in numbers.items() if not low <= value <= high)
        if outside <= max(1, MOST_OUTSIDE * cells):
            return low, high
    return None


def far_values(numbers: Mapping[float, int]) -> list[float]:
    """Values that stand alone: a third number among two, or far outside the quartiles with nothing
    near. Nothing of columns with few cells, or of which more than one cell in a hundred is far."""
    cells = sum(numbers.values())
    if cells < FEWEST or len(numbers) < 3:
        return []
    two = sorted(numbers, key=lambda value: -numbers[value])[:2]
    if all(value.is_integer() for value in two):
        rest = [value for value in numbers if value not in two]
        if sum(numbers[value] for value in two) >= NEARLY_ALL * cells:
            return sorted(rest)
    values = np.array(sorted(numbers))
    weights = np.array([numbers[value] for value in values])
    ranks = np.cumsum(weights) / cells
    first, third = (float(values[np.searchsorted(ranks, share)]) for share in (0.25, 0.75))
    spread = third - first
    if spread <= 0:
        return []
    far: list[float] = []
    for ordered, edge, way in ((values, third, 1.0), (values[::-1], first, -1.0)):
        nearest, alone = spread, False
        for value in ordered:
            distance = float(value - edge) * way
            # What lies beyond a value that stands alone does so too.
            alone = alone or (distance > FAR * spread and distance > ALONE * nearest)
            if alone:
                far.append(float(value))
            nearest = max(nearest, distance)
    if sum(numbers[value] for value in far) > max(1, MOST_FAR * cells):
        return []
    return sorted(far)


def counted(tally: Tally, numbers: Numbers, missing: frozenset[str]) -> dict[float, int]:
    """Every number of a column with how many cells have it; nothing where there are too many."""
    if not tally.exact:
        return {}
    made: dict[float, int] = {}
    for text, count in tally.values.items():
        if text in missing or text in numbers.misfits:
            continue
        value = float(text.replace(numbers.sign, "."))
        made[value] = made.get(value, 0) + count
    return made
