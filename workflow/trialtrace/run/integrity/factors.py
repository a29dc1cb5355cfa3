"""Visits at which every patient's value is off by a factor that converts units.

A number above zero is compared, patient by patient and on the scale of logs, with the mean of the
same patient's other visits. A visit is looked at where its geometric mean ratio is near a usual
conversion (powers of ten; haemoglobin, glucose, cholesterol, creatinine, bilirubin, urea, calcium
between conventional and SI units; pounds, inches, kilojoules). As time changes most measures, the
mean log ratio is held against one of a standard deviation between patients, not against none: the
one-sample test with a noncentral t, by its normal approximation, times the visits.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import Export, Slice
from trialtrace.run.integrity.look import Look

NAME = "factors"
TITLE = "A visit in another unit"
FEWEST, LEVELS, ALLOWED, NEAR = 20, 8, 1.0, 0.05
CONVERSIONS = (
    10.0, 100.0, 1000.0, 1e6,
    0.6206, 18.016, 38.67, 88.57, 88.42, 17.10, 2.801, 4.008, 0.3571, 6.006,
    2.2046, 2.54, 4.184, 7.5006,
)  # fmt: skip


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of numbers that has a value at two visits or more."""
    for every in export.series:
        visits = [visit for visit in every if len(visit.there) >= FEWEST]
        if len(visits) < 2:
            continue
        values = np.column_stack([visit.values for visit in visits])
        known = values[~np.isnan(values)]
        if known.min() > 0 and len(np.unique(known)) >= LEVELS:
            yield _look(visits, np.log(values))


def _look(visits: list[Slice], logs: Floats) -> Look:
    smallest, place, size = 1.0, 0, 0
    for at in range(len(visits)):
        # With two visits nobody knows which is off: the second is named.
        if len(visits) == 2 and at == 0:
            continue
        others = np.delete(logs, at, axis=1)
        some = ~np.isnan(logs[:, at]) & ~np.isnan(others).all(axis=1)
        if some.sum() < FEWEST:
            continue
        ratio = logs[some, at] - np.nanmean(others[some], axis=1)
        p = converted(ratio, float(np.nanstd(others, ddof=1)))
        if p < smallest:
            smallest, place, size = p, at, int(some.sum())
    visit = visits[place]
    told = f"{size} patients beside their other visits" if size else "no visit near a conversion"
    rows = tuple(sorted(int(row) for row in visit.rows[visit.there])) if size else ()
    return Look(NAME, visit.where, told, min(1.0, smallest * len(visits)), rows)


def converted(ratio: Floats, spread: float) -> float:
    """The chance of log ratios as far from none where their mean is `ALLOWED` times the spread of
    patients; 1 where their mean is near no conversion."""
    mean, n = float(ratio.mean()), len(ratio)
    far = np.abs(np.abs(mean) - np.abs(np.log(CONVERSIONS)))
    within = float(ratio.std(ddof=1))
    if far.min() > NEAR or within <= 0:
        return 0.0 if far.min() <= NEAR else 1.0
    t = abs(mean) / within * np.sqrt(n)
    z = (t - ALLOWED * spread / within * np.sqrt(n)) / np.sqrt(1 + t**2 / (2 * (n - 1)))
    return float(2 * chances.upper(np.array(z)))
