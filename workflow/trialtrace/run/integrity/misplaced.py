"""Values that stand with another patient: a column some rows off, or a visit in another order.

A number at a visit is held against the mean of its patient's other visits, by ranks, about the
means of sites and of eighths of the file, so that levels of these tell nothing. Looked at are all
rows, each site, and the rows from or up to each eighth.

Off: values go with the patient one to three rows above or below in the order of the file, better
than with their own and with the one as far on the other side: neighbours may be alike. Fisher's z
of that correlation has the variance 1.06/(n - 3) (Fieller, Hartley and Pearson, Biometrika
1957;44:470). Where values go with their own patient elsewhere, that they do not here has a chance
as well, which does not depend on the first: of the product q of both it is q(1 - log q). Each way
has a share of all that is tried, one row the largest.

Astray: values of a site, or of a part of the file, go with no other visit of their patient. Sites
differ, so that the correlation is held against `KEPT` of that elsewhere on Fisher's scale; patients
who are alike are no further from themselves than others, and are left alone.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.chances import row_means
from trialtrace.run.integrity.export import NOBODY, Export, Slice
from trialtrace.run.integrity.look import Look, noted

MIN_PAIRS, SMALL, PARTS = 20, 10, 8
KEPT, USUAL, SURE = 0.6, float(np.arctanh(0.5)), 0.001
SHARES = {1: 0.6, 2: 0.15, 3: 0.15}
KINDS = 6
"""Ways to be misplaced: off and astray, in all, at a site, in a part of the file."""
NUMBERS = {1: "one row", 2: "two rows", 3: "three rows"}
Tried = Iterator[tuple[float, str, Places]]


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
            others = row_means(np.delete(values, at, axis=1))
            yield from _visit(export, visits[at], values[:, at], others)


def _visit(export: Export, visit: Slice, values: Floats, others: Floats) -> Iterator[Look]:
    there = np.flatnonzero((visit.rows != NOBODY) & ~np.isnan(values) & ~np.isnan(others))
    order = there[np.argsort(visit.rows[there], kind="stable")]
    if len(order) < 2 * MIN_PAIRS or any(_mostly_one(each[order]) for each in (values, others)):
        return
    site = np.zeros(export.n, np.intp) if export.centre is None else export.centre
    part = np.arange(len(order)) * PARTS // len(order)
    x, y = (_about(_about(chances.ranks(of[order]), site[order]), part) for of in (values, others))
    groups = list(_groups(site[order], part))
    tried = [one for own in groups for one in _tried(x, y, own)]
    p, told, own = min(
        tried, key=lambda each: each[0], default=(1.0, "their own patient", order[:0])
    )
    text = f"{len(own)} of {len(order)} values go with {told}"
    yield noted(visit.where, text, p, visit.rows[order[own]], times=len(groups) * KINDS)


def _about(values: Floats, group: Places) -> Floats:
    """Values about the means of groups."""
    _, group = np.unique(group, return_inverse=True)
    made: Floats = values - (np.bincount(group, values) / np.bincount(group))[group]
    return made


def _groups(site: Places, part: Places) -> Iterator[Places]:
    """All rows, those of each site, and those from or up to each part of the file."""
    yield np.arange(len(part))
    if len(np.unique(site)) > 1:
        yield from (np.flatnonzero(site == one) for one in np.unique(site[site != NOBODY]))
    for cut in range(1, PARTS):
        yield np.flatnonzero(part >= cut)
        yield np.flatnonzero(part < cut)


def _tried(x: Floats, y: Floats, own: Places) -> Tried:
    """The chances, over their shares, that the values of a group are off or astray."""
    rest = np.delete(np.arange(len(x)), own)
    z, usual = _fisher(x[own], y[own]), _fisher(x[rest], y[rest])
    goes = usual > USUAL and len(rest) >= MIN_PAIRS
    if len(own) < (SMALL if goes else MIN_PAIRS):
        return
    lost = 1.0
    if goes:
        width = _width(len(own)) + KEPT**2 * _width(len(rest))
        lost = chances.normal((z - KEPT * usual) / np.sqrt(width))
        further = np.mean((x - y)[own] ** 2) > np.mean((x - y)[rest] ** 2)
        if len(own) >= MIN_PAIRS and further:
            yield lost, "no other visit of their patients", own
    for lag, share in SHARES.items():
        above, below = _fisher(x[own][lag:], y[own][:-lag]), _fisher(x[own][:-lag], y[own][lag:])
        for one, other, what in ((above, below, "above"), (below, above, "below")):
            than = one - max(other, 0.0)
            alone = float(chances.correlated(np.array(than), np.array(len(own) - lag - 2.0)))
            if one > max(z, other) and alone < SURE:
                q = max(alone * lost, 1e-300)
                p = q * (1 - np.log(q)) if goes else alone
                yield float(p) * 2 / share, f"the patient {NUMBERS[lag]} {what}", own


def _fisher(x: Floats, y: Floats) -> float:
    """The correlation of residuals of ranks on Fisher's scale; 0 of what does not vary."""
    squares = float((x * x).sum() * (y * y).sum())
    r = float((x * y).sum()) / np.sqrt(squares) if squares > 0 else 0.0
    return float(np.arctanh(np.clip(r, -0.999, 0.999)))


def _width(n: int) -> float:
    return 1.06 / max(n - 3, 1)


def _mostly_one(values: Floats) -> bool:
    """Whether most values are one, such as no pain: ranks tell of a few patients alone."""
    return bool(np.unique(values, return_counts=True)[1].max() > len(values) / 2)
