"""Visits at which every patient's value is off by a factor that converts units.

A number above zero is compared, patient by patient and on the scale of logs, with the mean of the
same patient's other visits. A visit is looked at where its geometric mean ratio is near a usual
conversion (powers of ten; haemoglobin, glucose, cholesterol, creatinine, bilirubin, urea, calcium
between conventional and SI units; pounds, inches, kilojoules), or less near a power of ten by which
its values have more decimals, or fewer. As time changes most measures, the
mean log ratio is held against one of a standard deviation between patients, not against none: the
one-sample test with a noncentral t, by its normal approximation, times the visits. A visit that is
much nearer to another one than to their mean has changed, and is of no other unit.

Single values are ten, a hundred or more powers of ten times, or that part of, the median of the
patient's other visits, as of a unit at one visit of a site, where the other patients' are not by
four standard deviations of a tenfold value, nor any by half as much on a scale of logs: more than
one patient in a hundred is unusual (binomial), and among few each is told.

A score whose scale is declared, from 0, may be given as a share, in percent or to 10: of those
whose other values are all beyond that, a fifth at least would keep one beyond it (binomial).
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.breaks import further, sums
from trialtrace.run.integrity.codings import mean_of
from trialtrace.run.integrity.export import Export, Slice, resolution
from trialtrace.run.integrity.look import Look

FEWEST, FEWEST_AT_SITE, LEVELS, ALLOWED, NEAR = 20, 5, 8, 1.0, 0.05
FEWEST_OF_ALL, SLIPS, OF_TEN, WIDE, WORTH_A_REMARK = 8, 0.01, 0.2, 4.0, 0.2
TENFOLD = "Values a power of ten off those of the patient's other visits"
SCALES, KEPT, NEAR_TEN, OF_UNIT = (1.0, 10.0, 100.0), 0.2, 0.3, 0.8
CONVERSIONS = (
    10.0, 100.0, 1000.0, 1e6,
    0.6206, 18.016, 38.67, 88.57, 88.42, 17.10, 2.801, 4.008, 0.3571, 6.006,
    2.2046, 2.54, 4.184, 7.5006,
)  # fmt: skip


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of numbers that has a value at two visits or more."""
    for every in export.series:
        visits = [visit for visit in every if len(visit.there) >= FEWEST]
        if len(visits) < 2:
            continue
        values = np.column_stack([visit.values for visit in visits])
        known = values[~np.isnan(values)]
        if (at := (visits[0].table, visits[0].column)) in export.scales:
            yield _by_scale(visits, values, export.scales[at])
        if known.min() > 0 and len(np.unique(known)) >= LEVELS:
            yield _look(visits, np.log(values))
            if export.centre is not None:
                yield _of_a_site(visits, np.log(values), export.centre)
    for every in export.series:
        yield from _tenfold(every)


def _tenfold(visits: tuple[Slice, ...]) -> Iterator[Look]:
    """A look at values that are powers of ten times those of their patient's other visits."""
    values = np.column_stack([visit.values for visit in visits])
    logs = np.log10(np.where(values > 0, values, np.nan))
    powers = tenfold(logs[(~np.isnan(logs)).sum(axis=1) > 1])
    if powers is None:
        return
    off = powers > 0
    fold = 10 ** float(np.median(powers[off])) if off.any() else 10.0
    several = np.flatnonzero((~np.isnan(logs)).sum(axis=1) > 1)
    k, n = int(off.any(axis=1).sum()), len(several)
    places = np.column_stack([visit.rows[several] for visit in visits])[off]
    rows = tuple(sorted({int(row) for row in places}))
    times = "ten times, or a tenth of," if fold == 10 else f"{fold:g} times, or 1/{fold:g} of,"
    text = f"{k} of {n} patients have a value {times} those of other visits"
    most = visits[int(off.sum(axis=0).argmax())]
    p = chances.binomial(k, n, SLIPS)
    yield Look(most.where, text, p, rows, remark=TENFOLD if p < WORTH_A_REMARK else "")


def tenfold(logs: Floats) -> Floats | None:
    """By how many whole powers of ten the decimal logs of a patient (a row each) are off the median
    of the others, and further from that of all; 0 for the others, and None where these differ by as
    much from themselves."""
    apart = np.full(logs.shape, np.nan)
    beyond = np.zeros(logs.shape, dtype=bool)
    middle = float(np.nanmedian(logs)) if logs.size else 0.0
    for at in range(logs.shape[1]):
        others = np.delete(logs, at, axis=1)
        there = ~np.isnan(logs[:, at]) & ~np.isnan(others).all(axis=1)
        own, usual = logs[there, at], np.nanmedian(others[there], axis=1)
        apart[there, at] = own - usual
        beyond[there, at] = np.abs(own - middle) > np.abs(usual - middle)
    powers = np.round(np.abs(apart))
    off = beyond & (powers >= 1) & (np.abs(np.abs(apart) - powers) <= OF_TEN)
    rest = apart[~off.any(axis=1)]
    rest = rest[~np.isnan(rest)]
    wide = len(rest) < FEWEST_OF_ALL or WIDE * rest.std() > 1 or np.abs(rest).max() > 1 / 2
    return None if wide else np.where(off, powers, 0.0)


def _look(visits: list[Slice], logs: Floats) -> Look:
    smallest, place, size, mean = 1.0, 0, 0, 0.0
    for at in range(len(visits)):
        # With two visits nobody knows which is off: the second is named.
        if len(visits) == 2 and at == 0:
            continue
        # What all start with, such as a dose, is of no unit.
        if np.ptp(logs[visits[at].there, at]) == 0:
            continue
        others = np.delete(logs, at, axis=1)
        some = ~np.isnan(logs[:, at]) & ~np.isnan(others).all(axis=1)
        if some.sum() < FEWEST:
            continue
        ratio = logs[some, at] - np.nanmean(others[some], axis=1)
        to_each = np.abs(mean_of((logs[some, at][:, None] - others[some]).T))
        if np.nanmin(to_each) < OF_UNIT * abs(ratio.mean()):
            # What grows, or falls, from visit to visit is as far from the nearest by less.
            continue
        p = converted(ratio, float(np.nanstd(others, ddof=1)), _finer(logs, at))
        if p < smallest:
            smallest, place, size, mean = p, at, int(some.sum()), float(ratio.mean())
    visit = visits[place]
    told = "no visit near a conversion"
    if size:
        told = f"of {size} patients {np.exp(mean):.3g} times their other visits"
    rows = tuple(sorted(int(row) for row in visit.rows[visit.there])) if size else ()
    return Look(visit.where, told, min(1.0, smallest * len(visits)), rows)


def _of_a_site(visits: list[Slice], logs: Floats, site: Places) -> Look:
    """A look at one visit of one site: the log ratio to the patients' other visits, against those
    of the other sites, with `ALLOWED` standard deviations of a patient's between them."""
    tried: list[tuple[float, Slice, Flags]] = [(1.0, visits[-1], site < 0)]
    for at in range(len(visits) == 2, len(visits)):
        ratio = logs[:, at] - mean_of(np.delete(logs, at, axis=1))
        known = ~np.isnan(ratio) & (site >= 0)
        for place in np.unique(site[known]):
            own, others = known & (site == place), known & (site != place)
            if own.sum() >= FEWEST_AT_SITE and others.sum() >= FEWEST:
                apart = abs(ratio[own].mean() - ratio[others].mean())
                if np.abs(apart - np.abs(np.log(CONVERSIONS))).min() <= NEAR:
                    p = further(*sums(ratio[own]), *sums(ratio[others]), allowed=ALLOWED)
                    tried.append((float(p), visits[at], own))
    least, visit, own = min(tried, key=lambda each: each[0])
    text = f"whether {own.sum()} patients of a site are off at one visit by what converts a unit"
    tries = len(visits) * len(np.unique(site))
    rows = tuple(sorted(visit.rows[own].tolist()))
    return Look(visit.where, text, min(1.0, least * tries), rows)


def _finer(logs: Floats, at: int) -> float:
    """By which factor values are written more finely at a visit than at the others, as a log."""
    units = [
        resolution(np.exp(each[~np.isnan(each)])) for each in (logs[:, at], np.delete(logs, at, 1))
    ]
    return float(np.log(units[1] / units[0])) if units[0] and units[1] else 0.0


def converted(ratio: Floats, spread: float, finer: float = 0.0) -> float:
    """The chance of log ratios as far from none where their mean is `ALLOWED` times the spread of
    patients; 1 where their mean is near no conversion, nor to the one by which they are `finer`."""
    mean, n = float(ratio.mean()), len(ratio)
    far = np.abs(np.abs(mean) - np.abs(np.log(CONVERSIONS)))
    within = float(ratio.std(ddof=1))
    near = far.min() <= NEAR or (abs(finer) > 1 and abs(mean + finer) <= NEAR_TEN)
    if not near or within <= 0:
        return 0.0 if near else 1.0
    t = abs(mean) / within * np.sqrt(n)
    z = (t - ALLOWED * spread / within * np.sqrt(n)) / np.sqrt(1 + t**2 / (2 * (n - 1)))
    return float(2 * chances.upper(np.array(z)))


def _by_scale(visits: list[Slice], values: Floats, highest: float) -> Look:
    """A look at a score for a visit whose values all stand on a scale to 1, 10 or 100."""
    tried = [
        (on_scale(values, at, highest, to), at)
        for to in SCALES
        for at in range(len(visits))
        if to < highest
    ]
    p, at = min(tried, default=(1.0, 0))
    visit, text = visits[at], "whether nobody keeps a value beyond a smaller scale"
    rows = tuple(sorted(int(row) for row in visit.rows[visit.there])) if p < 1 else ()
    return Look(visit.where, text, min(1.0, max(1, len(tried)) * p), rows)


def on_scale(values: Floats, at: int, highest: float, to: float) -> float:
    """The chance that nobody whose other values are all beyond `to` has one beyond it at the visit,
    where a fifth would; 1 where the spread shrank by less than half the ratio of the scales."""
    there, others = ~np.isnan(values[:, at]), np.delete(values, at, axis=1)
    others = others[there & ~np.isnan(others).all(axis=1)]
    own = values[there, at]
    if len(own) < FEWEST or own.max() > to or len(np.unique(own)) < 3:
        return 1.0
    shrunk = np.nanstd(others) / own.std()
    if not highest / to / 2 <= shrunk <= highest / to * 2:
        return 1.0
    n = int((np.nanmin(others, axis=1) > to).sum())
    return float((1 - KEPT) ** n)
