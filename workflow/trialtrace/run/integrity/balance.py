"""The baseline of the arms as a whole: too alike or too different, and their spread.

Pearson's chi-squared of each variable at entry (of a number: the squared standardised difference)
is summed over the variables, and the arms are drawn again, within strata, so that variables that
go together and rounded ones count as they are. Chances beyond the draws come from a gamma
distribution with the mean and variance of the draws. What patients were stratified by is left out,
and so is who treats those of one arm alone.
After Carlisle, Anaesthesia 2017;72:944, who sums over printed means.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from trialtrace.base.arrays import Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import CODE, Export, Slice
from trialtrace.run.integrity.look import Look

DRAWS = 1999
FEWEST = 20
# Draws times patients that are in memory at once.
CELLS = 1_000_000
SURE, SEVERAL = 10, 4


def looks(export: Export) -> Iterator[Look]:
    """Alike, different, and a spread that differs."""
    if export.arm is None:
        return
    known = np.flatnonzero(export.arm >= 0)
    found = [one for at in export.baseline if (one := export.known(at)) is not None]
    found = [one for one in found if len(np.unique(one.values[one.there])) > 1]
    found = [one for one in found if not _of_an_arm(one, export.arm)]
    if len(known) < FEWEST or len(np.unique(export.arm[known])) < 2 or len(found) < 2:
        return
    arm = export.arm[known]
    strata = np.zeros(len(known), np.intp) if export.strata is None else export.strata[known]
    level = np.hstack([columns(one, known) for one in found])
    numbers = [one for one in found if one.kind != CODE]
    spread = [squares(number, known) for number in numbers]
    every = np.hstack([level, *spread])
    cut = level.shape[1]
    seen, drawn = statistics(every, arm, strata)
    of = f"{len(found)} variables of {len(known)} patients"
    sums = drawn[:, :cut].sum(axis=1)
    p = tails(float(seen[:cut].sum()), sums)
    yield Look(export.subjects, f"how alike the arms are at entry in {of}", p[0])
    yield Look(export.subjects, f"how different the arms are at entry in {of}", p[1])
    if numbers:
        sums = drawn[:, cut:].sum(axis=1)
        p = tails(float(seen[cut:].sum()), sums)
        text = f"how differently {len(numbers)} variables at entry spread in the arms"
        yield Look(export.subjects, text, p[1])


def _of_an_arm(item: Slice, arm: Places) -> bool:
    """Whether each of more levels than arms has patients of one arm alone, several in the mean: who
    treats them, which the arm decides."""
    there = item.there[arm[item.there] >= 0]
    pairs = np.unique(np.column_stack([item.values[there], arm[there]]), axis=0)
    levels, arms = (len(np.unique(each)) for each in pairs.T)
    return levels == len(pairs) > arms and len(there) >= SEVERAL * levels


def columns(item: Slice, known: Places) -> Floats:
    """A variable as columns whose squared sums over the arms add to its chi-squared."""
    values = item.values[known]
    if item.kind != CODE:
        return _standard(values)
    there = ~np.isnan(values)
    levels = np.unique(values[there])
    is_level = (values[:, None] == levels).astype(float)
    share = is_level[there].mean(axis=0)
    made: Floats = np.where(there[:, None], (is_level - share) / np.sqrt(share), 0.0)
    return made


def squares(item: Slice, known: Places) -> Floats:
    """Squared distances of a number from its mean, standardised."""
    values = item.values[known]
    return _standard((values - np.nanmean(values)) ** 2)


def _standard(values: Floats) -> Floats:
    spread = np.nanstd(values)
    scaled = (values - np.nanmean(values)) / (spread if spread > 0 else 1.0)
    made: Floats = np.nan_to_num(scaled, nan=0.0)[:, None]
    return made


def statistics(data: Floats, arm: Places, strata: Places) -> tuple[Floats, Floats]:
    """Of each column the sum over arms of n times the squared mean, as it is and in each draw."""
    _, of_arm, sizes = np.unique(arm, return_inverse=True, return_counts=True)
    arms = np.arange(len(sizes), dtype=np.min_scalar_type(len(sizes)))
    rng = np.random.Generator(np.random.PCG64(2))
    order = np.argsort(strata, kind="stable")
    data, number, strata = data[order], of_arm.astype(arms.dtype)[order], strata[order]

    def of(every: Places, start: int, end: int) -> Floats:
        return np.stack([(every == a).astype(float) @ data[start:end] for a in arms])

    def squared(sums: Floats) -> Floats:
        made: Floats = (sums**2 / sizes[:, None, None]).sum(axis=0)
        return made

    starts = [*np.flatnonzero(np.append(True, strata[1:] != strata[:-1])), len(strata)]
    sums = np.zeros((len(arms), DRAWS, data.shape[1]))
    for start, end in pairwise(starts):
        # In batches: all draws of many patients at once are gigabytes.
        rows = max(1, CELLS // (end - start))
        for first in range(0, DRAWS, rows):
            size = min(rows, DRAWS - first), end - start
            every = rng.permuted(np.broadcast_to(number[start:end], size), axis=1)
            sums[:, first : first + rows] += of(every, start, end)
    return squared(of(number[None, :], 0, len(number)))[0], squared(sums)


def tails(seen: float, drawn: Floats) -> tuple[float, float]:
    """The chance of as little and of as much; by a gamma distribution where draws are too few."""
    near = 1e-9 * max(1.0, abs(seen))
    below, above = int((drawn <= seen + near).sum()), int((drawn >= seen - near).sum())
    mean, variance = float(drawn.mean()), float(drawn.var())
    if not variance > 0:
        return 1.0, 1.0
    low, high = chances.gamma(seen, mean, variance)
    return _tail(below, low), _tail(above, high)


def _tail(count: int, fitted: float) -> float:
    drawn = (1 + count) / (1 + DRAWS)
    return drawn if count >= SURE else min(drawn, fitted)
