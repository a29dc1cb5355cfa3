"""A scale that runs backwards at one site, at every visit: 10 - x in place of x.

A number of a patient is its mean over the visits. At the other sites the numbers that go with it
most are found; at the site, their ranks are added up by how they go with it there, and that sum is
held against the number (Fisher's z of ranks, Fieller, Hartley and Pearson, Biometrika 1957;44:470).
What goes together in a disease does so everywhere, so that a correlation below zero is unusual: the
chance is that of none, one-sided, times the sites. Weights are of other patients than the test.

A level tells less, as sites differ: a site alone whose score, a whole number up to 100, is further
from the others' than `APART` standard deviations, and would not be if its scale were turned round,
is no warning, but a remark.
"""

import re
from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.codings import correlation
from trialtrace.run.integrity.export import Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, LEVELS, PARTNERS, USUAL = 10, 5, 5, 0.3
APART, LIKE, OTHERS, HIGHEST = 1.25, 0.25, 0.4, 100
TURNED = "Another level at one site, as if its scale were turned round"


def looks(export: Export) -> Iterator[Look]:
    """A look for each number that others go with, and one at its levels by site."""
    site = export.centre
    if site is None:
        return
    sites = np.unique(site[site >= 0])
    numbers = list(_of_patients(export))
    if len(sites) < 2 or not numbers:
        return
    for item, values in numbers if export.site is not None else ():
        yield from _level(export, item, values, sites)
    values = np.column_stack([each for _, each in numbers])
    stems = [re.sub(r"[\d_]+$", "", item.column) for item, _ in numbers]
    same = np.array([[stem == other for other in stems] for stem in stems])
    tried: dict[int, list[tuple[float, int]]] = {}
    for s in sites:
        own, others = site == s, (site >= 0) & (site != s)
        if min(own.sum(), others.sum()) >= FEWEST:
            for at, p in _backwards(_scores(values[own]), _scores(values[others]), same):
                tried.setdefault(at, []).append((p, int(s)))
    for at, each in tried.items():
        p, s = min(each)
        item = numbers[at][0]
        rows = _rows(item, site == s)
        text = f"of {len(rows)} patients at a site: whether it runs against the "
        text += "numbers that it goes with elsewhere"
        yield Look(item.where, text, min(1.0, p * len(each)), rows)


def _of_patients(export: Export) -> Iterator[tuple[Slice, Floats]]:
    """Each number with a value a patient: of several visits their mean."""
    of_visits: set[tuple[str, str]] = set()
    for visits in export.series:
        of_visits |= {(visit.table, visit.column) for visit in visits}
        values = np.column_stack([visit.values for visit in visits])
        there = ~np.isnan(values)
        means = np.where(there, values, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        if len(np.unique(values[there])) >= LEVELS:
            first = next(visit for visit in visits if visit.there.any())
            yield first, np.where(there.any(axis=1), means, np.nan)
    for first_number in export.first_numbers:
        several = len(np.unique(first_number.values[first_number.there])) >= LEVELS
        if several and (first_number.table, first_number.column) not in of_visits:
            yield first_number, first_number.values


def _scores(values: Floats) -> Floats:
    """Ranks of each column about their mean, in units of their spread; nan where missing."""
    scores = np.full_like(values, np.nan)
    for at, column in enumerate(values.T):
        known = np.flatnonzero(~np.isnan(column))
        if len(known) and np.ptp(column[known]) > 0:
            ranks = chances.ranks(column[known])
            scores[known, at] = (ranks - ranks.mean()) / ranks.std()
    return scores


def _backwards(own: Floats, others: Floats, same: Flags) -> Iterator[tuple[int, float]]:
    """Each number that others go with elsewhere, and the chance of its correlation with them."""
    there, elsewhere = ~np.isnan(own), ~np.isnan(others)
    own, others = np.nan_to_num(own), np.nan_to_num(others)
    both = np.maximum(elsewhere.T.astype(float) @ elsewhere, 1.0)
    weights = np.where(same, 0.0, others.T @ others / both)
    pairs = ((own, there), (others, elsewhere))
    for at, weight in enumerate(weights):
        strong = np.argsort(-np.abs(weight), kind="stable")[:PARTNERS]
        sums = [(each[:, strong] @ weight[strong])[known[:, at]] for each, known in pairs]
        n, r = len(sums[0]), correlation(others[elsewhere[:, at], at], sums[1])
        if n >= FEWEST and r > USUAL:
            r = correlation(own[there[:, at], at], sums[0])
            yield at, chances.normal(float(np.arctanh(r) * np.sqrt((n - 3) / 1.06)))


def _level(export: Export, item: Slice, values: Floats, sites: Places) -> Iterator[Look]:
    """A look at the site whose level differs most: whether it would be like the others', turned."""
    site = np.zeros(export.n, np.intp) if export.site is None else export.site
    known = ~np.isnan(values) & (site >= 0)
    low, high = (float(end(item.values[item.there])) for end in (np.min, np.max))
    whole = bool(np.all(item.values[item.there] == np.round(item.values[item.there])))
    if not whole or low not in (0, 1) or high > HIGHEST:
        return
    apart = []
    for s in sites:
        own, others = values[known & (site == s)], values[known & (site != s)]
        if min(len(own), len(others)) >= FEWEST and others.std() > 0:
            turned = low + high - own
            differ = [(each.mean() - others.mean()) / others.std() for each in (own, turned)]
            apart.append((abs(differ[0]), abs(differ[1]), int(s)))
    apart.sort(reverse=True)
    if len(apart) < 2 or apart[0][0] < APART or apart[0][1] > LIKE:
        return
    alone = len(apart) == 2 or apart[1][0] <= OTHERS * apart[0][0]
    if alone:
        own = int((known & (site == apart[0][2])).sum())
        text = f"{own} of {int(known.sum())} patients, of a site"
        yield Look(item.where, text, 1.0, _rows(item, site == apart[0][2]), remark=TURNED)


def _rows(item: Slice, own: Flags) -> tuple[int, ...]:
    return tuple(sorted(int(row) for row in item.rows[own & ~np.isnan(item.values)]))
