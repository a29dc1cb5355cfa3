"""Allocation against the day of entry, its weekday, the site, and the blocks that are declared.

Where patients are randomised the arm depends on none of these. Runs of an arm in the order of
entry are tested within strata by Mood's moments (Ann Math Stat 1940;11:367); too many runs are
unusual in simple randomisation alone, since blocks make them. Who entered on one day is put in an
order by lot. The longest run of an arm, in that order or, where no day is known, in that of the
rows, has at most the chance n(1 - q)q^t, with q the share of the arm; where the other rows have far
fewer runs than lots make, the file was sorted by arm. The rest are the tests of Kruskal and Wallis
and of Pearson. Blocks bound how far arms of equal size may differ at the end of any day; days
beyond are counted against slips in one of 200.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import DATE, Export, Slice
from trialtrace.run.integrity.look import Look, noted
from trialtrace.run.integrity.repeats import longest_run

SLIPS, MIN_PATIENTS, NEARLY_EQUAL, PIECE, FEW_RUNS, WORKING = 0.005, 20, 0.6, 4, -4.0, 2 / 7


def by_site(export: Export) -> Iterator[Look]:
    """Item 5.1: arms by site, and by day of entry."""
    if export.arm is not None and export.site is not None:
        yield from _table(export.arm, export.site, export.subjects, "sites")
    entry, arm, _ = _entered(export)
    if entry is not None and len(np.unique(day := entry.values[entry.there])) > 1:
        groups = [day[arm[entry.there] == a] for a in np.unique(arm[entry.there])]
        text = f"arms of {len(day)} patients go with their day of entry"
        yield noted(entry.where, text, chances.kruskal_wallis(groups), entry.rows[entry.there])


def order(export: Export) -> Iterator[Look]:
    """Item 5.2: runs of an arm in the order of entry, and blocks."""
    entry, arm, strata = _entered(export)
    if entry is None:
        if export.arm is not None and any(
            one.name == export.subjects and one.in_order for one in export.sheets
        ):
            known = np.flatnonzero((export.arm >= 0) & (export.row_of >= 0))
            at = known[np.argsort(export.row_of[known], kind="stable")]
            yield from _longest(export, export.arm[at], at, export.subjects)
        return
    who = entry.there
    lot = np.random.Generator(np.random.PCG64(1)).random(export.n)
    at = who[np.lexsort((lot[who], entry.values[who]))]
    z = runs_z([arm[at][strata[at] == s] for s in np.unique(strata[at])])
    simple = export.scheme == "simple"
    p = 2 * chances.normal(-abs(z)) if simple else chances.normal(z)
    text = f"{'runs' if simple else 'few runs'} of an arm among {len(who)} patients in their order"
    yield noted(entry.where, text, float(p))
    at = who[np.lexsort((export.row_of[who], entry.values[who]))]
    yield from _longest(export, arm[at], at, entry.where)
    size = max(export.block_sizes, default=0)
    if size and _of_equal_size(arm[at], strata[at], PIECE * size):
        yield _blocks(export, arm, entry, strata)


def weekdays(export: Export) -> Iterator[Look]:
    """Item 5.3: arms by the weekday of entry, and more weekends than two days in seven."""
    entry, arm, _ = _entered(export)
    if entry is not None:
        days = weekday(entry.values[entry.there])
        yield from _table(arm[entry.there], days, entry.where, "weekdays of entry")
    for one in export.slices:
        if one.kind == DATE and one.at in export.milestones.values() and one.column:
            free = weekday(one.values[one.there]) >= 5
            k, n = int(free.sum()), len(free)
            if n >= MIN_PATIENTS and one.at != export.milestones.get("birth"):
                rows, p = one.rows[one.there[free]], chances.binomial(k, n, WORKING)
                yield noted(one.where, f"{k} of {n} dates are on a weekend", p, rows)


def weekday(days: Floats) -> Places:
    """0 for Monday to 6 for Sunday, of days since 1970-01-01, a Thursday."""
    places: Places = (days.astype(np.int64) + 3) % 7
    return places


def _entered(export: Export) -> tuple[Slice | None, Places, Places]:
    """The day of entry of who has an arm, and each subject's arm and stratum."""
    entry, arm = export.entry, export.arm
    none = np.zeros(export.n, np.intp)
    if entry is None or arm is None:
        return None, none, none
    entry = Slice(*entry.at, entry.kind, 0, 0, np.where(arm >= 0, entry.values, np.nan), entry.rows)
    if len(entry.there) < MIN_PATIENTS or len(np.unique(arm[entry.there])) < 2:
        return None, none, none
    return entry, arm, none if export.strata is None else export.strata


def _table(arm: Places, other: Places, where: str, what: str) -> Iterator[Look]:
    """Pearson's test of arms by something else, where counts are large enough."""
    known = (arm >= 0) & (other >= 0)
    if not known.any():
        return
    counts = np.zeros((int(arm.max()) + 1, int(other.max()) + 1))
    np.add.at(counts, (arm[known], other[known]), 1)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) >= 5]
    if min(counts.shape) > 1 and counts.sum() >= 5 * counts.size:
        text = f"arms of {int(counts.sum())} patients go with the {what}"
        yield noted(where, text, chances.pearson(counts))


def runs_z(groups: list[Places]) -> float:
    """How far the runs in some sequences are from their mean, in standard deviations."""
    above, variance = 0.0, 0.0
    for arm in groups:
        n = len(arm)
        if n < 2:
            continue
        sizes = np.bincount(arm).astype(float)
        squares, cubes = (sizes**2).sum(), (sizes**3).sum()
        above += 1 + np.count_nonzero(np.diff(arm)) - (n * (n + 1) - squares) / n
        top = squares * (squares + n * (n + 1)) - 2 * n * cubes - n**3
        variance += top / (n**2 * (n - 1))
    return float(above / np.sqrt(variance)) if variance > 0 else 0.0


def _longest(export: Export, arm: Places, order: Places, where: str) -> Iterator[Look]:
    """The longest run of an arm among patients in an order."""
    n, counts = len(arm), np.bincount(arm)
    if n < MIN_PATIENTS or np.count_nonzero(counts) < 2:
        return
    first, t = longest_run(arm.astype(float))
    q = float(counts[arm[first]]) / n
    p = min(1.0, n * (1 - q) * q**t)
    others = np.delete(arm, slice(first, first + t))
    if len(np.unique(others)) < 2 or runs_z([others]) < FEW_RUNS:
        p = 1.0
    text = f"{t} of {n} patients one after another are in one arm"
    rows = export.row_of[order[first : first + t]]
    yield noted(where, text, p, rows, rows_in=export.subjects)


def _of_equal_size(arm: Places, strata: Places, size: int) -> bool:
    """Whether arms are meant to be of equal size: they are in most pieces of the order of entry."""
    arms, ratios = int(arm.max()) + 1, []
    for s in np.unique(strata):
        own = arm[strata == s]
        for start in range(0, max(1, len(own) - size + 1), size):
            counts = np.bincount(own[start : start + size], minlength=arms)
            ratios.append(counts.min() / counts.max())
    return bool(np.median(ratios) >= NEARLY_EQUAL)


def _blocks(export: Export, arm: Places, entry: Slice, strata: Places) -> Look:
    """Ends of days at which arms of one stratum differ by more than blocks allow."""
    arms, who = int(arm.max()) + 1, entry.there
    beyond, ends = [], 0
    for s in np.unique(strata[who]):
        own = who[strata[who] == s]
        own = own[np.argsort(entry.values[own], kind="stable")]
        counts = np.cumsum(arm[own][:, None] == np.arange(arms), axis=0)
        last = np.append(np.diff(entry.values[own]) != 0, True)
        far = last & (np.ptp(counts, axis=1) > max(export.block_sizes) // arms)
        ends += int(last.sum())
        beyond += own[far].tolist()
    p = chances.binomial(len(beyond), ends, SLIPS)
    text = f"{len(beyond)} of {ends} days end with arms further apart than the blocks allow"
    rows = export.row_of[np.array(beyond, dtype=np.intp)]
    return noted(entry.where, text, p, rows, rows_in=export.subjects)
