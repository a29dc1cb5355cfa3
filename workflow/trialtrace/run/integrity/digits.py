"""Last digits: among those that rounding does not prefer, and between arms and sites.

People who read a scale prefer 0 and 5, and even digits to odd ones; that is common and says
nothing. Within the digits 1, 3, 7, 9 and within 2, 4, 6, 8 rounding prefers none. What each digit
is expected to have follows the shape of the column: at each value the mean of the ten around it,
in which every last digit stands once; values within five of either end are left out.
Chi-squared with 6 degrees of freedom. A column is looked at where its spread is at least seven of
its units and equal values are rare. Digits in arms and sites: Pearson's test,
within the same, as one site may round to fives.
After Al-Marzouki et al., BMJ 2005;331:267.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats, Places, Whole
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.blocks import chance_alike
from trialtrace.run.integrity.export import Export, in_units, resolution
from trialtrace.run.integrity.look import Look

FEWEST, SPREAD, EXPECTED, ALIKE_AT_MOST = 100, 7, 5.0, 0.1
HALF = 5
WINDOW = np.array([0.5, *[1.0] * 9, 0.5]) / 10
ALIKE = (np.array([1, 3, 7, 9]), np.array([2, 4, 6, 8]))


def looks(export: Export) -> Iterator[Look]:
    """Three looks at most for each column of numbers, at the visit with the most values."""
    for number in export.first_numbers:
        values = number.values[number.there]
        unit = resolution(values) if len(values) >= FEWEST else None
        if unit is None:
            continue
        whole = in_units(values, unit)
        if (
            chance_alike(values) > ALIKE_AT_MOST
            or whole.std() < SPREAD
            or np.ptp(whole) < 3 * SPREAD
        ):
            continue
        digit = np.abs(whole) % 10
        p = preference(whole)
        if p is not None:
            text = f"last digits of {len(whole)} values within 1, 3, 7, 9 and within 2, 4, 6, 8"
            yield Look(number.where, text, p)
        for groups, what in ((export.arm, "arms"), (export.site, "sites")):
            if groups is not None and (apart := between(digit, groups[number.there])) is not None:
                yield Look(number.where, f"last digits of {len(whole)} values by {what}", apart)


def inner(whole: Whole) -> tuple[Floats, Floats]:
    """How many values end in each digit, and how many should by the shape of the column.

    Values within five of the least and of the greatest are left out of both.
    """
    low = int(whole.min())
    counts = np.bincount(whole - low).astype(float)
    smooth = np.convolve(counts, WINDOW, mode="valid")
    digit = np.abs(np.arange(HALF, len(counts) - HALF) + low) % 10
    seen = np.bincount(digit, weights=counts[HALF:-HALF], minlength=10)
    return seen.astype(float), np.bincount(digit, weights=smooth, minlength=10).astype(float)


def preference(whole: Whole) -> float | None:
    """The chance of last digits as uneven within those alike; None where too few are expected."""
    seen, shape = inner(whole)
    total, df = 0.0, 0
    for group in ALIKE:
        due = shape[group] / max(1.0, shape[group].sum()) * seen[group].sum()
        if due.min() >= EXPECTED:
            total += float(((seen[group] - due) ** 2 / due).sum())
            df += len(group) - 1
    return chances.chi2(total, df) if df else None


def between(digit: Whole, group: Places) -> float | None:
    """Pearson's test, between groups, of last digits that rounding does not tell apart, the lower
    chance for each such set; None where counts are too small."""
    every = np.zeros((int(group.max(initial=0)) + 1, 10))
    np.add.at(every, (group[group >= 0], digit[group >= 0]), 1)
    p = []
    for alike in ALIKE:
        counts = every[every[:, alike].sum(axis=1) >= len(alike) * EXPECTED][:, alike]
        counts = counts[:, counts.sum(axis=0) > 0]
        if min(counts.shape) < 2:
            continue
        due = counts.sum(axis=1)[:, None] * counts.sum(axis=0) / counts.sum()
        if (due >= EXPECTED).mean() >= 0.8 and due.min() >= 1:
            p.append(chances.pearson(counts))
    return min(1.0, len(p) * min(p)) if p else None
