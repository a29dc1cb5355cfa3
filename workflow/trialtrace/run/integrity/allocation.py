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
from trialtrace.run.integrity.export import Export, Slice
from trialtrace.run.integrity.look import Look

SLIPS = 0.005
FEWEST, NEARLY_EQUAL, PIECE, FEW_RUNS = 20, 0.6, 4, -4.0


def looks(export: Export) -> Iterator[Look]:
    """Those looks for which the export has the columns."""
    if export.arm is None:
        return
    if export.site is not None:
        yield from _table(export.arm, export.site, export.subjects, "sites")
    entry = export.known(export.entry)
    if entry is None:
        known = np.flatnonzero((export.arm >= 0) & (export.row_of >= 0))
        at = known[np.argsort(export.row_of[known], kind="stable")]
        if any(sheet.name == export.subjects and sheet.by_number for sheet in export.sheets):
            yield from _longest(export, export.arm[at], at, export.subjects)
        return
    known = np.flatnonzero((export.arm >= 0) & ~np.isnan(entry.values))
    arm, day = export.arm[known], entry.values[known]
    if len(known) < FEWEST or len(np.unique(arm)) < 2:
        return
    yield from _by_date(arm, day, entry)
    yield from _table(arm, weekdays(day), entry.where, "weekdays of entry")
    strata = np.zeros(len(known), np.intp) if export.strata is None else export.strata[known]
    yield _runs(export, arm, day, strata, entry)
    order = np.lexsort((export.row_of[known], day))
    yield from _longest(export, arm[order], known[order], entry.where)
    if export.block_sizes and _of_equal_size(arm, day, strata, PIECE * max(export.block_sizes)):
        yield _blocks(export, known, arm, day, strata, entry)


def weekdays(days: Floats) -> Places:
    """0 for Monday to 6 for Sunday, of days since 1970-01-01, a Thursday."""
    places: Places = (days.astype(np.int64) + 3) % 7
    return places


def _by_date(arm: Places, day: Floats, entry: Slice) -> Iterator[Look]:
    if len(np.unique(day)) > 1:
        groups = [day[arm == a] for a in np.unique(arm)]
        p = chances.kruskal_wallis(groups)
        yield Look(entry.where, f"arms of {len(day)} patients by their day of entry", p)


def _table(arm: Places, other: Places, where: str, what: str) -> Iterator[Look]:
    """Pearson's test of arms by something else, where counts are large enough."""
    known = (arm >= 0) & (other >= 0)
    if not known.any():
        return
    counts = np.zeros((int(arm.max()) + 1, int(other.max()) + 1))
    np.add.at(counts, (arm[known], other[known]), 1)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) >= 5]
    if min(counts.shape) > 1 and counts.sum() >= 5 * counts.size:
        p = chances.pearson(counts)
        yield Look(where, f"arms of {int(counts.sum())} patients by {what}", p)


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


def _runs(export: Export, arm: Places, day: Floats, strata: Places, entry: Slice) -> Look:
    lot = np.random.Generator(np.random.PCG64(1)).random(len(arm))
    order = np.lexsort((lot, day))
    z = runs_z([arm[order][strata[order] == s] for s in np.unique(strata)])
    if export.scheme == "simple":
        p, what = 2 * chances.normal(-abs(z)), "runs"
    else:
        p, what = chances.normal(z), "few runs"
    return Look(entry.where, f"{what} of an arm among {len(arm)} patients in order", float(p))


def _longest(export: Export, arm: Places, order: Places, where: str) -> Iterator[Look]:
    """The longest run of an arm among patients in an order."""
    n, counts = len(arm), np.bincount(arm)
    if n < FEWEST or np.count_nonzero(counts) < 2:
        return
    starts = np.append(0, np.flatnonzero(np.diff(arm)) + 1)
    lengths = np.diff(np.append(starts, n))
    first = int(starts[lengths.argmax()])
    t, q = int(lengths.max()), float(counts[arm[first]]) / n
    p = min(1.0, n * (1 - q) * q**t)
    others = np.delete(arm, slice(first, first + t))
    if len(np.unique(others)) < 2 or runs_z([others]) < FEW_RUNS:
        p = 1.0
    text = f"{t} patients one after another in one arm, of {n}"
    yield Look(where, text, p, export.places(order[first : first + t]) if p < 1 else ())


def _of_equal_size(arm: Places, day: Floats, strata: Places, size: int) -> bool:
    """Whether arms are meant to be of equal size: they are in most pieces of the order of entry,
    whatever befell the others."""
    arms, ratios = int(arm.max()) + 1, []
    for s in np.unique(strata):
        own = arm[strata == s][np.argsort(day[strata == s], kind="stable")]
        for start in range(0, max(1, len(own) - size + 1), size):
            counts = np.bincount(own[start : start + size], minlength=arms)
            ratios.append(counts.min() / counts.max())
    return bool(np.median(ratios) >= NEARLY_EQUAL)


def _most(export: Export, arms: int, n: int) -> Places:
    """How far arms may differ after each of n patients: by what a block holds of an arm; where all
    planned patients are there and blocks are of one size, by what its begun part can hold."""
    size = max(export.block_sizes)
    share = size // arms
    if not export.complete or len(export.block_sizes) > 1:
        return np.full(n, share)
    begun = np.arange(1, n + 1) % size
    return np.minimum(begun, share) - np.maximum(0, begun - (size - share))


def _blocks(
    export: Export, known: Places, arm: Places, day: Floats, strata: Places, entry: Slice
) -> Look:
    """Ends of days at which arms of one stratum differ by more than blocks allow."""
    arms = int(arm.max()) + 1
    beyond, ends = [], 0
    for s in np.unique(strata):
        own = np.flatnonzero(strata == s)
        own = own[np.argsort(day[own], kind="stable")]
        counts = np.cumsum(arm[own][:, None] == np.arange(arms), axis=0)
        last = np.append(day[own][1:] != day[own][:-1], True)
        far = last & (counts.max(axis=1) - counts.min(axis=1) > _most(export, arms, len(own)))
        ends += int(last.sum())
        beyond += [int(known[own[at]]) for at in np.flatnonzero(far)]
    p = chances.binomial(len(beyond), ends, SLIPS)
    text = f"{len(beyond)} of {ends} days end with arms further apart than the blocks allow"
    return Look(entry.where, text, p, export.places(np.array(beyond, dtype=np.intp)))
