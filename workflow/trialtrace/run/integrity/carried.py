"""Values midway between those of the visits around them, or equal to those of the visit before.

Among values within five units of such a target, the share that meets it is held against the share
that meets a target ten units higher or lower, among values as near to that one: both have the same
last digit, so whoever rounds meets both as often (Fisher's exact test). Where hardly any value is
that far from its target, the share is that of other patients' targets, doubled (binomial). A column
is looked at where equal values are rare, the spread is at least eight units, and visits are
correlated by at most 0.9: what hardly changes is equal to itself. Values at either end of the
column are left out.

Of a whole visit the values that are those of the visit before, but for either end of the column,
are held against five times the odds of that at the other visits, at least one in two (binomial,
times the visits); where all of a column are, at every visit, against four in five.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import Export, Slice, resolution
from trialtrace.run.integrity.look import Look, noted

MIN_VALUES, SPREAD, STABLE, ALIKE, NEAR, STEP, MIN_APART, TWICE = 30, 8, 0.9, 0.1, 5, 10, 20, 2.0
MIN_COPIED, ODDS, AT_LEAST, OFTEN = 15, 5.0, 0.5, 0.8


def looks(export: Export) -> Iterator[Look]:
    """Item 1.1: each number at its visits against the visits around."""
    for series in export.series:
        yield from _whole_visits(series)
        for at, middle in enumerate(series[1:], start=1):
            before = series[at - 1].values
            yield from _met(middle, before, before, "equal to the value before")
            if at + 1 < len(series):
                after = series[at + 1].values
                between = np.where(before == after, np.nan, (before + after) / 2)
                yield from _met(middle, between, before, "midway between the values around them")


def _met(middle: Slice, target: Floats, before: Floats, text: str) -> Iterator[Look]:
    known = _inside(middle.values, target)
    x, y = middle.values[known], target[known]
    unit = resolution(x) if len(x) >= MIN_VALUES else None
    if unit is None or min(x.std(), y.std()) < SPREAD * unit or chances.equal_share(x) > ALIKE:
        return
    same, p = met(x, y, unit)
    changed = np.abs(x - y)[~same]
    hardly = len(changed) < 2 or np.median(changed) < SPREAD * unit
    if hardly and chances.correlation(x, before[known]) > STABLE:
        return
    text = f"{int(same.sum())} of {len(x)} values are {text}"
    yield noted(middle.where, text, p, middle.rows[known[same]])


def _inside(values: Floats, target: Floats) -> Places:
    """Patients with both values, whose own is at neither end of the visit."""
    known = np.flatnonzero(~np.isnan(values) & ~np.isnan(target))
    low, high = values[known].min(initial=np.inf), values[known].max(initial=-np.inf)
    inside: Places = known[(values[known] > low) & (values[known] < high)]
    return inside


def met(x: Floats, target: Floats, unit: float) -> tuple[Flags, float]:
    """Which values are within half a unit of their target, and the chance of as many."""
    apart = (x - target) / unit
    half, near = 0.5 + 1e-6, NEAR + 1e-6
    same = np.abs(apart) <= half
    close = int((np.abs(apart) <= near).sum())
    others, hits = 0, 0
    for shift in (-STEP, STEP):
        others += int((np.abs(apart - shift) <= near).sum())
        hits += int((np.abs(apart - shift) <= half).sum())
    k = int(same.sum())
    if others >= MIN_APART:
        return same, chances.hypergeometric(k, close + others, k + hits, close)
    every = np.abs(x[:, None] - target[None, :]) / unit
    np.fill_diagonal(every, np.inf)
    within = int((every <= near).sum())
    due = (1 + int((every <= half).sum())) / (1 + within) if within else 1.0
    return same, chances.binomial(k, close, min(1.0, TWICE * due))


def _whole_visits(series: tuple[Slice, ...]) -> Iterator[Look]:
    """The visit of which most values are those of the visit before."""
    counts, rows = [], []
    for before, one in pairwise(series):
        known = _inside(one.values, before.values)
        same = before.values[known] == one.values[known]
        counts.append((int(same.sum()), len(same)))
        rows.append(one.rows[known[same]])
    k, n = (sum(each) for each in zip(*counts, strict=True))
    if n < MIN_COPIED:
        return
    p, at = min((copied(*own, k - own[0], n - own[1]), at) for at, own in enumerate(counts))
    told, found = counts[at], rows[at]
    if k == n and OFTEN**n < p:
        p, told, found = OFTEN**n, (k, n), np.concatenate(rows)
    text = f"{told[0]} of {told[1]} values of a visit are those of the visit before"
    yield noted(series[0].where, text, p, found, times=len(counts))


def copied(k: int, n: int, others: int, of_others: int) -> float:
    """The chance of as many copies at a visit, by how many there are at the others; 1 for few."""
    if min(n, of_others) < MIN_COPIED:
        return 1.0
    odds = ODDS * (others + 1) / (of_others - others + 1)
    return chances.binomial(k, n, max(AT_LEAST, odds / (1 + odds)))
