"""Records of two patients that are equal in all their numbers, and patients with two numbers.

A table is looked at where at least three of its columns are numbers in which equal values are rare
and none of which follows from others. The number of equal pairs is Poisson with a mean of three
times what independent columns give, for columns that go together; the commonest value does not
count where it is an end of its column, as none of a complaint.

Pairs of patients born on one day that share more of their other values than 2, 1, 0.5 or 0.1 % of
pairs do, counted over all combinations of independent columns, are Poisson too, with a mean of
three times all pairs times the chance of one day of birth times that share; the least p, times
four, counts. A single pair is seldom more than chance gives.

Pairs of patients that are equal in all their columns are held against those that differ in one
column alone, and in two: of counts that fall off ever faster there are at most as many as the
square of the former over the latter (Poisson, of three times that), or as many as their levels give
by chance: of few columns of few levels, without those that another decides, as a village its area.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from trialtrace.base.arrays import Floats, Places, Whole
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.blocks import chance_alike
from trialtrace.run.integrity.export import DATE, NUMBER, Export, Sheet, Slice
from trialtrace.run.integrity.look import Look
from trialtrace.run.integrity.roles import BIRTH

FEWEST, COLUMNS, ALIKE, TOGETHER, ALLOWED, EACH = 20, 3, 0.1, 3.0, 2.0, 10
MOST_COLUMNS, FOLLOWS, SAME, CROWD, MOST_TELLING = 10, 0.9, 0.25, 30, 12
FORMULA, MOST_ROWS, FEWEST_AT_END, CUT = 0.002, 1000, 5, 0.1
"""Of the variance of a number, what its digits leave of it beside what it is computed from."""
SHARES = (0.02, 0.01, 0.005, 0.001)


def looks(export: Export) -> Iterator[Look]:
    """A look for each table that has such columns, one for each of numbered rows with dates, and
    one each at pairs born on one day and pairs that are the same."""
    yield from _registered(export)
    yield from _the_same(export)
    for sheet in export.sheets:
        yield from _of_patients(export, sheet)
        yield from _again(sheet)


def _of_patients(export: Export, sheet: Sheet) -> Iterator[Look]:
    """A look at pairs of records of different patients: in how many numbers they are equal that
    their site or their cluster has not as a whole."""
    known = [(column, ~np.isnan(column)) for column in rare(sheet)]
    own = [c for c, there in known if not export.of_sites(c[there], sheet.subject[there])]
    chosen = sorted(own, key=lambda c: chance_alike(c[~np.isnan(c)]))[:MOST_COLUMNS]
    if len(chosen) < COLUMNS:
        return
    data = np.column_stack(chosen)
    n = int((~np.isnan(data).all(axis=1)).sum())
    off = np.column_stack([_off_ends(column) for column in chosen])
    pairs = alike_in(off, COLUMNS)
    pairs = pairs[sheet.subject[pairs[:, 0]] != sheet.subject[pairs[:, 1]]]
    shares = share_as_rare((off[pairs[:, 0]] == off[pairs[:, 1]]).astype(float), beside(data))
    # Two patients count as one pair, by their records that are most alike.
    order = np.argsort(shares, kind="stable")
    people = np.sort(sheet.subject[pairs[order]], axis=1)
    order = order[np.sort(np.unique(people, axis=0, return_index=True)[1])]
    due = TOGETHER * n * (n - 1) / 2 * shares[order]
    tried = [chances.poisson(k, one) for k, one in enumerate(due[due < 1], start=1)]
    k = tried.index(min(tried)) + 1 if tried else 0
    rows = tuple(sorted({int(row) for row in sheet.rows[pairs[order[:k]]].ravel()}))
    text = f"{k} pairs of patients among {n} records are equal in most of {len(chosen)} columns of "
    p = min(1.0, len(tried) * min(tried)) if tried else 1.0
    yield Look(sheet.name, f"{text}numbers", p, rows)


def _off_ends(values: Floats) -> Floats:
    """Numbers without those at an end of their column that is also its commonest value: who has
    nothing of one complaint has nothing of the next."""
    levels, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    most = levels[int(np.argmax(counts))]
    at_end = counts.max() >= FEWEST_AT_END and most in (levels[0], levels[-1])
    made: Floats = np.where(values == most, np.nan, values) if at_end else values
    return made


def alike_in(data: Floats, columns: int) -> Places:
    """The pairs of rows that are equal in at least so many columns, in which few others are."""
    codes = [np.unique(column, return_inverse=True)[1] for column in data.T]
    found = set()
    for chosen in combinations(range(len(codes)), columns):
        known = np.flatnonzero(~np.isnan(data[:, chosen]).any(axis=1))
        key = np.zeros(len(known), np.int64)
        for c in chosen:
            key = key * len(data) + codes[c][known]
        order = np.argsort(key, kind="stable")
        ends = np.flatnonzero(np.append(np.diff(key[order]) != 0, True)) + 1
        sizes = np.diff(ends, prepend=0)
        for at in np.flatnonzero((sizes > 1) & (sizes <= CROWD)):
            rows = known[order[ends[at] - sizes[at] : ends[at]]]
            found |= {*combinations(sorted(rows.tolist()), 2)}
    return np.array(sorted(found), np.intp).reshape(-1, 2)


def beside(data: Floats) -> Floats:
    """Of each column the chance that two values are equal where the others are: that of any two,
    by as much more as what the others leave of its spread is less (of ranks)."""
    alike = np.array([chance_alike(column[~np.isnan(column)]) for column in data.T])
    known = data[~np.isnan(data).any(axis=1)]
    if len(known) < FEWEST:
        return np.ones(len(alike))
    ranks = np.column_stack([chances.ranks(column) for column in known.T])
    left = np.diag(np.linalg.pinv(np.corrcoef(ranks, rowvar=False)))
    made: Floats = np.minimum(1.0, alike * np.sqrt(np.maximum(1.0, left)))
    return made


def _again(sheet: Sheet) -> Iterator[Look]:
    """A look at numbered rows of one patient and day: whether all else is equal in them."""
    days = [column for column in sheet.columns if column.kind == DATE]
    others = [column.values for column in sheet.columns if column.kind != DATE]
    if sheet.visits or not sheet.step.any() or not days or not others:
        return
    dated = np.flatnonzero(~np.isnan(days[0].values))
    rest = _groups(others, dated)
    who, day = sheet.subject[dated], _groups([column.values for column in days], dated)
    same, equal = (_pairs([who, day, *more]) for more in ([], [rest]))
    apart, alike = _pairs([who]) - same, _pairs([who, rest]) - equal
    usual = max((alike + 1) / (apart + 1), (_pairs([rest]) + 1) / (_pairs([rest * 0]) + 1))
    text = f"{equal} of {same} pairs of rows of one patient and day are equal in all but number"
    group = _groups([who.astype(float), day.astype(float), rest.astype(float)], slice(None))
    rows = sheet.rows[dated[np.bincount(group)[group] > 1]]
    p = chances.binomial(equal, same, min(1.0, ALLOWED * usual))
    yield Look(sheet.name, text, p, tuple(sorted(int(row) for row in rows)))


def _groups(columns: list[Floats], rows: Places | slice) -> Places:
    """Rows that are equal in all columns, by number; missing equals missing."""
    data = np.nan_to_num(np.column_stack(columns)[rows], nan=np.inf)
    made: Places = np.unique(data, axis=0, return_inverse=True)[1].reshape(-1)
    return made


def _pairs(groups: list[Places]) -> int:
    """How many pairs of rows agree in all of some groups."""
    sizes = np.unique(np.column_stack(groups), axis=0, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())


def _registered(export: Export) -> Iterator[Look]:
    """A look at pairs born on one day: at the patients' codes and numbers, without their age."""
    columns = [one for one in export.slices if one.table == export.subjects]
    births = [
        column for column in columns if column.kind == DATE and BIRTH.fullmatch(column.column)
    ]
    if not births or len(births[0].there) < FEWEST:
        return
    born, there = births[0].values, births[0].there
    chosen = sorted((column for column in columns if _beside(column, births[0])), key=_luck)[
        :MOST_COLUMNS
    ]
    if len(chosen) < COLUMNS:
        return
    days = (np.flatnonzero(born == day) for day in np.unique(born[there]))
    pairs = np.array([two for day in days for two in combinations(day, 2)], np.intp).reshape(-1, 2)
    equal = [one.values[pairs[:, 0]] == one.values[pairs[:, 1]] for one in chosen]
    shares = share_as_rare(np.array(equal, float).T, np.array([_luck(one) for one in chosen]))
    n = len(there)
    due = TOGETHER * n * (n - 1) / 2 * chance_alike(born[there])
    chances_of = [chances.poisson(int((shares <= most).sum()), due * most) for most in SHARES]
    p = min(chances_of)
    twice = pairs[shares <= SHARES[chances_of.index(p)]]
    text = f"{len(twice)} pairs of {n} patients share the day of birth and most of {len(chosen)} "
    text += "values"
    rows = export.places(np.unique(twice))
    yield Look(export.subjects, text, min(1.0, len(SHARES) * p), rows)


def _the_same(export: Export) -> Iterator[Look]:
    """A look at patients of whom every column is that of another, by those that tell most, of which
    none is a sum or a difference of others; who lacks most of these is like others by what is not
    there, and is left out."""
    if export.n < FEWEST:
        return
    one_each = [one for one in export.slices if one.part == one.step == 0]
    filled = [one for one in one_each if 2 * len(one.there) >= export.n and _luck(one) < 1]
    telling: list[Slice] = []
    for column in sorted(filled, key=_luck):
        if len(telling) < MOST_TELLING and not _adds_up(column, telling):
            telling.append(column)
    if len(telling) < COLUMNS:
        return
    rng = np.random.Generator(np.random.PCG64(1))
    lack = np.sum([np.isnan(one.values) for one in telling], axis=0)
    there = np.flatnonzero(2 * lack <= len(telling))
    # A number drawn for each value of each column: rows are equal where their sums are.
    lots: list[Whole] = []
    for column in telling:
        levels, code = np.unique(column.values[there], return_inverse=True)
        lots.append(rng.integers(-(2**62), 2**62, len(levels))[code])
    every: Whole = np.sum(lots, axis=0)
    same = _equal(every)
    one = sum([_equal(every - lot) - same for lot in lots])
    two = sum([_equal(every - first - other) - same for first, other in combinations(lots, 2)])
    two -= (len(lots) - 1) * one
    due = max((one + 1) ** 2 / (two + 1), _due(export.n, telling))
    p = chances.poisson(same, TOGETHER * due)
    names, counts = np.unique(every, return_counts=True)
    who = there[np.isin(every, names[counts > 1])]
    text = (
        f"{same} pairs of {len(there)} patients are equal in {len(telling)} columns, {one} in all "
    )
    text += "but one"
    yield Look(export.subjects, text, p, export.places(who))


@dataclass(frozen=True)
class Same:
    """Pairs of patients that are equal in so many columns, of one `table` alone where it is named,
    their rows, and how many pairs `due` were, if columns were independent."""

    table: str
    pairs: int
    columns: int
    rows: tuple[int, ...]
    due: float


def same_patients(export: Export, likely: float) -> Same | None:
    """Patients who are equal to another in every column at every visit, or in every column of the
    table of patients, as one entered twice and visited once is; a missing value equals a missing
    one alone. None where nobody is, columns are too few, or more than `likely` such pairs are due.
    """
    own = [one for one in export.slices if one.table == export.subjects]
    found = [_same_in(export, "", export.slices), _same_in(export, export.subjects, own)]
    return next((one for one in found if one is not None and one.due <= likely), None)


def _same_in(export: Export, table: str, columns: Iterable[Slice]) -> Same | None:
    """The pairs of patients that are equal in all of some columns."""
    varied = [column for column in columns if len(column.there) > 1 and _luck(column) < 1]
    if len(varied) < COLUMNS or export.n < FEWEST:
        return None
    names = _groups([one.values for one in varied], slice(None))
    there = np.any([~np.isnan(one.values) for one in varied], axis=0)
    who = np.flatnonzero((np.bincount(names)[names] > 1) & there)
    if not len(who):
        return None
    due = _due(export.n, varied)
    return Same(table, _equal(names[who]), len(varied), export.places(who), due)


def _due(n: int, columns: Iterable[Slice]) -> float:
    """How many pairs of so many patients are equal in all columns by chance: a missing value equals
    a missing one alone, and a column that another one of few levels decides gives no further."""
    kept: list[Slice] = []
    every = sorted(columns, key=_luck)
    dates = [one.values for one in every if one.kind == DATE]
    for column in every:
        follows = any(_decides(other, column, n) for other in kept) or _adds_up(column, kept)
        if not follows and not any(_is_cut(column, date) for date in dates):
            kept.append(column)
    share = np.array([len(one.there) / n for one in kept])
    chance = share**2 * np.array([_luck(one) for one in kept]) + (1 - share) ** 2
    return n * (n - 1) / 2 * float(chance.prod())


def _decides(column: Slice, other: Slice, n: int) -> bool:
    """Whether a column whose values come back gives those of another: the village its area."""
    values = np.nan_to_num(np.column_stack([column.values, other.values]), nan=np.inf)
    levels = len(np.unique(values[:, 0]))
    return levels * EACH <= n and len(np.unique(values, axis=0)) == levels


def _is_cut(column: Slice, date: Floats) -> bool:
    """Whether days from a date end on one last day for many, who have them by their date."""
    ends = column.values + date if column.kind == NUMBER else np.array([np.nan])
    ends = ends[~np.isnan(ends)]
    return bool(len(ends) and (ends == ends.max()).mean() >= CUT)


def _adds_up(column: Slice, others: Sequence[Slice]) -> bool:
    """Whether a number is computed from the numbers among others."""
    numbers = [one.values for one in others if one.kind == NUMBER]
    return column.kind == NUMBER and computed(column.values, numbers)


def computed(values: Floats, others: Sequence[Floats]) -> bool:
    """Whether a number follows from the first others by sums or by products, up to its digits: a
    change from two visits, a total from its items, a cardiac output from a rate and a volume."""
    data = np.column_stack([values, *others[:MOST_TELLING]])
    data = data[~np.isnan(data).any(axis=1)][:MOST_ROWS]
    if not others or len(data) < EACH + 2 * data.shape[1]:
        return False
    for each in (data, np.log(data)) if (data > 0).all() else (data,):
        known = np.column_stack([np.ones(len(each)), each[:, 1:]])
        left = each[:, 0] - known @ np.linalg.lstsq(known, each[:, 0], rcond=None)[0]
        if np.var(left) < FORMULA * np.var(each[:, 0]):
            return True
    return False


def _equal(keys: Whole) -> int:
    """How many pairs are equal."""
    sizes = np.unique(keys, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())


def share_as_rare(equal: Floats, q: Floats) -> Floats:
    """For each pair the share of pairs that agree in as much or more, by the sum of minus the logs
    of how often each column agrees, over all combinations of independent columns."""
    every = ((np.arange(2 ** len(q))[:, None] >> np.arange(len(q))) & 1).astype(float)
    chance = np.where(every == 1, q, 1 - q).prod(axis=1)
    scores = every @ -np.log(q)
    values: Floats = np.array([chance[scores >= s - 1e-9].sum() for s in equal @ -np.log(q)])
    return values


def _luck(item: Slice) -> float:
    return chance_alike(item.values[item.there])


def _beside(item: Slice, birth: Slice) -> bool:
    """Whether a column is a code or a number that varies and does not follow from birth."""
    both = ~np.isnan(item.values) & ~np.isnan(birth.values)
    if item.kind == DATE or 2 * both.sum() < len(item.values) or not 0 < _luck(item) < 1:
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
        follows = any(_follows(values, k) for k in kept) or computed(values, kept)
        if chance_alike(values[there]) <= ALIKE and not follows:
            kept.append(values)
    return kept


def _follows(values: Floats, other: Floats) -> bool:
    """Whether one of two columns is decided by the other in nearly every row, or is often it."""
    there = ~np.isnan(values) & ~np.isnan(other)
    if there.any() and np.mean(values[there] == other[there]) > SAME:
        # Days until this or that are all those of the last contact where nothing happened.
        return True
    both = len(np.unique(np.column_stack([values[there], other[there]]), axis=0))
    most = max(len(np.unique(values[there])), len(np.unique(other[there])))
    return both <= 1.05 * most
