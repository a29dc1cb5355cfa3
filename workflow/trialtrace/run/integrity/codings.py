"""Codes turned at a site or visit: all patients alike where others are not, a scale backwards.

Alike: of each column of two values that is used, a site at which all have the same one. Sites
differ, so that the odds of the others times or by `ALLOWED` are held against it: the tail of the
binomial distribution, times the sites and the sides. Of an outcome of two values a quarter of the
sites at most have mostly the one that the middle site has seldom, at nine times its odds, or even
ones (of so many chances the binomial distribution again). Of a number, one value at a site has the
chance that as many of the others are alike. Scale: a measure is not negatively correlated with
itself at another visit of the same patients. Where it is at a site, and is not in all others
together, that is tested against a correlation of zero (Fisher's z of ranks, one-sided), times the
sites and the visits, each against those before it; so is, times the visits, one visit of three or
more that runs against the others of all patients, which go together.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.blocks import chance_alike
from trialtrace.run.integrity.export import DATE, NUMBER, Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, LEVELS, ALLOWED, USUAL = 10, 5, 2.0, 0.2
FLIPPED, SELDOM, FEW_OF = 9.0, 0.1, 4


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of two values, and for each number at more visits than one."""
    series = [
        [visit for visit in visits if len(np.unique(visit.values[visit.there])) >= LEVELS]
        for visits in export.series
    ]
    for visits in series:
        if len(visits) > 2:
            yield from _against(visits)
    centre = export.centre
    if centre is None or len(np.unique(centre[centre >= 0])) < 2:
        return
    alike: dict[str, list[tuple[float, tuple[int, ...], int]]] = {}
    for visit in export.slices:
        known = visit.there[centre[visit.there] >= 0]
        levels = np.unique(visit.values[known])
        used = (visit.table, visit.column) in export.used
        if export.of_sites(visit.values[known], known):
            continue
        if used and visit.kind != DATE and len(levels) == 2:
            first = visit.values[known] == levels[0]
            if export.site is not None:
                yield from _share(visit, first, centre[known], known)
            if (visit.table, visit.column) in export.outcomes:
                yield from _the_other_way(visit, first, centre[known], known)
        elif used and visit.kind == NUMBER and len(levels) > 2 and export.site is not None:
            found = _one_value(visit, centre[known], known)
            alike.setdefault(visit.where, []).append(found)
    for where, tried in alike.items():
        p, rows, n = min(tried)
        text = f"whether all of a site have one value, of {n} patients"
        yield Look(where, text, min(1.0, p * len(tried)), rows)
    for visits in series:
        if len(visits) > 1:
            yield from _scale(centre, visits)


def _share(visit: Slice, first: Floats, site: Places, known: Places) -> Iterator[Look]:
    tried = []
    for place in np.unique(site):
        at = site == place
        if at.sum() >= FEWEST and (~at).sum() >= FEWEST:
            tried.append((apart(first[at], first[~at]), int(place)))
    if tried:
        p, place = min(tried)
        text = f"whether all of a site are alike, of {len(known)} patients"
        rows = tuple(sorted(int(row) for row in visit.rows[known[site == place]]))
        yield Look(visit.where, text, min(1.0, p * len(tried)), rows)


def _the_other_way(visit: Slice, first: Flags, site: Places, known: Places) -> Iterator[Look]:
    """A look at whether few sites have mostly the outcome that the middle one has seldom."""
    _, which, sizes = np.unique(site, return_inverse=True, return_counts=True)
    counts = np.bincount(which, first)
    middle = float(np.median(counts / sizes))
    counts = counts if middle <= 0.5 else sizes - counts
    share = max(min(middle, 1 - middle), SELDOM)
    odds = FLIPPED * share / (1 - share)
    p = np.array(
        [
            chances.binomial(int(k), int(n), odds / (1 + odds))
            for k, n in zip(counts, sizes, strict=True)
        ]
    )
    order = np.argsort(p, kind="stable")[: len(p) // FEW_OF]
    tried = [(chances.binomial(k, len(p), float(p[at])), k) for k, at in enumerate(order, start=1)]
    if tried:
        least, k = min(tried)
        text = f"whether {k} of {len(p)} sites have mostly what the others have seldom"
        rows = tuple(sorted(int(row) for row in visit.rows[known[np.isin(which, order[:k])]]))
        yield Look(visit.where, text, min(1.0, least * len(tried)), rows)


def _one_value(visit: Slice, site: Places, known: Places) -> tuple[float, tuple[int, ...], int]:
    """The chance of a site at which all have one value of a number, by how often others are alike,
    times the sites; its rows, and of how many patients."""
    tried = []
    for place in np.unique(site):
        own, others = (visit.values[known[at]] for at in (site == place, site != place))
        if min(len(own), len(others)) >= FEWEST and np.ptp(own) == 0:
            tried.append((chance_alike(others) ** (len(own) - 1), int(place)))
    p, place = min(tried, default=(1.0, -1))
    rows = tuple(sorted(int(row) for row in visit.rows[known[site == place]]))
    return p * len(np.unique(site)), rows, len(known)


def apart(inside: Floats, others: Floats) -> float:
    """The chance of all or none where the odds are `ALLOWED` times, or by, those of the others; 1
    where there are some."""
    k, n = int(inside.sum()), len(inside)
    odds = (others.sum() + 0.5) / (len(others) - others.sum() + 0.5)
    if 0 < k < n:
        return 1.0
    share = 1 / (1 + odds / ALLOWED) if k == 0 else 1 / (1 + 1 / (odds * ALLOWED))
    return min(1.0, float(2 * share**n))


def _scale(site: Places, visits: list[Slice]) -> Iterator[Look]:
    values = np.column_stack([visit.values for visit in visits])
    against = [(values[:, :at], at) for at in range(1, len(visits))]
    tried = []
    for others, which in [(values[:, 1:], 0), *(against if len(visits) > 2 else ())]:
        one, mean = values[:, which], mean_of(others)
        known = np.flatnonzero(~np.isnan(one) & ~np.isnan(mean) & (site >= 0))
        for place in np.unique(site[known]):
            at = site[known] == place
            if at.sum() < FEWEST or (~at).sum() < FEWEST:
                continue
            if correlation(one[known[~at]], mean[known[~at]]) > USUAL:
                r = correlation(one[known[at]], mean[known[at]])
                p = chances.normal(np.arctanh(r) * np.sqrt(at.sum() - 3))
                rows = sorted(visits[which].rows[known[at]].tolist())
                tried.append((p, which, rows))
    if tried:
        p, which, rows = min(tried)
        what = "a visit against the earlier ones" if which else "the first visit against later ones"
        text = f"{what} of {len(rows)} patients at a site"
        yield Look(visits[which].where, text, min(1.0, p * len(tried)), tuple(rows))


def _against(visits: list[Slice]) -> Iterator[Look]:
    """A look for the visit whose values go against those of the others, where these go together."""
    values = np.column_stack([visit.values for visit in visits])
    tried = []
    for at, visit in enumerate(visits):
        others = np.delete(values, at, axis=1)
        first, later, mean = others[:, 0], mean_of(others[:, 1:]), mean_of(others)
        both = ~np.isnan(first) & ~np.isnan(later)
        known = ~np.isnan(mean) & ~np.isnan(values[:, at])
        if min(both.sum(), known.sum()) < 2 * FEWEST:
            continue
        if correlation(first[both], later[both]) > USUAL:
            r = correlation(values[known, at], mean[known])
            tried.append((chances.normal(np.arctanh(r) * np.sqrt(known.sum() - 3)), at, visit))
    if tried:
        p, _, visit = min(tried)
        rows = tuple(sorted(int(row) for row in visit.rows[visit.there]))
        text = "the visit that goes least with the others of the same patients"
        yield Look(visit.where, text, min(1.0, p * len(tried)), rows)


def mean_of(values: Floats) -> Floats:
    """Of each row over what is there; nan where nothing is."""
    there = ~np.isnan(values)
    sums, counts = np.where(there, values, 0.0).sum(axis=1), there.sum(axis=1)
    made: Floats = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return made


def correlation(first: Floats, later: Floats) -> float:
    """Of ranks; 0 where either does not vary, and off the ends where all agree."""
    x, y = chances.ranks(first), chances.ranks(later)
    if not len(x) or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    return float(np.clip(np.corrcoef(x, y)[0, 1], -0.999, 0.999))
