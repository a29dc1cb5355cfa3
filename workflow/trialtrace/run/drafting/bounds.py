"""What a measure can be, by its name and its unit; and values that stand far from all others.

The ends of what a file holds are no bounds: with them an age of 1989 would be one. A variable that
is known has those of what is possible, any other none.
"""

import re
from collections.abc import Mapping

import numpy as np

from trialtrace.run.drafting.names import AGES, parts, plain
from trialtrace.run.drafting.tally import Numbers, Tally

# Words of a variable, its unit, the ends of what it can be: people from birth, in illness and in
# intensive care. Where no unit is said, the first row whose ends hold nearly all cells is taken.
POSSIBLE: tuple[tuple[str, str, float, float], ...] = (
    ("age", "years", 0, 120),
    ("age", "months", 0, 1440),
    ("age", "weeks", 0, 6300),
    ("age", "days", 0, 44000),
    (r"weight|wt|gewicht|poids|peso", "kg", 0.3, 450),
    (r"weight|wt", "lb", 0.6, 990),
    (r"height|ht|grosse|taille|altezza|talla|lengte", "cm", 20, 260),
    (r"height|ht", "m", 0.2, 2.6),
    ("bmi|bodymassindex", "", 7, 110),
    (r"sbp|sysbp|systolic|bpsys", "", 20, 320),
    (r"dbp|diabp|diastolic|bpdia", "", 10, 220),
    (r"pulse|heartrate|hr_?bpm|pulsrate", "", 10, 350),
    (r"temp|temperature|bodytemp", "°C", 25, 45),
    (r"karno\w*|kps", "", 0, 100),
    (r"ecog|ecogps", "", 0, 5),
    (r"h(a)?emoglobin|hgb", "g/dL", 1, 28),
    (r"h(a)?emoglobin|hgb", "g/L", 10, 280),
    (r"sodium|natrium", "", 80, 220),
    (r"potassium|kalium", "", 0.8, 15),
    (r"albumin", "g/dL", 0.3, 7),
    (r"albumin", "g/L", 3, 70),
)  # fmt: skip
# Changes and scores of a variable are not the variable.
NOT_IT = re.compile(r"chg|change|diff|delta|gain|loss|score|z|percent\w*|pct|cat|group|grp|gr")
# Cells outside by which a variable is taken for another than its name says.
MOST_OUTSIDE = 0.05
# Quartile distances from the quartile, and times further out than the next value.
FAR, ALONE = 8.0, 3.0
MOST_FAR, FEWEST = 0.01, 20
NEARLY_ALL = 0.98


def possible(name: str, unit: str, numbers: Mapping[float, int]) -> tuple[float, float] | None:
    """The ends of what a variable can be; None where nothing is known of it, or where more than
    one cell in twenty is outside."""
    words = {*parts(name), plain(name)}
    if any(NOT_IT.fullmatch(word) for word in words):
        return None
    cells = sum(numbers.values())
    for known, its_unit, low, high in POSSIBLE:
        named = words & AGES if known == "age" else [w for w in words if re.fullmatch(known, w)]
        if not named or (unit and its_unit and unit != its_unit):
            continue
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
