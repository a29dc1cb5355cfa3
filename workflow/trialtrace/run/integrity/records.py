"""Records of two patients that are equal in all their numbers, and patients with two numbers.

A table is looked at where at least three of its columns are numbers in which equal values are rare
and none of which follows from another. The number of equal pairs is Poisson with a mean of three
times what independent columns give, for columns that go together.

Pairs of patients born on one day that share more of their other values than 2, 1, 0.5 or 0.1 % of
pairs do, counted over all combinations of independent columns, are Poisson too, with a mean of
three times all pairs times the chance of one day of birth times that share; the least p, times
four, counts. A single pair is seldom more than chance gives.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.agreement import BIRTH
from trialtrace.run.integrity.blocks import chance_alike
from trialtrace.run.integrity.export import DATE, NUMBER, Export, Sheet, Slice
from trialtrace.run.integrity.look import Look

NAME = "records"
TITLE = "Records of two patients that are the same"
FEWEST, COLUMNS, ALIKE, TOGETHER = 20, 3, 0.1, 3.0
MOST_COLUMNS, FOLLOWS = 10, 0.9
SHARES = (0.02, 0.01, 0.005, 0.001)


def looks(export: Export) -> Iterator[Look]:
    """A look for each table that has such columns, and one at pairs born on one day."""
    yield from _registered(export)
    for sheet in export.sheets:
        chosen = rare(sheet)
        if len(chosen) < COLUMNS:
            continue
        data = np.column_stack(chosen)
        known = np.flatnonzero(~np.isnan(data).any(axis=1))
        if len(known) < FEWEST:
            continue
        data, subject = data[known], sheet.subject[known]
        _, group = np.unique(data, axis=0, return_inverse=True)
        group = group.reshape(-1)
        people = {
            (int(g), int(s)): int(r)
            for g, s, r in zip(group, subject, sheet.rows[known], strict=True)
        }
        counts = np.bincount([g for g, _ in people])
        pairs = int((counts * (counts - 1) // 2).sum())
        n = len(known)
        due = TOGETHER * n * (n - 1) / 2 * float(np.prod([chance_alike(c) for c in data.T]))
        rows = tuple(sorted(row for (g, _), row in people.items() if counts[g] > 1))
        text = f"{pairs} pairs among {n} records, of different patients, are equal in all "
        text += f"{len(chosen)} columns of numbers"
        yield Look(NAME, sheet.name, text, chances.poisson(pairs, due), rows)


def _registered(export: Export) -> Iterator[Look]:
    """A look at pairs born on one day: at the patients' codes and numbers, without their age."""
    columns = [one for one in export.slices if one.table == export.subjects]
    births = [one for one in columns if one.kind == DATE and BIRTH.fullmatch(one.column)]
    if not births or len(births[0].there) < FEWEST:
        return
    born, there = births[0].values, births[0].there
    chosen = sorted((one for one in columns if _beside(one, births[0])), key=_alike)[:MOST_COLUMNS]
    if len(chosen) < COLUMNS:
        return
    days = (np.flatnonzero(born == day) for day in np.unique(born[there]))
    pairs = np.array([two for day in days for two in combinations(day, 2)], np.intp).reshape(-1, 2)
    equal = [one.values[pairs[:, 0]] == one.values[pairs[:, 1]] for one in chosen]
    shares = share_as_rare(np.array(equal, float).T, np.array([_alike(one) for one in chosen]))
    n = len(there)
    due = TOGETHER * n * (n - 1) / 2 * chance_alike(born[there])
    chances_of = [chances.poisson(int((shares <= most).sum()), due * most) for most in SHARES]
    p = min(chances_of)
    twice = pairs[shares <= SHARES[chances_of.index(p)]]
    text = f"{len(twice)} pairs of {n} patients share the day of birth and most of {len(chosen)} "
    text += "values"
    rows = export.places(np.unique(twice))
    yield Look(NAME, export.subjects, text, min(1.0, len(SHARES) * p), rows)


def share_as_rare(equal: Floats, q: Floats) -> Floats:
    """For each pair the share of pairs that agree in as much or more, by the sum of minus the logs
    of how often each column agrees, over all combinations of independent columns."""
    every = ((np.arange(2 ** len(q))[:, None] >> np.arange(len(q))) & 1).astype(float)
    chance = np.where(every == 1, q, 1 - q).prod(axis=1)
    scores = every @ -np.log(q)
    values: Floats = np.array([chance[scores >= s - 1e-9].sum() for s in equal @ -np.log(q)])
    return values


def _alike(item: Slice) -> float:
    return chance_alike(item.values[item.there])


def _beside(item: Slice, birth: Slice) -> bool:
    """Whether a column is a code or a number that varies and does not follow from birth."""
    both = ~np.isnan(item.values) & ~np.isnan(birth.values)
    if item.kind == DATE or 2 * both.sum() < len(item.values) or not 0 < _alike(item) < 1:
        return False
    follows = np.corrcoef(item.values[both], birth.values[both])[0, 1]
    return bool(abs(follows) < FOLLOWS)


def rare(sheet: Sheet) -> list[Floats]:
    """Columns of numbers in which equal values are rare, without those that follow from another."""
    kept: list[Floats] = []
    for column in sheet.columns:
        values = column.values
        there = ~np.isnan(values)
        if column.kind != NUMBER or 2 * there.sum() < len(values) or there.sum() < FEWEST:
            continue
        if chance_alike(values[there]) <= ALIKE and not any(_follows(values, k) for k in kept):
            kept.append(values)
    return kept


def _follows(values: Floats, other: Floats) -> bool:
    """Whether one of two columns is decided by the other in nearly every row."""
    there = ~np.isnan(values) & ~np.isnan(other)
    both = len(np.unique(np.column_stack([values[there], other[there]]), axis=0))
    most = max(len(np.unique(values[there])), len(np.unique(other[there])))
    return both <= 1.05 * most
