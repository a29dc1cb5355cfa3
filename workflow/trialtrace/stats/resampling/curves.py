"""Joint inference over many analyses of one hypothesis, under re-randomisation.

A specification curve has the same question answered by many analyses. Each gives a column of
scores (see `scores`), and one set of assignments serves all of them, so that what the curve as a
whole would look like without any effect is known with its dependence: the largest statistic, the
median one, the share below a level, and the band of the ordered curve. All statistics are sums of
scores by their standard deviation over all assignments, z.

The hypothesis is the sharp one: no patient's outcome would have differed in another arm, and
whether it was observed would not have either. The p-value of a curve's median, share or largest
statistic is (draws at least as extreme + 1) / (draws + 1); adjusted p-values are those of the
single-step procedure of Westfall and Young, whose error over the curve is held in the strong sense
only as far as every analysis tests that one hypothesis.

Scores of many analyses of many patients are more than memory holds: they may be given as slabs,
some analyses at a time, which are asked for again for every range of draws.

References: Simonsohn, Simmons and Nelson, Nat Hum Behav 2020;4:1208 (specification curves).
Westfall and Young, Resampling-Based Multiple Testing, 1993, section 2.3 (single step). Phipson and
Smyth, Stat Appl Genet Mol Biol 2010;9:39.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from trialtrace.base.arrays import Floats, Whole
from trialtrace.stats._inputs import check_confidence, numbers, one_number
from trialtrace.stats._threads import one_thread
from trialtrace.stats.resampling.drawing import Seed, blocks, check_seed, layout_of
from trialtrace.stats.resampling.linear import monte_carlo
from trialtrace.stats.resampling.schemes import Scheme
from trialtrace.stats.resampling.sums import TIE_TOLERANCE, observed_sums, sums_of, whole_scores
from trialtrace.stats.results import StatsError

# Places of the ordered curve at which its band is kept: enough for a line.
BAND_PLACES = 41
# Cells of z that are worked on at once, 32 MiB, and of assignments, 16 MiB.
CHUNK_CELLS, ASSIGNMENT_CELLS = 1 << 22, 1 << 24
# Draws for which scores are asked once, however many analyses there are: 4 KiB of z an analysis.
LEAST_DRAWS = 500
# Scores (n, analyses), some analyses at a time in their order, each time from the first.
Slabs = Callable[[], Iterator[Floats]]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The observed statistics z of a curve's analyses, (analyses,), for one arm.

    `sd` is the standard deviation of each sum of scores over all assignments, `tolerance` the
    distance in z within which a draw ties with what was observed.
    """

    scheme: Scheme
    scores: Slabs
    arm: object
    z: Floats
    sd: Floats
    tolerance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CurveDraws:
    """What is kept of re-randomised curves; parts of one range, joined in order, are the whole.

    `extreme` (analyses,) counts draws whose |z| is at least the observed one; the others have a
    value a draw: the largest |z|, the median z, how many analyses pass the level, and z at
    `BAND_PLACES` places of the ordered curve (draws, places).
    """

    extreme: Whole
    largest: Floats
    median: Floats
    passing: Floats
    ordered: Floats


@dataclass(frozen=True, slots=True, eq=False)
class JointInference:
    """P-values of a curve, each with the ends of its Monte Carlo interval, (3,) or (analyses, 3).

    `p_value` is of each analysis alone, `adjusted` single-step over the curve, `p_median` and
    `p_share` of the median z and of the share of analyses that pass the level, `p_smallest` of the
    smallest p-value, by the largest |z|. `null_share` and `null_median` are (median, 95 % point)
    of share and |median z| over the draws; `critical` is the |z| that the largest one exceeds in a
    share of draws that is the level. `band` (places, 3) has the ends and the middle of the ordered
    curve's pointwise band.
    """

    p_value: Floats
    adjusted: Floats
    p_median: Floats
    p_share: Floats
    p_smallest: Floats
    null_median: Floats
    null_share: Floats
    critical: float
    band: Floats
    draws: int


def curve(scheme: Scheme, scores: ArrayLike | Slabs, *, arm: object) -> Curve:
    """The observed statistics of a curve of two arms; scores (n, analyses), from `scores`, or what
    gives them in slabs.

    Raises `StatsError` as `rerandomisation_test`, and for scores that are constant within every
    cell of the scheme, which no assignment tells apart. Oracle: z of every assignment, listed.

    >>> from trialtrace.stats.resampling.schemes import fixed_margins
    >>> curve(fixed_margins(list("aabb")), [[1.0], [2.0], [3.0], [6.0]], arm="b").z.round(4)
    array([1.3887])
    """
    slabs = scores if callable(scores) else _one_slab(scores)
    if len(scheme.arms) != 2:
        raise StatsError(f"the scheme has {len(scheme.arms)} arms; choose two with `between`.")
    sign = 1.0 if scheme.index_of(arm) == 1 else -1.0
    parts = []
    for slab in slabs():
        data = whole_scores(scheme, slab)
        sd = data.sd()
        if not (sd > 0).all():
            raise StatsError(
                "scores are constant within every cell, so that no assignment differs."
            )
        observed = data.in_units_of_scores(sign * observed_sums(data))
        parts.append((observed / sd, sd, TIE_TOLERANCE * data.in_units_of_scores(data.total) / sd))
    z, sds, tolerance = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Curve(scheme, slabs, arm, z, sds, tolerance)


def _one_slab(scores: ArrayLike) -> Slabs:
    values = numbers(scores, "scores")
    return lambda: iter([values])


@one_thread
def curve_draws(observed: Curve, *, level: float, seed: Seed, start: int, stop: int) -> CurveDraws:
    """The re-randomised curves of the draws start .. stop - 1.

    `level` is that of a test, two-sided, by the normal quantile of z: a fixed border, so that the
    share that passes is a statistic as any other. Draw d is the same for every start and stop.
    Raises `StatsError` for a wrong level, seed or range. Oracle: as `joint_inference`.

    >>> from trialtrace.stats.resampling.schemes import fixed_margins
    >>> observed = curve(fixed_margins(list("aabb")), [[1.0], [2.0], [3.0], [6.0]], arm="b")
    >>> curve_draws(observed, level=0.05, seed=(1, 2), start=0, stop=5).largest.shape
    (5,)
    """
    check_confidence(1 - one_number(level, "level"))
    check_seed(seed)
    scheme = observed.scheme
    sign = 1.0 if scheme.index_of(observed.arm) == 1 else -1.0
    few = max(1, CHUNK_CELLS // observed.z.size)
    rows = max(1, min(max(few, LEAST_DRAWS), ASSIGNMENT_CELLS // scheme.n))
    parts = []
    for _, codes in blocks(layout_of(scheme), seed=seed, start=start, stop=stop, rows=rows):
        z, at = np.empty((len(codes), observed.z.size)), 0
        for slab in observed.scores():
            data = whole_scores(scheme, slab)
            columns = slice(at, at + data.whole.shape[1])
            z[:, columns] = data.in_units_of_scores(sign * sums_of(data, codes))
            at = columns.stop
        z /= observed.sd
        slices = (z[first : first + few] for first in range(0, len(z), few))
        parts += [summarised(observed, slice_, level=level) for slice_ in slices]
    if not parts:
        raise StatsError(f"no draws from {start} to {stop}.")
    return joined(parts)


def summarised(observed: Curve, z: Floats, *, level: float) -> CurveDraws:
    """What is kept of curves z (draws, analyses)."""
    size = np.abs(z)
    extreme = (size >= np.abs(observed.z) - observed.tolerance).sum(axis=0, dtype=np.int64)
    passing = (size >= border(level)).sum(axis=1).astype(float)
    ordered = np.sort(z, axis=1)
    middle = ordered[:, [(z.shape[1] - 1) // 2, z.shape[1] // 2]].mean(axis=1)
    return CurveDraws(extreme, size.max(axis=1), middle, passing, ordered[:, places(z.shape[1])])


def joined(parts: Sequence[CurveDraws]) -> CurveDraws:
    """Adjoining ranges of draws, in their order, as one."""
    return CurveDraws(
        np.sum([part.extreme for part in parts], axis=0, dtype=np.int64),
        np.concatenate([part.largest for part in parts]),
        np.concatenate([part.median for part in parts]),
        np.concatenate([part.passing for part in parts]),
        np.concatenate([part.ordered for part in parts]),
    )


def joint_inference(
    observed: Curve, draws: CurveDraws, *, level: float, confidence: float
) -> JointInference:
    """P-values of the curve and of its analyses from re-randomised curves.

    `confidence` is that of the Monte Carlo intervals (Clopper and Pearson). Oracle: all
    assignments listed, each curve computed by itself.

    >>> from trialtrace.stats.resampling.schemes import fixed_margins
    >>> scores = [[1.0, 1.0], [2.0, 2.0], [3.0, 4.0], [6.0, 3.0]]
    >>> observed = curve(fixed_margins(list("aabb")), scores, arm="b")
    >>> draws = curve_draws(observed, level=0.05, seed=(1, 2), start=0, stop=999)
    >>> joint = joint_inference(observed, draws, level=0.05, confidence=0.95)
    >>> bool((joint.adjusted[:, 0] >= joint.p_value[:, 0]).all())
    True
    """
    check_confidence(1 - one_number(level, "level"))
    number = draws.largest.size
    size = np.abs(observed.z)
    least = np.sort(draws.largest)
    reached = number - np.searchsorted(least, size - observed.tolerance, side="left")
    middle = abs(float(np.median(observed.z)))
    slack = float(observed.tolerance.max())
    passing = float((size >= border(level)).sum())
    counts = (
        draws.extreme,
        reached,
        (np.abs(draws.median) >= middle - slack).sum(keepdims=True),
        (draws.passing >= passing).sum(keepdims=True),
        reached[[size.argmax()]],
    )
    p_value, adjusted, median, share, smallest = (
        _p_values(count, number, confidence) for count in counts
    )
    points = [0.5, 0.95]
    return JointInference(
        p_value,
        adjusted,
        median[0],
        share[0],
        smallest[0],
        np.quantile(np.abs(draws.median), points),
        np.quantile(draws.passing / size.size, points),
        float(np.quantile(draws.largest, 1 - level)),
        np.quantile(draws.ordered, [0.025, 0.5, 0.975], axis=0).T,
        number,
    )


def places(analyses: int) -> Whole:
    """The places of the ordered curve at which its band is kept, ascending."""
    ends = np.linspace(0, analyses - 1, min(analyses, BAND_PLACES))
    return np.rint(ends).astype(np.int64)


def border(level: float) -> float:
    """The |z| from which on an analysis passes the level by the normal quantile."""
    return float(-ndtri(level / 2))


def _p_values(count: ArrayLike, draws: int, confidence: float) -> Floats:
    """P-value and the ends of its interval, (…, 3)."""
    p, _, _, _, _, low, high = monte_carlo(count, draws=draws, confidence=confidence)
    return np.stack([p, low, high], axis=-1)


def spread_by_choice(estimates: ArrayLike, choices: ArrayLike) -> tuple[Floats, bool]:
    """Shares of the variance of estimates (n,) that choices (n, factors) account for.

    choices are the number of the level of each factor. Returns the shares of the factors' main
    effects in their order, what they leave being interactions, and whether these are exact: where
    every combination of the levels that occur is there equally often, factors are orthogonal, and
    their order does not count. Else each factor has what it adds to those before it. Shares are 0
    where all estimates are equal. Raises `StatsError` for shapes that do not fit. Oracle: sums of
    squares of R's `aov`.

    R: `summary(aov(y ~ a + b))`.

    >>> shares, exact = spread_by_choice([1, 2, 3, 4], [[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> shares.round(2), exact
    (array([0.8, 0.2]), True)
    """
    y, levels = numbers(estimates, "estimates"), np.asarray(choices)
    if y.ndim != 1 or levels.ndim != 2 or len(levels) != y.size or y.size == 0:
        raise StatsError(f"choices must have a row an estimate, {y.size}; got {levels.shape}.")
    coded = [np.unique(column, return_inverse=True)[1].reshape(-1) for column in levels.T]
    sizes = [int(column.max()) + 1 for column in coded]
    cells = np.zeros(y.size, dtype=np.int64)
    for column, size in zip(coded, sizes, strict=True):
        cells = cells * size + column
    _, times = np.unique(cells, return_counts=True)
    exact = times.size == np.prod(sizes) and len(set(times.tolist())) == 1
    total = float(((y - y.mean()) ** 2).sum())
    shares, design, before = [], [np.ones(y.size)], total
    for column, size in zip(coded, sizes, strict=True):
        design += [(column == level).astype(float) for level in range(1, size)]
        x = np.column_stack(design)
        rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        after = min(float((rest**2).sum()), before)
        shares.append((before - after) / total if total > 0 else 0.0)
        before = after
    return np.array(shares), exact
