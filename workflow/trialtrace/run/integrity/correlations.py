"""Correlations too weak: of a number with itself at the next visit, and between sites.

What is measured twice in a patient goes together; a rank correlation surely below 0.2 is unusual.
So is one between height and weight (columns in cm and kg) surely below 0.1. Of the columns that
go together most, correlations are compared between sites by Fisher's z. The variance of z from
ranks is 1.06/(n - 3) (Fieller, Hartley and Pearson, Biometrika 1957;44:470).
"""

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import CODE, Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, LEVELS, FEWEST_OF_SITE = 40, 8, 12
# Patients in a corner of two columns of two values, up to which one follows from the other.
CORNER = 0.005
OF_VISITS, OF_SIZE = 0.2, 0.1
COLUMNS, STRONGEST = 20, 10


def looks(export: Export) -> Iterator[Look]:
    """A look for each column over its visits, for sizes of the body, for pairs between sites."""
    yield from _over_visits(export)
    sized = {
        unit: [number for number in export.first_numbers if number.unit == unit]
        for unit in ("cm", "kg")
    }
    if len(sized["cm"]) == len(sized["kg"]) == 1:
        tall, heavy = sized["cm"][0], sized["kg"][0]
        if (weaker := _weaker(tall, heavy, OF_SIZE)) is not None:
            where = f"{tall.where} and {heavy.column}"
            yield Look(where, f"rank correlation of {weaker[1]} values", weaker[0])
    yield from _between_sites(export)


def _over_visits(export: Export) -> Iterator[Look]:
    """A look for each column of numbers: the mean of how far its visits are below, by z."""
    visits: dict[str, list[tuple[float, int]]] = {}
    for one, later in successive(export):
        if (weak := _weaker(one, later, OF_VISITS)) is not None:
            visits.setdefault(one.where, []).append(weak)
    for where, each in visits.items():
        z = float(chances.scores(np.array([p for p, _ in each])).sum()) / np.sqrt(len(each))
        n = sum(pairs for _, pairs in each)
        text = f"rank correlation of {n} values with those of the next visit"
        yield Look(where, text, chances.normal(z))


def successive(export: Export) -> Iterator[tuple[Slice, Slice]]:
    """The slices of a number at visits that follow each other."""
    for visits in export.series:
        yield from ((one, later) for one, later in pairwise(visits) if later.step == one.step + 1)


def rank_correlation(x: Floats, y: Floats) -> float:
    """Spearman's, ties at their mean rank."""
    both = np.column_stack([chances.ranks(x), chances.ranks(y)])
    return float(np.asarray(np.corrcoef(both, rowvar=False))[0, 1])


def _weaker(item: Slice, other: Slice, than: float) -> tuple[float, int] | None:
    """The chance of a correlation as low where it is `than`, and the pairs; None for too few."""
    known = np.flatnonzero(~np.isnan(item.values) & ~np.isnan(other.values))
    x, y = item.values[known], other.values[known]
    if len(known) < FEWEST or min(len(np.unique(x)), len(np.unique(y))) < LEVELS:
        return None
    return weaker(rank_correlation(x, y), len(known), than), len(known)


def weaker(r: float, n: int, than: float) -> float:
    """The chance of a rank correlation of at most r among n pairs where it is `than`."""
    r = min(max(r, -0.999999), 0.999999)
    return chances.normal((np.arctanh(r) - np.arctanh(than)) * np.sqrt((n - 3) / 1.06))


def _between_sites(export: Export) -> Iterator[Look]:
    if export.site is None:
        return
    chosen = [
        number
        for number in export.first_numbers
        if len(np.unique(number.values[number.there])) >= LEVELS
    ]
    # Of the patients' codes those of two values: a sex, an answer.
    codes = [one for one in export.slices if (one.table, one.kind) == (export.subjects, CODE)]
    twofold = [code for code in codes if len(np.unique(code.values[code.there])) == 2]
    strong = []
    for one, other in combinations(chosen[:COLUMNS] + twofold[:COLUMNS], 2):
        known = np.flatnonzero(~np.isnan(one.values) & ~np.isnan(other.values) & (export.site >= 0))
        x, y = one.values[known], other.values[known]
        if len(known) >= FEWEST and np.ptp(x) > 0 and np.ptp(y) > 0 and not _follows(x, y):
            r = rank_correlation(x, y)
            strong.append((-abs(r), one, other))
    strong.sort(key=lambda each: (each[0], each[1].where, each[2].where))
    for _, one, other in strong[:STRONGEST]:
        p = unlike(export, one, other)
        if p is not None:
            text = "rank correlation in each site"
            yield Look(f"{one.where} and {other.where}", text, p)


def _follows(x: Floats, y: Floats) -> bool:
    """Whether two columns of two values are a whole and its part, or exclude each other: how often
    both are so differs between sites as often as either does."""
    corners = np.unique(np.column_stack([x, y]), axis=0, return_counts=True)[1]
    values = len(np.unique(x)), len(np.unique(y))
    rare = len(corners) < 4 or corners.min() <= CORNER * len(x)
    return values == (2, 2) and rare


def unlike(export: Export, item: Slice, other: Slice) -> float | None:
    """The chance of correlations as different between sites; None for fewer than two sites."""
    z, weight = [], []
    site = export.site if export.site is not None else np.array([], dtype=np.intp)
    for s in np.unique(site[site >= 0]):
        own = np.flatnonzero((site == s) & ~np.isnan(item.values) & ~np.isnan(other.values))
        x, y = item.values[own], other.values[own]
        if len(own) >= FEWEST_OF_SITE and np.ptp(x) > 0 and np.ptp(y) > 0:
            r = min(max(rank_correlation(x, y), -0.999), 0.999)
            z.append(np.arctanh(r))
            weight.append((len(own) - 3) / 1.06)
    if len(z) < 2:
        return None
    at = np.average(z, weights=weight)
    apart = float((np.array(weight) * (np.array(z) - at) ** 2).sum())
    return chances.chi2(apart, len(z) - 1)
