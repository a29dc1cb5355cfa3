"""Two numbers exchanged at a visit: each goes with the other's visits, and not with its own.

Of two numbers of a table, the rank correlation of each with itself at the other visits of the same
patients is held against that with the other number there. Where a number goes with itself at least
as well, the difference of both on Fisher's scale has a variance of at most twice that of one
(1.06/(n - 3) of ranks, Fieller, Hartley and Pearson, Biometrika 1957;44:470). Both must be
unusual: the higher chance counts, times all pairs of numbers and their visits. So are two numbers
at a visit at which most patients' values of each are nearer to the usual level of the other
(binomial), and few are at the other visits; the lower of both, twice.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places, Whole
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.breaks import further, sums
from trialtrace.run.integrity.codings import mean_of
from trialtrace.run.integrity.correlations import rank_correlation
from trialtrace.run.integrity.export import NOBODY, Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, LEVELS, MOST, SELDOM = 30, 5, 12, 0.1


def looks(export: Export) -> Iterator[Look]:
    """A look for each table of which two numbers have the same visits."""
    tables: dict[str, list[tuple[Slice, ...]]] = {}
    for visits in export.series:
        levels = [len(np.unique(one.values[one.there])) for one in visits]
        if min(levels) >= LEVELS:
            tables.setdefault(visits[0].table, []).append(visits)
    for series in tables.values():
        tried = []
        for one, other in combinations(series[:MOST], 2):
            if [visit.step for visit in one] != [visit.step for visit in other]:
                continue
            first, second = (np.column_stack([v.values for v in each]) for each in (one, other))
            for at in range(len(one)):
                tried.append((exchanged(first, second, at), one[at], other[at].column))
        if tried:
            p, visit, other_name = min(tried, key=lambda each: each[0])
            text = f"whether it goes with the other visits of {other_name} and not with its own"
            rows = tuple(sorted(int(row) for row in visit.rows[visit.there])) if p < 1 else ()
            yield Look(visit.where, text, min(1.0, p * len(tried)), rows)


def exchanged(first: Floats, second: Floats, at: int) -> float:
    """The chance that columns `at` of two numbers go as much better with the other's columns."""
    known = ~np.isnan(first[:, at]) & ~np.isnan(second[:, at])
    others = [np.delete(every, at, axis=1) for every in (first, second)]
    known &= ~np.isnan(others[0]).all(axis=1) & ~np.isnan(others[1]).all(axis=1)
    n = int(known.sum())
    if n < FEWEST:
        return 1.0
    rest = [every[known] for every in others]
    means = [mean_of(every) for every in rest]
    worst = 0.0
    for values, own, cross in ((first, *means), (second, *means[::-1])):
        # Of a chance of one in two nothing is left to tell, whatever the other number has.
        if worst < 0.5:
            r = [rank_correlation(values[known, at], mean) for mean in (own, cross)]
            z = np.arctanh(np.clip([r[0], abs(r[1])], -0.999, 0.999))
            worst = max(worst, chances.normal((z[0] - z[1]) * np.sqrt((n - 3) / 1.06 / 2)))
    rest = [every[~np.isnan(every)] for every in rest]
    one, two = (float(np.median(every)) for every in rest)

    def nearer(x: Floats, y: Floats) -> list[float]:
        crossed = np.abs(x - two) < np.abs(x - one), np.abs(y - one) < np.abs(y - two)
        return [float(each.mean()) for each in crossed]

    of_both = round(n * min(nearer(first[known, at], second[known, at])))
    apart = max(nearer(*rest)) <= SELDOM
    return min(1.0, 2 * min(worst, chances.binomial(of_both, n, 0.5) if apart else 1.0))


# Two visits exchanged in an arm, or at a site: its baseline is the later visit of the others, and
# its later visit their baseline.
#
# At the baseline arms differ by chance: the test of two samples, of the means of what was
# allocated, times the arms. No later value is compared by arm: it is asked of all patients whether
# their changes to a visit cancel, to half of their mean size, and whether the baselines of the arm
# are apart by that half at least, and by twice their size at most. Sites differ: their changes are
# held against a difference of half a standard deviation (`breaks`), times the sites and the visits,
# and do not count but where both visits are nearer to the other one of the others than the
# baselines are to each other.

HALF, OF_CHANGES, FEWEST_UNITS, FEWEST_IN_GROUP = 0.5, 4.0, 3, 10
SHARES = {"an arm": 0.75, "a site": 0.25}


def of_groups(export: Export) -> Iterator[Look]:
    """A look for each number whose first visit is the baseline."""
    for visits in export.series:
        first = visits[0]
        if (first.table, first.column) not in export.began:
            continue
        tried = list(_arms(export, visits))
        site = np.full(export.n, NOBODY) if export.centre is None else export.centre
        for later in visits[1:]:
            x = np.column_stack([first.values, later.values])
            known = np.flatnonzero((site >= 0) & ~np.isnan(x).any(axis=1))
            for share, own in _groups(site[known]):
                if (p := turned_round(x[known], own)) is not None:
                    p *= (len(visits) - 1) / share / SHARES["a site"]
                    text = "a site have the baseline of the others at a later visit, and the "
                    tried.append((p, f"{text}later values at the baseline", later.rows[known[own]]))
        if tried:
            p, text, rows = min(tried, key=lambda each: each[0])
            shown = tuple(sorted(rows.tolist())) if p < 1 else ()
            yield Look(first.where, f"whether {len(rows)} patients of {text}", min(1.0, p), shown)


def _groups(places: Places) -> list[tuple[float, Flags]]:
    """Each group with its share: of two groups each is as far from the other."""
    names = np.unique(places)
    of = names[: 1 if len(names) == 2 else len(names)]
    return [(1 / len(of), places == name) for name in of]


def _arms(export: Export, visits: tuple[Slice, ...]) -> Iterator[tuple[float, str, Whole]]:
    """Of each arm the chance that the baselines of what was allocated differ as much from those of
    the others; 1 where that is not what patients change by, or most change one way."""
    first = visits[0]
    arm, unit = export.allocated or (np.full(export.n, NOBODY),) * 2
    known = np.flatnonzero((arm >= 0) & ~np.isnan(first.values))
    values, unit = first.values[known], unit[known]
    every = [visit.values - first.values for visit in visits[1:]]
    changes = [by[~np.isnan(by)] for by in every if not np.isnan(by).all()]
    halves = [HALF * float(np.abs(by).mean()) for by in changes]
    cancel = [half for half, by in zip(halves, changes, strict=True) if abs(by.mean()) <= half]
    for share, own in _groups(arm[known]) if len(np.unique(values)) >= LEVELS else ():
        sides = [(values[of], np.unique(unit[of], return_inverse=True)[1]) for of in (own, ~own)]
        means = [np.bincount(units, x) / np.bincount(units) for x, units in sides]
        few = min(len(x) for x, _ in sides) < FEWEST_IN_GROUP
        if not few and min(map(len, means)) >= FEWEST_UNITS:
            apart = abs(float(sides[0][0].mean() - sides[1][0].mean()))
            # Arms that are much further apart than anybody changes are so by what they are given.
            near = any(half <= apart <= OF_CHANGES * half for half in cancel)
            p = chances.anova(means) if near else 1.0
            text = "an arm have another baseline than the others: a later visit?"
            yield p / share / SHARES["an arm"], text, first.rows[known[own]]


def turned_round(x: Floats, own: Flags) -> float | None:
    """The chance of changes of a group whose two visits (columns) are those of the others
    exchanged; None for too few."""
    inside, others = x[own], x[~own]
    if min(len(inside), len(others)) < FEWEST_IN_GROUP:
        return None
    (a, b), (c, d) = inside.mean(axis=0), others.mean(axis=0)
    if max(abs(a - d), abs(b - c)) >= abs(a - c):
        return 1.0
    changes = [np.diff(each, axis=1)[:, 0] for each in (inside, others)]
    return float(further(*sums(changes[0]), *sums(changes[1]), allowed=HALF))
