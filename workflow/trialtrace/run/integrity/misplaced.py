"""Values that stand with another patient: a column some rows off, or a visit in another order.

A number at a visit is held against the mean of its patient's other visits, by ranks, about the
means of sites, or of eighths of the file, so that levels of these tell nothing. Looked at are all
rows from one eighth to another, and each site.

Off: values go with the patient one to three rows above or below in the order of the file, or as
far from the other end of it, better than with their own and with the one as far on the other side:
neighbours may be alike. That correlation is held against the one on the other side, or none, on
Fisher's scale with a variance of 1.06/(n - 3) (Fieller, Hartley and Pearson, Biometrika
1957;44:470). Where values go with their own patient elsewhere, that they do not here has a chance
as well, which does not depend on the first: of the product q of both it is q(1 - log q). Each way
has a share of all that is tried, one row the largest.

Astray: values of a site, or of a part of the file, go with no other visit of their patient. Sites
differ, so that the correlation is held against `KEPT` of that elsewhere on Fisher's scale; patients
who are alike are no further from themselves than others, and are left alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.chances import row_means
from trialtrace.run.integrity.export import NOBODY, Export, Slice
from trialtrace.run.integrity.look import Look, rows_of

MIN_PAIRS, SMALL, PARTS = 20, 10, 8
KEPT, USUAL, SURE = 0.6, 0.5, 0.001
SHARES, UPSIDE = {"one row": 0.6, "two rows": 0.15, "three rows": 0.15}, 0.1
KINDS = 6
"""Ways to be misplaced: off and astray, in all, at a site, in a part of the file."""
STRETCHES = np.array(
    [
        [start <= part < end for part in range(PARTS)]
        for start in range(PARTS)
        for end in range(start + 1, PARTS + 1)
        if end - start < PARTS
    ],
    float,
)


@dataclass(frozen=True)
class Pairs:
    """Values and what they go with, by groups: degrees of freedom, and sums of squares and of
    products about the means of the parts of a group."""

    sums: Floats

    @property
    def df(self) -> Floats:
        made: Floats = self.sums[0]
        return made

    @property
    def z(self) -> Floats:
        """The correlation on Fisher's scale; 0 of what does not vary."""
        _, x, y, both = self.sums
        r = both / np.sqrt(np.maximum(x * y, 1e-12))
        z: Floats = np.arctanh(np.clip(r, -0.999, 0.999))
        return z

    @property
    def apart(self) -> Floats:
        """The variance of the differences of ranks, in units of what it is of unrelated ones."""
        _, x, y, both = self.sums
        made: Floats = (x + y - 2 * both) / np.maximum(self.df, 1) * 6
        return made

    @property
    def width(self) -> Floats:
        """The variance on that scale."""
        made: Floats = 1.06 / np.maximum(self.df - 2, 1)
        return made

    def higher(self, than: Floats) -> Floats:
        """The chance of a correlation as high where it is `than`, on Fisher's scale."""
        normal = chances.upper((self.z - than) / np.sqrt(self.width))
        return np.where(
            self.df < MIN_PAIRS - 1, chances.correlated(self.z - than, self.df - 1), normal
        )

    def lost(self, others: "Pairs") -> Floats:
        """The chance of a correlation as low where it is `KEPT` of that of others."""
        spread = np.sqrt(self.width + KEPT**2 * others.width)
        return chances.upper((KEPT * others.z - self.z) / spread)


@dataclass(frozen=True)
class Rows:
    """A number at a visit and the mean of the patient's other visits, by ranks in the order of the
    rows, the part of each, and which parts each group has (0 or 1)."""

    values: Floats
    others: Floats
    part: Places
    groups: Floats

    @property
    def whole(self) -> bool:
        """Whether its groups are all rows, or each of its parts."""
        return len(self.groups) == 1 or bool(np.all(self.groups.sum(axis=1) == 1))

    @property
    def at_an_end(self) -> Flags:
        """Whether a group begins or ends with the file, or is whole."""
        ends: Flags = (self.groups[:, [0, -1]].sum(axis=1) > 0) | self.whole
        return ends

    def shifted(self, lag: int) -> tuple[Pairs, Pairs]:
        """Values with the others of so many rows above, in each group and outside of it."""
        n = len(self.values)
        at = np.arange(max(lag, 0), n + min(lag, 0))
        return self.pairs(at, at - lag)

    def mirrored(self) -> tuple[Pairs, Pairs]:
        """Values with the others of the same parts upside down."""
        at, ends = np.arange(len(self.values)), np.cumsum(np.bincount(self.part))
        if len(self.groups) == 1:
            return self.pairs(at, at[::-1])
        starts = np.append(0, ends[:-1])
        return self.pairs(at, (starts + ends - 1)[self.part] - at)

    def pairs(self, at: Places, with_: Places) -> tuple[Pairs, Pairs]:
        k = self.groups.shape[1]
        x, y, part = self.values[at], self.others[with_], self.part[at]
        known = ~np.isnan(x) & ~np.isnan(y)
        x, y, part = x[known], y[known], part[known]
        n_of = np.bincount(part, minlength=k)

        def total(values: Floats) -> Floats:
            return np.bincount(part, values, k).astype(float)

        x, y = (each - (total(each) / np.maximum(n_of, 1))[part] for each in (x, y))
        sums = np.stack([np.maximum(n_of - 1, 0), total(x * x), total(y * y), total(x * y)])
        return Pairs(sums @ self.groups.T), Pairs(sums @ (1 - self.groups.T))


def looks(export: Export) -> Iterator[Look]:
    """Order of rows: each number at each visit, of two in columns at the later."""
    for series in export.series:
        visits = [one for one in series if len(one.there) >= MIN_PAIRS]
        if len(visits) < 2:
            continue
        mirrored = len(visits) == 2 and visits[0].column != visits[1].column
        values = np.column_stack([one.values for one in visits])
        values = values - np.nanmedian(values, axis=0)
        for at in range(mirrored, len(visits)):
            visit, tried = visits[at], list[tuple[float, str, Places]]()
            for what, rows, order in _rows(export, visit, values, at):
                for p, told, group in (*off(rows), *astray(rows)):
                    who = order[rows.groups[group][rows.part] > 0]
                    tried.append((p, f"values{what} go with {told}", who))
            if tried:
                yield _look(visit, tried, KINDS)


def _look(visit: Slice, tried: list[tuple[float, str, Places]], times: int) -> Look:
    p, told, who = min(tried, key=lambda each: each[0])
    places = visit.rows[who[~np.isnan(visit.values[who])]]
    text, p = f"{len(places)} {told}", min(1.0, p * times)
    return Look(visit.where, text, p, rows_of(places) if p < SURE else ())


def off(rows: Rows) -> Iterator[tuple[float, str, int]]:
    """Of each way to be off the lowest chance, over its share, that values of a group go so well
    with those patients, and the group: what is off is so to the end of its site or of the file."""
    own, outside = rows.shifted(0)
    usual = (outside.z > np.arctanh(USUAL)) & (outside.df >= MIN_PAIRS)
    enough = np.where(usual & rows.whole, SMALL, MIN_PAIRS)
    groups = np.flatnonzero((own.df >= enough - 1) & rows.at_an_end)
    lost = own.lost(outside)
    ways: list[tuple[str, float, Pairs, Floats]] = []
    for lag, (rows_off, share) in enumerate(SHARES.items(), start=1):
        above, below = (rows.shifted(sign * lag)[0] for sign in (1, -1))
        ways.append((f"the patient {rows_off} above", share / 2, above, below.z))
        ways.append((f"the patient {rows_off} below", share / 2, below, above.z))
    if rows.whole:
        ways.append(("the patients upside down", UPSIDE, rows.mirrored()[0], 0 * own.z))
    for told, share, one, other in ways:
        alone = one.higher(np.maximum(other, 0))
        q = np.maximum(alone * lost, 1e-300)
        p = np.where(usual, q * (1 - np.log(q)), alone)
        found = (one.z > np.maximum(own.z, other)) & (alone < SURE)
        p = np.where(found, p * len(groups) / share, 1.0)[groups]
        if len(groups):
            yield float(p.min()), told, int(groups[p.argmin()])


def astray(rows: Rows) -> Iterator[tuple[float, str, int]]:
    """The lowest chance of a group of a correlation as low, where it is `KEPT` of that outside,
    times the groups."""
    own, outside = rows.shifted(0)
    groups = np.flatnonzero((own.df >= MIN_PAIRS - 1) & (outside.df >= MIN_PAIRS))
    wide = own.apart > np.sqrt(np.maximum(outside.apart, 0))
    p = np.where((outside.z > np.arctanh(USUAL)) & wide, own.lost(outside), 1.0)[groups]
    if len(groups):
        told = "no other visit of their patients"
        yield float(p.min()) * len(groups), told, int(groups[p.argmin()])


def _rows(
    export: Export, visit: Slice, values: Floats, at: int
) -> Iterator[tuple[str, Rows, Places]]:
    """A visit as a whole, by parts of the file and by sites, with the subjects of the rows."""
    order = np.flatnonzero(visit.rows != NOBODY)
    order = order[np.argsort(visit.rows[order], kind="stable")]
    x, y = values[order, at], row_means(np.delete(values[order], at, axis=1))
    known = ~np.isnan(x) & ~np.isnan(y)
    if known.sum() < 2 * MIN_PAIRS or any(_mostly_one(each[known]) for each in (x, y)):
        return
    x, y = _ranks(x), _ranks(y)
    part = np.arange(len(x)) * PARTS // len(x)
    yield "", Rows(x, y, part, np.ones((1, PARTS))), order
    yield " in a part of the file", Rows(x, y, part, STRETCHES), order
    if export.centre is not None and len(np.unique(export.centre[order])) > 1:
        sites = export.centre[order]
        by_site = np.argsort(sites, kind="stable")
        _, part, sizes = np.unique(sites[by_site], return_inverse=True, return_counts=True)
        groups = np.eye(len(sizes))[sizes >= SMALL]
        yield " at a site", Rows(x[by_site], y[by_site], part, groups), order[by_site]


def _mostly_one(values: Floats) -> bool:
    """Whether most values are one, such as no pain: ranks tell of a few patients alone."""
    return bool(np.unique(values, return_counts=True)[1].max() > len(values) / 2)


def _ranks(values: Floats) -> Floats:
    """Ranks of what is there, over how many there are."""
    made, known = np.full(len(values), np.nan), ~np.isnan(values)
    made[known] = chances.ranks(values[known]) / known.sum()
    return made
