"""Codes of two columns that say the same, and rows in which they do not.

The arm and what was given, a status and the reason: each code of one column goes with one of the
other. That is so where, of every code, nearly all rows have the one that most have, and the
contrary (`SAME`); numbers of few values are codes too. It is looked at in all rows, in those of all
sites but one, and in those before and after the sixths by row and by day of entry. Where it is so
in a part, the rows that disagree are held against lots: the chance that so few of all of them are
in that part (hypergeometric), times the parts. Where it is so in no part, but with the code of a
row one to three above or below, one of the two columns is moved: the chance is that of as many that
agree (binomial, by the more frequent code), times these. Single rows that disagree are told without
a chance, as a patient may be treated otherwise than allocated: of the arm, and of columns of which
one names a code of the other. Where names say which codes belong together more than half that
disagree are unusual (binomial).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places, Whole
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import CODE, DATE, NOBODY, Column, Export, Sheet, Slice
from trialtrace.run.integrity.look import Look
from trialtrace.run.trial.label_words import words_of

FEWEST, EACH, MOST_CODES, SAME, MOSTLY, NAMED = 20, 5, 12, 0.98, 0.9, 0.75
SURE, LAGS, PLACES = 0.0001, (1, -1, 2, -2, 3, -3), (1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6)
OTHERWISE = "Treated otherwise than allocated, or one of the two is wrong"
OTHER = "Codes that are unlike what another column says in the other rows"


@dataclass(frozen=True)
class Pair:
    """Two columns of the same rows: what stands where, the groups and orders of the rows."""

    where: str
    names: str
    said: str
    remark: str
    values: Floats
    other: Floats
    rows: Whole
    site: Places
    orders: tuple[Floats, ...]
    named: dict[int, int] = field(default_factory=dict)
    least: float = NAMED
    arms: tuple[str, ...] = ()

    @property
    def known(self) -> Flags:
        flags: Flags = ~np.isnan(self.values) & ~np.isnan(self.other)
        return flags


def looks(export: Export) -> Iterator[Look]:
    """A look for each column beside the arm, and for each two of codes of which one is used."""
    for pair in (*_of_the_arm(export), *_of_codes(export)):
        several = _codes(pair.values) > 1 and 1 < _codes(pair.other) <= MOST_CODES
        if several and pair.known.sum() >= FEWEST:
            yield from _look(pair)


def _of_the_arm(export: Export) -> Iterator[Pair]:
    if export.arm is None or export.arm_column is None or not export.arms:
        return
    arm = np.where(export.arm == NOBODY, np.nan, export.arm)
    columns = {(s.name, c.name): c for s in export.sheets for c in s.columns}
    for one in export.slices:
        at = one.table, one.column
        if one.kind == DATE or at in export.outcomes or export.known(at) is None:
            continue
        named = _named(columns[at].levels, export.arms)
        said = f"patients are in another arm than {one.column} says of the others"
        site, days = orders_of(export, export.row_of, np.arange(export.n))
        of = arm, one.values, one.rows, site, days
        how = named, NAMED if named else MOSTLY, export.arms
        remark = OTHERWISE if one.kind == CODE or _doses(one, export.arms) else ""
        yield Pair(one.where, f"arm and {one.column}", said, remark, *of, *how)


def _doses(one: Slice, arms: Sequence[str]) -> bool:
    """Whether arms are called by values of a number, a dose: others are counts, or totals."""
    called = {float(number) for arm in arms for number in re.findall(r"\d+(?:\.\d+)?", arm)}
    return len(called & {*one.values[one.there].tolist()}) > 1


def _of_codes(export: Export) -> Iterator[Pair]:
    for sheet in export.sheets:
        coded = [c for c in sheet.columns if c.kind == CODE]
        used = [c for c in coded if (sheet.name, c.name) in export.used and _codes(c.values) == 2]
        for one, other in product(used, coded):
            if other is one or other.name in export.lasting:
                continue
            if _of_clusters(export, sheet, one) and _of_clusters(export, sheet, other):
                continue
            remark = OTHER if _names(one, other) or _names(other, one) else ""
            said = f"rows have another {one.name} than {other.name} says in the others"
            site, days = orders_of(export, sheet.rows, sheet.subject)
            of = one.values, other.values, sheet.rows, site, days
            names = f"{one.name} and {other.name}"
            yield Pair(f"{sheet.name}.{one.name}", names, said, remark, *of)


def _of_clusters(export: Export, sheet: Sheet, column: Column) -> bool:
    """Whether all patients of each cluster have one code: rows say it again and again."""
    if export.cluster is None:
        return False
    known = ~np.isnan(column.values)
    cluster, code = export.cluster[sheet.subject[known]], column.values[known]
    return len({*zip(cluster.tolist(), code.tolist(), strict=True)}) == len(np.unique(cluster))


def orders_of(export: Export, rows: Whole, subject: Places) -> tuple[Places, tuple[Floats, ...]]:
    """The site of each row, and the orders in which it may stand: of the file, and of entry."""
    site = np.zeros(export.n, np.intp) if export.site is None else export.site
    entry = export.known(export.entry)
    days = () if entry is None else (entry.values[subject],)
    return site[subject], (rows.astype(float), *days)


def _codes(values: Floats) -> int:
    return len(np.unique(values[~np.isnan(values)]))


def words_in(text: str) -> set[str]:
    """The beginnings of words: infected, infection."""
    return {word[:4] for word in words_of(text) if len(word) > 3}


def _names(column: Column, other: Column) -> bool:
    """Whether what one column is called is a code of the other."""
    called = words_in(f"{column.name} {column.label}".replace("_", " "))
    return any(words_in(level) and words_in(level) <= called for level in other.levels)


def _named(levels: Sequence[str], arms: Sequence[str]) -> dict[int, int]:
    """The arm that has the words of each level, and no other arm has."""
    words = [words_in(arm) for arm in arms]
    own = [each - set[str]().union(*words[:at], *words[at + 1 :]) for at, each in enumerate(words)]
    found = [[arm for arm, each in enumerate(own) if each & words_in(level)] for level in levels]
    named = {at: those[0] for at, those in enumerate(found) if len(those) == 1}
    return named if len({*named.values()}) > 1 else {}


def _look(pair: Pair) -> Iterator[Look]:
    known, parts = pair.known, list(parts_of(pair))
    due = np.array([pair.named.get(int(code), np.nan) for code in np.nan_to_num(pair.other)])
    sure = known & ~np.isnan(due)
    against = sure & (due != pair.values)
    if against.sum() > sure.sum() / 2 and sure.sum() >= FEWEST:
        p = chances.binomial(int(against.sum()), int(sure.sum()), 0.5)
        yield _told(pair, p, against)
        return
    tried = [
        (spread(known, part, wrong), wrong)
        for part in parts
        if (wrong := disagreeing(pair.values, pair.other, known & part)) is not None
    ]
    if tried:
        p, wrong = min(tried, key=lambda each: (each[0] > SURE, each[1].sum(), each[0]))
        yield _told(pair, min(1.0, p * len(parts)), wrong)
        return
    wrong = disagreeing(pair.values, pair.other, known, pair.least) if pair.remark else None
    if wrong is not None:
        yield _told(pair, 1.0, wrong)
    else:
        yield from _moved(pair)


def _told(pair: Pair, p: float, wrong: Flags) -> Look:
    text = f"{int(wrong.sum())} of {int(pair.known.sum())} {pair.said}"
    if pair.remark == OTHERWISE and wrong.any():
        by = Counter(pair.values[wrong].astype(int).tolist())
        text += f" ({', '.join(f'{pair.arms[arm]} {n}' for arm, n in sorted(by.items()))})"
    rows = tuple(sorted(int(row) for row in pair.rows[wrong]))
    return Look(pair.where, text, p, rows, remark=pair.remark)


def parts_of(pair: Pair) -> Iterator[Flags]:
    """All rows, those of all sites but one, and of each order those before and after a place."""
    yield np.ones(len(pair.rows), dtype=bool)
    sites = np.unique(pair.site[pair.site >= 0])
    yield from (pair.site != site for site in (sites if len(sites) > 1 else ()))
    for order in pair.orders:
        if (there := pair.known & ~np.isnan(order)).any():
            for place in np.quantile(order[there], PLACES):
                yield order < place
                yield order > place


def disagreeing(values: Floats, other: Floats, part: Flags, same: float = SAME) -> Flags | None:
    """The rows, of all, that have not the code that goes with the other in a part of them; None
    where no code does there."""
    if part.sum() < FEWEST:
        return None
    levels, first = np.unique(values[part], return_inverse=True)
    others, second = np.unique(other[part], return_inverse=True)
    table = np.zeros((len(levels), len(others)))
    np.add.at(table, (first, second), 1)
    due = table.argmax(axis=0)
    right = np.array([table[at, due == at].sum() for at in range(len(levels))])
    said = np.array([table[:, due == at].sum() for at in range(len(levels))])
    least = same * np.maximum(said, table.sum(axis=1))
    if min(right) < EACH or len(levels) < 2 or (right < least).any():
        return None
    at = np.clip(np.searchsorted(others, np.nan_to_num(other, nan=others[0])), 0, len(others) - 1)
    wrong: Flags = (others[at] == other) & ~np.isnan(values) & (levels[due[at]] != values)
    return wrong


def spread(known: Flags, part: Flags, wrong: Flags) -> float:
    """The chance that so few of the rows that disagree are in a part."""
    n, outside = int(known.sum()), int((known & ~part).sum())
    k, beyond = int(wrong.sum()), int((wrong & ~part).sum())
    return chances.hypergeometric(beyond, n, outside, k) if beyond else 1.0


def _moved(pair: Pair) -> Iterator[Look]:
    """A look at whether the codes go with those of a row above or below."""
    order = np.argsort(pair.rows, kind="stable")
    values, other = pair.values[order], pair.other[order]
    for lag in LAGS:
        beside = np.roll(other, lag)
        beside[slice(0, lag) if lag > 0 else slice(lag, None)] = np.nan
        known = ~np.isnan(values) & ~np.isnan(beside)
        wrong = disagreeing(values, beside, known)
        if wrong is not None:
            k, n = int((known & ~wrong).sum()), int(known.sum())
            share = np.unique(values[known], return_counts=True)[1].max() / n
            text = f"{pair.names} go together in {k} of {n} rows with the row {abs(lag)} "
            text += f"{'above' if lag > 0 else 'below'}: one of them is moved"
            yield Look(pair.where, text, min(1.0, chances.binomial(k, n, share) * len(LAGS)))
            return
