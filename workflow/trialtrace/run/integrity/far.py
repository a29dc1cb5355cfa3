"""Values that stand alone: far outside the quartiles with nothing near, or one negative code.

The gap between the values at an end of a column and all others is held against the gaps next to it,
as those of an exponential tail (Rényi, Acta Math Hung 1953;4:191). It must be as wide on a scale of
logs, which takes long tails for what they are. A column whose only negative
values are one and the same number holds a code for missing: values drawn from those that the column
has would all be alike with the chance of one over their number, for each after the first. Of the
dates of visits it is the days from the usual time of the visit that are looked at, and of all dates
those that are years after the others: a year mistyped. What a patient has once, in several rows,
is one value.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import DATE, NUMBER, Column, Export, Sheet, once_a_subject
from trialtrace.run.integrity.intervals import usual
from trialtrace.run.integrity.look import IMPOSSIBLE, Look

FEWEST, LEVELS = 20, 5
# Ranges between the quartiles beyond which a value may be far: heights in inches amid centimetres
# are five to seven. The share that may be.
QUARTILE_RANGES, MOST = 4.0, 0.1
DILUTED, NEARLY_WHOLE = 0.3, 0.05


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of numbers that has enough of them, and of dates of visits, and for
    each with a date years after all others of the export."""
    yield from _beyond(export)
    entry = export.known(export.entry)
    for sheet in export.sheets:
        for column in sheet.columns:
            known = once_a_subject(sheet, column)
            if column.kind == NUMBER and len(known) >= FEWEST:
                yield from _look(sheet, column, known)
            elif column.kind == DATE and sheet.visits and entry is not None:
                since = column.values - entry.values[sheet.subject]
                middle, width = usual(sheet.step, since)
                # Where all come on one day, as they do on that of entry, nothing tells what is far.
                known = ~np.isnan(since)
                steps = np.unique(sheet.step[known])
                vary = [s for s in steps if _spread(since[known & (sheet.step == s)]) > 0]
                late = np.where(np.isin(sheet.step, vary), (since - middle) / width, np.nan)
                yield from _look(
                    sheet, replace(column, values=late), np.flatnonzero(~np.isnan(late))
                )


def _look(sheet: Sheet, column: Column, known: Places) -> Iterator[Look]:
    values = column.values[known]
    if len(np.unique(values)) < LEVELS or len(values) < FEWEST or in_dilutions(values):
        return
    ends = [isolated(values, values), isolated(-values, values), _negative(values)]
    p, far = min(ends, key=lambda end: end[0])
    rows = tuple(sorted(int(row) for row in sheet.rows[known[far]]))
    text = f"{int(far.sum())} of {len(values)} values stand alone, far from all others"
    yield Look(f"{sheet.name}.{column.name}", text, min(1.0, len(ends) * p), rows)


def in_dilutions(values: Floats) -> bool:
    """Whether all values are those of a series of dilutions, each as often the one below, so that
    the highest are no further from the others than these from each other."""
    logs = np.log(np.unique(values)) if values.min() > 0 else np.zeros(1)
    steps = np.diff(logs)
    if len(steps) < LEVELS - 1 or steps.min() < DILUTED:
        return False
    return bool((np.abs(steps / steps.min() - np.rint(steps / steps.min())) <= NEARLY_WHOLE).all())


def _beyond(export: Export) -> Iterator[Look]:
    """A look for each column with dates years after all others of the export."""
    dates = [(sheet, c) for sheet in export.sheets for c in sheet.columns if c.kind == DATE]
    for sheet, column in dates:
        known = ~np.isnan(column.values)
        far = known & (column.values > export.end)
        if far.any():
            every = np.concatenate([each.values for _, each in dates])
            every = every[~np.isnan(every)]
            text = f"{int(far.sum())} of {int(known.sum())} dates are years after all others"
            rows = tuple(sorted(int(row) for row in sheet.rows[far]))
            p = chances.gap(-np.sort(-every), int((every > export.end).sum()), 1.0)
            yield Look(f"{sheet.name}.{column.name}", text, p, rows, remark=IMPOSSIBLE)


def _spread(values: Floats) -> float:
    return float(np.subtract(*np.quantile(values, [0.75, 0.25])))


def isolated(signed: Floats, values: Floats, unit: float = 0.0) -> tuple[float, Flags]:
    """The chance of the widest gap below the highest values, and which stand above it; of values
    above zero quartiles are at least a `unit` apart, and so is each from the next."""
    third, spread = np.quantile(signed, 0.75), max(_spread(signed), unit)
    above = int((signed > third + QUARTILE_RANGES * spread).sum())
    best, highest = 1.0, 0
    if spread > 0 and above <= MOST * len(signed):
        finest = np.log1p(unit / np.median(values)) ** 2 if unit else 0.0
        scales = [(signed, unit), *((scale, finest) for scale in _logs(signed, values))]
        tops = [(-np.sort(-scale), least) for scale, least in scales]
        for j in range(1, above + 1):
            p = above * max(chances.gap(top, j, least) for top, least in tops)
            best, highest = min((best, highest), (p, j))
    far = np.zeros(len(signed), dtype=bool)
    far[np.argsort(-signed, kind="stable")[:highest]] = True
    return best, far


def _logs(signed: Floats, values: Floats) -> list[Floats]:
    """A scale on which long tails are no longer than an exponential one, in the direction of
    `signed`: of numbers above zero squared distances from the median of the logs, as of a normal
    value; of others the logs of distances from the median."""
    if values.min() < 0:
        apart = signed - np.median(signed)
        spread = np.median(np.abs(apart))
        return [np.sign(apart) * np.log1p(np.abs(apart) / spread)] if spread > 0 else []
    if not (values > 0).any():
        return []
    least = values[values > 0].min() if values.min() == 0 else 0.0
    logs = np.sign(signed.sum()) * np.log(values + least)
    apart = logs - np.median(logs)
    return [np.sign(apart) * apart**2]


def _negative(values: Floats) -> tuple[float, Flags]:
    """The chance that all negative values are one number, where most values are above zero."""
    below = values < 0
    k = int(below.sum())
    if k < 2 or k > MOST * len(values) or len(np.unique(values[below])) > 1:
        return 1.0, below
    return float(len(np.unique(values[~below])) ** -(k - 1.0)), below
