"""Values of a column by themselves: that stand alone, codes for missing, one value for all.

Alone: the gap between the values at an end of a column and all others is held against the gaps next
to it, as those of an exponential tail (Rényi, Acta Math Hung 1953;4:191). It must be as wide on a
scale of logs, which takes long tails for what they are. A column whose only negative values are one
and the same number holds a code for missing: values drawn from those that the column has would all
be alike with the chance of one over their number, for each after the first. Of the dates of visits
it is the days from the usual time of the visit.

Codes: nines, eights or sevens alone are what a code for missing is written in. More patients than
twice what stands near it leads to are unusual (Poisson). Zeros far below all else: of what is
measured there are fewer the lower it is, so that of the patients below half of the lower quartile
the share who have zero is at most that of the most frequent value between the quartiles, and what
of a logistic tail would lie below zero (binomial).
"""

import re
from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import (
    CODE,
    DATE,
    NUMBER,
    Column,
    Export,
    Sheet,
    once_a_subject,
    resolution,
)
from trialtrace.run.integrity.look import LOSS, Look, least, noted

MIN_VALUES, MIN_LEVELS, MIN_CODED, MIN_LEVELS_CODED = 20, 5, 40, 10
NEAREST = 3.0
# Ranges between the quartiles beyond which a value may be far: heights in inches amid centimetres
# are five to seven. The share that may be.
QUARTILE_RANGES, MOST = 4.0, 0.1
DILUTED, NEARLY_WHOLE = 0.3, 0.05
LIKED, WHOLE, NEAR, UNITS = 2.0, 1e-6, 0.1, 5
FAR_FROM_ZERO, MANY_ZEROS, EMPTY, MIN_ANSWERS = 1.5, 0.2, 0.05, 10
# Columns of ADaM that hold something where they apply: flags, and what has a baseline.
SELDOM = re.compile(r"[A-Z][A-Z0-9]*FL|P?CHG|BASE|DTYPE")
CODE_OF_MISSING = re.compile(r"(?=.*\d\D*\d)(9+\.?9*|8+\.?8*|7+\.?7*)")


def far(export: Export) -> Iterator[Look]:
    """Item 6.1: single values, or dates of visits, that stand far from all others."""
    entry = export.entry
    for sheet, column, where in export.columns(NUMBER, DATE):
        if column.kind == NUMBER:
            yield from _alone(sheet, where, column.values, once_a_subject(sheet, column))
        elif sheet.visits and entry is not None:
            since = column.values - entry.values[sheet.subject]
            middle, width = usual(sheet.step, since)
            # Where all come on one day, as they do on that of entry, none is far.
            same = [s for s in np.unique(sheet.step) if not _spread(since, sheet.step == s)]
            late = np.where(np.isin(sheet.step, same), np.nan, (since - middle) / width)
            yield from _alone(sheet, where, late, np.flatnonzero(~np.isnan(late)))


def usual(step: Places, since: Floats) -> tuple[Floats, Floats]:
    """The usual days since entry of each row's visit, and how far from it is usual."""
    middle, width = np.full(len(since), np.nan), np.full(len(since), np.nan)
    for one in np.unique(step):
        own = np.flatnonzero((step == one) & ~np.isnan(since))
        if len(own) >= MIN_VALUES:
            middle[own] = np.median(since[own])
            spread = 1.4826 * np.median(np.abs(since[own] - middle[own]))
            width[own] = max(NEAREST, 2 * spread)
    return middle, width


def _alone(sheet: Sheet, where: str, values: Floats, known: Places) -> Iterator[Look]:
    x = values[known]
    if len(np.unique(x)) < MIN_LEVELS or len(x) < MIN_VALUES or in_dilutions(x):
        return
    text = f"of {len(x)} values stand alone, far from all others"
    ends = isolated(x, x), isolated(-x, x), _negative(x)
    yield from least(
        [
            noted(where, f"{int(alone.sum())} {text}", p, sheet.rows[known[alone]])
            for p, alone in ends
        ]
    )


def _spread(values: Floats, of: Flags | slice = slice(None)) -> float:
    known = values[of][~np.isnan(values[of])]
    return float(np.subtract(*np.quantile(known, [0.75, 0.25]))) if len(known) else 0.0


def in_dilutions(values: Floats) -> bool:
    """Whether all values are those of a series of dilutions, each as often the one below, so that
    the highest are no further from the others than these from each other."""
    logs = np.log(np.unique(values)) if values.min() > 0 else np.zeros(1)
    apart = np.diff(logs)
    if len(apart) < MIN_LEVELS - 1 or apart.min() < DILUTED:
        return False
    times = apart / apart.min()
    return bool((np.abs(times - np.rint(times)) <= NEARLY_WHOLE).all())


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
    alone = np.zeros(len(signed), dtype=bool)
    alone[np.argsort(-signed, kind="stable")[:highest]] = True
    return best, alone


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


def codes(export: Export) -> Iterator[Look]:
    """Item 6.1: a number such as 99, 777 or 99.9 more often than its neighbours, and zeros."""
    for sheet, column, where in export.columns(NUMBER):
        known = np.flatnonzero(~np.isnan(column.values))
        values, subject = column.values[known], sheet.subject[known]
        levels = np.unique(values)
        if len(values) < MIN_CODED or resolution(values) is None:
            continue
        if levels[0] == 0 and len(levels) >= MIN_LEVELS:
            yield _zeros(sheet, column, known)
        coded = [one for one in levels.tolist() if CODE_OF_MISSING.fullmatch(f"{one:g}")]
        tried, text = [], f"of {len(np.unique(subject))} patients have one number of nines"
        for code in coded if len(levels) >= MIN_LEVELS_CODED else ():
            rows, k = sheet.rows[known[values == code]], len(np.unique(subject[values == code]))
            p = chances.poisson(k, due(values, code)) if k > _beside(values, code) else 1.0
            tried.append(noted(where, f"{k} {text}, eights or sevens", p, rows))
        yield from least(tried)


def _beside(values: Floats, code: float) -> int:
    """How often the most frequent number within five units of another stands there."""
    unit = resolution(np.array([code])) or 1.0
    near = values[(values != code) & (np.abs(values - code) < (UNITS + 0.5) * unit)]
    return int(np.unique(near, return_counts=True)[1].max(initial=0))


def due(values: Floats, code: float) -> float:
    """How many values of this number its neighbours lead to, at most.

    That is the mean of all numbers within a tenth of it, at least of one, or of the five units on
    each side, inside the ends of the column, whichever is more; twice as much, for people like some
    digits. A whole number has whole neighbours: many write no tenths.
    """
    unit = resolution(np.array([code])) or 1.0
    in_units = values / unit
    others = values[(values != code) & (np.abs(in_units - np.round(in_units)) < WHOLE)]

    def share(width: float) -> tuple[int, float]:
        low, high = max(code - width, values.min()), min(code + width, values.max())
        inside = int(((others >= low - unit / 2) & (others <= high + unit / 2)).sum())
        return inside, max(1.0, round((high - low) / unit))

    wide, of = share(NEAR * code)
    narrow, cells = share(UNITS * unit)
    return LIKED * max(max(wide, 1) / of, narrow / cells)


def _zeros(sheet: Sheet, column: Column, known: Places) -> Look:
    values, subject = column.values[known], sheet.subject[known]
    third, upper = np.quantile(values[values > 0], [0.25, 0.75])
    none = np.unique(subject[values == 0])
    few = np.setdiff1d(subject[(values > 0) & (values <= third / 2)], none)
    k, n, p = len(none), len(np.unique(subject)), 1.0
    if k <= MANY_ZEROS * n and third >= FAR_FROM_ZERO * (upper - third) > 0:
        inside = values[(values >= third) & (values <= upper)]
        most = np.unique(inside, return_counts=True)[1].max() / len(inside)
        beyond = np.exp(-np.log(3) * third / (upper - third))
        share = most * (upper - third) / (third / 2) + beyond
        p = chances.binomial(k, k + len(few), float(share)) if share < 1 else 1.0
    text = f"{k} of {n} patients have zero, {len(few)} others up to half of the lower quartile"
    return noted(f"{sheet.name}.{column.name}", text, p, sheet.rows[known[values == 0]])


def constants(export: Export) -> Iterator[Look]:
    """Item 8.1: one value for all in a number or date that is used; of two answers one alone, where
    many have none.

    Of two values that are equally likely the chance that all n are alike is two to the minus
    (n - 1); of more it is less. Empty cells are held against twice as many as in the median of the
    other columns (binomial); the higher counts.
    """
    for sheet in export.sheets:
        empty = [np.isnan(one.values).sum() / max(1, len(sheet.rows)) for one in sheet.columns]
        for at, column in enumerate(sheet.columns):
            if (sheet.name, column.name) not in export.used:
                continue
            known = ~np.isnan(column.values)
            n, k = len(np.unique(sheet.subject[known])), int((~known).sum())
            alike = len(np.unique(column.values[known])) == 1
            p, where = 2.0 ** -min(n - 1, 1000) if alike else 1.0, f"{sheet.name}.{column.name}"
            if column.kind != CODE and n >= MIN_VALUES:
                text = f"all {n} patients have one value" * alike
                yield noted(where, text, p, sheet.rows[known])
            elif column.choices == 2 and n >= MIN_ANSWERS and k and not column.branched:
                others = np.delete(empty, at)
                usual = float(np.median(others)) if len(others) else 0.0
                more = chances.binomial(k, len(known), min(1.0, max(EMPTY, 2 * usual)))
                p = max(p, more) if alike and not SELDOM.fullmatch(column.name) else 1.0
                text = f"all {n} answers are one of two, and {k} cells are empty" * alike
                yield noted(where, text, p, sheet.rows[~known], kind=LOSS)
