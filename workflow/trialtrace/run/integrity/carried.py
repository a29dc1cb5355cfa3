"""Values midway between those of the visits around them, or equal to the one before.

Among values within five units of such a target, the share that meets it is held against the share
that meets a target ten units higher or lower, among values as near to that one: both have the same
last digit, so whoever rounds meets both as often (Fisher's exact test). Where hardly any value is
that far from its target, the share is that of other patients' targets, doubled (binomial). A column
is looked at where equal values are rare, the spread is at least eight units, and visits are
correlated by at most 0.9: what hardly changes is equal to itself. Values at either end of the
column are left out, and so is a number that is as far from its targets as a
coarser one of its rows, of which it is made. Visits that are correlated by more are looked at where
those that are not equal change by eight units or more, on the median. Where both values around are
the same nothing is midway between them. Of patients whose number is not that of the visit before,
some have another of its name (lesion2 beside lesion1), or itself at another visit, that is: twice
these odds may well be what it is measured by, as a lesion that a reader calls unchanged. A total of
numbers is equal where these are, and no number more.

Of a whole visit the values that are those of the visit before, but for either end of the column,
are held against five times the odds of that at the other visits, at least one in two (binomial,
times the visits); where all of a column are, at every visit, against four in five, unless its name
says that each row repeats what the patient had before (BASE) or was.

Of a patient all numbers of a visit are held against those of the visit before: in columns of many
levels, between their ends, three or more. The chance is the product of how often each is equal,
where another is or in all, among the visits that are not copies; of as many copies Poisson, of
three times the sum of these products. Of two numbers of one row those of a site, or cluster,
are held against five times the odds of the others, at least one in five.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.agreement import LASTING
from trialtrace.run.integrity.blocks import chance_alike
from trialtrace.run.integrity.correlations import rank_correlation, successive
from trialtrace.run.integrity.export import Export, Slice, resolution
from trialtrace.run.integrity.look import Look
from trialtrace.run.integrity.sums import totals_of

FEWEST, SPREAD, STABLE, ALIKE = 30, 8, 0.9, 0.1
NEAR, STEP, FEWEST_APART, ALLOWED = 5, 10, 20, 2.0
FEWEST_COPIED, ODDS, AT_LEAST, OFTEN = 15, 5.0, 0.5, 0.8
Targets = tuple[Slice, Floats, Floats, Floats]
SHOWN = 0.01
COLUMNS, AT_MOST, TOGETHER, FEW_VISITS, WORTH_A_REMARK = 3, 0.5, 3.0, 4, 0.005
# What each row of a patient repeats by what it is: an age, a value before.
OF_PATIENT = re.compile(rf"{LASTING.pattern}|(.*_)?(base|baseline|bl)(_.*)?|[a-z0-9]+bl", re.I)
SELDOM, MOST_BESIDE = 0.2, 40
COPIES = "Whole visits that hold the numbers of the visit before"


def looks(export: Export) -> Iterator[Look]:
    """A look for each pair of visits, one for each three, and one for each column."""
    pairs = list(successive(export))
    yield from _whole_visits(pairs)
    yield from _of_a_site(export)
    totals = {
        (sheet.name, name): total.of_numbers
        for sheet in export.sheets
        for name, total in totals_of(sheet).items()
    }
    parts = [pair for pair in pairs if (pair[1].table, pair[1].column) not in totals]
    yield from _whole_patients(export, parts)
    pairs = [pair for pair in pairs if not totals.get((pair[1].table, pair[1].column))]
    after = {id(one): later for one, later in pairs}
    before = [(later, one.values, later.values, one.values) for one, later in pairs]
    midway = [
        (later, (one.values + after[id(later)].values) / 2, one.values, after[id(later)].values)
        for one, later in pairs
        if id(later) in after
    ]
    ways = (before, "equal to the value before"), (midway, "midway between the values around them")
    for every, text in ways:
        for targets in every:
            for look in _look(targets, text, every):
                coarser = look.p < SHOWN and _of_a_coarser(*targets[:2], every)
                yield replace(look, p=1.0, rows=()) if coarser else look


def _of_a_coarser(own: Slice, target: Floats, every: list[Targets]) -> bool:
    """Whether a number is as far from its target as a coarser one of its rows is, from which it is
    made: a score by age of a weight in tenths."""
    for other, target_of, _, _ in every:
        same = (other.table, other.part, other.step) == (own.table, own.part, own.step)
        if same and len(np.unique(other.values)) < len(np.unique(own.values)):
            far = np.column_stack([own.values - target, other.values - target_of])
            far = far[~np.isnan(far).any(axis=1)]
            if len(far) >= FEWEST and rank_correlation(far[:, 0], far[:, 1]) > OFTEN:
                return True
    return False


def _look(targets: Targets, text: str, every: list[Targets]) -> Iterator[Look]:
    """A look at the values of a slice by their targets, unless the slices around hardly differ."""
    middle, target, first, last = targets
    known = _inside(middle, target)
    if target is not last:
        known = known[first[known] != last[known]]
    x, y = middle.values[known], target[known]
    unit = resolution(x) if len(x) >= FEWEST else None
    if unit is None or min(x.std(), y.std()) < SPREAD * unit or chance_alike(x) > ALIKE:
        return
    if rank_correlation(first[known], last[known]) > STABLE:
        if target is last:
            yield from _copied(middle, known, x, y, unit, every)
        return
    same, p = met(x, y, unit)
    if target is last:
        p = max(p, _habit(middle, known, same, every))
    rows = tuple(sorted(int(row) for row in middle.rows[known[same]]))
    yield Look(middle.where, f"{int(same.sum())} of {len(x)} values {text}", p, rows)


def _inside(middle: Slice, target: Floats) -> Places:
    """Patients with both values, whose own is at neither end of the slice."""
    values = middle.values
    known = np.flatnonzero(~np.isnan(values) & ~np.isnan(target))
    low, high = values[known].min(initial=np.inf), values[known].max(initial=-np.inf)
    inside: Places = known[(values[known] > low) & (values[known] < high)]
    return inside


def _habit(middle: Slice, known: Places, same: Flags, every: list[Targets]) -> float:
    """The chance of as many equal values, at twice the odds of those that a number of the same name
    has, at any visit, in patients in whom this one is not equal; 0 where these are few."""
    changed, equal = known[~same], []
    stem = re.sub(r"\d+", "", middle.column)
    for other, target, _, _ in every:
        alike = (other.table, other.part, re.sub(r"\d+", "", other.column))
        if other is not middle and alike == (middle.table, middle.part, stem):
            at = np.intersect1d(_inside(other, target), changed)
            equal += (other.values[at] == target[at]).tolist()
    if len(equal) < FEWEST_COPIED:
        return 0.0
    odds = ALLOWED * (sum(equal) + 1) / (len(equal) - sum(equal) + 1)
    return chances.binomial(int(same.sum()), len(same), odds / (1 + odds))


def _copied(
    middle: Slice, known: Places, x: Floats, y: Floats, unit: float, every: list[Targets]
) -> Iterator[Look]:
    """A look at values that are those before, where the others are far from them."""
    same, p = met(x, y, unit)
    k, n = int(same.sum()), len(same)
    if n - k < 2 or np.median(np.abs(x - y)[~same]) < SPREAD * unit:
        return
    rows = tuple(sorted(int(row) for row in middle.rows[known[same]]))
    text = f"{k} of {n} values equal to the value before, where others are far from it"
    yield Look(middle.where, text, max(p, _habit(middle, known, same, every)), rows)


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
    if others >= FEWEST_APART:
        return same, chances.hypergeometric(k, close + others, k + hits, close)
    every = np.abs(x[:, None] - target[None, :]) / unit
    np.fill_diagonal(every, np.inf)
    within = int((every <= near).sum())
    due = (1 + int((every <= half).sum())) / (1 + within) if within else 1.0
    return same, chances.binomial(k, close, min(1.0, ALLOWED * due))


def _whole_visits(pairs: list[tuple[Slice, Slice]]) -> Iterator[Look]:
    """A look for each column: at the visit of which most values are those of the visit before."""
    columns: dict[str, dict[int, list[tuple[bool, int]]]] = {}
    for one, later in pairs:
        there = np.flatnonzero(~np.isnan(one.values) & ~np.isnan(later.values))
        x = later.values[there]
        inside = (x > x.min(initial=np.inf)) & (x < x.max(initial=-np.inf))
        same = one.values[there] == x
        found = columns.setdefault(one.where, {}).setdefault(later.step, [])
        found += zip(same[inside].tolist(), later.rows[there][inside].tolist(), strict=True)
    for where, steps in columns.items():
        counts = {step: (sum(same for same, _ in each), len(each)) for step, each in steps.items()}
        k, n = (sum(each) for each in zip(*counts.values(), strict=True))
        if n < FEWEST_COPIED:
            continue
        p, step = min((of_a_visit(*own, k - own[0], n - own[1]), at) for at, own in counts.items())
        told, rows = counts[step], steps[step]
        if k == n and OFTEN**n < p and not OF_PATIENT.fullmatch(where.partition(".")[2]):
            p, told, rows = OFTEN**n, (k, n), [each for every in steps.values() for each in every]
        text = f"{told[0]} of {told[1]} values of a visit are those of the visit before"
        found_at = tuple(sorted(row for same, row in rows if same))
        yield Look(where, text, min(1.0, p * len(counts)), found_at)


def _whole_patients(export: Export, pairs: list[tuple[Slice, Slice]]) -> Iterator[Look]:
    """A look for each table: at patients all of whose numbers of a visit are those of the visit
    before."""
    tables: dict[str, dict[tuple[int, int, int], list[tuple[Slice, Slice]]]] = {}
    for one, later in pairs:
        step = (later.part, one.step, later.step)
        tables.setdefault(later.table, {}).setdefault(step, []).append((one, later))
    for table, visits in tables.items():
        names = list(dict.fromkeys(later.column for of in visits.values() for _, later in of))
        if len(names) < COLUMNS:
            continue
        equal, rows = [], []
        for of in visits.values():
            columns = np.full((len(names), export.n), np.nan)
            for one, later in of:
                x, known = later.values, later.values[later.there]
                inside = (x > known.min(initial=np.inf)) & (x < known.max(initial=-np.inf))
                inside &= ~np.isnan(one.values)
                columns[names.index(later.column)] = np.where(inside, x == one.values, np.nan)
            equal.append(columns)
            rows.append(of[0][1].rows)
        found, p = copied(np.hstack(equal))
        places = tuple(sorted(int(row) for row in np.concatenate(rows)[found]))
        text = f"{int(found.sum())} visits of a patient hold all the numbers of the visit before"
        yield Look(table, text, p, places, remark=COPIES if p < WORTH_A_REMARK else "")


def copied(equal: Floats) -> tuple[Flags, float]:
    """Which visits are copies, and the chance of as many, by whether each number (a row each) is
    that of the visit before; nan where it is missing, or at an end of its column."""
    there = ~np.isnan(equal)
    while len(equal) >= COLUMNS:
        same, enough = equal == 1, there.sum(axis=0) >= COLUMNS
        whole = (same == there).all(axis=0) & enough
        share = _shares(same[:, ~whole].astype(float), there[:, ~whole].astype(float))
        if (share <= AT_MOST).all():
            due = float(np.exp(np.log(share) @ there[:, enough]).sum())
            return whole, chances.poisson(int(whole.sum()), TOGETHER * due)
        equal, there = equal[share <= AT_MOST], there[share <= AT_MOST]
    return np.zeros(equal.shape[1], dtype=bool), 1.0


def _of_a_site(export: Export) -> Iterator[Look]:
    """A look for each number that another of its row is at one site, or cluster, and seldom at the
    others: a value copied into the column beside it."""
    tables: dict[tuple[str, int, int], list[Slice]] = {}
    for one in export.numbers if export.centre is not None else ():
        if len(np.unique(one.values[one.there])) >= SPREAD:
            tables.setdefault((one.table, one.part, one.step), []).append(one)
    tried: dict[str, list[tuple[float, str, Slice, Flags]]] = {}
    for columns in tables.values():
        for one, other in combinations(columns[:MOST_BESIDE], 2):
            tried.setdefault(other.where, []).append(_beside(export, one, other))
    for where, each in tried.items():
        p, name, other, same = min(each, key=lambda found: found[0])
        text = f"{int(same.sum())} values of a site are those of {name} in their row"
        rows = tuple(sorted(int(row) for row in other.rows[same]))
        yield Look(where, text, min(1.0, p * len(each)), rows)


def _beside(export: Export, one: Slice, other: Slice) -> tuple[float, str, Slice, Flags]:
    """The chance of as many equal values of two columns at a site, times the sites."""
    site = np.full(export.n, -1) if export.centre is None else export.centre
    x = other.values
    ends = np.nanmin(x), np.nanmax(x)
    known = (site >= 0) & ~np.isnan(one.values) & (x > ends[0]) & (x < ends[1])
    same = known & (one.values == x)
    n = np.bincount(site[known], minlength=1)
    k = np.bincount(site[same], minlength=len(n))
    tried = [
        (of_a_visit(int(k[at]), int(n[at]), k.sum() - k[at], n.sum() - n[at], SELDOM), int(at))
        for at in np.flatnonzero(2 * k > n)
    ]
    p, at = min(tried, default=(1.0, -1))
    return p * int((n > 0).sum()), one.column, other, same & (site == at)


def _shares(same: Floats, there: Floats) -> Floats:
    """How often each number is equal: in all visits, or in those where another is, if more; where
    these are few, as much as in `FEW_VISITS` of all."""
    other = same.sum(axis=0) - same > 0
    every = (same.sum(axis=1) + 1) / (there.sum(axis=1) + 2)
    too, of = (same * other).sum(axis=1), (there * other).sum(axis=1)
    shares: Floats = np.maximum(every, (too + FEW_VISITS * every) / (of + FEW_VISITS))
    return shares


def of_a_visit(k: int, n: int, others: int, of_others: int, at_least: float = AT_LEAST) -> float:
    """The chance of as many copies at a visit, by how many there are at the others; 1 for few."""
    if min(n, of_others) < FEWEST_COPIED:
        return 1.0
    odds = ODDS * (others + 1) / (of_others - others + 1)
    return chances.binomial(k, n, max(at_least, odds / (1 + odds)))
