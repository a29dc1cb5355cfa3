"""Last digits of numbers, among those that rounding does not prefer.

People round to 0 and 5, and to even digits: so 1, 3, 7, 9 are compared with each other, and 2, 4,
6, 8. What each should have is the smooth shape of the column: the mean of the counts in a window of
ten units about each value (chi-squared). A column is looked at where its spread is at least seven
of its units and equal values are rare. After Al-Marzouki et al., BMJ 2005;331:267.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats, Whole
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import Export, resolution
from trialtrace.run.integrity.look import Look, noted

MIN_VALUES, MOST_ALIKE, SPREAD, EXPECTED, HALF = 100, 0.1, 7, 5.0, 5
ALIKE = ([1, 3, 7, 9], [2, 4, 6, 8])
WINDOW = np.array([0.5, *[1.0] * 9, 0.5]) / 10


def looks(export: Export) -> Iterator[Look]:
    """Item 1.4: the last digits of each number, at the visit with the most values."""
    for number in export.first_numbers:
        values = number.values[number.there]
        unit = resolution(values) if len(values) >= MIN_VALUES else None
        if unit is None or chances.equal_share(values) > MOST_ALIKE:
            continue
        whole: Whole = np.round(values / unit).astype(np.int64)
        if whole.std() >= SPREAD and np.ptp(whole) >= 3 * SPREAD:
            p, digit = preference(whole)
            if digit is not None:
                text = f"the last digits of {len(whole)} values: {digit} is too frequent"
                rows = number.rows[number.there[np.abs(whole) % 10 == digit]]
                yield noted(number.where, text, p, rows)


def counts(whole: Whole) -> tuple[Floats, Floats]:
    """How many values end in each digit, and how many should by the shape of the column.

    Values within five of the least and of the greatest are left out of both.
    """
    low = int(whole.min())
    every = np.bincount(whole - low).astype(float)
    smooth = np.convolve(every, WINDOW, mode="valid")
    digit = np.abs(np.arange(HALF, len(every) - HALF) + low) % 10
    seen = np.bincount(digit, weights=every[HALF:-HALF], minlength=10)
    return seen.astype(float), np.bincount(digit, weights=smooth, minlength=10).astype(float)


def preference(whole: Whole) -> tuple[float, int | None]:
    """The chance of last digits as uneven within those alike, and the one that is most above what
    it should be; None where too few are expected."""
    seen, shape = counts(whole)
    total, df = 0.0, 0
    above: dict[int, float] = {}
    for group in ALIKE:
        due = shape[group] / max(1.0, shape[group].sum()) * seen[group].sum()
        if due.min() >= EXPECTED:
            total += float(((seen[group] - due) ** 2 / due).sum())
            df += len(group) - 1
            above |= dict(zip(group, ((seen[group] - due) / np.sqrt(due)).tolist(), strict=True))
    return (chances.chi2(total, df), max(above, key=lambda one: above[one])) if df else (1.0, None)
